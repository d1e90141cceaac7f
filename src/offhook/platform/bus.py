"""What the processes of one installation tell each other. It is always lossy: a message may never come.

Whoever hears "this has changed" reads it again from the store, and whenever something may have been missed (the
connection was away, a sender's numbers have a hole, a message was too long for the way) all is read again. Alone, a
process has nobody to tell. Several have a wire: PostgreSQL's notifications, or Redis (`offhook.platform.wires`).

Each process hears two channels: one of all, one of its own, by which it is asked and answered. It sends itself a beat;
a wire that brings no beat is taken for dead, whatever its sockets say.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from offhook import clock
from offhook.errors import OffhookError
from offhook.ids import new_id

BEAT_S: Final = 5.0
MISSED: Final = 2
"""So many beats that do not come, and the wire is opened anew."""
ANSWER_S: Final = 3.0
MOST_WAITING: Final = 2_000
"""Messages that wait to be sent; the oldest goes for a new one."""
AGAIN_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
MOST_ASKED: Final = 200
"""Questions of other processes that are being answered."""
_LOG: Final = logging.getLogger("offhook.bus")

Body = Mapping[str, Any]
"""Small, and JSON."""
Told = Callable[[Body], None]
"""Hears a message of another process. Must not raise or wait."""
Answer = Callable[[Body], Awaitable[Body]]
Perhaps = Callable[[Body], Awaitable[Body | None]]
"""Answers a question that all are asked, when it is for this process."""


class BusDown(OffhookError):
    """The other processes cannot be reached now."""

    code = "bus.down"


class NoAnswer(OffhookError):
    """The process that was asked did not answer in time."""

    code = "bus.no_answer"


class Wire(Protocol):
    """Carries texts on channels between processes. Every method may fail with any `OSError` or `BusDown`."""

    name: str
    limit: int
    """Bytes of one text."""

    async def open(self, channels: Sequence[str]) -> None:
        """Connect, and hear these channels from now on."""

    async def send(self, channel: str, text: str) -> None:
        """To whoever hears the channel."""

    async def receive(self) -> str:
        """The next text, however long that takes."""

    async def close(self) -> None:
        """The connections are no longer needed; never fails."""


class _Envelope(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    sender: str
    number: int
    """One more with each message to all: a hole tells that something was missed. 0: to one process."""
    topic: str
    body: dict[str, Any] | None
    """None: it was too long to be sent."""
    asks: str = ""
    answers: str = ""


_encode: Final = msgspec.json.Encoder().encode
_decoder: Final = msgspec.json.Decoder(_Envelope)
_ALL: Final = "all"
_BEAT: Final = "beat"
_FAILED: Final = "failed"


class Bus:
    """One process's end of it."""

    def __init__(
        self, process_id: str, wire: Wire | None = None, beat_s: float = BEAT_S, most: int = MOST_WAITING
    ) -> None:
        """Without a wire the process is alone."""
        self.process_id, self._wire, self._beat_s = process_id, wire, beat_s
        self._told: dict[str, list[Told]] = {}
        self._answers: dict[str, Answer] = {}
        self._perhaps: dict[str, Perhaps] = {}
        self._asked: dict[str, asyncio.Future[Body]] = {}
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=most)
        self._wake = asyncio.Event()
        self._number = 0
        self._heard: dict[str, int] = {}
        self._beat_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self.is_up = wire is None
        self.on_missed: Final[list[Callable[[], None]]] = []
        """Told when messages may have been missed: what is kept in memory is to be read again, all of it."""

    # ── used by others ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def kind(self) -> str:
        """What carries it: `none`, `postgresql`, `redis`."""
        return self._wire.name if self._wire is not None else "none"

    def publish(self, topic: str, body: Body) -> None:
        """Tell every other process, soon, perhaps."""
        if self._wire is not None:
            self._number += 1
            self._put(_ALL, _Envelope(self.process_id, self._number, topic, dict(body)))

    def subscribe(self, topic: str, told: Told) -> Callable[[], None]:
        """Hear what other processes tell about this topic; what is returned ends it."""
        self._told.setdefault(topic, []).append(told)

        def end() -> None:
            self._told[topic] = [one for one in self._told[topic] if one is not told]

        return end

    def answer(self, topic: str, answer: Answer) -> None:
        """How this process answers questions of this topic. What it raises, the asker is told."""
        self._answers[topic] = answer

    def answer_if(self, topic: str, perhaps: Perhaps) -> None:
        """How this process answers what all are asked about this topic."""
        self._perhaps[topic] = perhaps

    async def ask_all(self, topic: str, body: Body, within_s: float = ANSWER_S) -> Body | None:
        """What the first of the others answers; None: nobody in time, or the bus is away."""
        if self._wire is None or not self.is_up:
            return None
        try:
            return await self._ask(_ALL, topic, body, within_s)
        except NoAnswer:
            return None

    async def request(self, process_id: str, topic: str, body: Body, within_s: float = ANSWER_S) -> Body:
        """Ask one process. Raises `NoAnswer` (dead, stuck, or on another bus), `BusDown` (ours is away)."""
        if process_id == self.process_id:
            return await self._answered(topic, body)
        if self._wire is None or not self.is_up:
            raise BusDown
        return await self._ask(process_id, topic, body, within_s)

    async def _ask(self, to: str, topic: str, body: Body, within_s: float) -> Body:
        key = new_id("ask")
        answer: asyncio.Future[Body] = asyncio.get_running_loop().create_future()
        self._asked[key] = answer
        try:
            self._put(to, _Envelope(self.process_id, 0, topic, dict(body), asks=key))
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError:
            raise NoAnswer(f"{to} did not answer within {within_s:g} s") from None
        finally:
            del self._asked[key]

    async def rename(self, process_id: str) -> None:
        """The process has another id from now on."""
        await self.stop()
        self.process_id = process_id
        await self.start()

    async def start(self) -> None:
        """Open the wire, and keep it open; a wire that cannot be opened now is tried again and again."""
        if self._wire is not None:
            opened = asyncio.Event()
            self._task = asyncio.create_task(self._keep(self._wire, opened), name="bus")
            async with asyncio.timeout(BEAT_S):
                await opened.wait()

    async def stop(self) -> None:
        """Tell and hear nothing more."""
        tasks = {*self._answering, *([self._task] if self._task is not None else [])}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._task = None

    # ── the wire is kept open ────────────────────────────────────────────────────────────────────────────────

    async def _keep(self, wire: Wire, opened: asyncio.Event) -> None:
        failures = 0
        while True:
            try:
                async with asyncio.timeout(BEAT_S):
                    await wire.open([self._channel(_ALL), self._channel(self.process_id)])
                self._heard.clear()
                self._beat_at, failures, self.is_up = clock.now(), 0, True
                if opened.is_set():
                    _LOG.info("= the %s bus is back", wire.name)
                    self._missed()
                opened.set()
                await self._carry(wire)
            except (OSError, BusDown) as error:
                # The address may hold a password: only the kind of error is told.
                if self.is_up or failures == 0:
                    _LOG.warning("the %s bus is away: %s; it is tried again", wire.name, type(error).__name__)
            finally:
                self.is_up = False
                opened.set()
                await wire.close()
            await asyncio.sleep(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
            failures += 1

    async def _carry(self, wire: Wire) -> None:
        """Until something fails. Raises `OSError`, `BusDown`."""
        tasks = [asyncio.ensure_future(part(wire)) for part in (self._receive, self._send, self._beat)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive(self, wire: Wire) -> None:
        while True:
            self._take(await wire.receive())

    async def _send(self, wire: Wire) -> None:
        while True:
            while self._waiting:
                to, text = self._waiting[0]
                async with asyncio.timeout(self._beat_s):
                    await wire.send(self._channel(to), text.decode())
                if self._waiting and self._waiting[0][1] is text:
                    self._waiting.popleft()
            self._wake.clear()
            await self._wake.wait()

    async def _beat(self, wire: Wire) -> None:
        while True:
            self._put(self.process_id, _Envelope(self.process_id, 0, _BEAT, {}))
            await asyncio.sleep(self._beat_s)
            if clock.now() - self._beat_at > MISSED * self._beat_s:
                raise BusDown("the wire brings nothing any more")

    # ── messages ─────────────────────────────────────────────────────────────────────────────────────────────

    def _channel(self, to: str) -> str:
        return f"offhook_{to.lower()}"

    def _put(self, to: str, envelope: _Envelope) -> None:
        assert self._wire is not None
        text = _encode(envelope)
        if len(text) > self._wire.limit:
            envelope.body = None
            text = _encode(envelope)
        self._waiting.append((to, text))
        self._wake.set()

    def _take(self, text: str) -> None:
        try:
            envelope = _decoder.decode(text)
        except msgspec.MsgspecError:
            _LOG.warning("a message on the bus is none of ours, or of another version")
            return
        if envelope.sender == self.process_id:
            if envelope.topic == _BEAT:
                self._beat_at = clock.now()
        elif envelope.answers:
            self._take_answer(envelope)
        elif envelope.asks:
            self._take_question(envelope)
        else:
            self._take_news(envelope)

    def _take_news(self, envelope: _Envelope) -> None:
        before = self._heard.get(envelope.sender)
        if before is not None and envelope.number <= before:
            return  # It was sent twice: the first time nobody could know whether it had gone.
        self._heard[envelope.sender] = envelope.number
        if envelope.body is None or (before is not None and envelope.number != before + 1):
            self._missed()
        if envelope.body is not None:
            for told in self._told.get(envelope.topic, ()):
                told(envelope.body)

    def _take_answer(self, envelope: _Envelope) -> None:
        asked = self._asked.get(envelope.answers)
        if asked is None or asked.done():
            return
        if envelope.body is None:
            asked.set_exception(NoAnswer("the answer is too long for the bus: look in the store"))
        elif envelope.topic == _FAILED:
            asked.set_exception(NoAnswer(str(envelope.body.get("why", ""))[:200]))
        else:
            asked.set_result(envelope.body)

    def _take_question(self, envelope: _Envelope) -> None:
        if len(self._answering) >= MOST_ASKED:
            return

        async def reply() -> None:
            body: Body | None
            topic = envelope.topic
            try:
                if envelope.body is None:
                    raise NoAnswer("the question is too long for the bus")
                if topic in self._perhaps:
                    body = await self._perhaps[topic](envelope.body)
                else:
                    body = await self._answered(topic, envelope.body)
                if body is None:
                    return
            except OffhookError as error:
                topic, body = _FAILED, {"why": str(error)}
            self._put(envelope.sender, _Envelope(self.process_id, 0, topic, dict(body), answers=envelope.asks))

        task = asyncio.create_task(reply(), name="bus-answer")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answered(self, topic: str, body: Body) -> Body:
        answer = self._answers.get(topic)
        if answer is None:
            raise NoAnswer(f"nobody answers {topic!r} there")
        return await answer(body)

    def _missed(self) -> None:
        for told in self.on_missed:
            told()
