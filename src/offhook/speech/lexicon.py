"""How an owner wants words said, for voices that read plain text or SSML themselves."""

import re
from collections.abc import Iterator, Mapping


class Lexicon:
    """`Setup.lexicon` as a search: whole words and phrases, in any case, the longest first."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._said = {_key(written): said for written, said in entries.items() if written.strip()}
        longest_first = sorted(self._said, key=len, reverse=True)
        phrases = (r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE) if self._said else None

    def split(self, text: str) -> Iterator[tuple[str, str]]:
        """The text in parts, each with how it is said: a respelling, `/ipa/`, or nothing for what is said as written.

        The parts joined are the text.
        """
        at = 0
        for found in self._pattern.finditer(text) if self._pattern else ():
            if found.start() > at:
                yield text[at : found.start()], ""
            yield found[0], self._said.get(_key(found[0]), "")
            at = found.end()
        if at < len(text):
            yield text[at:], ""

    def respelled(self, text: str) -> str:
        """The text with respellings in their places; phonemes cannot stand in plain text, and are left out."""
        return "".join(said if said and not is_ipa(said) else written for written, said in self.split(text))


def is_ipa(said: str) -> bool:
    """Whether an entry is `/phonemes/`."""
    return len(said) > 2 and said.startswith("/") and said.endswith("/")


def _key(written: str) -> str:
    return " ".join(written.casefold().split())
