"""What is learned of calls: figures, questions, tasks, statements, views; through the API."""

from typing import Any

from offhook import clock
from offhook.call.journal import Header
from offhook.call.records.port import Record
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.behaviour import Behaviour, Script
from offhook.core.endings import EndReason
from offhook.ids import new_id
from tests.calling import Calling, calling
from tests.platform.conftest import Play
from tests.platform_world import World

PROVIDERS = {"stt": ["deepgram nova-3"], "llm": ["openai gpt-6-luna"], "tts": ["deepgram aura-2-thalia-en"]}
UNKNOWN = "I am sorry, I do not know that."


def say(record: Record, turn: int, asked: str, said: str, *, at: float, gap_s: float = 0.6) -> None:
    """A turn of the caller's and the reply that was heard."""
    told: list[tuple[float, ev.Event | cmd.Command]] = [
        (at, ev.SpeechStarted(turn, at)),
        (at + 1.0, ev.SpeechStopped(turn, at + 1.0, 0.9)),
        (at + 1.1, ev.TranscriptFinal(asked, at, at + 1.0)),
        (at + 1.2, cmd.StartReply(turn + 1, turn, cmd.Ask(0, caller_text=asked), held=False)),
        (at + 1.2, cmd.Remember(2 * turn, hist.CallerSaid(turn, asked))),
        (at + 1.3, ev.FirstTokenReceived(turn + 1)),
        (at + 1.4, ev.SegmentReady(turn + 1, 0, said)),
        (at + 1.4, ev.SegmentStarted(turn + 1, 0, at + 1.0 + gap_s)),
        (at + 1.5, ev.ReplyGenerated(turn + 1, said, 1, tokens_in=1_000, tokens_out=50)),
        (at + 3.0, ev.ReplyHeard(turn + 1, said)),
        (at + 3.0, cmd.Remember(2 * turn + 1, hist.AgentSaid(turn, said, said))),
    ]
    for when, what in told:
        record.append(what, when)


def begin(here: Calling, *, language: str = "en-US", started: str = "", **changes: Any) -> tuple[str, Record]:
    script = Script(language=language, question_words=("do", "can", "what", "haben"), negations=("not", "nicht"))
    own: dict[str, Any] = {
        "call": new_id("call"), "agent": "hotel", "agent_key": f"{here.agent}/1", "behaviour": Behaviour(),
        "started": started or clock.wall().isoformat(), "script": script, "from_number": "+15005550006",
        "to_number": "+15005550001", "providers": PROVIDERS, "carrier_call": new_id("CA"),
    }  # fmt: skip
    header = Header(**own | changes)
    return header.call, here.records.open(header)


async def call(
    here: Calling, *turns: tuple[str, str], end: EndReason = EndReason.CALLER_HUNG_UP, **changes: Any
) -> str:
    """A call that was folded."""
    call_id, record = begin(here, **changes)
    record.append(ev.LegAttached(1, 0.0), 0.0)
    record.append(ev.CallAnswered(), 0.0)
    for number, (asked, said) in enumerate(turns, start=1):
        say(record, number, asked, said, at=4.0 * number)
    record.append(cmd.EndCall(end), 60.0)
    record.close(60.0)
    await here.folded(call_id)
    return call_id


async def got(world: World, path: str, **params: Any) -> Any:
    answer = await world.client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sent(world: World, path: str, body: Any = None, status: int = 200) -> Any:
    answer = await world.client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_smoke(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            await call(
                here, ("Can I bring my dog?", UNKNOWN), ("Could you call me back?", "We will call you back tomorrow.")
            )
            await call(here, ("Do you allow dogs? I'd bring my dog", UNKNOWN))
            now = clock.wall_ms()
            for group in (
                "agent",
                "version",
                "provider",
                "transcriber",
                "model",
                "voice",
                "direction",
                "end_reason",
                "day",
                "hour",
                "hour_of_day",
                None,
            ):
                body = {
                    "measures": [
                        "calls",
                        "minutes",
                        "cost",
                        "success",
                        "gap_p50_ms",
                        "gap_p95_ms",
                        "cut_ins",
                        "silences",
                        "refused",
                        "saved",
                    ],
                    "group_by": group,
                    "from": clock.rfc3339(now - 86_400_000),
                    "to": clock.rfc3339(now + 60_000),
                    "tz": "Europe/Berlin",
                }
                answer = await sent(world, "/analytics/query", body)
                for row in answer["rows"]:
                    if row["calls_query"] is not None:
                        calls = await got(world, "/calls", **row["calls_query"])
                        assert len(calls["data"]) == row["values"]["calls"], (group, row)

    play(act)
