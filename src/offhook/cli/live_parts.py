"""Makes what the vendors are asked with from an agent's file and the environment: `doctor --live` and `live-day`."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from offhook.agents.model import Agent
from offhook.call.boundary import SHORTEST_KEY, KeyRing
from offhook.live.day import Plan, carrier
from offhook.live.question import Subject, Waits
from offhook.live.targets import subjects
from offhook.settings import Settings
from offhook.speech.ports import Setup
from offhook.speech.registry import Kind
from offhook.telephony.carriers.twilio_account import TwilioAccount
from offhook.tools.toolbox import Toolbox

OWN_SECRETS: Final = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "OFFHOOK_SECRET")


@asynccontextmanager
async def plan_of(
    agent: Agent, settings: Settings, *, only: Sequence[str] = (), log: str = "", waits: Waits | None = None
) -> AsyncIterator[Plan]:
    """The plan of asking everybody whom the agent names. Raises `ConfigurationError`."""
    keys = KeyRing(settings.key)
    for name in OWN_SECRETS:
        if len(settings.environment.get(name, "").strip()) >= SHORTEST_KEY:
            keys.key(name)
    setup = Setup(
        language=agent.language, vocabulary=agent.vocabulary, lexicon=agent.lexicon, agent_name=agent.name,
        tools=tuple(tool.name for tool in agent.tools), base_dir=agent.base_dir, key=keys.key,
    )  # fmt: skip
    # What goes wrong is told once, as a verdict: a traceback in between would help nobody.
    if not (logger := logging.getLogger("offhook")).handlers:
        logger.addHandler(logging.NullHandler())
    toolbox = Toolbox(agent.tools, setup)
    await toolbox.prepare()
    try:
        yield Plan(
            subjects=[*subjects_of(agent, settings), of_carrier(settings)], setup=setup, tools=toolbox.specs,
            account=account_of(settings), only=only, log=log, waits=waits or Waits(), mask=keys.mask,
        )  # fmt: skip
    finally:
        await toolbox.close()


def subjects_of(agent: Agent, settings: Settings) -> list[Subject]:
    """Every provider of the agent that is elsewhere."""
    return subjects({Kind.STT: agent.stt, Kind.LLM: agent.llm, Kind.TTS: agent.tts}, settings.environment)


def of_carrier(settings: Settings) -> Subject:
    """The carrier, whether its credentials are set or not."""
    return carrier(settings.twilio_account_sid, settings.twilio_auth_token.reveal())


def account_of(settings: Settings) -> TwilioAccount | None:
    """None without credentials."""
    if not settings.twilio_account_sid or not settings.twilio_auth_token:
        return None
    return TwilioAccount(settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_base_url)
