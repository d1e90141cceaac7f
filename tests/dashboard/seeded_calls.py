"""Calls for the tests of pages: rows and a recording as a folded call leaves them, and odd ones beside."""

import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import select

from offhook import clock
from offhook.ids import new_id
from offhook.platform.folding import key_of
from offhook.platform.platform import Platform
from offhook.settings import Settings
from offhook.store.schema import WORKSPACES
from offhook.store.scope import SYSTEM, Scope
from offhook.store.tables.calls import CALL_OBJECTS, CALL_TURNS, CALLS
from tests.dashboard_world import Aside

CALLER: Final = "+15005550006"
_RATE: Final = 8000
_AGENT: Final = {"name": "Harbour Hotel", "language": "en-US"}


@dataclass(frozen=True)
class Seeded:
    """The ids of what was made."""

    agent: str
    call: str
    refused: str
    """Without a recording, and nobody said a word."""
    long: str
    """An hour, a thousand turns."""


def seed(data: Path) -> Seeded:
    """Fill the database of a server that does not run at the moment."""
    # Playwright has a loop in this thread.
    aside = Aside()
    try:
        return aside.do(_seed(data))
    finally:
        aside.stop()


async def _seed(data: Path) -> Seeded:
    platform = await Platform.open(Settings(data_dir=data))
    workspace = await platform.store.read_wide(lambda connection: connection.execute(select(WORKSPACES.c.id)).scalar())
    assert isinstance(workspace, str)
    agent = (await platform.agents.create(workspace, _AGENT, SYSTEM)).id
    seeded = Seeded(agent, new_id("call"), new_id("call"), new_id("call"))
    told = _turns()
    await _keep(platform, workspace, agent, seeded.call, told, _detail(), is_recorded=True)
    await _keep(platform, workspace, agent, seeded.refused, [], {}, end_reason="limit.concurrent_calls", duration_ms=0)
    hour = [turn for n in range(250) for turn in _turns(n * 14.0)]
    await _keep(platform, workspace, agent, seeded.long, hour, _detail(), is_recorded=True)
    await platform.stop()
    return seeded


async def _keep(
    platform: Platform, workspace: str, agent: str, call: str, turns: list[dict[str, Any]], detail: dict[str, Any], *,
    is_recorded: bool = False, **changes: Any,
) -> None:  # fmt: skip
    until = max((turn["until_s"] for turn in turns), default=0.0) + 1.0
    kept = _sound(turns, until) if is_recorded else {}
    for kind, content in kept.items():
        await platform.objects.put(key_of(workspace, call, kind), content)
    at = clock.wall_ms() - 3_600_000
    row: dict[str, Any] = {
        "id": call, "agent_id": agent, "agent_version": 3, "kind": "phone", "direction": "inbound", "status": "ended",
        "from_number": CALLER, "to_number": "+15005550001", "created_at": at, "answered_at": at,
        "ended_at": at + round(until * 1000), "duration_ms": round(until * 1000), "end_reason": "caller.hung_up",
        "turns": len(turns), "gap_p50_ms": 610 if turns else None, "gap_p95_ms": 610 if turns else None,
        "cost_nano": 31_000_000, "variables": {}, "metadata": {}, "warnings": [], "detail": detail, "is_sample": False,
    }  # fmt: skip

    def job(scope: Scope) -> None:
        scope.insert(CALLS, **(row | changes))
        for number, turn in enumerate(turns, start=1):
            rest = {name: value for name, value in turn.items() if name not in ("role", "text")}
            scope.insert(CALL_TURNS, call_id=call, number=number, role=turn["role"], text=turn["text"], detail=rest)
        for kind, content in kept.items():
            key = key_of(workspace, call, kind)
            scope.insert(CALL_OBJECTS, call_id=call, kind=kind, key=key, bytes=len(content))

    await platform.store.write(workspace, job)


def _turns(at: float = 0.0) -> list[dict[str, Any]]:
    latency = {
        "gap_ms": 610, "first_sound_ms": 0, "speculated": True,
        "parts_ms": {"decision": 310, "transcript": 100, "brain": 130, "voice": 70, "sending": 0},
    }  # fmt: skip
    return [
        _said("agent", at + 0.2, at + 2.0, "Harbour Hotel, hello. How can I help you?"),
        _said("caller", at + 2.5, at + 5.0, "I would like a table for Siobhan tomorrow at seven.", turn=1),
        _said("agent", at + 5.61, at + 9.2, "I have booked it for you. What is your name,", turn=1, latency=latency,
              unheard="please? You can also spell it.", interrupted=True),
        _said("caller", at + 8.4, at + 10.5, "Harbour Walking Club. Is there a sauna?", turn=2),
    ]  # fmt: skip


def _said(role: str, at_s: float, until_s: float, text: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "text": text, "at_s": at_s, "until_s": until_s, "turn": 0, **more}


def _detail() -> dict[str, Any]:
    def cost(component: str, unit: str, quantity: int, nano: int, price: int) -> dict[str, Any]:
        return {"component": component, "item": f"the {component}", "unit": unit, "quantity": quantity, "nano": nano,
                "price_nano": price, "price_since": 0, "is_own_price": False}  # fmt: skip

    return {
        "agent_name": "Harbour Hotel", "offhook_version": "0.1.0", "end_detail": "", "agent_heard_s": 5.4,
        "providers": {"stt": ["deepgram nova-3"], "llm": ["openai gpt-5-mini", "local"], "tts": ["cartesia sonic-3"]},
        "participants": [], "keys": [{"at_s": 9.5, "turn": 2, "keys": "1"}],
        "states": [{"status": "in_progress", "at_s": 0.0}, {"status": "ended", "at_s": 11.5}],
        "tools": [{"call": "call_a", "name": "book_table", "arguments": '{"people": 4, "when": "tomorrow 19:00"}',
                   "at_s": 5.4, "outcome": "done", "answer": "Booked.", "took_ms": 20}],
        "events": [{"at_s": 7.0, "kind": "provider_switched",
                    "text": "cartesia sonic-3 (tts) failed: timed out. local does its work."}],
        "warnings": [{"code": "tts.fell_back", "says": "Another voice spoke for a while.",
                      "what_to_do": "See the events for why; check key and quota.", "times": 1}],
        "costs": [cost("carrier", "minute", 1, 15_000_000, 15_000_000), cost("stt", "second", 12, 960_000, 80_000),
                  cost("tts", "character", 80, 15_040_000, 188_000)],
        "promises": [{"said": "We will send you a message.", "at_s": 6.0, "turn": 1, "kind": "sent", "kept_by": None}],
        "unanswered": [{"turn": 2, "at_s": 8.4, "text": "Is there a sauna?"}],
    }  # fmt: skip


def _sound(turns: Iterable[dict[str, Any]], until: float) -> dict[str, bytes]:
    """Tones where somebody talks: the recording, and its peaks."""
    both = np.zeros((round(until * _RATE), 2), "<i2")
    for turn in turns:
        begin, end = round(turn["at_s"] * _RATE), round(turn["until_s"] * _RATE)
        tone = 9000 * np.sin(np.arange(end - begin) * (0.3 if turn["role"] == "agent" else 0.2))
        both[begin:end, int(turn["role"] == "agent")] = tone.astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((2, 2, _RATE, 0, "NONE", ""))
        out.writeframes(both.tobytes())
    step = _RATE // 50
    whole = both[: len(both) // step * step].reshape(-1, step, 2)
    peaks = np.minimum(np.abs(whole.astype(np.int32)).max(axis=1) >> 7, 255).astype(np.uint8)
    return {"recording": file.getvalue(), "peaks": peaks.tobytes()}
