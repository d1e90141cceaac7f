"""Acting on calls that live, and listening to them: on this process by their handles, on others through a bus."""

import asyncio
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Protocol

from offhook.audio.convert import Converter, converter
from offhook.call.handle import CallHandle, HumanSeat
from offhook.core.endings import EndReason
from offhook.core.formats import TELEPHONE, WIDEBAND, AudioFormat
from offhook.platform.bus import BusDown, NoAnswer
from offhook.platform.problems import Conflict
from offhook.telephony.browser import is_browser_call

Action = Literal["say", "instruct", "transfer", "mute", "unmute", "end"]
CONTROL: Final = "call.control"
MOST_WAITING: Final = 100
"""Pieces of audio that wait for one listener: some 2 s of both sides. What comes then is left out."""
_HEAD: Final = struct.Struct("<BI")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a call."""

    action: Action
    text: str = ""
    at_once: bool = False
    """Say it, or answer what was instructed, without waiting for who speaks."""
    number: str = ""
    """Who is called, and `text` is what they are called."""
    ring_s: float = 20.0


class LiveHandles(Protocol):
    """The calls of this process."""

    def handle(self, call_id: str) -> CallHandle | None:
        """A live call by its own id."""


Remote = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Asks another process, by its id, to grant a wish: `{"call_id": ..., "wish": {...}}`; what its `answer` says. Raises
an `OffhookError` when there is no answer."""


class NotLive(Conflict):
    """The call is over, or has not begun."""

    code = "call.not_live"
    what_to_do = "Look at its status."


class Elsewhere(Conflict):
    """The call lives in another process."""

    code = "call.elsewhere"
    what_to_do = "Ask the process that has it: its address is that of the media."


class Taken(Conflict):
    """A person talks to the caller already, or the caller is being connected to somebody."""

    code = "call.taken"
    what_to_do = "Wait until the call is handed back."


class NoLine(Conflict):
    """There is no telephone line that could be connected."""

    code = "call.no_line"
    what_to_do = "Only the caller of a telephone call can be connected to somebody. Take this one over instead."


class Seat:
    """Where a person sits who talks to the caller in the agent's place, with a browser's microphone."""

    def __init__(self, seat: HumanSeat, audio_format: AudioFormat, leave: Callable[[], None]) -> None:
        self._seat, self._leave = seat, leave
        self._converter: Converter | None = converter(WIDEBAND, audio_format, is_live=True)
        self._frame_bytes = audio_format.frame_bytes
        self._rest = b""

    def hear(self, frame: bytes) -> None:
        """20 ms of `WIDEBAND`."""
        audio = self._rest + (self._converter.push(frame) if self._converter is not None else frame)
        size = self._frame_bytes
        whole = len(audio) - len(audio) % size
        for at in range(0, whole, size):
            self._seat.hear(audio[at : at + size])
        self._rest = audio[whole:]

    def give_back(self, note: str = "") -> None:
        """The agent goes on, knowing `note`; once."""
        self._seat.give_back(note)
        self._leave()


class Listening:
    """What one listener hears. Bounded: who reads too slowly misses some of it."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self.format = audio_format
        self.missed = 0
        """Pieces that were left out."""
        self._waiting: deque[bytes] = deque()
        self._news = asyncio.Event()

    def hear(self, side: int, at: float, audio: bytes) -> None:
        """A piece of one side (0: the caller, 1: the agent), at its place."""
        if len(self._waiting) >= MOST_WAITING:
            self.missed += 1
            return
        self._waiting.append(_HEAD.pack(side, max(0, round(at * 1000))) + bytes(audio))
        self._news.set()

    async def next(self, wait_s: float) -> bytes:
        """Side (one byte), place in milliseconds (four, little-endian), then the audio; empty: nothing came in time."""
        if not self._waiting:
            self._news.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            except TimeoutError:
                return b""
        return self._waiting.popleft()


class CallDoors:
    """The doors of all calls. `live` is set when this process takes calls, `remote` when there is a bus."""

    def __init__(self, process_id: Callable[[], str]) -> None:
        self._process_id = process_id
        self.live: LiveHandles | None = None
        self.remote: Remote | None = None
        self._taken: set[str] = set()
        """Calls in which a person talks, by our own id."""

    async def control(self, process_id: str, call_id: str, wish: Wish) -> None:
        """Grant a wish, wherever the call lives. Raises `NotLive`, `Elsewhere`, `Taken`."""
        if process_id == self._process_id() or self._handle(call_id) is not None:
            if not self.grant(call_id, wish):
                raise NotLive
            return
        if not process_id:
            raise NotLive
        if self.remote is None:
            raise Elsewhere
        try:
            found = await self.remote(process_id, {"call_id": call_id, "wish": asdict(wish)})
        except (NoAnswer, BusDown) as error:
            raise Elsewhere(f"the process that has the call cannot be reached: {error}") from error
        if found.get("taken"):
            raise Taken
        if not found["granted"]:
            raise NotLive

    async def answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Another process asks for a call that lives here, as `remote` told it."""
        try:
            return {"granted": self.grant(str(message["call_id"]), Wish(**message["wish"])), "taken": False}
        except Taken:
            return {"granted": False, "taken": True}

    def grant(self, call_id: str, wish: Wish) -> bool:
        """Grant a wish here; False when the call is over. Raises `Taken`."""
        handle = self._handle(call_id)
        if handle is None:
            return False
        if wish.action == "transfer" and (call_id in self._taken or handle.transfer):
            raise Taken
        match wish.action:
            case "say":
                return handle.say(wish.text, at_once=wish.at_once)
            case "instruct":
                return handle.instruct(wish.text, speak_now=wish.at_once)
            case "transfer":
                return handle.connect(wish.text, wish.number, wish.ring_s)
            case "mute" | "unmute":
                return handle.mute(wish.action == "mute")
            case "end":
                return handle.end(EndReason.OPERATOR_ENDED, wish.text)

    def listen(self, process_id: str, call_id: str) -> tuple[Listening, Callable[[], None]]:
        """Hear both sides from now on; what is given beside it ends that. Raises `NotLive`, `Elsewhere`."""
        handle = self._handle(call_id)
        if handle is None:
            raise NotLive if process_id in ("", self._process_id()) else Elsewhere
        listening = Listening(_format_of(handle))
        end = handle.listen(
            lambda at, audio: listening.hear(0, at, audio), lambda at, audio: listening.hear(1, at, audio)
        )
        return listening, end

    def take_over(self, process_id: str, call_id: str, name: str) -> Seat:
        """Talk to the caller in the agent's place. Raises `NotLive`, `Elsewhere`, `Taken`."""
        handle = self._handle(call_id)
        if handle is None:
            raise NotLive if process_id in ("", self._process_id()) else Elsewhere
        if call_id in self._taken or handle.transfer:
            raise Taken
        seat = handle.take_over(name)
        if seat is None:
            raise NotLive
        self._taken.add(call_id)
        return Seat(seat, _format_of(handle), lambda: self._taken.discard(call_id))

    def is_live(self, call_id: str) -> bool:
        """The call lives in this process."""
        return self._handle(call_id) is not None

    def _handle(self, call_id: str) -> CallHandle | None:
        return self.live.handle(call_id) if self.live is not None else None


def _format_of(handle: CallHandle) -> AudioFormat:
    return WIDEBAND if is_browser_call(handle.facts) else TELEPHONE
