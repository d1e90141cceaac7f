"""Every check of the simulated calls can fail: a conversation is broken on purpose, and the check says so."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.conversation import Conversation
from offhook.simulator.events_check import Check, Facts
from offhook.simulator.events_checks import CHECKS
from offhook.simulator.events_waits import NobodyWaitsInSilence
from offhook.simulator.events_weather import WEATHERS
from offhook.simulator.events_world import EventsWorld

Twist = Callable[[list[cmd.AnyCommand]], list[cmd.AnyCommand]]


def twisted(twist: Twist) -> type[Conversation]:
    """A conversation whose commands are changed on their way out."""

    class Twisted(Conversation):
        def receive(self, event: ev.Event, at: float) -> list[cmd.AnyCommand]:
            return twist(super().receive(event, at))

    return Twisted


def each(change: Callable[[cmd.AnyCommand], list[cmd.AnyCommand]]) -> Twist:
    return lambda commands: [new for command in commands for new in change(command)]


def entry_changed(kind: type[hi.Entry], change: Callable[[str], str]) -> Twist:
    def of(command: cmd.AnyCommand) -> list[cmd.AnyCommand]:
        if not isinstance(command, cmd.Remember) or not isinstance(command.entry, kind):
            return [command]
        name = "keys" if kind is hi.KeysPressed else "text"
        text = change(getattr(command.entry, name))
        entry = msgspec.structs.replace(command.entry, **{name: text})
        return [msgspec.structs.replace(command, entry=entry)]

    return each(of)


def without(*kinds: type[cmd.AnyCommand]) -> Twist:
    return each(lambda command: [] if isinstance(command, kinds) else [command])


def doubled(kind: type[cmd.AnyCommand]) -> Twist:
    return each(lambda command: [command, command] if isinstance(command, kind) else [command])


def with_tools_always(command: cmd.AnyCommand) -> list[cmd.AnyCommand]:
    if isinstance(command, cmd.ContinueReply):
        return [msgspec.structs.replace(command, content=msgspec.structs.replace(command.content, with_tools=True))]
    return [command]


def asked_without_the_last(command: cmd.AnyCommand) -> list[cmd.AnyCommand]:
    if isinstance(command, cmd.StartReply) and isinstance(command.content, cmd.Ask) and command.content.until:
        content = msgspec.structs.replace(command.content, until=command.content.until - 1)
        return [msgspec.structs.replace(command, content=content)]
    return [command]


def without_a_tool(command: cmd.AnyCommand) -> list[cmd.AnyCommand]:
    is_tool = isinstance(command, cmd.Remember) and isinstance(command.entry, hi.ToolAnswered)
    return [] if is_tool else [command]


BROKEN: dict[str, tuple[str, str, Twist]] = {
    "a word is lost": ("words_reach_history", "fair", entry_changed(hi.CallerSaid, lambda text: text[:-3])),
    "a word is doubled": (
        "words_reach_history", "fair", entry_changed(hi.CallerSaid, lambda text: f"{text} {text.split()[-1]}"),
    ),
    "an answer is lost": (
        "words_reach_history", "lively", entry_changed(hi.CallerSaid, lambda text: text.replace("yes", "")),
    ),
    "all of a reply is taken for heard": (
        "heard_text_is_true", "lively", entry_changed(hi.AgentSaid, lambda text: f"{text} a9998 a9999"),
    ),
    "nothing is taken for heard": ("heard_text_is_true", "fair", entry_changed(hi.AgentSaid, lambda text: "")),
    "a key is lost": ("keys_reach_history", "keys", entry_changed(hi.KeysPressed, lambda keys: keys[:-1])),
    "a tool runs twice": ("no_effect_twice", "tools", doubled(cmd.RunTool)),
    "a tool has no key": (
        "no_effect_twice", "tools",
        each(lambda c: [msgspec.structs.replace(c, key="")] if isinstance(c, cmd.RunTool) else [c]),
    ),
    "a tool runs more often than it may": (
        "effects_by_consent", "tools", each(lambda c: [c] * 10 if isinstance(c, cmd.RunTool) else [c]),
    ),
    "a turn is asked without its words": ("model_knows_all", "fair", each(asked_without_the_last)),
    "an answer of a tool is kept from the model": ("model_knows_all", "tools", each(without_a_tool)),
    "the last round has tools": ("rounds_are_bounded", "tools_hard", each(with_tools_always)),
    "fillers have no end": (
        "rounds_are_bounded", "slow_model",
        each(lambda command: [command] * (20 if isinstance(command, cmd.PlayFiller) else 1)),
    ),
    "a reply is not cancelled": ("one_reply_at_a_time", "lively", without(cmd.CancelReply)),
    "the end is said twice": ("nothing_follows_the_end", "fair", doubled(cmd.EndCall)),
    "a reply that is hushed stays so": ("nobody_waits_in_silence", "lively", without(cmd.ResumePlayout)),
    "no filler is said": ("nobody_waits_in_silence", "slow_model", without(cmd.PlayFiller)),
    "no reply is committed": ("nobody_waits_in_silence", "fair", without(cmd.CommitReply)),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_found(broken: str) -> None:
    name, weather, twist = BROKEN[broken]
    assert found(name, weather, twisted(twist)), f"no call shows that {broken}"


def found(name: str, weather: str, make: type[Conversation]) -> bool:
    for seed in range(60):
        world = EventsWorld(seed, WEATHERS[weather], make=make)
        try:
            world.run()
        except AssertionError:
            pass  # What is broken may break more.
        if any(f" {name}: " in failure for failure in world.facts.failures):
            return True
    return False


def test_a_forgotten_deadline_is_found() -> None:
    class Forgetful(Conversation):
        """Wakes up for nothing but the longest call."""

        @property
        def timers(self) -> list[str]:
            return ["max_call"]

        @property
        def wakeup_at(self) -> float | None:
            return None if super().wakeup_at is None else 1800.0

    assert found("open_calls_have_deadlines", "slow_model", Forgetful)


def test_a_call_without_an_end_is_found() -> None:
    assert found("nothing_follows_the_end", "fair", twisted(without(cmd.EndCall)))


def test_a_television_that_is_talked_to_is_found() -> None:
    class Patient(Conversation):
        """Never doubts that somebody is there."""

    weather = replace(
        WEATHERS["television"],
        behaviour=msgspec.structs.replace(WEATHERS["television"].behaviour, presence_doubts=0, max_call_s=1200.0),
    )
    worlds = [EventsWorld(seed, weather, make=Patient).run() for seed in range(10)]
    assert any("televisions_are_left" in failure for world in worlds for failure in world.facts.failures)


def test_each_check_is_broken_by_some_test() -> None:
    tried = {name for name, _, _ in BROKEN.values()} | {"televisions_are_left"}
    checks: tuple[type[Check], ...] = (*CHECKS, NobodyWaitsInSilence)
    assert {check.name for check in checks} == tried


def test_a_wait_is_counted_from_the_last_sound() -> None:
    facts = Facts(WEATHERS["fair"].behaviour)
    waits = NobodyWaitsInSilence(facts)
    hears = waits.hears()
    hears[ev.CallAnswered](ev.CallAnswered(), 0.0)
    waits.agent_sounds(1.0, 3.0)
    waits.agent_cut(2.0)
    waits.agent_sounds(5.9, 7.0)
    assert waits.worst_s == pytest.approx(3.9)
    assert not facts.failures
    waits.agent_sounds(11.5, 12.0)
    assert facts.failures == ["11.500 nobody_waits_in_silence: nobody has sounded for 4.50 s"]
    waits.reply_over(1)
    waits.agent_sounds(30.0, 31.0)
    assert len(facts.failures) == 1, "nobody waits behind an answer"
