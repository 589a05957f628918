"""What a stack may choose of the replies to texts."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from functions import names
from infra.settings.group import Group

MAX_SYSTEM_PROMPT_BYTES = 2_048
"""All variables of a function together have 4 KB (Lambda quotas)."""
MAX_REPLY_TOKENS = 16_384
"""At eight bytes a token, as many as a reply's event may hold (`MAX_REPLY_BYTES`)."""


_BYTES_PER_TOKEN = 3
_TOKENS_PER_TURN = 4


def tokens_of(text: str) -> int:
    """Give about how many tokens a model makes of a text, as the functions do."""
    return -(-len(text.encode()) // _BYTES_PER_TOKEN) + _TOKENS_PER_TURN


class Engine(StrEnum):
    """What answers texts."""

    BEDROCK = names.ENGINE_BEDROCK
    """A model of Amazon Bedrock; on an emulator, what stands in for it."""
    SCRIPT = names.ENGINE_SCRIPT
    """No model: it does what a text tells it, for trying things out and for tests."""


def short_prompt(prompt: str) -> str:
    """Give a prompt that a function's variables can hold; a `ValueError` says why one cannot."""
    if len(prompt.encode()) > MAX_SYSTEM_PROMPT_BYTES:
        raise ValueError(f"at most {MAX_SYSTEM_PROMPT_BYTES} bytes in UTF-8: a function's variables hold it")
    if not prompt.strip():
        raise ValueError("a text, or none at all: models take no blank one")
    return prompt


_ARN = "arn:aws[a-z-]*:bedrock:[a-z0-9-]+"
_ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_Model = Annotated[str, Field(pattern=rf"^({_ARN}:[0-9]{{0,12}}:[a-z-]+/)?{_ID}(:{_ID}){{0,3}}$")]
_Guardrail = Annotated[str, Field(pattern=rf"^({_ARN}:[0-9]{{12}}:guardrail/)?[a-z0-9-]{{1,64}}$")]


class GuardrailSettings(Group):
    """The guardrail of Bedrock that judges prompts and replies."""

    id: _Guardrail | None = None
    """Its id or ARN; with none, nothing judges."""
    version: Annotated[str | None, Field(pattern=r"^([1-9][0-9]{0,7}|DRAFT)$")] = None
    """The number of its version, or ``DRAFT``."""


class AiSettings(Group):
    """Replies to texts."""

    enabled: bool = True
    """Whether texts get replies; each has the price of its tokens."""
    engine: Engine = Engine.BEDROCK
    """What answers."""
    model: _Model = "amazon.nova-lite-v1:0"
    """The id or ARN of a model, or of an inference profile, in the stack's region."""
    system_prompt: Annotated[str | None, AfterValidator(short_prompt)] = None
    """What the model is told before each conversation; with none, nothing."""
    temperature: Annotated[float | None, Field(ge=0, le=1)] = None
    """How freely it chooses its words; with none, as the model does by itself."""
    max_tokens: Annotated[int, Field(ge=1, le=MAX_REPLY_TOKENS)] = 1_024
    """The most tokens of a reply."""
    history_turns: Annotated[int, Field(ge=0, le=200)] = 20
    """The most texts and replies of the conversation that the model is told besides the question."""
    history_tokens: Annotated[int, Field(ge=0, le=200_000)] = 4_000
    """The most tokens of them, one for three bytes."""
    guardrail: GuardrailSettings = GuardrailSettings()

    @property
    def tokens_beside_question(self) -> int:
        """The most tokens that a text takes besides its own: as the functions estimate them, a test holds."""
        return tokens_of(self.system_prompt or "") + self.history_tokens + self.max_tokens

    @property
    def of_reservations(self) -> dict[str, str]:
        """The variables of the functions that reserve tokens and settle them."""
        return {names.TOKENS_BESIDE_QUESTION: str(self.tokens_beside_question)}

    @property
    def of_engine(self) -> dict[str, str]:
        """The variables of the function that asks the engine."""
        chosen = {
            names.ENGINE: self.engine.value,
            names.MODEL: self.model,
            names.MAX_TOKENS: str(self.max_tokens),
            names.HISTORY_TURNS: str(self.history_turns),
            names.HISTORY_TOKENS: str(self.history_tokens),
        }
        optional = {
            names.SYSTEM_PROMPT: self.system_prompt,
            names.TEMPERATURE: None if self.temperature is None else str(self.temperature),
            names.GUARDRAIL_ID: self.guardrail.id,
            names.GUARDRAIL_VERSION: self.guardrail.version,
        }
        return chosen | {name: value for name, value in optional.items() if value is not None}
