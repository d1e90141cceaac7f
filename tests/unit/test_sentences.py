"""Where sentences end, in many languages; and that it does not matter in which pieces a text comes."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offhook.core.segments import Segmenter

ROWS = [
    tuple(line.replace("\\n", "\n").split("\t"))
    for line in Path(__file__).with_name("sentences.tsv").read_text("utf-8").splitlines()
]
CLAUSE_SIGNS = ",;:–—，；：、،"


def segments_of(pieces: list[str]) -> list[str]:
    segmenter = Segmenter()
    return [*(segment for piece in pieces for segment in segmenter.feed(piece)), *segmenter.finish()]


def ends_of(segments: list[str]) -> list[int]:
    """Places of the ends by characters that are no space, as the segments lose spaces."""
    lengths = ["".join(segment.split()) for segment in segments]
    return [sum(map(len, lengths[: index + 1])) for index in range(len(lengths))]


def sentences_of(text: str, clause_signs: str = CLAUSE_SIGNS) -> list[str]:
    """The segments, with those put together again that end at a comma, which is no end of a sentence."""
    out: list[str] = []
    for segment in segments_of([text]):
        if out and out[-1][-1] in clause_signs:
            out[-1] += f" {segment}"
        else:
            out.append(segment)
    return out


@pytest.mark.parametrize(("language", "row"), ROWS)
def test_sentences(language: str, row: str) -> None:
    signs = CLAUSE_SIGNS.translate({ord(own): None for own in {"el": ";", "hy": ":"}.get(language, "")})
    assert ends_of(sentences_of(row.replace("|", ""), signs)) == ends_of(row.split("|"))


def test_there_are_many_rows() -> None:
    assert len(ROWS) >= 200 and len({language for language, _ in ROWS}) >= 30


@pytest.mark.parametrize(
    "segments",
    [
        ["สวัสดีค่ะ", "วันนี้เราเปิดให้บริการค่ะ", "ต้องการจองโต๊ะกี่ที่คะ"],
        ["เราเปิดทุกวันครับ", "ตั้งแต่ 9 โมงเช้าถึง 5 โมงเย็นครับ"],
        ["มีโต๊ะว่างหลายแบบ", "ราคาเริ่มต้นที่ 500 บาทต่อคืน", "รวมอาหารเช้าแล้วสำหรับทุกท่านค่ะ", "สนใจไหมคะ"],
        ["ສະບາຍດີເຈົ້າ", "ມື້ນີ້ພວກເຮົາເປີດຮ້ານເຈົ້າ", "ທ່ານຕ້ອງການຈອງໂຕະບໍ"],
    ],
)
def test_scripts_with_spaces_between_sentences(segments: list[str]) -> None:
    assert segments_of([" ".join(segments)]) == segments


SIGNS = st.sampled_from(
    [
        *"aBé59 .!?…,;:–\n\"“”«»'()*。！？、।؟،กา்いم።፡ἀ¿😊@/_．\u00a0\u0301",
        *(
            ". ",
            ", ",
            "... ",
            "Juli",
            "Wir",
            "Dr.",
            "St. ",
            "z. B. ",
            "p.m. ",
            "No. ",
            "www.",
            "Example",
            ".com",
            " 12. ",
        ),
        "word " * 11,
    ]
)


@given(st.lists(SIGNS, max_size=60).map("".join), st.lists(st.integers(1, 12), max_size=400))
@example("Hello you said it! »Yes«", [])
@example("Vom 1. bis 29. Ju", [])
@example("Write to Max.Mustermann@example.com today", [3])
@example('He said "of course," and left.', [])
@example("A word" * 60 + ". " + "b" * 60, [7] * 70)
def test_the_pieces_in_which_a_text_comes_change_nothing(text: str, sizes: list[int]) -> None:
    whole, pieces, at = segments_of([text]), list[str](), 0
    for size in sizes:
        pieces.append(text[at : at + size])
        at += size
    assert segments_of([*pieces, text[at:]]) == whole
    assert segments_of(list(text)) == whole
    assert "".join("".join(whole).split()) == "".join(text.split()), "nothing is lost"
    assert all(segment == segment.strip() != "" for segment in whole)


@given(st.data())
def test_real_sentences_in_any_pieces(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.sampled_from(ROWS), min_size=1, max_size=6))
    text = " ".join(row.replace("|", "") for _, row in rows)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text)), max_size=40)))
    pieces = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert segments_of(pieces) == segments_of([text])
