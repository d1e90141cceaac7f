"""Calls that ring: from the carrier's webhook to what is answered, fifty a second, of a server with many agents."""

import asyncio
import random
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Final

from bench.platform_rows import Filled, number_of
from bench.process import pinned
from bench.server import serving
from bench.table import Goal, Row, single
from bench.wire import Server, WireError, post

A_SECOND: Final = 50
RING_MS: Final = 10.0
START_S: Final = 3.0
CALLERS: Final = 1_000_000_000
MOST_CALLS: Final = 1_000
FEW: Final = 8
"""So many agents are kept ready by a server though nobody talks to them."""


async def measure(made: Filled, folder: Path, environment: Mapping[str, str], lasts_s: float, kind: str) -> list[Row]:
    """A server in a process of its own on the folder's `data`: how long it takes to be ready, and to answer."""
    began = monotonic()
    # Places that no call takes are left to connections, of which each webhook here makes one.
    async with serving(None, folder, {**environment, "OFFHOOK_MAX_CALLS": str(MOST_CALLS)}) as running:
        ready_s = monotonic() - began
        server = replace(running.address, account_sid=made.account_sid, auth_token=made.auth_token)
        what = f"{made.agents:,} agents, {made.calls:,} calls, {kind}"
        rows = [single("start to ready", what, "s", ready_s, 1, Goal("value", START_S))]
        with pinned(running.pid):
            for name, agents in (("a few of them", FEW), ("any of them", made.agents)):
                await _rung(server, agents, min(2.0, lasts_s), 1)
                took_ms, refused = await _rung(server, agents, lasts_s, 2)
                ringing = f"{A_SECOND} a second ring {name}: {what}"
                rows.append(Row("voice webhook to TwiML", ringing, "ms", took_ms, (Goal("p99", RING_MS),)))
                rows.append(single("voice webhook to TwiML", "refused", "", refused, len(took_ms), Goal("value", 0)))
    return rows


async def _rung(server: Server, agents: int, lasts_s: float, seed: int) -> tuple[list[float], int]:
    """Milliseconds of each, and how many were not given a stream. They come at their times."""
    chance = random.Random(f"{seed} {agents}")
    began, calls = monotonic(), list[asyncio.Task[tuple[float, bool]]]()
    for number in range(round(lasts_s * A_SECOND)):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - monotonic()))
        calls.append(asyncio.create_task(_ring(server, number_of(chance.randrange(agents)), chance)))
    answers = await asyncio.gather(*calls)
    return [took_s * 1000 for took_s, _ in answers], sum(not is_taken for _, is_taken in answers)


async def _ring(server: Server, number: str, chance: random.Random) -> tuple[float, bool]:
    """A caller who hangs up while it rings."""
    fields = {
        "CallSid": f"CA{secrets.token_hex(16)}", "AccountSid": server.account_sid, "To": number,
        "From": f"+1{6_000_000_000 + chance.randrange(CALLERS)}", "ApiVersion": "2010-04-01", "Direction": "inbound",
    }  # fmt: skip
    began = monotonic()
    try:
        document = await post(server, "/twilio/voice", {**fields, "CallStatus": "ringing"})
        took_s = monotonic() - began
        await post(server, "/twilio/status", {**fields, "CallStatus": "completed"})
    except (WireError, OSError):
        return monotonic() - began, False
    return took_s, b"<Stream" in document
