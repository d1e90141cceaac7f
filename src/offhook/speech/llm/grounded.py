"""A brain that speaks from the owner's facts alone: it can be short of an answer, but it cannot make one up.

A reply is a function of the request's messages and of the facts, nothing else: the same history gives the same words.
So a reply can be speculated, thrown away, tried again and replayed. The parts: `grounded_dialogue` knows what a turn
calls for, `grounded_forms` what has to be asked, `grounded_slots` what an answer says, `grounded_english` the words.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import date
from typing import Final, Literal

from offhook import clock
from offhook.core.builtin import CORE_TOOLS, END_CALL, TRANSFER_CALL
from offhook.speech.llm.grounded_dialogue import Dialogue
from offhook.speech.llm.grounded_forms import TAKE_MESSAGE
from offhook.speech.llm.grounded_language import Language
from offhook.speech.llm.grounded_languages import language_for
from offhook.speech.llm.grounded_moves import Fill, HangUp, LookUp, Move, RepeatLast, Say, Transfer
from offhook.speech.llm.grounded_results import told
from offhook.speech.llm.grounded_wishes import skill_of
from offhook.speech.llm.history import RUNNING, UNKNOWN, is_done
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
SURE_OWN: Final = 0.5
"""What is asked of the caller's own case, or wished for, is only answered by a fact that speaks of it."""
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

_UNUSED: Final = tuple(name for name in CORE_TOOLS if name not in (END_CALL, TRANSFER_CALL))

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-Z0-9])")
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


def local_day() -> date:
    """The day where this machine stands."""
    return clock.wall().astimezone().date()


class GroundedBrain:
    """See `offhook.speech.ports.LanguageModel`."""

    def __init__(
        self, language: Language, facts: Facts | None, agent_name: str = "", today: Callable[[], date] = local_day
    ) -> None:
        self._today = today
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
                return [TextDelta(text) for text in await self._answer(move, dialogue.offer)]
            case RepeatLast():
                return await self._repeat(request)
            case Fill(form):
                return [ToolCall(_call(request), form.tool, json.dumps(form.arguments(), ensure_ascii=False))]
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
            facts = await self._find(clause, topic, least=SURE_OWN if asked.is_own or asked.is_wish else UNKNOWN_SCORE)
            topic = clause
            if not facts:
                unanswered += self._language.grammar.is_question(clause)
                continue
            if asked.quiet and facts[0].score < SURE_SCORE:
                continue
            unsure = unsure or facts[0].score < SURE_SCORE
            answers += [text for fact in facts if (text := spoken(fact.text)) not in answers]
        if not answers and len(asked.clauses) > 1 and not asked.quiet and not asked.is_own:
            # What was cut apart may have been one question after all.
            answers = [spoken(fact.text) for fact in await self._find(" ".join(asked.clauses), asked.topic)]
        if not answers and asked.quiet:
            return []
        if not answers:
            sorry = say.cannot if asked.is_wish and not asked.is_own else say.unknown
            return [sorry] if asked.in_form else [sorry, offer]
        head = [say.perhaps] if unsure else []
        tail = [say.unknown_rest] if unanswered else []
        return [*head, *answers, *tail, *([offer] if asked.offers or (unanswered and not asked.in_form) else [])]

    async def _find(self, clause: str, topic: str, least: float = UNKNOWN_SCORE) -> list[Fact]:
        """The facts that answer a question: none, one, or two that belong together."""
        found = await self._search(clause)
        if topic and self._language.grammar.follows_on(clause):
            # "And on Sunday?" means the question before it.
            with_topic = await self._search(f"{topic} {clause}")
            if with_topic and (not found or with_topic[0].score >= found[0].score):
                found = with_topic
        if not found or found[0].score < least:
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
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


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
