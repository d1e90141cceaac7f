"""Calls from browsers: a place and a token for one, its media, and beside them what the page may know of it.

A page of a website has a browser key: it may begin calls with that key's agent, and is told what is said, who speaks
and that the call is over. Who drives the API is told all that a call tells (`call.story`), and may talk to a draft.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from offhook import clock
from offhook.call.records.port import Records
from offhook.call.records.watched import WatchedRecords
from offhook.call.story import AgentTurn, AgentWords, CallerTurn, CallerWords, Doing, Ended, Story, Told
from offhook.core.commands import Command
from offhook.core.events import Event
from offhook.errors import AdmissionRefused, StoreError
from offhook.ids import new_id
from offhook.platform.agents import PUBLISHED
from offhook.platform.call_values import CallValues, checked
from offhook.platform.front_desk import FrontDesk
from offhook.platform.keys import FOR_PAGES
from offhook.platform.line_up import Answering
from offhook.platform.problems import Conflict, NotFound
from offhook.store.scope import Change
from offhook.store.store import Store
from offhook.store.tables.people import API_KEYS
from offhook.telephony.browser import PREFIX, browser_facts
from offhook.telephony.leg import Leg, LegStarted
from offhook.telephony.linear_leg import LinearLeg
from offhook.telephony.tokens import TOKEN_S

MOST_SEATS: Final = 2_000
"""Browser calls of this process, expected and live."""
ORIGINS_S: Final = 5.0
"""So often the origins of browser keys are read again."""
DRAFT: Final = "draft"
_FOR_PAGES: Final = (CallerWords, CallerTurn, AgentWords, AgentTurn, Doing)
_LOG: Final = logging.getLogger("offhook.platform")


MakeReady = Callable[[str, str, int | str], Awaitable[tuple[Answering, dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Wish:
    """A call that a browser wants."""

    workspace: str
    agent_id: str
    by: str
    """Who asks: the id of a key or of a person. Nobody else brings the call's media back."""
    is_page: bool = False
    """A website's page: it is told little."""
    version: str = ""
    """A number, `draft`, or empty: the published one."""
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a browser's call begins."""

    call_id: str
    token: str
    """For one connection within a minute: `parameters.token` of its `start`, whose `call` is the id."""


@dataclass(slots=True)
class _Seat:
    wish: Wish
    until: float
    """The token counts until then, on the loop's clock."""
    story: Story = field(default_factory=Story)
    leg: LinearLeg | None = None
    """The latest; None: nobody has come yet."""
    left_out: int = 0


class BrowserCalls:
    """Those of this process."""

    def __init__(self, store: Store, make_ready: MakeReady, values: CallValues) -> None:
        """`make_ready`: who answers a call that asks for `published`, `draft` or a version, and its document."""
        self._store, self._make_ready, self._values = store, make_ready, values
        self._desk: FrontDesk | None = None
        self._records: WatchedRecords | None = None
        self._seats: dict[str, _Seat] = {}
        """By our own id of the call."""
        self._origins: frozenset[str] = frozenset()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def over(self, records: Records) -> WatchedRecords:
        """Records whose calls can be watched."""
        self._records = WatchedRecords(records, MOST_SEATS)
        return self._records

    def open(self, desk: FrontDesk) -> None:
        """Take calls from now on."""
        self._desk = desk
        self._task = asyncio.create_task(self._keep_origins(), name="origins of browser keys")

    def changed(self, changes: Sequence[Change]) -> None:
        """After a commit."""
        if any(change.kind == "api_key" for change in changes):
            self._wake.set()

    def missed(self) -> None:
        """Messages of other processes may have been missed: whose pages may ask is read again."""
        self._wake.set()

    async def stop(self) -> None:
        """Take none any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    # ── as the API sees it ───────────────────────────────────────────────────────────────────────────────────

    async def begin(self, wish: Wish) -> Place:
        """A place. Raises `NotFound`, `Conflict`, `AdmissionRefused`."""
        which = int(wish.version) if wish.version.isdecimal() else wish.version or PUBLISHED
        answering, document = await self._make_ready(wish.workspace, wish.agent_id, which)
        values = checked(document, wish.variables)
        if self._desk is None:
            raise Conflict("this process takes no calls", code="browser_call.no_calls")
        self._forget_old()
        if len(self._seats) >= MOST_SEATS:
            raise AdmissionRefused("full")
        if refusal := self._desk.refusal():
            raise AdmissionRefused(refusal)
        call_id = new_id("call")
        facts = replace(browser_facts("browser"), call_sid=_sid(call_id), agent=answering.key, call_id=call_id)
        token = self._desk.expect(facts)
        self._values.give(facts.call_sid, values)
        self._sit(call_id, _Seat(wish, clock.now() + TOKEN_S))
        return Place(call_id, token)

    def come_back(self, call_id: str, by: str) -> Place:
        """A token to bring the media of a call back. Raises `NotFound`, `Conflict`: it is over."""
        seat = self._seats.get(call_id)
        if seat is None or seat.wish.by != by or self._desk is None:
            raise NotFound("browser_call", call_id)
        token = self._desk.lost_leg(_sid(call_id))
        if token is None:
            raise Conflict("the call is over", code="browser_call.over", what_to_do="Begin another one.")
        return Place(call_id, token)

    def is_known(self, origin: str) -> bool:
        """Pages of this origin have a browser key."""
        return origin.lower() in self._origins

    async def learn_origins(self) -> None:
        """Read whose pages may ask. Raises `StoreError`."""

        def job(connection: Connection) -> frozenset[str]:
            wanted = select(API_KEYS.c.origins).where(API_KEYS.c.kind == FOR_PAGES, API_KEYS.c.revoked_at.is_(None))
            return frozenset(origin for (origins,) in connection.execute(wanted) for origin in origins)

        self._origins = await self._store.read_wide(job)

    # ── as the media socket sees it ──────────────────────────────────────────────────────────────────────────

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        """Begin the call whose token the media bring, or give a live one its media back; then its page is told."""
        if self._desk is None:
            return False
        call_id = started.call_sid
        if call_id not in self._seats and len(self._seats) < MOST_SEATS:
            # Another process gave the token. The page is told no more than a website's.
            self._sit(call_id, _Seat(Wish("", "", "", is_page=True), clock.now() + TOKEN_S))
        if not self._desk.answer(leg, LegStarted(_sid(call_id), started.stream_sid, started.parameters)):
            seat = self._seats.get(call_id)
            if seat is not None and not seat.wish.by:
                self._forget(call_id)
            return False
        seat = self._seats.get(call_id)
        if seat is not None and isinstance(leg, LinearLeg):
            seat.leg = leg
        return True

    # ── what the page is told ────────────────────────────────────────────────────────────────────────────────

    def _sit(self, call_id: str, seat: _Seat) -> None:
        def tell(what: Event | Command, at: float) -> None:
            self._tell(call_id, seat, what, at)

        assert self._records is not None
        self._records.watch(_sid(call_id), tell)
        self._seats[call_id] = seat

    def _tell(self, call_id: str, seat: _Seat, what: Event | Command, at: float) -> None:
        for told in seat.story.add(what, at):
            shown = _for_page(told) if seat.wish.is_page else told
            # The page of a slow connection misses news, never sound.
            if shown is not None and (seat.leg is None or not seat.leg.tell(msgspec.json.encode(shown))):
                seat.left_out += 1
            if isinstance(told, Ended):
                if seat.left_out:
                    _LOG.warning("= %s  %d news were left out: its page was slow, or away", call_id, seat.left_out)
                self._forget(call_id)

    def _forget_old(self) -> None:
        now = clock.now()
        for call_id, seat in list(self._seats.items()):
            is_over = self._desk is not None and self._desk.outcome(_sid(call_id)) is not None
            if is_over or (seat.leg is None and seat.until < now):
                self._forget(call_id)

    def _forget(self, call_id: str) -> None:
        self._seats.pop(call_id, None)
        if self._records is not None:
            self._records.forget(_sid(call_id))

    # ── who answers ──────────────────────────────────────────────────────────────────────────────────────────

    async def _keep_origins(self) -> None:
        while True:
            try:
                await self.learn_origins()
            except StoreError as error:
                _LOG.warning("the origins of browser keys cannot be read, and are tried again: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ORIGINS_S):
                    await self._wake.wait()
            self._wake.clear()


def _sid(call_id: str) -> str:
    return f"{PREFIX}{call_id}"


def _for_page(told: Told) -> Told | None:
    """What a website's page may know: tools, warnings and where records lie are the owner's business."""
    if isinstance(told, Ended):
        return Ended(at=told.at, reason=told.reason, says=told.says)
    return told if isinstance(told, _FOR_PAGES) else None
