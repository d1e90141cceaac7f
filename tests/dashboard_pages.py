"""Every page of the dashboard by its address, read from where the routes are written: no list to be forgotten."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from tests.dashboard_world import Server

FEATURES: Final = Path(__file__).parents[1] / "dashboard/src/features"
_ROUTE: Final = re.compile(
    r"(?:const (?P<name>\w+) = )?createRoute\(\{\s*getParentRoute: \(\) => (?P<parent>\w+),"
    r"\s*path: \"(?P<path>[^\"]+)\""
)
_PARAMETER: Final = re.compile(r"\$(\w+)")
_ROOTS: Final = {"rootRoute": "", "shellRoute": ""}
_PUBLIC: Final = ("/sign-in", "/shared")
NOTHING: Final = "nothing_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"
"""An id of a form that nothing has."""
SEARCHES: Final = {
    "/agents/$agentId": ("section=patience", "section=voice", "section=tools", "section=knowledge"),
    "/analytics": ("by=agent", "days=90"),
    "/calls": ("q=hours", "status=in_progress"),
    "/calls/$callId": ("view=times", "at=4"),
    "/settings/audit": ("object=webhook",),
}
"""States of pages that have an address of their own, by the page."""


@dataclass(frozen=True)
class Written:
    """What a page was written down as, and where."""

    pattern: str
    file: Path

    @property
    def is_public(self) -> bool:
        """For people who are not signed in."""
        return self.pattern.startswith(_PUBLIC)

    @property
    def parameters(self) -> list[str]:
        """The names of what stands for an id."""
        return _PARAMETER.findall(self.pattern)

    def address(self, ids: Mapping[str, str], search: str = "") -> str:
        """With these ids in place. An id that nobody knows is a page that nobody would look at."""
        missing = [name for name in self.parameters if name not in ids]
        assert not missing, f"{self.file}: say in {Path(__file__).name} how ${missing[0]} of {self.pattern} is found"
        path = _PARAMETER.sub(lambda found: ids[found[1]], self.pattern)
        if path == "/shared":
            return f"{path}#link={ids['token']}"
        return f"{path}?{search}" if search else path


def pages() -> list[Written]:
    """All of them, each once."""
    found = [
        (match["name"], match["parent"], match["path"], file)
        for file, text in _sources()
        for match in _ROUTE.finditer(text)
    ]
    stems = dict(_ROOTS)
    patterns: dict[str, Written] = {}
    for _ in range(3):
        for name, parent, path, file in found:
            if parent in stems:
                whole = f"{stems[parent]}/{path.strip('/')}".rstrip("/") or "/"
                patterns.setdefault(whole, Written(whole, file))
                if name:
                    stems[name] = whole
    return list(patterns.values())


def not_understood() -> list[str]:
    """What the expression above would miss: files in which more routes are made than it finds."""
    return [file.as_posix() for file, text in _sources() if text.count("createRoute({") != len(_ROUTE.findall(text))]


def _sources() -> list[tuple[Path, str]]:
    return [(file, file.read_text("utf-8")) for file in sorted(FEATURES.rglob("routes.ts"))]


def made(server: Server, key: str) -> dict[str, str]:
    """Something of each kind on a fresh server, by the name that routes give its id."""
    with httpx2.Client(base_url=f"{server.base}/v1", timeout=30) as api:
        api.headers["Authorization"] = f"Bearer {key}"

        def ask(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
            answer = api.request(method, path, json=body)
            assert answer.is_success, answer.text
            return answer.json()

        calls = ask("GET", "/calls")["data"]
        assert calls, "a first start has sample calls"
        call = max(calls, key=lambda one: one["duration_ms"] or 0)["id"]
        hook = ask("POST", "/webhooks", {"url": f"{server.base}/crm", "types": ["call.ended"]})
        link = ask("POST", f"/calls/{call}/links", {"at_ms": 4000, "expires_in_s": 86_400})
        agent = ask("GET", "/agents")["data"][0]["id"]
        test = ask("POST", "/tests", {"call_id": call})["id"]
    return {"agentId": agent, "testId": test, "callId": call, "webhookId": hook["id"], "token": link["token"]}


def invited(server: Server, key: str, role: str) -> str:
    """The address by which somebody of this role comes in."""
    answer = httpx2.post(
        f"{server.base}/v1/invitations",
        headers={"Authorization": f"Bearer {key}"},
        json={"email": f"{role}@example.com", "role": role},
    )
    assert answer.is_success, answer.text
    return server.base + re.sub(r"^.*?(?=/sign-in)", "", answer.json()["link"])
