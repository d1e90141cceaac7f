"""A brain that speaks from the owner's facts alone: it can be short of an answer, but it cannot make one up.

A reply is a function of the request's messages and of the facts, nothing else: the same history gives the same words.
So a reply can be speculated, thrown away, tried again and replayed. The parts: `grounded_dialogue` knows what a turn
calls for, `grounded_forms` what has to be asked, `grounded_slots` what an answer says, `grounded_english` the words.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Final, Literal

from offhook import clock
from offhook.clock import Date
from offhook.core.builtin import CORE_TOOLS, END_CALL, TRANSFER_CALL
from offhook.speech.llm.grounded_answers import Answers
from offhook.speech.llm.grounded_dialogue import Dialogue
from offhook.speech.llm.grounded_forms import TAKE_MESSAGE
from offhook.speech.llm.grounded_language import Language
from offhook.speech.llm.grounded_languages import language_for
from offhook.speech.llm.grounded_moves import Fill, HangUp, LookUp, Move, RepeatLast, Say, Transfer
from offhook.speech.llm.grounded_results import told
from offhook.speech.llm.grounded_wishes import skill_of
from offhook.speech.llm.history import RUNNING, UNKNOWN, is_done
from offhook.speech.ports import (
    Facts,
    Message,
    ModelOutput,
    ModelRequest,
    ProviderConfig,
    Setup,
    TextDelta,
    ToolCall,
    ToolSpec,
)

MOST_MESSAGES: Final = 400

KEYS: tuple[str, ...] = ()
MODELS: tuple[str, ...] = ("minilm",)
READS_FACTS: Final = True

_UNUSED: Final = tuple(name for name in CORE_TOOLS if name not in (END_CALL, TRANSFER_CALL))

_NAMED: Final = re.compile(
    r"\b(?:receptionist|assistant|agent|concierge|voice|host|operator|front desk|secretary)\s+(?:of|for|at)\s+"
    r"((?:the\s+)?[A-Z][\w'&-]*(?:\s+(?:[A-Z][\w'&-]*|of|and|the|&))*)"
)


class Config(ProviderConfig):
    """The grounded brain has nothing to set."""

    provider: Literal["grounded"] = "grounded"


def create(config: Config, setup: Setup) -> "GroundedBrain":
    """The brain of an agent. Raises `ConfigurationError` for a language that it does not speak."""
    del config
    return GroundedBrain(language_for(setup.language), setup.facts, setup.agent_name)


def cannot_use(tools: Sequence[ToolSpec], language: str) -> dict[str, str]:
    """The tools that this brain will never run, each with the reason in words; for `doctor` and `serve`.

    Raises `ConfigurationError` for a language that it does not speak.
    """
    grammar = language_for(language).grammar
    found = {tool.name: "the grounded brain does not use it" for tool in tools if tool.name in _UNUSED}
    for tool in tools:
        if tool.name not in CORE_TOOLS and (why := skill_of(tool, grammar).unusable):
            found[tool.name] = why
    return found


UNUSABLE_TOOLS: Final = cannot_use


def local_day() -> Date:
    """The day where this machine stands."""
    return clock.wall().astimezone().date()


class GroundedBrain:
    """See `offhook.speech.ports.LanguageModel`."""

    def __init__(
        self, language: Language, facts: Facts | None, agent_name: str = "", today: Callable[[], Date] = local_day
    ) -> None:
        self._today = today
        self._language = language
        self._facts = facts
        self._answers = Answers(language, facts)
        self._agent_name = agent_name

    async def prepare(self) -> None:
        """Make the first search now: the embedding model's own first run takes longer than the others."""
        if self._facts is not None:
            await asyncio.to_thread(self._facts.search, self._language.sentences.hello)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        """The reply, sentence by sentence, tool calls last."""
        outputs = await self._reply(request)
        texts = [output.text for output in outputs if isinstance(output, TextDelta)]
        for i, text in enumerate(texts):
            yield TextDelta(text if i == len(texts) - 1 else f"{text} ")
        for output in outputs:
            if not isinstance(output, TextDelta):
                yield output

    async def close(self) -> None:
        """Nothing is held."""

    async def _reply(self, request: ModelRequest) -> list[ModelOutput]:
        messages = request.messages
        name = self._name(messages)
        dialogue = Dialogue(self._language, name, request.tools if request.may_call else (), self._today())
        turns = [message for message in messages if message.role not in ("system", "note")][-MOST_MESSAGES:]
        last = turns[-1] if turns else None
        if last is not None and last.role == "tool":
            return self._tell_outcome(last, turns, request)
        # Going through a long history takes milliseconds too.
        moves = await asyncio.to_thread(dialogue.follow, turns)
        if not moves:
            say = self._language.sentences
            return [TextDelta(say.hello_named.format(name=name) if name else say.hello)]
        outputs: list[ModelOutput] = []
        for move in moves:
            outputs += await self._perform(move, dialogue, request)
        return outputs

    async def _perform(self, move: Move, dialogue: Dialogue, request: ModelRequest) -> list[ModelOutput]:
        match move:
            case Say(text):
                return [TextDelta(text)]
            case LookUp():
                return [TextDelta(text) for text in await self._answers.answer(move, dialogue.offer)]
            case RepeatLast():
                return await self._repeat(request)
            case Fill(form):
                arguments = json.dumps(form.arguments(), ensure_ascii=False)
                # A form is whole when it was read back and the caller has said yes (`grounded_in_form`).
                return [ToolCall(_call(request), form.tool, arguments, is_confirmed=True)]
            case HangUp():
                return [ToolCall(_call(request), END_CALL, "{}")]
            case Transfer(destination):
                where = json.dumps({"destination": destination}, ensure_ascii=False)
                return [ToolCall(_call(request), TRANSFER_CALL, where)]

    # ── the rest ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _repeat(self, request: ModelRequest) -> list[ModelOutput]:
        """The last reply once more, whole even if the caller heard only its beginning."""
        messages = request.messages
        asked = max(i for i, message in enumerate(messages) if message.role == "user")
        spoken_at = [i for i in range(asked) if messages[i].role == "assistant" and messages[i].text]
        if not spoken_at:
            return [TextDelta(self._language.sentences.nothing_to_repeat)]
        heard = messages[spoken_at[-1]].text
        before = ModelRequest(messages[: spoken_at[-1]], request.tools, request.call_id)
        again = await self._reply(before) if before.messages and before.messages[-1].role in ("user", "tool") else []
        texts: list[ModelOutput] = [output for output in again if isinstance(output, TextDelta)]
        whole = " ".join(output.text for output in again if isinstance(output, TextDelta))
        # A fixed sentence (an opening, "are you still there?") was not ours: then what was heard is said again.
        return texts if whole.startswith(heard[:20]) and texts else [TextDelta(heard)]

    def _tell_outcome(self, result: Message, turns: Sequence[Message], request: ModelRequest) -> list[ModelOutput]:
        say = self._language.sentences
        called = [call for message in turns for call in message.tool_calls if call.call == result.tool_call]
        tool, given = (called[-1].name, called[-1].arguments) if called else ("", "{}")
        spec = next((spec for spec in request.tools if spec.name == tool), None)
        if is_done(result.text):
            if known := say.done.get(tool):
                return [TextDelta(known), TextDelta(say.anything_else)]
            found = told(result.text, _object(given), self._language)
            if not found.failed:
                is_harmless = spec is not None and spec.is_harmless
                head = [] if is_harmless and found.text else [say.nothing_found if is_harmless else say.done_other]
                return [TextDelta(text) for text in (*head, found.text, say.anything_else) if text]
            reason = found.text
        elif result.text.startswith(RUNNING):
            return [TextDelta(say.running)]
        else:
            reason = ""
        can_note = tool != TAKE_MESSAGE and any(spec.name == TAKE_MESSAGE for spec in request.tools)
        sorry = say.maybe_done if result.text.startswith(UNKNOWN) else say.failed
        return [TextDelta(text) for text in (sorry, reason, say.offer if can_note else say.anything_else) if text]

    def _name(self, messages: Sequence[Message]) -> str:
        """The business's name: from the prompt, where the owner wrote it as it is spoken, or the agent's own."""
        prompt = next((message.text for message in messages if message.role == "system"), "")
        if match := _NAMED.search(prompt):
            return re.sub(r"(?:\s+(?:of|and|the|&))+$", "", match[1])
        return " ".join(
            word.capitalize() if word.islower() else word for word in re.split(r"[-_\s]+", self._agent_name)
        )


def _object(arguments: str) -> dict[str, object]:
    """A model of another kind may have called the tool."""
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _call(request: ModelRequest) -> str:
    """The same for the same history, another one for every later turn."""
    return f"grounded-{len(request.messages)}"
