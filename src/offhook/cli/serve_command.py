"""`offhook serve`: the whole product in one process, until a signal ends it in order."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
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
    from offhook.cli.workers import Place
    from offhook.telephony.carriers.twilio_rest import TwilioRest
    from offhook.telephony.facts import CallFacts
    from offhook.telephony.line import Line
    from offhook.web.app import App
    from offhook.web.ports import Calls, Sentences
    from offhook.web.server import Listening

_LOG = logging.getLogger("offhook")
SWITCH_S: Final = 0.0005
COLLECTED: Final = (2_000, 10, 200)
"""The oldest objects are looked at for cycles some fifty times more seldom than is usual: with a hundred calls that
stops all of them for 40 ms, and what ends a call leaves no cycles that are worth it."""


def serve(
    agent: Annotated[
        Path | None, typer.Argument(help="An agent's file, AGENT.yaml: it answers whoever calls.", show_default=False)
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is every address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8080,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="So many processes behind the port; several need PostgreSQL.")
    ] = 1,
    worker: Annotated[str, typer.Option(hidden=True)] = "",
) -> None:
    """Run the server. SIGTERM, SIGHUP or Ctrl-C: no new calls, live ones finish; a second SIGTERM or Ctrl-C ends at
    once."""
    import uvloop

    from offhook.agents.load import load_team
    from offhook.checks.examination import examine, needed_by, require
    from offhook.cli.first_start import fetch_for_samples, is_first_start
    from offhook.cli.log import begin_log
    from offhook.cli.models_command import fetch_missing
    from offhook.cli.workers import Place, require_several
    from offhook.platform.assembly import HEARING_MODELS
    from offhook.platform.checks import Mark
    from offhook.web.server import Listening

    begin_log(worker=Place.read(worker).number if worker else 0, form=log_form())
    # Whatever the server writes is for its own user alone.
    os.umask(0o077)
    sys.setswitchinterval(SWITCH_S)
    if worker:
        _serve_worker(agent, Place.read(worker))
        return
    if workers > 1:
        require_several(Settings.from_environment())
    # What the owner has to mend is told before anything is fetched or loaded, all of it at once.
    checks = require(examine(agent, host, port, with_models=False))
    settings = Settings.from_environment()
    is_first = agent is None and is_first_start(settings)
    for check in checks:
        # A first start is there to be looked at: what a real number needs is asked for in its own time.
        if check.mark is Mark.NOTE and not is_first:
            _LOG.warning("! %s", check)
    team = load_team(agent) if agent is not None else {}
    fetch_missing(tuple(dict.fromkeys((*needed_by(team), *HEARING_MODELS))), settings)
    if is_first and settings.samples:
        fetch_for_samples(settings)
    for document in team.values():
        _LOG.info("= %s: loading %s, %s, %s", document.name, *_providers(document))
    if workers > 1:
        _serve_several(agent, Listening(host, port), workers, settings)
    uvloop.run(serve_platform(settings, team, Listening(host, port)))


def _serve_several(agent: Path | None, listening: "Listening", workers: int, settings: Settings) -> None:
    from offhook.cli.workers import command_of, serve_workers
    from offhook.web.server import bind

    with bind(listening) as port:
        health = _health(listening.host) % port.getsockname()[1]
        command = command_of(["serve", *([str(agent)] if agent is not None else [])])
        raise typer.Exit(serve_workers(command, port, workers, settings, health))


def _serve_worker(agent: Path | None, place: "Place") -> None:
    """One of several: all was looked at by the process that starts them."""
    import uvloop

    from offhook.agents.load import load_team
    from offhook.web.server import Listening

    settings = Settings.from_environment()
    team = load_team(agent) if agent is not None else {}
    port = place.socket()
    host, number = port.getsockname()[:2]
    uvloop.run(serve_platform(settings, team, Listening(host, number, bound=port), place))


@dataclass(frozen=True, slots=True)
class PageWish:
    """A page where a browser is the caller, on the same port."""

    key: Secret
    on_ready: Callable[[int], None]
    """Told the port when calls are taken, in place of the line in the log."""


async def serve_platform(
    settings: Settings, team: "Mapping[Path, Agent]", listening: "Listening", place: "Place | None" = None
) -> None:
    """The product: database, API and calls on one port. The first of `team` answers numbers that belong to nobody.
    With a `place` this is one of several processes behind it. Raises `OffhookError`.
    """
    from offhook.api.app import ROOT, mount_api
    from offhook.api.monitor import monitor_router
    from offhook.call.records.watched import WatchedRecords
    from offhook.cli.first_start import greeting
    from offhook.platform.first import ensure_first
    from offhook.platform.platform import Platform
    from offhook.platform.traces import traced
    from offhook.web.app import create_app
    from offhook.web.dashboard import Dashboard
    from offhook.web.server import Listening, bind

    platform = await Platform.open(settings)
    rest, files = _rest(settings), _files(settings)
    records, traces = WatchedRecords(files), None
    try:
        if team:
            await platform.adopt(next(iter(team)))
        else:
            await platform.first_workspace(with_samples=settings.samples)
        kept, traces = traced(records, settings)
        live, desk = platform.take_calls(kept, platform.clients.lines(rest), _past(settings, files))
        elsewhere = platform.elsewhere
        assert elsewhere is not None
        app = create_app(
            desk, settings, sentences=_sentences(team), records=records.state,
            tokens=platform.clients.tokens, placed=platform.placing, browsers=platform.browser_calls,
            sockets_below=ROOT, elsewhere=elsewhere,
            dashboard=await asyncio.to_thread(Dashboard.read, has_issuer=platform.issuer is not None),
        )  # fmt: skip
        app.include_router(monitor_router(platform))
        mount_api(app, platform)
        app.state.on_drained.append(platform.end_streams)
        private = None
        if platform.bus.kind != "none":
            private = bind(Listening(settings.process_host, 0))
            elsewhere.address = (settings.process_host, private.getsockname()[1])
            live.hand_on = app.state.media_door.relays.take
        await platform.start(address="{}:{}".format(*elsewhere.address) if elsewhere.address is not None else "")
        platform.backups.start()
        serving = _Serving(app, desk, live, settings.drain_deadline_s)
        if place is None or place.number == 1:
            # One link a start: each takes the place of the one before.
            serving = replace(serving, greet=greeting(await ensure_first(platform), settings, platform.samples.start))
        if place is not None:
            serving = replace(serving, on_ready=_worker_ready(place, platform.processes.id))
        await _serve(
            serving, replace(listening, private=private), _load(platform.line_up.runtimes, platform.first_keys())
        )
    finally:
        await platform.stop()
        if traces is not None:
            await asyncio.to_thread(traces.stop)
        if rest is not None:
            await rest.close()


async def serve_agents(
    runtimes: "Runtimes", team: "Mapping[Path, Agent]", settings: Settings, address: tuple[str, int], page: PageWish
) -> None:
    """A page where one talks to the first of the agents, and nothing else. Raises `OffhookError`."""
    from offhook.call.live import Limits, LiveCalls
    from offhook.call.records.watched import WatchedRecords
    from offhook.telephony.tokens import Tokens
    from offhook.web.app import create_app
    from offhook.web.server import Listening
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
        await _serve(serving, Listening(*address), _load(runtimes, [str(file) for file in team]))
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


async def _serve(serving: _Serving, listening: "Listening", load: Coroutine[Any, Any, None]) -> None:
    """Listen, load, then take calls until a signal.

    Until then health says that it is starting, and callers hear that they should call again.
    """
    from offhook.web.server import serve as run_server

    live = serving.live
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    health = _health(listening.host)

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
        told = replace(listening, on_ready=listens)
        server = asyncio.ensure_future(
            run_server(serving.app, serving.calls, told, drain_deadline_s=serving.drain_deadline_s)
        )
        await _while_serving(server, load_and_listen(), say_ready)
    finally:
        live.stop()


def _health(host: str) -> str:
    return f"http://{f'[{plain_address(host)}]' if ':' in host else host}:%d/healthz"


def _worker_ready(place: "Place", process_id: str) -> Callable[[int], None]:
    def ready(port: int) -> None:
        _LOG.info("= worker %d is ready: pid %d, %s", place.number, os.getpid(), process_id)
        place.say_ready()

    return ready


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
    gc.set_threshold(*COLLECTED)


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
