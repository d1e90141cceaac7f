"""The `outbound` block of `AGENT.yaml`: how this agent's own calls are placed."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from offhook.agents.turn_taking import Sentence

RING_S: Final = 30


class OutboundBlock(BaseModel):
    """Calls that are placed in this agent's name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ring_s: int = Field(
        default=RING_S, ge=5, le=600, description="It rings so long, in seconds; then nobody has answered."
    )
    machine_detection: bool = Field(
        default=False,
        description="The carrier listens whether a person or a machine has answered, at its own price, and the "
        "greeting waits for that, `turn_taking.screen_s` at most.",
    )
    machine_message: Sentence | None = Field(
        default=None,
        description="Left on an answering machine when it has beeped; without one the machine is hung up on.",
    )

    @property
    def detection(self) -> str:
        """As the carrier is asked for it: with a message it waits for the beep; empty: not at all."""
        if not self.machine_detection:
            return ""
        return "DetectMessageEnd" if self.machine_message else "Enable"
