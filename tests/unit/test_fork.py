"""A turn of a past call is asked again: exactly as it was, or with another prompt, agent or model."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from offhook.call.compose import request
from offhook.call.fork import read_past
from offhook.call.journal import Briefing, Header, header_line, line, lost_line
from offhook.cli.main import app
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.behaviour import Behaviour, Script
from offhook.core.endings import EndReason
from offhook.errors import ConfigurationError
from offhook.speech.llm import scripted
from offhook.speech.ports import Message, ModelOutput, ModelRequest
from tests.journals import BRIEFING, World, journal_of

RUNNER = CliRunner()
AGENT = """
name: night
prompt: You are the night desk.
llm:
  provider: scripted
  otherwise: The night desk heard {text}.
  rules: [{when: book, say: I will see., tool: end_call}]
tools: [{name: end_call}]
"""


def asked(path: Path, *options: str) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["replay", str(path), *options])
    return result.exit_code, result.output


def written(path: Path, *happened: ev.Event | cmd.Command | Briefing) -> Path:
    """A journal in which just this happened, one second after the other."""
    header = Header(call="call_1", agent="desk", started="x", behaviour=Behaviour(), script=Script())
    lines = [line(what, float(number), number) for number, what in enumerate(happened, start=1)]
    path.write_bytes(header_line(header) + b"".join(lines))
    return path


@pytest.fixture
def booking(tmp_path: Path) -> Path:
    """A call with a withdrawn speculation, a look-up, a tool, and another turn behind it."""
    return written(
        tmp_path / "journal.jsonl",
        BRIEFING,
        cmd.Remember(0, hist.AgentSaid(0, "Hello.", "Hello.")),
        cmd.StartReply(2, 1, cmd.Ask(1, caller_text="book a"), held=True),
        cmd.CancelReply(2),
        cmd.StartReply(3, 1, cmd.Ask(1, caller_text="book a room"), held=True),
        ev.KnowledgeFound(3, "book a room", ("Rooms cost 90 euros.",)),
        ev.ToolRequested(3, "c1", "book_room", '{"nights": 1}'),
        ev.ReplyGenerated(3, "Let me see.", 1),
        cmd.CommitReply(3),
        cmd.Remember(1, hist.CallerSaid(1, "book a room")),
        cmd.Remember(2, hist.ToolCalled("c1", "book_room", '{"nights": 1}', 3)),
        cmd.Remember(3, hist.ToolAnswered("c1", hist.Outcome.DONE, "booked")),
        cmd.ContinueReply(3, cmd.Ask(4, said="Let me see.")),
        ev.ReplyGenerated(3, "Let me see. It is booked.", 2),
        cmd.Remember(4, hist.AgentSaid(1, "Let me see. It is", "Let me see. It is booked.", interrupted=True)),
        cmd.StartReply(4, 2, cmd.Ask(5, caller_text="thanks", keys="1#"), held=False),
        ev.ReplyFailed(4, ev.Stage.MODEL, "no answer"),
        cmd.EndCall(EndReason.AGENT_ENDED),
    )


def test_a_turn_is_taken_as_it_was_asked(booking: Path) -> None:
    past = read_past(booking)
    first = past.turn(1)
    assert (first.reply, first.ask, first.passages) == (
        3,
        cmd.Ask(1, caller_text="book a room"),
        ("Rooms cost 90 euros.",),
    )
    assert first.text == "Let me see. It is booked." and first.tools == [("book_room", '{"nights": 1}')]
    assert first.briefing == BRIEFING
    composed = request(past.entries, first.ask, system=BRIEFING.system, passages=first.passages)
    assert composed.messages[0] == Message("system", "You are the desk.")
    assert composed.messages[1] == Message("assistant", "Hello.")
    assert composed.messages[-1] == Message("user", "book a room")
    assert any("90 euros" in message.text for message in composed.messages)
    later = past.turn(2)
    texts = " ".join(message.text for message in request(past.entries, later.ask, system="").messages)
    assert "booked" in texts and "thanks" in texts and "1#" in texts


def test_the_same_turn_is_asked_again(booking: Path) -> None:
    code, output = asked(booking, "--fork", "1")
    assert code == 0, output
    assert output.splitlines()[0] == "turn 1 at 5.00 s, 1 entry of history, 1 passage looked up"
    then, now = output.split("now · ")
    assert "then · desk · scripted" in then
    assert "  says    Let me see. It is booked." in then and '  wants   book_room {"nights": 1}' in then
    assert "  heard   Let me see. It is  [interrupted]" in then
    assert now.startswith("scripted\n") and "  says    You said: book a room." in now
    assert "first token after 0.2" in now and "tokens in" in now


def test_a_failure_of_then_is_shown(booking: Path) -> None:
    code, output = asked(booking, "--fork", "2")
    assert code == 0 and "  !       model failed: no answer" in output and "thanks [keys] 1#" in output


def test_another_agent_is_asked(booking: Path, tmp_path: Path) -> None:
    agent = tmp_path / "agent.yaml"
    agent.write_text(AGENT)
    code, output = asked(booking, "--fork", "1", "--agent", str(agent))
    assert code == 0, output
    now = output.split("now · ")[1]
    assert "  says    I will see." in now and "  wants   end_call {}" in now


def test_another_prompt_is_given(booking: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[ModelRequest] = []
    stream = scripted.ScriptedModel.stream

    def kept(self: scripted.ScriptedModel, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        requests.append(request)
        return stream(self, request)

    monkeypatch.setattr(scripted.ScriptedModel, "stream", kept)
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("Be brief.\n")
    code, output = asked(booking, "--fork", "1", "--prompt", str(prompt), "--model", "scripted")
    assert code == 0, output
    (given,) = requests
    assert given.messages[0] == Message("system", "Be brief.")
    assert [tool.name for tool in given.tools] == ["look_up"], "what the model is offered is as it was"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--fork", "7"), "no model was asked for this turn (found 7; expected one of the turns that a model"),
        (("--fork", "0"), "one of the turns that a model answered: 1, 2"),
        (("--fork", "1", "--model", "nobody"), "there is no such provider"),
        (("--fork", "1", "--model", "local gpt-17"), "is no model of local"),
        (("--fork", "1", "--model", "openai gpt-4o"), "OPENAI_API_KEY"),
        (("--fork", "1", "--prompt", "none.txt"), "none.txt: cannot be read"),
        (("--fork", "1", "--agent", "none.yaml"), "none.yaml"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_on_one_line(booking: Path, options: tuple[str, ...], told: str) -> None:
    code, output = asked(booking, *options)
    assert code == 2
    assert told in output and output.startswith("offhook: ") and output.count("\n") == 1


def test_a_history_with_holes_is_not_asked_with(booking: Path) -> None:
    lines = booking.read_bytes().splitlines(keepends=True)
    lines[10] = lost_line(10, 1)
    booking.write_bytes(b"".join(lines))
    assert asked(booking, "--fork", "1")[0] == 0, "the hole is behind what this turn was asked with"
    code, output = asked(booking, "--fork", "2")
    assert code == 2 and "the journal has lost entry 1 of the history" in output


def test_without_a_briefing_the_agents_file_is_needed(tmp_path: Path) -> None:
    ask = cmd.StartReply(1, 1, cmd.Ask(0, caller_text="hello"), held=False)
    path = written(tmp_path / "journal.jsonl", ask)
    code, output = asked(path, "--fork", "1")
    assert code == 2 and "--agent" in output
    agent = tmp_path / "agent.yaml"
    agent.write_text(AGENT)
    code, output = asked(path, "--fork", "1", "--agent", str(agent))
    assert code == 0 and "The night desk heard hello." in output


def test_a_call_of_the_whole_core_is_asked_again(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    code, output = asked(path, "--fork", "1")
    assert code == 0 and "You said: what time is it." in output
    assert "Are you still there?" not in output, "that was another reply"
    assert "then · desk · scripted" in output and "You said what time is it." in output


def test_words_that_came_late_are_what_was_asked(tmp_path: Path) -> None:
    path = written(
        tmp_path / "journal.jsonl",
        cmd.StartReply(1, 1, cmd.Ask(0, caller_text="tell me"), held=True),
        cmd.CommitReply(1),
        cmd.CancelReply(1),
        cmd.StartReply(2, 1, cmd.Ask(0, caller_text="tell me the price"), held=False),
        cmd.StartReply(3, 1, cmd.Ask(2), held=False),
    )
    assert read_past(path).turn(1).ask.caller_text == "tell me the price"
    with pytest.raises(ConfigurationError, match="no model was asked"):
        read_past(path).turn(2)
