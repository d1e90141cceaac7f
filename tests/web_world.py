"""The real server on a real port, with live calls that only listen, and a carrier to reach it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
import uvloop
from fastapi import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from offhook.core.endings import EndReason
from offhook.core.events import TransferEnded, TransferEnding
from offhook.settings import Secret, Settings
from offhook.telephony.carriers.twilio_signature import sign
from offhook.telephony.facts import CallFacts
from offhook.telephony.leg import Leg, LegStarted
from offhook.web.app import create_app
from offhook.web.connection import MediaConnection
from offhook.web.server import Listening, serve
from offhook.web.talk import Talk
from tests.twilio_wire import Ear, connected, start

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://voice.example.test"
PATIENCE_S = 20.0


@dataclass
class FakeCalls:
    """Live calls that only listen. One-shot tokens, as the real ones have; who comes back depends on the test."""

    refused: str | None = None
    tokens: dict[str, str] = field(default_factory=dict)
    """By SID, until they are used."""
    facts: dict[str, CallFacts] = field(default_factory=dict)
    ears: dict[str, Ear] = field(default_factory=dict)
    """By SID, of the latest stream."""
    legs: dict[str, Leg] = field(default_factory=dict)
    """By SID: the calls that are live."""
    streams: list[str] = field(default_factory=list)
    """SIDs of all streams that were taken."""
    ended: list[str] = field(default_factory=list)
    outcomes: dict[str, EndReason] = field(default_factory=dict)
    transfers: dict[str, str] = field(default_factory=dict)
    """By SID: the tool call whose transfer is under way."""
    transfers_ended: list[TransferEnded] = field(default_factory=list)
    returns: int = 3
    """So often a call may come back."""
    drained: asyncio.Event = field(default_factory=asyncio.Event)
    minted: int = 0

    @property
    def count(self) -> int:
        return len(self.legs)

    def refusal(self) -> str | None:
        return self.refused

    def expect(self, facts: CallFacts) -> str:
        self.facts[facts.call_sid] = facts
        return self._token(facts.call_sid)

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        sid = started.call_sid
        if sid in self.outcomes or self.tokens.get(sid) != started.parameters.get("token"):
            return False
        del self.tokens[sid]
        if sid in self.legs:
            self.legs[sid].close()
        self.legs[sid], self.ears[sid] = leg, Ear()
        self.streams.append(started.stream_sid)
        leg.listen(self.ears[sid])
        return True

    def carrier_ended(self, call_sid: str) -> None:
        self.ended.append(call_sid)
        if call_sid in self.facts:
            self.end(call_sid, EndReason.CALLER_HUNG_UP)

    def transfer_ended(self, call_sid: str, ended: TransferEnded) -> str | None:
        if self.transfers.get(call_sid) != ended.call or call_sid in self.outcomes:
            return None
        del self.transfers[call_sid]
        self.transfers_ended.append(ended)
        if ended.ending is not TransferEnding.CONNECTED:
            return self._token(call_sid)
        self.end(call_sid, EndReason.AGENT_TRANSFERRED)
        return None

    def lost_leg(self, call_sid: str) -> str | None:
        if call_sid not in self.legs or call_sid in self.outcomes:
            return None
        if call_sid not in self.tokens:
            if not self.returns:
                return None
            self.returns -= 1
        return self._token(call_sid)

    def account_of(self, call_sid: str) -> str:
        return self.facts[call_sid].account if call_sid in self.facts else ""

    def outcome(self, call_sid: str) -> EndReason | None:
        return self.outcomes.get(call_sid)

    async def drain(self, deadline_s: float) -> None:
        self.refused = "draining"
        await self.drained.wait()

    def end(self, call_sid: str, reason: EndReason) -> None:
        """The call is over: its reason is known before its leg is closed."""
        self.outcomes.setdefault(call_sid, reason)
        leg = self.legs.pop(call_sid, None)
        if leg is not None:
            leg.close()

    def _token(self, call_sid: str) -> str:
        if call_sid not in self.tokens:
            self.minted += 1
            self.tokens[call_sid] = f"token-{self.minted}"
        return self.tokens[call_sid]


@dataclass
class World:
    """A running server and a carrier's means to reach it."""

    port: int
    live: FakeCalls
    client: httpx2.AsyncClient
    browsers: set[MediaConnection] = field(default_factory=set)
    """Sockets of browsers that are open."""
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def break_browsers(self) -> None:
        """Every browser's socket is closed, as by a server that starts anew."""
        for connection in list(self.browsers):
            connection.shut_down()

    def wait(self, condition: Callable[[], object]) -> None:
        """As `until`, from another thread."""
        asyncio.run_coroutine_threadsafe(until(condition), self.loop).result(PATIENCE_S)

    async def post(self, path: str, fields: dict[str, str], *, signature: str | None = None, **headers: str) -> Any:
        """A webhook, signed for the public address unless told otherwise ("" sends none)."""
        if signature is None:
            signature = sign(TOKEN, PUBLIC + path, list(fields.items()))
        signed = {"X-Twilio-Signature": signature} if signature else {}
        return await self.client.post(path, data=fields, headers=signed | headers)

    async def ring(self, call_sid: str) -> str:
        """Announce a call; its token."""
        answer = await self.post("/twilio/voice", {"CallSid": call_sid, "From": "+15005550006"})
        assert answer.status_code == 200
        return token_in(answer.text)

    @asynccontextmanager
    async def socket(
        self, path: str = "/twilio/media", *, signed: str = "wss://voice.example.test/twilio/media", **options: Any
    ) -> AsyncIterator[ClientConnection]:
        headers = {"X-Twilio-Signature": sign(TOKEN, signed)} if signed else {}
        uri = f"ws://127.0.0.1:{self.port}{path}"
        async with connect(uri, additional_headers=headers, proxy=None, **options) as connection:
            yield connection

    @asynccontextmanager
    async def call(self, call_sid: str) -> AsyncIterator[tuple[ClientConnection, Ear]]:
        """A call that is connected and listened to."""
        token = await self.ring(call_sid)
        async with self.socket() as carrier:
            await carrier.send(connected())
            await carrier.send(start(call_sid, token=token))
            await until(lambda: call_sid in self.live.ears)
            yield carrier, self.live.ears[call_sid]


def token_in(document: str) -> str:
    """The token in a document that connects a stream; nothing when it does not."""
    return document.partition('name="token" value="')[2].partition('"')[0]


def web_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the server's web side has logged."""
    return [record.getMessage() for record in caplog.records if record.name == "offhook.web"]


async def until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds, looking after every step of the loop; fail when it never does."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.001)


def play(
    story: Callable[[World], Awaitable[None]],
    host: str = "127.0.0.1",
    talk: Callable[[FakeCalls], Talk] | None = None,
    below: tuple[str, Callable[[WebSocket], Awaitable[None]]] | None = None,
    **changes: Any,
) -> None:
    """Tell a story with a running server. `below`: a path below which sockets are the application's, and one of
    those."""

    async def run() -> None:
        values: dict[str, Any] = {"twilio_auth_token": Secret(TOKEN), "public_url": PUBLIC} | changes
        settings, live = Settings(**values), FakeCalls()
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        root, serve_socket = below or ("", None)
        app = create_app(live, settings, talk=talk(live) if talk is not None else None, sockets_below=root)
        if serve_socket is not None:
            app.add_api_websocket_route(f"{root}/socket", serve_socket)
        server = asyncio.create_task(serve(app, live, Listening(host, port=0, on_ready=ready.set_result)))
        try:
            async with asyncio.timeout(PATIENCE_S):
                port = await ready
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                await story(World(port, live, client, app.state.media_door.browsers))
        finally:
            server.cancel()
            await asyncio.wait([server])

    uvloop.run(run())


async def closing_code(carrier: ClientConnection) -> int | None:
    """The code that the server closes with."""
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE_S):
            async for _ in carrier:
                pass
    return carrier.close_code
