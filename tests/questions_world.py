"""Questions to businesses whose facts were written first, and how the grounded brain's answers are judged."""

import asyncio
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from pathlib import Path
from typing import Final

from offhook.knowledge.search import load_knowledge
from offhook.speech.llm.grounded import GroundedBrain
from offhook.speech.llm.grounded_languages import language_for
from offhook.speech.ports import Message, ModelRequest, TextDelta
from tests.grounded_world import MINILM

FOLDER: Final = Path(__file__).parent / "questions"
FIRST: Final = "pizza"
NAMES: Final = ("garage", "museum", "tierarzt")
UNSEEN: Final = ("cleaner", "friseur")
"""Written after the brain had been mended on the others; `later` in their files was asked when it was mended again."""
STRANGERS: Final = ("vet", "drivingschool", "furniture", "tierpraxis", "fahrschule", "moebelhaus")
"""Of kinds that were new to the brain, by somebody who had not seen it; `later` in their files was asked afterwards."""
TODAY: Final = date(2026, 11, 28)


class Verdict(Enum):
    """Of one answer."""

    RIGHT = auto()
    """It holds all that was to be said; for what the facts do not tell, that it is not known."""
    PARTLY = auto()
    HONEST = auto()
    """It is not known, although the facts tell it."""
    WRONG = auto()


@dataclass(frozen=True)
class Judged:
    """A question, its answer, and what it is worth."""

    question: str
    answer: str
    wanted: Sequence[str]
    verdict: Verdict


def judge_all(name: str, *, model: bool, part: str = "asked") -> list[Judged]:
    """All questions of a part of a business's file; `model`: with the embedding model beside the words."""
    document = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    language = language_for(document["language"])
    facts = load_knowledge([f"{name}.md"], FOLDER, MINILM if model else None, document["language"])
    brain = GroundedBrain(language, facts, name, lambda: TODAY)
    say = language.sentences
    sorry = (say.unknown, say.cannot)
    judged = []
    for asked in document[part]:
        answer = asyncio.run(_answer(brain, asked["question"]))
        wanted = asked["answer"]
        hits = sum(part.casefold() in answer.casefold() for part in wanted)
        if not wanted:
            verdict = Verdict.RIGHT if answer.startswith(sorry) else Verdict.WRONG
        elif hits == len(wanted):
            verdict = Verdict.RIGHT
        elif answer.startswith(sorry):
            verdict = Verdict.HONEST
        else:
            verdict = Verdict.PARTLY if hits else Verdict.WRONG
        judged.append(Judged(asked["question"], answer, wanted, verdict))
    return judged


def answer_of(name: str, question: str) -> str:
    """What a business's brain says to one question."""
    document = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    facts = load_knowledge([f"{name}.md"], FOLDER, MINILM, document["language"])
    return asyncio.run(_answer(GroundedBrain(language_for(document["language"]), facts, name, lambda: TODAY), question))


async def _answer(brain: GroundedBrain, question: str) -> str:
    request = ModelRequest((Message("system", ""), Message("user", question)))
    return "".join([output.text async for output in brain.stream(request) if isinstance(output, TextDelta)])
