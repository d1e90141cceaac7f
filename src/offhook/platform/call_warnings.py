"""What an owner should know of a call without having listened to it: found in its journal, each once, with a count."""

from dataclasses import dataclass, field
from typing import Any, Final

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist

_SAYS: Final = {
    "caller.heard_nothing": (
        "The caller heard 0 s of audio.",
        "Listen to the recording; then look at the voice: `offhook doctor --live` tries it.",
    ),
    "stt.fell_back": ("Another transcriber did the work for a while.", "See the events for why; check key and quota."),
    "llm.fell_back": (
        "Another language model did the work for a while.", "See the events for why; check key and quota.",
    ),
    "tts.fell_back": ("Another voice spoke for a while.", "See the events for why; check key and quota."),
    "stt.lost": ("The transcriber was lost and opened again.", "When it is frequent, look at the network to it."),
    "stt.lagging": (
        "Audio was kept from the transcriber, which did not keep up.", "Words may be missing; look at its load.",
    ),
    "reply.failed": ("A reply could not be finished.", "See the events for which part failed, and why."),
    "leg.lost": (
        "The media connection was lost for a while.", "When it is frequent, look at the network to the carrier.",
    ),
    "promise.without_tool": (
        "The caller was told that something was done, and no tool has done it.",
        "See the turn; call the caller back where it matters, and tell the agent when to use the tool.",
    ),
    "tool.outcome_unknown": (
        "Nobody knows whether a tool has done its work.", "Look into the system behind it before it is done again.",
    ),
    "tool.failed": ("A tool could not do its work.", "See what it answered."),
    "record.lines_lost": (
        "Words were lost on disk: the journal has holes.", "Look at the disk's room and speed: `offhook doctor`.",
    ),
    "record.unfinished": (
        "The record ends before the call did: the process died.", "What was said until then stands here.",
    ),
    "record.no_recording": ("The call was not recorded.", "Look at the disk's room: `offhook doctor`."),
}  # fmt: skip
CODES: Final = tuple(_SAYS)


@dataclass(slots=True)
class Warnings:
    """Feed it what the journal holds."""

    _counts: dict[str, int] = field(default_factory=dict)
    _has_begun: bool = False

    def add(self, what: ev.Event | cmd.Command, at: float) -> None:
        """One line."""
        match what:
            case ev.CallAnswered():
                self._has_begun = True
            case ev.ProviderSwitched(kind=kind, provider=provider, to=to) if provider != to:
                self.note(f"{kind}.fell_back")
            case ev.TranscriberLost():
                self.note("stt.lost")
            case ev.TranscriberLagging():
                self.note("stt.lagging")
            case ev.ReplyFailed():
                self.note("reply.failed")
            case ev.LegDetached(how=ev.Detachment.LOST):
                self.note("leg.lost")
            case cmd.ReportPromise():
                self.note("promise.without_tool")
            case cmd.Remember(entry=hist.ToolAnswered(outcome=hist.Outcome.UNKNOWN)):
                self.note("tool.outcome_unknown")
            case cmd.Remember(entry=hist.ToolAnswered(outcome=hist.Outcome.FAILED)):
                self.note("tool.failed")
            case _:
                pass

    def note(self, code: str, times: int = 1) -> None:
        """It happened."""
        if code in _SAYS:
            self._counts[code] = self._counts.get(code, 0) + times

    def heard(self, heard_s: float) -> None:
        """So much of the agent was played to the caller, in all."""
        if self._has_begun and heard_s <= 0:
            self.note("caller.heard_nothing")

    @property
    def codes(self) -> list[str]:
        """Which, in the order of weight."""
        return [code for code in CODES if code in self._counts]

    def told(self) -> list[dict[str, Any]]:
        """In words."""
        return [told(code, self._counts[code]) for code in self.codes]


def told(code: str, times: int = 1) -> dict[str, Any]:
    """One of them in words."""
    says, what_to_do = _SAYS[code]
    return {"code": code, "says": says, "what_to_do": what_to_do, "times": times}
