"""A phrase inside a question, behind a negation of its clause or behind a condition is never a claim."""

from hypothesis import given
from hypothesis import strategies as st

from offhook.agents.languages import languages, script_for
from offhook.core.behaviour import Script
from offhook.core.promises import claims, false_claims

SCRIPTS = [script_for(tag) for tag in languages()]
# Words of no language, so that nothing but what is put in is a negation, a condition or a phrase.
WORDS = st.lists(st.text("bcdfg", min_size=4, max_size=7), max_size=4).map(" ".join)


@st.composite
def statements(draw: st.DrawFn) -> tuple[Script, str, str, str]:
    """A script, the tool of a phrase, and what stands before and in the clause with the phrase."""
    script = draw(st.sampled_from(SCRIPTS))
    tool = draw(st.sampled_from(sorted(script.tools)))
    phrase = draw(st.sampled_from(script.tools[tool].promises)).replace("...", draw(WORDS))
    return script, tool, draw(WORDS), " ".join(f"{phrase} {draw(WORDS)}".split())


@given(statements(), WORDS)
def test_a_statement_is_a_claim(given_: tuple[Script, str, str, str], other: str) -> None:
    script, tool, before, clause = given_
    found = [claim for claim in claims(f"{other}. {before} {clause}. {other}!", script) if tool in claim.tools]
    assert len(found) == 1
    assert found[0].text == f"{before} {clause}.".strip()
    assert false_claims(found[0].text, script, {tool}) == []


@given(statements(), st.sampled_from([" ", ", ", "; ", ": "]), WORDS)
def test_a_question_is_none(given_: tuple[Script, str, str, str], between: str, after: str) -> None:
    script, _, before, clause = given_
    assert list(claims(f"{before}{between}{clause}{between}{after}?", script)) == []


@given(statements(), st.data())
def test_a_negation_in_the_clause_takes_it_back(given_: tuple[Script, str, str, str], data: st.DataObject) -> None:
    script, _, before, clause = given_
    negation = data.draw(st.sampled_from(script.negations))
    assert list(claims(f"{before} {negation} {clause}.", script)) == []
    assert list(claims(f"{before}, {clause} {negation}.", script)) == []


@given(statements(), st.data(), st.sampled_from([" ", ", "]))
def test_a_condition_before_it_takes_it_back(
    given_: tuple[Script, str, str, str], data: st.DataObject, between: str
) -> None:
    script, _, before, clause = given_
    condition = data.draw(st.sampled_from(script.conditions))
    assert list(claims(f"{condition} {before}{between}{clause}.", script)) == []


@given(st.sampled_from(SCRIPTS), st.text(max_size=300))
def test_any_text_is_taken(script: Script, text: str) -> None:
    for claim in claims(text, script):
        assert claim.tools and claim.text in text
