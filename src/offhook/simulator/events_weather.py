"""What can go wrong in a simulated call, and how often: one frozen set of probabilities per weather.

A probability stands for one chance at the place that its sentence names.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from offhook.core.behaviour import PRESETS, Behaviour, Destination, Script

Range = tuple[float, float]
"""Evenly spread between two values, in seconds."""

SCRIPT: Final = Script(
    greeting="Hello, how can I help you?",
    filler=("One moment please.", "Just a second."),
    backchannels=("mm-hm", "uh-huh", "okay", "yes", "right"),
    denials=("no",),
    end_phrases=("goodbye", "bye bye"),
    wait_phrases=("hold on", "one moment", "let me get"),
    open_words=("and", "for", "the", "my", "is"),
    hesitations=("um", "uh"),
    number_words=("zero", "one", "two", "three", "four", "five"),
    collect_words=("number",),
    destinations={"desk": Destination(number="+15550100", ring_s=20.0)},
    handoffs=("billing",),
)


@dataclass(frozen=True)
class Weather:
    """Everything random in a call."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    script: Script = SCRIPT
    lasts_s: Range = (240.0, 900.0)
    """When the caller has had enough."""

    # ── the caller ───────────────────────────────────────────────────────────────────────────────────────────
    pauses: float = 0.35
    """A pause inside the caller's turn, behind each spurt."""
    pause_s: Range = (0.15, 1.4)
    thinks_s: Range = (0.3, 4.0)
    """From the end of the agent's question to the caller's voice."""
    interrupts: float = 0.08
    """The caller speaks over a reply; per reply, as all of these."""
    backchannels: float = 0.15
    coughs: float = 0.08
    tail_answers: float = 0.1
    """A 'yes' over the last half second of a question."""
    echoes: float = 0.0
    """The agent's own words come back."""
    short_answers: float = 0.15
    """A turn of one word."""
    noises: float = 0.02
    """A loud sound that is no voice."""
    keys: float = 0.0
    """Keys in place of words; per turn of the caller, as all of these."""
    keys_beside_words: float = 0.0
    asks_for_time: float = 0.01
    falls_silent: float = 0.01
    says_goodbye: float = 0.01
    oh_wait: float = 0.3
    """The caller speaks over the agent's goodbye, or right behind it."""
    vanishes: float = 0.01
    """The caller hangs up, at any step; per reply."""
    television: float = 0.0
    """Per call: nobody is there, and a television speaks all the time."""
    mutes: float = 0.0
    """The caller's audio is kept from everybody for a while; per reply."""

    # ── the transcriber and the end-of-turn model ────────────────────────────────────────────────────────────
    final_s: Range = (0.05, 0.5)
    late_finals: float = 0.0
    late_final_s: Range = (1.0, 6.0)
    unanswered: float = 0.0
    """A question that is never answered; the words come with the next final."""
    interims: float = 0.0
    """Per call: there are interims."""
    revises: float = 0.2
    """An interim tells its last word wrong."""
    early_questions: float = 0.7
    """A pause is told before the spurt is over."""
    false_pauses: float = 0.1
    """A pause is told inside the spurt, and the voice goes on."""
    own_finals: float = 0.0
    """Per call: the transcriber makes words final when it likes."""
    expects_ends: float = 0.0
    """Per call: the transcriber has its own belief about ends of turns."""
    loses_stream: float = 0.0
    """Per spurt."""
    reopens_s: Range = (0.1, 1.5)
    reopen_fails: float = 0.1
    wrong_ends: float = 0.12
    """The end-of-turn model errs."""
    late_ends: float = 0.05
    no_ends: float = 0.03
    no_silence: float = 0.0
    """No audio comes behind a spurt that would show the silence."""

    # ── the responder ────────────────────────────────────────────────────────────────────────────────────────
    token_s: Range = (0.15, 0.9)
    slow_tokens: float = 0.0
    slow_token_s: Range = (2.0, 9.0)
    model_stalls: float = 0.0
    model_fails: float = 0.0
    model_fails_midway: float = 0.0
    model_is_empty: float = 0.0
    tools: float = 0.0
    """An answer begins with a tool."""
    tools_again: float = 0.3
    """Behind a tool, another one is asked for."""
    same_wish: float = 0.3
    """A tool that is asked for is one that was asked for before."""
    tools_for_ever: float = 0.0
    """Per call: the model asks for tools as long as it gets any."""
    text_before_tool: float = 0.4
    tool_pending: float = 0.5
    ends_call: float = 0.0
    transfers: float = 0.0
    hands_off: float = 0.0
    collects: float = 0.0
    tool_s: Range = (0.2, 3.0)
    tools_fail: float = 0.1
    tools_lost: float = 0.05
    tools_silent: float = 0.03
    """Nothing is ever heard of the tool, or long after its time."""
    voice_s: Range = (0.1, 0.35)
    slow_voice: float = 0.0
    slow_voice_s: Range = (1.5, 6.0)
    voice_stalls: float = 0.0
    """A segment whose audio breaks off, and nothing is told."""
    voice_dies: float = 0.0
    """The same, and it is told."""
    dead_voice: float = 0.0
    """Per call: no sentence is ever spoken but the kept ones."""

    # ── the carrier and the doors ────────────────────────────────────────────────────────────────────────────
    marks_lost: float = 0.0
    """Per segment."""
    downlink_stalls: float = 0.0
    downlink_stall_s: Range = (0.5, 4.0)
    legs_lost: float = 0.0
    """Per reply."""
    leg_away_s: Range = (0.5, 5.0)
    legs_never_back: float = 0.2
    doors: float = 0.0
    """Somebody says, instructs, joins; per reply."""
    ended_from_outside: float = 0.02
    """A door ends the call."""


FAIR: Final = Weather()
_TALKS: Final = Weather(interrupts=0.25, backchannels=0.3, coughs=0.2, tail_answers=0.3, noises=0.1, oh_wait=0.7)
_LATE: Final = Weather(final_s=(0.05, 3.5), unanswered=0.02, loses_stream=0.01)
_TOOLS: Final = Weather(tools=0.35, interrupts=0.15, model_fails=0.04, slow_tokens=0.05, ends_call=0.01)

WEATHERS: Final[dict[str, Weather]] = {
    "fair": FAIR,
    "interims": replace(FAIR, interims=1.0, own_finals=0.5, expects_ends=0.3),
    "lively": _TALKS,
    "echo": replace(_TALKS, echoes=0.25),
    "late": _LATE,
    "late_interims": replace(_LATE, interims=1.0, own_finals=0.3, expects_ends=0.3),
    "very_late": replace(_LATE, final_s=(0.5, 6.0), interims=0.5, coughs=0.2, short_answers=0.4),
    "losses": replace(FAIR, loses_stream=0.15, interims=0.5, own_finals=0.4, reopen_fails=0.2),
    "keys": replace(FAIR, keys=0.15, keys_beside_words=0.2, collects=0.1, interims=0.5, final_s=(0.05, 1.2)),
    "tools": _TOOLS,
    "tools_hard": replace(
        _TOOLS, tools=0.6, tools_again=0.7, same_wish=0.6, tools_fail=0.2, tools_lost=0.1, tools_silent=0.1,
        tool_s=(0.5, 9.0), tools_for_ever=0.1, model_fails=0.1, model_fails_midway=0.05, voice_stalls=0.03,
    ),
    "slow_model": replace(FAIR, slow_tokens=0.2, model_stalls=0.04, model_is_empty=0.03),
    "sick_model": replace(FAIR, model_fails=0.15, model_fails_midway=0.1, model_stalls=0.05, model_is_empty=0.08),
    "sick_voice": replace(FAIR, slow_voice=0.15, voice_stalls=0.06, voice_dies=0.06),
    "dead_voice": replace(FAIR, dead_voice=1.0, tools=0.2, lasts_s=(60.0, 200.0)),
    "bad_line": replace(FAIR, marks_lost=0.15, downlink_stalls=0.1, no_silence=0.1, mutes=0.03),
    "legs": replace(FAIR, legs_lost=0.05, transfers=0.04, vanishes=0.02),
    "doors": replace(FAIR, doors=0.1, mutes=0.03, hands_off=0.04, transfers=0.03),
    "television": replace(FAIR, television=1.0, interims=0.5),
    "snappy": replace(_TALKS, behaviour=PRESETS["snappy"], interims=0.5),
    "patient": replace(_TALKS, behaviour=PRESETS["patient"], interims=0.5),
    "storm": Weather(
        interrupts=0.2, backchannels=0.2, coughs=0.2, tail_answers=0.2, echoes=0.05, noises=0.1, keys=0.05,
        keys_beside_words=0.1, asks_for_time=0.03, vanishes=0.02, mutes=0.01, final_s=(0.05, 1.5), late_finals=0.1,
        unanswered=0.02, interims=0.5, own_finals=0.3, expects_ends=0.3, loses_stream=0.03, no_silence=0.05,
        slow_tokens=0.1, model_stalls=0.02, model_fails=0.05, model_fails_midway=0.03, model_is_empty=0.02, tools=0.25,
        ends_call=0.02, transfers=0.02, hands_off=0.02, collects=0.05, slow_voice=0.05, voice_stalls=0.02,
        voice_dies=0.02, marks_lost=0.05, downlink_stalls=0.03, legs_lost=0.01, doors=0.03,
    ),
}  # fmt: skip
"""Named weathers, each for one kind of trouble; `storm` is all of it."""
