"""`offhook serve`: the server for an agent, until a signal ends it in order."""

import gc
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from offhook import clock
from offhook.settings import Settings

if TYPE_CHECKING:
    from offhook.agents.model import Agent
    from offhook.call.runtime import AgentRuntime

_LOG = logging.getLogger("offhook")
SWITCH_S: Final = 0.0005


def serve(
    agent: Annotated[Path, typer.Argument(help="The agent's file, AGENT.yaml.", show_default=False)],
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 is every address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8080,
) -> None:
    """Run the server for an agent. SIGTERM or Ctrl-C: no new calls, live ones finish; a second one ends at once."""
    import uvloop

    from offhook.agents.load import load_agent
    from offhook.cli.assembly import assemble, blocks_of
    from offhook.speech.catalogue import config_warnings

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    settings = Settings.from_environment()
    document = load_agent(agent)
    _LOG.info("= %s: loading %s, %s, %s", document.name, *_providers(document))
    for _, config in blocks_of(document):
        for warning in config_warnings(config, clock.wall().date()):
            _LOG.warning("! %s", warning)
    # A thread that computes (end of turn, local speech) gives the interpreter back to the calls ten times as soon.
    sys.setswitchinterval(SWITCH_S)
    uvloop.run(serve_agent(assemble(document, settings), settings, host, port))


async def serve_agent(runtime: "AgentRuntime", settings: Settings, host: str, port: int) -> None:
    """Prepare the agent, then take its calls until a signal comes. Raises `OffhookError`."""
    from offhook.call.live import Limits, LiveCalls
    from offhook.telephony.carriers.twilio_rest import TwilioRest
    from offhook.web.app import create_app
    from offhook.web.ports import Sentences
    from offhook.web.server import Listening
    from offhook.web.server import serve as run_server

    def say_ready(bound: int) -> None:
        _LOG.info("= ready: http://%s:%d/healthz; Twilio calls %s/twilio/voice", host, bound, settings.public_url)

    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    rest = TwilioRest(sid, token, settings.twilio_base_url) if sid and token else None
    live = LiveCalls(runtime, settings.data_dir, Limits(settings.max_calls, settings.max_loop_lag_ms / 1000))
    sorry = runtime.script.failure_goodbye
    sentences = Sentences(language=runtime.agent.language, busy=sorry, apology=sorry)
    try:
        await runtime.prepare()
        # What was loaded stays: to look at it again and again would stop all calls each time.
        gc.collect()
        gc.freeze()
        live.watch_lag()
        app = create_app(live, settings, sentences=sentences)
        await run_server(app, live, Listening(host, port, say_ready), drain_deadline_s=settings.drain_deadline_s)
    finally:
        live.stop()
        await runtime.close()
        if rest is not None:
            await rest.close()


def _providers(agent: "Agent") -> tuple[str, str, str]:
    from offhook.speech.registry import Kind, provider_labels

    chosen = ((Kind.STT, agent.stt), (Kind.LLM, agent.llm), (Kind.TTS, agent.tts))
    hear, think, speak = (f"{kind} {', then '.join(provider_labels(kind, config))}" for kind, config in chosen)
    return hear, think, speak
