"""A list of language models against stand-ins, and what came of it: for tests of what vendors refuse."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest
from pydantic import TypeAdapter

from offhook.simulator.vendors.anthropic import AnthropicServer
from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.server import VendorServer
from offhook.speech.ports import LanguageModel, Message, ModelOutput, ModelRequest, Setup, TextDelta, ToolSpec
from offhook.speech.registry import create_language_model, llm_config_union

TOOL: Final = ToolSpec("book_table", "Book a table.", {"type": "object", "properties": {}})
ASKED: Final = ModelRequest((Message("system", "Be short."), Message("user", "Are you open?")), (TOOL,))
SAID: Final = "You said: Are you open?"
"""The answer of the brain `echo`."""
Use = Callable[[LanguageModel, Setup], Awaitable[None]]


def model_of(document: dict[str, Any], setup: Setup) -> LanguageModel:
    """The model of an agent's `llm` block."""
    return create_language_model(TypeAdapter(llm_config_union()).validate_python(document), setup)


def talk(servers: list[VendorServer], use: Use, **block: Any) -> None:
    """Use the model whose list the servers are, in their order; `block` is the first one's."""

    async def main() -> None:
        documents: list[dict[str, Any]] = []
        for server in servers:
            await server.__aenter__()
            provider = "anthropic" if isinstance(server, AnthropicServer) else "openai"
            documents.append({"provider": provider, "base_url": server.base_url})
        first = {**documents[0], **block, **({"fallback": documents[1:]} if documents[1:] else {})}
        keys = {"OPENAI_API_KEY": OpenAIServer.key, "ANTHROPIC_API_KEY": AnthropicServer.key}
        setup = Setup(key=keys.__getitem__)
        model = model_of(first, setup)
        await model.prepare()
        try:
            async with asyncio.timeout(20):
                await use(model, setup)
        finally:
            await model.close()
            for server in servers:
                await server.__aexit__(None, None, None)

    asyncio.run(main())


async def collect(model: LanguageModel, request: ModelRequest = ASKED) -> list[ModelOutput]:
    """The whole reply."""
    return [output async for output in model.stream(request)]


def text_of(outputs: list[ModelOutput]) -> str:
    """What was spoken."""
    return "".join(output.text for output in outputs if isinstance(output, TextDelta))


def states(server: VendorServer) -> list[str]:
    """What became of each request."""
    return [request.state for request in server.requests]


def told(caplog: pytest.LogCaptureFixture, level: int = logging.WARNING) -> list[str]:
    """Lines of the log."""
    return [record.message for record in caplog.records if record.levelno == level]
