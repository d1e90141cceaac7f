"""Callers with a wish and the grounded brain: how many wishes end in the right call of the tool, how many in a "
"wrong one.

The callers speak in text and the services answer at once: what is measured is understanding, not time. What a turn
costs is measured beside it, in CPU time of one core.
"""

import asyncio
import json
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.services import ENGLISH, TODAY, Caller, Service
from bench.table import Goal, Outcome, Row, share
from offhook.core.builtin import END_CALL
from offhook.speech.llm.grounded import GroundedBrain
from offhook.speech.llm.grounded_languages import language_for
from offhook.speech.ports import Message, ModelRequest, TextDelta, ToolCall
from offhook.tools.arguments import checked_arguments

CALLERS: Final = 20
"""Of each service: the scripted ones, and as many by chance."""
MOST_TURNS: Final = 24
MOST_REPEATS: Final = 2
"""Who hears the same once more hangs up."""


@dataclass
class Heard:
    """How one call went."""

    caller: Caller
    is_right: bool = False
    is_wrong: bool = False
    """A tool was called with something else than what was wanted."""
    turns_ms: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def services() -> tuple[Service, ...]:
    """All that are tried, English and German."""
    from bench.services_german import GERMAN

    return (*ENGLISH, *GERMAN)


def callers(service: Service, seed: int, count: int = CALLERS) -> list[Caller]:
    """The scripted ones, and others by chance."""
    chance = random.Random(f"{service.name} {seed}")
    more = max(0, count - len(service.scripted))
    return [*service.scripted[:count], *(service.chance(chance) for _ in range(more))]


def call(service: Service, caller: Caller, seed: int = 0) -> Heard:
    """One call from the opening to the tool's answer."""
    brain = GroundedBrain(language_for(service.language), None, today=lambda: TODAY)
    messages = [Message("system", "")]
    heard, chance = Heard(caller), random.Random(seed)
    corrections, asides = list(caller.corrections), dict(caller.asides)
    said, field_asked = caller.opening, ""
    for _ in range(MOST_TURNS):
        messages.append(Message("user", said))
        heard.lines.append(f"caller: {said}")
        before = time.process_time()
        answer, asked = asyncio.run(_reply(brain, ModelRequest(tuple(messages), service.tools)))
        heard.turns_ms.append((time.process_time() - before) * 1000.0)
        heard.lines.append(f"agent: {answer}")
        if answer:
            messages.append(Message("assistant", answer))
        done = [one for one in asked if one.name != END_CALL]
        for one in done:
            _judge(service, caller, heard, one)
        if asked:
            return heard
        if answer.endswith(service.right):
            said = corrections.pop(0) if corrections else chance.choice(service.yes)
            continue
        # "Take your time" asks nothing new.
        field_asked = _asked(service, caller, answer) or field_asked
        if not field_asked or heard.lines.count(heard.lines[-1]) > MOST_REPEATS:
            return heard
        said = asides.pop(field_asked, "") or caller.answers[field_asked]
    return heard


def _judge(service: Service, caller: Caller, heard: Heard, asked: ToolCall) -> None:
    given = json.loads(asked.arguments)
    spec = next(spec for spec in service.tools if spec.name == asked.name)
    checked_arguments(spec, asked.arguments)
    heard.lines.append(f"tool: {asked.name} {asked.arguments}")
    heard.is_right = asked.name == caller.tool and _same(given, dict(caller.arguments))
    heard.is_wrong = not heard.is_right


def _same(given: object, wanted: object) -> bool:
    if isinstance(given, dict) and isinstance(wanted, dict):
        return given.keys() == wanted.keys() and all(_same(given[key], wanted[key]) for key in given)
    if isinstance(given, list) and isinstance(wanted, list):
        return len(given) == len(wanted) and all(any(_same(one, other) for other in wanted) for one in given)
    if isinstance(given, str) and isinstance(wanted, str):
        return given.casefold() == wanted.casefold()
    return given == wanted


def _asked(service: Service, caller: Caller, answer: str) -> str:
    """The field that the agent asks for: the question is what it says last."""
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ])", answer)
    for last in (sentences[-1], " ".join(sentences[-2:])):
        for name, pattern in service.questions.items():
            if re.search(pattern, last, re.IGNORECASE) and name in caller.answers:
                return name
    return ""


async def _reply(brain: GroundedBrain, request: ModelRequest) -> tuple[str, list[ToolCall]]:
    outputs = [output async for output in brain.stream(request)]
    text = "".join(output.text for output in outputs if isinstance(output, TextDelta))
    return text, [output for output in outputs if isinstance(output, ToolCall)]


def measure(seed: int, count: int = CALLERS) -> Outcome:
    """Each service's share of right calls, and what a turn costs."""
    outcome = Outcome()
    everybody: list[Heard] = []
    for service in services():
        heard = [call(service, caller, seed + i) for i, caller in enumerate(callers(service, seed, count))]
        everybody += heard
        outcome.rows += _rows(service, heard)
    times = [one for heard in everybody for one in heard.turns_ms]
    outcome.rows.append(Row("wishes", "CPU of a turn", "ms", times, (Goal("p99", 50.0),)))
    return outcome


def _rows(service: Service, heard: Sequence[Heard]) -> list[Row]:
    name = f"{service.name} ({service.language})"
    right, wrong = sum(one.is_right for one in heard), sum(one.is_wrong for one in heard)
    return [
        share("wishes", f"{name}: the right call", right, len(heard), Goal("share", 90.0, is_least=True)),
        share("wishes", f"{name}: a wrong call", wrong, len(heard), Goal("share", 0.0)),
    ]
