"""`offhook doctor --live`: one harmless real request to each provider of an agent, and to its carrier."""

from typing import Final

from offhook.agents.model import Agent
from offhook.call.boundary import Boundaries
from offhook.cli.live_parts import plan_of
from offhook.errors import (
    CarrierRefused,
    ConfigurationError,
    OffhookError,
    ProviderRefused,
    ProviderTimeout,
    RequestRefused,
)
from offhook.live.day import Plan
from offhook.live.probe import probe
from offhook.live.question import Asking, Subject, Waits
from offhook.live.report import private
from offhook.live.targets import TWILIO, target_of
from offhook.platform.checks import Check, Mark
from offhook.settings import Settings

LATE_S: Final = 2.0
"""From here on a caller hears the wait."""


async def ask(agent: Agent, settings: Settings, waits: Waits | None = None) -> list[Check]:
    """One line for each of them, in the order in which a call needs them."""
    try:
        async with plan_of(agent, settings, waits=waits) as plan:
            asked = [subject for subject in plan.subjects if not subject.missing]
            return [await _ask(subject, plan) for subject in asked]
    except ConfigurationError as error:
        return [Check(Mark.BAD, "live", "not asked", " ".join(str(error).split()))]


async def _ask(subject: Subject, plan: Plan) -> Check:
    name = f"live: {subject.kind}: {subject.label}" if subject.kind is not None else f"live: {TWILIO}"
    asking = Asking(
        subject=subject, setup=plan.setup, tools=plan.tools, purse=plan.purse, waits=plan.waits,
        target=target_of(subject, plan.setup), account=plan.account,
    )  # fmt: skip
    try:
        with Boundaries("doctor", plan.mask).around(name):
            found = await probe(asking)
    except OffhookError as error:
        said, _, advice = private(" ".join(str(error).split()), plan.mask).partition("; ")
        return Check(Mark.BAD, name, said, advice or _advice(error))
    text = private(f"{found.text} after {found.latency_s * 1000:.0f} ms", plan.mask)
    if found.note:
        return Check(Mark.NOTE, name, f"{text}; {found.note}", found.advice)
    if found.latency_s > LATE_S:
        return Check(Mark.NOTE, name, text, "callers hear that wait: try again, or take a quicker model or region")
    return Check(Mark.GOOD, name, text)


def _advice(error: OffhookError) -> str:
    match error:
        case RequestRefused():
            return "it refuses this model or one of the block's fields: change what it names"
        case ProviderRefused() | CarrierRefused():
            return "check the key, the account's credit and the model's name"
        case ProviderTimeout():
            return "try again; if it stays so, check base_url, and the vendor's status page"
        case ConfigurationError():
            return "mend the agent's file or the environment as it says"
        case _:
            return "check base_url and this machine's way out; else the vendor's status page"
