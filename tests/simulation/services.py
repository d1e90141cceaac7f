"""A web service that tools of simulated calls ask, in virtual time."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from offhook.tools import http as http_tools


@dataclass
class Service:
    """Each request is answered after `delay_s`."""

    delay_s: float = 0.3
    word: str = "ready"
    bodies: list[Any] = field(default_factory=list)
    """Asked so far."""
    done: int = 0
    """Answered so far: what has had its effect."""

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        """As the transport does it: the request is on its way before it is answered."""
        self.bodies.append(json.loads(request.content))
        await request.extensions["trace"]("http11.send_request_headers.started", None)
        await asyncio.sleep(self.delay_s)
        self.done += 1
        body = httpx2.ByteStream(json.dumps({"status": self.word}).encode())
        return httpx2.Response(200, headers={"Content-Type": "application/json"}, stream=body)

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> "Service":
        """All web services are this one, for a test."""
        monkeypatch.setattr(http_tools, "http_transport", lambda **_: httpx2.MockTransport(self.answer))
        return self


def web_tool(name: str, **more: Any) -> dict[str, Any]:
    """An entry of the agent's tools."""
    return {
        "type": "http",
        "confirm": False,
        "name": name,
        "description": "A service of the shop.",
        "parameters": {"type": "object", "properties": {"room": {"type": "string"}}},
        "url": "https://shop.example.com/ask",
        "result": "{status}",
        "timeout_s": 19,
        **more,
    }
