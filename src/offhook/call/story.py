"""A call as a page tells it: what the journal gets, turned into a few plain messages while it happens. No I/O.

Each message is a JSON object with `type` "told", its kind as `told`, and `at`, seconds on the call's clock. The words
of both parties come twice: as they are believed or played, and once more when they are settled, which counts.
"""

from typing import Annotated, ClassVar, Final, Literal

import msgspec

from offhook.call.latency import LatencyMeter, TurnLatency, whole_ms
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.endings import ENDINGS, EndReason

LONGEST_TEXT: Final = 2_000
"""Of what a page is told in one message; the journal has it whole."""
FRESH_S: Final = 8.0
"""Words of the caller that nobody has taken by then are not shown before new ones: a listening sound, an echo."""
MOST_TOOLS: Final = 64
Text = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]


class Told(msgspec.Struct, frozen=True, tag_field="told", kw_only=True):
    """One message to the page."""

    at: float
    type: Literal["told"] = "told"


class Doing(Told, frozen=True, tag="doing"):
    """Who has the floor."""

    what: Literal["listening", "hearing", "thinking", "speaking"]


class CallerWords(Told, frozen=True, tag="caller_words"):
    """What the caller is believed to have said since the last turn; it may still change."""

    text: Text


class CallerTurn(Told, frozen=True, tag="caller_turn"):
    """A turn of the caller, as it stands in the history."""

    turn: int
    text: Text


class AgentWords(Told, frozen=True, tag="agent_words"):
    """A segment of a reply begins to be heard, or its words are known better now."""

    reply: int
    segment: int
    """Fillers count -1, -2, ..."""
    text: Text


class AgentTurn(Told, frozen=True, tag="agent_turn"):
    """A reply is over: what was heard of it, and what would have followed."""

    turn: int
    text: Text
    unheard: Text = ""
    interrupted: bool = False


class GapMeasured(Told, frozen=True, tag="gap"):
    """From the caller's last voiced sample to the reply's first; the parts add up to it."""

    turn: int
    text: Text
    """What the caller had said by then."""
    gap_ms: int
    parts_ms: dict[str, int]
    first_sound_ms: int = 0
    """To an opener or filler before the reply; 0: there was none."""


class ToolTold(Told, frozen=True, tag="tool"):
    """A tool runs, or is over."""

    call: str
    name: Text
    state: Literal["running", "done", "failed", "unknown"]
    text: Text
    """Its arguments, or what it answered."""
    took_ms: int = 0


class NoteTold(Told, frozen=True, tag="note"):
    """Something that happened, in words."""

    text: Text
    is_warning: bool = False


class Ended(Told, frozen=True, tag="ended"):
    """The call is over. Nothing follows."""

    reason: str
    says: str
    advice: str = ""
    detail: Text = ""
    record: str = ""
    """Where the call is kept, for people."""


class Story:
    """One call. Feed it all that the journal gets, in order."""

    _NOTES: ClassVar[dict[type, str]] = {
        cmd.DuckPlayout: "Your voice: the agent goes quieter.",
        cmd.HushPlayout: "The agent falls silent and keeps the rest.",
        cmd.ResumePlayout: "It was no interruption: the agent goes on where it was heard.",
        ev.HumanLeft: "The person has left, and the agent goes on.",
    }

    def __init__(self) -> None:
        self._meter: Final = LatencyMeter()
        self._finals: list[tuple[float, str]] = []
        self._segments: dict[tuple[int, int], str] = {}
        self._begun: set[tuple[int, int]] = set()
        self._tools: dict[str, tuple[str, float]] = {}
        self._was_deaf = False
        self._is_over = False

    def add(self, what: ev.Event | cmd.Command, at: float) -> list[Told]:
        """What the page is to be told of it: mostly nothing."""
        if self._is_over:
            return []
        turn = self._meter.add(what, at)
        told: list[Told] = [_gap(turn, at)] if turn is not None else []
        match what:
            case ev.SoundEvent() | ev.TranscriberEvent():
                told += self._heard(what, at)
            case ev.ReplyEvent():
                told += self._replied(what, at)
            case ev.Event():
                told += _news(what, at)
            case cmd.Remember(entry=entry):
                told += self._remember(entry, at)
            case cmd.CommitReply() | cmd.StartReply(held=False, content=cmd.Ask()):
                told.append(Doing(at=at, what="thinking"))
            case cmd.ReportPromise(tool=tool, text=text):
                said = f"The agent said “{_cut(text, 200)}”, and no run of {tool} has done that."
                told.append(NoteTold(at=at, text=said, is_warning=True))
            case cmd.EndCall(reason=reason, detail=detail):
                self._is_over = True
                told.append(_ended(reason, detail, at))
            case _:
                pass
        if note := self._NOTES.get(type(what)):
            told.append(NoteTold(at=at, text=note))
        return told

    def _heard(self, what: ev.SoundEvent | ev.TranscriberEvent, at: float) -> list[Told]:
        match what:
            case ev.SpeechStarted():
                return [Doing(at=at, what="hearing")]
            case ev.TranscriptChanged(text=text) | ev.TurnEndExpected(text=text):
                return self._words(text, at)
            case ev.TranscriptFinal(text=text) if text.strip():
                # All that was interim stood behind the last final: this one takes its place.
                words = self._words(text, at)
                self._finals.append((at, text.strip()))
                return words
            case ev.TranscriberLost(cause=cause):
                self._was_deaf = True
                text = f"The transcriber was lost ({_cut(cause, 200)}) and is opened again."
                return [NoteTold(at=at, text=text, is_warning=True)]
            case ev.TranscriberReady() if self._was_deaf:
                self._was_deaf = False
                return [NoteTold(at=at, text="The transcriber is back.")]
            case _:
                return []

    def _words(self, text: str, at: float) -> list[Told]:
        if not text.strip():
            return []
        self._finals = [(when, words) for when, words in self._finals if at - when < FRESH_S]
        whole = " ".join([words for _, words in self._finals] + [text.strip()])
        return [CallerWords(at=at, text=_cut(whole))]

    def _replied(self, what: ev.ReplyEvent, at: float) -> list[Told]:
        match what:
            case ev.SegmentReady(reply=reply, segment=segment, text=text):
                self._segments = {key: words for key, words in self._segments.items() if key[0] >= reply - 1}
                self._begun = {key for key in self._begun if key[0] >= reply - 1}
                self._segments[reply, segment] = text
            case ev.SegmentReworded(reply=reply, segment=segment, text=text):
                self._segments[reply, segment] = text
                if (reply, segment) in self._begun:
                    return [AgentWords(at=at, reply=reply, segment=segment, text=_cut(text))]
            case ev.SegmentStarted(reply=reply, segment=segment):
                self._begun.add((reply, segment))
                begun = self._segments.get((reply, segment), "")
                words = [AgentWords(at=at, reply=reply, segment=segment, text=_cut(begun))] if begun else []
                return [Doing(at=at, what="speaking"), *words]
            case ev.ReplyHeard() | ev.PlayoutCut():
                return [Doing(at=at, what="listening")]
            case ev.ReplyFailed(stage=stage, cause=cause):
                text = f"The {stage} failed: {_cut(cause, 200)}"
                return [NoteTold(at=at, text=text, is_warning=True)]
            case _:
                pass
        return []

    def _remember(self, entry: hist.Entry, at: float) -> list[Told]:
        match entry:
            case hist.CallerSaid(turn=turn, text=text):
                self._finals.clear()
                return [CallerTurn(at=at, turn=turn, text=_cut(text))]
            case hist.AgentSaid(turn=turn, text=text, full_text=whole, interrupted=interrupted):
                rest = whole[len(text) :].strip() if whole.startswith(text) else ""
                return [AgentTurn(at=at, turn=turn, text=_cut(text), unheard=_cut(rest), interrupted=interrupted)]
            case hist.ToolCalled(call=call, name=name, arguments=arguments):
                if len(self._tools) < MOST_TOOLS:
                    self._tools[call] = name, at
                return [ToolTold(at=at, call=call, name=_cut(name), state="running", text=_cut(arguments))]
            case hist.ToolAnswered(call=call, outcome=outcome, text=text):
                name, since = self._tools.pop(call, ("", at))
                state: Final = outcome.value
                took_ms = round((at - since) * 1000)
                return [ToolTold(at=at, call=call, name=name, state=state, text=_cut(text), took_ms=took_ms)]
            case hist.KeysPressed(keys=keys):
                return [NoteTold(at=at, text=f"You pressed {keys}.")]
            case hist.AgentTookOver(agent=agent):
                return [NoteTold(at=at, text=f"{agent} is in charge from here on.")]
            case hist.HumanSaid(name=name, text=text):
                return [NoteTold(at=at, text=f"{name}: {_cut(text)}")]
            case _:
                return []


def _news(what: ev.Event, at: float) -> list[Told]:
    match what:
        case ev.ProviderSwitched(kind=kind, provider=provider, to=to, cause=cause):
            told = f"{provider} ({kind}) failed: {_cut(cause, 200).rstrip('.')}. "
            told += "It is asked once more." if to == provider else f"{to} does its work."
            return [NoteTold(at=at, text=told, is_warning=True)]
        case ev.LegDetached(how=ev.Detachment.LOST):
            return [NoteTold(at=at, text="The connection was lost; the call waits for it.", is_warning=True)]
        case ev.LegAttached(leg=leg) if leg > 1:
            return [NoteTold(at=at, text="The connection is back, and the call goes on.")]
        case ev.HumanJoined(name=name):
            return [NoteTold(at=at, text=f"{name} has taken over the call.")]
        case ev.TransferRequested(name=name):
            return [NoteTold(at=at, text=f"The caller is to be connected to {name}.")]
        case ev.CallerMuted(is_muted=is_muted):
            return [NoteTold(at=at, text="The agent does not hear you." if is_muted else "The agent hears you again.")]
        case _:
            return []


def _gap(turn: TurnLatency, at: float) -> GapMeasured:
    gap_ms, parts = whole_ms(turn)
    first_ms = round(turn.first_sound_s * 1000)
    text = _cut(turn.text)
    return GapMeasured(at=at, turn=turn.turn, text=text, gap_ms=gap_ms, parts_ms=parts, first_sound_ms=max(first_ms, 0))


def _ended(reason: EndReason, detail: str, at: float) -> Ended:
    ending = ENDINGS[reason]
    return Ended(at=at, reason=reason.value, says=ending.says, advice=ending.advice, detail=_cut(detail))


def _cut(text: str, longest: int = LONGEST_TEXT) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
