"""What the conversation asks of the world, in the imperative. `call.call.run_call` performs each in one clause."""

import msgspec


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
    """Ask the transcriber to make final what it has; answered by `TranscriptFinal(spurt)`, or never."""

    spurt: int


class ReconnectTranscriber(Command, frozen=True):
    """Open the transcriber's stream again after `delay_s`, with the caller's audio since the last final first."""

    delay_s: float


# ── speaking ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Generate(msgspec.Struct, frozen=True, tag="generate", tag_field="source"):
    """The language model answers `caller_text` (empty: it speaks first, or goes on after tools)."""

    caller_text: str


class Say(msgspec.Struct, frozen=True, tag="say", tag_field="source"):
    """A fixed sentence of the agent's script; no model is asked."""

    text: str
    name: str
    """Which sentence: greeting, idle, warning, goodbye, apology, repeat, ..."""


class StartReply(Command, frozen=True):
    """Prepare reply number `reply`; `held` keeps its audio back until `CommitReply`."""

    reply: int
    turn: int
    """The caller's turn that it answers, counted from 1; 0 is the opening."""
    content: Generate | Say
    held: bool


class ContinueReply(Command, frozen=True):
    """Ask the model again, now that the reply's tools have answered; what it says follows in the same reply."""

    reply: int


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


# ── tools, record, end ───────────────────────────────────────────────────────────────────────────────────────────


class RunTool(Command, frozen=True):
    """Run a tool, now that the turn is committed; answered by `ToolReturned` or `ToolFailed`."""

    call: str
    name: str
    arguments: str


class RecordTurn(Command, frozen=True):
    """A turn is over: `text` is what the caller said, or what the caller heard of the agent's `full_text`."""

    turn: int
    speaker: str
    """`caller` or `agent`."""
    text: str
    full_text: str = ""
    interrupted: bool = False


class ReportPromise(Command, frozen=True):
    """The caller was told that `tool` has done something, and no run of it in this call has: a false promise."""

    turn: int
    tool: str
    text: str
    """The sentence that was heard."""


class HangUp(Command, frozen=True):
    """End the telephone call at the carrier."""

    reason: str


class EndCall(Command, frozen=True):
    """The conversation is over; nothing follows."""

    reason: str


AnyCommand = (
    WatchSilence | PredictTurn | FinalizeTranscript | ReconnectTranscriber
    | StartReply | ContinueReply | CommitReply | CancelReply | PlayFiller | DuckPlayout | HushPlayout | ResumePlayout
    | RunTool | RecordTurn | ReportPromise | HangUp | EndCall
)  # fmt: skip
"""Every command there is."""
