"""Somebody at the business has the caller connected: nobody on the line has asked for it."""

import msgspec
import pytest

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.behaviour import Destination
from offhook.core.endings import EndReason
from tests.world import SCRIPT, World

DESK = msgspec.structs.replace(SCRIPT, destinations={"desk": Destination(number="+15005550009", say="To the desk.")})
TO_DESK = ev.TransferRequested("desk", "+15005550001")
TO_NUMBER = ev.TransferRequested("+15005550007", "+15005550007", 30.0)


def calling(*, answered_at: float = 0.0, ending: ev.TransferEnding | None = None) -> World:
    world = World(script=DESK, transfer=ending)
    world.at(0.0, ev.LegAttached(1, 0.0))
    world.at(answered_at, ev.CallAnswered())
    return world


def dialled(world: World) -> tuple[float, cmd.TransferCall]:
    ((at, command),) = world.said(cmd.TransferCall)
    assert isinstance(command, cmd.TransferCall)
    return at, command


@pytest.mark.parametrize(
    ("event", "said", "number", "ring_s"),
    [(TO_DESK, "To the desk.", "+15005550009", 20.0), (TO_NUMBER, SCRIPT.transfer, "+15005550007", 30.0)],
)
@pytest.mark.parametrize("at", [0.4, 4.0])
def test_the_caller_hears_it_and_is_connected(
    event: ev.TransferRequested, said: str, number: str, ring_s: float, at: float
) -> None:
    world = calling()
    world.at(at, event)
    world.run(12.0)
    dialled_at, command = dialled(world)
    assert (command.destination, command.number, command.ring_s) == (event.name, number, ring_s)
    assert world.turns[-1] == ("agent", said)
    assert not world.heard_at(dialled_at + 0.1), "it is heard to its end first"
    assert any(isinstance(entry, hi.Instructed) and event.name in entry.text for entry in world.entries)


def test_the_caller_who_speaks_meanwhile_is_connected_all_the_same() -> None:
    world = calling()
    world.at(4.0, TO_NUMBER)
    world.says("and what about my invoice", 4.6, 6.4).run(14.0)
    dialled_at, _ = dialled(world)
    assert dialled_at < 9.0
    assert not [at for at, _ in world.said(cmd.StartReply) if at > dialled_at], "nobody answers over the ringing"


def test_what_the_caller_said_is_answered_when_nobody_was_reached() -> None:
    world = calling()
    world.at(4.0, TO_NUMBER)
    world.run(10.0)
    dialled_at, command = dialled(world)
    world.at(dialled_at + 0.5, ev.LegDetached(1, ev.Detachment.STOPPED))
    world.at(dialled_at + 20.0, ev.TransferEnded(command.call, ev.TransferEnding.NO_ANSWER))
    world.at(dialled_at + 20.5, ev.LegAttached(2, dialled_at + 20.5))
    world.says("then take a message", dialled_at + 28.0, dialled_at + 29.0).run(dialled_at + 36.0)
    told = [entry.text for entry in world.entries if isinstance(entry, hi.Instructed)]
    assert any("was not reached" in text for text in told)
    asked = [ask for at, ask in world.asks if at > dialled_at]
    assert asked and any("was not reached" in getattr(entry, "text", "") for entry in world.entries[: asked[0].until])
    assert ("caller", "then take a message") in world.turns
    assert not any(isinstance(entry, hi.ToolAnswered) for entry in world.entries), "no model has asked for a tool"


def test_a_carrier_that_refuses_leaves_the_caller_with_the_agent() -> None:
    world = calling()
    world.performs[cmd.TransferCall] = lambda command, at: world.at(
        at + 0.2,
        ev.TransferEnded(command.call, ev.TransferEnding.FAILED, cause="no"),  # type: ignore[attr-defined]
    )
    world.at(4.0, TO_NUMBER)
    world.says("are you still there", 12.0, 13.0).run(20.0)
    assert ("caller", "are you still there") in world.turns
    assert world.asks, "the agent says that nobody was reached, and goes on"


def test_a_transfer_that_connects_ends_the_call() -> None:
    world = calling()
    world.at(4.0, TO_DESK)
    world.run(10.0)
    dialled_at, command = dialled(world)
    world.at(dialled_at + 0.5, ev.LegDetached(1, ev.Detachment.STOPPED))
    world.at(dialled_at + 90.0, ev.TransferEnded(command.call, ev.TransferEnding.CONNECTED, 80.0))
    world.run(dialled_at + 200.0)
    assert world.said(cmd.EndCall) == [(dialled_at + 90.0, cmd.EndCall(EndReason.AGENT_TRANSFERRED))]


def test_one_at_a_time_and_nobody_while_a_person_talks() -> None:
    world = calling()
    for at in (4.0, 4.3, 8.0):
        world.at(at, TO_NUMBER)
    world.run(12.0)
    dialled(world)
    held = calling()
    held.at(3.0, ev.HumanJoined("Kim"))
    held.at(5.0, TO_NUMBER)
    held.at(9.0, ev.HumanLeft("all is said"))
    held.run(20.0)
    assert not held.said(cmd.TransferCall)


def test_a_voice_that_is_gone_keeps_nobody_from_being_connected() -> None:
    world = calling()

    def fail(command: cmd.Command, at: float) -> None:
        assert isinstance(command, cmd.StartReply)
        if getattr(command.content, "name", "") == "transfer":
            world.at(at + 0.1, ev.ReplyFailed(command.reply, ev.Stage.VOICE, "gone", retryable=True))
        else:
            world._perform(command, at)

    world.performs[cmd.StartReply] = fail
    world.at(4.0, TO_NUMBER)
    world.run(20.0)
    dialled(world)
    assert not world.said(cmd.EndCall)
