"""Makes the OpenAPI document, and from it the Python client's types and operations: `make client`.

Small and ours: what the generators of others make is hundreds of files, and needs libraries that ours cannot share.
"""

import json
import keyword
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # Run by its path, it does not know its neighbours.

from offhook.api.app import create_api  # noqa: E402
from offhook.api.document import METHODS  # noqa: E402
from offhook.platform.platform import Platform  # noqa: E402
from offhook.settings import Settings  # noqa: E402
from offhook.store.engine import database_url  # noqa: E402
from offhook.store.objects import Objects  # noqa: E402
from offhook.store.store import Store  # noqa: E402

FOLDER: Final = ROOT / "clients/python/src/offhook_client"
DOCUMENT: Final = ROOT / "docs/reference/openapi.json"
"""What the dashboard's client is made from when it is built."""
JSON: Final = "application/json"
PLAIN: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
WIDTH: Final = 116
NOTE: Final = "Made from the server's OpenAPI document by `make client`: never change it here."


def document() -> dict[str, Any]:
    """The server's document."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(database_url("", Path(folder)))
        try:
            settings = Settings(data_dir=Path(folder))
            found: dict[str, Any] = create_api(Platform(settings, store, Objects.in_memory())).openapi()
        finally:
            store.close()
    return found


def files() -> dict[Path, str]:
    """Each made file with its text, in the house's form."""
    found = document()
    schemas = found["components"]["schemas"]
    models = "\n".join(_models(schemas))
    operations = "\n".join(_operations(found))
    return {
        FOLDER / "models.py": _formatted(models),
        FOLDER / "operations.py": _formatted(operations),
        DOCUMENT: _in_lines(found),
    }


def _in_lines(found: Mapping[str, Any]) -> str:
    """As JSON with a line for each path and each schema, so that a change is seen where it is."""

    def dumped(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def listed(entries: Mapping[str, Any]) -> str:
        return "{\n" + ",\n".join(f"{dumped(name)}:{dumped(one)}" for name, one in entries.items()) + "\n}"

    rest = {name: value for name, value in found.items() if name not in ("paths", "components")}
    others = {name: value for name, value in found["components"].items() if name != "schemas"}
    components = ",".join(
        [*filter(None, [dumped(others)[1:-1]]), f'"schemas":{listed(found["components"]["schemas"])}']
    )
    parts = [dumped(rest)[1:-1], f'"paths":{listed(found["paths"])}', f'"components":{{{components}}}']
    return "{" + ",\n".join(parts) + "}\n"


# ── types ────────────────────────────────────────────────────────────────────────────────────────────────────────


def name_of(schema: str) -> str:
    """`PageApiKey` for `Page_ApiKey_`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split("[^A-Za-z0-9]+", schema))


def type_of(schema: Mapping[str, Any]) -> str:
    """A schema as a type of Python."""
    if "$ref" in schema:
        return name_of(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " | ".join(dict.fromkeys(type_of(one) for one in schema[key]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(PLAIN.get(str(one), "Any") for one in kind)
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {type_of(values) if isinstance(values, dict) else 'Any'}]"
    return PLAIN.get(str(kind), "Any")


def _models(schemas: Mapping[str, Any]) -> Iterator[str]:
    yield f'"""What is sent and answered. {NOTE}"""\n'
    yield "from typing import Any, Literal, NotRequired, TypedDict\n"
    for name, schema in sorted(schemas.items()):
        if "properties" not in schema:
            yield f"{name_of(name)} = {type_of(schema)}\n"
        elif all(key.isidentifier() and not keyword.iskeyword(key) for key in schema["properties"]):
            yield from _class(name, schema)
        else:
            yield from _table(name, schema)


def _members(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    needed = set(schema.get("required", ()))
    for key, member in schema["properties"].items():
        kind = type_of(member)
        yield key, kind if key in needed else f"NotRequired[{kind}]", _one_line(member.get("description", ""))


def _class(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"\nclass {name_of(name)}(TypedDict):"
    yield f'    """{_one_line(schema.get("description", "")) or name_of(name)}"""\n'
    for key, kind, told in _members(schema):
        yield f"    {key}: {_quoted(kind)}"
        if told:
            yield f'    """{told}"""'
    yield ""


def _table(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """For names that Python keeps for itself."""
    members = ", ".join(f"{key!r}: {_quoted(kind)}" for key, kind, _ in _members(schema))
    yield f"{name_of(name)} = TypedDict({name_of(name)!r}, {{{members}}})"
    yield f'"""{_one_line(schema.get("description", "")) or name_of(name)}"""\n'


def _quoted(kind: str) -> str:
    # A type may stand below the one that names it; what is quoted is read later.
    inner = kind.removeprefix("NotRequired[").removesuffix("]") if kind.startswith("NotRequired[") else kind
    if not re.search(r"\b[A-Z]\w+", inner.replace("Any", "").replace("Literal", "").replace("None", "")):
        return kind
    return f'NotRequired["{inner}"]' if inner != kind else f'"{kind}"'


# ── operations ───────────────────────────────────────────────────────────────────────────────────────────────────


def _operations(found: Mapping[str, Any]) -> Iterator[str]:
    yield f'"""Every operation of the API. {NOTE}"""\n'
    yield "from collections.abc import Mapping"
    yield "from typing import Any, Literal, cast\n"
    yield "from urllib.parse import quote\n"
    yield "from offhook_client import models\n"
    for is_async in (False, True):
        begin = "async " if is_async else ""
        yield f"\nclass {'Async' if is_async else ''}Operations:"
        yield '    """One method for each operation; whoever asks the server is `_ask`."""\n'
        yield f"    {begin}def _ask("
        yield "        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None,"
        yield "        headers: Mapping[str, str | None] | None = None,"
        yield "    ) -> Any:"
        yield "        raise NotImplementedError\n"
        for path, item in found["paths"].items():
            for method in METHODS:
                if method in item:
                    yield from _operation(method, path, item[method], is_async=is_async)


def _operation(method: str, path: str, operation: Mapping[str, Any], *, is_async: bool) -> Iterator[str]:
    parameters = [one for one in operation.get("parameters", ()) if one["in"] != "cookie"]
    named = {one["name"]: _argument(one["name"]) for one in parameters}
    places = [one for one in parameters if one["in"] == "path"]
    others = [one for one in parameters if one["in"] != "path"]
    content = operation.get("requestBody", {}).get("content", {})
    arguments = [f"{named[one['name']]}: {_in_models(one['schema'])}" for one in places]
    if JSON in content:
        arguments.append(f"body: {_in_models(content[JSON]['schema'])}")
    elif content:
        arguments.append("body: Any")
    if others:
        arguments += ["*", *(f"{named[one['name']]}: {_optional(one['schema'])} = None" for one in others)]
    kind = _result(operation)
    begin, wait = ("async ", "await ") if is_async else ("", "")
    yield f"    {begin}def {operation['operationId']}(self, {', '.join(arguments)}) -> {kind}:"
    yield f'        """{_told(operation)}"""'
    target = re.sub(r"{(\w+)}", lambda one: "{quote(str(" + named[one[1]] + "), safe='')}", path)
    asked = [repr(method.upper()), f'f"{target}"' if places else f'"{path}"']
    for place, name in (("query", "query"), ("header", "headers")):
        pairs = [f"{one['name']!r}: {named[one['name']]}" for one in others if one["in"] == place]
        if pairs:
            asked.append(f"{name}={{{', '.join(pairs)}}}")
    if content:
        asked.append("body=body")
    ask = f"{wait}self._ask({', '.join(asked)})"
    yield f"        {ask}\n" if kind == "None" else f"        return cast({kind!r}, {ask})\n"


def _result(operation: Mapping[str, Any]) -> str:
    answers: dict[str, Any] = {status: one for status, one in operation["responses"].items() if status[0] == "2"}
    status = next(iter(answers), "204")
    content: dict[str, Any] = answers.get(status, {}).get("content", {})
    if status == "204" or not content:
        return "None"
    if JSON in content and len(content) == 1:
        return _in_models(content[JSON].get("schema", {}))
    return "Any" if JSON in content else "bytes"


def _in_models(schema: Mapping[str, Any]) -> str:
    kind = type_of(schema)
    return re.sub(
        r"\b([A-Z]\w*)\b", lambda one: one[1] if one[1] in ("Any", "Literal", "None") else f"models.{one[1]}", kind
    )


def _optional(schema: Mapping[str, Any]) -> str:
    kind = _in_models(schema)
    return kind if "None" in kind.split(" | ") else f"{kind} | None"


def _argument(name: str) -> str:
    plain = re.sub("[^A-Za-z0-9]+", "_", name).lower()
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def _told(operation: Mapping[str, Any]) -> str:
    return _one_line(operation.get("description", "")) or operation["summary"]


def _one_line(text: str) -> str:
    line = " ".join(text.split()).replace("\\", "").replace('"""', "'''").rstrip('"')
    return textwrap.shorten(line, WIDTH - 16, placeholder=" ...")


def _formatted(text: str) -> str:
    for options in (["check", "--fix", "--quiet", "--select", "I,F401"], ["format"]):
        command = [sys.executable, "-m", "ruff", *options, "--stdin-filename", "clients/python/src/made.py", "-"]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return text


def main() -> None:
    """Write them."""
    for path, text in files().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
