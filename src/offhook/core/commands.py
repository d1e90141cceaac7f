"""What the conversation asks of the world, in the imperative. The call performs each in one clause."""

import msgspec

from offhook.core.endings import EndReason
from offhook.core.history import AnyEntry


class Command(msgspec.Struct, frozen=True, tag=True, tag_field="command"):
    """Something to do."""


# ── listening ────────────────────────────────────────────────────────────────────────────────────────────────────


class WatchSilence(Command, frozen=True):
    """Tell `SilenceLasted` once `silence_s` of received audio after the spurt's end were silent.

    Replaces an earlier watch; forgotten when a new spurt starts. Told at the next frame when that is past already.
    """

    spurt: int
    silence_s: float


class PredictTurn(Command, frozen=True):
    """Ask the end-of-turn model about the audio up to now; answered by `TurnPredicted(spurt)`, or never."""

    spurt: int


class FinalizeTranscript(Command, frozen=True):
    """Ask the transcriber to make final what was heard until now.

    Answered by a `TranscriptFinal` that reaches that place, or never.
    """

    spurt: int
    """The spurt whose words are wanted: for people who read the journal."""


class ReconnectTranscriber(Command, frozen=True):
    """Open the transcriber's stream again after `delay_s`, with the caller's audio since the last final first."""

    delay_s: float


class CollectKeys(Command, frozen=True):
    """Keys are wanted; secret ones are masked before anybody else sees them, and kept by `reference`."""

    call: str
    is_secret: bool
    reference: str
    takes_words: bool = False
    """What is said in place of keys is kept as it was said; else its digits are."""


class KeysCollected(Command, frozen=True):
    """No more keys are wanted for this tool call: what was kept of secret ones is whole, or is to be forgotten."""

    call: str
    is_whole: bool


# ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Ask(msgspec.Struct, frozen=True, tag="ask", tag_field="source"):
    """The responder is asked: all that it is to know stands here and in the history up to `until`."""

    until: int
    """So many entries of the history."""
    since: int = 0
    """Entries before this one are left out."""
    caller_text: str = ""
    """The caller's words that are not in the history yet; empty: it speaks first, or goes on."""
    keys: str = ""
    """The keys pressed with them."""
    said: str = ""
    """What this very reply has said so far."""
    with_tools: bool = True


class Say(msgspec.Struct, frozen=True, tag="say", tag_field="source"):
    """A fixed sentence of the agent's script; no model is asked."""

    text: str
    name: str
    """Which sentence: greeting, idle, warning, goodbye, apology, repeat, filler, ..."""


class StartReply(Command, frozen=True):
    """Prepare reply number `reply`; `held` keeps its audio back until `CommitReply`."""

    reply: int
    turn: int
    """The caller's turn that it answers, counted from 1; 0 is the opening."""
    content: Ask | Say
    held: bool


class ContinueReply(Command, frozen=True):
    """Ask again, now that the reply's tools have answered; what it says follows in the same reply."""

    reply: int
    content: Ask


class CommitReply(Command, frozen=True):
    """Let the held reply's audio go out, in this very step."""

    reply: int


class CancelReply(Command, frozen=True):
    """Stop generating the reply, clear what was sent of it and forget the rest.

    Answered by `PlayoutCut` when any of it was sent.
    """

    reply: int


class PlayFiller(Command, frozen=True):
    """Say a short cached sentence now, ahead of the reply's own first segment; it is part of what is heard."""

    reply: int
    text: str


class DuckPlayout(Command, frozen=True):
    """Go on quieter, from the sample being heard (`clear`, then the rest again at `gain_db`)."""

    reply: int
    gain_db: float


class HushPlayout(Command, frozen=True):
    """Fall silent with the rest kept; answered by `PlayoutCut`."""

    reply: int


class ResumePlayout(Command, frozen=True):
    """Go on at full volume from where the caller last heard it."""

    reply: int


# ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────


class RunTool(Command, frozen=True):
    """Run a tool, now that the turn is committed; answered by `ToolReturned`, `ToolFailed` or `ToolLost`."""

    call: str
    name: str
    arguments: str
    key: str = ""
    """The same for the same wish, also when it is tried again: for services that do nothing twice."""


class TransferCall(Command, frozen=True):
    """Connect the caller to somebody else: the leg comes off, the call goes on; answered by `TransferEnded`."""

    call: str
    destination: str
    """Its name in the agent's file."""
    number: str
    ring_s: float


class EnterAgent(Command, frozen=True):
    """Put another agent in charge; answered by `AgentEntered(call)` or `ToolFailed(call)`."""

    call: str
    agent: str


class SendDigits(Command, frozen=True):
    """Press keys towards the other side; answered by `ToolReturned(call)` or `ToolFailed(call)`."""

    call: str
    digits: str


# ── record, end ──────────────────────────────────────────────────────────────────────────────────────────────────


class Remember(Command, frozen=True):
    """Entry number `index` of the history, counted from 0 without a gap."""

    index: int
    entry: AnyEntry


class ReportPromise(Command, frozen=True):
    """The caller was told that `tool` has done something, and no run of it in this call has: a false promise."""

    turn: int
    tool: str
    text: str
    """The sentence that was heard."""


class HangUp(Command, frozen=True):
    """End the telephone call at the carrier."""

    reason: EndReason


class EndCall(Command, frozen=True):
    """The conversation is over; nothing follows."""

    reason: EndReason
    detail: str = ""


AnyCommand = (
    WatchSilence | PredictTurn | FinalizeTranscript | ReconnectTranscriber | CollectKeys | KeysCollected
    | StartReply | ContinueReply | CommitReply | CancelReply | PlayFiller | DuckPlayout | HushPlayout | ResumePlayout
    | RunTool | TransferCall | EnterAgent | SendDigits
    | Remember | ReportPromise | HangUp | EndCall
)  # fmt: skip
"""Every command there is."""
