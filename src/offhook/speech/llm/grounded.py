"""A brain that speaks from the owner's facts alone: it can be short of an answer, but it cannot make one up.

A reply is a function of the request's messages and of the facts, nothing else: the same history gives the same words.
So a reply can be speculated, thrown away, tried again and replayed. The parts: `grounded_dialogue` knows what a turn
calls for, `grounded_forms` what has to be asked, `grounded_slots` what an answer says, `grounded_english` the words.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Final, Literal

from offhook.core.builtin import END_CALL, TRANSFER_CALL
from offhook.speech.llm.grounded_dialogue import Dialogue, Fill, HangUp, LookUp, Move, RepeatLast, Say, Transfer
from offhook.speech.llm.grounded_forms import BOOK_TABLE, TAKE_MESSAGE
from offhook.speech.llm.grounded_language import Language
from offhook.speech.llm.grounded_languages import language_for
from offhook.speech.llm.history import is_done
from offhook.speech.ports import (
    Fact,
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

UNKNOWN_SCORE: Final = 0.35
"""Facts below this do not answer the question."""
SURE_SCORE: Final = 0.40
"""Facts from here on are said plainly; between the two it is said that this may be meant."""
SECOND_SHARE: Final = 0.88
"""A second fact under the same heading is said too when it is nearly as near as the first."""
SPOKEN_CHARS: Final = 260
"""Nobody listens to a longer answer; a fact that is longer is cut at the end of a sentence."""
MOST_CLAUSES: Final = 3
"""Questions that are answered in one turn."""
MOST_MESSAGES: Final = 400

KEYS: tuple[str, ...] = ()
MODELS: tuple[str, ...] = ("minilm",)
READS_FACTS: Final = True

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-Z0-9])")
_NAMED: Final = re.compile(
    r"\b(?:receptionist|assistant|agent|concierge|voice|host|operator|front desk|secretary)\s+(?:of|for|at)\s+"
    r"((?:the\s+)?[A-Z][\w'&-]*(?:\s+(?:[A-Z][\w'&-]*|of|and|the|&))*)"
)


class Config(ProviderConfig):
    """The grounded brain has nothing to set."""

    provider: Literal["grounded"] = "grounded"


def unusable_tools(tools: Sequence[ToolSpec], language: str) -> dict[str, str]:
    """The tools that no wish leads to, each with the reason."""
    del language
    known = (BOOK_TABLE, TAKE_MESSAGE, TRANSFER_CALL, END_CALL)
    return {tool.name: f"it knows {', '.join(known)} only" for tool in tools if tool.name not in known}


UNUSABLE_TOOLS: Final = unusable_tools


def create(config: Config, setup: Setup) -> "GroundedBrain":
    """The brain of an agent. Raises `ConfigurationError` for a language that it does not speak."""
    del config
    return GroundedBrain(language_for(setup.language), setup.facts, setup.agent_name)


class GroundedBrain:
    """See `offhook.speech.ports.LanguageModel`."""

    def __init__(self, language: Language, facts: Facts | None, agent_name: str = "") -> None:
        self._language = language
        self._facts = facts
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
        dialogue = Dialogue(self._language, name, request.tools if request.may_call else ())
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
                return [TextDelta(text) for text in await self._answer(move, dialogue.offer)]
            case RepeatLast():
                return await self._repeat(request)
            case Fill(form):
                arguments = {field: form.values[field] for field in form.fields}
                return [ToolCall(_call(request), form.tool, json.dumps(arguments, ensure_ascii=False))]
            case HangUp():
                return [ToolCall(_call(request), END_CALL, "{}")]
            case Transfer(destination):
                arguments = {"destination": destination}
                return [ToolCall(_call(request), TRANSFER_CALL, json.dumps(arguments, ensure_ascii=False))]

    # ── facts ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _answer(self, asked: LookUp, offer: str) -> list[str]:
        say = self._language.sentences
        answers: list[str] = []
        unanswered = 0
        unsure = False
        topic = asked.topic
        for clause in asked.clauses[:MOST_CLAUSES]:
            facts = await self._find(clause, topic)
            topic = clause
            if not facts:
                unanswered += self._language.grammar.is_question(clause)
                continue
            if asked.quiet and facts[0].score < SURE_SCORE:
                continue
            unsure = unsure or facts[0].score < SURE_SCORE
            answers += [text for fact in facts if (text := spoken(fact.text)) not in answers]
        if not answers and len(asked.clauses) > 1 and not asked.quiet:
            # What was cut apart may have been one question after all.
            answers = [spoken(fact.text) for fact in await self._find(" ".join(asked.clauses), asked.topic)]
        if not answers and asked.quiet:
            return []
        if not answers:
            return [say.unknown] if asked.in_form else [say.unknown, offer]
        head = [say.perhaps] if unsure else []
        tail = [say.unknown_rest] if unanswered else []
        return [*head, *answers, *tail, *([offer] if asked.offers or (unanswered and not asked.in_form) else [])]

    async def _find(self, clause: str, topic: str) -> list[Fact]:
        """The facts that answer a question: none, one, or two that belong together."""
        found = await self._search(clause)
        if topic and self._language.grammar.follows_on(clause):
            # "And on Sunday?" means the question before it.
            with_topic = await self._search(f"{topic} {clause}")
            if with_topic and (not found or with_topic[0].score >= found[0].score):
                found = with_topic
        if not found or found[0].score < UNKNOWN_SCORE:
            return []
        first, *others = found
        second = others[0] if others else None
        together = (
            second is not None
            and second.source == first.source
            and second.score >= max(SURE_SCORE, first.score * SECOND_SHARE)
            and len(first.text) + len(second.text) < SPOKEN_CHARS
        )
        return [first, second] if together and second is not None else [first]

    async def _search(self, question: str) -> Sequence[Fact]:
        if self._facts is None:
            return ()
        # A search with the embedding model takes milliseconds, and the loop carries every call's audio.
        return await asyncio.to_thread(self._facts.search, question)

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
        called = [call for message in turns for call in message.tool_calls]
        tool = next((call.name for call in reversed(called) if call.call == result.tool_call), "")
        if is_done(result.text):
            return [TextDelta(say.done.get(tool, say.all_right)), TextDelta(say.anything_else)]
        can_note = tool != TAKE_MESSAGE and any(spec.name == TAKE_MESSAGE for spec in request.tools)
        return [TextDelta(say.failed), TextDelta(say.offer if can_note else say.anything_else)]

    def _name(self, messages: Sequence[Message]) -> str:
        """The business's name: from the prompt, where the owner wrote it as it is spoken, or the agent's own."""
        prompt = next((message.text for message in messages if message.role == "system"), "")
        if match := _NAMED.search(prompt):
            return re.sub(r"(?:\s+(?:of|and|the|&))+$", "", match[1])
        return " ".join(
            word.capitalize() if word.islower() else word for word in re.split(r"[-_\s]+", self._agent_name)
        )


def spoken(text: str) -> str:
    """A fact as it is said: whole sentences, not too many of them."""
    text = text.strip()
    if text and text[-1] not in ".!?":
        text += "."
    if len(text) <= SPOKEN_CHARS:
        return text
    said = ""
    for sentence in _SENTENCE.split(text):
        if said and len(said) + len(sentence) > SPOKEN_CHARS:
            break
        said = f"{said} {sentence}".strip()
    return said


def _call(request: ModelRequest) -> str:
    """The same for the same history, another one for every later turn."""
    return f"grounded-{len(request.messages)}"
