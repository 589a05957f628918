"""What every group of settings has in common."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Group(BaseModel):
    """One key of the stack file: frozen, and closed to members that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)
