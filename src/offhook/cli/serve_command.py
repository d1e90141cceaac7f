"""`offhook serve`: the whole product in one process, until a signal ends it in order."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from offhook.errors import ProviderError
from offhook.settings import Secret, Settings, log_form
from offhook.web.safety import plain_address

if TYPE_CHECKING:
    from offhook.agents.model import Agent
    from offhook.call.live import LiveCalls
    from offhook.call.past import PastCalls
    from offhook.call.records.files import FileRecords
    from offhook.call.runtimes import Runtimes
    from offhook.platform.people_rows import Link
    from offhook.telephony.carriers.twilio_rest import TwilioRest
    from offhook.telephony.facts import CallFacts
    from offhook.telephony.line import Line
    from offhook.web.app import App
    from offhook.web.ports import Calls, Sentences

_LOG = logging.getLogger("offhook")
SWITCH_S: Final = 0.0005


def serve(
    agent: Annotated[
        Path | None, typer.Argument(help="An agent's file, AGENT.yaml: it answers whoever calls.", show_default=False)
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is every address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8080,
) -> None:
    """Run the server. SIGTERM, SIGHUP or Ctrl-C: no new calls, live ones finish; a second SIGTERM or Ctrl-C ends at
    once."""
    import uvloop

    from offhook.agents.load import load_team
    from offhook.checks.examination import examine, needed_by, require
    from offhook.cli.log import begin_log
    from offhook.cli.models_command import fetch_missing
    from offhook.platform.assembly import HEARING_MODELS
    from offhook.platform.checks import Mark

    begin_log(form=log_form())
    # Whatever the server writes is for its own user alone.
    os.umask(0o077)
    # What the owner has to mend is told before anything is fetched or loaded, all of it at once.
    for check in require(examine(agent, host, port, with_models=False)):
        if check.mark is Mark.NOTE:
            _LOG.warning("! %s", check)
    settings = Settings.from_environment()
    team = load_team(agent) if agent is not None else {}
    fetch_missing(tuple(dict.fromkeys((*needed_by(team), *HEARING_MODELS))), settings)
    for document in team.values():
        _LOG.info("= %s: loading %s, %s, %s", document.name, *_providers(document))
    # A thread that computes (end of turn, local speech) gives the interpreter back to the calls ten times as soon.
    sys.setswitchinterval(SWITCH_S)
    uvloop.run(serve_platform(settings, team, (host, port)))


@dataclass(frozen=True, slots=True)
class PageWish:
    """A page where a browser is the caller, on the same port."""

    key: Secret
    on_ready: Callable[[int], None]
    """Told the port when calls are taken, in place of the line in the log."""


async def serve_platform(settings: Settings, team: "Mapping[Path, Agent]", address: tuple[str, int]) -> None:
    """The product: database, API and calls on one port. The first of `team` answers numbers that belong to nobody.

    Raises `OffhookError`.
    """
    from offhook.api.app import mount_api
    from offhook.api.monitor import monitor_router
    from offhook.call.records.watched import WatchedRecords
    from offhook.platform.first import ensure_first
    from offhook.platform.platform import Platform
    from offhook.platform.traces import traced
    from offhook.web.app import create_app

    platform = await Platform.open(settings)
    rest, files = _rest(settings), _files(settings)
    records, traces = WatchedRecords(files), None
    try:
        if team:
            await platform.adopt(next(iter(team)))
        kept, traces = traced(records, settings)
        live, desk = platform.take_calls(kept, _lines(rest, settings), _past(settings, files))
        browsers = platform.browser_calls
        app = create_app(desk, settings, sentences=_sentences(team), records=records.state, browsers=browsers)
        app.include_router(monitor_router(platform))
        mount_api(app, platform)
        runtimes = platform.line_up.runtimes
        platform.backups.start()
        greet = _greeting(await ensure_first(platform), settings)
        serving = _Serving(app, desk, live, settings.drain_deadline_s, greet=greet)
        await _serve(serving, address, _load(runtimes, platform.first_keys()))
    finally:
        await platform.stop()
        if traces is not None:
            await asyncio.to_thread(traces.stop)
        if rest is not None:
            await rest.close()


def _greeting(link: "Link | None", settings: Settings) -> Callable[[int], None]:
    """One line for whoever has started it first. It goes to the terminal, not to the log: it opens the door."""

    def greet(port: int) -> None:
        if link is not None:
            address = link.at(settings.public_url or f"http://127.0.0.1:{port}")
            typer.echo(f"Sign in by this link, which works once and for a day: {address}")

    return greet


async def serve_agents(
    runtimes: "Runtimes", team: "Mapping[Path, Agent]", settings: Settings, address: tuple[str, int], page: PageWish
) -> None:
    """A page where one talks to the first of the agents, and nothing else. Raises `OffhookError`."""
    from offhook.call.live import Limits, LiveCalls
    from offhook.call.records.watched import WatchedRecords
    from offhook.telephony.tokens import Tokens
    from offhook.web.app import create_app
    from offhook.web.talk import Talk, TalkPage

    first = next(iter(team.values()))
    rest, records = _rest(settings), WatchedRecords(_files(settings))
    live = LiveCalls(
        runtimes,
        Limits(settings.max_calls, settings.max_loop_lag_ms / 1000, settings.max_calls_per_number),
        data_dir=settings.data_dir,
        records=records,
        lines=_lines(rest, settings),
        tokens=Tokens(settings.secret_key),
    )
    try:
        talk = Talk(live, records, TalkPage(page.key, first.name, first.language))
        app = create_app(live, settings, sentences=_sentences(team), records=records.state, talk=talk)
        serving = _Serving(app, live, live, 0.0, page.on_ready)
        await _serve(serving, address, _load(runtimes, [str(file) for file in team]))
    finally:
        await runtimes.close()
        if rest is not None:
            await rest.close()


@dataclass(frozen=True, slots=True)
class _Serving:
    app: "App"
    calls: "Calls"
    live: "LiveCalls"
    drain_deadline_s: float
    on_ready: Callable[[int], None] | None = None
    greet: Callable[[int], None] = lambda port: None
    """Told the port when calls are taken, beside the log."""


async def _serve(serving: _Serving, address: tuple[str, int], load: Coroutine[Any, Any, None]) -> None:
    """Listen, load, then take calls until a signal.

    Until then health says that it is starting, and callers hear that they should call again.
    """
    from offhook.web.server import Listening
    from offhook.web.server import serve as run_server

    host, port = address
    live = serving.live
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    health = f"http://{f'[{plain_address(host)}]' if ':' in host else host}:%d/healthz"

    def listens(port: int) -> None:
        bound.set_result(port)
        _LOG.info(f"= loading: {health}; callers are asked to call again until it is ready", port)

    def say_ready() -> None:
        live.watch_lag()
        live.open()
        if serving.on_ready is not None:
            serving.on_ready(bound.result())
        else:
            _LOG.info(f"= ready: {health}; Twilio calls %s", bound.result(), _webhook())
        serving.greet(bound.result())

    async def load_and_listen() -> None:
        await load
        await bound

    live.start_closed()
    try:
        listening = Listening(host, port, listens)
        server = asyncio.ensure_future(
            run_server(serving.app, serving.calls, listening, drain_deadline_s=serving.drain_deadline_s)
        )
        await _while_serving(server, load_and_listen(), say_ready)
    finally:
        live.stop()


def _rest(settings: Settings) -> "TwilioRest | None":
    from offhook.telephony.carriers.twilio_rest import TwilioRest

    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    return TwilioRest(sid, token, settings.twilio_base_url) if sid and token else None


def _files(settings: Settings) -> "FileRecords":
    from offhook.call.records.files import FileRecords
    from offhook.call.records.watch import Keeping

    # The folder is looked at while the agents are made ready.
    keeping = Keeping(days=settings.keep_days, low_bytes=settings.low_disk_mb * 1_000_000)
    return FileRecords(settings.data_dir, keeping=keeping)


def _past(settings: Settings, files: "FileRecords") -> "PastCalls":
    from offhook.call.past import PastCalls

    # Without signatures nothing is gained by it.
    return PastCalls() if settings.unsigned else PastCalls(settings.data_dir, files.writer)


def _lines(rest: "TwilioRest | None", settings: Settings) -> "Callable[[CallFacts], Line]":
    from offhook.telephony.browser import with_browsers
    from offhook.telephony.carriers.twilio_line import TwilioLines

    return with_browsers(TwilioLines(rest, settings.public_url))


def _sentences(team: "Mapping[Path, Agent]") -> "Sentences":
    from offhook.web.ports import Sentences

    if not team:
        return Sentences()
    first = next(iter(team.values()))
    sorry = first.script().failure_goodbye
    return Sentences(language=first.language, busy=sorry, apology=sorry)


async def _load(runtimes: "Runtimes", keys: Sequence[str]) -> None:
    """All of them, and for as long as the server runs: a caller who is handed over does not wait for models."""
    from offhook.checks.examination import VOICE_ADVICE
    from offhook.platform.assembly import knowledge_line
    from offhook.platform.checks import Check, Mark, NotReady

    try:
        agents = [await runtimes.acquire(key) for key in keys]
    except ProviderError as error:
        raise NotReady([Check(Mark.BAD, "a provider cannot be reached", str(error), VOICE_ADVICE)]) from error
    for ready in agents:
        if ready.facts is not None:
            _LOG.info("= %s: knows %s", ready.agent.name, knowledge_line(ready.agent, ready.facts))
    # What was loaded stays: to look at it again and again would stop all calls each time.
    gc.collect()
    gc.freeze()


async def _while_serving(
    serving: "asyncio.Future[None]", load: Coroutine[Any, Any, None], say_ready: Callable[[], None]
) -> None:
    """Load while the port is open already; whichever of the two fails ends both, and is what is raised."""
    loading = asyncio.ensure_future(load)
    try:
        await asyncio.wait({serving, loading}, return_when=asyncio.FIRST_COMPLETED)
        if not serving.done():
            await loading
            say_ready()
        await serving
    finally:
        for task in (loading, serving):
            task.cancel()
        await asyncio.gather(loading, serving, return_exceptions=True)


def _webhook() -> str:
    public_url = Settings.from_environment().public_url
    return f"{public_url}/twilio/voice" if public_url else "/twilio/voice at this server's address"


def _providers(agent: "Agent") -> tuple[str, str, str]:
    from offhook.speech.registry import Kind, provider_labels

    chosen = ((Kind.STT, agent.stt), (Kind.LLM, agent.llm), (Kind.TTS, agent.tts))
    hear, think, speak = (f"{kind} {', then '.join(provider_labels(kind, config))}" for kind, config in chosen)
    return hear, think, speak
