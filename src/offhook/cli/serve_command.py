"""`offhook serve`: the server for an agent, until a signal ends it in order."""

import gc
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from offhook import clock
from offhook.settings import Secret, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from offhook.agents.model import Agent
    from offhook.call.runtimes import Runtimes

_LOG = logging.getLogger("offhook")
SWITCH_S: Final = 0.0005


def serve(
    agent: Annotated[Path, typer.Argument(help="The agent's file, AGENT.yaml.", show_default=False)],
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is every address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8080,
) -> None:
    """Run the server for an agent. SIGTERM or Ctrl-C: no new calls, live ones finish; a second one ends at once."""
    import uvloop

    from offhook.agents.load import load_team
    from offhook.cli.assembly import blocks_of, runtimes_of
    from offhook.speech.catalogue import config_warnings

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    settings = Settings.from_environment()
    team = load_team(agent)
    for document in team.values():
        _LOG.info("= %s: loading %s, %s, %s", document.name, *_providers(document))
        for _, config in blocks_of(document):
            for warning in config_warnings(config, clock.wall().date()):
                _LOG.warning("! %s", warning)
    # A thread that computes (end of turn, local speech) gives the interpreter back to the calls ten times as soon.
    sys.setswitchinterval(SWITCH_S)
    uvloop.run(serve_agents(runtimes_of(agent, settings), [str(file) for file in team], settings, (host, port)))


@dataclass(frozen=True, slots=True)
class PageWish:
    """A page where a browser is the caller, on the same port."""

    key: Secret
    on_ready: "Callable[[int], None]"
    """Told the port when calls are taken, in place of the line in the log."""


async def serve_agents(
    runtimes: "Runtimes", team: list[str], settings: Settings, address: tuple[str, int], page: PageWish | None = None
) -> None:
    """Make the agents ready, the first of which answers, then take calls until a signal. Raises `OffhookError`."""
    from offhook.call.live import Limits, LiveCalls
    from offhook.call.records.files import FileRecords
    from offhook.call.records.watched import WatchedRecords
    from offhook.cli.assembly import knowledge_line
    from offhook.telephony.browser import with_browsers
    from offhook.telephony.carriers.twilio_line import TwilioLines
    from offhook.telephony.carriers.twilio_rest import TwilioRest
    from offhook.telephony.tokens import Tokens
    from offhook.web.app import create_app
    from offhook.web.ports import Sentences
    from offhook.web.server import Listening
    from offhook.web.server import serve as run_server
    from offhook.web.talk import Talk, TalkPage

    host, port = address
    _make_room(settings.max_calls)

    def say_ready(bound: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        _LOG.info("= ready: http://%s:%d/healthz; Twilio calls %s/twilio/voice", shown, bound, settings.public_url)

    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    rest = TwilioRest(sid, token, settings.twilio_base_url) if sid and token else None
    records = WatchedRecords(FileRecords(settings.data_dir))
    live = LiveCalls(
        runtimes,
        Limits(settings.max_calls, settings.max_loop_lag_ms / 1000),
        data_dir=settings.data_dir,
        records=records,
        lines=with_browsers(TwilioLines(rest, settings.public_url)),
        tokens=Tokens(settings.secret_key),
    )
    try:
        # All of them, and for as long as the server runs: a caller who is handed over does not wait for models.
        first, *others = [await runtimes.acquire(key) for key in team]
        for ready in (first, *others):
            if ready.facts is not None:
                _LOG.info("= %s: knows %s", ready.agent.name, knowledge_line(ready.agent, ready.facts))
        sorry = first.script.failure_goodbye
        # What was loaded stays: to look at it again and again would stop all calls each time.
        gc.collect()
        gc.freeze()
        live.watch_lag()
        sentences = Sentences(language=first.agent.language, busy=sorry, apology=sorry)
        talk = Talk(live, records, TalkPage(page.key, first.agent.name, first.agent.language)) if page else None
        app = create_app(live, settings, sentences=sentences, records=records.state, talk=talk)
        listening = Listening(host, port, page.on_ready if page else say_ready)
        await run_server(app, live, listening, drain_deadline_s=0.0 if page else settings.drain_deadline_s)
    finally:
        live.stop()
        await runtimes.close()
        if rest is not None:
            await rest.close()


def _make_room(calls: int) -> None:
    from offhook.web.server import descriptors_for, raise_descriptors

    files, wanted = raise_descriptors(), descriptors_for(calls)
    if files < wanted:
        _LOG.warning("! %d files may be open, %d calls need %d: raise LimitNOFILE", files, calls, wanted)


def _providers(agent: "Agent") -> tuple[str, str, str]:
    from offhook.speech.registry import Kind, provider_labels

    chosen = ((Kind.STT, agent.stt), (Kind.LLM, agent.llm), (Kind.TTS, agent.tts))
    hear, think, speak = (f"{kind} {', then '.join(provider_labels(kind, config))}" for kind, config in chosen)
    return hear, think, speak
