"""Calls with words of one's own, for tests of what is learned of calls."""

from typing import Any, Final

import msgspec

from offhook import clock
from offhook.agents.languages import script_for
from offhook.call.journal import Header
from offhook.call.records.port import Record
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.behaviour import Behaviour
from offhook.core.endings import EndReason
from offhook.ids import id_at, new_id
from tests.calling import Calling
from tests.platform_world import World

PROVIDERS: Final = {
    "stt": ["deepgram nova-3"], "llm": ["openai gpt-6-luna"], "tts": ["deepgram aura-2-thalia-en", "local"],
}  # fmt: skip
UNKNOWN: Final = "I am sorry, I do not know that."
DAY_MS: Final = 86_400_000
What = ev.Event | cmd.Command


def header(agent_key: str = "", *, language: str = "en-US", at: int = 0, **changes: Any) -> Header:
    """What a call begins with; its id is of the moment at which it began."""
    at = at or clock.wall_ms()
    own: dict[str, Any] = {
        "call": id_at("call", at) + new_id("x")[-16:], "agent": "hotel", "agent_key": agent_key,
        # As of an agent with tools of its own: no phrase is one tool's alone.
        "script": msgspec.structs.replace(script_for(language), tools={}),
        "behaviour": Behaviour(), "started": clock.rfc3339(at), "from_number": "+15005550006",
        "to_number": "+15005550001", "providers": PROVIDERS, "carrier_call": new_id("CA"),
    }  # fmt: skip
    return Header(**own | changes)


def turn(number: int, asked: str, said: str, at: float, gap_s: float = 0.6) -> list[tuple[float, What]]:
    """A turn of the caller's, and the reply that was heard `gap_s` behind it."""
    reply = number + 1
    return [
        (at, ev.SpeechStarted(number, at)),
        (at + 1.0, ev.SpeechStopped(number, at + 1.0, 0.9)),
        (at + 1.1, ev.TranscriptFinal(asked, at, at + 1.0)),
        (at + 1.2, cmd.StartReply(reply, number, cmd.Ask(0, caller_text=asked), held=False)),
        (at + 1.2, cmd.Remember(2 * number, hist.CallerSaid(number, asked))),
        (at + 1.3, ev.FirstTokenReceived(reply)),
        (at + 1.4, ev.SegmentReady(reply, 0, said)),
        (at + 1.4, ev.SegmentStarted(reply, 0, at + 1.0 + gap_s)),
        (at + 1.5, ev.ReplyGenerated(reply, said, 1, tokens_in=1_000, tokens_out=50)),
        (at + 3.0, ev.ReplyHeard(reply, said)),
        (at + 3.0, cmd.Remember(2 * number + 1, hist.AgentSaid(number, said, said))),
    ]


def told(*turns: tuple[str, str], gap_s: float = 0.6) -> list[tuple[float, What]]:
    """All that a call's record is told until it ends."""
    begin: list[tuple[float, What]] = [(0.0, ev.LegAttached(1, 0.0)), (0.0, ev.CallAnswered())]
    for number, (asked, said) in enumerate(turns, start=1):
        begin += turn(number, asked, said, 4.0 * number, gap_s)
    return begin


def tool(name: str, at: float, outcome: hist.Outcome = hist.Outcome.DONE) -> list[tuple[float, What]]:
    """A tool that ran."""
    return [
        (at, cmd.Remember(90, hist.ToolCalled(name, name, "{}", 1))),
        (at + 0.1, cmd.Remember(91, hist.ToolAnswered(name, outcome, "ok"))),
    ]


async def call(
    here: Calling, *turns: tuple[str, str], lines: list[tuple[float, What]] | None = None, gap_s: float = 0.6,
    end: EndReason = EndReason.CALLER_HUNG_UP, **changes: Any,
) -> str:  # fmt: skip
    """A call that was folded; its id."""
    key = changes.pop("agent_key", f"{here.agent}/1")
    head = header(key, **changes)
    record = here.records.open(head)
    tell(record, sorted([*told(*turns, gap_s=gap_s), *(lines or [])], key=lambda line: line[0]))
    record.append(cmd.EndCall(end), 30.0)
    record.close(30.0)
    await here.folded(head.call)
    return head.call


def tell(record: Record, lines: list[tuple[float, What]]) -> None:
    """In order."""
    for at, what in lines:
        record.append(what, at)


async def got(world: World, path: str, **params: Any) -> Any:
    """What a GET answers."""
    answer = await world.client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sent(world: World, path: str, body: Any = None, status: int = 200, method: str = "POST") -> Any:
    """What it answers to a body."""
    answer = await world.client.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None
