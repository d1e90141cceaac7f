"""What is sensitive is masked before the conversation sees it: words, parameters, and what is made of them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from offhook.agents.load import load_agent
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.agents.model import Agent
from offhook.call.secret_keys import LONGEST_S, SecretKeys
from offhook.core import events as ev
from offhook.core.keeping import Keep, Kept
from offhook.errors import ConfigurationError
from offhook.speech.ports import Setup, ToolSpec
from offhook.tools.mcp import McpServer, McpTool
from offhook.tools.sensitive import UNREADABLE, Sensitive
from offhook.tools.toolbox import Toolbox
from tests.unit.test_tool_configs import HTTP, MCP, load, refusal

EN = ("zero", "oh", "one", "two", "three", "four", "five", "nine", "double", "twenty", "hundred")


def keys_of(language: str = "en-US", words: tuple[str, ...] = EN) -> SecretKeys:
    keys = SecretKeys()
    keys.follow(lambda name: Sensitive(frozenset({"shop"})) if name == "pay" else None, words, language)
    return keys


def heard(keys: SecretKeys, text: str, from_s: float, to_s: float) -> str:
    event = keys.veil(ev.TranscriptFinal(text, from_s, to_s), to_s)
    assert isinstance(event, ev.TranscriptFinal)
    return event.text


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "words", "said", "masked", "given"),
    [
        ("en-US", EN, "it is four two four two", "x x 0 0 0 0", "4242"),
        ("en-GB", EN, "4242, 91.", "0 0", "424291"),
        ("en-US", EN, "four-two Four two", "0 0 0", "4242"),
        ("de-DE", ("vier", "zwei", "zwanzig"), "vier zwei und vierundzwanzig", "0 0 x 0", "42"),
        ("fr-FR", ("quatre", "vingt"), "c'est quatre quatre", "x 0 0", "44"),
        ("en-US", EN, "I do not have it", "x x x x x", "I do not have it"),
    ],
)
def test_words_are_masked_and_their_number_is_given(
    language: str, words: tuple[str, ...], said: str, masked: str, given: str
) -> None:
    keys = keys_of(language, words)
    keys.collect("c1", "keys-1", 10.0)
    assert heard(keys, said, 8.0, 14.0) == masked
    keys.collected("c1", is_whole=True, at=15.0)
    assert keys.fill("{keys-1}") == given


def test_whatever_tells_words_is_masked() -> None:
    keys = keys_of()
    keys.collect("c1", "keys-1", 10.0)
    for event in (
        ev.TranscriptChanged("four two", 12.0), ev.TurnEndExpected("four two", 12.0, 0.9),
        ev.TranscriptFinal("four two", 9.0, 12.0),
    ):  # fmt: skip
        assert "four" not in repr(keys.veil(event, 12.0))
    assert "four" not in repr(keys)


def test_words_beside_the_stretch_are_kept() -> None:
    keys = keys_of()
    assert heard(keys, "I want to pay", 0.0, 9.9) == "I want to pay"
    keys.collect("c1", "keys-1", 10.0)
    assert heard(keys, "pay one", 9.9, 10.1) == "pay one", "it reaches in by a hair"
    assert heard(keys, "four", 10.1, 12.0) == "0"
    keys.collected("c1", is_whole=True, at=13.0)
    assert heard(keys, "two", 12.0, 14.0) == "0", "the answer goes on"
    assert keys.fill("{keys-1}") == "42"
    keys.veil(ev.SegmentStarted(1, 0, 15.0), 15.0)
    assert keys.take_closed() and not keys.take_closed()
    assert heard(keys, "", 14.0, 15.0) == "" and heard(keys, "is it nine", 15.0, 17.0) == "is it nine"
    assert keys.covers(12.0) and keys.covers(15.2) and not keys.covers(16.0) and not keys.covers(9.0)


def test_an_agent_that_says_nothing_closes_it_all_the_same() -> None:
    keys = keys_of()
    keys.collect("c1", "keys-1", 10.0)
    keys.collected("c1", is_whole=False, at=13.0)
    behind = 13.0 + LONGEST_S
    assert heard(keys, "four", 12.0, behind - 1.0) == "0"
    assert heard(keys, "four", behind, behind + 1.0) == "four" and not keys.covers(behind + 1.0)
    assert keys.fill("{keys-1}") == "{keys-1}", "what is not whole is forgotten"


def test_a_second_question_is_another_stretch() -> None:
    keys = keys_of()
    for number, said in ((1, "four four"), (2, "nine nine")):
        at = number * 10.0
        keys.collect(f"c{number}", f"keys-{number}", at)
        heard(keys, said, at, at + 4.0)
        keys.collected(f"c{number}", is_whole=True, at=at + 5.0)
    assert keys.fill("{keys-1} {keys-2}") == "44 99"
    for number in range(3, 200):
        keys.collect(f"c{number}", f"keys-{number}", number * 10.0)
        keys.collected(f"c{number}", is_whole=True, at=number * 10.0 + 1.0)
    assert keys.fill("{keys-1}") == "{keys-1}", "nobody fills the memory"


# ── parameters ───────────────────────────────────────────────────────────────────────────────────────────────────


def arguments(keys: SecretKeys, given: str, name: str = "pay") -> str:
    event = keys.veil(ev.ToolRequested(1, "c1", name, given), 1.0)
    assert isinstance(event, ev.ToolRequested)
    return event.arguments


@pytest.mark.parametrize(
    ("given", "veiled"),
    [
        ('{"card": "4242", "shop": "main"}', {"card": "{secret-1}", "shop": "main"}),
        ('{"card": 4242, "shop": 7}', {"card": "{secret-1}", "shop": 7}),
        ('{"card": {"no": "4242", "cvc": [12, "4242"]}}',
         {"card": {"no": "{secret-1}", "cvc": ["{secret-2}", "{secret-1}"]}}),
        ('{"cardNumber": "4242"}', {"cardNumber": "{secret-1}"}),
        ('{"4242 1111": true, "shop": "main"}', {"{secret-2}": "{secret-1}", "shop": "main"}),
        ('{"card": "{keys-1}"}', {"card": "{keys-1}"}),
        ('{"card": null, "shop": ""}', {"card": None, "shop": ""}),
        ('"{\\"card\\": \\"4242\\"}"', {"card": "{secret-1}"}),
        ("", {}),
        ("4242", json.loads(UNREADABLE)),
        ('{"card": 4242', json.loads(UNREADABLE)),
        ('["4242"]', json.loads(UNREADABLE)),
    ],
)  # fmt: skip
def test_arguments_are_veiled(given: str, veiled: dict[str, Any]) -> None:
    keys = keys_of()
    found = arguments(keys, given)
    assert json.loads(found) == veiled
    assert "4242" not in found


def test_only_the_value_by_itself_is_hidden() -> None:
    keys = keys_of()
    arguments(keys, '{"card": "ann", "b": true, "c": "Rue 7"}')
    assert keys.hide("Anna, Ann and Joann: true") == "Anna, {secret-1} and Joann: true"
    assert keys.hide("He lives in Rue 7.") == "He lives in {secret-3}."


def test_equal_values_are_equal_and_others_are_not() -> None:
    keys = keys_of()
    first, again, other = (arguments(keys, f'{{"card": "{card}"}}') for card in ("4242", "4242", "9191"))
    assert first == again != other
    assert keys.fill(first) == '{"card":"4242"}' and keys.fill(other) == '{"card":"9191"}'


def test_what_a_model_says_of_it_afterwards_is_hidden() -> None:
    keys = keys_of()
    arguments(keys, '{"card": "42429191"}')
    for event in (
        ev.SegmentReady(1, 0, "I sent 4242 9191."), ev.ReplyGenerated(1, "I sent 4242-9191.", 1),
        ev.PlayoutCut(1, "I sent 42429191", 1.0), ev.ReplyHeard(1, "42429191"), ev.MoreHeard(1, "4242.9191"),
        ev.SegmentReworded(1, 0, "42429191"), ev.ToolRequested(1, "c2", "note", '{"text": "42429191"}'),
    ):  # fmt: skip
        assert "4242" not in msgspec.json.encode(keys.veil(event, 1.0)).decode()


def test_an_mcp_servers_parameters_are_found_by_their_names() -> None:
    config = McpServerConfig.model_validate({**MCP, "sensitive": ["card"]})
    schema = {"type": "object", "properties": {"card": {"type": "string"}, "day": {"type": "string"}}}
    tools = Toolbox([config], Setup())
    (server,) = tools._servers
    assert isinstance(server, McpServer)
    server.tools = (
        McpTool(server, "pay", ToolSpec("pay", "", schema)),
        McpTool(server, "end_call", ToolSpec("end_call", "", schema)),
        McpTool(server, "look", ToolSpec("look", "", {"type": "object", "properties": {"day": {"type": "string"}}})),
    )
    assert tools.sensitive("pay") == tools.sensitive("calendar_end_call") == Sensitive(frozenset({"day"}))
    assert tools.sensitive("look") is None and tools.sensitive("nothing") is None


# ── the agent's file ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_file_says_what_is_sensitive(tmp_path: Path) -> None:
    agent = load(tmp_path, {**HTTP, "sensitive": ["order"]}, {**MCP, "sensitive": ["card_number"]})
    assert Toolbox(agent.tools, Setup()).sensitive("order_status") == Sensitive(frozenset())
    assert "tools[0]" in refusal(tmp_path, {**HTTP, "sensitive": ["ordr"]})
    assert "sensitive names ordr" in refusal(tmp_path, {**HTTP, "sensitive": ["ordr"]})


def agent_with(folder: Path, records: str) -> Agent:
    (folder / "agent.yaml").write_text(f"name: test\nrecords: {records}\n")
    return load_agent(folder / "agent.yaml")


@pytest.mark.parametrize("off", ["off", "OFF", "false", "no", "'off'"])
def test_records_are_chosen_in_words_or_switches(tmp_path: Path, off: str) -> None:
    found = agent_with(tmp_path, f"{{recording: {off}, transcript: masked, keys: on, keep_days: 30}}").records
    assert found.kept() == Kept(recording=Keep.OFF, transcript=Keep.MASKED, days=30) and not found.required


@pytest.mark.parametrize(
    "wrong", ["{recording: perhaps}", "{keep_days: 0}", "{keep_days: 1.5}", "{record: off}", "{required: maybe}", "off"]
)
def test_records_that_mean_nothing_are_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="records"):
        agent_with(tmp_path, wrong)


def test_without_a_block_all_is_kept(tmp_path: Path) -> None:
    assert agent_with(tmp_path, "{}").records.kept() == Kept() and Kept().is_whole
