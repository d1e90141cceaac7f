"""What is asked of the language models' vendors: OpenAI and Anthropic."""

import statistics
from collections.abc import Mapping
from typing import Any, Final

from offhook.live.probe import think
from offhook.live.purse import tokens_of
from offhook.live.question import Asking, Came, Question, came, open_still
from offhook.live.wire import Answer
from offhook.speech.ports import Usage
from offhook.speech.registry import Kind

RETIRED: Final = "gpt-4-0314"
"""Switched off in 2024."""
LUNA: Final = "gpt-6-luna"
HAIKU: Final = "claude-haiku-5-5"
"""Thinks when it is not told otherwise, and costs least."""
TRIES: Final = 3
SOON_S: Final = 1.0
THOUGHT_TOKENS: Final = 1500
TOOL_NAME: Final = "opening_hours"
TOOL_TEXT: Final = "The opening hours of a day. Call it before you say any."
SCHEMA: Final = {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}
PROMPT: Final = "When are you open on Monday? 7 times 13 minutes later than that is when I can come: when is it?"
OK: Final = 200


# ── OpenAI ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def retired_model(asking: Asking) -> Came:
    """Nothing is generated, so nothing is paid."""
    answer = await _chat(asking, RETIRED, 16, {})
    return came(_told(answer, asking), answer.status == 404 and _error(answer).get("code") == "model_not_found")


async def tools_and_effort(asking: Asking) -> Came:
    """The rule that an owner's `reasoning_effort` runs into."""
    tool = {"type": "function", "function": {"name": TOOL_NAME, "description": TOOL_TEXT, "parameters": SCHEMA}}
    answers = []
    for effort in ("none", "low"):
        answer = await _chat(asking, LUNA, 64, {"tools": [tool], "reasoning_effort": effort})
        answers.append((effort, answer))
    text = "; ".join(f"{effort}: {_told(answer, asking)}" for effort, answer in answers)
    return came(text, [answer.status for _, answer in answers] == [OK, 400])


async def first_token(asking: Asking) -> Came:
    """Through the adapter, with the agent's tools, at its own model."""
    waits = [(await think(asking)).latency_s for _ in range(TRIES)]
    middle_s = statistics.median(waits)
    each = ", ".join(f"{wait_s:.2f}" for wait_s in waits)
    return came(f"{middle_s:.2f} s in the middle of {TRIES} ({each}), {asking.subject.label}", middle_s <= SOON_S)


async def _chat(asking: Asking, model: str, most: int, more: Mapping[str, Any]) -> Answer:
    thought = asking.purse.think("openai", model, tokens_of(PROMPT + TOOL_TEXT + str(SCHEMA)), most)
    answer = await asking.wire.post_json(
        "chat/completions",
        {
            "model": model, "messages": [{"role": "user", "content": PROMPT}], "stream": True,
            "stream_options": {"include_usage": True}, "max_completion_tokens": most, **more,
        },
    )  # fmt: skip
    if answer.status != OK:
        thought.took(Usage(0, 0))
    for event in answer.events():
        if isinstance(usage := event.get("usage"), dict):
            thought.took(Usage(int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)))
    return answer


# ── Anthropic ────────────────────────────────────────────────────────────────────────────────────────────────────


async def thoughts_left_out(asking: Asking) -> Came:
    """A tool round rebuilt by somebody who does not know of thoughts."""
    user = {"role": "user", "content": PROMPT}
    answer = await _messages(asking, [user])
    if answer.status != OK:
        return open_still(f"the first request: {_told(answer, asking)}")
    blocks = _blocks(answer)
    uses = [block for block in blocks if block.get("type") == "tool_use"]
    has_thought = any(block.get("type") in ("thinking", "redacted_thinking") for block in blocks)
    if not uses or not has_thought:
        return open_still(
            f"the model sent {_kinds(blocks)}: without a thought and a call there is nothing to leave out"
        )
    calls = [{"type": "tool_use", "id": use["id"], "name": use["name"], "input": {"day": "Monday"}} for use in uses]
    results = [{"type": "tool_result", "tool_use_id": use["id"], "content": "from nine to six"} for use in uses]
    again = await _messages(
        asking, [user, {"role": "assistant", "content": calls}, {"role": "user", "content": results}]
    )
    return came(f"the model sent {_kinds(blocks)}; without the thoughts: {_told(again, asking)}", again.status == 400)


async def _messages(asking: Asking, messages: list[dict[str, Any]]) -> Answer:
    tool = {"name": TOOL_NAME, "description": TOOL_TEXT, "input_schema": SCHEMA}
    size = tokens_of(str(messages) + TOOL_TEXT + str(SCHEMA)) + 500
    thought = asking.purse.think("anthropic", HAIKU, size, THOUGHT_TOKENS)
    body = {"model": HAIKU, "max_tokens": THOUGHT_TOKENS, "messages": messages, "tools": [tool], "stream": True}
    answer = await asking.wire.post_json("messages", body)
    if answer.status != OK:
        thought.took(Usage(0, 0))
    for event in answer.events():
        # The last one is cumulative, and only it knows what came out.
        if event.get("type") == "message_delta" and isinstance(usage := event.get("usage"), dict):
            thought.took(Usage(size, int(usage.get("output_tokens") or THOUGHT_TOKENS)))
    return answer


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    begun = (event.get("content_block") for event in answer.events() if event.get("type") == "content_block_start")
    return [block for block in begun if isinstance(block, dict)]


def _kinds(blocks: list[dict[str, Any]]) -> str:
    return " + ".join(str(block.get("type"))[:40] for block in blocks) or "nothing"


# ── what they share ──────────────────────────────────────────────────────────────────────────────────────────────


def _error(answer: Answer) -> dict[str, Any]:
    document = answer.document()
    found = document.get("error") if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def _told(answer: Answer, asking: Asking) -> str:
    error = _error(answer)
    words = (error.get("code") or error.get("type"), error.get("message"))
    said = ": ".join(str(word) for word in words if word)
    return asking.wire.safe(f"HTTP {answer.status}{' ' if said else ''}{said}")


QUESTIONS: Final = (
    Question(
        name="openai-retired-model", vendor="OpenAI", kind=Kind.LLM, ask=retired_model,
        text=f"What does a model that was switched off ({RETIRED}) answer?",
        expected="HTTP 404 with the code model_not_found",
    ),
    Question(
        name="openai-tools-and-effort", vendor="OpenAI", kind=Kind.LLM, ask=tools_and_effort,
        text=f"Does {LUNA} take tools with the effort none, and refuse them with low?",
        expected="none: HTTP 200; low: HTTP 400",
    ),
    Question(
        name="openai-first-token", vendor="OpenAI", kind=Kind.LLM, ask=first_token,
        text="How soon does the model's first word come, with the agent's tools?",
        expected=f"within {SOON_S:g} s in the middle of {TRIES} tries",
    ),
    Question(
        name="anthropic-thoughts-left-out", vendor="Anthropic", kind=Kind.LLM, ask=thoughts_left_out,
        text="Is a tool round refused whose thinking was left out?",
        expected="HTTP 400; either way Offhook sends the thoughts back, or keeps the model from thinking",
    ),
)  # fmt: skip
