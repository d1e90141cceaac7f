"""What no other request mends: refusals that stay, empty accounts, replies without a word, thoughts without an end."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from offhook.errors import ProviderRefused
from offhook.simulator.vendors import openai_models
from offhook.simulator.vendors.anthropic import AnthropicServer
from offhook.simulator.vendors.anthropic_checks import invalid as claude_invalid
from offhook.simulator.vendors.compatible import AzureServer, GroqServer
from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.openai_checks import invalid
from offhook.simulator.vendors.server import Answer, Latency, Refused, echo
from offhook.speech.health import State
from offhook.speech.llm.corrections import corrections_of
from offhook.speech.ports import LanguageModel, Message, ModelRequest, Progress, Setup, Switched, ToolCall, Usage
from tests.model_world import ASKED, SAID, collect, states, talk, text_of, told


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    """What is learned stays for the process."""
    corrections_of.cache_clear()
    yield
    corrections_of.cache_clear()


def test_the_same_refusal_three_times_rests_and_is_an_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def strange(body: dict[str, Any]) -> Answer:
        raise invalid("This project may not use tools on Saturdays.", None)

    first, second = OpenAIServer(strange), AnthropicServer(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(6):
            outputs = await collect(model)
            assert text_of(outputs) == SAID, "the next one answers each time"
        assert len(first.requests) == 3, "one request a turn, and none from then on"
        assert setup.health.snapshot(0.0)[0].state is State.OPEN

    with caplog.at_level(logging.WARNING, "offhook.providers"):
        talk([first, second], use)
    (line,) = told(caplog, logging.ERROR)
    assert "llm openai gpt-4o" in line and "may not use tools on Saturdays" in line


def test_a_model_that_takes_tools_in_no_way_is_left_to_the_next(caplog: pytest.LogCaptureFixture) -> None:
    first, second = OpenAIServer(echo), AnthropicServer(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(8):
            assert text_of(await collect(model)) == SAID
        assert not states(first).count("done") and len(first.requests) <= 8
        assert setup.health.snapshot(0.0)[0].state is State.OPEN

    with caplog.at_level(logging.WARNING, "offhook.providers"):
        talk([first, second], use, model="gpt-6-astra")
    assert any("Function tools with reasoning_effort" in line for line in told(caplog, logging.ERROR))


def test_an_empty_account_at_anthropic_rests_at_once(caplog: pytest.LogCaptureFixture) -> None:
    def broke(body: dict[str, Any]) -> Answer:
        raise claude_invalid("Your credit balance is too low to access the Anthropic API.")

    first, second = AnthropicServer(broke), OpenAIServer(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(3):
            assert text_of(await collect(model)) == SAID
        assert len(first.requests) == 1

    with caplog.at_level(logging.WARNING, "offhook.providers"):
        talk([first, second], use)
    (line,) = told(caplog, logging.ERROR)
    assert "check the account's credit" in line


def test_a_reply_without_a_word_is_given_by_the_next_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(openai_models.THOUGHT_TOKENS, "low", 5000)
    first, second = OpenAIServer(echo), AnthropicServer(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        outputs = await collect(model, ModelRequest(ASKED.messages))
        assert text_of(outputs) == SAID
        (news,) = [output for output in outputs if isinstance(output, Switched)]
        assert "without a word" in news.cause and len(first.requests) == 1
        usage = outputs[-1]
        assert isinstance(usage, Usage) and usage.wasted >= 2048, "what it spent is counted"

    talk([first, second], use, model="gpt-6.2-sol")


def test_thoughts_survive_a_round_of_tools_in_a_list() -> None:
    call = ToolCall("toolu_a", "book_table", "{}")

    def brain(body: dict[str, Any]) -> Answer:
        return Answer("Booked.") if "tool_result" in str(body) else Answer("One moment.", (call,))

    first, second = AnthropicServer(brain), OpenAIServer(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        assert call in await collect(model)
        told = (Message("assistant", "One moment.", tool_calls=(call,)), Message("tool", "done", tool_call="toolu_a"))
        assert text_of(await collect(model, ModelRequest((*ASKED.messages, *told), ASKED.tools))) == "Booked."
        assert states(first) == ["done", "done"] and not second.requests

    talk([first, second], use, model="claude-opus-5-5")


def test_a_spoiled_generation_is_asked_for_again_and_takes_nobody_away() -> None:
    asked = 0

    def spoiled(body: dict[str, Any]) -> Answer:
        nonlocal asked
        asked += 1
        if asked % 2:
            error = {
                "message": "Failed to call a function.",
                "type": "invalid_request_error",
                "code": "tool_use_failed",
            }
            raise Refused(400, {"error": error})
        return echo(body)

    server = GroqServer(spoiled)

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(4):
            assert text_of(await collect(model)) == SAID
        assert len(server.requests) == 8
        assert setup.health.snapshot(0.0)[0].state is State.CLOSED

    talk([server], use, model="llama-3.3-70b-versatile")


def test_a_refused_key_is_not_asked_otherwise() -> None:
    server = AzureServer(echo, {"desk": "gpt-4o"})
    server.key = "another"

    async def use(model: LanguageModel, setup: Setup) -> None:
        with pytest.raises(ProviderRefused, match="check the key"):
            await collect(model)
        assert len(server.requests) == 1

    talk([server], use, model="desk", temperature=0.3)


# ── thoughts and the clock ────────────────────────────────────────────────────────────────────────────────────────


class Thinker(OpenAIServer):
    """Thinks aloud for as long as it is told, a piece each 0.05 s."""

    pieces = 0

    def check(self, body: dict[str, Any]) -> openai_models.Rules:
        return openai_models.Rules()

    def thought_deltas(self, body: dict[str, Any], rules: openai_models.Rules) -> Any:
        return [{"reasoning_content": "hm "}] * self.pieces


@pytest.mark.parametrize(("pieces", "expected"), [(20, "first"), (200, "second")])
def test_one_that_thinks_is_waited_for_a_little_longer(
    pieces: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offhook.speech.fallback_model.THOUGHT_S", 2.0)
    first, second = (
        Thinker(lambda _: Answer("first"), Latency(token_s=0.05)),
        AnthropicServer(lambda _: Answer("second")),
    )
    first.pieces = pieces

    async def use(model: LanguageModel, setup: Setup) -> None:
        outputs = await collect(model)
        assert text_of(outputs) == expected
        assert not any(isinstance(output, Progress) for output in outputs), "thoughts are nobody's business"

    talk([first, second], use, model="somebodys", first_token_timeout_s=0.4, max_tokens=2000)
