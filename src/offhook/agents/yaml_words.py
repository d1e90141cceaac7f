"""What a YAML parser complains about, in the words of somebody who wrote the file by hand."""

import re
from typing import Final

WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"'\\t'", "a tab indents this line: use spaces"),
    (r"constructor for the tag", "tags (!name) are not allowed: write a plain value"),
    (r"<block sequence start>", "a list begins in another column than what it stands among: indent `- ` as its like"),
    (r"<block mapping start>", "this line is indented otherwise than those it stands among: put them in one column"),
    (r"<block end>, but found '-'|'<block entry>'", "a list's entry (`- `) stands where a field is expected"),
    (r"<block end>, but found '<scalar>'", "there is more behind a value that has ended: put the whole text in quotes"),
    (r"<block end>", "this line does not belong to what is above it: look at its indentation and its brackets"),
    (r"mapping values are not allowed", "a colon where none can be: quote the text, or indent this line as its like"),
    (r"could not find expected ':'", "the line above has no colon: a field is written `name: value`"),
    (r"expected ',' or '[}\]]'", "a { or [ is not closed, or a comma is missing"),
    (r"end of stream|document separator", "a quote or a bracket that was opened is not closed"),
    (r"unknown escape character", "a backslash in double quotes: use single quotes"),
    (r"cannot start any token", "a value cannot begin with this character: put it in quotes"),
    (r"did not find expected|expected the node content|expected .*, but found", "something is missing here"),
)


def in_words(problem: str) -> str:
    """What to look for. A complaint that is not known here stays as it is."""
    return next((words for pattern, words in WORDS if re.search(pattern, problem)), problem)
