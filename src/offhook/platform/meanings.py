"""Where questions lie among others: looked up by the model that facts are found with, behind the calls.

It is loaded with the first question that nobody could answer, and kept. Without it questions are compared by their
words alone.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from offhook.knowledge.embed import Embedder
from offhook.platform.assembly import MEANING_MODEL
from offhook.platform.call_owed import Unanswered
from offhook.platform.same_question import asked_in, kept
from offhook.settings import Settings
from offhook.speech.model_files import ModelStore, Sources, State

MOST: Final = 25
"""Of one call: a tenth of a second's work. Further ones are compared by their words."""
_LOG: Final = logging.getLogger("offhook.records")


@dataclass(slots=True)
class Meanings:
    """Of this process. Used by one thread at a time."""

    settings: Settings
    _embedder: Embedder | None = field(default=None, init=False)
    _is_broken: bool = field(default=False, init=False)

    def placed(self, questions: Sequence[Unanswered]) -> list[Unanswered]:
        """The same questions, with what they mean where that can be told. Blocks, for some milliseconds each."""
        try:
            embedder = self._model() if questions and not self._is_broken else None
            if embedder is None:
                return list(questions)
            points = embedder.embed([asked_in(one.text) for one in questions[:MOST]])
        except Exception:  # Whatever a model's file does to its library, it costs no record its folding.
            self._is_broken = True
            _LOG.exception("the model %s cannot be used: questions are compared by their words", MEANING_MODEL)
            return list(questions)
        known = [
            replace(one, meaning=kept(point, embedder.name)) for one, point in zip(questions, points, strict=False)
        ]
        return [*known, *questions[MOST:]]

    def _model(self) -> Embedder | None:
        if self._embedder is None:
            store = ModelStore(self.settings.model_dir, cast("Sources", self.settings.model_sources))
            if store.state(MEANING_MODEL) is State.READY:
                self._embedder = Embedder(store.path(MEANING_MODEL))
        return self._embedder
