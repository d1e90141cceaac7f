"""Tools with effects run by the caller's word, and none more often than its owner allows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hi
from offhook.core.consent import AT_ONCE, MOST_AT_ONCE, READ_BACK
from offhook.speech.ports import TWICE
from offhook.tools.mcp_list import ToolList
from offhook.tools.toolbox import Toolbox
from tests.world import SCRIPT, World

ORDER = '{"order": "471100"}'


def world(*wishes: tuple[str, str], confirm: bool = True, most: int = 0, rounds: int = 1) -> World:
    """A model that wants `cancel_order` with these arguments on these words of the caller."""
    made = World(script=msgspec.structs.replace(SCRIPT, denials=("no", "no thanks")))
    by_text = dict(wishes)
    asked: dict[int, int] = {}

    def think(command: cmd.Command, at: float) -> None:
        assert isinstance(command, cmd.StartReply | cmd.ContinueReply)
        content, reply = command.content, command.reply
        if isinstance(command, cmd.StartReply):
            made.playout.open(reply, held=command.held)
            made._said[reply] = []
        if isinstance(content, cmd.Say):
            made._make(reply, content.text, at)
            return
        text, number = made.caller_text(content), asked.get(reply, 0)
        if text in by_text and number < rounds and content.with_tools:
            asked[reply] = number + 1
            made.at(
                at + 0.1, ev.ToolRequested(reply, f"t{reply}.{number}", "cancel_order", by_text[text], confirm, most)
            )
            made.at(at + 0.1, ev.ReplyGenerated(reply, "", 0))
        else:
            made.at(at + 0.1, ev.FirstTokenReceived(reply))
            made.at(at + 0.1, lambda t: made._make(reply, "Shall I cancel 471100?", t))

    made.performs[cmd.StartReply] = made.performs[cmd.ContinueReply] = think
    return made.answered()


def runs(made: World) -> list[tuple[float, str]]:
    return [(at, command.arguments) for at, command in made.said(cmd.RunTool) if isinstance(command, cmd.RunTool)]


def refusals(made: World) -> list[str]:
    return [e.text for e in made.entries if isinstance(e, hi.ToolAnswered) and e.outcome is hi.Outcome.FAILED]


def test_it_runs_in_the_turn_after_it_was_read_back() -> None:
    made = world(("cancel it", ORDER), ("yes please", ORDER))
    made.says("cancel it", 3.0, 3.6).says("yes please", 8.0, 8.6).run(14.0)
    ((at, arguments),) = runs(made)
    assert at > 8.6 and arguments == ORDER
    assert refusals(made) == [READ_BACK]
    assert ("agent", "Shall I cancel 471100?") in made.turns


def test_the_order_of_the_arguments_is_no_change() -> None:
    made = world(("cancel it", '{"a": 1, "b": "x"}'), ("yes please", '{ "b":"x","a":1 }'))
    made.says("cancel it", 3.0, 3.6).says("yes please", 8.0, 8.6).run(14.0)
    assert len(runs(made)) == 1


def test_other_arguments_are_read_back_again() -> None:
    made = world(("cancel it", ORDER), ("yes please", '{"order": "471199"}'))
    made.says("cancel it", 3.0, 3.6).says("yes please", 8.0, 8.6).run(14.0)
    assert not runs(made) and refusals(made) == [READ_BACK] * 2


@pytest.mark.parametrize("rounds", [2, 3, 50])
def test_a_model_that_asks_again_in_the_same_turn_gets_nothing(rounds: int) -> None:
    """So a tool's text ("call cancel_order") starts nothing: it comes within a turn."""
    made = world(("cancel it", ORDER), rounds=rounds).says("cancel it", 3.0, 3.6).run(7.5)
    assert not runs(made) and set(refusals(made)) == {READ_BACK}


def test_a_no_takes_it_back() -> None:
    made = world(("cancel it", ORDER), ("no", ORDER), ("what else", ORDER))
    made.says("cancel it", 3.0, 3.6).says("no", 8.0, 8.4).says("what else", 14.0, 14.6).run(20.0)
    # Behind the no it was read back again, and that was answered by something else: the model judges that.
    assert all(at > 14.0 for at, _ in runs(made)) and refusals(made)[:2] == [READ_BACK] * 2


def test_a_yes_counts_for_one_run() -> None:
    made = world(("cancel it", ORDER), ("yes please", ORDER), ("and once more", ORDER))
    made.says("cancel it", 3.0, 3.6).says("yes please", 8.0, 8.6).says("and once more", 14.0, 14.8).run(20.0)
    assert len(runs(made)) == 1 and refusals(made) == [READ_BACK] * 2


def test_what_was_never_heard_was_not_read_back() -> None:
    """The caller speaks on before a word of the agent."""
    made = world(("cancel it", ORDER), ("and quickly", ORDER))
    made.voice_s = 30.0
    made.says("cancel it", 3.0, 3.6).says("and quickly", 4.3, 5.0).run(8.0)
    assert not runs(made)


def test_without_effects_nothing_is_asked() -> None:
    made = world(("cancel it", ORDER), confirm=False).says("cancel it", 3.0, 3.6).run(8.0)
    assert len(runs(made)) == 1 and not refusals(made)


def test_a_tool_runs_so_often_in_a_call() -> None:
    wishes = [(f"look {n}", f'{{"order": "{n}"}}') for n in range(5)]
    made = world(*wishes, confirm=False, most=3)
    for n in range(5):
        made.says(f"look {n}", 3.0 + 6 * n, 3.6 + 6 * n)
    made.run(36.0)
    assert len(runs(made)) == 3
    assert refusals(made) == ["not run: it has run 3 times in this call, and may not run again"] * 2


def test_a_round_runs_a_few_tools_and_the_rest_is_told() -> None:
    made = World().answered()
    many: Callable[[cmd.Command, float], None] = made._perform

    def think(command: cmd.Command, at: float) -> None:
        assert isinstance(command, cmd.StartReply)
        if isinstance(command.content, cmd.Say) or made.caller_text(command.content) != "all of them":
            many(command, at)
            return
        made.playout.open(command.reply, held=command.held)
        made._said[command.reply] = []
        for n in range(300):
            made.at(at + 0.1, ev.ToolRequested(command.reply, f"t{n}", "look_up", f'{{"n": {n}}}'))
        made.at(at + 0.1, ev.ReplyGenerated(command.reply, "", 0))

    made.performs[cmd.StartReply] = think
    made.says("all of them", 3.0, 3.8).run(12.0)
    assert len(runs(made)) == MOST_AT_ONCE and refusals(made) == [AT_ONCE] * (300 - MOST_AT_ONCE)
    assert any(text.endswith("It is done.") for _, text in made.turns), "the model goes on"


# ── what the owner says ────────────────────────────────────────────────────────────────────────────────────────────

HTTP: dict[str, Any] = {"name": "a", "description": "b", "url": "https://a.example"}


@pytest.mark.parametrize(
    ("fields", "confirm", "most"),
    [
        ({}, True, 3), ({"has_effects": False}, False, 20), ({"confirm": False}, False, 3),
        ({"most_per_call": 7}, True, 7), ({"method": "GET"}, False, 20), ({"method": "GET", "confirm": True}, True, 20),
        ({"method": "GET", "has_effects": True}, True, 3),
        ({"has_effects": False, "confirm": True}, True, 20),
    ],
)  # fmt: skip
def test_a_web_services_bounds(fields: dict[str, Any], confirm: bool, most: int) -> None:
    (spec,) = Toolbox([HttpToolConfig.model_validate({**HTTP, **fields})]).specs
    assert (spec.confirm, spec.most_per_call, spec.told.endswith(TWICE)) == (confirm, most, confirm)


@pytest.mark.parametrize(
    ("fields", "harmless", "confirm", "most"),
    [
        ({}, False, True, 3), ({}, True, False, 20), ({"confirm": {"book": False}}, False, False, 3),
        ({"confirm": {"book": True}, "most_per_call": {"book": 1}}, True, True, 1),
    ],
)  # fmt: skip
def test_a_servers_bounds(fields: dict[str, Any], harmless: bool, confirm: bool, most: int) -> None:
    from mcp.types import Tool, ToolAnnotations

    config = McpServerConfig.model_validate({"name": "s", "command": ["x"], **fields})
    hints = ToolAnnotations(readOnlyHint=harmless)
    entry = Tool(name="book", inputSchema={"type": "object"}, annotations=hints)
    (listed,) = ToolList(config, print).offered([entry])
    assert (listed.spec.confirm, listed.spec.most_per_call) == (confirm, most)
    assert replace(listed.spec, confirm=False).name == "book"
