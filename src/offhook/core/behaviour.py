"""The numbers of a conversation: one complete frozen set per call, pinned at its start and written to its journal.

The owner's `turn_taking` block, its reference page and the dashboard's form are made from these fields: each has a
sentence, a unit in its name and bounds.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from offhook.core.collects import Collects
from offhook.core.figures import NumberWords
from offhook.core.spellings import Spellings


def _says(text: str, ge: float, le: float) -> Meta:
    return Meta(description=text, ge=ge, le=le)


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """How one agent takes turns. Defaults are the preset `balanced`."""

    # ── when the caller's turn is over ───────────────────────────────────────────────────────────────────────
    min_silence_s: Annotated[float, _says("Silence after a turn that sound and words call complete.", 0.1, 5)] = 0.30
    unsure_silence_s: Annotated[
        float, _says("Silence after a turn when sound and words disagree, or the model is not sure.", 0.1, 8)
    ] = 0.80
    unfinished_silence_s: Annotated[
        float, _says("Silence after a turn that is clearly unfinished ('and then ...', a filler).", 0.1, 10)
    ] = 1.60
    collecting_silence_s: Annotated[
        float, _says("Silence inside a number, a code or an e-mail that is plainly not whole yet.", 0.1, 10)
    ] = 3.00
    complete_probability: Annotated[
        float, _says("End-of-turn probability from which the sound counts as complete.", 0, 1)
    ] = 0.50
    second_opinion_s: Annotated[float, _says("Silence after which the end-of-turn model is asked again.", 0.1, 5)] = (
        0.80
    )
    learned_pause_weight: Annotated[
        float, _says("How fast the caller's own pauses move the patience (0: never).", 0, 1)
    ] = 0.25
    ask_silence_s: Annotated[
        float,
        _says("Silence in a talk spurt after which the final transcript is asked for, before the end is sure.", 0, 1),
    ] = 0.03
    transcript_timeout_s: Annotated[
        float, _says("Longest wait for a final transcript after the end of a spurt.", 0.1, 10)
    ] = 1.40
    audio_stall_s: Annotated[float, _says("Longest wait for caller audio that would show a silence.", 0.3, 10)] = 1.00
    max_speculations: Annotated[int, _says("Replies prepared before a turn is committed, per turn.", 0, 20)] = 3
    digits_timeout_s: Annotated[float, _says("Wait after a key before the digits are a turn.", 0.2, 30)] = 2.5
    echo_words: Annotated[
        int, _says("So many of the agent's own words, coming back while it speaks, are no turn (0: off).", 0, 50)
    ] = 3
    digits_end: Annotated[str, Meta(description="A key that ends the digits at once, or empty.", max_length=1)] = "#"

    # ── barge-in ─────────────────────────────────────────────────────────────────────────────────────────────
    duck_voice_s: Annotated[float, _says("Caller's voice over the agent until it goes quieter.", 0.04, 2)] = 0.10
    hush_voice_s: Annotated[float, _says("Caller's voice over the agent until it falls silent.", 0.06, 3)] = 0.22
    takeover_voice_s: Annotated[
        float, _says("Caller's voice over the agent that takes the floor without words.", 0.2, 10)
    ] = 1.50
    duck_gain_db: Annotated[float, _says("How much quieter a ducked agent is.", -40, -6)] = -15.0
    decide_timeout_s: Annotated[
        float, _says("Longest wait for words after the caller's voice ended; then the agent goes on.", 0.1, 5)
    ] = 1.00
    answer_overlap_s: Annotated[
        float,
        _says("A word of listening that begins so long before the end of the agent's question answers it.", 0, 5),
    ] = 1.00
    protect_opening: Annotated[
        bool, Meta(description="The opening is said to its end whatever the caller says (a legal notice).")
    ] = False

    # ── silence, length, end ─────────────────────────────────────────────────────────────────────────────────
    idle_s: Annotated[float, _says("Silence of the caller until the agent asks.", 1, 600)] = 9.0
    idle_prompts: Annotated[int, _says("How often the agent asks before it says goodbye.", 0, 10)] = 2
    hold_s: Annotated[
        float, _says("Silence until the agent asks, when the caller has asked for time ('hold on').", 1, 600)
    ] = 30.0
    opening_wait_s: Annotated[
        float, _says("With `opening: wait`, how long the caller may be silent at first.", 1, 120)
    ] = 12.0
    max_call_s: Annotated[float, _says("Longest call.", 10, 14_400)] = 1_800.0
    warn_before_s: Annotated[float, _says("The spoken warning comes so long before the longest call.", 0, 600)] = 60.0
    stuck_voice_s: Annotated[
        float, _says("Voice without a word for so long is taken for background noise.", 2, 120)
    ] = 15.0
    presence_doubts: Annotated[
        int,
        _says("Signs in a row that nobody is listening (a television, music), until the agent asks (0: never).", 0, 50),
    ] = 4
    presence_asks: Annotated[int, _says("How often the agent asks whether somebody is there.", 1, 10)] = 2
    recording_voice_s: Annotated[
        float,
        _says(
            "Who has talked for so long before anything of the agent was listened to is a recording: the agent asks "
            "whether somebody is there, and not its model (0: never; with `presence_doubts` 0 neither).",
            0,
            120,
        ),
    ] = 0.0
    goodbye_grace_s: Annotated[
        float, _says("Wait behind a goodbye that was heard, for a caller who says something after all.", 0, 5)
    ] = 1.0
    closing_timeout_s: Annotated[
        float, _says("Longest goodbye: then the line is cut even if it was not heard.", 1, 60)
    ] = 12.0

    # ── deadlines of the others ──────────────────────────────────────────────────────────────────────────────
    opener_s: Annotated[
        float,
        _says("Silence after the caller's turn until a short acknowledgement, when no reply is ready (0: none).", 0, 5),
    ] = 0.0
    filler_s: Annotated[
        float, _says("Wait for the caller's words, a reply or a tool until a short filler is said.", 0.2, 10)
    ] = 1.20
    reply_timeout_s: Annotated[
        float, _says("Wait for the first audio of a reply before it is tried again.", 0.5, 60)
    ] = 6.0
    voice_timeout_s: Annotated[
        float, _says("Wait for the first audio of a fixed sentence; then the voice counts as lost.", 0.3, 30)
    ] = 2.0
    stall_timeout_s: Annotated[float, _says("Longest hole inside a reply before it is given up.", 0.5, 30)] = 2.5
    reply_attempts: Annotated[int, _says("Tries of one reply before the agent apologises.", 1, 5)] = 2
    filler_again_s: Annotated[float, _says("Wait after a filler until the next one.", 0.5, 10)] = 2.5
    apologies: Annotated[int, _says("Apologies in a row before the agent says goodbye.", 0, 10)] = 2
    mark_timeout_s: Annotated[float, _says("Wait for a mark beyond the time its audio should have ended.", 0.2, 30)] = (
        1.5
    )
    tool_timeout_s: Annotated[float, _says("Longest run of a tool.", 0.5, 120)] = 20.0
    tool_steps: Annotated[int, _says("Tool rounds in one turn.", 0, 20)] = 3
    fillers: Annotated[int, _says("Fillers in one reply.", 0, 50)] = 10
    answer_timeout_s: Annotated[
        float,
        _says(
            "Longest wait for something of the reply itself, whatever tools and model do; then it is given up.", 2, 300
        ),
    ] = 30.0
    reattach_s: Annotated[
        float, _says("Wait for another media connection when one is lost (0: the call ends at once).", 0, 60)
    ] = 6.0
    screen_s: Annotated[
        float, _says("Outbound: wait for word of who has answered; then the greeting is said.", 0, 30)
    ] = 4.0
    beep_s: Annotated[
        float, _says("Outbound: longest wait for a machine's beep; then the message is left.", 1, 120)
    ] = 25.0
    keys_timeout_s: Annotated[float, _says("Longest wait for keys that were asked for.", 1, 120)] = 20.0
    reconnect_first_s: Annotated[float, _says("First wait before a lost transcriber is opened again.", 0, 5)] = 0.0
    reconnect_max_s: Annotated[float, _says("Longest wait between two tries to open the transcriber.", 0.05, 10)] = 2.0
    reconnect_attempts: Annotated[int, _says("Tries in a row before the agent says that it cannot hear.", 1, 50)] = 8

    @property
    def voice_edges_s(self) -> tuple[float, float, float]:
        """Lengths of voice at which the spurt detector tells `VoiceLasted`."""
        return (self.duck_voice_s, self.hush_voice_s, self.takeover_voice_s)


PRESETS: Final[dict[str, Behaviour]] = {
    "snappy": Behaviour(
        min_silence_s=0.20, unsure_silence_s=0.55, unfinished_silence_s=1.2, collecting_silence_s=2.4,
        second_opinion_s=0.55, idle_s=7.0,
    ),
    "balanced": Behaviour(),
    "patient": Behaviour(
        min_silence_s=0.55, unsure_silence_s=1.30, unfinished_silence_s=2.4, collecting_silence_s=3.5,
        second_opinion_s=1.2, idle_s=14.0,
    ),
}  # fmt: skip
"""Named sets to start from; every number can be set beside the name."""


class ToolWords(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one tool."""

    filler: tuple[str, ...] = ()
    """Said in turn while it takes long, in place of the general ones."""
    promises: tuple[str, ...] = ()
    """Phrases that say it was done, as `core.promises.as_phrase` leaves them."""


class TimeWords(msgspec.Struct, frozen=True, kw_only=True):
    """How callers speak of time: when they ask for it, beside the phrases that always do, and of the clock."""

    alone: tuple[str, ...] = ()
    """Phrases that do so when they are all of a clause: two minutes, can you hold."""
    seconds: tuple[str, ...] = ()
    """Phrases that may also be the second of something: a second, un segundo."""
    sure: tuple[str, ...] = ()
    """At the beginning of a phrase with one of those, they ask for time: wait, hold, just."""
    behind: tuple[str, ...] = ()
    """Words behind one of those of which there is no second: please, while."""
    spans: tuple[str, ...] = ()
    """Words in front of a time that make it a length and no wish: in, after."""
    before_clock: tuple[str, ...] = ()
    """Words in front of a time of the day: at, after, until."""


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where a caller can be transferred to."""

    number: str
    """E.164, or `sip:...`."""
    ring_s: float = 20.0
    say: str = ""
    """Said, and heard, before it is dialled; empty: the script's own sentence."""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """The agent's fixed sentences and word lists, in its language."""

    opening: Literal["fixed", "generated", "wait"] = "fixed"
    greeting: str = ""
    idle: tuple[str, ...] = ("Are you still there?",)
    goodbye: str = "Goodbye."
    idle_goodbye: str = "I cannot hear you any more, so I will hang up now. Goodbye."
    warning: str = "We have about one minute left on this call."
    time_over: str = "Our time is over, I have to end the call here. Goodbye."
    filler: tuple[str, ...] = ("One moment please.",)
    opener_question: tuple[str, ...] = ()
    opener_request: tuple[str, ...] = ()
    opener_statement: tuple[str, ...] = ()
    apology: str = "I am sorry, something went wrong on my side. Could you say that again?"
    repeat: str = "Sorry, I did not catch that. Could you say it again?"
    deaf: str = "I am sorry, I cannot hear you at the moment. Please call again later. Goodbye."
    failure_goodbye: str = "I am sorry, I cannot help you right now. Please call again later. Goodbye."
    presence: str = "I hear other voices. If you would like to talk to me, please say yes, or press a key."
    absent_goodbye: str = "I do not think that anybody is talking to me, so I will hang up now. Goodbye."
    transfer: str = "I will connect you now. One moment, please."
    transfer_failed: str = "I am sorry, I could not reach anybody there. What else can I do for you?"
    returned: str = "I am back with you. How can I help you?"
    """Said when the call comes back to the agent and no model can say it better."""
    machine_message: str = ""
    """Outbound: left on an answering machine; empty: it is hung up on."""
    destinations: dict[str, Destination] = {}
    """Where `transfer_call` can connect to, by name."""
    handoffs: tuple[str, ...] = ()
    """Agents that `handoff` can put in charge."""
    keys_most: int = 20
    """So many keys `collect_digits` takes at most, also when the model wants more."""
    keys_secret: bool = False
    """Every key that is asked for is secret, whatever the model says."""
    denials: tuple[str, ...] = ()
    """Normalized sounds of no: they sound like listening, and are none."""
    wait_phrases: tuple[str, ...] = ()
    """Normalized phrases with which a caller asks for time: hold on, one moment, let me get, ..."""
    time: TimeWords = TimeWords()
    """What is to be known of them."""
    backchannels: tuple[str, ...] = ()
    """Normalized utterances that do not take the floor while the agent speaks."""
    end_phrases: tuple[str, ...] = ()
    """Normalized whole turns of the caller after which the agent says goodbye and hangs up."""
    open_words: tuple[str, ...] = ()
    """Words that do not end a turn: and, or, the, for, my, is, ..."""
    closing_words: tuple[str, ...] = ()
    """Phrases that end one although their last word does not: think so, yes it is."""
    stranded_words: tuple[str, ...] = ()
    """Those that a question may end on: from, for, about, ..."""
    hesitations: tuple[str, ...] = ()
    """Sounds that ask for patience: um, uh, let me see, ..."""
    fillers: tuple[str, ...] = ()
    """Of the hesitations, the sounds that never stand in the history: um, uh, ..."""
    number_words: tuple[str, ...] = ()
    """Digits as they are spoken, beside those of `figures`."""
    collect_words: tuple[str, ...] = ()
    """Words in the agent's question that announce a number or a spelling: number, e-mail, spell, code, ..."""
    figures: NumberWords = NumberWords()
    """How the language says figures."""
    collects: Collects = Collects()
    """By what the language asks for each kind of number."""
    spellings: Spellings = Spellings()
    """How the language writes what sounds the same."""
    country: str = ""
    """Whose telephone numbers and postcodes callers give (ISO 3166); empty: that of the language."""
    question_words: tuple[str, ...] = ()
    """Normalized words and phrases with which a question begins: what, when, do, ..."""
    request_words: tuple[str, ...] = ()
    """Those with which a request begins: please, i would like, could you, ..."""
    negations: tuple[str, ...] = ()
    """Words that take back what their clause says: not, haven't, never, ..."""
    conditions: tuple[str, ...] = ()
    """Words after which a sentence says what may be, not what is: if, once, as soon as, ..."""
    tools: dict[str, ToolWords] = {}
    """By the tool's name."""
    language: str = "en-US"
