"""How documents become facts."""

import pytest

from offhook.knowledge.chunk import LONGEST_FACT, LONGEST_PARAGRAPH, Chunk, sentences, split_document


def texts(document: str) -> list[str]:
    return [chunk.text for chunk in split_document(document)]


def test_a_bullet_is_a_fact_under_its_headings() -> None:
    pets = "# Hotel\n\n## Pets\n\n- Dogs are **welcome**.\n* Cats are [not](x.html) `allowed`.\n\n"
    document = f"{pets}## Pool\n1. It is warm.\n"
    assert split_document(document) == [
        Chunk("Dogs are welcome.", ("Hotel", "Pets")),
        Chunk("Cats are not allowed.", ("Hotel", "Pets")),
        Chunk("It is warm.", ("Hotel", "Pool")),
    ]


def test_a_bullet_goes_on_in_the_next_line() -> None:
    assert texts("- Dogs are\n  welcome. They pay\n  15 dollars.\n- Cats are not.") == [
        "Dogs are welcome. They pay 15 dollars.",
        "Cats are not.",
    ]


def test_questions_and_answers_are_one_fact_with_its_question() -> None:
    document = "## Help\nQ: Can I cancel?\n\nA: Yes, until\n24 hours before.\n\n**Q:** Where?\n**A:** Here."
    assert split_document(document) == [
        Chunk("Yes, until 24 hours before.", ("Help",), "Can I cancel?"),
        Chunk("Here.", ("Help",), "Where?"),
    ]


def test_a_wrapped_paragraph_is_one_fact_and_a_sentence_to_a_line_is_one_each() -> None:
    assert texts("We are open from\nnine to five every day.") == ["We are open from nine to five every day."]
    assert texts("We are open.\nWe are happy.") == ["We are open.", "We are happy."]


def test_a_long_paragraph_is_cut_at_the_ends_of_sentences() -> None:
    cut = texts("The hotel is old and large and full of stories. " * 12)
    assert len(cut) > 1
    assert all(len(text) <= LONGEST_PARAGRAPH and text.endswith("stories.") for text in cut)


def test_text_without_end_is_cut_at_a_space() -> None:
    cut = texts("word " * 1000)
    assert all(len(text) <= LONGEST_FACT for text in cut)
    assert " ".join(cut).split() == ["word"] * 1000
    assert all(len(text) <= LONGEST_FACT for text in texts("x" * 5000))


def test_a_table_row_is_a_fact_that_names_its_columns() -> None:
    document = "| Room | Price | Beds |\n|:--|--|--|\n| Single | 95 dollars | 1 |\n| Suite | | 2 |\n"
    assert texts(document) == ["Single: price 95 dollars, beds 1.", "Suite: beds 2."]


def test_what_is_no_fact_is_left_out() -> None:
    assert texts("# Only headings\n\n---\n\n<!-- a\n- comment -->\n```\n\n***\n|--|--|\n") == []
    assert texts("") == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Open at 9 a.m. Monday. Closed on Sunday.", ["Open at 9 a.m. Monday.", "Closed on Sunday."]),
        ("Ask Dr. Reed. She knows!", ["Ask Dr. Reed.", "She knows!"]),
        ("It costs 12.50 dollars. Really?", ["It costs 12.50 dollars.", "Really?"]),
        ("no end", ["no end"]),
        ("", []),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts
