"""The whole API under attack, by people and programs of one workspace: no fault, no word of another workspace, no
secret, nothing changed by who may only read; every refusal says what to do; and the telephone is answered as before."""

import asyncio
import json
import random
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Table, create_engine

from offhook.store.schema import WORKSPACES
from offhook.store.tables.agents import AGENT_VERSIONS, AGENTS, DOCUMENTS
from offhook.store.tables.people import API_KEYS, INVITATIONS, MEMBERS, USERS
from offhook.store.tables.vault import SECRETS
from offhook.store.tables.webhooks import WEBHOOKS
from tests.api_routes import everything, texts
from tests.canaries import Canaries
from tests.fuzzers.api_requests import (
    ID,
    MARK,
    NAMED,
    READERS,
    SECRET_FIELDS,
    Requests,
    multipart,
    socket,
)
from tests.fuzzers.engine import Step, Steps
from tests.fuzzers.frames import BINARY, CLOSE, TEXT, browser_message, frame
from tests.fuzzers.under_test import OnServer, connect, statuses

KEPT: Final[frozenset[Table]] = frozenset(
    {AGENTS, AGENT_VERSIONS, DOCUMENTS, API_KEYS, INVITATIONS, MEMBERS, USERS, WORKSPACES, SECRETS, WEBHOOKS}
)
"""Tables that nothing changes by itself."""
READ_ONLY: Final = KEPT - {USERS}
"""Of them what who may only read does not change: what one is called oneself, one says oneself."""
OF_OTHERS: Final = re.compile(r"^(carrier|vendor|provider|voice|voices|oidc|tool)\.")
"""Codes of what is somebody else's fault, and may be told with 502."""
PATIENCE_S: Final = 60.0
ENDLESS_S: Final = 0.3
"""What never ends is read for so long."""
BINARY_KINDS: Final = (b"audio/", b"application/octet-stream", b"application/pdf", b"application/zip")
MOST_MADE: Final = 300
CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_HEADER: Final = re.compile(rb"\r\n([A-Za-z-]+): ([^\r]*)")


@dataclass
class Answer:
    """One answer, whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def read(cls, data: bytes) -> "Answer | None":
        """From what came; None: nothing did."""
        found = statuses(data)
        head, _, body = data.partition(b"\r\n\r\n")
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in _HEADER.findall(head)}
        return cls(found[0], headers, body) if found else None


@dataclass
class ApiFuzzer(OnServer):
    """A step is a request, a socket, or a browser's leg; some are made at the same time."""

    name: str = "api"
    module: str = "tests.fuzzers.api_server"
    more_mb: float = 600.0
    """Models and libraries are loaded when somebody first asks for what needs them."""
    _made: list[str] = field(default_factory=list)
    """Ids that answers have told."""
    _sent: deque[str] = field(default_factory=lambda: deque(maxlen=300))
    """Secrets that were sent."""
    _canaries: Canaries = field(default_factory=Canaries)
    _theirs: frozenset[str] = frozenset()
    _before: Any = None

    async def open(self) -> None:
        """A fresh server, and both workspaces as they are at first."""
        await super().open()
        told = self.server.told
        self._made, self._canaries = [], Canaries()
        self._sent.clear()
        for name, value in told["secrets"].items():
            self._canaries.add(name, value)
        for name, headers in told["headers"].items():
            own = headers.get("Authorization", headers.get("Cookie", "")).partition(
                " " if "Authorization" in headers else "="
            )
            # What a page's key is, its page tells everybody.
            if name != "page":
                self._canaries.add(f"what {name} asks with", own[2])
        self._theirs = frozenset(told["theirs"])
        self._before = await asyncio.to_thread(self._rows, 0)

    def make(self, chance: random.Random) -> tuple[str, Steps]:
        """Requests of all, or of those who may only read; sockets; legs of browsers."""
        kind = chance.choice(("requests",) * 6 + ("readers", "readers", "sockets", "legs", "uploads", "mixed"))
        requests = Requests(chance)
        if kind == "readers":
            return kind, [requests.any(READERS) for _ in range(chance.randint(1, 12))]
        if kind == "sockets":
            return kind, [
                socket(chance) if chance.random() < 0.7 else requests.any() for _ in range(chance.randint(1, 8))
            ]
        if kind == "legs":
            return kind, [self._leg(chance) for _ in range(chance.randint(1, 3))]
        if kind == "uploads":
            return kind, [requests.upload() for _ in range(chance.randint(1, 3))]
        steps = [requests.any() for _ in range(chance.randint(1, 12))]
        if kind == "mixed":
            steps += [socket(chance), self._leg(chance)]
        return kind, steps

    @staticmethod
    def _leg(chance: random.Random) -> Step:
        said = [browser_message(chance).decode("latin-1") for _ in range(chance.randint(0, 6))]
        sound = chance.randbytes(chance.choice((640, 640, 641, 6_400, 70_000))).decode("latin-1")
        return {"as": chance.choice(("owner", "key", "caller", "page", "viewer")), "leg": said, "bytes": sound,
                "times": chance.choice((0, 1, 30))}  # fmt: skip

    async def play(self, steps: Steps) -> None:
        """The steps in order, some at the same time; behind them all is as it has to be."""
        readers = all(step["as"] in READERS for step in steps)
        before = await asyncio.to_thread(self._rows, 1, READ_ONLY) if readers else None
        waiting: list[asyncio.Task[None]] = []
        try:
            for step in steps:
                waiting.append(asyncio.create_task(self._step(step)))
                if not step.get("together"):
                    await asyncio.gather(*waiting)
                    waiting.clear()
            await asyncio.gather(*waiting)
        finally:
            for task in waiting:
                task.cancel()
        await self.server.call_and_go()
        await self.server.settled()
        unchanged(self._before, await asyncio.to_thread(self._rows, 0), "something of the victims has changed")
        if before is not None:
            after = await asyncio.to_thread(self._rows, 1, READ_ONLY)
            unchanged(before, after, "who may only read has changed something")
        await self._come_in_again()

    async def _step(self, step: Step) -> None:
        if "socket" in step:
            data = await self._socket(step)
        elif "leg" in step:
            data = await self._browser(step)
        else:
            answer = await self._ask(step)
            if answer is not None:
                self._judge(step, answer)
            return
        self._search(f"{step}"[:300], data, "")

    # ── requests ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _ask(self, step: Step) -> Answer | None:
        path = self._filled(step["path"])
        query = "&".join(
            f"{quote(name, errors='replace')}={quote(self._filled(value), errors='replace')}"
            for name, value in step["query"]
        )
        kind, body = step.get("type", ""), b""
        if "file" in step:
            kind, body = multipart(step)
        elif "json" in step:
            body = json.dumps(self._filled_in(step["json"])).encode()
            self._sent.extend(secrets_of(step["json"]))
        elif "raw" in step:
            body = self._filled(step["raw"]).encode("latin-1", "replace")
        headers = {"Host": f"127.0.0.1:{self.server.port}", **self._headers_of(step["as"])}
        lines = [f"{step['method']} /v1{path}{'?' + query if query else ''} HTTP/1.0"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"{name}: {self._filled(value)}" for name, value in step["headers"]]
        lines += [f"Content-Type: {kind}"] if kind else []
        lines += [f"Content-Length: {len(body)}"] if body or step["method"] in CHANGING else []
        data = await self._exchange("\r\n".join((*lines, "", "")).encode("latin-1", "replace") + body)
        answer = Answer.read(data)
        assert answer is not None or "Expect" in str(step["headers"]), f"no answer to {lines[0]}: {data[:200]!r}"
        return answer

    async def _exchange(self, request: bytes) -> bytes:
        reader, writer = await connect(self.server.port)
        data = b""
        try:
            async with asyncio.timeout(PATIENCE_S):
                writer.write(request)
                with suppress(ConnectionError):
                    while piece := await self._piece(reader, data):
                        data += piece
        finally:
            writer.transport.abort()
        return data

    @staticmethod
    async def _piece(reader: asyncio.StreamReader, data: bytes) -> bytes:
        if b"text/event-stream" not in data[:2_000].lower():
            return await reader.read(1 << 20)
        with suppress(TimeoutError):
            return await asyncio.wait_for(reader.read(1 << 20), ENDLESS_S)
        return b""

    def _judge(self, step: Step, answer: Answer) -> None:
        where = f"{step['as']}: {step['method']} {step['path']} -> {answer.status} {answer.body[:600]!r}"
        kind = answer.headers.get("content-type", "")
        if answer.status >= 400 and step["method"] != "HEAD":
            assert kind.startswith("application/problem+json"), where
            problem = json.loads(answer.body)
            assert problem["status"] == answer.status and problem["code"], where
            assert problem["what_to_do"].strip(), f"nobody says what to do: {where}"
            assert answer.status < 500 or (answer.status == 502 and OF_OTHERS.match(problem["code"])), where
        else:
            assert answer.status < 500, where
        assert "access-control-allow-origin" not in answer.headers or step["path"].startswith("/browser-calls"), where
        self._search(where, str(answer.headers).encode() + answer.body, json.dumps(step, ensure_ascii=False))
        if step["as"] != "nobody" and len(self._made) < MOST_MADE:
            found = set(ID.findall(answer.body.decode("utf-8", "replace")[:100_000]))
            self._made += sorted(found - self._theirs - set(self._made))

    def _search(self, where: str, data: bytes, sent: str) -> None:
        """Nothing of the victims, and no secret."""
        text = data.decode("utf-8", "replace")
        assert MARK not in text, f"a text of the victims: {where}"
        lent = set(self._lent)
        told = {one for one in ID.findall(text) if one in self._theirs and one not in lent}
        asked = self._filled(sent)
        assert not (told := {one for one in told if one not in asked}), f"ids of the victims, {told}: {where}"
        if not any(one in data[:2_000] for one in BINARY_KINDS):
            assert not (found := self._canaries.found_in("the answer", data[:300_000])), f"{found}: {where}"
            assert not [one for one in self._sent if one in text], f"a secret that was sent: {where}"

    # ── sockets ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _shake(self, path: str, headers: Mapping[str, str]) -> tuple[Any, Any, bytes]:
        reader, writer = await connect(self.server.port)
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        lines += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        lines += ["Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=="]
        writer.write("\r\n".join((*lines, "", "")).encode("latin-1", "replace"))
        head = b""
        with suppress(TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            async with asyncio.timeout(PATIENCE_S):
                head = await reader.readuntil(b"\r\n\r\n")
        return reader, writer, head

    async def _socket(self, step: Step) -> bytes:
        headers = {"Host": f"127.0.0.1:{self.server.port}", **self._headers_of(step["as"])}
        headers |= {name: value for name, value in step["headers"] if name not in ("Connection", "Expect")}
        reader, writer, head = await self._shake(self._filled(step["socket"]), headers)
        found = statuses(head)
        assert not found or found[0] < 500, f"{step['socket']}: {head[:300]!r}"
        try:
            with suppress(ConnectionError):
                for text in step["said"]:
                    writer.write(frame(self._filled(text).encode("utf-8", "surrogatepass"), TEXT))
                if step["bytes"]:
                    writer.write(frame(step["bytes"].encode("latin-1"), BINARY))
                return head + await self._heard(reader, ENDLESS_S)
            return head
        finally:
            writer.transport.abort()

    @staticmethod
    async def _heard(reader: asyncio.StreamReader, seconds: float) -> bytes:
        data = b""
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(seconds):
                while piece := await reader.read(1 << 20):
                    data += piece
        return data

    async def _browser(self, step: Step) -> bytes:
        """A call over the browser's door, by who may and who may not."""
        body = {} if step["as"] == "page" else {"agent_id": self._filled("<<agent_id:0:ours>>")}
        asked = {"as": step["as"], "method": "POST", "path": "/browser-calls", "query": [], "headers": [], "json": body}
        answer = await self._ask(asked)
        assert answer is not None
        self._judge(asked, answer)
        if answer.status != 201:
            return b""
        told = json.loads(answer.body)
        headers = {"Host": f"127.0.0.1:{self.server.port}"}
        if "Origin" in (own := self._headers_of(step["as"])):
            headers["Origin"] = own["Origin"]
        reader, writer, head = await self._shake("/browser/media", headers)
        try:
            with suppress(ConnectionError):
                start = {"type": "start", "rate": 16_000, "call": told["id"], "parameters": {"token": told["token"]}}
                writer.write(frame(json.dumps(start).encode(), TEXT))
                for text in step["leg"]:
                    writer.write(frame(text.encode("latin-1"), TEXT))
                writer.write(frame(step["bytes"].encode("latin-1"), BINARY) * step["times"])
                heard = await self._heard(reader, ENDLESS_S)
                writer.write(
                    frame(json.dumps({"type": "stop"}).encode(), TEXT) + frame((1000).to_bytes(2, "big"), CLOSE)
                )
                return head + heard
            return head
        finally:
            writer.close()

    # ── names ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _lent(self) -> list[str]:
        """Ids of the victims that attackers may know, and put into what is theirs."""
        return [one for number, one in enumerate(self.server.told["theirs"]) if number % 4 == 0]

    def _headers_of(self, caller: str) -> dict[str, str]:
        found: dict[str, str] = self.server.told["headers"].get(caller, {})
        return found

    def _filled(self, text: str) -> str:
        """With the ids of this world."""

        def known(found: re.Match[str]) -> str:
            name, number, whose = found[1], int(found[2]), found[3]
            if name == "token":
                return str(self.server.told["shared"])
            ids = {"ours": self.server.told["ours"], "made": self._made, "lent": self._lent}.get(whose)
            ids = self.server.told["theirs"] if ids is None else ids or self.server.told["ours"]
            fitting = [one for one in ids if fits(name, one.partition("_")[0])] or ids
            return str(fitting[number % len(fitting)])

        return NAMED.sub(known, text)

    def _filled_in(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._filled(key): self._filled_in(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._filled_in(one) for one in value]
        return self._filled(value) if isinstance(value, str) else value

    # ── behind a case ────────────────────────────────────────────────────────────────────────────────────────

    def _rows(self, whose: int, kept: frozenset[Table] = KEPT) -> Any:
        engine = create_engine(URL.create("sqlite", database=str(self.server.folder / "offhook.db")))
        try:
            with engine.connect() as connection:
                return everything(self.server.told["workspaces"][whose], kept.__contains__)(connection)
        finally:
            engine.dispose()

    async def _come_in_again(self) -> None:
        """Somebody may have been shut out, or have shut themselves out: then all begins anew."""
        for caller in self.server.told["headers"]:
            if caller == "page":
                continue
            asked: Step = {"as": caller, "method": "GET", "path": "/session", "query": [], "headers": []}
            answer = await self._ask(asked)
            if answer is None or answer.status != 200:
                await self.close()
                await self.open()
                return
        log = self.server.log.read_bytes()[-200_000:]
        assert not (found := self._canaries.found_in("the log", log)), found
        assert not [one for one in self._sent if one.encode() in log], "a secret that was sent is in the log"


def unchanged(before: Mapping[str, Any], after: Mapping[str, Any], wrong: str) -> None:
    """Raises for rows that are others now."""
    for table, rows in after.items():
        differ = [row for row in rows if row not in before[table]] + [row for row in before[table] if row not in rows]
        assert not differ, f"{wrong}: {table}: {str(differ)[:500]}"


def fits(name: str, prefix: str) -> bool:
    """An id of this kind is what the field takes: `doc_...` for `document_id`, `hook_...` for `webhook_id`."""
    return prefix in name or name.startswith(prefix[:3])


def secrets_of(value: Any) -> Iterator[str]:
    """Those of a body that are to come out nowhere."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in SECRET_FIELDS:
                yield from (text for text in texts(one) if text.startswith("canary-"))
            yield from secrets_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from secrets_of(one)
