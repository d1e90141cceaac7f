"""What the agent says that it did, in a conversation: only what was heard counts, and fillers of tools."""

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.behaviour import Script, ToolWords
from tests.world import SCRIPT, World

PROMISING = Script(
    **{
        **{name: getattr(SCRIPT, name) for name in SCRIPT.__struct_fields__},
        "tools": {"look_up": ToolWords(promises=("it is done", "i have found it"), filler=("I look.",))},
    }
)


def test_a_promise_without_a_tool_is_reported_with_what_was_heard() -> None:
    world = World(script=PROMISING, answer=lambda _: "I have found it. Goodbye for now my dear friend of old.")
    world.answered().says("please find it", 4.0, 5.0).run(20.0)
    reports = [command for _, command in world.said(cmd.ReportPromise)]
    assert reports == [cmd.ReportPromise(1, "look_up", "I have found it.")]


def test_a_promise_that_a_tool_kept_is_none() -> None:
    world = World(script=PROMISING, tool_on="please find it")
    world.answered().says("please find it", 4.0, 5.0).run(20.0)
    assert ("agent", "It is done.") in world.turns
    assert not world.said(cmd.ReportPromise)


def test_a_tool_that_failed_keeps_no_promise() -> None:
    world = World(script=PROMISING, tool_on="please find it", tool_s=None)
    world.answered().says("please find it", 4.0, 5.0)
    world.at(6.5, lambda at: world.take(ev.ToolFailed("t2", "the service answered 503"), at))
    world.run(20.0)
    assert any(speaker == "agent" and text.endswith("It is done.") for speaker, text in world.turns)
    assert [command.tool for _, command in world.said(cmd.ReportPromise) if isinstance(command, cmd.ReportPromise)] == [
        "look_up"
    ]


def test_a_promise_that_was_not_heard_was_not_made() -> None:
    world = World(script=PROMISING, answer=lambda _: "One two three four five six seven. I have found it.")
    world.answered().says("please find it", 4.0, 5.0).says("stop it right now please", 6.0, 8.0).run(20.0)
    (first,) = [text for speaker, text in world.turns if speaker == "agent" and text.startswith("One")][:1]
    assert "found" not in first
    turns = [command.turn for _, command in world.said(cmd.ReportPromise) if isinstance(command, cmd.ReportPromise)]
    assert 1 not in turns


def test_the_owners_sentences_are_no_promises() -> None:
    script = Script(greeting="I have found it.", tools=PROMISING.tools)
    world = World(script=script).answered().run(8.0)
    assert ("agent", "I have found it.") in world.turns and not world.said(cmd.ReportPromise)


def test_a_tools_own_filler_is_said_while_it_runs() -> None:
    world = World(script=PROMISING, tool_on="please find it", tool_s=6.0)
    world.answered().says("please find it", 4.0, 5.0).run(20.0)
    fillers = [command.text for _, command in world.said(cmd.PlayFiller) if isinstance(command, cmd.PlayFiller)]
    assert fillers and set(fillers) == {"I look."}


def test_without_any_filler_the_wait_is_silent_and_bounded() -> None:
    script = Script(greeting="Hello.", filler=())
    world = World(script=script, tool_on="please find it", tool_s=3.0)
    world.answered().says("please find it", 4.0, 5.0).run(20.0)
    assert not world.said(cmd.PlayFiller)
    assert ("agent", "It is done.") in world.turns
