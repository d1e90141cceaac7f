"""The document that clients are made from: every operation has what a stranger needs, and every example is true."""

import re
from typing import Any

import jsonschema
import pytest

from offhook.api.app import create_api
from offhook.api.document import METHODS, operations
from offhook.platform.platform import Platform
from offhook.settings import Settings
from offhook.store.engine import database_url
from offhook.store.objects import Objects
from offhook.store.store import Store


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return document_of(tmp_path_factory.mktemp("nothing"))


def document_of(folder: Any) -> dict[str, Any]:
    """The document of a platform that does not run."""
    store = Store(database_url("", folder))
    try:
        found: dict[str, Any] = create_api(Platform(Settings(data_dir=folder), store, Objects.in_memory())).openapi()
    finally:
        store.close()
    return found


def fits(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """What is wrong with the value."""
    whole = {**schema, "components": document["components"]}
    return [error.message for error in jsonschema.Draft202012Validator(whole).iter_errors(value)]


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    wrong: list[str] = []
    names: list[str] = []
    for path, operation in operations(document):
        name = operation.get("operationId", path)
        names.append(name)
        if not re.fullmatch("[a-z]+(_[a-z]+)*", name):
            wrong.append(f"{path}: {name} is no name")
        wrong += [f"{name}: no {what}" for what in ("summary", "description", "tags") if not operation.get(what)]
        wrong += [
            f"{name}: {parameter['name']} has no description"
            for parameter in operation.get("parameters", ())
            if not parameter.get("description")
        ]
        responses = operation["responses"]
        wanted = {"429", "503", "default"}
        wanted |= {"401", "403"} if operation.get("security") else set()
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"400", "422"} if "requestBody" in operation else set()
        wrong += [f"{name}: {status} is not documented" for status in sorted(wanted - responses.keys())]
        if set(responses["default"]["content"]) != {"application/problem+json"}:
            wrong.append(f"{name}: errors are problems")
    assert not wrong
    assert len(names) == len(set(names))


def test_every_body_has_an_example_that_fits(document: dict[str, Any]) -> None:
    wrong, seen = [], 0
    for _, operation in operations(document):
        bodies = [body for status, body in operation["responses"].items() if status.startswith("2")]
        bodies += [operation["requestBody"]] if "requestBody" in operation else []
        for body in bodies:
            content = body.get("content", {}).get("application/json")
            if content is None:
                continue
            seen += 1
            wrong += [
                f"{operation['operationId']}: {why}" for why in fits(content["example"], content["schema"], document)
            ]
    assert not wrong and seen > 10


def test_every_problem_has_an_example_that_fits(document: dict[str, Any]) -> None:
    for status, response in document["components"]["responses"].items():
        content = response["content"]["application/problem+json"]
        assert not fits(content["example"], content["schema"], document), status
        assert content["example"]["what_to_do"]


def test_only_methods_that_are_looked_at_are_used(document: dict[str, Any]) -> None:
    assert {method for item in document["paths"].values() for method in item} <= {*METHODS, "parameters"}


def test_bodies_refuse_what_they_do_not_know(document: dict[str, Any]) -> None:
    """A field that is misspelled is told, not dropped."""
    loose = []
    for _, operation in operations(document):
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        if name and document["components"]["schemas"][name].get("additionalProperties", True) is not False:
            loose.append(f"{operation['operationId']}: {name}")
    assert not loose
