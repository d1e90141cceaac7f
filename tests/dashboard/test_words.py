"""What the server says on the pages, in every language; and codes of the server, for each of which a page has words."""

import ast
import re
from typing import get_args

import pytest

from offhook.api import call_seat
from offhook.core.endings import EndReason
from offhook.platform.call_doors import Action
from offhook.platform.call_warnings import CODES
from offhook.platform.callers import Role
from offhook.platform.price_book import Component, Unit
from scripts.server_words import LOCALES, ROOT, SOURCES, catalogue, holes, sentences

PAGES = ROOT / "dashboard/src"
LANGUAGES = [path.name.split(".")[1] for path in LOCALES.glob("server.*.json")]
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
ELSEWHERE = {
    "webhook": {"created", "changed"},
    "question": {"answered", "dismissed", "reopened"},
    "call": {"take_over"},
}
"""Deeds whose names are put together while the server runs."""


def test_every_language_but_english_has_the_servers_sentences() -> None:
    others = {path.stem for path in LOCALES.glob("*.po")} - {"en"}
    assert set(LANGUAGES) == others and others


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_servers_sentences_have_their_words(language: str) -> None:
    known, wanted = catalogue(language), set(sentences())
    assert (sorted(wanted - known.keys()), sorted(known.keys() - wanted)) == ([], []), (
        "run `python -m scripts.server_words --write`, and say what is empty then"
    )
    assert not [text for text, words in known.items() if not words]
    assert not {text: words for text, words in known.items() if holes(text) != holes(words)}


def words_of(file: str, constant: str) -> set[str]:
    """The names in a record of a page's sources."""
    text = (PAGES / file).read_text("utf-8")
    record = re.search(rf"const {constant}\b[^=]*= \{{(.*?)\n\}}", text, re.DOTALL)
    assert record, f"{file} has no {constant}"
    return {quoted or plain for quoted, plain in re.findall(r'^  (?:"([^"]+)"|(\w+)):', record[1], re.MULTILINE)}


def actions() -> set[str]:
    """What stands in the audit, as far as the sources name it whole."""
    found: set[str] = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("audit", "_note"):
                constants = [one.value for one in node.args if isinstance(one, ast.Constant)]
                found |= {one for one in constants if isinstance(one, str) and CODE.fullmatch(one)}
                # Of a kind that is only known then, what was done to it.
                found |= {
                    f"limits{last.value}"
                    for one in node.args[1:2]
                    if isinstance(one, ast.JoinedStr)
                    and isinstance(last := one.values[-1], ast.Constant)
                    and isinstance(last.value, str)
                }
    return found


def test_every_deed_of_the_audit_has_words() -> None:
    told = {action.partition(".")[::2] for action in actions()}
    assert len(told) > 40
    told |= {(thing, deed) for thing, deeds in ELSEWHERE.items() for deed in deeds}
    told |= {("call", action) for action in get_args(Action)}
    things, deeds = (words_of("features/settings/auditWords.ts", name) for name in ("THINGS", "DEEDS"))
    assert {thing for thing, _ in told} - things == set()
    assert {deed for _, deed in told} ^ deeds == set(), "without words, or words of nothing"


def test_every_end_of_a_call_has_words() -> None:
    reasons = {reason.value for reason in EndReason}
    assert reasons - words_of("features/calls/list/endings.ts", "ENDINGS") == set()
    assert {one for one in reasons if not one.startswith("limit.")} - words_of("ui/endings.ts", "SAID") == set()


def test_warnings_parts_units_and_roles_have_words() -> None:
    assert set(CODES) - words_of("features/calls/list/endings.ts", "WARNINGS") == set()
    assert {one.value for one in Component} - words_of("ui/spending.ts", "PARTS") == set()
    assert {one.value for one in Unit} - words_of("ui/spending.ts", "UNITS") == set()
    people = (PAGES / "features/settings/People.tsx").read_text("utf-8")
    assert all(f'value: "{role.value}"' in people for role in Role)


def test_a_page_knows_why_nobody_may_sit_there() -> None:
    seat = (PAGES / "features/live/seat.ts").read_text("utf-8")
    assert all(f"{code}:" in seat for code in (call_seat.TAKEN, call_seat.ELSEWHERE, 4403, 4404))
