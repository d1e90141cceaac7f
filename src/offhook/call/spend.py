"""What the language model of a call has cost, and what of that was never said: from the journal alone."""

from dataclasses import dataclass, field
from typing import Any, Final

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.speech.catalogue import Price

DOLLARS_FOR: Final = 1_000_000
"""Prices are for so many tokens."""


@dataclass(slots=True)
class Tokens:
    """Into the model, and out of it."""

    into: int = 0
    out: int = 0

    def add(self, into: int, out: int) -> None:
        """Count more."""
        self.into += into
        self.out += out

    def told(self, price: Price | None) -> dict[str, Any]:
        """For a summary; dollars only where the price is known."""
        told: dict[str, Any] = {"tokens_in": self.into, "tokens_out": self.out}
        if price is not None:
            told["dollars"] = round((self.into * price.tokens_in + self.out * price.tokens_out) / DOLLARS_FOR, 6)
        return told


SPENT: Final[frozenset[type]] = frozenset(
    {cmd.StartReply, cmd.CommitReply, cmd.CancelReply, ev.ReplyGenerated, ev.ReplyStopped}
)
"""What the meter takes anything from."""


@dataclass(slots=True)
class SpendMeter:
    """Feed it what the journal gets."""

    replies: dict[int, Tokens] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    discarded: set[int] = field(default_factory=set)
    """Replies that were prepared before the turn was committed, and taken back."""

    def add(self, what: ev.Event | cmd.Command) -> None:
        """One event or command."""
        match what:
            case cmd.StartReply(reply=reply, content=cmd.Ask(), held=held):
                self.replies[reply] = Tokens()
                if held:
                    self.held.add(reply)
            case cmd.CommitReply(reply=reply):
                self.held.discard(reply)
            case cmd.CancelReply(reply=reply) if reply in self.held:
                self.discarded.add(reply)
            case ev.ReplyGenerated(reply=reply) | ev.ReplyStopped(reply=reply) if reply in self.replies:
                self.replies[reply].add(what.tokens_in, what.tokens_out)
            case _:
                pass

    def summary(self, price: Price | None) -> dict[str, Any]:
        """All of it, and the speculations that were discarded; at the price of the owner's own model."""
        spent, wasted = Tokens(), Tokens()
        for reply, tokens in self.replies.items():
            spent.add(tokens.into, tokens.out)
            if reply in self.discarded:
                wasted.add(tokens.into, tokens.out)
        discarded = {"replies": len(self.discarded), **wasted.told(price)}
        return {"replies": len(self.replies), **spent.told(price), "discarded": discarded}
