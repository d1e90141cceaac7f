"""`offhook serve`: the server for an agent, until a signal ends it in order."""

import asyncio
import gc
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from offhook.errors import ProviderError
from offhook.settings import Secret, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from offhook.agents.model import Agent
    from offhook.call.live import LiveCalls
    from offhook.call.past import PastCalls
    from offhook.call.records.port import Records
    from offhook.call.runtimes import Runtimes
    from offhook.telephony.carriers.twilio_rest import TwilioRest

_LOG = logging.getLogger("offhook")
SWITCH_S: Final = 0.0005


def serve(
    agent: Annotated[Path, typer.Argument(help="The agent's file, AGENT.yaml.", show_default=False)],
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is every address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8080,
) -> None:
    """Run the server for an agent. SIGTERM, SIGHUP or Ctrl-C: no new calls, live ones finish; a second SIGTERM or
    Ctrl-C ends at once."""
    import uvloop

    from offhook.agents.load import load_team
    from offhook.cli.assembly import runtimes_of
    from offhook.cli.checks import Mark
    from offhook.cli.examination import examine, needed_by, require
    from offhook.cli.log import begin_log
    from offhook.cli.models_command import fetch_missing

    begin_log()
    # Whatever the server writes is for its own user alone.
    os.umask(0o077)
    # What the owner has to mend is told before anything is fetched or loaded, all of it at once.
    for check in require(examine(agent, host, port, with_models=False)):
        if check.mark is Mark.NOTE:
            _LOG.warning("! %s", check)
    settings, team = Settings.from_environment(), load_team(agent)
    fetch_missing(needed_by(team), settings)
    for document in team.values():
        _LOG.info("= %s: loading %s, %s, %s", document.name, *_providers(document))
    # A thread that computes (end of turn, local speech) gives the interpreter back to the calls ten times as soon.
    sys.setswitchinterval(SWITCH_S)
    uvloop.run(serve_agents(runtimes_of(agent, settings), team, settings, (host, port)))


@dataclass(frozen=True, slots=True)
class PageWish:
    """A page where a browser is the caller, on the same port."""

    key: Secret
    on_ready: "Callable[[int], None]"
    """Told the port when calls are taken, in place of the line in the log."""


async def serve_agents(
    runtimes: "Runtimes",
    team: "Mapping[Path, Agent]",
    settings: Settings,
    address: tuple[str, int],
    page: PageWish | None = None,
) -> None:
    """Listen, make the agents ready, the first of which answers, then take calls until a signal.

    Until they are ready, health says so and callers hear that they should call again. Raises `OffhookError`.
    """
    from offhook.call.past import PastCalls
    from offhook.call.records.files import FileRecords
    from offhook.call.records.watch import Keeping
    from offhook.call.records.watched import WatchedRecords
    from offhook.telephony.carriers.twilio_rest import TwilioRest
    from offhook.web.app import create_app
    from offhook.web.ports import Sentences
    from offhook.web.server import Listening
    from offhook.web.server import serve as run_server
    from offhook.web.talk import Talk, TalkPage

    host, port = address
    first = next(iter(team.values()))
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    rest = TwilioRest(sid, token, settings.twilio_base_url) if sid and token else None
    # The folder is looked at while the agents are made ready.
    keeping = Keeping(days=settings.keep_days, low_bytes=settings.low_disk_mb * 1_000_000)
    files = FileRecords(settings.data_dir, keeping=keeping)
    records = WatchedRecords(files)
    # Without signatures nothing is gained by it, and simulated carriers may use an id again.
    past = PastCalls() if settings.unsigned else PastCalls(settings.data_dir, files.writer)
    live = _live_calls(runtimes, settings, records, rest, past)
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    health = f"http://{f'[{host}]' if ':' in host else host}:%d/healthz"

    def listens(port: int) -> None:
        bound.set_result(port)
        _LOG.info(f"= loading: {health}; callers are asked to call again until it is ready", port)

    def say_ready() -> None:
        live.watch_lag()
        live.open()
        if page is not None:
            page.on_ready(bound.result())
        else:
            _LOG.info(f"= ready: {health}; Twilio calls %s", bound.result(), _webhook(settings))

    try:
        sorry = first.script().failure_goodbye
        sentences = Sentences(language=first.language, busy=sorry, apology=sorry)
        talk = Talk(live, records, TalkPage(page.key, first.name, first.language)) if page else None
        app = create_app(live, settings, sentences=sentences, records=records.state, talk=talk)
        live.start_closed()
        listening = Listening(host, port, listens)
        serving = asyncio.ensure_future(
            run_server(app, live, listening, drain_deadline_s=0.0 if page else settings.drain_deadline_s)
        )
        await _while_serving(serving, _load(runtimes, [str(file) for file in team], bound), say_ready)
    finally:
        live.stop()
        await runtimes.close()
        if rest is not None:
            await rest.close()


def _live_calls(
    runtimes: "Runtimes", settings: Settings, records: "Records", rest: "TwilioRest | None", past: "PastCalls"
) -> "LiveCalls":
    from offhook.call.live import Limits, LiveCalls
    from offhook.telephony.browser import with_browsers
    from offhook.telephony.carriers.twilio_line import TwilioLines
    from offhook.telephony.tokens import Tokens

    return LiveCalls(
        runtimes,
        Limits(settings.max_calls, settings.max_loop_lag_ms / 1000, settings.max_calls_per_number),
        data_dir=settings.data_dir,
        records=records,
        lines=with_browsers(TwilioLines(rest, settings.public_url)),
        tokens=Tokens(settings.secret_key),
        past=past,
    )


async def _load(runtimes: "Runtimes", team: "Sequence[str]", bound: "asyncio.Future[int]") -> None:
    """All of them, and for as long as the server runs: a caller who is handed over does not wait for models."""
    from offhook.cli.assembly import knowledge_line
    from offhook.cli.checks import Check, Mark, NotReady
    from offhook.cli.examination import VOICE_ADVICE

    try:
        agents = [await runtimes.acquire(key) for key in team]
    except ProviderError as error:
        raise NotReady([Check(Mark.BAD, "a provider cannot be reached", str(error), VOICE_ADVICE)]) from error
    for ready in agents:
        if ready.facts is not None:
            _LOG.info("= %s: knows %s", ready.agent.name, knowledge_line(ready.agent, ready.facts))
    # What was loaded stays: to look at it again and again would stop all calls each time.
    gc.collect()
    gc.freeze()
    await bound


async def _while_serving(
    serving: "asyncio.Future[None]", load: "Coroutine[Any, Any, None]", say_ready: "Callable[[], None]"
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


def _webhook(settings: Settings) -> str:
    return f"{settings.public_url}/twilio/voice" if settings.public_url else "/twilio/voice at this server's address"


def _providers(agent: "Agent") -> tuple[str, str, str]:
    from offhook.speech.registry import Kind, provider_labels

    chosen = ((Kind.STT, agent.stt), (Kind.LLM, agent.llm), (Kind.TTS, agent.tts))
    hear, think, speak = (f"{kind} {', then '.join(provider_labels(kind, config))}" for kind, config in chosen)
    return hear, think, speak
