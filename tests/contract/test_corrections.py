"""A 400 that names a member is answered by one more request, remembered, and told once: vendors and Azure."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from offhook.errors import RequestRefused
from offhook.simulator.vendors import openai_models
from offhook.simulator.vendors.anthropic import AnthropicServer
from offhook.simulator.vendors.anthropic_checks import invalid as claude_invalid
from offhook.simulator.vendors.compatible import AzureServer
from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.openai_checks import invalid
from offhook.simulator.vendors.server import Answer, Refused, echo
from offhook.speech.catalogue import server_quirks
from offhook.speech.llm.corrections import Corrections, corrections_of
from offhook.speech.ports import LanguageModel, ModelRequest, Setup
from tests.model_world import ASKED, SAID, collect, model_of, states, talk, text_of, told


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    """What is learned stays for the process."""
    corrections_of.cache_clear()
    yield
    corrections_of.cache_clear()


DEPLOYMENTS = {name.replace(".", ""): name for name in openai_models.RULES}
CORRECTED: list[tuple[str, dict[str, Any], int]] = [
    ("gpt-4o", {}, 0),
    ("gpt-54", {}, 0),  # Its own default is `none`.
    ("gpt-56-sol", {}, 1),
    ("gpt-6-luna", {"temperature": 0.4}, 1),
    ("gpt-6-luna", {"reasoning_effort": "high"}, 1),
    ("gpt-4o", {"reasoning_effort": "low", "temperature": 0.4}, 1),
    ("gpt-51", {"reasoning_effort": "minimal"}, 1),
    ("gpt-5-mini", {"temperature": 0.4, "max_tokens": 1500}, 2),  # And then it is asked not to think.
    # Where thoughts cannot be left out no temperature is taken: both go at once.
    ("gpt-5-mini", {"temperature": 0.4, "reasoning_effort": "none"}, 1),
    ("gpt-4o", {"max_tokens": 20_000}, 1),
]


@pytest.fixture
def at_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in's address is not Azure's, by which the adapter knows it."""
    monkeypatch.setattr("offhook.speech.llm.openai.server_at", lambda _: server_quirks("x.openai.azure.com"))


@pytest.mark.usefixtures("at_azure")
@pytest.mark.parametrize(("model", "block", "wrong"), CORRECTED)
def test_a_deployment_of_any_name_answers_in_its_first_turn(
    model: str, block: dict[str, Any], wrong: int, caplog: pytest.LogCaptureFixture
) -> None:
    server = AzureServer(echo, {f"desk-{name}": model for name, model in DEPLOYMENTS.items()})

    async def use(model: LanguageModel, setup: Setup) -> None:
        for _ in range(3):
            assert text_of(await collect(model)) == SAID
        assert states(server).count("refused") == wrong and states(server)[-2:] == ["done"] * 2, "the first ones pay"
        (standing,) = setup.health.snapshot(0.0)
        assert (standing.successes, standing.failures) == (3, {})

    with caplog.at_level(logging.WARNING, "offhook.providers"):
        talk([server], use, model=f"desk-{model}", **block)
    assert len(told(caplog)) == wrong + any("thinks before it speaks" in line for line in told(caplog))
    assert all(f"llm openai desk-{model} " in line and "from now on" in line for line in told(caplog))


@pytest.mark.usefixtures("at_azure")
def test_what_is_learned_is_known_to_the_next_agent_too() -> None:
    server = AzureServer(echo, {"desk": "gpt-6-sol"})

    async def use(model: LanguageModel, setup: Setup) -> None:
        await collect(model)
        document = {"provider": "openai", "base_url": server.base_url, "model": "desk"}
        other = model_of(document, Setup(key=setup.key))
        await other.prepare()
        await collect(other)
        await other.close()
        assert states(server) == ["refused", "done", "done"]

    talk([server], use, model="desk")


@pytest.mark.usefixtures("at_azure")
def test_calls_at_once_learn_together() -> None:
    server = AzureServer(echo, {"desk": "gpt-6-sol"})

    async def use(model: LanguageModel, setup: Setup) -> None:
        replies = await asyncio.gather(*(collect(model) for _ in range(8)))
        assert [text_of(reply) for reply in replies] == [SAID] * 8
        assert text_of(await collect(model)) == SAID
        assert states(server)[-1] == "done"

    talk([server], use, model="desk")


@pytest.mark.usefixtures("at_azure")
def test_with_tools_another_effort_is_learned_than_without() -> None:
    server = AzureServer(echo, {"desk": "gpt-6-sol"})

    async def use(model: LanguageModel, setup: Setup) -> None:
        await collect(model)
        assert server.requests[-1].body["reasoning_effort"] == "none"
        await collect(model, ModelRequest(ASKED.messages))
        assert server.requests[-1].body["reasoning_effort"] == "low", "what the owner wrote"
        assert server.requests[-1].body["max_completion_tokens"] >= 2048

    talk([server], use, model="desk", reasoning_effort="low")


OLD_NAME = "Unsupported parameter: 'max_completion_tokens' is not supported with this model. Use 'max_tokens' instead."
NEW_NAME = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."


def refusing(member: str, refused: Refused) -> Callable[[dict[str, Any]], Answer]:
    def brain(body: dict[str, Any]) -> Answer:
        if member in body or member in (body.get("stream_options") or {}):
            raise refused
        return echo(body)

    return brain


class LooseServer(OpenAIServer):
    """Takes everything that its brain takes."""

    def check(self, body: dict[str, Any]) -> openai_models.Rules:
        return openai_models.Rules()


PARTS: list[tuple[str, Refused, dict[str, Any], dict[str, Any]]] = [
    ("max_tokens", invalid(NEW_NAME, "max_tokens", "unsupported_parameter"), {}, {"max_completion_tokens": 400}),
    ("max_tokens", invalid(NEW_NAME, None), {}, {"max_completion_tokens": 400}),
    ("stream_options", invalid("Unrecognized request argument supplied: stream_options", None), {}, {}),
    ("temperature", invalid("Temperature is not supported.", None), {"temperature": 0.2}, {"max_tokens": 400}),
    ("temperature", Refused(400, {"error": {"message": "Extra inputs are not permitted, field: 'temperature'"}}),
     {"temperature": 0.2}, {"max_tokens": 400}),
    ("temperature", Refused(422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "temperature"], "msg": ""}]}),
     {"temperature": 0.2}, {}),
    ("reasoning_effort", Refused(400, {"error": "unknown field `reasoning_effort`"}), {"reasoning_effort": "low"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("member", "refused", "block", "expected"), PARTS)
def test_a_member_is_left_out_or_renamed(
    member: str, refused: Refused, block: dict[str, Any], expected: dict[str, Any]
) -> None:
    server = LooseServer(refusing(member, refused))

    async def use(model: LanguageModel, setup: Setup) -> None:
        assert text_of(await collect(model)) == SAID
        assert text_of(await collect(model)) == SAID
        body = server.requests[-1].body
        assert states(server) == ["refused", "done", "done"] and member not in body
        assert expected.items() <= body.items()

    talk([server], use, model="somebodys", **block)


def test_the_new_name_may_be_the_wrong_one() -> None:
    server = LooseServer(refusing("max_completion_tokens", invalid(OLD_NAME, "max_completion_tokens")))

    async def use(model: LanguageModel, setup: Setup) -> None:
        assert text_of(await collect(model)) == SAID
        assert server.requests[-1].body["max_tokens"] == 400

    talk([server], use, model="gpt-6-luna-of-my-own")


def test_a_refusal_inside_the_stream_is_answered_too() -> None:
    class Streaming(LooseServer):
        def answer(self, request: Any) -> Any:
            reply = super().answer(request)
            if "temperature" not in request.body:
                return reply
            error = {"message": "temperature: not taken", "type": "invalid_request_error", "param": "temperature"}
            event = b"data: " + json.dumps({"error": error}).encode() + b"\n\n"
            return type(reply)(events=(event, b"data: [DONE]\n\n"))

    server = Streaming(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        assert text_of(await collect(model)) == SAID
        assert len(server.requests) == 2

    talk([server], use, model="somebodys", temperature=0.2)


@pytest.mark.parametrize(
    ("model", "block", "expected"),
    [
        ("claude-sonnet-5-5", {"like": "claude-haiku-5-5"}, {"thinking": {"type": "between_tools"}}),
        ("claude-opus-5-5", {"like": "claude-haiku-5-5"}, {"output_config": {"effort": "low"}, "max_tokens": 2048}),
        ("claude-opus-4-8", {"like": "claude-haiku-4-5", "temperature": 0.4}, {"max_tokens": 400}),
        ("claude-haiku-4-5", {"like": "claude-opus-5-5"}, {"max_tokens": 2048}),
        ("claude-haiku-4-5", {"like": "claude-sonnet-5-5"}, {"max_tokens": 2048}),
    ],
)
def test_anthropic_names_the_member_in_its_words(model: str, block: dict[str, Any], expected: dict[str, Any]) -> None:
    """`like` is wrong on purpose: so are the rules of a model that comes tomorrow."""
    server = AnthropicServer(echo)

    async def use(model: LanguageModel, setup: Setup) -> None:
        assert text_of(await collect(model)) == SAID
        wrong = states(server).count("refused")
        assert 1 <= wrong <= 2
        assert text_of(await collect(model)) == SAID
        assert states(server) == ["refused"] * wrong + ["done", "done"]
        assert expected.items() <= server.requests[-1].body.items()

    talk([server], use, model=model, **block)


def test_a_server_that_keeps_no_cache_is_not_asked_to() -> None:
    def brain(body: dict[str, Any]) -> Answer:
        if "cache_control" in str(body["system"]):
            raise claude_invalid("system.0.cache_control: Extra inputs are not permitted")
        return echo(body)

    server = AnthropicServer(brain)

    async def use(model: LanguageModel, setup: Setup) -> None:
        assert text_of(await collect(model)) == SAID
        assert text_of(await collect(model)) == SAID
        assert states(server) == ["refused", "done", "done"]

    talk([server], use)


# ── what is meant, and what is not ────────────────────────────────────────────────────────────────────────────────

BODY = {"max_tokens": 400, "temperature": 0.4, "stream_options": {"include_usage": True}, "tools": [{}]}


@pytest.mark.parametrize(
    ("parameter", "reason", "expected"),
    [
        ("temperature", "no", "temperature"),
        ("", "'temperature' must be 1, and max_tokens too", "temperature"),
        ("stream_options.include_usage", "no", "stream_options"),
        ("", "Function tools: set reasoning_effort to 'none'", "reasoning_effort"),
        ("tools[0].function.parameters", "temperature is no schema", ""),
        ("messages[2].content", "temperature", ""),
        ("model", "max_tokens", ""),
        ("", "the temperature_scale is wrong", ""),
        ("", "something else", ""),
        ("max_completion_tokens", "no", "max_tokens"),
    ],
)
def test_which_member_is_meant(parameter: str, reason: str, expected: str) -> None:
    known = Corrections("openai", "openai x")
    assert known.learn(RequestRefused("x", parameter=parameter, reason=reason), dict(BODY)) == expected


@pytest.mark.parametrize(
    ("reason", "sent", "expected"),
    [
        ("max_tokens is too large: 32768. This model supports at most 16384 completion tokens.", 32_768, 16_384),
        ("max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens", 200_000, 64_000),
        ("Invalid 'max_tokens': integer below minimum value. Expected a value >= 16.", 8, 16),
    ],
)
def test_a_bound_that_is_told_is_taken(reason: str, sent: int, expected: int) -> None:
    known, body = Corrections("openai", "openai x"), {"max_tokens": sent}
    assert known.learn(RequestRefused("x", parameter="max_tokens", reason=reason), body) == "max_tokens"
    known.apply(body)
    assert body == {"max_tokens": expected}


def test_a_member_is_not_turned_to_and_fro_for_ever() -> None:
    known = Corrections("openai", "openai x")
    refused = RequestRefused("x", parameter="reasoning_effort", reason="set reasoning_effort to 'none'")
    assert [known.learn(refused, {"tools": []}) for _ in range(4)] == ["reasoning_effort"] * 2 + [""] * 2
