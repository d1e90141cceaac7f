"""What the callers of the bench say, and what the agent answers.

Every word of a reply begins with the reply's number: whoever hears a word on the tape knows its reply, and whoever
knows the reply knows what the model's stand-in drew for it.
"""

import itertools
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from offhook.simulator.caller_script import CallerScript, script_from
from offhook.simulator.vendors.server import Answer, Brain

Kind = Literal["plain", "pause", "number", "barge_in", "backchannel", "cough", "noise"]
MOST_TURNS: Final = 100
"""Of one call. A reply's number is that of the model's request, times this, and the caller's turns before it."""
FIRST_CLAUSE_TOKENS: Final = 3
"""Tokens until the reply's first clause, "Yes of course,", can be given to the voice."""
REPLY: Final = "Yes of course, I have noted that for you. Tell me what else I may do for you today."
LONG_REPLY: Final = REPLY + " The kitchen opens at noon, the terrace is quiet, and the ferry leaves every hour."
LONG_EVERY: Final = 4
GREETING: Final = "Hello, this is the harbour hotel."

PLAIN: Final = (
    "What time does the kitchen open tomorrow?",
    "Do you have a room with a view of the harbour?",
    "I would like to change my booking to Friday evening.",
    "Is there a place to park my car at the hotel?",
    "Can I bring my dog to the restaurant?",
    "Please tell me how much a double room costs.",
)
PAUSED: Final = (
    ("I would like a table for", "four people on Friday."),
    ("We will arrive at the station and then", "take a taxi to the hotel."),
    ("I wanted to ask because", "my sister is coming with her children."),
    ("Could you book a room for me and", "maybe another one for my parents?"),
    ("Well, the thing is that my", "train is late this evening."),
    ("Let me think, I would prefer the", "table next to the window."),
)
NUMBERS: Final = (
    ("My number is five five five", "two three four", "nine eight seven six."),
    ("You can reach me at seven one eight", "four four two", "one nine zero three."),
    ("My e-mail is anna at", "example dot", "com."),
    ("The booking code is B C", "four seven", "two nine."),
    ("It is the twenty second of", "October."),
)
BARGE_INS: Final = (
    "Wait, I need a table for five instead.",
    "No, I meant Saturday and not Friday.",
    "Sorry, can you say the price again?",
    "Actually please cancel the whole booking.",
)
BACKCHANNELS: Final = ("mm-hm", "uh-huh", "yeah", "okay", "right")
ROUND: Final[tuple[Kind, ...]] = (
    "plain", "pause", "barge_in", "number", "backchannel", "pause", "barge_in", "cough", "plain", "noise",
)  # fmt: skip


def reply_text(number: int) -> str:
    """The reply of that number; to every fourth turn of a call it lasts longer than any deadline for a start."""
    text = LONG_REPLY if number % MOST_TURNS % LONG_EVERY == LONG_EVERY - 1 else REPLY
    return " ".join(f"{number}{word}" for word in text.split())


def numbered(watch: Callable[[int], None] = lambda _: None, *, are_alike: bool = False) -> Brain:
    """A brain that numbers its replies, all of them differently, and tells each number; a token is a word.

    Where they are alike, a call's nth reply is that of every call, and its sound is made once for all.
    """
    serials = itertools.repeat(0) if are_alike else itertools.count(1)

    def brain(body: dict[str, Any]) -> Answer:
        turns = sum(1 for message in body["messages"] if message["role"] == "user")
        number = next(serials) * MOST_TURNS + (turns - 1) % MOST_TURNS
        text = reply_text(number)
        watch(number)
        return Answer(text, pieces=tuple(re.findall(r"\S+\s*", text)))

    return brain


@dataclass(frozen=True, slots=True)
class Scenario:
    """A caller, and of which kind each of its sounds is, in order."""

    script: CallerScript
    kinds: tuple[Kind, ...]


def scenario(seed: int, turns: int) -> Scenario:
    """A caller of `turns` exchanges, each kind in its turn, everything else from the seed."""
    chance = random.Random(seed)
    # Three on from caller to caller: a few short calls already go through every kind.
    first = 3 * seed % len(ROUND)
    steps: list[dict[str, Any]] = []
    kinds: list[Kind] = []
    for index in range(turns):
        kind = ROUND[(first + index) % len(ROUND)]
        added = _exchange(kind, chance)
        steps += [{"wait": {"silent_s": round(chance.uniform(0.6, 1.1), 2)}}, *added]
        kinds += [kind] if len(added) == 1 else ["plain", kind]
    steps += [{"wait": {"silent_s": 0.8}}, {"hang_up": True}]
    return Scenario(script_from({"voice": "local", "seed": seed, "steps": steps}), tuple(kinds))


def talk(seed: int, turns: int) -> Scenario:
    """A caller that asks plain questions only: half of the time each side speaks."""
    chance = random.Random(seed)
    steps: list[dict[str, Any]] = []
    for _ in range(turns):
        steps += [{"wait": {"silent_s": round(chance.uniform(0.6, 1.1), 2)}}, {"say": chance.choice(PLAIN)}]
    kinds: list[Kind] = ["plain"] * turns
    return Scenario(script_from({"voice": "local", "seed": seed, "steps": steps}), tuple(kinds))


def _exchange(kind: Kind, chance: random.Random) -> list[dict[str, Any]]:
    question = {"say": chance.choice(PLAIN)}
    after_s = round(chance.uniform(1.3, 2.6), 2)
    match kind:
        case "plain":
            return [question]
        case "pause":
            return [{"say": _with_pauses(chance.choice(PAUSED), chance)}]
        case "number":
            return [{"say": _with_pauses(chance.choice(NUMBERS), chance)}]
        case "barge_in":
            return [question, {"barge_in": chance.choice(BARGE_INS), "after_s": after_s}]
        case "backchannel":
            return [question, {"backchannel": chance.choice(BACKCHANNELS), "after_s": after_s}]
        case "cough":
            return [question, {"cough": True, "after_s": after_s}]
        case "noise":
            sound = {"noise": chance.choice(("white", "street")), "duration_s": 0.8, "level_db": -32.0}
            return [question, {**sound, "after_s": after_s}]


def _with_pauses(parts: tuple[str, ...], chance: random.Random) -> list[str | dict[str, float]]:
    said: list[str | dict[str, float]] = [parts[0]]
    for part in parts[1:]:
        said += [{"pause_s": round(chance.uniform(0.7, 1.3), 2)}, part]
    return said
