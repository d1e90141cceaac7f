"""Requests to the API: right, half right and wrong, over every route that its document names; made from chance alone.

Ids are named and not known: `<<call_id:3:theirs>>` is the fourth of the victims' ids that fits, wherever it is played.
"""

import json
import random
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tests.api_routes import METHODS, Bodies, Route
from tests.fuzzers import values
from tests.fuzzers.engine import Step
from tests.office_files import docx, paragraph, pdf, table

MARK: Final = "zebra7f3"
"""Stands in whatever the victims have; nobody else ever says it."""
ID: Final = re.compile(r"[a-z]{2,12}_[0-9A-HJKMNP-TV-Z]{26}")
NAMED: Final = re.compile(r"<<([a-z_]*):(\d+):([a-z]+)>>")
KEYS: Final = {"provider key": "/provider-keys/openai", "tool key": "/tool-keys/SHOP_TOKEN"}
SCRIPTED: Final[dict[str, Any]] = {
    "name": "answers", "opening": {"text": "Hello, how can I help you?"}, "voice_detector": "energy",
    "end_of_turn": "scripted", "stt": {"provider": "scripted"}, "llm": {"provider": "scripted"},
    "tts": {"provider": "scripted"}, "tools": [{"name": "end_call"}],
}  # fmt: skip
"""An agent that needs nothing."""
CALLERS: Final = ("owner", "owner", "owner", "editor", "viewer", "key", "key", "reader", "caller", "page", "nobody")
"""In whose name is asked; those who may most do most."""
READERS: Final = ("viewer", "reader", "nobody")
"""Who may change nothing."""
SECRET_FIELDS: Final = ("value", "secret", "password", "new_password", "current_password", "auth_token")
SELDOM: Final = {"sign_in": 0.2, "create_backup": 0.05, "remove_samples": 0.05, "preview_voice": 0.2, "sign_out": 0.02,
                 "change_password": 0.1, "remove_member": 0.1, "change_member": 0.3, "delete_call": 0.3}  # fmt: skip
"""They take long, or what the others need."""
ODD_PARTS: Final = (
    "", ".", "..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%00", "%ff", "%0a", "%0d%0aX:%20y", "%25", "%3b", "*",
    "nothing_1", "a" * 300, "%F0%9F%99%82", "call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C'--", "%c0%af", "%E2%80%AE", "null", "-1",
)  # fmt: skip
USUAL_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("1", "2", "0", "99999999999999999999"), "provider": ("openai", "deepgram", "nobody"),
    "token": ("<<token:0:ours>>", "<<token:0:ours>>", "nBL8x0Yd2l5Q"),
    "name": ("SHOP_TOKEN", "end_call", "offhook-1.zip", "PATH"),
}  # fmt: skip
ODD_HEADERS: Final = (
    ("If-Match", '"1"'), ("If-Match", "*"), ("If-Match", 'W/"1"'), ("If-Match", '"9999999999"'), ("If-Match", "²"),
    ("Idempotency-Key", "one"), ("Idempotency-Key", ""), ("Idempotency-Key", "x" * 300), ("Range", "bytes=0-0"),
    ("Range", "bytes=-1"), ("Range", "bytes=5-2"), ("Range", "bytes=0-,1-"), ("Range", "bytes=99999999999999999-"),
    ("Range", "items=1"), ("If-Range", '"x"'), ("Accept", "text/html"), ("Accept", ";;q=z"), ("Host", "evil.test"),
    ("Host", "127.0.0.1\xff"), ("Origin", "https://evil.test"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"),
    ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "," * 50), ("X-Forwarded-For", "::1%eth0, \xff"),
    ("X-Forwarded-Host", "evil.test"), ("X-Forwarded-Proto", "https"), ("X-HTTP-Method-Override", "DELETE"),
    ("Cookie", "offhook=x"), ("Cookie", "=;=;\xff"), ("Authorization", "Bearer oh_x"), ("Authorization", "Basic YTpi"),
    ("Content-Encoding", "gzip"), ("Expect", "100-continue"), ("Last-Event-ID", "-5"), ("Last-Event-ID", "9" * 30),
    ("Access-Control-Request-Method", "POST"), ("X-Request-Id", "req_forged\xff"), ("Connection", "close, upgrade"),
)  # fmt: skip
TYPES: Final = (
    "application/json", "application/json; charset=utf-16", "APPLICATION/JSON", "application/merge-patch+json",
    "application/yaml", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=b", "application/octet-stream", "", ";", "application/json;;",
)  # fmt: skip
SOCKETS: Final = (
    "/v1/stream", "/v1/stream", "/v1/stream", "/v1/calls/<<call_id:0:ours>>/take-over",
    "/v1/calls/<<call_id:1:theirs>>/take-over", "/v1/calls/<<call_id:1:theirs>>/listen", "/v1/nothing",
    "/v1/calls/<<call_id:0:ours>>/listen?after=x", "/v1/calls/%00/listen", "/v1/streams", "/v1/agents",
)  # fmt: skip
FILES: Final = (
    "menu.md", "prices.csv", "page.html", "letter.docx", "list.pdf", "notes.txt", "../up.md", "a\\b.md", ".hidden.md",
    "x.exe", "", "é.md", "a" * 200 + ".md", "CON.md", "a\x00.md", "quote\".md", "x.md ", "a/b.md", "\u202edm.a.md",
)  # fmt: skip


@cache
def document() -> Mapping[str, Any]:
    """The API's own, as it lies among the documents."""
    found: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs/reference/openapi.json").read_text("utf-8"))
    return found


@cache
def routes() -> tuple[Route, ...]:
    """All of them."""
    paths = document()["paths"]
    return tuple(
        Route(method, path, item[method]) for path, item in paths.items() for method in METHODS if method in item
    )


def named(chance: random.Random, name: str, *, in_body: bool = False) -> str:
    """An id of the kind that the field takes. In a body, where it may be kept, the victims' ids are few."""
    whose = chance.choice(("ours", "ours", "made", "theirs"))
    kept = "lent" if in_body and whose == "theirs" else whose
    return f"<<{name}:{chance.randrange(30)}:{kept}>>"


class _Ids(list[str]):
    """For `Bodies`: an id that is drawn when it is asked for."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(f"<<id:{number}:{whose}>>" for number in range(6) for whose in ("ours", "made", "lent"))


class Requests:
    """Makes them, all from one source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._bodies = Bodies(document(), chance, _Ids(chance))

    def any(self, callers: tuple[str, ...] = CALLERS) -> Step:
        """A request to any route, in anybody's name."""
        chance = self.chance
        while True:
            route = chance.choice(routes())
            if chance.random() < SELDOM.get(route.name, 1.0):
                return self.of(route, chance.choice(callers))

    def upload(self) -> Step:
        """A document for an agent's knowledge."""
        (route,) = [one for one in routes() if one.name == "upload_document"]
        return self.of(route, self.chance.choice(("owner", "editor", "key")))

    def of(self, route: Route, caller: str) -> Step:
        """A request to this route."""
        chance = self.chance
        step: Step = {"as": caller, "method": route.method.upper(), "path": self._path(route), "headers": []}
        if chance.random() < 0.03:
            step["method"] = chance.choice(("HEAD", "OPTIONS", "TRACE", "PURGE", "DELETE", "PUT"))
        step["query"] = self._query(route)
        if chance.random() < 0.5:
            step["headers"] = [list(one) for one in chance.sample(ODD_HEADERS, chance.choice((1, 1, 2, 4)))]
        content = route.operation.get("requestBody", {}).get("content", {})
        if "multipart/form-data" in content:
            step |= upload(chance)
        elif content or chance.random() < 0.05:
            step |= self._body(route, next(iter(content), "application/json"))
        step["together"] = chance.random() < 0.25
        return step

    def _path(self, route: Route) -> str:
        chance = self.chance

        def part(found: re.Match[str]) -> str:
            name = found[1]
            if chance.random() < 0.06:
                return chance.choice(ODD_PARTS)
            if name.endswith("_id"):
                return named(chance, name)
            return chance.choice(USUAL_PARTS.get(name, ("x",)))

        return re.sub(r"\{([^}]*)\}", part, route.path)

    def _query(self, route: Route) -> list[list[str]]:
        chance = self.chance
        found = []
        for one in route.operation.get("parameters", ()):
            if one["in"] == "query" and chance.random() < 0.4:
                usual = self._bodies.make(one.get("schema", {}), one["name"])
                text = str(usual) if chance.random() < 0.6 else values.text(chance)
                found.append([one["name"], text])
        if chance.random() < 0.05:
            found.append([values.text(chance, 8), values.text(chance)])
        if found and chance.random() < 0.05:
            found.append(list(chance.choice(found)))
        return found

    def _body(self, route: Route, kind: str) -> Step:
        chance, way = self.chance, self.chance.random()
        body = self._usual(route)
        if kind == "application/yaml":
            text = json.dumps(body if chance.random() < 0.7 else values.value(chance))
            return {"type": kind, "raw": values.spoiled(chance, text.encode()).decode("latin-1")}
        if way < 0.45:
            return {"type": "application/json", "json": body}
        if way < 0.75:
            return {"type": "application/json", "json": values.put_anywhere(chance, body)}
        if way < 0.82:
            return {"type": "application/json", "json": values.value(chance)}
        if way < 0.86:
            raw = (
                json.dumps(body)
                .encode()
                .replace(b"null", chance.choice((b"NaN", b"9" * 5_000, b"1e999", b'"\\ud800"')))
            )
            return {"type": "application/json", "raw": raw.decode("latin-1")}
        if way < 0.88:
            deep = chance.choice((40, 70, 5_000))
            return {"type": "application/json", "raw": '{"document":' * deep + "1" + "}" * deep}
        if way < 0.90:
            return {"type": "application/json", "raw": '"' + "x" * chance.choice((70_000, 1_048_570, 1_100_000)) + '"'}
        data = values.spoiled(chance, json.dumps(body).encode())
        return {"type": chance.choice(TYPES), "raw": data.decode("latin-1")}

    def _usual(self, route: Route) -> Any:
        """What somebody means to send, with secrets of its own and ids of the kind."""
        chance = self.chance
        content = route.operation.get("requestBody", {}).get("content", {})
        found = next((one.get("example") for one in content.values()), None)
        if found is None or chance.random() < 0.4:
            found = self._bodies.make(route.body or {})
        found = self._with_ids(json.loads(json.dumps(found)))
        if isinstance(found, dict) and "document" in found and chance.random() < 0.6:
            found["document"] = json.loads(json.dumps(SCRIPTED))
            if chance.random() < 0.5:
                found["document"] = values.put_anywhere(chance, found["document"])
        return found

    def _with_ids(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self._with_ids(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [self._with_ids(one, name) for one in value]
        if isinstance(value, str) and name in SECRET_FIELDS:
            return f"canary-{self.chance.randbytes(12).hex()}"
        if isinstance(value, str) and ID.fullmatch(value):
            return named(self.chance, value.partition("_")[0], in_body=True)
        return value


def upload(chance: random.Random) -> Step:
    """A document, more or less."""
    row = values.text(chance, 60)
    plain = row.encode("utf-8", "replace")
    letters = "".join(sign for sign in row if sign.isprintable()).encode("cp1252", "ignore").decode("cp1252")
    made = chance.choice((
        b"# Prices\n\nBread costs " + plain, b"name;price\n" + plain + b";2\n" + b'"' * chance.choice((0, 1, 3)),
        b"<!doctype html><html><body><h1>Hours</h1><p>" + plain + b"</p>" + b"<div>" * chance.choice((0, 600)),
        docx(paragraph(letters) + table(["a", letters])), pdf([(12.0, False, letters), (20.0, True, "Prices")]),
        docx("", head='<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'), plain, b"",
        b"a,b\n" * chance.choice((10, 20_000)), b"\xff\xfe" + row.encode("utf-16-le", "replace"),
    ))  # fmt: skip
    data = values.spoiled(chance, made, 8) if chance.random() < 0.5 else made
    return {"file": chance.choice(FILES), "raw": data.decode("latin-1"), "type": "multipart/form-data",
            "field": "file" if chance.random() < 0.9 else values.text(chance, 8)}  # fmt: skip


def multipart(step: Step) -> tuple[str, bytes]:
    """The type and the body of an upload."""
    name = step["file"].encode("utf-8", "replace").replace(b'"', b"%22").decode("latin-1")
    head = f'--b\r\nContent-Disposition: form-data; name="{quote(step["field"])}"; filename="{name}"\r\n'
    data = step["raw"].encode("latin-1")
    return "multipart/form-data; boundary=b", head.encode("latin-1") + b"\r\n" + data + b"\r\n--b--\r\n"


def socket(chance: random.Random) -> Step:
    """A WebSocket below the API, and what is said on it."""
    said = []
    for _ in range(chance.randint(0, 8)):
        topic = chance.choice(
            ("calls", "changes", "health", "call:<<call_id:0:ours>>", "call:<<call_id:2:theirs>>", "x")
        )
        good: dict[str, Any] = {chance.choice(("subscribe", "subscribe", "unsubscribe")): topic}
        if chance.random() < 0.3:
            good["after"] = chance.choice((0, -1, 5, 10**9, 2**70, "1"))
        said.append(good if chance.random() < 0.7 else values.put_anywhere(chance, good))
    return {"as": chance.choice(CALLERS), "socket": chance.choice(SOCKETS), "said": [json.dumps(one) for one in said],
            "bytes": chance.randbytes(chance.choice((0, 0, 1, 640, 700))).decode("latin-1"),
            "headers": [list(one) for one in chance.sample(ODD_HEADERS, chance.choice((0, 0, 1)))]}  # fmt: skip
