"""Keys of the telephone: data beside the words, pressed for a turn or collected for a tool."""

from typing import Final

import msgspec

from offhook.core.builtin import CollectArguments
from offhook.core.commands import CollectKeys, KeysCollected
from offhook.core.history import KeysPressed
from offhook.core.state import Call
from offhook.core.timers import Timer
from offhook.core.tools import ToolRun

MOST_KEYS: Final = 64
HIDDEN_NUMBER: Final = "0"
HIDDEN_WORD: Final = "x"
"""What a caller's words come as while they are secret: whoever calls the conversation masks them."""


class Collection(msgspec.Struct):
    """Keys that a tool wants."""

    call: str
    most: int
    """So many are enough."""
    end_key: str
    pause_s: float
    """So long after a key there are no more."""
    reference: str
    """What secret ones are known by; empty: they are not secret."""
    turn: int
    takes_words: bool = False
    """Whatever is said is the answer; else only what holds a number is."""
    keys: str = ""


class Keys:
    """The keys of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.pressed = ""
        """Of the turn that is not yet committed."""
        self.collection: Collection | None = None
        self._secrets = 0

    def take(self) -> str:
        """The turn's keys: they belong to it from now on."""
        taken, self.pressed = self.pressed, ""
        return taken

    def give_back(self, keys: str) -> None:
        """The turn was not over after all."""
        self.pressed = keys + self.pressed

    def collect(self, run: ToolRun, wanted: CollectArguments, *, takes_words: bool = False) -> None:
        """A tool wants keys from now on."""
        script, b = self._call.script, self._call.behaviour
        reference = ""
        if wanted.secret or script.keys_secret:
            self._secrets += 1
            reference = f"keys-{self._secrets}"
        self.collection = Collection(
            call=run.call,
            most=min(wanted.count or script.keys_most, script.keys_most),
            end_key=wanted.end_key,
            pause_s=wanted.timeout_s or b.digits_timeout_s,
            reference=reference,
            turn=run.turn,
            takes_words=takes_words,
        )
        self._call.do(CollectKeys(run.call, bool(reference), reference, takes_words))

    def wait(self, at: float) -> None:
        """The question was heard: from here on the caller has so long for the first key."""
        if self.collection is not None:
            self._call.timers.set_first(Timer.DIGITS, at + self._call.behaviour.keys_timeout_s)

    def press(self, key: str, at: float) -> None:
        """A key; `DIGITS` fires when these are all."""
        collection, timers = self.collection, self._call.timers
        if collection is None:
            if key == self._call.behaviour.digits_end and self.pressed:
                timers.set(Timer.DIGITS, at)
            else:
                self.pressed = (self.pressed + key)[:MOST_KEYS]
                timers.set(Timer.DIGITS, at + self._call.behaviour.digits_timeout_s)
        elif key == collection.end_key:
            timers.set(Timer.DIGITS, at)
        else:
            collection.keys += key
            is_whole = len(collection.keys) >= collection.most
            timers.set(Timer.DIGITS, at if is_whole else at + collection.pause_s)

    def finish(self, *, is_whole: bool) -> Collection | None:
        """No more keys are collected; those that were pressed stand in the history."""
        collection, self.collection = self.collection, None
        self._call.timers.cancel(Timer.DIGITS)
        if collection is None:
            return None
        self._call.do(KeysCollected(collection.call, is_whole))
        if collection.keys:
            shown = "*" * len(collection.keys) if collection.reference else collection.keys
            self._call.remember(KeysPressed(collection.turn, shown, collection.reference))
        return collection


def is_said(collection: Collection, text: str) -> bool:
    """The caller's words answer in place of keys. They are masked: only secret ones are taken."""
    words = text.split() if collection.reference else []
    return bool(words) and (collection.takes_words or HIDDEN_NUMBER in words)


def answer_of(collection: Collection) -> str:
    """What the tool tells the model."""
    if collection.reference and not collection.keys:
        return f"The caller has said it, and nobody may see the words. Pass it on as {{{collection.reference}}}."
    if collection.reference:
        return f"The caller has entered {len(collection.keys)} secret keys. Pass them on as {{{collection.reference}}}."
    return collection.keys
