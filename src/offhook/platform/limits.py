"""Limits that stop: asked before a call is taken, and of calls that run once a second. Decided from memory.

    a call rings      concurrent calls, calls, minutes and dollars of the day and month: of workspace, agent, caller
    a call runs       its length and what it has cost: then the agent says a sentence and hangs up

Who is kept out hears a sentence in the agent's language, or is put through to the overflow number. A day's or month's
limit keeps out later calls; those that run go on, within the limits of one call.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from offhook import clock
from offhook.agents.limits_block import LimitsBlock
from offhook.call.live import LiveCalls
from offhook.core.endings import EndReason
from offhook.errors import AdmissionRefused, StoreError
from offhook.ids import settled_id
from offhook.platform.events import Emit, untold
from offhook.platform.limit_rules import AgentLimits, LimitRules, WorkspaceLimits, bounds, least
from offhook.platform.limit_words import has_words, words_of
from offhook.platform.line_up import Answering
from offhook.platform.price_book import PriceBook
from offhook.platform.prices import book_of
from offhook.platform.snapshot import Snapshot
from offhook.platform.tally import Figures, Subject, Taken, Tally, read
from offhook.store.store import Store
from offhook.telephony.facts import HIDDEN_NUMBERS, CallFacts
from offhook.telephony.tokens import TOKEN_S

REFRESH_S: Final = 5.0
"""So often the store is asked what other processes have taken."""
LOOK_S: Final = 1.0
"""So often running calls are looked at."""
MOST_TOLD: Final = 10_000
BUDGET_REACHED: Final = "budget.reached"
_MINUTE_MS: Final = 60_000
_NANO: Final = 1_000_000_000
_LATE_MS: Final = round(TOKEN_S * 1000) + 5_000
_OF_CALLERS: Final = frozenset(
    {EndReason.LIMIT_CALLER_CONCURRENT_CALLS, EndReason.LIMIT_CALLER_CALLS_A_DAY, EndReason.LIMIT_CALLER_MINUTES_A_DAY}
)
_LOG: Final = logging.getLogger("offhook.limits")


@dataclass(frozen=True, slots=True)
class Reached:
    """A limit that leaves no room for one more call."""

    reason: EndReason
    limit: float
    used: float
    began_at: int = 0
    """When the day or month began; 0: it is not of a day or month."""


def reached(block: LimitsBlock, used: Figures, day: int, month: int) -> Iterator[Reached]:
    """Those that a workspace or an agent has reached."""
    minutes_day, minutes_month = used.ms_day / _MINUTE_MS, used.ms_month / _MINUTE_MS
    dollars_day, dollars_month = used.nano_day / _NANO, used.nano_month / _NANO
    for reason, limit, so_far, began_at in (
        (EndReason.LIMIT_CONCURRENT_CALLS, block.concurrent_calls, used.live, 0),
        (EndReason.LIMIT_CALLS_A_DAY, block.calls_a_day, used.calls_day, day),
        (EndReason.LIMIT_MINUTES_A_DAY, block.minutes_a_day, minutes_day, day),
        (EndReason.LIMIT_MINUTES_A_MONTH, block.minutes_a_month, minutes_month, month),
        (EndReason.LIMIT_DOLLARS_A_DAY, block.dollars_a_day, dollars_day, day),
        (EndReason.LIMIT_DOLLARS_A_MONTH, block.dollars_a_month, dollars_month, month),
    ):
        if limit is not None and so_far >= limit:
            yield Reached(reason, limit, so_far, began_at)


class CallLimits:
    """Of all calls of this process."""

    def __init__(self, store: Store, snapshot: Snapshot) -> None:
        self.rules, self.tally = LimitRules(snapshot), Tally()
        self.emit: Emit = untold
        """How budgets that are used up are told."""
        self._store = store
        self._live: LiveCalls | None = None
        self._books: dict[str, PriceBook] = {}
        self._told: set[tuple[Subject, EndReason, int]] = set()
        self._to_tell: dict[str, tuple[str, dict[str, Any]]] = {}
        """Events that wait to be written, by id, with their workspaces."""
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, live: LiveCalls) -> None:
        """Count from now on, and end what goes on for too long."""
        self._live = live
        self._tasks = [
            asyncio.create_task(self._watch(), name="limits of running calls"),
            asyncio.create_task(self._refresh_on(), name="limits"),
        ]

    async def stop(self) -> None:
        """Count no longer."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    # ── a call rings ─────────────────────────────────────────────────────────────────────────────────────────

    def guard(self, facts: CallFacts, answering: Answering) -> None:
        """Takes the call into account. Raises `AdmissionRefused` when a limit keeps it out."""
        if facts.call_sid in self.tally.taken:
            return  # Asked again.
        at, caller = clock.wall_ms(), counted_caller(facts)
        own, agent = self.rules.of_workspace(answering.workspace), self.rules.of_agent(answering)
        for subject, block, zone in self._subjects(answering, own, agent):
            if not bounds(block):
                continue
            day, month = clock.began_ms(at, zone)
            for one in reached(block, self.tally.of(subject, at, zone), day, month):
                self._note(subject, one, at)
                raise self._refusal(one.reason, own, agent)
        if caller and (reason := self._of_caller(answering.workspace, caller, own, agent.block, at)):
            raise self._refusal(reason, own, agent)
        self.tally.take(Taken(answering.workspace, answering.agent_id, caller, facts.call_sid, at + _LATE_MS, at))

    def refused(self, facts: CallFacts, workspace: str, refused: AdmissionRefused) -> None:
        """Something else has kept it out."""
        del workspace, refused
        self.tally.give_up(facts.call_sid)

    def _subjects(
        self, answering: Answering, own: WorkspaceLimits, agent: AgentLimits
    ) -> Iterator[tuple[Subject, LimitsBlock, str]]:
        yield Subject(answering.workspace), own, own.timezone
        of_agent = Subject(answering.workspace, agent_id=answering.agent_id)
        yield of_agent, agent.block, agent.timezone or own.timezone

    def _of_caller(
        self, workspace: str, caller: str, own: WorkspaceLimits, agent: LimitsBlock, at: int
    ) -> EndReason | None:
        if not self.rules.counts_callers(workspace):
            return None
        used = self.tally.of(Subject(workspace, caller=caller), at, own.timezone)
        for reason, limit, so_far in (
            (
                EndReason.LIMIT_CALLER_CONCURRENT_CALLS,
                least(own.caller_concurrent_calls, agent.caller_concurrent_calls),
                used.live,
            ),
            (EndReason.LIMIT_CALLER_CALLS_A_DAY, least(own.caller_calls_a_day, agent.caller_calls_a_day),
             used.calls_day),
            (
                EndReason.LIMIT_CALLER_MINUTES_A_DAY,
                least(own.caller_minutes_a_day, agent.caller_minutes_a_day),
                used.ms_day / _MINUTE_MS,
            ),
        ):  # fmt: skip
            if limit is not None and so_far >= limit:
                return reason
        return None

    def _refusal(self, reason: EndReason, own: WorkspaceLimits, agent: AgentLimits) -> AdmissionRefused:
        words, language = words_of(agent.language)
        sentence = agent.block.sentence or own.sentence
        # Who calls too often is not put through: each time would be at the owner's cost.
        number = "" if reason in _OF_CALLERS else agent.block.overflow_number or own.overflow_number or ""
        return AdmissionRefused(
            reason, sentence=sentence or words.full, language=agent.language if sentence else language, number=number
        )

    # ── a call runs ──────────────────────────────────────────────────────────────────────────────────────────

    def began(self, call_id: str, call_sid: str) -> Taken | None:
        """Its media have come; None: nobody knows whose call it is."""
        handle = self._live.handle(call_id) if self._live is not None else None
        if handle is None:
            return None
        agent_id, _, version = handle.facts.agent.partition("/")
        known = self.tally.taken.get(call_sid)
        at = clock.wall_ms()
        if known is None:
            # Its webhook reached another process.
            workspace = self.rules.workspace_of(agent_id)
            if not workspace:
                return None
            known = Taken(workspace, agent_id, counted_caller(handle.facts), call_sid, at, at)
            self.tally.take(known)
        known.call_id, known.began_at, known.version = call_id, at, int(version or 0)
        return known

    def book(self, workspace: str) -> PriceBook:
        """At which prices the workspace's calls are counted while they run."""
        return self._books.get(workspace) or PriceBook()

    def look(self) -> None:
        """End the calls that have reached a limit of one call."""
        at = clock.wall_ms()
        self.tally.forget_old(at)
        for one in self.tally.live():
            if one.cost is not None and one.workspace in self._books:
                one.nano = one.cost(one.ms(at) / 1000)
            if not one.is_ending and (reason := self._over(one, at)) is not None:
                self._end(one, reason)

    def _over(self, one: Taken, at: int) -> EndReason | None:
        own = self.rules.of_workspace(one.workspace)
        agent = self.rules.of_agent(Answering(one.workspace, one.agent_id, one.version)).block
        longest, most = least(own.call_minutes, agent.call_minutes), least(own.call_dollars, agent.call_dollars)
        if longest is not None and one.ms(at) >= longest * _MINUTE_MS:
            return EndReason.LIMIT_CALL_MINUTES
        return EndReason.LIMIT_CALL_DOLLARS if most is not None and one.nano >= most * _NANO else None

    def _end(self, one: Taken, reason: EndReason) -> None:
        handle = self._live.handle(one.call_id) if self._live is not None else None
        if handle is None:
            return
        one.is_ending = True
        agent = self.rules.of_agent(Answering(one.workspace, one.agent_id, one.version))
        _LOG.info("= %s  is ended: %s", one.call_id, reason)
        # In a language without sentences of ours the agent says its own goodbye.
        handle.end(reason, "", words_of(agent.language)[0].over if has_words(agent.language) else "")

    # ── kept true ────────────────────────────────────────────────────────────────────────────────────────────

    async def refresh(self) -> None:
        """Read what all processes have taken. Raises `StoreError`."""
        for workspace in self.rules.limited():
            zones, own = self.rules.zones(workspace), self.tally.own_ids(workspace)
            job = partial(read, at=clock.wall_ms(), zones=zones, own=own, callers=self.rules.counts_callers(workspace))
            known, rows = await self._store.read(workspace, job)
            self.tally.learn(workspace, known, rows)
            self._books[workspace] = await book_of(self._store, workspace)
            self._note_all(workspace, zones)
        for event_id, (workspace, data) in list(self._to_tell.items()):
            told = partial(self.emit, event_type=BUDGET_REACHED, data=data, event_id=event_id)
            await self._store.write(workspace, told)
            del self._to_tell[event_id]

    def _note_all(self, workspace: str, zones: dict[str, str]) -> None:
        """Budgets that are used up, whether somebody calls or not."""
        at = clock.wall_ms()
        own, base = self.rules.of_workspace(workspace), zones[""]
        subjects: list[tuple[Subject, LimitsBlock, str]] = [(Subject(workspace), own, base)]
        for agent_id, limits in self.rules.agents_of(workspace):
            subjects.append((Subject(workspace, agent_id=agent_id), limits.block, zones.get(agent_id, base)))
        for subject, block, zone in subjects:
            if not bounds(block):
                continue
            for one in reached(block, self.tally.of(subject, at, zone), *clock.began_ms(at, zone)):
                self._note(subject, one, at)

    def _note(self, subject: Subject, one: Reached, at: int) -> None:
        """Have it told, once a day or month."""
        key = (subject, one.reason, one.began_at)
        if not one.began_at or key in self._told:
            return
        if len(self._told) >= MOST_TOLD:
            self._told.clear()  # What is told again has the same id, and is not written again.
        self._told.add(key)
        _LOG.warning("! %s is reached: %g of %g", one.reason, one.used, one.limit)
        told = f"{subject.workspace} {subject.agent_id} {one.reason} {one.limit}"
        data = {
            "limit": str(one.reason), "agent_id": subject.agent_id or None, "most": one.limit,
            "used": round(one.used, 6), "since": clock.rfc3339(one.began_at), "at": clock.rfc3339(at),
        }  # fmt: skip
        # The same on every process, so that it is told once.
        self._to_tell[settled_id("evt", one.began_at, told)] = (subject.workspace, data)

    async def _refresh_on(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                await self.refresh()
            except StoreError as error:
                _LOG.warning("what other processes have taken cannot be read: %s", error)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()


def counted_caller(facts: CallFacts) -> str:
    """The number by which a caller is counted; empty: hidden, a browser, or a call that we placed."""
    if facts.direction != "inbound" or facts.from_number in HIDDEN_NUMBERS or not facts.from_number.startswith("+"):
        return ""
    return facts.from_number
