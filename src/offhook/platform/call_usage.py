"""How much of what a call used, from its journal: seconds heard, tokens, characters spoken, minutes of the line."""

import math
from collections import Counter
from typing import Final

from offhook.call.journal import Briefing, Header
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.platform.price_book import Component, Cost, PriceBook, Unit

_KINDS: Final = ("stt", "llm", "tts")


class Usage:
    """Feed it what the journal holds."""

    def __init__(self, header: Header) -> None:
        self._now = {kind: _first(header.providers.get(kind, [])) for kind in _KINDS}
        """Who does each work now."""
        self._of_reply: dict[tuple[str, int], str] = {}
        """Who did it in a reply, where that was another."""
        self._asked: set[int] = set()
        self._counts: Counter[tuple[Component, str, Unit]] = Counter()
        self._heard_s: dict[str, float] = {}
        self._leg_since: float | None = None
        self._at = 0.0

    def add(self, what: ev.Event | cmd.Command | Briefing, at: float) -> None:
        """One line."""
        self._at = max(self._at, at)
        match what:
            case Briefing(providers=providers):
                self._settle(at)
                self._now |= {kind: _first(names) for kind, names in providers.items() if kind in _KINDS and names}
            case ev.LegAttached():
                self._leg_since = at
            case ev.LegDetached():
                self._settle(at)
                self._leg_since = None
            case ev.ProviderSwitched(kind=kind, to=to, reply=reply):
                if reply:
                    self._of_reply[kind, reply] = to
                else:
                    self._settle(at)
                    self._now[kind] = to
            case cmd.StartReply(reply=reply, content=cmd.Ask()):
                self._asked.add(reply)
            case ev.ReplyGenerated(reply=reply) | ev.ReplyStopped(reply=reply):
                item = self._who("llm", reply)
                self._counts[Component.LLM, item, Unit.INTO] += what.tokens_in
                self._counts[Component.LLM, item, Unit.OUT] += what.tokens_out
            case ev.SegmentReady(reply=reply, segment=segment, text=text) if segment >= 0 and reply in self._asked:
                # Sentences of the script were spoken before the call: they cost it nothing.
                self._counts[Component.TTS, self._who("tts", reply), Unit.CHARACTER] += len(text)
            case _:
                pass

    def costs(self, book: PriceBook, at: int, carrier: str, duration_s: float) -> list[Cost]:
        """All of it, in the order of the ports; `carrier` is empty for a call without one."""
        self._settle(self._at)
        self._leg_since = None
        counts = self._counts + Counter(
            {(Component.STT, item, Unit.SECOND): math.ceil(heard_s) for item, heard_s in self._heard_s.items()}
        )
        if carrier:
            counts[Component.CARRIER, carrier, Unit.MINUTE] = math.ceil(duration_s / 60)
        order = list(Component)
        keys = sorted((key for key in counts if key[1]), key=lambda key: (order.index(key[0]), key[1], key[2]))
        return [book.cost(*key, counts[key], at) for key in keys if counts[key]]

    def _who(self, kind: str, reply: int) -> str:
        return self._of_reply.get((kind, reply), self._now[kind])

    def _settle(self, at: float) -> None:
        """What was heard until here was heard by who hears now."""
        if self._leg_since is not None:
            who = self._now["stt"]
            self._heard_s[who] = self._heard_s.get(who, 0.0) + at - self._leg_since
            self._leg_since = at


def _first(names: list[str]) -> str:
    return names[0] if names else ""
