"""A call runs again from its journal, and what cannot be proved is told as such."""

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from offhook.call.journal import CUT_OFF, Closed, line, lost_line, read_header
from offhook.call.replay import ReplayResult, replay
from offhook.cli.main import app
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.conversation import Conversation
from offhook.core.endings import EndReason
from offhook.core.history import Outcome
from tests.journals import World, header_of, journal_of, record_into

RUNNER = CliRunner()
CUT_OFF_END = cmd.EndCall(EndReason.OFFHOOK_DRAINED, CUT_OFF)


def told(path: Path) -> tuple[int, str]:
    """Exit code and output of the command."""
    result = RUNNER.invoke(app, ["replay", str(path)])
    return result.exit_code, result.output


def changed(path: Path, before: str, after: str) -> None:
    """The first of these is another."""
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def raw_lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_a_call_runs_again_from_its_journal(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    result = replay(path)
    assert result.events > 20 and result.commands > 10
    assert not result.mismatches and result.is_whole and result.gap is None
    code, output = told(path)
    assert code == 0 and output == f"✓ {result.commands} commands, every one the same\n"


@pytest.mark.parametrize("outcome", Outcome)
def test_a_call_with_a_tool_runs_again(tmp_path: Path, outcome: Outcome) -> None:
    world = World(tool_on="what time is it", tool_outcome=outcome)
    path = journal_of(world, tmp_path)
    assert "RunTool" in path.read_text() and not replay(path).mismatches


def test_an_agent_that_enters_is_swapped_by_the_event_alone(tmp_path: Path) -> None:
    world, path = World(), tmp_path / "journal.jsonl"
    record_into(world, path)
    other = msgspec.structs.replace(world.behaviour, min_silence_s=0.9, unsure_silence_s=1.5)
    world.at(2.5, ev.AgentEntered("night", other, msgspec.structs.replace(world.script, goodbye="Good night.")))
    world.answered().says("what time is it", 3.0, 4.0).run(60.0)
    assert not replay(path).mismatches
    changed(path, '"min_silence_s":0.9', '"min_silence_s":0.4')
    assert replay(path).mismatches, "the agent's numbers are those of the event"


def test_another_decision_is_seen(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    changed(
        path, '"command":"WatchSilence","spurt":1,"silence_s":0.', '"command":"WatchSilence","spurt":1,"silence_s":1.'
    )
    (mismatch, *_) = replay(path).mismatches
    assert mismatch.recorded != mismatch.replayed and "WatchSilence" in mismatch.recorded[0]
    code, output = told(path)
    assert code == 1 and f"(line {mismatch.n})" in output and f"- {mismatch.recorded[0]}" in output
    assert "✗ commands came out differently behind 1 of" in output


def test_another_request_to_the_model_is_seen(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    changed(path, '"source":"ask","until":1', '"source":"ask","until":0')
    (mismatch,) = replay(path).mismatches
    assert mismatch.recorded[0].startswith("StartReply(") and "until=0" in mismatch.recorded[0]


def test_another_entry_of_the_history_is_seen(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    changed(path, '"entry":"CallerSaid","turn":1,"text":"what time is it"', '"entry":"CallerSaid","turn":1,"text":"no"')
    (mismatch,) = replay(path).mismatches
    assert mismatch.recorded[0].startswith("Remember(")


def test_a_journal_that_was_cut_off_anywhere_is_not_different(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    lines = raw_lines(path)
    for kept in range(1, len(lines)):
        path.write_bytes(b"".join(lines[:kept]) + lines[kept][:-5])
        result = replay(path)
        assert not result.mismatches, f"cut behind line {kept}"
        assert not result.is_whole
    code, output = told(path)
    assert code == 0 and "! the journal was cut off at" in output and "✓" in output


def test_a_whole_journal_lacks_no_command(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    world = World()
    record_into(world, path)
    world.answered().run(2.0)
    world.take(ev.CallerHungUp(), 2.0)
    lines = raw_lines(path)
    ended = next(place for place, raw in enumerate(lines) if b'"EndCall"' in raw)
    del lines[ended]
    lines[-1] = lines[-1].replace(b'{"n":%d,' % len(lines), b'{"n":%d,' % (len(lines) - 1))
    path.write_bytes(b"".join(lines))
    result = replay(path)
    assert result.is_whole and result.gap is None
    (mismatch,) = result.mismatches
    assert mismatch.event == "CallerHungUp" and "EndCall" in mismatch.replayed[0]


def test_what_lies_behind_lost_lines_is_not_proved(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    lines = raw_lines(path)
    whole = replay(path)
    for first in (5, len(lines) // 2):
        cut = [*lines[:first], lost_line(first, 4), *lines[first + 4 :]]
        path.write_bytes(b"".join(cut))
        result = replay(path)
        assert not result.mismatches and result.commands < whole.commands
        assert result.gap is not None and (result.gap.n, result.gap.lost) == (first, 4)
        code, output = told(path)
        assert code == 0 and "! 4 lines are missing behind" in output and "nothing after it can be proved" in output


def test_lines_that_vanished_are_missed_by_their_numbers(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    lines = raw_lines(path)
    path.write_bytes(b"".join([*lines[:8], *lines[10:]]))
    result = replay(path)
    assert result.gap is not None and (result.gap.n, result.gap.lost) == (8, 2)


def test_another_version_is_told(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    changed(path, f'"version":"{read_header(path).version}"', '"version":"0.0.1"')
    code, output = told(path)
    assert code == 0 and "! recorded with 0.0.1, replayed with" in output and "may be new rules" in output


def test_a_fault_of_the_core_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = journal_of(World(), tmp_path)
    receive = Conversation.receive

    def broken(self: Conversation, event: ev.Event, at: float) -> list[cmd.AnyCommand]:
        if isinstance(event, ev.SpeechStopped):
            raise KeyError("floor")
        return receive(self, event, at)

    monkeypatch.setattr(Conversation, "receive", broken)
    result: ReplayResult = replay(path)
    (mismatch,) = result.mismatches
    assert mismatch.replayed == ("the core failed: KeyError: 'floor'",)


def test_events_behind_the_end_are_in_the_journal_and_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    world = World()
    record_into(world, path)
    world.answered().run(2.0)
    world.take(ev.CallerHungUp(), 2.0)
    lines = raw_lines(path)
    number = len(lines) - 1
    lines[-1] = line(ev.ToolReturned("c1", "booked"), 9.0, number)
    path.write_bytes(b"".join(lines))
    assert not replay(path).mismatches


@pytest.mark.parametrize("end", [cmd.EndCall(EndReason.OFFHOOK_ERROR, "KeyError"), CUT_OFF_END])
@pytest.mark.parametrize("kept", [0, 1, 2, 100])
def test_a_call_that_the_conversation_did_not_end_is_replayed_up_to_there(
    tmp_path: Path, end: cmd.EndCall, kept: int
) -> None:
    """A tool that outlives such a call is answered to nobody: the conversation would have gone on with it."""
    path, world = tmp_path / "journal.jsonl", World(tool_on="book it", tool_s=30.0)
    record_into(world, path)
    world.answered().says("book it", 3.0, 4.0).run(12.0)
    lines = raw_lines(path)
    began = max(number for number, text in enumerate(lines) if b'"event"' in text)
    lines = lines[: began + 1 + kept]
    lines += [line(end, 12.0, len(lines)), line(ev.ToolReturned("c1", "booked"), 15.0, len(lines) + 1)]
    path.write_bytes(b"".join([*lines, line(Closed(), 15.0, len(lines))]))
    result = replay(path)
    assert not result.mismatches and result.is_whole and result.events > 10


def test_an_end_that_only_the_journal_has_is_seen(tmp_path: Path) -> None:
    path, world = tmp_path / "journal.jsonl", World()
    record_into(world, path)
    world.answered().run(5.0)
    with path.open("ab") as file:
        file.write(line(cmd.EndCall(EndReason.OFFHOOK_DRAINED), 5.0, len(raw_lines(path))))
        file.write(line(Closed(), 5.0, len(raw_lines(path)) + 1))
    assert replay(path).mismatches, "this one the conversation should have given"


def test_a_repaired_line_is_told(tmp_path: Path) -> None:
    world, path = World(), tmp_path / "journal.jsonl"
    record_into(world, path)
    world.answered().says("half \ud800 of it", 3.0, 4.0).run(40.0)
    result = replay(path)
    assert result.repaired
    _, output = told(path)
    assert "! something was replaced when these lines were written" in output


def test_a_folder_is_taken_for_its_journal(tmp_path: Path) -> None:
    journal_of(World(), tmp_path)
    assert told(tmp_path)[0] == 0


def test_an_old_journal_is_refused_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    path.write_text('{"journal":1,"call":"CA1"}\n')
    result = RUNNER.invoke(app, ["replay", str(path)])
    assert result.exit_code == 2
    assert "old.jsonl: line 1: is not a journal that this Offhook can read (found version 1;" in result.output


def test_the_options_of_a_fork_need_one(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    result = RUNNER.invoke(app, ["replay", str(path), "--model", "scripted"])
    assert result.exit_code == 2 and "--fork" in result.output


def test_the_header_of_a_journal_names_its_rules() -> None:
    assert len(header_of(World()).digest) == 16
