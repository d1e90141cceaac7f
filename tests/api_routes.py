"""The routes of the API as its document names them, and requests to them that somebody could make."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from sqlalchemy import Connection, Table, select

from offhook.store.schema import METADATA, WORKSPACE, WORKSPACES, is_scoped
from offhook.store.tables.people import MEMBERS, SESSIONS, USERS

METHODS: Final = ("get", "post", "put", "patch", "delete")
NOISE: Final = ("used_at", "seen_at")
"""Columns that reading alone changes."""
SIGNING: Final = {"sign_out", "sign_in", "begin_oidc", "end_oidc", "change_password"}
"""They end what the requests are made with; tests of their own look at them."""


@dataclass(frozen=True)
class Route:
    """A path with a method."""

    method: str
    path: str
    operation: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its `operationId`."""
        return str(self.operation.get("operationId", ""))

    @property
    def body(self) -> Mapping[str, Any] | None:
        """The schema of what it takes as JSON."""
        content = self.operation.get("requestBody", {}).get("content", {})
        schema: Mapping[str, Any] | None = content.get("application/json", {}).get("schema")
        return schema

    @property
    def is_stream(self) -> bool:
        """Its answer may never end."""
        return "text/event-stream" in str(self.operation.get("responses", {}))


def routes_of(document: Mapping[str, Any]) -> list[Route]:
    """All but those that end what requests are made with."""
    return [
        Route(method, path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item and item[method].get("operationId") not in SIGNING
    ]


class Bodies:
    """Random bodies that mostly fit their schema."""

    def __init__(self, document: Mapping[str, Any], chance: random.Random, ids: list[str]) -> None:
        self._components, self._chance, self.ids = document.get("components", {}).get("schemas", {}), chance, ids

    def make(self, schema: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
        """A value for it; `name`: of the field that it is for."""
        if "$ref" in schema:
            return self.make(self._components[schema["$ref"].rpartition("/")[2]], name, depth)
        if name == "id" or name.endswith(("_id", "_ids")):
            one = self._chance.choice(self.ids)
            return [one] if schema.get("type") == "array" else one
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                return self.make(self._chance.choice(schema[key]), name, depth)
        if "enum" in schema:
            return self._chance.choice(schema["enum"])
        return self._plain(schema, name, depth)

    def _plain(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        chance = self._chance
        match schema.get("type"):
            case "object":
                wanted, needed = schema.get("properties", {}), set(schema.get("required", ()))
                kept = {key: one for key, one in wanted.items() if key in needed or chance.random() < 0.5}
                return {key: self.make(one, key, depth + 1) for key, one in kept.items()} if depth < 6 else {}
            case "array":
                return [self.make(schema.get("items", {}), name, depth + 1) for _ in range(chance.randint(0, 2))]
            case "integer" | "number":
                return chance.randint(0, 5)
            case "boolean":
                return chance.random() < 0.5
            case "null":
                return None
        examples = schema.get("examples") or ["text", "a@b.example", "calls:read", "https://a.example"]
        return chance.choice(examples)


def example(document: Mapping[str, Any], route: Route, mark: str) -> Any:
    """The example of the route's body, every text of it that may be any with the mark."""
    schema = route.body or {}
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = (schema.get("examples") or [{}])[0]
    if isinstance(found, dict):
        found = {key: f"{mark} {value}" if key == "name" else value for key, value in found.items()}
        if "email" in found:
            found["email"] = f"{mark}@example.com"
    return found


async def furnish(client: httpx2.AsyncClient, document: Mapping[str, Any], routes: list[Route], mark: str) -> int:
    """Make what each route makes of its example. How many did."""
    made = 0
    for route in routes:
        if route.method == "post" and "{" not in route.path:
            made += (await client.post(route.path, json=example(document, route, mark))).status_code < 300
    return made


def everything(
    workspace: str, is_wanted: Callable[[Table], bool] = lambda table: True
) -> Callable[[Connection], dict[str, list[tuple[Any, ...]]]]:
    """Every row of the workspace and of its people, in the tables that are wanted."""

    def job(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
        people = select(MEMBERS.c.user_id).where(MEMBERS.c[WORKSPACE] == workspace)
        wanted = {table: table.c[WORKSPACE] == workspace for table in METADATA.tables.values() if is_scoped(table)}
        wanted |= {WORKSPACES: WORKSPACES.c.id == workspace, USERS: USERS.c.id.in_(people)}
        wanted |= {SESSIONS: SESSIONS.c.workspace_id == workspace}
        found = {}
        for table, where in wanted.items():
            if not is_wanted(table):
                continue
            columns = [column for column in table.c if column.name not in NOISE]
            found[table.name] = sorted(
                (tuple(row) for row in connection.execute(select(*columns).where(where))), key=str
            )
        return found

    return job


def texts(value: Any) -> Iterator[str]:
    """Every text in it, however deep."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value
