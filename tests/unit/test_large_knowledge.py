"""Knowledge that does not fit the prompt: all of it is found, with its headings, and its owner is told."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from offhook.agents.known import placed
from offhook.agents.load import load_agent
from offhook.agents.model import Agent
from offhook.agents.prompt import system_message
from offhook.checks.examination import examine
from offhook.cli.main import app
from offhook.core.commands import Ask
from offhook.core.events import KnowledgeFound
from offhook.errors import ConfigurationError
from offhook.knowledge.chunk import MOST_FACTS
from offhook.knowledge.embed import DIMENSIONS, Vectors
from offhook.knowledge.kept import KeptPoints
from offhook.knowledge.search import Knowledge, load_knowledge
from offhook.platform.assembly import knowledge_line, retriever_of, told_of
from offhook.simulator.virtual import run_virtual
from tests.call_world import parts

TOWNS = 400
SIZE = 400_000


def guide() -> str:
    """About 400 kB: sections of every form that people write, each fact once."""
    lines = ["# Guide"]
    for n in range(TOWNS):
        lines += [
            f"## Town {n:03d}x", f"### Ferry (May to July, line {n:03d}f)",
            f"- The boat leaves at {n % 12 + 1} o'clock.",
            f"Tickets {n:03d}t:", "", "- adults 12", f"  - seniors {n:03d}s 9", "",
            f"| Room {n:03d}r | Price | View |", "|--|--|--|", f"| Attic {n:03d}a | {90 + n} dollars | sea |",
            "", f"Q: Is the pool {n:03d}p heated?", f"A: Only in winter, {n:03d}w.", "",
        ]  # fmt: skip
        lines += [f"- Note {n:03d}-{k}: " + "nothing much is to be told of this place. " * 3 for k in range(6)]
    return "\n".join(lines)


def agent_with(folder: Path, text: str = "", *, llm: str = "openai", **fields: object) -> Agent:
    (folder / "guide.md").write_text(text or guide(), "utf-8")
    rest = "".join(f"{name}: {value}\n" for name, value in fields.items())
    path = folder / "agent.yaml"
    path.write_text(f"name: guide\nknowledge: [guide.md]\nllm: {{provider: {llm}}}\n{rest}")
    return load_agent(path)


def facts_of(agent: Agent) -> Knowledge:
    return load_knowledge(agent.knowledge, agent.base_dir)


async def asked(agent: Agent, facts: Knowledge, text: str) -> tuple[str, Sequence[str]]:
    """What the model is told for a turn, and what the journal says of it."""
    call = parts()
    call.agent.system, call.agent.retriever = system_message(agent, facts), retriever_of(agent, facts)
    request = await call.composer.compose(1, Ask(until=0, caller_text=text))
    (found,) = [event for event in call.posted() if isinstance(event, KnowledgeFound)]
    await call.tasks.stop()
    notes = [message.text for message in request.messages if message.role == "note"]
    return "\n".join(notes), found.passages


@pytest.mark.parametrize("chars", [0, 5_000, 24_000, 100_000])
def test_every_fact_is_told_or_searched_and_none_twice(chars: int, tmp_path: Path) -> None:
    agent = agent_with(tmp_path, knowledge_prompt_chars=chars)
    assert (tmp_path / "guide.md").stat().st_size > SIZE
    facts = facts_of(agent)
    told = told_of(agent, facts)
    assert told.told + told.searched == len(facts.all()) and told.searched
    assert len(told.text) <= chars and told.text in system_message(agent, facts)
    assert retriever_of(agent, facts) is not None
    for fact in facts.all()[: told.told]:
        assert fact.text in told.text
    for fact in facts.all()[told.told :: 97]:
        text = f"{' '.join(fact.headings)} {fact.question} {fact.text}"
        found = facts.search(text, 8, since=told.told)
        assert fact.text in [one.text for one in found]
        assert not {one.source + one.text for one in found} & {
            one.source + one.text for one in facts.all()[: told.told] if fact.text != one.text
        }


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("when does the ferry line 399f leave", "> Ferry (May to July, line 399f): The boat leaves at 4 o'clock"),
        ("how much is it for seniors 399s", "Tickets 399t > adults 12: seniors 399s 9"),
        ("what does the attic 399a cost", "Attic 399a: price 489 dollars, view sea."),
        ("is the pool 399p heated", "Is the pool 399p heated? Only in winter, 399w."),
    ],
)  # fmt: skip
def test_the_last_page_of_400_kilobytes_is_told_when_it_is_asked_for(said: str, told: str, tmp_path: Path) -> None:
    agent = agent_with(tmp_path)
    facts = facts_of(agent)
    assert told not in system_message(agent, facts)
    note, journal = run_virtual(asked(agent, facts, said))
    assert told in note and any(told in passage for passage in journal)


def test_what_fits_is_all_told_and_nothing_is_looked_up(tmp_path: Path) -> None:
    agent = agent_with(tmp_path, "# Brunch (Sundays only)\n- Eggs 12\n")
    facts = facts_of(agent)
    assert system_message(agent, facts).endswith("What you know\nBrunch (Sundays only)\n- Eggs 12\n")
    assert retriever_of(agent, facts) is None and knowledge_line(agent, facts) == "1 fact, all in the prompt"


def test_many_short_facts_count_with_all_that_is_written_of_them() -> None:
    """Their texts alone would fit, their lines do not: they must not fall between prompt and search."""
    from offhook.speech.ports import Fact

    facts = [Fact(f"{n}", "a") for n in range(100)]
    told = placed(facts, sum(len(fact.text) for fact in facts) + 50)
    assert told.searched and told.told + told.searched == 100


def test_a_brain_that_searches_by_itself_is_told_nothing_twice(tmp_path: Path) -> None:
    agent = agent_with(tmp_path, llm="grounded")
    facts = facts_of(agent)
    assert retriever_of(agent, facts) is None
    assert knowledge_line(agent, facts) == f"{len(facts.all()):,} facts, searched for each turn"
    behind = agent_with(tmp_path, llm="openai, fallback: [{provider: grounded}]")
    assert retriever_of(behind, facts) is not None


def test_the_doctor_says_what_is_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent_with(tmp_path, knowledge_prompt_chars=5_000)
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path / "data"))
    (found,) = [check for check in examine(tmp_path / "agent.yaml", "127.0.0.1", 0) if check.name == "knowledge"]
    assert "in the prompt, " in found.found and "searched for each turn (from guide.md > Guide > Town 00" in found.found
    assert "raise knowledge_prompt_chars (5,000)" in found.advice
    assert CliRunner().invoke(app, ["doctor", "--help"]).exit_code == 0


def test_more_than_can_be_searched_is_refused_and_not_cut(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("- a fact\n" * (MOST_FACTS + 1))
    with pytest.raises(ConfigurationError, match=r"more facts than can be searched .*\(found more than 20,000\)"):
        load_knowledge(["a.md"], tmp_path)
    (tmp_path / "a.md").write_text("- a fact\n" * MOST_FACTS)
    assert len(load_knowledge(["a.md"], tmp_path).all()) == MOST_FACTS


# ── what the model made of it is kept ────────────────────────────────────────────────────────────────────────────


class Points:
    """Makes a point of each text, and counts."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.made += texts
        return np.array([self.of(text) for text in texts], np.float32).reshape(-1, DIMENSIONS)

    def of(self, text: str) -> Vectors:
        return np.full(DIMENSIONS, sum(map(ord, text)), np.float32)


TEXTS = [f"text {n % 150}" for n in range(300)]


def test_points_are_worked_out_once_and_after_a_change_only_what_is_new(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    first, again, changed, other = Points(), Points(), Points(), Points()
    made = KeptPoints(tmp_path / "new", "a.md", "m").points(TEXTS, first)
    assert len(first.made) == 150 and "working out what 150 texts mean" in caplog.text
    assert np.array_equal(KeptPoints(tmp_path / "new", "a.md", "m").points(TEXTS, again), made) and not again.made
    found = KeptPoints(tmp_path / "new", "a.md", "m").points([*TEXTS[:140], "more"], changed)
    assert changed.made == ["more"] and np.array_equal(found[-1], changed.of("more"))
    KeptPoints(tmp_path / "new", "a.md", "another model").points(TEXTS, other)
    assert len(other.made) == 150
    assert [row[0] for row in made[:3]] == [first.of(text)[0] for text in TEXTS[:3]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"x" * 1000])
def test_a_file_that_cannot_be_read_is_made_anew(content: bytes, tmp_path: Path) -> None:
    KeptPoints(tmp_path, "a.md", "m").points(TEXTS, Points())
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(content)
    again, third = Points(), Points()
    KeptPoints(tmp_path, "a.md", "m").points(TEXTS, again)
    KeptPoints(tmp_path, "a.md", "m").points(TEXTS, third)
    assert len(again.made) == 150 and not third.made


def test_a_disk_that_takes_nothing_and_few_texts_leave_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(KeptPoints(tmp_path / "file", "a.md", "m").points(TEXTS, Points())) == 300
    KeptPoints(tmp_path / "few", "a.md", "m").points(TEXTS[:50], Points())
    assert KeptPoints(tmp_path, "a.md", "m").points([], Points()).shape == (0, DIMENSIONS)
    assert not (tmp_path / "few").exists()
