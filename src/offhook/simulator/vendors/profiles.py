"""How slow vendors are, by name: what the bench measures with, and what the stand-ins are told to be."""

from dataclasses import dataclass, field
from typing import Final

from offhook.errors import ConfigurationError
from offhook.simulator.vendors.latency import Delay


@dataclass(frozen=True, slots=True)
class Profile:
    """The vendors' own times, each from the request to the first answer; `token_s` from token to token."""

    name: str
    transcript: Delay = field(default_factory=Delay)
    """From the end of what is said to its final."""
    first_token: Delay = field(default_factory=Delay)
    token_s: float = 0.0
    first_audio: Delay = field(default_factory=Delay)

    @property
    def is_drawn(self) -> bool:
        """Each request has a time of its own."""
        return any(delay.p95_s is not None for delay in (self.transcript, self.first_token, self.first_audio))

    def chain_s(self, tokens: int) -> float:
        """Transcript, first token, the rest of the first clause's `tokens`, first audio; of drawn times their P50."""
        first_s = self.transcript.p50_s + self.first_token.p50_s + self.first_audio.p50_s
        return first_s + max(0, tokens - 1) * self.token_s

    def __str__(self) -> str:
        between = f"{1000 * self.token_s:.0f} ms"
        return (
            f"transcript {self.transcript}, first token {self.first_token}, token {between}, voice {self.first_audio}"
        )


PROFILES: Final = {
    profile.name: profile
    for profile in (
        Profile("instant"),
        Profile("fast", Delay(0.1), Delay(0.1), 0.005, Delay(0.08)),
        Profile("medium", Delay(0.1), Delay(0.3), 0.012, Delay(0.1)),
        Profile("slow", Delay(0.2), Delay(0.4), 0.015, Delay(0.3)),
        # First tokens as they are published for GPT-4o.
        Profile("published", Delay(0.247, 0.298), Delay(0.546, 1.369), 0.012, Delay(0.188, 0.29)),
    )
}
"""From the quickest to the slowest."""


def profile_of(name: str) -> Profile:
    """The profile of that name. Raises `ConfigurationError` that lists the known ones."""
    if name not in PROFILES:
        expected = " or ".join(PROFILES)
        raise ConfigurationError("there is no such profile", field="--profile", found=repr(name), expected=expected)
    return PROFILES[name]
