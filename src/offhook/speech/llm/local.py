"""A language model on this machine: Qwen2.5-Coder 1.5B through llama.cpp (`xllamacpp`), with `make local-llm`.

The engine also opens an HTTP listener on 127.0.0.1 at a free port; it is locked with a key that nobody is told.
"""

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from offhook.errors import ConfigurationError, ProtocolViolation, ProviderRefused, ProviderUnavailable
from offhook.speech.llm.history import to_continue
from offhook.speech.llm.local_chat import CHARS_PER_TOKEN, CHAT_TEMPLATE, AnswerReader, chat
from offhook.speech.llm.thoughts import Thoughts
from offhook.speech.ports import ModelOutput, ModelRequest, ProviderConfig, Setup, TextDelta, Usage

WAITING: Final = 8
"""Replies that may wait for a free slot; a caller behind more than that is better off with an apology."""
MODEL: Final = "qwen-1.5b"

Post = Callable[[dict[str, Any] | Exception | None], None]


class Config(ProviderConfig):
    """The local language model."""

    provider: Literal["local"] = "local"
    model: Literal["qwen-1.5b"] = Field(default=MODEL, description="Which model of `offhook models`.")
    file: str = Field(default="", description="A GGUF file beside the agent's file, in place of the model.")
    parallel: int = Field(default=2, ge=1, le=16, description="Replies at the same time; each keeps its own memory.")
    threads: int = Field(default=2, ge=1, le=64, description="Processor threads for all of them.")
    context_tokens: int = Field(default=4096, ge=512, le=32_768, description="Longest conversation of one call.")
    max_tokens: int = Field(default=160, ge=8, le=1024, description="Longest reply.")
    temperature: float = Field(default=0.0, ge=0.0, le=2.0, description="0: always the likeliest words.")


KEYS: tuple[str, ...] = ()


def MODELS(config: Config) -> tuple[str, ...]:  # noqa: N802 - the registry's name for it
    """An own file needs no fetched model."""
    return () if config.file else (config.model,)


def create(config: Config, setup: Setup) -> "LocalModel":
    """The model of an agent. Raises `ConfigurationError` when the engine or the weights are not here."""
    try:
        import xllamacpp  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise ConfigurationError(
            "the local language model is not installed: run `make local-llm`", field="llm.provider"
        ) from error
    return LocalModel(config, _weights(config, setup))


def _weights(config: Config, setup: Setup) -> Path:
    if config.file:
        path = setup.base_dir / config.file
    elif setup.model_dir is None:
        raise ConfigurationError("the local language model is not fetched: run `make local-llm`", field="llm.model")
    else:
        path = setup.model_dir(config.model) / "model.gguf"
    if not path.is_file():
        raise ConfigurationError("there is no such file", file=str(path), field="llm.file", expected="a GGUF model")
    return path


class LocalModel:
    """See `offhook.speech.ports.LanguageModel`. One engine with `parallel` slots serves all calls of the agent."""

    def __init__(self, config: Config, weights: Path) -> None:
        self._config = config
        self._weights = weights
        self._server: Any = None
        self._pool: ThreadPoolExecutor | None = None
        self._waiting = 0
        self._slots = asyncio.Semaphore(config.parallel)
        self._running: set[threading.Event] = set()

    async def prepare(self) -> None:
        """Load the weights (seconds) and run every slot once. Raises `ProviderUnavailable`."""
        self._pool = ThreadPoolExecutor(self._config.parallel, thread_name_prefix="local-llm")
        loop = asyncio.get_running_loop()
        self._server = await loop.run_in_executor(self._pool, self._load)
        warm_up = {"messages": [{"role": "user", "content": "Hello."}], "max_tokens": 1, "stream": True}
        runs = (loop.run_in_executor(self._pool, self._complete, dict(warm_up), lambda _: None, threading.Event())
                for _ in range(self._config.parallel))  # fmt: skip
        await asyncio.gather(*runs)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        """The reply as it is made. Raises `ProviderUnavailable` when too many wait, or the engine fails."""
        if self._server is None or self._pool is None:
            raise ProviderUnavailable("the local language model is not loaded", provider="local")
        if self._waiting >= WAITING:
            raise ProviderUnavailable("the local language model is busy", provider="local")
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        chunks: asyncio.Queue[dict[str, Any] | Exception | None] = asyncio.Queue()
        stopped = threading.Event()
        self._start(self._body(request), chunks, stopped)
        reader, thoughts, usage = AnswerReader(), Thoughts(), Usage(0, 0)
        try:
            while (chunk := await chunks.get()) is not None:
                if isinstance(chunk, Exception):
                    raise ProviderUnavailable(f"the local language model failed: {chunk}", provider="local") from chunk
                usage = _usage(chunk, usage)
                if said := reader.feed(thoughts.feed(_text(chunk))):
                    yield TextDelta(said)
            if said := reader.feed(thoughts.finish(is_cut=False)):
                yield TextDelta(said)
            rest, calls, is_garbled = reader.finish(f"local-{len(request.messages)}")
            if rest:
                yield TextDelta(rest)
            for call in calls:
                yield call
            if is_garbled:
                raise ProtocolViolation("the model began a tool call and did not finish it", provider="local")
            yield usage
        finally:
            # The engine asks at its next token, and lets go of the slot then.
            stopped.set()

    async def close(self) -> None:
        """Unload; replies that still run end at their next token."""
        pool, self._pool = self._pool, None
        for stopped in self._running:
            stopped.set()
        if pool is not None:
            await asyncio.to_thread(pool.shutdown)
        self._server = None

    # ── in the worker's thread ───────────────────────────────────────────────────────────────────────────────

    def _start(
        self,
        body: dict[str, Any],
        chunks: "asyncio.Queue[dict[str, Any] | Exception | None]",
        stopped: threading.Event,
    ) -> None:
        assert self._pool is not None
        loop = asyncio.get_running_loop()

        def post(chunk: dict[str, Any] | Exception | None) -> None:
            # The loop may be gone when the process ends in the middle of a reply.
            if not loop.is_closed():
                loop.call_soon_threadsafe(chunks.put_nowait, chunk)

        running = loop.run_in_executor(self._pool, partial(self._complete, body, post, stopped))
        self._running.add(stopped)

        def done(_: object) -> None:
            # The slot is free when the thread is, not when the caller has turned away.
            self._running.discard(stopped)
            self._slots.release()

        running.add_done_callback(done)

    def _load(self) -> Any:
        import xllamacpp

        config, params = self._config, xllamacpp.CommonParams()
        params.model.path = str(self._weights)
        params.n_parallel = config.parallel
        params.n_ctx = config.context_tokens * config.parallel
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = config.threads
        params.chat_template = CHAT_TEMPLATE
        params.warmup = True
        params.verbosity = -1
        params.api_keys = [secrets.token_hex(32)]
        try:
            return xllamacpp.Server(params)
        except RuntimeError as error:
            raise ProviderUnavailable(f"{self._weights} could not be loaded: {error}", provider="local") from error

    def _complete(self, body: dict[str, Any], post: Post, stopped: threading.Event) -> None:
        """One reply, start to end; posts its chunks, or what went wrong, and then None."""

        def on_part(chunk: Any) -> bool:
            for one in _chunks(chunk):
                post(one)
            return stopped.is_set()

        try:
            self._server.handle_chat_completions(body, on_part)
        except (RuntimeError, ValueError, TypeError) as error:
            post(error)
        post(None)

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        config = self._config
        budget = (config.context_tokens - config.max_tokens) * CHARS_PER_TOKEN
        return {
            "messages": chat(to_continue(request), request.tools if request.may_call else (), budget),
            "max_tokens": config.max_tokens,
            "temperature": config.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
            "cache_prompt": True,
        }


def _chunks(chunk: Any) -> list[dict[str, Any]]:
    """The engine gives text, bytes, an object, or a list of them."""
    if isinstance(chunk, str | bytes):
        try:
            chunk = json.loads(chunk)
        except (ValueError, RecursionError):
            return []
    return [one for one in (chunk if isinstance(chunk, list) else [chunk]) if isinstance(one, dict)]


def _text(chunk: dict[str, Any]) -> str:
    if isinstance(error := chunk.get("error"), dict):
        message = str(error.get("message", "error"))
        if str(error.get("code", "")).startswith("4"):
            raise ProviderRefused(f"the local language model refused: {message}", provider="local")
        raise ProviderUnavailable(f"the local language model failed: {message}", provider="local")
    deltas = (choice.get("delta") or {} for choice in chunk.get("choices") or [])
    return "".join(delta.get("content") or "" for delta in deltas)


def _usage(chunk: dict[str, Any], before: Usage) -> Usage:
    usage = chunk.get("usage")
    if not isinstance(usage, dict):
        return before
    return Usage(int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0)))
