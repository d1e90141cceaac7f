"""What the built-in tools of the `tools` block have in common."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from offhook.core.behaviour import ToolWords


class BuiltinConfig(BaseModel):
    """A tool that comes with Offhook. What its success sounds like stands with the language's sentences."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def words(self) -> Mapping[str, ToolWords]:
        """Nothing beside the language's own."""
        return {}
