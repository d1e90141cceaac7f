"""The journal is a contract: what is written is read back, whatever it is, and old ones are refused in one sentence."""

import typing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offhook.call.journal import (
    Briefing,
    Closed,
    Gap,
    Header,
    Line,
    digest_of,
    header_line,
    line,
    parse_line,
    read_header,
    read_lines,
)
from offhook.call.latency import LatencyMeter
from offhook.call.spend import SpendMeter
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.core.behaviour import PRESETS, Behaviour, Script
from offhook.errors import ConfigurationError
from tests.journals import BRIEFING, journal_of
from tests.world import SCRIPT, World

KINDS = (*typing.get_args(ev.AnyEvent), *typing.get_args(cmd.AnyCommand), Briefing, Closed)
HEADER = Header(call="call_1", agent="a", started="2026-01-01T00:00:00+00:00", behaviour=Behaviour(), script=SCRIPT)


def leaves(kind: type) -> set[type]:
    """The classes of a tree that nothing is derived from."""
    below: list[type] = kind.__subclasses__()
    return {leaf for entry in below for leaf in leaves(entry)} if below else {kind}


def test_every_event_command_and_entry_is_in_its_union() -> None:
    assert set(typing.get_args(ev.AnyEvent)) == leaves(ev.Event)
    assert set(typing.get_args(cmd.AnyCommand)) == leaves(cmd.Command)
    assert set(typing.get_args(hist.AnyEntry)) == leaves(hist.Entry)


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_is_named_like_the_lines_own(kind: type[msgspec.Struct]) -> None:
    assert not {"n", "at", "lost", "repaired", "event", "command"} & set(kind.__struct_fields__)


st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
texts = st.text(st.characters(exclude_categories=()))
"""Half characters too."""


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the journal's
@given(st.data(), st.sampled_from([kind for kind in KINDS if kind is not ev.AgentEntered]), st.floats(0, 1e5))
def test_what_is_written_is_read_back(data: st.DataObject, kind: type[ev.Event], at: float) -> None:
    what = data.draw(st.builds(kind))
    found = parse_line(line(what, at, 7))
    assert isinstance(found, Line)
    assert found.what == what and found.n == 7 and not found.is_repaired
    assert found.at == pytest.approx(at, abs=1e-6)


@pytest.mark.parametrize("behaviour", PRESETS.values())
def test_an_agent_that_enters_is_read_back(behaviour: Behaviour) -> None:
    what = ev.AgentEntered("b", behaviour, SCRIPT, "c1", hears_audio=True)
    found = parse_line(line(what, 1.0, 1))
    assert isinstance(found, Line) and found.what == what


@given(texts, texts, texts)
def test_no_text_is_one_that_cannot_be_written(first: str, second: str, third: str) -> None:
    for what in (
        ev.ToolReturned(first, second),
        cmd.Remember(0, hist.ToolCalled(first, second, third, 1)),
        Briefing(first, second, providers={third: [first]}),
    ):
        found = parse_line(line(what, 1.0, 1))
        assert isinstance(found, Line)
        is_clean = all(sign < "\ud800" or sign > "\udfff" for sign in first + second + third)
        assert found.is_repaired or found.what == what
        assert not (is_clean and found.is_repaired)


@given(st.floats(), st.floats())
def test_no_number_is_one_that_cannot_be_written(first: float, second: float) -> None:
    found = parse_line(line(ev.SpeechStopped(1, first, second), 1.0, 1))
    assert isinstance(found, Line)
    assert found.is_repaired == (found.what != ev.SpeechStopped(1, first, second))


def test_a_journal_is_numbered_without_a_gap(tmp_path: Path) -> None:
    found = list(read_lines(journal_of(World(), tmp_path)))
    assert [entry.n for entry in found] == [*range(1, len(found) + 1)]
    assert isinstance(found[0], Line) and found[0].what == BRIEFING
    assert isinstance(found[-1], Line) and isinstance(found[-1].what, Closed)


def test_a_journal_that_was_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    found = list(read_lines(path))
    assert len(found) > 3 and all(isinstance(entry, Line) for entry in found)


@pytest.mark.parametrize("content", [b"", b"hello\n", b"[1, 2]\n", b"\xff\xfe\n"])
def test_what_is_no_journal_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(
        ConfigurationError, match=r"x\.jsonl: line 1: is not a journal \(expected a journal of version 2"
    ):
        read_header(path)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b'{"journal": 1, "call": "CA1"}\n', "version 1"), (b'{"call": "CA1"}\n', "no version"),
     (b'{"journal": 3}\n', "version 3")],
)  # fmt: skip
def test_another_version_is_refused_in_one_sentence(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "old.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        read_header(path)
    told = f"{path}: line 1: is not a journal that this Offhook can read (found {found}; expected version 2)"
    assert str(refused.value) == told


def test_a_header_that_lacks_something_says_what(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"journal": 2}\n')
    with pytest.raises(ConfigurationError, match="missing required field `call`"):
        read_header(path)


def test_a_bad_line_costs_itself_alone(tmp_path: Path) -> None:
    path = journal_of(World(), tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = b'{"n": 4, "at": 1.0, "event": "Nothing"}\n'
    path.write_bytes(b"".join(lines))
    found = list(read_lines(path))
    assert len(found) == len(lines) - 1
    (gap,) = [entry for entry in found if isinstance(entry, Gap)]
    assert (gap.n, gap.lost) == (4, 1) and "line 5 of the file" in gap.why


def test_a_missing_file_is_one_line() -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_header(Path("/nowhere/journal.jsonl"))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        list(read_lines(Path("/nowhere/journal.jsonl")))


def test_the_digest_is_that_of_the_rules_and_the_numbers() -> None:
    same = digest_of(Behaviour(), Script())
    assert same == digest_of(Behaviour(), Script()) and len(same) == 16
    others = (
        digest_of(Behaviour(min_silence_s=0.5), Script()),
        digest_of(Behaviour(), Script(goodbye="Bye.")),
        digest_of(Behaviour(), Script(), "9.9"),
    )
    assert same not in others and len(set(others)) == 3


def test_the_header_holds_all_that_a_replay_needs(tmp_path: Path) -> None:
    world = World(behaviour=Behaviour(min_silence_s=0.5), script=Script(opening="wait"))
    header = read_header(journal_of(world, tmp_path))
    assert header.behaviour.min_silence_s == 0.5 and header.script.opening == "wait"


def test_a_header_is_written_whatever_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(header_line(msgspec.structs.replace(HEADER, agent="a\udcff", from_number="null")))
    assert read_header(path).agent == "a\ufffd"


# ── what is made of it ───────────────────────────────────────────────────────────────────────────────────────────


def happened(path: Path) -> list[tuple[ev.Event | cmd.Command, float]]:
    found = [entry for entry in read_lines(path) if isinstance(entry, Line)]
    return [(entry.what, entry.at) for entry in found if isinstance(entry.what, ev.Event | cmd.Command)]


def test_the_parts_of_a_latency_add_up(tmp_path: Path) -> None:
    meter = LatencyMeter()
    for what, at in happened(journal_of(World(), tmp_path)):
        meter.add(what, at)
    (turn,) = meter.turns
    assert turn.text == "what time is it" and turn.speculated
    assert sum(turn.parts_s) == pytest.approx(turn.gap_s)
    assert all(part >= 0.0 for part in turn.parts_s)
    assert turn.gap_s == pytest.approx(0.4, abs=0.05)


def test_what_the_model_cost_is_counted(tmp_path: Path) -> None:
    spend = SpendMeter()
    for what in (
        cmd.StartReply(1, 0, cmd.Say("Hello.", "greeting"), held=False),
        ev.ReplyGenerated(1, "Hello.", 1),
        cmd.StartReply(2, 1, cmd.Ask(2, caller_text="what time"), held=True),
        cmd.CancelReply(2),
        ev.ReplyStopped(2, 10, 4),
        cmd.StartReply(3, 1, cmd.Ask(2, caller_text="what time is it"), held=True),
        cmd.CommitReply(3),
        ev.ReplyGenerated(3, "", 0, 100, 10),
        cmd.ContinueReply(3, cmd.Ask(5)),
        ev.ReplyGenerated(3, "It is ten.", 1, 120, 6),
        cmd.CancelReply(3),
    ):
        spend.add(what)
    told = spend.summary(None)
    assert told == {
        "replies": 2, "tokens_in": 230, "tokens_out": 20,
        "discarded": {"replies": 1, "tokens_in": 10, "tokens_out": 4},
    }  # fmt: skip
