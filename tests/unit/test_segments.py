"""Where a reply's text is cut, and that nothing in it can make that slow."""

from time import perf_counter

import pytest

from offhook.core.segments import Segmenter


def cut(text: str) -> list[str]:
    segmenter = Segmenter()
    return [*segmenter.feed(text), *segmenter.finish()]


def cut_streamed(text: str) -> list[str]:
    """As models write: a word with the space before it."""
    segmenter, out, word = Segmenter(), [], ""
    for sign in text:
        if sign == " ":
            out += segmenter.feed(word)
            word = ""
        word += sign
    return [*out, *segmenter.feed(word), *segmenter.finish()]


@pytest.mark.parametrize(
    "text",
    [
        "Wir haben am 29. Juli ganz normal offen.",
        "Frau Dr. med. Weber ist ca. um neun da.",
        "Der Termin ist im 3. Stock rechts.",
        "Vom 1. bis zum 12. Mai ist zu.",
        "Das kostet inkl. Frühstück 90 Euro.",
        "Go down Park Ave. and then turn left.",
        "Ask for ext. 12 or for St. John.",
        "We ship to the U.S. Army as well.",
        "Write to info@example.com or look at www.Example.com today.",
        "El Sr. García y la Sra. López le esperan.",
        "M. Dupont est là av. des Ternes no. 5.",
        "De winkel is op nr. 12 bij mevr. Jansen.",
        "Fale com o Sr. Silva na sala n. 4.",
        "Parli con il dott. Rossi al tel. 5.",
        "It is version 2.0 of the e.g. old one.",
    ],
)
def test_a_dot_that_ends_nothing(text: str) -> None:
    assert cut(f"{text} So ist es.") == [text, "So ist es."]
    assert cut_streamed(text) == [text]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("One thing is done.Two is next.", ["One thing is done.", "Two is next."]),
        ("Das ist fertig!Wollen Sie mehr?", ["Das ist fertig!", "Wollen Sie mehr?"]),
        ("It opens at 9. Come at ten.", ["It opens at 9.", "Come at ten."]),
        ("Wir öffnen um 9. Kommen Sie vorbei.", ["Wir öffnen um 9.", "Kommen Sie vorbei."]),
        ("I think I am 29. We can check.", ["I think I am 29.", "We can check."]),
        ("I am afraid it is no. We are full.", ["I am afraid it is no.", "We are full."]),
        ("今日は営業しています。明日は休みです。", ["今日は営業しています。", "明日は休みです。"]),
        ("हम अभी खुले हैं। आप आइए।", ["हम अभी खुले हैं।", "आप आइए।"]),
        ("we are open. come in then.", ["we are open.", "come in then."]),
        ("Let me see... one moment.", ["Let me see...", "one moment."]),
        ('She said "We are open." Then she left.', ['She said "We are open."', "Then she left."]),
    ],
)
def test_what_does_end_a_sentence(text: str, segments: list[str]) -> None:
    assert cut(text) == segments
    assert cut_streamed(text) == segments


def test_what_stands_is_said_when_a_tool_call_begins() -> None:
    segmenter = Segmenter()
    assert segmenter.feed("Let me look that up for you.") == []
    assert segmenter.flush() == ["Let me look that up for you."]
    assert segmenter.flush() == []
    # What follows is not the first segment any more: it may be longer.
    assert segmenter.feed(" It is free, as it seems.") == []
    assert segmenter.finish() == ["It is free, as it seems."]


@pytest.mark.parametrize("sign", [*".,!?…;:-\n。、،। a(\"'”1Aé", "\u0301"])
def test_a_row_of_one_sign_costs_no_more_than_its_length(sign: str) -> None:
    text, took, segments = sign * 64_000, [], list[str]()
    for _ in range(3):
        begun = perf_counter()
        segments = cut(text)
        took.append(perf_counter() - begun)
    assert "".join(segments) == "".join(text.split())
    assert min(took) < 0.050


@pytest.mark.parametrize("signs", [". ", "a.A", ".”", "?! ", "1. ", "a. ", ", ", "Dr. ", "..a", ".,"])
def test_twice_the_text_takes_twice_the_time(signs: str) -> None:
    def least_s(count: int) -> float:
        text, took = signs * count, []
        for _ in range(3):
            begun = perf_counter()
            cut(text)
            took.append(perf_counter() - begun)
        return min(took)

    assert least_s(16_000) < 16 * least_s(2_000) + 0.010, "eight times as long, with room for a busy machine"
