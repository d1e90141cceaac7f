"""The tools that the conversation carries out itself: what the model is told of them, and how its answer is read."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from offhook.agents.core_tool_configs import (
    AskInConfidenceConfig,
    CollectDigitsConfig,
    EndCallConfig,
    HandoffConfig,
    SendDigitsConfig,
    TransferCallConfig,
)
from offhook.agents.http_tool_config import DESCRIPTION_CHARS
from offhook.core.builtin import (
    CORE_TOOLS,
    MOST_SENT,
    CollectArguments,
    EndArguments,
    HandoffArguments,
    SendArguments,
    TransferArguments,
    arguments_of,
)
from offhook.speech.ports import ToolSpec
from offhook.tools.toolbox import Toolbox

WHEN = "the caller asks for a person"
DESTINATIONS = [
    {"name": "desk", "number": "+15550100200", "when": WHEN},
    {"name": "Mr. Brown", "number": "sip:brown@example.com", "when": "it is about money"},
]
CONFIGS = (
    EndCallConfig(),
    TransferCallConfig.model_validate({"destinations": DESTINATIONS}),
    HandoffConfig.model_validate({"agents": [{"name": "sales", "file": "s.yaml", "when": "it is about an order"}]}),
    CollectDigitsConfig(max_digits=8),
    SendDigitsConfig(),
    AskInConfidenceConfig(),
)
SPECS = {spec.name: spec for spec in Toolbox(CONFIGS).specs}


def fields(spec: ToolSpec) -> dict[str, Any]:
    properties = spec.parameters["properties"]
    assert isinstance(properties, dict)
    return properties


def test_each_has_a_schema_that_vendors_take() -> None:
    assert tuple(SPECS) == CORE_TOOLS
    for spec in SPECS.values():
        Draft202012Validator.check_schema(dict(spec.parameters))
        assert len(spec.description) <= DESCRIPTION_CHARS
        json.dumps(dict(spec.parameters))


def test_destinations_are_told_with_their_conditions_and_without_their_numbers() -> None:
    where = fields(SPECS["transfer_call"])["destination"]
    assert where["enum"] == ["desk", "Mr. Brown"]
    assert f"- desk: {WHEN}\n- Mr. Brown: it is about money" in where["description"]
    assert "5550100" not in json.dumps(dict(SPECS["transfer_call"].parameters))


def test_agents_are_told_with_their_conditions() -> None:
    assert fields(SPECS["handoff"])["agent"]["enum"] == ["sales"]
    assert "- sales: it is about an order" in fields(SPECS["handoff"])["agent"]["description"]


def test_what_keys_may_be_secret_is_the_owners_choice() -> None:
    specs = {
        choice: Toolbox([CollectDigitsConfig.model_validate({"secret": choice})]).specs[0]
        for choice in ("never", "allowed", "always")
    }
    assert [choice for choice, spec in specs.items() if "secret" in fields(spec)] == ["allowed"]
    told = {choice: spec.description + json.dumps(fields(spec)) for choice, spec in specs.items()}
    assert [choice for choice in told if "{keys-1}" in told[choice]] == ["allowed", "always"]
    assert fields(SPECS["collect_digits"])["count"]["maximum"] == 8


@pytest.mark.parametrize(
    ("name", "arguments", "found"),
    [
        ("end_call", "", EndArguments()),
        ("end_call", '{"reason": "done"}', EndArguments()),
        ("transfer_call", '{"destination": "desk"}', TransferArguments("desk")),
        ("transfer_call", '{"destination": "desk", "summary": null}', TransferArguments("desk")),
        ("handoff", '{"agent": "sales", "note": "wants ten"}', HandoffArguments("sales", "wants ten")),
        ("collect_digits", "{}", CollectArguments(0, "#", 0.0, False)),
        (
            "collect_digits",
            '{"count": "4", "end_key": "*", "timeout_s": "7.5", "secret": "true"}',
            CollectArguments(4, "*", 7.5, True),
        ),
        ("collect_digits", '{"count": 4, "end_key": ""}', CollectArguments(4, "", 0.0, False)),
        ("collect_digits", '{"end_key": 0}', CollectArguments(0, "0", 0.0, False)),
        ("send_digits", '{"digits": 12}', SendArguments("12")),
        ("send_digits", '{"digits": "1ww2,#a"}', SendArguments("1ww2,#a")),
    ],
)
def test_what_a_model_gives_is_read(name: str, arguments: str, found: object) -> None:
    assert arguments_of(name, arguments) == found


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("transfer_call", "{}", "the arguments of transfer_call cannot be used: .*destination"),
        ("transfer_call", "[]", "one JSON object"),
        ("transfer_call", "{", "the arguments of transfer_call cannot be used"),
        ("transfer_call", "[" * 20_000, "the arguments of transfer_call cannot be used"),
        ("transfer_call", '{"destination": ["desk"]}', "the arguments of transfer_call cannot be used"),
        ("handoff", '{"note": "x"}', "the arguments of handoff cannot be used: .*agent"),
        ("collect_digits", '{"count": -1}', "takes no count below 0"),
        ("collect_digits", '{"count": 2.5}', "the arguments of collect_digits cannot be used"),
        ("collect_digits", '{"end_key": "##"}', "takes one key of the telephone as end_key"),
        ("collect_digits", '{"end_key": "x"}', "takes one key of the telephone as end_key"),
        ("collect_digits", '{"timeout_s": 1e9}', "takes a timeout_s from 0 to 120"),
        ("collect_digits", '{"timeout_s": "nan"}', "takes a timeout_s from 0 to 120"),
        ("send_digits", '{"digits": ""}', "sends 1 to 64 keys"),
        ("send_digits", '{"digits": "1 2"}', "sends 0-9"),
        ("send_digits", json.dumps({"digits": "1" * (MOST_SENT + 1)}), "sends 1 to 64 keys"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(name: str, arguments: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        arguments_of(name, arguments)
