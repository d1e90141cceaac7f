"""A tool that is a web service, and a service on loopback that answers as it is told."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from offhook.agents.http_tool_config import HttpToolConfig
from offhook.errors import ConfigurationError, ToolError
from offhook.speech.ports import Setup
from offhook.tools.toolbox import Toolbox, ToolContext
from tests.web_service import Answer, WebService

CANARY = "canary-7f3a9c51-secret"
ORDER = {
    "type": "object",
    "properties": {
        "order": {"type": "string"},
        "note": {"type": "string"},
        "items": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["order"],
}
CALL = ToolContext("CA1", Path(), caller="+15005550006")


def key(name: str) -> str:
    if name != "SHOP_TOKEN":
        raise ConfigurationError("not set", field=name)
    return CANARY


SETUP = Setup(key=key, agent_name="test shop")


def config(url: str, **fields: Any) -> HttpToolConfig:
    given = {"name": "order", "description": "Orders.", "parameters": ORDER, "allow_private": True, **fields}
    return HttpToolConfig.model_validate({**given, "url": url})


async def ask(url: str, arguments: dict[str, object] | None = None, context: ToolContext = CALL, **fields: Any) -> str:
    box = Toolbox([config(url, **fields)], SETUP)
    await box.prepare()
    try:
        return await box.run("order", json.dumps(arguments or {"order": "7"}), context)
    finally:
        await box.close()


def against(*answers: Answer) -> Callable[[Callable[[WebService], Coroutine[Any, Any, None]]], None]:
    """Run a test with a service that answers so."""

    def run(test: Callable[[WebService], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            async with asyncio.timeout(20), WebService(*answers) as service:
                await test(service)

        asyncio.run(whole())

    return run


async def refused(url: str, **fields: Any) -> ToolError:
    with pytest.raises(ToolError) as caught:
        await ask(url, **fields)
    assert CANARY not in str(caught.value)
    return caught.value


async def refusal(url: str, **fields: Any) -> str:
    return str(await refused(url, **fields))
