"""A number is judged alike however it is written, missing digits make it whole, and no text is too much."""

import random
from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.agents.languages import languages, script_for
from offhook.core.behaviour import Script
from offhook.core.dictation import Asked, asked_in, wholeness
from offhook.core.figures import items_of, length_asked
from offhook.core.history import AgentSaid, AnyEntry, CallerSaid
from offhook.core.numbers import Wholeness, telephone
from offhook.core.words import Shape, shape_of, without_fillers

SCRIPTS = {tag: script_for(tag) for tag in languages()}
ASKS = {
    "en": "What is your phone number?", "de": "Wie ist Ihre Telefonnummer?", "es": "¿Cuál es su teléfono?",
    "fr": "Quel est votre numéro de téléphone ?", "it": "Qual è il suo telefono?", "nl": "Wat is uw telefoonnummer?",
    "pt": "Qual é o seu telefone?",
}  # fmt: skip
CODES = {
    "en": "your {n}-digit code", "de": "Ihr {n}-stelliger Code", "es": "su código de {n} dígitos",
    "fr": "votre code à {n} chiffres", "it": "il codice di {n} cifre", "nl": "uw code van {n} cijfers",
    "pt": "o código de {n} dígitos",
}  # fmt: skip
TAGS = st.sampled_from(sorted(ASKS))
DIGITS = st.text("0123456789", min_size=1, max_size=13)
WORDS = (
    "five oh double no um at dot wait plus hundred and zwei und zwanzig soixante dix quatre vingt punto arroba K7P "
    "503 555 @ .com x.de March März ein eins as in wie Bravo sorry thousand tausend mil ? , - +"
).split()
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))


def ways_to_write(digits: str, script: Script, chance: random.Random) -> list[str]:
    """The same digits as transcribers write them."""
    words = [entry.split() for entry in script.figures.units]
    spoken = " ".join(next(w for w in words[int(digit)] if not w.endswith("-")) for digit in digits)
    cut = sorted(chance.sample(range(1, len(digits)), min(len(digits) - 1, chance.randint(0, 4))))
    groups = [digits[a:b] for a, b in zip([0, *cut], [*cut, len(digits)], strict=True)]
    return [
        digits, spoken, " ".join(digits), "-".join(digits), " ".join(groups), "-".join(groups), ", ".join(groups),
        f"({groups[0]}) {' '.join(groups[1:])}", f"{spoken}.", spoken.upper(), ". ".join(groups),
    ]  # fmt: skip


@given(TAGS, DIGITS, st.integers(0, 10_000))
def test_the_spelling_does_not_count(tag: str, digits: str, seed: int) -> None:
    script = SCRIPTS[tag]
    found = {wholeness(text, Asked(ASKS[tag]), script) for text in ways_to_write(digits, script, random.Random(seed))}
    assert len(found) == 1, (digits, found)


@given(TAGS, st.integers(2, 12), st.data())
def test_a_code_is_whole_with_its_last_digit(tag: str, length: int, data: st.DataObject) -> None:
    digits = data.draw(st.text("0123456789", min_size=length, max_size=length))
    asked = Asked(CODES[tag].format(n=length))
    texts = ways_to_write(digits, SCRIPTS[tag], random.Random(length))
    assert {wholeness(text, asked, SCRIPTS[tag]) for text in texts} == {Wholeness.WHOLE}
    for count in range(1, length):
        assert wholeness(digits[:count], asked, SCRIPTS[tag]) is Wholeness.GROWING


@given(st.sampled_from(["US", "GB", "DE", "ES", "FR", "IT", "NL", "PT", "BR", "AU", "JP", "IN", ""]), DIGITS)
def test_what_grows_can_become_whole(country: str, digits: str) -> None:
    if telephone(digits, country) is not Wholeness.GROWING:
        return
    longer = [digits + fill * count for fill in "0123456789" for count in range(1, 13)]
    longer += [digits + "7383940516273"[:count] for count in range(1, 13)]
    assert any(telephone(way, country) >= Wholeness.PERHAPS for way in longer)


@given(TAGS, TEXTS, TEXTS, TEXTS)
def test_every_text_has_an_answer(tag: str, text: str, question: str, earlier: str) -> None:
    script = SCRIPTS[tag]
    assert wholeness(text, Asked(question, earlier), script) in Wholeness
    assert shape_of(text, question, script, wholeness(text, Asked(question, earlier), script)) in Shape
    history: list[AnyEntry] = [AgentSaid(0, question), CallerSaid(1, earlier), AgentSaid(1, text), CallerSaid(2, text)]
    assert isinstance(asked_in(history, script), Asked)
    for item in items_of(text, script.figures, script.number_words, script.fillers):
        assert item.symbols == item.symbols.upper()
    assert length_asked(text, script.figures) != 0
    assert len(without_fillers(text, script)) <= len(text) + 1


@settings(max_examples=40)
@given(TAGS, st.one_of(st.text(max_size=12), st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)))
def test_long_texts_take_milliseconds(tag: str, part: str) -> None:
    text, script = (f"{part} " * 4000)[:4000], SCRIPTS[tag]
    took = []
    for question in (ASKS[tag], f"{ASKS[tag]} ", f" {ASKS[tag]}"):
        items_of.cache_clear()
        begun = perf_counter()
        wholeness(text, Asked(question, text), script)
        took.append(perf_counter() - begun)
    assert min(took) < 0.050, "10 ms, and room for a busy machine"
