"""A question to a vendor, whom it is put to, and what became of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from offhook.live.purse import Purse
from offhook.live.wire import Target
from offhook.speech.ports import ProviderConfig, Setup, ToolSpec
from offhook.speech.registry import Kind
from offhook.telephony.carriers.twilio_account import TwilioAccount

LONGEST_S: Final = 180.0
"""Of one question, whatever it waits for."""


class Verdict(StrEnum):
    """How a question came out."""

    AS_EXPECTED = "as expected"
    DIFFERENT = "different"
    """The vendor does otherwise than we believed: worth an issue."""
    FAILED = "failed"
    """The exchange itself went wrong."""
    NOT_ANSWERED = "not answered"
    """It went well, and what came leaves the question open."""
    NOT_ASKED = "not asked"
    BY_HAND = "by hand"
    """It takes a telephone: the report says what to do."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came back."""

    text: str
    verdict: Verdict = Verdict.AS_EXPECTED


def came(text: str, is_expected: bool = True) -> Came:
    """What came, and whether we believed it."""
    return Came(text, Verdict.AS_EXPECTED if is_expected else Verdict.DIFFERENT)


def open_still(text: str) -> Came:
    """What came does not answer it."""
    return Came(text, Verdict.NOT_ANSWERED)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a question is put to: one provider's block of the agent's file, or the carrier's account."""

    vendor: str
    """The provider's name; `twilio` for the carrier."""
    kind: Kind | None = None
    """None for the carrier."""
    config: ProviderConfig | None = None
    label: str = ""
    """Provider and model, as logs name them."""
    missing: tuple[str, ...] = ()
    """Variables of the environment that are not set: it cannot be asked."""
    is_other_server: bool = False
    """Neither the vendor nor its stand-in: what the vendor does says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long things are waited for, in seconds, and how much is tried."""

    answer_s: float = 15.0
    """For a message that has to come."""
    idle_s: float = 50.0
    """To see whether a vendor closes a socket that is silent."""
    keep_alive_s: float = 4.0
    """Between two keep-alives, and three of them are sent: past the ten seconds after which a silent socket ends."""
    frame_s: float = 0.02
    """Between two frames of a caller's audio."""
    connections: int = 12
    """Opened at once to see how many the plan allows."""


@dataclass(slots=True, kw_only=True)
class Asking:
    """All that a question needs to be put."""

    subject: Subject
    setup: Setup
    tools: tuple[ToolSpec, ...]
    purse: Purse
    waits: Waits
    target: Target | None = None
    """Of a provider, to speak to it by hand."""
    account: TwilioAccount | None = None
    """Of the carrier."""

    @property
    def config(self) -> ProviderConfig:
        """The provider's block."""
        assert self.subject.config is not None, "the carrier has none"
        return self.subject.config

    @property
    def wire(self) -> Target:
        """The provider, by hand."""
        assert self.target is not None, "the carrier is asked over its account"
        return self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One entry of the table."""

    name: str
    """How `--only` and issues call it: the vendor's name first."""
    vendor: str
    kind: Kind | None
    """The port of the block that it is put to; None for the carrier."""
    text: str
    expected: str
    """What Offhook believes, and is built to bear the opposite of where it can."""
    ask: Callable[[Asking], Awaitable[Came]] | None = None
    """None: it takes a telephone call."""
    by_hand: str = ""
    """Then: what to do."""
    log: Callable[[str], Came | None] | None = None
    """Finds the answer in the log of a server that took a call; None where it says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one question."""

    name: str
    vendor: str
    text: str
    expected: str
    came: str
    verdict: Verdict
    asked: str = ""
    """Who: provider and model."""
    took_s: float = 0.0
    dollars: float = 0.0
    """An estimate, from above."""

    def document(self) -> Mapping[str, Any]:
        """For JSON."""
        return {
            "name": self.name, "vendor": self.vendor, "asked": self.asked, "question": self.text,
            "expected": self.expected, "came": self.came, "verdict": self.verdict.value,
            "took_s": round(self.took_s, 3), "dollars": round(self.dollars, 6),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """One harmless exchange that went well."""

    text: str
    latency_s: float
    note: str = ""
    """What the owner should know of it all the same."""
    advice: str = field(default="")
