"""The owner's words are found whole, in any case, the longest first."""

import pytest

from offhook.speech.lexicon import Lexicon

LEXICON = Lexicon({"SQL": "sequel", "sql server": "the server", "C++": "see plus plus", "Nguyen": "/wɪn/", " ": "x"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Sql, not MySQL or SQLite.", "sequel, not MySQL or SQLite."),
        ("The SQL  Server is up.", "The the server is up."),
        ("C++ and SQL's", "see plus plus and sequel's"),
        ("Mr. Nguyen", "Mr. Nguyen"),
        ("", ""),
    ],
)
def test_respelled(text: str, said: str) -> None:
    assert LEXICON.respelled(text) == said


def test_the_parts_joined_are_the_text() -> None:
    text = "Nguyen writes C++ and SQL."
    parts = list(LEXICON.split(text))
    assert "".join(written for written, _ in parts) == text
    assert [said for _, said in parts if said] == ["/wɪn/", "see plus plus", "sequel"]
    assert list(Lexicon({}).split(text)) == [(text, "")]
