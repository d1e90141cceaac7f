"""The local language model with a real engine and the smallest weights there are: load, stream, cancel, fail.

The weights (98 MB) are not fetched by the tests; `.ci/run` does it: `make local-llm`, `offhook models fetch smollm2`.
"""

import asyncio
import importlib.util
import sys
from pathlib import Path

import pytest

from offhook.errors import ConfigurationError, ProviderRefused, ProviderUnavailable
from offhook.settings import Settings
from offhook.speech.llm.local import MODELS, WAITING, Config, LocalModel, create
from offhook.speech.ports import Message, ModelOutput, ModelRequest, Setup, TextDelta, Usage

_FILE = Settings.from_environment().model_dir / "smollm2" / "model.gguf"
WEIGHTS = _FILE if _FILE.is_file() else None
needs_engine = pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None, reason="needs the engine: make local-llm"
)
needs_weights = pytest.mark.skipif(
    WEIGHTS is None or importlib.util.find_spec("xllamacpp") is None,
    reason="needs the engine (make local-llm) and its smallest weights (offhook models fetch smollm2)",
)

QUESTION = ModelRequest(
    (Message("system", "You are friendly."), Message("user", "Tell me a long story about the sea."))
)


def model(**config: object) -> LocalModel:
    assert WEIGHTS is not None
    return create(
        Config.model_validate({"file": WEIGHTS.name, "max_tokens": 12, "context_tokens": 512, **config}),
        Setup(base_dir=WEIGHTS.parent),
    )


async def whole(local: LocalModel, request: ModelRequest = QUESTION) -> list[ModelOutput]:
    return [output async for output in local.stream(request)]


def said(outputs: list[ModelOutput]) -> str:
    return "".join(output.text for output in outputs if isinstance(output, TextDelta))


@needs_weights
def test_a_reply_streams_and_is_counted() -> None:
    async def run() -> list[ModelOutput]:
        local = model()
        await local.prepare()
        outputs = await whole(local)
        assert said(await whole(local)) == said(outputs), "temperature 0 says the same again"
        await local.close()
        return outputs

    outputs = asyncio.run(run())
    assert len([output for output in outputs if isinstance(output, TextDelta)]) > 3, "word by word, not at the end"
    assert isinstance(outputs[-1], Usage)
    assert outputs[-1].tokens_out == 12
    assert outputs[-1].tokens_in > 10


@needs_weights
def test_a_closed_stream_frees_its_slot_long_before_the_reply_would_end() -> None:
    async def run() -> None:
        local = model(parallel=1, max_tokens=400)
        await local.prepare()
        stream = local.stream(QUESTION)
        assert isinstance(await anext(stream), TextDelta)
        await stream.aclose()
        # With one slot this only ends if the first reply was let go of.
        second = local.stream(ModelRequest((Message("user", "Say hello."),)))
        assert isinstance(await anext(second), TextDelta)
        await second.aclose()
        await local.close()

    asyncio.run(run())


@needs_weights
def test_replies_wait_for_a_slot_and_too_many_are_refused() -> None:
    async def run() -> None:
        local = model(parallel=1)
        await local.prepare()
        tasks = [asyncio.create_task(whole(local)) for _ in range(WAITING + 2)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(result, ProviderUnavailable) for result in results) == 1
        assert all(isinstance(result, list | ProviderUnavailable) for result in results)
        await local.close()

    asyncio.run(run())


@needs_weights
def test_what_does_not_fit_is_refused() -> None:
    async def run() -> None:
        local = model()
        await local.prepare()
        with pytest.raises(ProviderRefused, match="context size"):
            await whole(local, ModelRequest((Message("user", "7 " * 4000),)))
        assert said(await whole(local)), "the next reply is well"
        await local.close()

    asyncio.run(run())


@needs_engine
def test_weights_that_are_none_are_unavailable(tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"GGUF nothing")
    local = create(Config(file="bad.gguf"), Setup(base_dir=tmp_path))
    with pytest.raises(ProviderUnavailable, match=r"bad\.gguf could not be loaded"):
        asyncio.run(local.prepare())


@needs_engine
def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no\.gguf: llm\.file: there is no such file"):
        create(Config(file="no.gguf"), Setup(base_dir=tmp_path))
    with pytest.raises(ConfigurationError, match="make local-llm"):
        create(Config(), Setup())


def test_without_the_engine_one_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ConfigurationError, match="run `make local-llm`"):
        create(Config(), Setup())


def test_an_unloaded_model_is_unavailable() -> None:
    with pytest.raises(ProviderUnavailable, match="not loaded"):
        asyncio.run(whole(LocalModel(Config(), Path("none"))))


def test_an_own_file_needs_no_fetched_model() -> None:
    assert MODELS(Config()) == ("qwen-1.5b",)
    assert MODELS(Config(file="my.gguf")) == ()
