"""No text makes the words' questions raise, or take long."""

from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.agents.languages import languages, script_for
from offhook.core.again import is_echo, said_again
from offhook.core.behaviour import Script
from offhook.core.words import (
    Shape,
    asks_for_time,
    is_backchannel,
    is_question,
    normalize,
    shape_of,
)

EN = script_for("en-US")
SCRIPTS = [script_for(tag) for tag in languages()]
SIGNS = "aeimhnou ?.,;-'’…!0159@ßéèñçÉА对।؟"
TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(SIGNS, max_size=300),
    st.lists(st.sampled_from("the is open from seven no uh-uh mhmm hold on 503 so . , ?".split())).map(" ".join),
)


@given(TEXTS, TEXTS, st.sampled_from(SCRIPTS), st.integers(0, 6))
def test_every_text_has_answers(text: str, other: str, script: Script, least: int) -> None:
    assert shape_of(text, other, script) in Shape
    for answer in (
        is_backchannel(text, script), asks_for_time(text, script), is_question(text), said_again(text, other),
        is_echo(text, other, least, script),
    ):  # fmt: skip
        assert answer in (True, False)


@given(TEXTS)
def test_a_text_is_itself_again(text: str) -> None:
    words = normalize(text).split()
    assert said_again(text, text) is bool(words)
    if words and not is_question(text):
        assert is_echo(text, text, 1, EN)


@given(st.lists(st.sampled_from([f"word{n}" for n in range(30)]), min_size=12, max_size=40, unique=False), st.data())
def test_a_stretch_is_an_echo_and_a_caller_who_goes_on_is_none(said: list[str], data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(said) - 6))
    end = data.draw(st.integers(begin + 5, len(said)))
    stretch = said[begin:end]
    assert is_echo(" ".join(stretch), " ".join(said), 3, EN)
    assert not is_echo(" ".join([*stretch, "tomorrow"]), " ".join(said), 3, EN)
    assert not is_echo(" ".join(["no", *stretch]), " ".join(said), 3, EN)


@settings(max_examples=40)
@given(st.text(SIGNS, min_size=1, max_size=12), st.text(SIGNS, min_size=1, max_size=12), st.sampled_from(SCRIPTS))
def test_long_texts_take_milliseconds(one: str, other: str, script: Script) -> None:
    text, sounded = (one * 4000)[:4000], (other * 4000)[:4000]
    took = []
    for _ in range(3):
        normalize.cache_clear()
        begun = perf_counter()
        is_echo(text, sounded, 3, script)
        took.append(perf_counter() - begun)
        shape_of(text, sounded, script)
        asks_for_time(text, script)
        is_backchannel(text, script)
        assert perf_counter() - begun < 0.5
    assert min(took) < 0.020, "5 ms, and room for a busy machine"
