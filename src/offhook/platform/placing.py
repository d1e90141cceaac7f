"""Calls that we place: asked for over the API, dialled by this process, told of by the carrier, taken back."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from offhook import clock
from offhook.agents.outbound_block import OutboundBlock
from offhook.call.handle import CallHandle
from offhook.core.endings import EndReason
from offhook.core.events import AnsweredBy, Answerer, BeepHeard
from offhook.errors import AdmissionRefused, OffhookError, StoreError
from offhook.ids import new_id
from offhook.platform.call_values import CallValues, checked
from offhook.platform.carrier_clients import CarrierClients, public_url_of
from offhook.platform.dialler import Dialler, Patience, apply, status_of
from offhook.platform.dials import DIALLING, ENDED, IN_PROGRESS, QUEUED, SCHEDULED, Dial, Dials, NewDial, State
from offhook.platform.e164 import e164
from offhook.platform.jobs import Jobs
from offhook.platform.line_up import Answering, LineUp
from offhook.platform.overrides import overridden, put
from offhook.platform.problems import Flaw, Invalid, TooMany
from offhook.platform.snapshot import KnownAgent, KnownNumber, Snapshot
from offhook.settings import Settings
from offhook.store.json import loads
from offhook.store.scope import Actor
from offhook.store.store import Store
from offhook.store.tables.agents import AGENT_VERSIONS
from offhook.telephony.carriers.twilio_paths import AFTER_STREAM_PATH, ANSWERED_BY_PATH, STATUS_PATH, address
from offhook.telephony.carriers.twilio_placed import document_address
from offhook.telephony.carriers.twilio_rest import NewCall
from offhook.telephony.facts import CallFacts
from offhook.telephony.placed import Progress

MOST_DIALS: Final = 2_000
"""Calls that this process dials at once; the carrier's own queue is longer than anybody's patience."""
MOST_EARLY: Final = 1_000
MOST_AHEAD_MS: Final = 30 * 86_400_000
SWEEP_S: Final = 5.0
"""Leases are renewed so often, and calls of dead processes looked for."""
GOODBYE: Final = "Goodbye."
_BEEPED: Final = frozenset({"machine_end_beep", "machine_end_silence", "machine_end_other"})
_LOG: Final = logging.getLogger("offhook.dialler")

Guard = Callable[[CallFacts, Answering], None]
"""Raises `AdmissionRefused` for a call that is not to be placed: limits."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A call that somebody wants."""

    agent_id: str
    to: str
    from_number: str
    version: int | None = None
    """None: the published one."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the agent's document for this call alone."""
    not_before: int = 0
    """To be dialled then, in milliseconds UTC; 0: now."""
    not_after: int = 0
    """Not dialled after that; 0: some time later it is given up."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A call that is going to be dialled."""

    call_id: str
    answering: Answering
    from_number: str
    to_number: str
    created_at: int
    status: str = QUEUED


class Placing:
    """Of one process. It is what the web tells of placed calls (`offhook.web.ports.Placed`)."""

    def __init__(
        self, store: Store, snapshot: Snapshot, line_up: LineUp, clients: CarrierClients, settings: Settings,
        values: CallValues, jobs: Jobs, patience: Patience | None = None,
    ) -> None:  # fmt: skip
        self._jobs = jobs
        self._store, self._snapshot, self._line_up = store, snapshot, line_up
        self._clients, self._settings, self._values = clients, settings, values
        self.dials = Dials(store)
        jobs.add(DIALLING, self.dials.due)
        self.refusal: Callable[[], str | None] = lambda: None
        """Why no call can be taken on now; set by who takes calls."""
        self.handle_of: Callable[[str], CallHandle | None] = lambda call_id: None
        """A live call of this process, by our own id."""
        self.guards: Final[list[Guard]] = []
        self.give_up: Callable[[str], None] = lambda call_id: None
        """Told that a call that the guards let pass is answered, so counted like any other, or over."""
        self._dialler = Dialler(self.dials, clients, patience or Patience())
        self._mine: Final[dict[str, Dial]] = {}
        self._variables: Final[OrderedDict[str, Mapping[str, Any]]] = OrderedDict()
        self._early: Final[OrderedDict[str, str]] = OrderedDict()
        """Who has answered, of calls whose media have not come."""
        self._tasks: Final[set[asyncio.Task[None]]] = set()
        self._keeper: asyncio.Task[None] | None = None

    # ── for the API ──────────────────────────────────────────────────────────────────────────────────────────

    async def place(self, workspace: str, wish: Wish, actor: Actor) -> Placed:
        """Have the call dialled: it has its row when this returns, and was not dialled yet.

        Raises `Invalid`, `Conflict`, `AdmissionRefused`, `TooMany`, `Locked`, `StoreError`.
        """
        public_url = public_url_of(self._settings)
        agent, number, to_number = self._checked(workspace, wish)
        self._clients.required(number.account_sid)
        is_later = _is_later(wish)
        version = wish.version or agent.version
        document = await self._document(workspace, agent, version)
        if wish.overrides:
            document = await asyncio.to_thread(overridden, document, wish.overrides, clock.wall().date())
            version = await self._store.write(
                workspace, partial(put, agent_id=agent.id, number=version, document=document), actor
            )
        answering = Answering(workspace, agent.id, version)
        variables = checked(document, wish.variables)
        block = OutboundBlock.model_validate(document.get("outbound") or {})
        facts = CallFacts(
            "", number.number, to_number, "outbound", public_url, answering.key, number.account_sid, new_id("call"),
            bool(block.detection),
        )  # fmt: skip
        if is_later:
            await asyncio.to_thread(self._jobs.prepare)
        else:
            self._admit(facts, answering)
        is_pinned = version != agent.version
        new = NewDial(facts.call_id, agent.id, version, number.account_sid, _new_call(public_url, facts, block),
                      wish.variables, wish.metadata, is_pinned, wish.not_before, wish.not_after)  # fmt: skip
        dial = await self.dials.add(workspace, new, actor, self._jobs)
        if dial.state is State.SCHEDULED:
            # It is found when it is time, with its variables: by whichever process lives then.
            return Placed(facts.call_id, answering, number.number, to_number, dial.created_at, SCHEDULED)
        if variables:
            self._variables[facts.call_id] = variables
            while len(self._variables) > MOST_DIALS:
                self._variables.popitem(last=False)
        if is_pinned:
            await self._snapshot.settle()
        self._see_to(dial)
        return Placed(facts.call_id, answering, number.number, to_number, dial.created_at)

    async def cancel(self, workspace: str, call_id: str, actor: Actor) -> bool:
        """Take a call back that nobody talks in; False: nothing is being placed under this id. Raises `StoreError`."""
        if await self.dials.cancel(workspace, call_id, actor) is None:
            return False
        dial = self._mine.get(call_id)
        if dial is not None:
            dial.is_canceled = True
            dial.news.set()
        return True

    # ── for the carrier's requests: nothing waits ────────────────────────────────────────────────────────────

    def progress(self, told: Progress) -> None:
        """A call that was placed has changed."""
        if status_of(told.status) in (IN_PROGRESS, ENDED):
            self.give_up(told.call_id)
        if (variables := self._variables.pop(told.call_id, None)) is not None:
            # From now on it is known by the carrier's id as well.
            self._values.give(told.call_sid, variables)
        dial = self._mine.get(told.call_id)
        if dial is None:
            self._tell_others(told)
            return
        if told.account != dial.account_sid:
            _LOG.warning("< %s  another account speaks of it", dial.call_id)
            return
        if dial.call_sid and dial.call_sid != told.call_sid and dial.is_certain:
            self._spawn(self._dialler.hang_up_double(dial, told.call_sid), "a call that was placed twice")
            return
        dial.call_sid, dial.is_certain = told.call_sid, True
        apply(dial, told.status, told.detail)
        dial.news.set()

    def answered_by(self, call_id: str, account: str, who: str) -> None:
        """Who has answered: the call is told, now or when its media come."""
        dial, handle = self._mine.get(call_id), self.handle_of(call_id)
        owner = dial.account_sid if dial is not None else self._line_up.account_of(handle.facts) if handle else account
        if owner != account or not call_id:
            return
        if handle is not None:
            _tell(handle, who)
            return
        self._early[call_id] = who
        while len(self._early) > MOST_EARLY:
            self._early.popitem(last=False)

    def begun(self, handle: CallHandle) -> None:
        """The media of a call have come."""
        dial = self._mine.get(handle.call_id)
        if dial is not None:
            dial.has_begun = True
            dial.advance(IN_PROGRESS)
        who = self._early.pop(handle.call_id, None)
        if who is not None:
            _tell(handle, who)

    def guard(self, facts: CallFacts, answering: Answering) -> None:
        """A call that was taken back is not talked in, however late the carrier learns it."""
        dial = self._mine.get(facts.call_id)
        if dial is not None and dial.is_canceled:
            raise AdmissionRefused("the call was taken back", sentence=GOODBYE)

    # ── the life of the process ──────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        """Dial from now on, also what a dead process has left."""
        self._keeper = asyncio.create_task(self._keep(), name="calls to place")

    async def stop(self) -> None:
        """Dial no more: what is under way is for others, or for the next start."""
        tasks = [*self._tasks, *([self._keeper] if self._keeper is not None else [])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        try:
            if self._keeper is not None:
                await self.dials.let_go()
        except StoreError as error:
            _LOG.warning("calls that are being placed wait for their leases to end: %s", error)

    async def _keep(self) -> None:
        while True:
            try:
                if self._mine:
                    await self.dials.renew(list(self._mine.values()))
                await self.sweep()
            except StoreError as error:
                _LOG.warning("calls to place are not looked for now: %s", error)
            await asyncio.sleep(SWEEP_S)

    async def sweep(self) -> None:
        """See to calls that nobody sees to any more."""
        for dial in await self.dials.orphans():
            if dial.call_id not in self._mine:
                _LOG.info("= %s  is taken over: %s", dial.call_id, dial.state)
                if dial.not_before and not dial.attempts:
                    self._admit_now(dial)
                self._see_to(dial)

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _checked(self, workspace: str, wish: Wish) -> tuple[KnownAgent, KnownNumber, str]:
        to_number, from_number = e164(wish.to, "/to"), e164(wish.from_number, "/from")
        agent, number = self._snapshot.agent(wish.agent_id), self._snapshot.number(from_number)
        flaws = []
        if agent is None or agent.workspace != workspace:
            flaws.append(Flaw("/agent_id", "there is no published agent of this id", "agent.not_found"))
        if number is None or number.workspace != workspace:
            flaws.append(Flaw("/from", "this workspace has no such number", "phone_number.not_found"))
        if to_number == from_number:
            flaws.append(Flaw("/to", "it is the number that is called from"))
        if agent is None or number is None or flaws:
            raise Invalid(flaws)
        return agent, number, to_number

    async def _document(self, workspace: str, agent: KnownAgent, version: int) -> Mapping[str, Any]:
        kept = self._snapshot.document(agent.id, version)
        if kept is not None:
            return dict(loads(kept))
        table = AGENT_VERSIONS.c
        found = await self._store.read(
            workspace,
            lambda scope: scope.first(
                scope.select(table.document).where(table.agent_id == agent.id, table.number == version)
            ),
        )
        if found is None:
            raise Invalid([Flaw("/version", f"the agent has no version {version}", "agent.version.unknown")])
        return dict(found.document)

    def _admit(self, facts: CallFacts, answering: Answering) -> None:
        if why := self.refusal():
            raise AdmissionRefused(f"no further call is taken on now: {why}")
        if len(self._mine) >= MOST_DIALS:
            raise TooMany(f"{MOST_DIALS} calls are being placed", retry_after_s=5.0, code="call.too_many")
        for guard in self.guards:
            # Until it is answered it is counted under our own id.
            guard(replace(facts, call_sid=facts.call_id), answering)

    def _admit_now(self, dial: Dial) -> None:
        """Limits hold when it is dialled, not when it was asked for."""
        agent_id, _, version = dial.agent_key.partition("/")
        call = dial.new_call
        facts = CallFacts(
            "", call.from_number, call.to, "outbound", agent=dial.agent_key, account=dial.account_sid,
            call_id=dial.call_id,
        )  # fmt: skip
        try:
            self._admit(facts, Answering(dial.workspace, agent_id, int(version)))
        except (AdmissionRefused, TooMany) as refused:
            dial.advance(ENDED, EndReason.OFFHOOK_NOT_DIALLED, str(refused))

    def _see_to(self, dial: Dial) -> None:
        self._mine[dial.call_id] = dial
        task = self._spawn(self._dialler.conduct(dial), f"dial {dial.call_id}")
        task.add_done_callback(lambda _: self._mine.pop(dial.call_id, None))

    def _tell_others(self, told: Progress) -> None:
        """Who sees to the call finds it in the store. A call that is talked in needs it no more."""
        account, status = self._snapshot.account(told.account), status_of(told.status)
        if account is None or status is None or len(self._tasks) >= 2 * MOST_DIALS:
            return
        work = self.dials.told(account.workspace, told.call_id, told.call_sid, status)
        self._spawn(work, f"told of {told.call_id}")

    def _spawn(self, work: Any, name: str) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            is_ours = isinstance(error, OffhookError)
            _LOG.error("! %s: %s", task.get_name(), error, exc_info=None if is_ours else error)


def _is_later(wish: Wish) -> bool:
    """Raises `Invalid` for times that cannot be kept."""
    now = clock.wall_ms()
    flaws = []
    if wish.not_before > now + MOST_AHEAD_MS:
        flaws.append(Flaw("/not_before", f"at most {MOST_AHEAD_MS // 86_400_000} days from now"))
    if wish.not_after and wish.not_after <= max(now, wish.not_before):
        flaws.append(Flaw("/not_after", "it is over by then: a moment after now, and after `not_before`"))
    if flaws:
        raise Invalid(flaws)
    return wish.not_before > now


def _new_call(public_url: str, facts: CallFacts, block: OutboundBlock) -> NewCall:
    detected = address(public_url, ANSWERED_BY_PATH, call=facts.call_id) if block.detection else ""
    return NewCall(
        to=facts.to_number, from_number=facts.from_number, url=document_address(public_url, facts),
        status_callback=address(public_url, STATUS_PATH, call=facts.call_id), timeout_s=block.ring_s,
        fallback_url=address(public_url, AFTER_STREAM_PATH), detection=block.detection, detected_url=detected,
    )  # fmt: skip


def _tell(handle: CallHandle, who: str) -> None:
    if who == "human":
        handle.post(AnsweredBy(Answerer.HUMAN))
    elif who.startswith("machine") or who == "fax":
        handle.post(AnsweredBy(Answerer.MACHINE))
        if who in _BEEPED:
            handle.post(BeepHeard())
    else:
        handle.post(AnsweredBy(Answerer.UNKNOWN))
