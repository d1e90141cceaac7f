"""An end-of-turn model that knows the truth from the tape, and may be told to be wrong."""

import asyncio
import random
from typing import Final

from offhook.speech.scripted.tape import last_frame

DONE: Final = 0.95
GOING_ON: Final = 0.05


class ScriptedTurnModel:
    """The `TurnModel` port: 0.95 after a word that ends the turn, else 0.05; the other way round at `error_rate`."""

    def __init__(self, *, latency_s: float = 0.03, error_rate: float = 0.0, seed: int = 0) -> None:
        self._latency_s = latency_s
        self._error_rate = error_rate
        self._chance = random.Random(seed)

    async def prepare(self) -> None:
        """Nothing to load."""

    async def predict(self, audio: bytes) -> float:
        """Probability that the caller is done; audio without any words counts as not done."""
        said = last_frame(audio)
        is_done = said is not None and said.ends_turn
        if self._chance.random() < self._error_rate:
            is_done = not is_done
        await asyncio.sleep(self._latency_s)
        return DONE if is_done else GOING_ON

    async def close(self) -> None:
        """Nothing to let go of."""
