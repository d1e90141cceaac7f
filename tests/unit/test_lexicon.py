"""The owner's words are found whole, in any case, the longest first, for every voice."""

import pytest

from offhook.speech.lexicon import Lexicon
from offhook.speech.ports import Setup
from offhook.speech.tts.azure import Ssml
from offhook.speech.tts.local import Inline
from offhook.speech.voice_words import speaker

ENTRIES = {
    "SQL": "sequel", "sql server": "the server", "C++": "see plus plus", "Nguyen": "/wɪn/", "24/7": "round the clock",
    "小明": "xiǎo míng", " ": "x",
}  # fmt: skip
SETUP = Setup(lexicon=ENTRIES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Sql, not MySQL or SQLite.", "sequel, not MySQL or SQLite."),
        ("The SQL  Server is up.", "The the server is up."),
        ("C++ and SQL's", "see plus plus and sequel's"),
        ("the (SQL) way", "the (sequel) way"),
        ("**SQL**", "sequel"),
        ("SQL-Lite at 5", "sequel-Lite at 5"),
        ("Mr. Nguyen", "Mr. Nguyen"),
        ("Open 24/7!", "Open round the clock!"),
        ("我叫小明。", "我叫xiǎo míng。"),
        ("", ""),
    ],
)
def test_a_voice_that_reads_by_itself_gets_respellings(text: str, said: str) -> None:
    assert speaker(SETUP, spell_out=False)(text).said == said


def test_what_stands_around_a_word_is_said_by_the_rules_of_the_language() -> None:
    speak = speaker(SETUP, spell_out=True)
    assert speak("SQL-5 (Nguyen's), $5").said == "sequel five Nguyen's, five dollars"
    assert speak("The SQL\nServer, please").entries == ["The", "", "the server,", "please"]


def test_phonemes_are_written_as_the_engine_wants_them() -> None:
    text = "Mr. Nguyen's 'SQL', & code A1"
    local = speaker(SETUP, spell_out=True, notation=Inline())(text).said
    assert local == "Mister [Nguyen's](/wɪnz/) sequel, and code [A](/ˈA/) one"
    azure = speaker(SETUP, spell_out=False, notation=Ssml())(text).said
    assert '<phoneme alphabet="ipa" ph="wɪnz">Nguyen\'s</phoneme>' in azure
    assert '<sub alias="sequel">SQL</sub>\', &amp; code A1' in azure


def test_each_word_is_found_once() -> None:
    found = Lexicon(ENTRIES).find(["SQL/SQL", "sql", "server", "nguyen"])
    assert {first: (hit.written, hit.said, hit.last) for first, hit in found.items()} == {
        0: ("SQL", "sequel", 0),
        1: ("sql server", "the server", 2),
        3: ("nguyen", "/wɪn/", 3),
    }
    assert Lexicon({}).find(["SQL"]) == {}
