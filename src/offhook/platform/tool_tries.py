"""Tries a tool of an agent's draft outside of any call: what it answers, how long it takes, what the model is told."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from offhook import clock
from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.agents.model import Agent
from offhook.call.boundary import Boundaries, KeyRing, clean
from offhook.call.compose import result_as_told
from offhook.call.filling import Brought, values_for
from offhook.core.builtin import CORE_TOOLS
from offhook.core.history import Outcome
from offhook.errors import OffhookError, ToolError
from offhook.ids import new_id
from offhook.platform.agent_documents import Around, judge
from offhook.platform.agent_rows import row_of
from offhook.platform.audit import audit
from offhook.platform.call_values import checked
from offhook.platform.files import BY_FILE
from offhook.platform.line_up import LineUp
from offhook.platform.problems import Conflict, Invalid, NotFound, TooMany
from offhook.settings import Settings
from offhook.speech.ports import Setup, ToolSpec
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.telephony.facts import CallFacts
from offhook.tools.toolbox import Toolbox, ToolContext

AT_ONCE: Final = 4
PREPARE_S: Final = 15.0
"""Until the servers of an agent are connected."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is tried."""

    name: str
    arguments: Mapping[str, Any]
    variables: Mapping[str, Any] = field(default_factory=dict)
    """What the call would bring along."""
    caller: str = ""
    is_confirmed: bool = False
    """Whoever tries it knows that it may change something."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it."""

    outcome: Outcome
    result: str
    """What the tool answered, or why it did not; cut as in a call."""
    told: str
    """The same as the model would see it."""
    duration_ms: int
    has_effects: bool
    is_confirmed_in_calls: bool
    """In a call it runs only by the caller's word."""


class ToolTries:
    """The tools of all agents, for those who write them."""

    def __init__(self, store: Store, line_up: LineUp, settings: Settings) -> None:
        self._store, self._line_up, self._settings = store, line_up, settings
        self._running = 0

    async def run(self, workspace: str, agent_id: str, asked: Asked, actor: Actor) -> Tried:
        """Have it done, once. Raises `NotFound`, `Invalid`, `Conflict` for what cannot be tried or is not confirmed,
        `ConfigurationError` for a secret that is not set, `TooMany`."""
        if self._running >= AT_ONCE:
            raise TooMany("other tools are being tried", retry_after_s=2.0)
        self._running += 1
        try:
            return await self._run(workspace, agent_id, asked, actor)
        finally:
            self._running -= 1

    async def _run(self, workspace: str, agent_id: str, asked: Asked, actor: Actor) -> Tried:
        agent = await self._agent(workspace, agent_id)
        call_id = new_id("try")
        context = ToolContext(
            call_id, self._settings.data_dir, asked.caller, _values(agent, asked, call_id), key=call_id,
        )  # fmt: skip
        keys = KeyRing(self._line_up.keys_of(workspace))
        setup = Setup(
            language=agent.language, agent_name=agent.name, base_dir=agent.base_dir, key=keys.key,
            plain_hosts=self._settings.plain_hosts,
        )  # fmt: skip
        own: list[BaseModel] = [
            tool for tool in agent.tools if tool.name == asked.name and not isinstance(tool, McpServerConfig)
        ]
        if asked.name in CORE_TOOLS:
            raise Conflict(
                f"{asked.name} is carried out by the conversation itself", code="tool.needs_a_call",
                what_to_do="Try it in a browser call with the draft.",
            )  # fmt: skip
        # The name of a server's tool depends on which names are taken.
        configs: list[BaseModel] = own or [tool for tool in agent.tools if tool.name not in CORE_TOOLS]
        box = Toolbox(configs, setup)
        try:
            async with asyncio.timeout(PREPARE_S):
                await box.prepare()
            return await self._tried(box, agent, asked, context, keys, (workspace, agent_id, actor))
        except TimeoutError:
            raise Conflict("its server did not answer in time", code="tool.not_connected") from None
        finally:
            await box.close()

    async def _tried(
        self, box: Toolbox, agent: Agent, asked: Asked, context: ToolContext, keys: KeyRing,
        who: tuple[str, str, Actor],
    ) -> Tried:  # fmt: skip
        spec = next((spec for spec in box.specs if spec.name == asked.name), None)
        if spec is None:
            known = ", ".join(one.name for one in box.specs) or "none"
            raise NotFound("tool", asked.name, f"The draft's tools that can be tried: {known[:300]}.")
        has_effects = _has_effects(agent, spec)
        if has_effects and not asked.is_confirmed:
            raise Conflict(
                f"{asked.name} may change something: whatever it does is really done",
                code="tool.has_effects", what_to_do="Send it again with `confirm: true`.",
            )  # fmt: skip
        begun_at = clock.now()
        outcome, said = await _outcome(box, agent, asked, context, keys)
        took_ms = round((clock.now() - begun_at) * 1000)

        def job(scope: Scope) -> None:
            # Without the arguments: they may be what nobody else may see.
            after = {"tool": asked.name, "outcome": outcome.value, "has_effects": has_effects}
            audit(scope, "agent.tool_tried", "agent", who[1], after=after)

        await self._store.write(who[0], job, who[2])
        return Tried(outcome, said, result_as_told(outcome, said), took_ms, has_effects, spec.confirm)

    async def _agent(self, workspace: str, agent_id: str) -> Agent:
        row = await self._store.read(workspace, lambda scope: row_of(scope, agent_id))
        document = dict(row.draft)
        if row.managed_by == BY_FILE:
            folder = Path(row.file).parent
            return await asyncio.to_thread(Agent.model_validate, document, context={"base_dir": folder})
        judged = await asyncio.to_thread(
            judge, document, Around(private_hosts=self._settings.private_hosts), clock.wall().date()
        )
        if judged.agent is None:
            raise Invalid(judged.flaws, code="agent.invalid")
        return judged.agent


def _values(agent: Agent, asked: Asked, call_id: str) -> Mapping[str, object]:
    given = checked({"variables": agent.variables}, asked.variables)
    return values_for(agent, Brought(CallFacts(call_id, from_number=asked.caller), call_id, given)).values


def _has_effects(agent: Agent, spec: ToolSpec) -> bool:
    config = next((tool for tool in agent.tools if isinstance(tool, HttpToolConfig) and tool.name == spec.name), None)
    # By the owner's word where there is one: a GET that orders something is said to.
    return config.changes_something if config is not None else not spec.is_harmless


async def _outcome(
    box: Toolbox, agent: Agent, asked: Asked, context: ToolContext, keys: KeyRing
) -> tuple[Outcome, str]:
    """As in a call: done, certainly not done, or nobody knows."""
    try:
        async with asyncio.timeout(agent.behaviour().tool_timeout_s):
            with Boundaries(context.call_id, keys.mask).around(f"the tool {asked.name}"):
                result = await box.run(asked.name, json.dumps(asked.arguments), context)
    except ToolError as error:
        return error.outcome, clean(keys.mask(str(error)))
    except TimeoutError:
        return Outcome.UNKNOWN, "it did not answer in time"
    except OffhookError as error:
        return Outcome.UNKNOWN, clean(keys.mask(str(error)))
    return Outcome.DONE, clean(keys.mask(result))
