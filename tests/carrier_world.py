"""A tiny server for the simulated carrier to call: its signatures are judged by Twilio's own SDK."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from twilio.request_validator import RequestValidator

from offhook.simulator.carrier_web import Account, ServerWeb

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = Account("AC" + 32 * "0", TOKEN)
PUBLIC_URL = "https://voice.example.test"

CONNECT = """<?xml version="1.0" encoding="UTF-8"?><Response><Connect>
<Stream url="wss://voice.example.test/twilio/media" statusCallback="https://voice.example.test/twilio/stream-status">
<Parameter name="token" value="t&amp;1"/></Stream></Connect>
<Redirect method="POST">https://voice.example.test/twilio/after-stream</Redirect></Response>"""
HANG_UP = "<Response><Say>Goodbye.</Say><Hangup/></Response>"


@dataclass
class TinyServer:
    """What it answers, and what it was asked."""

    documents: dict[str, str | int] = field(default_factory=lambda: {"voice": CONNECT, "after-stream": HANG_UP})
    """TwiML by the last part of the path, or a status."""
    media: Callable[["TinyServer", WebSocket], Awaitable[None]] | None = None
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    messages: list[dict[str, object]] = field(default_factory=list)
    """What came over media sockets."""
    unsigned: list[str] = field(default_factory=list)
    """Requests whose signature the SDK refuses."""
    sockets: int = 0
    port: int = 0
    starting: int = 0
    """So often it says that it is not ready yet."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def web(self) -> ServerWeb:
        """The carrier's way to it."""
        return ServerWeb(ACCOUNT, self.url, PUBLIC_URL)

    def asked(self, name: str) -> list[dict[str, str]]:
        """The fields of every request to a path."""
        return [fields for path, fields in self.requests if path == name]

    def events(self, kind: str) -> list[dict[str, object]]:
        """Media messages of a kind."""
        return [message for message in self.messages if message["event"] == kind]

    async def health(self) -> Response:
        """As the real server tells it."""
        if not self.starting:
            return Response('{"status": "ready"}')
        self.starting -= 1
        return Response('{"status":"starting","calls":0}', status_code=503)

    async def webhook(self, request: Request) -> Response:
        """Any POST under /twilio."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        name = request.path_params["name"]
        self.requests.append((name, form))
        signature = request.headers.get("x-twilio-signature", "")
        if not RequestValidator(TOKEN).validate(PUBLIC_URL + request.url.path, form, signature):
            self.unsigned.append(name)
            return Response(status_code=403)
        found = self.documents.get(name, 204)
        if isinstance(found, int):
            return Response(status_code=found)
        return Response(found, media_type="text/xml")

    async def socket(self, websocket: WebSocket) -> None:
        """The media socket: refused when it is not signed, else served by `media`, or echoing marks' audio."""
        signature = websocket.headers.get("x-twilio-signature", "")
        url = PUBLIC_URL.replace("https", "wss") + websocket.url.path
        if not RequestValidator(TOKEN).validate(url, {}, signature):
            self.unsigned.append("media")
            await websocket.close(1008)
            return
        await websocket.accept()
        self.sockets += 1
        try:
            if self.media is not None:
                await self.media(self, websocket)
            else:
                await read_all(self, websocket)
        except (WebSocketDisconnect, RuntimeError):
            pass


async def read(server: TinyServer, websocket: WebSocket) -> dict[str, object]:
    """The next message."""
    message: dict[str, object] = json.loads(await websocket.receive_text())
    server.messages.append(message)
    return message


async def read_all(server: TinyServer, websocket: WebSocket) -> None:
    """Until the carrier closes."""
    while True:
        await read(server, websocket)


@asynccontextmanager
async def running(server: TinyServer) -> AsyncIterator[TinyServer]:
    """The server, listening on a free port."""
    app = FastAPI()
    app.add_api_route("/twilio/{name}", server.webhook, methods=["POST"])
    app.add_api_route("/healthz", server.health)
    app.add_api_websocket_route("/twilio/media", server.socket)
    uvicorn_server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    task = asyncio.create_task(uvicorn_server.serve())
    while not uvicorn_server.started:
        await asyncio.sleep(0.01)
    server.port = uvicorn_server.servers[0].sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        uvicorn_server.should_exit = True
        await task
