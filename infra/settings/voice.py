"""What a stack may choose of speech."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from functions import names
from infra.settings.ai import short_prompt
from infra.settings.group import Group


class VoiceEngine(StrEnum):
    """Who people speak with."""

    NOVA = names.VOICE_ENGINE_NOVA
    """Nova 2 Sonic, by its SDK."""
    ECHO = names.VOICE_ENGINE_ECHO
    """No model: people hear themselves, for trying things out and for tests."""


class VoiceSettings(Group):
    """Speech, in both directions."""

    enabled: bool = False
    """Whether people can speak; each minute has the price of its tokens."""
    engine: VoiceEngine = VoiceEngine.NOVA
    """Who answers."""
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")] = "amazon.nova-2-sonic-v1:0"
    """The id of the model, in the stack's region."""
    voice: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "matthew"
    """Who speaks where a client does not say."""
    system_prompt: Annotated[str | None, AfterValidator(short_prompt)] = None
    """What the model is told before each conversation; with none, nothing."""
    endpointing: Literal["HIGH", "MEDIUM", "LOW"] | None = None
    """How soon a pause ends a turn; with none, as the model does by itself."""
    history_turns: Annotated[int, Field(ge=0, le=200)] = 20
    """The most turns, written or spoken, that the model is told of the conversation."""
    grace_seconds: Annotated[int, Field(ge=5, le=300)] = 30
    """How long a voice session waits for speech, as after a cut, before it ends."""
    handover_seconds: Annotated[int, Field(ge=5, le=780)] = 780
    """How long one invocation holds a voice session until the next takes over."""
    sessions: Annotated[int, Field(ge=1, le=10_000)] = 50
    """The most voice sessions at a time, over all users: each holds an execution of the function."""

    @property
    def of_session(self) -> dict[str, str]:
        """The variables of the function that holds voice sessions."""
        chosen = {
            names.VOICE_ENGINE: self.engine.value,
            names.VOICE_MODEL: self.model,
            names.VOICE_NAME: self.voice,
            names.VOICE_HISTORY_TURNS: str(self.history_turns),
            names.VOICE_GRACE_SECONDS: str(self.grace_seconds),
            names.VOICE_HANDOVER_SECONDS: str(self.handover_seconds),
        }
        optional = {
            names.VOICE_SYSTEM_PROMPT: self.system_prompt,
            names.VOICE_ENDPOINTING: self.endpointing,
        }
        return chosen | {name: value for name, value in optional.items() if value is not None}


class LiveSettings(Group):
    """What browsers and operators see as it happens."""

    enabled: bool = False
    """Whether changes are published; each has the price of its messages."""
    operators_group: Annotated[str, Field(pattern=r"^[\w.@+=-]{1,128}$")] = "operators"
    """The group of the user pool whose members see everybody's."""
