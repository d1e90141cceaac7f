"""Signed and unsigned webhooks in any form and order: no 5xx, no second call of one SID, nobody else's call changed.

Beside each case stand two calls that it has nothing to do with: one is live, the other has been announced. Behind the
case the first is still heard, and the second is taken.
"""

import asyncio
import random
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote_plus
from xml.etree import ElementTree

from offhook.telephony.carriers.twilio_paths import STATUS_PATH
from offhook.telephony.carriers.twilio_signature import sign
from offhook.web.gate import first_values
from offhook.web.paths import canonical
from offhook.web.switchboard import FINAL_STATUSES
from tests.fuzzers import values
from tests.fuzzers.engine import Late, Step, Steps
from tests.fuzzers.frames import FIRST_S, frame
from tests.fuzzers.server import PUBLIC, TOKEN
from tests.fuzzers.under_test import OnServer, connect, statuses
from tests.twilio_wire import connected, start, stop

PATHS: Final = (
    "/twilio/voice", "/twilio/voice", "/twilio/voice", "/twilio/status", "/twilio/status", "/twilio/stream-status",
    "/twilio/after-stream", "/twilio/after-stream", "/twilio/transfer-ended?call=c1", "/twilio/transfer-ended",
    "/Twilio/Voice/", "//twilio/status", "/twilio/voice?CallSid={sid0}", "/twilio/media", "/twilio/%76oice",
)  # fmt: skip
STATUSES: Final = (
    "queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled", "",
    "answered",
)  # fmt: skip
SIDS: Final = (
    "{sid0}", "{sid0}", "{sid0}", "{sid1}", "{sid2}", "{sid0} ", "{sid0}\n", "CA", "", "CA" + "g" * 32, "ca" + "0" * 32,
    "{sid0}{sid1}", "../{sid0}", "{sid0}\x00", "{live}x", "x{live}", "{announced},{sid0}",
)  # fmt: skip
NAMES: Final = (
    "CallStatus", "From", "To", "Direction", "AccountSid", "StreamEvent", "StreamError", "DialCallStatus",
    "DialCallSid",
    "DialCallDuration", "DialBridged", "ParentCallSid", "callsid", "CallSid[]", "ApiVersion", "StreamSid", "call",
)  # fmt: skip
HEADERS: Final = (
    ("I-Twilio-Idempotency-Token", "once"), ("I-Twilio-Idempotency-Token", "{live}"), ("X-Forwarded-Host", "evil.test"),
    ("X-Original-Uri", "/twilio/voice"), ("Content-Encoding", "gzip"), ("Accept", "*/*;q=x"), ("X-Forwarded-Proto",
    "http"),
    ("X-Twilio-Signature", "AAAA"), ("X-HTTP-Method-Override", "DELETE"), ("Expect", "100-continue"),
)  # fmt: skip
TYPES: Final = (
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16",
    "APPLICATION/X-WWW-FORM-URLENCODED",
    "application/json", "multipart/form-data; boundary=b", "text/plain", "", ";", "application/x-www-form-urlencoded;;",
)  # fmt: skip
PINGED_S: Final = 15.0
"""Who does not answer the server's pings is gone for it; bystanders answer none."""
TOKEN_IN: Final = re.compile(r'name="token" value="([^"]+)"')
REFUSED: Final = frozenset({400, 403, 404, 405, 408, 411, 413, 415, 426, 431, 501})
"""What an unsigned or unreadable request may be answered."""


def odd_body(chance: random.Random, pairs: list[list[str]]) -> str:
    """The form as latin-1 text, written as it should be or in another way."""
    whole = "&".join(
        f"{quote_plus(name, errors='replace')}={quote_plus(value, errors='replace')}" for name, value in pairs
    )
    match chance.randrange(12):
        case 0:
            return whole.replace("%", "%%").replace("+", "%2B")
        case 1:
            return whole.replace("&", chance.choice((";", "&&", "&amp;", "&=&")))
        case 2:
            return whole + "&" + "&".join(f"f{at}=v" for at in range(chance.choice((100, 499, 501, 2_000))))
        case 3:
            return whole + "&x=" + "y" * chance.choice((60_000, 65_536, 70_000))
        case 4:
            return values.spoiled(chance, whole.encode("latin-1", "replace")).decode("latin-1")
        case 5:
            return whole + chance.choice(
                ("&\xff=\xfe", "&a=%ff%fe", "&a=%ed%a0%80", "&a=%", "&a=%u0041", "&%00=%00", "&=", "&a")
            )
        case _:
            return whole


def pairs_of(chance: random.Random) -> list[list[str]]:
    """Fields, some of them more than once, in any order."""
    found = [["CallSid", chance.choice(SIDS)]] if chance.random() < 0.95 else []
    for _ in range(chance.randint(0, 8)):
        name = chance.choice(NAMES) if chance.random() < 0.8 else values.text(chance, 12)
        match name:
            case "CallStatus" | "DialCallStatus":
                found.append([name, chance.choice(STATUSES)])
            case "Direction":
                found.append([name, chance.choice(("inbound", "outbound-api", "outbound-dial", "sideways"))])
            case "ParentCallSid" | "DialCallSid" | "callsid" | "CallSid[]":
                found.append([name, chance.choice(("{live}", "{announced}", "{sid1}"))])
            case _:
                found.append([name, values.text(chance)])
    if chance.random() < 0.1:
        found.append(["CallSid", chance.choice(SIDS)])
    if chance.random() < 0.2:
        chance.shuffle(found)
    return found


@dataclass
class _Call:
    """A call that is live over its socket."""

    sid: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def hang_up(self) -> None:
        """The carrier ends the stream."""
        with suppress(OSError):
            self.writer.write(frame(stop().encode()))
        self.writer.close()


@dataclass
class WebhooksFuzzer(OnServer):
    """A step is a webhook, or a call's socket that comes."""

    name: str = "webhooks"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._ended: set[str] = set()
        """Calls of which a signed status has told the end."""

    def make(self, chance: random.Random) -> tuple[str, Steps]:
        """Webhooks of a few calls; of one kind, or of all."""
        kind = chance.choice(("forms", "orders", "orders", "unsigned", "mixed"))
        steps: Steps = []
        for _ in range(chance.randint(1, 20)):
            if kind in ("orders", "mixed") and chance.random() < 0.15:
                steps.append({"connect": chance.choice(("{sid0}", "{sid1}"))})
                continue
            path = chance.choice(PATHS)
            if kind == "orders":
                sid = chance.choice(("{sid0}", "{sid1}"))
                pairs = [
                    ["CallSid", sid],
                    ["CallStatus", chance.choice(STATUSES)],
                    ["DialCallStatus", chance.choice(STATUSES)],
                ]
                steps.append(self._step(path, pairs, "good"))
                continue
            pairs = pairs_of(chance)
            how = (
                chance.choice(("none", "bad", "other", "old"))
                if kind == "unsigned" or chance.random() < 0.2
                else "good"
            )
            step = self._step(path, pairs, how)
            step["body"] = odd_body(chance, pairs)
            step["type"] = TYPES[0] if chance.random() < 0.8 else chance.choice(TYPES)
            step["method"] = (
                "POST" if chance.random() < 0.85 else chance.choice(("GET", "PUT", "HEAD", "DELETE", "post"))
            )
            step["headers"] = [list(one) for one in chance.sample(HEADERS, chance.choice((0, 0, 0, 1, 3)))]
            step["together"] = chance.random() < 0.3
            steps.append(step)
        return kind, steps

    @staticmethod
    def _step(path: str, pairs: list[list[str]], signed: str) -> Step:
        body = "&".join("=".join(quote_plus(one, safe="{}", errors="replace") for one in pair) for pair in pairs)
        return {"path": path, "body": body, "signed": signed, "type": TYPES[0], "method": "POST", "headers": []}

    async def play(self, steps: Steps) -> None:
        """The webhooks in order, some of them at the same time."""
        names = {name: self.server.new_sid() for name in ("sid0", "sid1", "sid2", "live", "announced")}
        given: dict[str, set[str]] = {}
        begun_at = time.monotonic()
        self._ended.clear()
        live = await self._connect(names["live"], await self.server.ring(names["live"]))
        token = await self.server.ring(names["announced"])
        opened: list[_Call] = []
        waiting: list[asyncio.Task[None]] = []
        try:
            for step in steps:
                if "connect" in step:
                    await self._come(filled(step["connect"], names), given, opened)
                    continue
                task = asyncio.create_task(self._webhook(step, names, given))
                waiting.append(task)
                if not step.get("together"):
                    await asyncio.gather(*waiting)
                    waiting.clear()
            await asyncio.gather(*waiting)
            if time.monotonic() - begun_at > PINGED_S:
                raise Late("the case took so long that the server has pinged its bystanders")
            await self._others_are_well(live, names["announced"], token, opened)
        finally:
            for task in waiting:
                task.cancel()
            for call in (live, *opened):
                call.hang_up()
        for call_sid in names.values():
            await self.server.hang_up(call_sid)
        await self.server.settled()

    async def _webhook(self, step: Step, names: dict[str, str], given: dict[str, set[str]]) -> None:
        body = filled(step["body"], names)
        path, raw = filled(step["path"], names), body.encode("latin-1", "replace")
        is_post = step["method"] not in ("GET", "HEAD")
        if not is_post:
            path, raw = path + ("&" if "?" in path else "?") + quote_plus(body, safe="=&%+"), b""
        is_form = step["type"].partition(";")[0].strip().lower() == TYPES[0]
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True) if is_form else []
        head = [f"{step['method']} {path} HTTP/1.1", "Host: voice.example.test", "Connection: close"]
        head += [f"Content-Length: {len(raw)}"] if is_post else []
        head += [f"Content-Type: {step['type']}"] if step["type"] else []
        head += [f"{name}: {filled(value, names)}" for name, value in step["headers"]]
        head += [f"X-Twilio-Signature: {signature}"] if (signature := signed_by(step["signed"], path, pairs)) else []
        answer = await self.server.ask("\r\n".join((*head, "", "")).encode("latin-1", "replace") + raw)
        self._judge(step, answer, given)
        told = first_values(pairs)
        is_new = step["signed"] == "good" and "once" not in str(step["headers"])
        ends = is_status(path) and told.get("CallStatus") in FINAL_STATUSES
        if ends and is_new and is_post and statuses(answer) == [204]:
            self._ended.add(told["CallSid"])

    def _judge(self, step: Step, answer: bytes, given: dict[str, set[str]]) -> None:
        found = statuses(answer)
        if not found and "Expect" in str(step["headers"]):
            return
        assert found, f"no answer: {answer[:200]!r}"
        status = found[-1]
        assert status < 500 or status == 501, f"answered {answer[:400]!r}"
        document = answer.rpartition(b"\r\n\r\n")[2].decode("utf-8")
        if step["signed"] != "good":
            assert status in REFUSED, f"unsigned ({step['signed']}), and answered {answer[:400]!r}"
        if status == 200 and document:
            ElementTree.fromstring(document)  # noqa: S314 - it is our own server's
            for token in TOKEN_IN.findall(document):
                given.setdefault(token, set())

    async def _come(self, call_sid: str, given: dict[str, set[str]], opened: list[_Call]) -> None:
        """Whoever has a token of the case tries it for this call: one of them at most is let in."""
        for token in list(given):
            call = await self._connect(call_sid, token, must=False)
            if call is not None:
                assert call_sid not in self._ended, "a call that has ended began again"
                assert call_sid not in given[token], "a token was taken twice"
                given[token].add(call_sid)
                opened.append(call)
        assert len(given) < 40, f"{len(given)} tokens for three calls"

    async def _others_are_well(self, live: _Call, announced: str, token: str, opened: list[_Call]) -> None:
        """The live call answers a ping and is not closed; the announced one is taken. No call is there twice."""
        live.writer.write(frame(b"well?", 9))
        async with asyncio.timeout(FIRST_S):
            heard = b""
            while b"\x8a\x05well?" not in heard:
                data = await live.reader.read(65_536)
                assert data, f"somebody else's call was ended: {self.server.said_of(live.sid)}"
                heard = heard[-20:] + data
        taken = await self._connect(announced, token)
        opened.append(taken)
        most = 2 + len({call.sid for call in opened if call.sid != announced})
        assert (found := await self.server.calls()) <= most, f"{found} calls are live, at most {most} can be"

    async def _connect(self, call_sid: str, token: str, *, must: bool = True) -> _Call:
        reader, writer = await connect(self.server.port)
        signature = sign(TOKEN, PUBLIC.replace("https", "wss") + "/twilio/media")
        writer.write(
            "GET /twilio/media HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
            f"X-Twilio-Signature: {signature}\r\n\r\n".encode()
        )
        async with asyncio.timeout(FIRST_S):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(frame(connected().encode()) + frame(start(call_sid, token=token).encode()))
            first = await reader.read(2)
        if first[:1] == b"\x88" or not first:
            writer.close()
            assert not must, "a call that was announced is not taken"
            return None  # type: ignore[return-value]
        return _Call(call_sid, reader, writer)


def is_status(path: str) -> bool:
    """The webhook that tells a call's end."""
    return canonical(path.partition("?")[0]) == STATUS_PATH


def filled(text: str, names: dict[str, str]) -> str:
    """With the SIDs of this time."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value).replace(f"%7B{name}%7D", value)
    return text


def signed_by(way: str, path: str, pairs: list[tuple[str, str]]) -> str:
    """The signature that goes with it; nothing: none."""
    match way:
        case "good":
            return sign(TOKEN, PUBLIC + path, pairs)
        case "bad":
            return sign("another token", PUBLIC + path, pairs)
        case "other":
            return sign(TOKEN, "https://other.example.test" + path, pairs)
        case "old":
            return sign(TOKEN, PUBLIC + path, [*pairs, ("CallSid", "CA" + "f" * 32)])
        case _:
            return ""
