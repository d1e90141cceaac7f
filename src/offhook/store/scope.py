"""One workspace's rows, in one transaction: what jobs are given. A query that names no workspace cannot be made."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import Alias, Column, Connection, Row, Select, Table, TextClause, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.util import find_tables
from sqlalchemy.sql.visitors import iterate

from offhook.store.schema import WORKSPACE, is_scoped

_MARK: Final = "offhook_workspace"
T = TypeVar("T")
_COUNTED: Final = {"preserve_rowcount": True}
"""Rows of an INSERT are counted by those who ask for it alone: otherwise PostgreSQL's count is -1."""


class CrossingError(Exception):
    """A statement would have read rows of other workspaces: a fault of ours."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something in a workspace is not what it was: told to whoever keeps it in memory, after the commit."""

    workspace: str
    kind: str
    """As the API calls it: `agent`, `phone_number`, `provider_key`, `call`."""
    id: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: for the audit."""

    kind: str
    """`user`, `api_key`, `file`, `system`."""
    id: str = ""
    name: str = ""


SYSTEM: Final = Actor("system")


class Scope:
    """A workspace's rows, in a transaction that is open for as long as the job runs, on a thread of the store."""

    def __init__(self, connection: Connection, workspace: str, actor: Actor = SYSTEM) -> None:
        self._connection, self.workspace, self.actor = connection, workspace, actor
        self.changes: list[Change] = []

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._connection.dialect.name

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────

    def select(self, *what: Any, outer: Sequence[Table] = ()) -> Select[Any]:
        """A select of columns or tables, bound to the workspace. Tables that are joined later are named in `what` too,
        or in `outer` when they are joined from outside."""
        statement = select(*what)
        bound = set()
        for table in _scoped_tables(statement):
            if table not in outer:
                statement = statement.where(table.c[WORKSPACE] == self.workspace)
            bound.add(table.name)
        return statement.execution_options(**{_MARK: (self.workspace, frozenset(bound))})

    def all(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        """Every row."""
        rows: Sequence[Row[Any]] = self._run(statement).all()
        return rows

    def first(self, statement: Select[Any]) -> Row[Any] | None:
        """The first row, if there is one."""
        row: Row[Any] | None = self._run(statement.limit(1)).first()
        return row

    def scalar(self, statement: Select[Any]) -> Any:
        """The first column of the first row, None without one."""
        return self._run(statement).scalar()

    def get(self, table: Table, key: str) -> Row[Any] | None:
        """The row of this id."""
        return self.first(self.select(table).where(table.c.id == key))

    def text(self, sql: str, **values: Any) -> Sequence[Row[Any]]:
        """SQL as text, which has to say `:workspace`."""
        if ":workspace" not in sql:
            raise CrossingError("a text without :workspace")
        statement: TextClause = text(sql)
        rows: Sequence[Row[Any]] = self._connection.execute(statement, {**values, "workspace": self.workspace}).all()
        return rows

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────

    def insert(self, table: Table, **values: Any) -> None:
        """One row."""
        self._connection.execute(insert(table), self._own(table, values))

    def insert_many(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows of the same columns."""
        every = [self._own(table, row) for row in rows]
        if every:
            self._connection.execute(insert(table), every)

    def put(self, table: Table, key: Sequence[str], **values: Any) -> bool:
        """One row, or the values of the one that has the same in the columns `key`, which are unique.

        False: such a row belongs to another workspace, and nothing was written.
        """
        make = postgresql_insert if self.dialect == "postgresql" else sqlite_insert
        statement = make(table).values(self._own(table, values))
        new = {name: statement.excluded[name] for name in values if name not in key}
        own = table.c[WORKSPACE] == self.workspace
        result = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=list(key), set_=new or {key[0]: statement.excluded[key[0]]}, where=own
            ),
            execution_options=_COUNTED,
        )
        return result.rowcount > 0

    def insert_once(self, table: Table, key: Sequence[str], **values: Any) -> bool:
        """One row; False, and nothing done, when one has the same in the columns `key`, which are unique."""
        make = postgresql_insert if self.dialect == "postgresql" else sqlite_insert
        statement = make(table).values(self._own(table, values)).on_conflict_do_nothing(index_elements=list(key))
        return self._connection.execute(statement, execution_options=_COUNTED).rowcount > 0

    def insert_new(self, table: Table, key: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows of the same columns; those that have the same as another in the columns `key` are there already."""
        every = [self._own(table, row) for row in rows]
        if every:
            make = postgresql_insert if self.dialect == "postgresql" else sqlite_insert
            self._connection.execute(make(table).on_conflict_do_nothing(index_elements=list(key)), every)

    def add(self, table: Table, key: Sequence[str], sums: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows of the same columns, or their numbers `sums` added to those that have the same in the columns `key`,
        which are unique and begin with the workspace."""
        every = [self._own(table, row) for row in rows]
        if every:
            self._connection.execute(_adding(table.name, tuple(every[0]), tuple(key), tuple(sums)), every)

    def update(self, table: Table, *where: ColumnElement[bool], **values: Any) -> int:
        """How many rows were changed."""
        statement = update(table).where(table.c[WORKSPACE] == self.workspace, *where).values(**values)
        return self._connection.execute(statement).rowcount

    def delete(self, table: Table, *where: ColumnElement[bool]) -> int:
        """How many rows were deleted."""
        statement = delete(table).where(table.c[WORKSPACE] == self.workspace, *where)
        return self._connection.execute(statement).rowcount

    def change(self, sql: str, **values: Any) -> int:
        """A writing SQL as text, which has to say `:workspace`; how many rows it changed."""
        if ":workspace" not in sql:
            raise CrossingError("a text without :workspace")
        return self._connection.execute(text(sql), {**values, "workspace": self.workspace}).rowcount

    def tell(self, kind: str, key: str) -> None:
        """After the commit others learn that this has changed."""
        self.changes.append(Change(self.workspace, kind, key))

    def beside(self, job: Callable[[Connection], T]) -> T:
        """In the same transaction, tables that belong to no workspace: those of durable work."""
        return job(self._connection)

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _own(self, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
        if not is_scoped(table):
            raise CrossingError(f"{table.name} belongs to no workspace")
        if values.get(WORKSPACE, self.workspace) != self.workspace:
            raise CrossingError(f"a row of {table.name} for another workspace")
        return {**values, WORKSPACE: self.workspace}

    def _run(self, statement: Select[Any]) -> Any:
        mark = statement.get_execution_options().get(_MARK)
        if mark is None or mark[0] != self.workspace:
            raise CrossingError("a select that was not made by this scope")
        if loose := {table.name for table in _scoped_tables(statement)} - mark[1]:
            raise CrossingError(f"joined without the workspace: {', '.join(sorted(loose))}")
        return self._connection.execute(statement)


@lru_cache(maxsize=64)
def _adding(table: str, columns: tuple[str, ...], key: tuple[str, ...], sums: tuple[str, ...]) -> TextClause:
    """As text, which both databases read alike, and kept: to make it of so many columns takes milliseconds."""
    grown = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    values = ", ".join(f":{name}" for name in columns)
    return text(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values}) "  # noqa: S608 - names of our own tables
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {grown}"
    )


def _scoped_tables(statement: Select[Any]) -> set[Table]:
    """Every table of the statement that belongs to workspaces, in joins and inner selects too."""
    found: set[Table] = set()
    parts: list[Any] = list(iterate(statement))
    for origin in statement.get_final_froms():
        parts += [origin, *find_tables(origin, include_joins=True)]
    for part in parts:
        if isinstance(part, Alias) and isinstance(part.element, Table) and is_scoped(part.element):
            raise CrossingError(f"{part.element.name} under another name: its workspace would not be seen to")
        table = part.table if isinstance(part, Column) else part
        if isinstance(table, Table) and is_scoped(table):
            found.add(table)
        elif isinstance(part, Select) and part is not statement:
            found |= _scoped_tables(part)
    return found
