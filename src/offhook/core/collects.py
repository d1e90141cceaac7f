"""Kinds of numbers and codes that callers dictate, and a language's words for them."""

from collections.abc import Iterator
from enum import Enum

import msgspec


class Kind(Enum):
    """What is asked for. The names stand in the languages' files."""

    TELEPHONE = "telephone"
    CARD = "card"
    SECURITY = "security"
    EXPIRY = "expiry"
    BIRTH = "birth"
    IBAN = "iban"
    POSTCODE = "postcode"
    PLATE = "plate"
    EMAIL = "email"
    CODE = "code"
    """Of digits and letters; its length is known only when it was told."""
    SPELLING = "spelling"
    NUMBER = "number"
    """Any other."""


class Collects(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """A language's words for each kind. A phrase that begins with "-" is the end of a longer word, one that ends with
    it the beginning.
    """

    telephone: tuple[str, ...] = ()
    card: tuple[str, ...] = ()
    security: tuple[str, ...] = ()
    expiry: tuple[str, ...] = ()
    birth: tuple[str, ...] = ()
    iban: tuple[str, ...] = ()
    postcode: tuple[str, ...] = ()
    plate: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    spelling: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    """Phrases with which nothing is asked for, though the words are there: the number of."""

    def by_kind(self) -> Iterator[tuple[Kind, tuple[str, ...]]]:
        """Each kind's phrases."""
        yield from (
            (Kind.TELEPHONE, self.telephone), (Kind.CARD, self.card), (Kind.SECURITY, self.security),
            (Kind.EXPIRY, self.expiry), (Kind.BIRTH, self.birth), (Kind.IBAN, self.iban),
            (Kind.POSTCODE, self.postcode), (Kind.PLATE, self.plate), (Kind.EMAIL, self.email),
            (Kind.CODE, self.code), (Kind.SPELLING, self.spelling),
        )  # fmt: skip
