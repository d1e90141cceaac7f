"""Two equal requests in virtual time: who is first wins, the other is gone at once."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from offhook import clock
from offhook.errors import ProviderError, ProviderUnavailable
from offhook.simulator.virtual import run_virtual
from offhook.speech.fallback import LlmBlock, Member
from offhook.speech.fallback_model import HEDGE_SAMPLES, FallbackModel
from offhook.speech.health import HealthBoard
from offhook.speech.ports import LanguageModel, Message, ModelOutput, ModelRequest, TextDelta, Usage

ASKED = ModelRequest((Message("user", "Well?"),))


@dataclass
class TimedModel:
    """Its nth request begins after the nth wait, or fails then when the wait is negative."""

    waits_s: list[float]
    requests: int = 0
    running: int = 0
    begun_at: float = 0.0
    log: list[str] = field(default_factory=list)

    async def prepare(self) -> None: ...

    async def close(self) -> None: ...

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        self.requests += 1
        self.running += 1
        self.begun_at = self.begun_at or clock.now()
        number, wait_s = self.requests, self.waits_s[self.requests - 1]
        try:
            await asyncio.sleep(abs(wait_s))
            if wait_s < 0:
                raise ProviderUnavailable("gone", provider="timed")
            for word in (f"request {number} ", "answers."):
                await asyncio.sleep(0.01)
                yield TextDelta(word)
            yield Usage(10, 2)
        finally:
            self.running -= 1
            self.log.append(f"{number} over after {clock.now() - self.begun_at:.2f}")


def run(waits_s: list[float], check: Callable[[FallbackModel, TimedModel], Awaitable[None]], **block: object) -> None:
    async def main() -> None:
        timed = TimedModel(waits_s)
        member: Member[LanguageModel] = Member("timed", timed, HealthBoard().of("timed", "llm", "timed"))
        model = FallbackModel([member], LlmBlock.model_validate({"hedge": True, "hedge_after_s": 0.5, **block}))
        await model.prepare()
        await check(model, timed)
        assert timed.running == 0
        assert len(asyncio.all_tasks()) == 1, "nothing is left behind"

    run_virtual(main())


async def ask(model: FallbackModel) -> tuple[str, Usage, float]:
    """What was said, what it cost, and when the first word came."""
    begun_at, first_s, text, usage = clock.now(), 0.0, "", Usage(0, 0)
    async for output in model.stream(ASKED):
        if isinstance(output, TextDelta):
            first_s = first_s or clock.now() - begun_at
            text += output.text
        elif isinstance(output, Usage):
            usage = output
    return text, usage, first_s


def test_a_quick_reply_is_asked_for_once() -> None:
    async def check(model: FallbackModel, timed: TimedModel) -> None:
        text, usage, first_s = await ask(model)
        assert (text, usage) == ("request 1 answers.", Usage(10, 2)) and first_s == pytest.approx(0.31)
        assert timed.requests == 1

    run([0.3], check)


def test_the_quicker_of_two_wins_and_the_other_is_gone_at_once() -> None:
    async def check(model: FallbackModel, timed: TimedModel) -> None:
        text, usage, first_s = await ask(model)
        assert text == "request 2 answers." and first_s == pytest.approx(0.71)
        assert timed.log == ["1 over after 0.71", "2 over after 0.72"]
        assert usage == Usage(20, 2, wasted=10), "both were read by the vendor, one was used"

    run([5.0, 0.2], check)


def test_the_first_may_win_after_all() -> None:
    async def check(model: FallbackModel, timed: TimedModel) -> None:
        text, usage, first_s = await ask(model)
        assert text == "request 1 answers." and first_s == pytest.approx(0.61)
        assert usage.wasted == 10 and timed.requests == 2

    run([0.6, 3.0], check)


@pytest.mark.parametrize("waits_s", [[0.9, -0.1], [-0.7, 0.5]])
def test_an_error_of_one_is_none_while_the_other_runs(waits_s: list[float]) -> None:
    async def check(model: FallbackModel, timed: TimedModel) -> None:
        text, _, _ = await ask(model)
        assert text.endswith("answers.") and timed.requests == 2

    run(waits_s, check)


def test_two_that_fail_are_one_failure() -> None:
    async def check(model: FallbackModel, timed: TimedModel) -> None:
        with pytest.raises(ProviderError, match="gone"):
            await ask(model)
        assert timed.requests == 4, "the hedge of two, and both once more"

    run([-0.7, -0.7, -0.7, -0.7], check)


def test_enough_replies_tell_what_is_late() -> None:
    waits_s = [0.1] * 14 + [0.2] * (HEDGE_SAMPLES - 14)

    async def check(model: FallbackModel, timed: TimedModel) -> None:
        for _ in waits_s:
            await ask(model)
        text, _, first_s = await ask(model)
        assert text == f"request {HEDGE_SAMPLES + 2} answers."
        assert first_s == pytest.approx(0.21 + 0.11), "asked again when three of four would have begun"

    run([*waits_s, 9.0, 0.1], check)


def test_a_reply_that_nobody_wants_stops_both() -> None:
    async def check(model: FallbackModel, timed: TimedModel) -> None:
        asking = asyncio.create_task(ask(model))
        await asyncio.sleep(0.6)
        assert timed.running == 2
        asking.cancel()
        await asyncio.wait({asking})
        assert asking.cancelled() and timed.running == 0

    run([5.0, 5.0], check)


def test_it_is_off_unless_the_owner_wants_it() -> None:
    async def check(model: FallbackModel, timed: TimedModel) -> None:
        assert (await ask(model))[2] == pytest.approx(1.41) and timed.requests == 1

    run([1.4], check, hedge=False)
