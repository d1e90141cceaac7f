"""The end-of-turn model in worker threads: with a judge that the test holds, and with the real model."""

import asyncio
import os
import sys
import threading
from pathlib import Path

import pytest

from offhook.errors import ConfigurationError, ProviderUnavailable
from offhook.speech import turn_models
from offhook.speech.model_files import ModelStore
from offhook.speech.turn_models import SmartTurnPool

STORE = ModelStore(Path.home() / ".cache/offhook/models")
MODEL = STORE.root / "smart-turn" / "smart-turn.onnx"
needs_model = pytest.mark.skipif(
    bool(STORE.missing(["smart-turn"])), reason="needs a model: `offhook models fetch smart-turn`"
)


class Judge:
    def __init__(self) -> None:
        self.asked: list[int] = []
        self.go = threading.Event()

    def probability(self, ulaw: bytes) -> float:
        self.asked.append(len(ulaw))
        assert self.go.wait(10)
        if ulaw == b"fail":
            raise RuntimeError("broken")
        return 0.75


async def pool_of(judge: Judge, monkeypatch: pytest.MonkeyPatch, longest_queue: int = 2) -> SmartTurnPool:
    pool = SmartTurnPool(Path("none"), longest_queue=longest_queue)

    def load() -> Judge:
        pool._errors = (RuntimeError,)
        return judge

    monkeypatch.setattr(pool, "_load", load)
    await pool.prepare()
    return pool


def test_requests_beyond_the_queue_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        judge = Judge()
        pool = await pool_of(judge, monkeypatch)
        waiting = [asyncio.ensure_future(pool.predict(b"a")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(ProviderUnavailable, match="behind"):
            await pool.predict(b"b")
        judge.go.set()
        assert await asyncio.gather(*waiting) == [0.75, 0.75]
        assert await pool.predict(b"c" * 100_000) == 0.75
        assert judge.asked == [1, 1, 64_000]
        await pool.close()

    asyncio.run(main())


def test_a_cancelled_request_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        judge = Judge()
        pool = await pool_of(judge, monkeypatch)
        first = asyncio.ensure_future(pool.predict(b"a"))
        second = asyncio.ensure_future(pool.predict(b"bb"))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        judge.go.set()
        assert await first == 0.75
        assert await pool.predict(b"ccc") == 0.75
        assert judge.asked == [1, 3]
        await pool.close()

    asyncio.run(main())


def test_a_failure_is_a_provider_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        judge = Judge()
        judge.go.set()
        pool = await pool_of(judge, monkeypatch)
        with pytest.raises(ProviderUnavailable, match="broken"):
            await pool.predict(b"fail")
        await pool.close()
        with pytest.raises(ProviderUnavailable, match="not ready"):
            await pool.predict(b"a")

    asyncio.run(main())


def test_what_has_waited_too_long_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        monkeypatch.setattr(turn_models, "LONGEST_WAIT_S", 0.05)
        judge = Judge()
        pool = await pool_of(judge, monkeypatch)
        first, second = (asyncio.ensure_future(pool.predict(audio)) for audio in (b"a", b"bb"))
        await asyncio.sleep(0.1)
        judge.go.set()
        assert await first == 0.75, "what is being computed is finished"
        with pytest.raises(ProviderUnavailable, match="late"):
            await second
        assert await pool.predict(b"ccc") == 0.75
        assert judge.asked == [1, 3]
        await pool.close()

    asyncio.run(main())


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own")
def test_the_model_stands_back_behind_the_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    class Niceness(Judge):
        def probability(self, ulaw: bytes) -> float:
            return float(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    async def main() -> None:
        pool = await pool_of(Niceness(), monkeypatch)
        before = os.getpriority(os.PRIO_PROCESS, 0)
        assert await pool.predict(b"a") == turn_models.NICE
        assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before
        await pool.close()

    asyncio.run(main())


@needs_model
def test_the_model_judges() -> None:
    async def main() -> None:
        pool = SmartTurnPool(MODEL)
        await pool.prepare()
        assert 0.0 <= await pool.predict(b"\xff" * 16_000) <= 1.0
        await pool.close()

    asyncio.run(main())


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"not a model")
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        asyncio.run(SmartTurnPool(tmp_path / "m.onnx").prepare())
