"""The seams of a call that is not its socket: legs, transfers, other agents, doors, calls that are placed."""

import msgspec
import pytest

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.behaviour import Destination, Script
from offhook.core.endings import EndReason
from tests.world import SCRIPT, World

# ── legs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

DESK = msgspec.structs.replace(SCRIPT, destinations={"desk": Destination(number="+15005550009", ring_s=20.0)})


def transferring(ending: ev.TransferEnding | None, text: str = "Of course.", say: str = "") -> World:
    desk = msgspec.structs.replace(DESK.destinations["desk"], say=say)
    world = World(
        script=msgspec.structs.replace(DESK, destinations={"desk": desk}), tool_on="a person please",
        tool_name="transfer_call", tool_arguments='{"destination": "desk"}', tool_text=text, transfer=ending,
    )  # fmt: skip
    world.at(0.0, ev.LegAttached(1, 0.0))
    return world.answered().says("a person please", 3.0, 4.0)


def test_a_transfer_is_announced_and_heard_before_it_is_dialled() -> None:
    world = transferring(None).run(12.0)
    ((dialled_at, command),) = world.said(cmd.TransferCall)
    assert command == cmd.TransferCall(command.call, "desk", "+15005550009", 20.0)  # type: ignore[attr-defined]
    assert [text for who, text in world.turns if who == "agent"][-1] == "Of course."
    assert not world.heard_at(dialled_at + 0.1)


@pytest.mark.parametrize(
    ("text", "say", "heard"),
    [
        ("Of course.", "", ["Of course."]),
        ("", "", [DESK.transfer]),
        ("Of course.", "You are being connected to the desk.", ["Of course.", "You are being connected to the desk."]),
        ("", "You are being connected to the desk.", ["You are being connected to the desk."]),
    ],
)
def test_what_is_said_before_a_transfer_is_said_once(text: str, say: str, heard: list[str]) -> None:
    world = transferring(None, text, say).run(15.0)
    assert world.said(cmd.TransferCall)
    assert [text for who, text in world.turns if who == "agent"][1:] == heard


@pytest.mark.parametrize("ending", [ev.TransferEnding.BUSY, ev.TransferEnding.NO_ANSWER, ev.TransferEnding.FAILED])
def test_the_agent_takes_a_transfer_that_failed_back(ending: ev.TransferEnding) -> None:
    world = transferring(None).run(12.0)
    ((dialled_at, command),) = world.said(cmd.TransferCall)
    world.at(dialled_at + 0.5, ev.LegDetached(1, ev.Detachment.STOPPED))
    world.at(dialled_at + 20.0, ev.TransferEnded(command.call, ending))  # type: ignore[attr-defined]
    world.at(dialled_at + 20.5, ev.LegAttached(2, dialled_at + 20.5))
    world.says("then book a table", dialled_at + 28.0, dialled_at + 29.0).run(dialled_at + 36.0)
    answer = next(entry for entry in world.entries if isinstance(entry, hi.ToolAnswered))
    assert answer.outcome is hi.Outcome.FAILED
    after = [(at, ask) for at, ask in world.asks if at > dialled_at]
    assert after[0][0] < dialled_at + 21.0 and after[0][1].until == world.entries.index(answer) + 1
    assert ("caller", "then book a table") in world.turns


@pytest.mark.parametrize("hangs_up_s", [0.2, 5.0, 30.0])
def test_the_caller_hangs_up_while_being_connected(hangs_up_s: float) -> None:
    world = transferring(None).run(12.0)
    ((dialled_at, _),) = world.said(cmd.TransferCall)
    world.at(dialled_at + 0.5, ev.LegDetached(1, ev.Detachment.STOPPED))
    world.at(dialled_at + hangs_up_s, ev.CallerHungUp())
    world.run(dialled_at + 40.0)
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.CALLER_HUNG_UP)


def test_a_transfer_that_connects_ends_the_call() -> None:
    world = transferring(None).run(12.0)
    ((dialled_at, command),) = world.said(cmd.TransferCall)
    world.at(dialled_at + 0.5, ev.LegDetached(1, ev.Detachment.STOPPED))
    world.at(dialled_at + 900.0, ev.TransferEnded(command.call, ev.TransferEnding.CONNECTED, 880.0))  # type: ignore[attr-defined]
    world.run(dialled_at + 2000.0)
    assert world.said(cmd.EndCall) == [(dialled_at + 900.0, cmd.EndCall(EndReason.AGENT_TRANSFERRED))]


def test_the_caller_who_speaks_over_the_announcement_is_not_connected() -> None:
    say = "You are being connected to the desk now."
    heard = transferring(None, say=say).run(15.0)
    dialled_at = heard.said(cmd.TransferCall)[0][0]
    world = transferring(None, say=say)
    world.says("no wait I do not want that", dialled_at - 1.5, dialled_at + 0.5).run(dialled_at + 8.0)
    assert not world.said(cmd.TransferCall)
    assert ("caller", "no wait I do not want that") in world.turns


@pytest.mark.parametrize("away_s", [0.5, 4.0])
def test_a_lost_leg_that_comes_back_carries_the_call_on(away_s: float) -> None:
    world = World().answered()
    world.at(0.0, ev.LegAttached(1, 0.0))
    world.at(3.0, ev.LegDetached(1, ev.Detachment.LOST, "reset"))
    world.at(3.0 + away_s, ev.LegAttached(2, 3.0 + away_s))
    world.says("what time is it", 9.0, 10.0).run(14.0)
    assert ("caller", "what time is it") in world.turns
    assert any(isinstance(entry, hi.Instructed) for entry in world.entries)


def test_a_human_takes_over_and_gives_back() -> None:
    world = World().answered()
    world.at(0.0, ev.LegAttached(1, 0.0))
    world.at(3.0, ev.HumanJoined("Kim"))
    world.says("I would like my money back", 5.0, 7.0)
    world.at(9.0, ev.HumanSpoke("Kim", "You will get it."))
    world.at(60.0, ev.HumanLeft("they get a refund"))
    world.run(64.0)
    assert not [at for at, _ in world.said(cmd.StartReply) if 3.0 < at < 60.0], "the agent is silent meanwhile"
    kinds = [type(entry).__name__ for entry in world.entries]
    assert kinds == ["AgentSaid", "Instructed", "CallerSaid", "HumanSaid", "Instructed", "AgentSaid"]
    assert world.said(cmd.StartReply)[-1][0] >= 60.0


def test_keys_that_were_pressed_for_the_agent_come_before_those_for_the_human() -> None:
    world = World().answered()
    world.at(0.0, ev.LegAttached(1, 0.0))
    for at, key in ((3.0, "1"), (3.2, "2"), (3.6, "4")):
        world.at(at, ev.DigitPressed(key))
    world.at(3.4, ev.HumanJoined("Kim"))
    world.run(8.0)
    assert [entry.keys for entry in world.entries if isinstance(entry, hi.KeysPressed)] == ["12", "4"]


# ── agents, doors, calls that were placed ────────────────────────────────────────────────────────────────────────


def test_another_agent_takes_over() -> None:
    script = msgspec.structs.replace(SCRIPT, handoffs=("sales",))
    other = Script(greeting="", end_phrases=("tot ziens",), goodbye="Tot ziens.")
    world = World(script=script, tool_on="sales please", tool_name="handoff", tool_arguments='{"agent": "sales"}',
                  tool_text="One moment.")  # fmt: skip
    world.answered().says("sales please", 3.0, 4.0)
    world.performs[cmd.EnterAgent] = lambda c, at: world.at(
        at + 0.3,
        ev.AgentEntered("sales", world.behaviour, other, c.call),  # type: ignore[attr-defined]
    )
    world.says("tot ziens", 12.0, 13.0).run(20.0)
    assert hi.AgentTookOver("sales") in world.entries
    assert ("agent", "Tot ziens.") in world.turns, "the new agent's own words"
    assert len(world.said(cmd.EnterAgent)) == 1


def test_somebody_outside_says_something_and_tells_something() -> None:
    world = World().answered()
    world.at(4.0, ev.SayRequested("Your taxi is here."))
    world.at(8.0, ev.InstructionGiven("The kitchen is closed today.", speak_now=True))
    world.run(12.0)
    assert ("agent", "Your taxi is here.") in world.turns
    ask = world.asks[-1][1]
    assert hi.Instructed("The kitchen is closed today.") in world.entries[: ask.until]


def placed(**options: object) -> World:
    world = World(**options)  # type: ignore[arg-type]
    world.at(0.0, ev.CallAnswered("outbound", is_screened=True))
    return world


def test_a_human_who_answers_is_greeted_at_once() -> None:
    world = placed().says("hello", 0.3, 0.7)
    world.at(1.4, ev.AnsweredBy(ev.Answerer.HUMAN))
    world.run(5.0)
    assert world.heard_at(1.5) and not world.heard_at(1.3)
    assert world.turns[:2] == [("caller", "hello"), ("agent", SCRIPT.greeting)]


def test_a_machine_that_answers_gets_its_own_message_behind_the_beep() -> None:
    world = placed(script=msgspec.structs.replace(SCRIPT, machine_message="Please call us back."))
    world.says("please leave a message after the tone", 0.3, 3.0)
    world.at(2.0, ev.AnsweredBy(ev.Answerer.MACHINE))
    world.at(5.0, ev.BeepHeard())
    world.run(20.0)
    assert world.turns == [("agent", "Please call us back.")]
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.MACHINE_MESSAGE_LEFT)


def test_a_call_that_nobody_answers_ends_with_its_reason() -> None:
    world = World()
    world.at(20.0, ev.CallNotAnswered(EndReason.CALLEE_NO_ANSWER))
    world.run(30.0)
    assert world.said(cmd.EndCall)[0][1] == cmd.EndCall(EndReason.CALLEE_NO_ANSWER)
