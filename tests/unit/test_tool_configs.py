"""The `tools` block: what is refused when the file is read, and that each refusal names its field."""

import json
from pathlib import Path
from typing import Any

import pytest

from offhook.agents.addresses import is_public
from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.load import load_agent, load_team
from offhook.agents.model import Agent
from offhook.core.behaviour import Destination
from offhook.core.promises import claims
from offhook.errors import ConfigurationError

HTTP: dict[str, Any] = {
    "type": "http",
    "name": "order_status",
    "description": "Where an order is.",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
    "url": "https://shop.example.com/orders/{order}",
}
MCP: dict[str, Any] = {"type": "mcp", "name": "calendar", "url": "https://calendar.example.com/mcp"}


def load(folder: Path, *tools: dict[str, Any], **rest: Any) -> Agent:
    path = folder / "agent.yaml"
    path.write_text(json.dumps({"name": "test", "tools": list(tools), **rest}))
    return load_agent(path)


def refusal(folder: Path, *tools: dict[str, Any], **rest: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, *tools, **rest)
    return str(caught.value)


def test_documents_of_before_still_load(tmp_path: Path) -> None:
    agent = load(tmp_path, {"name": "end_call"}, {"name": "book_table", "max_party": 4}, HTTP, MCP)
    assert [tool.name for tool in agent.tools] == ["end_call", "book_table", "order_status", "calendar"]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"name": "fly"}, "tools[0]: there is no such tool (found 'fly'; expected 'end_call', 'transfer_call'"),
        ({"type": "fly", "name": "x"}, "tools[0]: there is no such tool (found 'fly'"),
        ({"max_party": 3}, "tools[0]: the block does not say which one it is"),
        ({"name": "book_table", "max_parti": 3}, "tools[0].max_parti: there is no field 'max_parti' here: did you me"),
        ({"name": "book_table", "max_party": 0}, "tools[0].max_party: the value does not fit (found the number 0; exp"),
    ],
)
def test_an_entry_is_told_by_name_or_type(entry: dict[str, Any], says: str, tmp_path: Path) -> None:
    assert says in refusal(tmp_path, entry)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "Order Status"}, "tools[0].name: expected a name such as order_status"),
        ({"name": "end_call"}, "tools[0].name: end_call is a tool that the conversation carries out itself: choose"),
        ({"name": "transfer_call"}, "tools[0].name: transfer_call is a tool that the conversation carries out"),
        ({"method": "POTS"}, "tools[0].method: the value does not fit (found 'POTS'; expected 'GET', 'POST'"),
        ({"timeout": 3}, "tools[0].timeout: there is no field 'timeout' here: did you mean 'timeout_s'?"),
        ({"timeout_s": 90}, "tools[0].timeout_s: the value does not fit (found the number 90; expected a number from"),
        ({"description": None}, "tools[0].description: there is nothing behind"),
        ({"url": "shop"}, "tools[0].url: expected an address such as https://"),
        ({"url": "https://me:pw@shop.example.com/"}, "tools[0].url: expected an address"),
        ({"url": "https://{order}.example.com/"}, "tools[0].url: variables may stand in the path and the query, never"),
        (
            {"url": "https://shop.example.com/{ordr}"},
            "tools[0].url: {ordr} is no parameter of this tool; there are: or",
        ),
        ({"url": "https://shop.example.com/{order"}, "tools[0].url: a variable is a name in braces"),
        ({"url": "https://shop.example.com/../{order}"}, "tools[0].url: the path must not hold . or .."),
        ({"url": "http://shop.example.com/"}, "tools[0].url: plain http is only for a service of your own network"),
        ({"url": "https://localhost/"}, "tools[0].url: localhost is an address of a private network: set allow_priv"),
        ({"url": "https://[::1]:8443/"}, "tools[0].url: ::1 is an address of a private network"),
        ({"url": "https://169.254.169.254/x"}, "tools[0].url: 169.254.169.254 is an address of a private network"),
        ({"parameters": {"type": "array"}}, "tools[0].parameters: its type must be object"),
        ({"parameters": {"type": "object", "properties": {"a": {"type": "txt"}}}}, "not a JSON schema: $.properties.a"),
        (
            {"parameters": {"type": "object", "anyOf": [{"required": ["a"]}]}},
            "tools[0].parameters: vendors of models",
        ),
        ({"parameters": {"type": "object", "properties": {"a b": {}}}}, "'a b' is no parameter's name"),
        ({"parameters": {"type": "object", "properties": {"call": {}}}}, "'call' is no parameter's name"),
        ({"parameters": {"type": "object", "properties": {}, "required": ["x"]}}, "required names 'x', which is not"),
        (
            {"parameters": {"type": "object", "properties": {"a": {"$ref": "https://x.example.com/s"}}}},
            "tools[0].parameters: $ref may only point into the schema itself",
        ),
        (
            {"parameters": {"type": "object", "properties": {"order": {}}}},
            "tools[0].url: {order} stands in the path: list it under parameters.required",
        ),
        ({"headers": {"Authorization": "Bearer abc"}}, "tools[0].headers: Authorization: secrets are set in the envir"),
        ({"headers": {"X-Key": "${shop}"}}, "tools[0].headers: X-Key: secrets are set in the environment"),
        ({"headers": {"X-Shop": "a ${shop}"}}, "tools[0].headers: X-Shop: a secret is written ${NAME}"),
        ({"headers": {"Host": "x"}}, "tools[0].headers: 'Host' is no header that can be set here"),
        ({"headers": {"X-A": "a\r\nX-B: c"}}, "tools[0].headers: X-A: a header's value is printable ASCII"),
        ({"method": "GET", "body": {"a": "b"}}, "tools[0].body: GET sends no body"),
        ({"body": {"deep": [{"a": "{ordr}"}]}}, "tools[0].body: {ordr} is no parameter of this tool"),
        ({"result": "{status"}, "tools[0].result: a variable is a name in braces"),
        ({"promises": ["done"]}, "tools[0].promises: 'done' is too short to tell a promise"),
        ({"retries": 9}, "tools[0].retries: the value does not fit"),
    ],
)
def test_a_web_service_is_checked_field_by_field(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    said = refusal(tmp_path, {**HTTP, **change})
    assert says in said
    assert "abc" not in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": ""}, "tools[0]: an MCP server has either a url or a command"),
        ({"command": ["server"]}, "tools[0]: an MCP server has either a url or a command"),
        ({"environment": ["A"]}, "tools[0]: environment is what a command is given, and there is none"),
        ({"url": "", "command": ["server"], "headers": {"X-A": "b"}}, "tools[0]: headers are sent to a url, and there"),
        ({"url": "https://10.0.0.1/mcp"}, "tools[0].url: 10.0.0.1 is an address of a private network"),
        ({"url": "", "command": ["server", "--api-key=abc"]}, "tools[0].command: secrets are set in the environment"),
        ({"promises": {"book": ["ok"]}}, "tools[0].promises: 'ok' is too short to tell a promise"),
    ],
)
def test_an_mcp_server_is_checked_field_by_field(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    said = refusal(tmp_path, {**MCP, **change})
    assert says in said
    assert "abc" not in said


def test_a_list_of_anything_says_so(tmp_path: Path) -> None:
    loose = {
        "type": "object",
        "properties": {
            "order": {"type": "string", "default": {"type": "array"}},
            "tags": {"type": ["array", "null"]},
            "default": {"type": "array"},
            "deep": {"type": "object", "properties": {"type": {"type": "array"}}},
            "rows": {"type": "array", "items": {"anyOf": [{"type": "array"}, {"type": "integer"}]}},
        },
        "required": ["order"],
    }
    (tool,) = load(tmp_path, {**HTTP, "parameters": loose}).tools
    assert isinstance(tool, HttpToolConfig)
    fields = tool.parameters["properties"]
    assert fields["order"]["default"] == {"type": "array"}
    assert fields["default"]["items"] == {}
    assert fields["tags"]["items"] == fields["deep"]["properties"]["type"]["items"] == {}
    assert fields["rows"]["items"]["anyOf"] == [{"type": "array", "items": {}}, {"type": "integer"}]


def test_a_tool_is_no_more_patient_than_a_call(tmp_path: Path) -> None:
    said = refusal(tmp_path, HTTP, turn_taking={"tool_timeout_s": 5.0})
    assert "tools: the timeout_s of order_status (8) is above turn_taking.tool_timeout_s (5)" in said
    load(tmp_path, {**HTTP, "timeout_s": 5}, turn_taking={"tool_timeout_s": 5.0})


def test_names_differ(tmp_path: Path) -> None:
    assert "order_status is listed twice" in refusal(tmp_path, HTTP, HTTP)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("168.63.129.16", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


# ── what the conversation carries out itself ─────────────────────────────────────────────────────────────────────

DESK: dict[str, Any] = {"name": "desk", "number": "+15550100200", "when": "the caller asks for a person"}


def to(change: dict[str, Any]) -> dict[str, Any]:
    return {"name": "transfer_call", "destinations": [{**DESK, **change}]}


SALES: dict[str, Any] = {"name": "sales", "file": "sales.yaml", "when": "the caller wants to buy"}


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"name": "transfer_call"}, "tools[0].destinations: the field is missing"),
        ({"name": "transfer_call", "destinations": []}, "tools[0].destinations: the value does not fit (found a list"),
        ({"name": "transfer_call", "destinations": [DESK] * 2}, "tools[0].destinations: the name 'desk' stands twice"),
        (
            {"name": "transfer_call", "destinations": [DESK, {**DESK, "name": "Desk"}]},
            "tools[0].destinations: the name 'desk' stands twice",
        ),
        (to({"number": "5550100200"}), "tools[0].destinations[0].numb"),
        (to({"number": "+1 555 010"}), "expected a number with + and"),
        (to({"number": "+0155501002"}), "expected a number with + and"),
        (to({"number": "+1234567890123456"}), "expected a number with"),
        (to({"number": "sip:desk"}), "or sip:name@host"),
        (to({"number": "tel:+15550100200"}), "or sip:name@host"),
        (
            to({"number": 15550100200}),
            "(found the number 15550100200; expected text, in quotes if it looks like a number",
        ),
        (to({"ring_s": 3}), "tools[0].destinations[0].ring_s: the val"),
        (to({"ring_s": 61}), "expected a number from 5 to 60"),
        (to({"ring": 9}), "did you mean 'ring_s'?"),
        (to({"when": " "}), "tools[0].destinations[0].when: the value"),
        ({"name": "handoff", "agents": [SALES, SALES]}, "tools[0].agents: the name 'sales' stands twice"),
        ({"name": "handoff", "agents": [SALES]}, "tools[0].agents[0].file: the agent's file cannot be read: No such"),
        ({"name": "handoff", "agents": [{**SALES, "file": "."}]}, "tools[0].agents[0].file: the agent's file cannot"),
        ({"name": "collect_digits", "max_digits": 0}, "tools[0].max_digits: the value does not fit (found the number"),
        ({"name": "collect_digits", "secret": "often"}, "tools[0].secret: the value does not fit (found a value"),
        ({"name": "send_digits", "digits": "1"}, "tools[0].digits: there is no field 'digits' here"),
    ],
)
def test_what_the_conversation_carries_out_is_checked_field_by_field(
    entry: dict[str, Any], says: str, tmp_path: Path
) -> None:
    assert says in refusal(tmp_path, entry)


@pytest.mark.parametrize(
    "number", ["+15550100200", "+493012345678", "+442079460958", "sip:desk@pbx.example.com", "sips:+15@10.0.0.1:5061"]
)
def test_destinations_are_in_the_script(number: str, tmp_path: Path) -> None:
    entries = [{**DESK, "number": number}, {**DESK, "name": "owner", "ring_s": 45, "say": "I get the owner."}]
    script = load(tmp_path, {"name": "transfer_call", "destinations": entries}).script()
    assert script.destinations == {
        "desk": Destination(number=number, ring_s=20.0, say=""),
        "owner": Destination(number="+15550100200", ring_s=45.0, say="I get the owner."),
    }


def test_a_team_is_loaded_whole_also_when_it_hands_back_and_forth(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    back = {"name": "handoff", "agents": [{**SALES, "name": "front", "file": "../agent.yaml"}]}
    (tmp_path / "more/sales.yaml").write_text(json.dumps({"name": "sales", "tools": [back]}))
    there = {"name": "handoff", "agents": [{**SALES, "file": "more/sales.yaml"}]}
    agent = load(tmp_path, there)
    assert agent.script().handoffs == ("sales",)
    team = load_team(tmp_path / "agent.yaml")
    assert [found.name for found in team.values()] == ["test", "sales"]
    assert agent.handoff_files()["sales"].resolve() in team


def test_a_fault_in_a_file_of_the_team_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "sales.yaml").write_text("name: sales\nlanguage: 7\n")
    load(tmp_path, {"name": "handoff", "agents": [SALES]})
    with pytest.raises(ConfigurationError, match=r"sales\.yaml:2: language"):
        load_team(tmp_path / "agent.yaml")


def test_what_is_said_of_keys_is_in_the_script(tmp_path: Path) -> None:
    script = load(tmp_path, {"name": "collect_digits", "max_digits": 6, "secret": "always"}).script()
    assert (script.keys_most, script.keys_secret) == (6, True)
    script = load(tmp_path, {"name": "collect_digits"}).script()
    assert (script.keys_most, script.keys_secret) == (20, False)


# ── what becomes of the words ────────────────────────────────────────────────────────────────────────────────────


def test_the_tools_words_are_in_the_script(tmp_path: Path) -> None:
    mcp = {**MCP, "filler": {"find": ["I look."]}, "promises": {"book": ["it is all booked"]}}
    http = {**HTTP, "filler": ["I ask the shop."], "promises": ["I have ... Ordered", "It’s on its way!"]}
    words = load(tmp_path, {"name": "book_table"}, http, mcp).script().tools
    assert words["order_status"].filler == ("I ask the shop.",)
    assert words["order_status"].promises == ("i have ... ordered", "it's on its way")
    assert words["find"].filler == words["calendar_find"].filler == ("I look.",)
    assert words["book"].promises == ("it is all booked",)
    assert "book_table" in words and "take_message" not in words, "another tool may take messages"


def test_an_agent_without_tools_promises_too(tmp_path: Path) -> None:
    script = load(tmp_path, {"name": "end_call"}).script()
    assert [claim.tools for claim in claims("I have passed on your message.", script)] == [("take_message",)]
