"""What `/v1/openapi.json` says beyond the routes themselves: how each operation fails, and an example of each body.

Dashboards, clients and tests are made from this document, so it is whole: a test walks over all operations.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Final

from fastapi import FastAPI

from offhook.api.problems import DOCS, MEDIA_TYPE, STATUS_TITLES

ABOUT: Final = """Answers and places telephone calls with an AI agent.

Send `Authorization: Bearer oh_...` with an API key (`offhook admin api-key --name N`), or sign in for a session.
Everything belongs to the workspace of the key; what belongs to another is answered as if it did not exist.

* Errors are `application/problem+json` (RFC 9457) with a stable `code`, with `what_to_do`, and with a `request_id`.
* Lists are pages: `limit`, and `after` with the `next` of the page before. There are no totals.
* A POST that creates or dials takes an `Idempotency-Key`: sent again within 24 hours, it is not done again.
* What can be changed by several has an `ETag`; a change says by `If-Match` which one it was made to.
* What happens now: `GET /v1/stream` is a WebSocket. Send `{"subscribe": TOPIC}` or `{"unsubscribe": TOPIC}`; topics are
  `calls`, `call:ID` (with `after`, the last `sequence` that you have), `changes` and `health`. What comes has `topic`,
  `type` and `data`; `lost: true` means: read it again.
* Moments are RFC 3339 in UTC with milliseconds, money is a decimal with its currency, ids have a prefix and a time.
"""
METHODS: Final = ("get", "put", "post", "patch", "delete")
JSON: Final = "application/json"
EXAMPLE_AT: Final = "2026-11-28T13:52:54.120Z"
_DETAILS: Final[dict[int, tuple[str, str, str]]] = {
    400: ("http.400", "the body is no JSON", "Send what this document describes."),
    401: ("auth.unknown", "nobody is known by this key or session", "Send `Authorization: Bearer oh_...`."),
    403: ("auth.forbidden", "this needs the scope calls:write", "Use a key with the scope."),
    404: ("call.not_found", "there is no call 'call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C'", "Check the id."),
    409: ("request.conflict", "it does not fit what is there", "Read what is there now."),
    412: ("request.stale", "somebody else has changed it since you read it", "Read it again."),
    413: ("request.too_large", "the body is longer than 1048576 bytes", "Send less."),
    422: ("request.invalid", "/name: the field is required", "Mend what `errors` names, and send it again."),
    423: ("vault.locked", "the vault is locked", "Give the server its master key again."),
    428: ("request.if_match_missing", "say which revision you change", "Send the ETag as `If-Match`."),
    429: ("request.too_many", "too many requests", "Wait 2 s."),
    503: ("store.busy", "the database is busy", "Try again in a moment."),
}
_ALWAYS: Final = (429, 503)
_REF: Final = "#/components/schemas/"


def describe(app: FastAPI) -> None:
    """From now on the application's document is the whole one."""
    plain = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            # FastAPI keeps what it makes, and gives the same object again.
            app.openapi_schema = finished(plain())
        return app.openapi_schema

    app.openapi = whole  # type: ignore[method-assign]


def finished(document: dict[str, Any]) -> dict[str, Any]:
    """The document with errors and examples; changed in place."""
    document["info"]["description"] = ABOUT
    components = document.setdefault("components", {})
    schemas: Mapping[str, Any] = components.get("schemas", {})
    components["responses"] = {f"Problem{status}": _problem(status) for status in _DETAILS}
    for path, operation in operations(document):
        operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
        for parameter in operation.get("parameters", ()):
            _describe(parameter)
        for body in _bodies(operation):
            if JSON in body.get("content", {}):
                content = body["content"][JSON]
                content.setdefault("example", example_of(content.get("schema", {}), schemas))
        responses = operation["responses"]
        responses["default"] = _any_problem()
        for status in _statuses(path, operation):
            responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    return document


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, MutableMapping[str, Any]]]:
    """Each operation, with its path."""
    for path, item in document["paths"].items():
        yield from ((path, item[method]) for method in METHODS if method in item)


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that fits, as full as its examples make it."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].removeprefix(_REF)], schemas, depth + 1)
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    for key in ("example", "const"):
        if key in schema:
            return schema[key]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return example_of(schema[key][0], schemas, depth)
    return _plain_example(schema, schemas, depth)


def _plain_example(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> Any:
    match schema.get("type"):
        case "object":
            members = schema.get("properties", {})
            return {name: example_of(one, schemas, depth + 1) for name, one in members.items()} if depth < 8 else {}
        case "array":
            return [example_of(schema.get("items", {}), schemas, depth + 1)] if depth < 8 else []
        case "integer" | "number":
            return schema.get("default") or schema.get("minimum", 1)
        case "boolean":
            return bool(schema.get("default", False))
        case "string" if schema.get("format") == "date-time":
            return EXAMPLE_AT
        case "string":
            return schema.get("default") or "text"
        case _:
            return None


def _bodies(operation: Mapping[str, Any]) -> Iterator[MutableMapping[str, Any]]:
    if "requestBody" in operation:
        yield operation["requestBody"]
    yield from (response for status, response in operation["responses"].items() if status.startswith("2"))


def _describe(parameter: MutableMapping[str, Any]) -> None:
    if parameter["in"] == "path":
        thing = parameter["name"].removesuffix("_id").replace("_", " ")
        what = f"The id of the {thing}." if parameter["name"].endswith("_id") else f"The {thing}."
        parameter.setdefault("description", what)


def _statuses(path: str, operation: Mapping[str, Any]) -> Iterator[int]:
    yield from _ALWAYS
    names = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
    if operation.get("security"):
        yield from (401, 403)
    if "{" in path:
        yield 404
    if names or "requestBody" in operation:
        yield 422
    if "requestBody" in operation:
        yield from (400, 409, 413, 423)
    if "if-match" in names:
        yield from (412, 428)


def _problem(status: int) -> dict[str, Any]:
    code, detail, advice = _DETAILS[status]
    example = {
        "type": f"{DOCS}{code}", "title": STATUS_TITLES.get(status, "Refused"), "status": status, "detail": detail,
        "code": code, "what_to_do": advice, "errors": [], "request_id": "req_4f1c9a0b2d11",
    }  # fmt: skip
    if status == 422:
        example["errors"] = [{"pointer": "/name", "code": "missing", "detail": "the field is required"}]
    schema = {"$ref": f"{_REF}ProblemBody"}
    return {"description": f"{example['title']}.", "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}


def _any_problem() -> dict[str, Any]:
    return {
        "description": "Why it was not done (RFC 9457).",
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}ProblemBody"}}},
    }
