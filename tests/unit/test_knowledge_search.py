"""Reading the owner's files, and finding facts in them by words alone and with the embedding model."""

import threading
from pathlib import Path

import numpy as np
import pytest

from offhook.errors import ConfigurationError
from offhook.knowledge.embed import DIMENSIONS, Embedder
from offhook.knowledge.read import LARGEST_BYTES
from offhook.knowledge.search import CACHED_QUERIES, Knowledge, load_knowledge
from offhook.speech.stems_english import ENGLISH

MINILM = Path("~/.cache/offhook/models/minilm").expanduser()
needs_model = pytest.mark.skipif(
    not (MINILM / "model.onnx").is_file(), reason="needs the embedding model: offhook models fetch minilm"
)
DOCUMENT = """# Shop
## Hours
- We are open from nine to five.
- We are closed on Sunday.
## Parking
- The car park behind the house is free.
## Returns
Q: Can I give something back?
A: Within 30 days, with the receipt.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "facts.md").write_text(DOCUMENT, "utf-8")
    return tmp_path


def best(knowledge: Knowledge, question: str) -> str:
    return knowledge.search(question)[0].text


def test_all_facts_come_in_the_order_of_the_files(folder: Path) -> None:
    (folder / "more.txt").write_text("We ship everywhere.", "utf-8")
    facts = load_knowledge(["facts.md", "more.txt"], folder).all()
    assert [fact.text for fact in facts][-1] == "We ship everywhere."
    assert facts[0].source == "facts.md > Shop > Hours"
    assert len(facts) == 5


def test_words_alone_find_a_fact_by_heading_stem_and_related_word(folder: Path) -> None:
    knowledge = load_knowledge(["facts.md"], folder)
    assert not knowledge.uses_model
    assert best(knowledge, "when do you close on sundays") == "We are closed on Sunday."
    assert best(knowledge, "where can i leave my car") == "The car park behind the house is free."
    assert best(knowledge, "what are your opening hours").startswith("We are open")
    assert knowledge.search("do you sell helicopters")[0].score < 0.2


@needs_model
def test_meaning_finds_what_words_do_not(folder: Path) -> None:
    knowledge = load_knowledge(["facts.md"], folder, MINILM)
    assert knowledge.uses_model
    assert best(knowledge, "what if i want my money back") == "Within 30 days, with the receipt."
    found = knowledge.search("may I return it?", limit=2)
    assert len(found) == 2
    assert found[0].score > found[1].score


@needs_model
def test_vectors_have_length_one_whatever_their_batch() -> None:
    embedder = Embedder(MINILM)
    texts = ["short", "", "a sentence that is quite a bit longer " * 20, "short"]
    together = embedder.embed(texts)
    assert together.shape == (4, DIMENSIONS)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, rtol=1e-5)
    # Quantized arithmetic depends a little on what else is in the batch.
    assert float(together[0] @ embedder.embed(["short"])[0]) > 0.98
    assert embedder.embed([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("question", ["", "   ", "?!", "the and of", "x" * 100_000, "\x00\ud800", "😀 " * 500])
def test_any_question_has_an_answer_or_none(folder: Path, question: str) -> None:
    for fact in load_knowledge(["facts.md"], folder).search(question):
        assert 0.0 <= fact.score <= 1.0


def test_no_files_are_no_knowledge(folder: Path) -> None:
    knowledge = load_knowledge([], folder, MINILM)
    assert list(knowledge.search("anything")) == []
    assert list(knowledge.all()) == []


def test_the_cache_is_bounded_and_gives_the_same(folder: Path) -> None:
    knowledge = load_knowledge(["facts.md"], folder)
    first = knowledge.search("Is  parking FREE")
    for i in range(CACHED_QUERIES + 10):
        knowledge.search(f"parking {i}")
    assert len(knowledge._cache) == CACHED_QUERIES
    assert knowledge.search("is parking free") == first


def test_many_threads_search_at_once(folder: Path) -> None:
    knowledge = load_knowledge(["facts.md"], folder)
    wanted = [knowledge.search(f"parking sunday {i}") for i in range(50)]
    fresh, found = load_knowledge(["facts.md"], folder), {}

    def search(offset: int) -> None:
        for i in range(50):
            found[offset, i] = fresh.search(f"parking sunday {(i + offset) % 50}")

    threads = [threading.Thread(target=search, args=(offset,)) for offset in (0, 17, 34)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[offset, i] == wanted[(i + offset) % 50] for offset, i in found)


def test_another_language_is_compared_word_for_word(folder: Path) -> None:
    (folder / "de.md").write_text("- Parken kostet nichts.\n- Hunde sind willkommen.", "utf-8")
    knowledge = load_knowledge(["de.md"], folder, language="de-DE")
    assert best(knowledge, "sind hunde erlaubt") == "Hunde sind willkommen."


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.md", None, "there is no such knowledge file"),
        (
            "facts.exe",
            b"MZ",
            "tables (CSV), web pages, PDF and Word files (found .exe; expected",
        ),
        ("latin.md", b"- Caf\xe9 is open", "line 1 is not UTF-8 text"),
        ("zero.txt", b"abc\x00def", "this is no text file"),
        ("empty.md", b"# Nothing\n", "there are no facts in this file"),
        ("large.txt", b"a" * (LARGEST_BYTES + 1), "it is too large: at most 4 MB of text"),
        ("folder.md", "folder", "cannot be read"),
    ],
)
def test_files_that_cannot_be_used_are_named(tmp_path: Path, name: str, content: bytes | str | None, says: str) -> None:
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    elif content == "folder":
        (tmp_path / name).mkdir()
    with pytest.raises(ConfigurationError) as caught:
        load_knowledge([name], tmp_path)
    assert says in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)


def test_a_model_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="offhook models fetch minilm"):
        load_knowledge(["facts.md"], folder, folder)


@pytest.mark.parametrize(
    ("one", "other"),
    [("parking", "park"), ("cancellation", "cancel"), ("swimming", "swim"), ("late", "later"), ("prices", "price"),
     ("weddings", "wedding"), ("opening", "open"), ("check in", "check-in"), ("wifi", "Wi-Fi")],
)  # fmt: skip
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert set(ENGLISH.stems(one)) & set(ENGLISH.stems(other))
