"""How documents become facts."""

import random
import re
import time
from contextlib import suppress

import pytest

from offhook.knowledge.chunk import LONGEST_FACT, LONGEST_PARAGRAPH, MOST_FACTS, Chunk, sentences, split_document
from offhook.knowledge.unfit import TooLong


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


@pytest.mark.parametrize(
    ("document", "facts"),
    [
        ("Rooms:\n- single 90\n- double 120\n\nWe open.", ["Rooms: single 90", "Rooms: double 120", "We open."]),
        ("Rooms:\n\n- single 90\n", ["Rooms: single 90"]),
        ("We have this to say:\n\nWe are open.", ["We have this to say:", "We are open."]),
        ("# H\n- Rooms\n  - single 90\n  - double\n    - with a view 140\n- Pool",
         ["H: Rooms", "H > Rooms: single 90", "H > Rooms: double", "H > Rooms > double: with a view 140", "H: Pool"]),
        ("1. Rooms:\n\n\t- single 90\n\n2. Pool", ["Rooms: single 90", "Pool"]),
        ("Prices:\n| Room | Price |\n|--|--|\n| Single | 95 |\n\nText.", ["Prices: Single: price 95.", "Text."]),
        ("- Rooms\n  - single\n\n| Room | Price |\n| Single | 95 |", ["Rooms", "Rooms: single", "Single: price 95."]),
        ("Q: Rooms?\n- single\n- double\n\nQ: Dogs?\nA: Yes.", ["Rooms?: single", "Rooms?: double", "Yes."]),
        ("# Hotel\n## Closed on Mondays\n## Pool\nWarm.", ["Hotel: Closed on Mondays", "Hotel > Pool: Warm."]),
        ("| Dogs | 15 dollars |\n", ["Dogs, 15 dollars."]),
        ("It is warm.\n# Open 9 to 5", ["It is warm.", "Open 9 to 5"]),
        ("# A\n# B\n", []),
        ("Q: Dogs?\nQ: Cats?\nA: No.\n\nA: Yes.", ["Dogs?", "No.", "A: Yes."]),
        ("Hotel\n=====\nPool\n----\nIt is warm.\n---\nSauna.", ["Hotel > Pool: It is warm.", "Hotel > Pool: Sauna."]),
    ],
)  # fmt: skip
def test_what_a_fact_stands_under_goes_with_it(document: str, facts: list[str]) -> None:
    chunks = split_document(document)
    assert [": ".join([*[" > ".join(chunk.headings)] * bool(chunk.headings), chunk.text]) for chunk in chunks] == facts


def test_no_word_of_a_document_is_lost() -> None:
    """Whatever is written, each of its words is in a fact, a heading or a question."""
    kinds = [
        "# w{}",
        "w{}:",
        "- w{}",
        "  - w{}:",
        "    1. w{}",
        "w{} is.",
        "",
        "Q: w{}?",
        "A: w{}.",
        "| - | w{} |",
        "===",
        "---",
    ]
    chance = random.Random(7)
    for _ in range(3_000):
        lines = [chance.choice(kinds) for _ in range(chance.randrange(1, 12))]
        document = "\n".join(line.format(number) for number, line in enumerate(lines))
        kept = " ".join(" ".join((*chunk.headings, chunk.question, chunk.text)) for chunk in split_document(document))
        missing = set(re.findall(r"w\d+", document)) - set(re.findall(r"w\d+", kept))
        assert not missing or not kept, (document, missing)


@pytest.mark.parametrize(
    "unit",
    [
        "<!--",
        "[",
        "[x](",
        " *a",
        " __a",
        "Mr. ",
        "1. ",
        "# #",
        "| a ",
        "- a\n",
        "a:\n\n",
        "x",
        "> ",
        "`a ",
        "**a *",
        "Q: ",
    ],
)
def test_what_is_made_to_keep_the_reader_busy_does_not(unit: str) -> None:
    """40 kB of some took a minute and 4 MB half a year, while no call was heard."""
    document = "# " + unit * (60_000 // len(unit))
    begun_at = time.thread_time()
    with suppress(TooLong):
        split_document(document)
    assert time.thread_time() - begun_at < 5


def test_a_table_of_many_columns_and_rows_is_read_in_proportion() -> None:
    document = "|" + "a|" * 15_000 + "\n" + "|a|b|\n" * 15_000
    begun_at = time.thread_time()
    assert len(split_document(document)) == 15_000
    assert time.thread_time() - begun_at < 10


def test_there_is_an_end_to_facts() -> None:
    with pytest.raises(TooLong):
        split_document("- a\n" * (MOST_FACTS + 1))


def test_marks_of_emphasis_and_links_go_and_others_stay() -> None:
    said = {
        "a **b *c* d** e": "a b c d e", "2 * 3 * 4": "2 * 3 * 4", "*a": "*a", "`x` and [y](http://z/(w))": "x and y",
        "[a [b](c)": "[a b", "![](i)": "", "__a__ *b": "a *b", "a <!-- no --> b <!-- c": "a b <!-- c",
        "<!-->a": "<!-->a",
    }  # fmt: skip
    assert {text: " ".join(chunk.text for chunk in split_document(text)) for text in said} == said
