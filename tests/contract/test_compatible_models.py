"""Servers that speak OpenAI's wire in their own words: Azure, Groq, vLLM, Ollama; each answers in its first turn."""

import logging
from collections.abc import Iterator

import pytest

from offhook.errors import CallRefused, RequestRefused
from offhook.simulator.vendors.anthropic import AnthropicServer
from offhook.simulator.vendors.compatible import THOUGHT, AzureServer, GroqServer, OllamaServer, VllmServer
from offhook.simulator.vendors.server import echo
from offhook.speech.catalogue import server_quirks
from offhook.speech.health import State
from offhook.speech.llm.corrections import corrections_of
from offhook.speech.ports import LanguageModel, Message, ModelRequest, Setup
from tests.model_world import SAID, collect, states, talk, text_of, told


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    """What is learned stays for the process."""
    corrections_of.cache_clear()
    yield
    corrections_of.cache_clear()


@pytest.fixture
def at_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in's address is not Azure's, by which the adapter knows it."""
    monkeypatch.setattr("offhook.speech.llm.openai.server_at", lambda _: server_quirks("x.openai.azure.com"))


@pytest.mark.parametrize("model", GroqServer.MODELS)
@pytest.mark.parametrize("effort", ["", "low", "none"])
def test_groq_in_the_first_turn(model: str, effort: str) -> None:
    server = GroqServer(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        outputs = await collect(model)
        assert text_of(outputs) == SAID and THOUGHT[:20] not in str(outputs)
        assert len(server.requests) <= 2
        assert states(server)[-1] == "done"

    talk([server], use, model=model, reasoning_effort=effort)


def test_vllm_is_told_by_the_template_not_to_think() -> None:
    server = VllmServer(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        assert text_of(await collect(model)) == SAID
        assert server.requests[-1].body["chat_template_kwargs"] == {"enable_thinking": False}
        assert len(server.requests) == 1

    talk([server], use, model="Qwen/Qwen3-8B")


@pytest.mark.parametrize("effort", ["none", "low"])
def test_vllms_thoughts_without_an_opening_tag_are_not_spoken(effort: str) -> None:
    server = VllmServer(echo)
    server.piece_bytes = 7

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(3):
            assert text_of(await collect(model)).strip() == SAID

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("offhook.speech.llm.openai._is_told_by_template", lambda *_: False)
        talk([server], use, model="Qwen/Qwen3-8B", reasoning_effort=effort)


def test_a_long_call_takes_vllm_from_nobody() -> None:
    server = VllmServer(echo)
    long = ModelRequest((Message("user", "word " * 6000),))

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(5):
            with pytest.raises(CallRefused, match="maximum context length"):
                await collect(model, long)
        (standing,) = setup.health.snapshot(0.0)
        assert standing.state is State.CLOSED
        assert text_of(await collect(model)) == SAID

    talk([server], use, model="Qwen/Qwen3-8B")


def test_a_server_without_tools_says_so(caplog: pytest.LogCaptureFixture) -> None:
    server = VllmServer(echo)
    server.takes_tools = False

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(3):
            with pytest.raises(RequestRefused, match="enable-auto-tool-choice"):
                await collect(model)

    with caplog.at_level(logging.WARNING, "offhook.providers"):
        talk([server], use, model="Qwen/Qwen3-8B")
    (line,) = told(caplog, logging.ERROR)
    assert "enable-auto-tool-choice" in line and "mend it" in line


@pytest.mark.parametrize("tags", [False, True])
@pytest.mark.parametrize("model", ["qwen3:8b", "gpt-oss:20b", "llama3.2"])
@pytest.mark.parametrize("effort", ["", "xhigh", "low"])
def test_ollama_in_the_first_turn(model: str, effort: str, tags: bool) -> None:
    server = OllamaServer(echo)
    server.tags_thoughts = tags

    async def use(model: LanguageModel, setup: Setup) -> None:
        assert text_of(await collect(model)) == SAID
        assert text_of(await collect(model)) == SAID

    talk([server], use, model=model, reasoning_effort=effort)
    assert len(server.requests) <= 3


@pytest.mark.usefixtures("at_azure")
def test_an_unknown_deployment_that_thinks_is_asked_not_to(caplog: pytest.LogCaptureFixture) -> None:
    first, second = AzureServer(echo, {"desk": "gpt-5-mini"}), AnthropicServer(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(3):
            assert text_of(await collect(model)) == SAID
        # All 400 tokens were thoughts; `none` is refused, `minimal` is what it takes.
        assert states(first) == ["done", "refused", "done", "done"] and len(second.requests) == 1
        assert first.requests[-1].body["reasoning_effort"] == "minimal"

    with caplog.at_level(logging.WARNING, "offhook.providers"):
        talk([first, second], use, model="desk")
    assert "thinks before it speaks" in told(caplog)[0] and "`like`" in told(caplog)[0]


def test_a_filtered_prompt_at_azure_is_one_calls_own() -> None:
    server = AzureServer(echo, {"desk": "gpt-4o"})
    asked = ModelRequest((Message("user", "something forbidden"),))

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(4):
            with pytest.raises(CallRefused, match="content management"):
                await collect(model, asked)
        assert text_of(await collect(model)) == SAID

    talk([server], use, model="desk")
