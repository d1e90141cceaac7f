"""The journal is a contract: what is written is read back, and a call runs again from it."""

import typing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offhook.call.journal import Header, Journal, Line, parse_line, read_header, read_lines
from offhook.call.latency import LatencyMeter
from offhook.call.replay import replay
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.behaviour import Behaviour, Script
from offhook.errors import ConfigurationError
from tests.world import SCRIPT, World

KINDS = (*typing.get_args(ev.AnyEvent), *typing.get_args(cmd.AnyCommand))
HEADER = Header(call="CA1", agent="a", started="2026-01-01T00:00:00+00:00", behaviour=Behaviour(), script=SCRIPT)


def test_every_event_and_command_is_in_the_union() -> None:
    declared = {kind for base in (ev.Event, cmd.Command) for kind in base.__subclasses__()}
    assert set(KINDS) == declared


st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the journal's
@given(st.data(), st.sampled_from(KINDS), st.floats(0, 1e5))
def test_what_is_written_is_read_back(data: st.DataObject, kind: type[ev.Event | cmd.Command], at: float) -> None:
    what = typing.cast(ev.Event, data.draw(st.builds(kind)))
    lines: list[bytes] = []
    Journal(lines.append, HEADER).add(what, at)
    line = parse_line(lines[1])
    assert line.what == what
    assert line.at == pytest.approx(at, abs=1e-6)


def journal_of(world: World, folder: Path) -> Path:
    """The world's call, run once more with a journal."""
    path = folder / "journal.jsonl"
    header = msgspec.structs.replace(HEADER, behaviour=world.behaviour, script=world.script)
    with path.open("wb") as file:
        journal = Journal(file.write, header)
        take = world.conversation.receive

        def receive(event: ev.Event, at: float) -> list[cmd.Command]:
            commands = take(event, at)
            everything: tuple[ev.Event | cmd.Command, ...] = (event, *commands)
            for what in everything:
                journal.add(what, round(at, 6))
            return commands

        world.conversation.receive = receive  # type: ignore[method-assign]
        world.answered().says("what time is it", 3.0, 4.0).run(30.0)
    return path


def test_a_call_runs_again_from_its_journal(tmp_path: Path) -> None:
    result = replay(journal_of(World(), tmp_path))
    assert result.events > 20 and result.commands > 10
    assert not result.mismatches


def test_a_changed_journal_is_seen(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    path.write_text(path.read_text().replace('"silence_s":0.8', '"silence_s":0.7', 1))
    (mismatch, *_) = replay(path).mismatches
    assert mismatch.event == "SpeechStopped" and mismatch.recorded != mismatch.replayed


def test_a_journal_that_was_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert not replay(path).mismatches[:-1]
    assert len(list(read_lines(path))) > 3


@pytest.mark.parametrize("content", [b"", b"hello\n", b'{"journal": 1}\n', b"\xff\xfe\n"])
def test_what_is_no_journal_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="is not a journal"):
        read_header(path)


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = b'{"at": 1.0, "event": "Nothing"}\n'
    path.write_bytes(b"".join(lines))
    with pytest.raises(ConfigurationError, match="line 5"):
        list(read_lines(path))


def test_a_missing_file_is_one_line() -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_header(Path("/nowhere/journal.jsonl"))


def test_the_parts_of_a_latency_add_up(tmp_path: Path) -> None:
    meter = LatencyMeter()
    for line in read_lines(journal_of(World(), tmp_path)):
        assert isinstance(line, Line)
        meter.add(line.what, line.at)
    (turn,) = meter.turns
    assert turn.text == "what time is it" and turn.speculated
    assert sum(turn.parts_s) == pytest.approx(turn.gap_s)
    assert all(part >= 0.0 for part in turn.parts_s)
    assert turn.gap_s == pytest.approx(0.4, abs=0.05)


def test_the_header_holds_all_that_a_replay_needs(tmp_path: Path) -> None:
    world = World(behaviour=Behaviour(min_silence_s=0.5), script=Script(opening="wait"))
    header = read_header(journal_of(world, tmp_path))
    assert header.behaviour.min_silence_s == 0.5 and header.script.opening == "wait"
