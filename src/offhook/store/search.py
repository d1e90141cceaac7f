"""The index of what was said: which calls hold these words. One way in, whatever the database.

SQLite has an FTS5 table without content, PostgreSQL a column of words with a GIN index; both are found by the call's
`place`, a number in the order of the calls' ids, so that the newest are found first. It is no table of the metadata:
`create` makes it behind the migrations. What belongs to no call any more is never seen, since calls are joined to it.
"""

import re
import unicodedata
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, column, func, literal_column, select, table, text
from sqlalchemy.sql.elements import ColumnElement

from offhook.store.scope import Scope
from offhook.store.tables.calls import CALL_TURNS

TABLE: Final = "call_search"
MOST_WORDS: Final = 8
"""That one search asks for."""
_ULID_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_DIGITS: Final = 26
_TIME_DIGITS: Final = 10
_LAST_DIGITS: Final = 3
"""48 bits of time, 15 of the rest: two processes give calls of one millisecond the same place once in 32,768 times; the
later of the two is not found by its words then."""
_MERGED_PAGES: Final = 2_000
"""In one step: a server that runs waits no longer than for them."""
_WORD: Final = re.compile(r"\w+")
_SQLITE: Final = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(words, content='', detail='none', tokenize='unicode61')",
)
_ADD: Final = {
    "sqlite": "INSERT INTO call_search(rowid, words) SELECT :place, :words WHERE :workspace != ''"
    " AND NOT EXISTS (SELECT 1 FROM calls WHERE place = :place AND id != :call_id)",
    "postgresql": "INSERT INTO call_search(place, words) SELECT :place, to_tsvector('simple', :words)"
    " WHERE :workspace != '' AND :call_id != '' ON CONFLICT (place) DO UPDATE SET words = excluded.words",
}
_TAKE_AWAY: Final = {
    "sqlite": "INSERT INTO call_search(call_search, rowid, words) SELECT 'delete', :place, :words"
    " WHERE :workspace != ''",
    "postgresql": "DELETE FROM call_search WHERE place = :place AND :words != '' AND :workspace != ''",
}
_POSTGRESQL: Final = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} (place BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    f"CREATE INDEX IF NOT EXISTS ix_{TABLE}_words ON {TABLE} USING gin (words)",
)


def create(connection: Connection) -> None:
    """Make the index where it is missing."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.execute(text(statement))


def is_ours(name: str | None) -> bool:
    """A table of the index, which migrations leave alone."""
    return name is not None and name.startswith(TABLE)


def place_of(call_id: str) -> int:
    """The call's place in the order of ids; 0 for an id that has none."""
    digits = call_id.partition("_")[2]
    if len(digits) != _ID_DIGITS or any(digit not in _ULID_DIGITS for digit in digits):
        return 0
    place = 0
    # The ids that a process makes in one millisecond differ in their last digits.
    for digit in digits[:_TIME_DIGITS] + digits[-_LAST_DIGITS:]:
        place = place * 32 + _ULID_DIGITS.index(digit)
    return place if place < 2**63 else 0


def words_of(said: str) -> list[str]:
    """The words as they are indexed: in small letters, without accents."""
    plain = unicodedata.normalize("NFKD", said.casefold())
    return _WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)).replace("_", " "))


def index(scope: Scope, call_id: str, said: str) -> None:
    """Have the call found by these words."""
    words, place = " ".join(words_of(said)), place_of(call_id)
    if words and place:
        scope.change(_ADD[scope.dialect], place=place, words=words, call_id=call_id)


def rebuild(connection: Connection) -> None:
    """Index every call anew from its turns: behind a restore, which brings the turns and not the index."""
    turns = CALL_TURNS.c
    rows = connection.execute(
        select(turns.workspace_id, turns.call_id, turns.text).order_by(turns.call_id, turns.number)
    )
    for (workspace, call_id), said in groupby(rows, key=lambda row: (row[0], row[1])):
        index(Scope(connection, workspace), call_id, "\n".join(row.text for row in said))


def forget(scope: Scope, call_id: str, said: str) -> None:
    """Have it found no more. `said` is what it was indexed with: an index without content knows no other way."""
    words, place = " ".join(words_of(said)), place_of(call_id)
    if words and place:
        scope.change(_TAKE_AWAY[scope.dialect], place=place, words=words)


def forget_for_good(connection: Connection, *, is_first: bool) -> bool:
    """One step of writing the index anew without what was forgotten; True: nothing of it is left in the index.

    SQLite keeps forgotten words, marked, until it merges; PostgreSQL until its next vacuum.
    """
    if connection.dialect.name != "sqlite":
        return True
    changes = text("SELECT total_changes()")
    before = connection.execute(changes).scalar() or 0
    pages = -_MERGED_PAGES if is_first else _MERGED_PAGES
    connection.execute(text("INSERT INTO call_search(call_search, rank) VALUES ('merge', :pages)"), {"pages": pages})
    # One change is the asking itself.
    return not is_first and (connection.execute(changes).scalar() or 0) - before < 2


def found(dialect: str, asked: str) -> tuple[Any, ColumnElement[Any], ColumnElement[bool]] | None:
    """What to join to calls, the column that is their `place`, and what holds for those that have all these words; a
    word that ends in `*` is the beginning of one. None: no word was asked for.

    Whole words are found newest first and as far as a page goes; a beginning costs all calls that have such a word.
    """
    words = [
        (word, piece.endswith("*") and word is found_words[-1])
        for piece in asked.split() for found_words in [words_of(piece)] for word in found_words
    ][:MOST_WORDS]  # fmt: skip
    if not words:
        return None
    if dialect == "sqlite":
        index_table = table(TABLE, column("rowid"))
        query = " AND ".join(f'"{word}"*' if is_begun else f'"{word}"' for word, is_begun in words)
        return index_table, index_table.c.rowid, literal_column(TABLE).op("MATCH")(query)
    index_table = table(TABLE, column("place"), column("words"))
    query = " & ".join(f"{word}:*" if is_begun else word for word, is_begun in words)
    is_found: ColumnElement[bool] = index_table.c.words.op("@@")(func.to_tsquery("simple", query))
    return index_table, index_table.c.place, is_found
