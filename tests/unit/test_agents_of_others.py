"""What the file of an agent may reach: addresses, variables, files, and hosts without encryption."""

import ipaddress
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from offhook.agents.addresses import is_public
from offhook.agents.load import load_agent
from offhook.agents.networks import IPV4, IPV6
from offhook.checks.examination import examine
from offhook.errors import ConfigurationError
from offhook.platform.checks import Mark
from offhook.settings import OWN_SECRETS, Settings
from offhook.speech.ports import Setup
from offhook.speech.registry import create_language_model, create_voice
from offhook.speech.vendor_block import is_loopback


def agent(folder: Path, **fields: Any) -> Path:
    file = folder / "agent.yaml"
    file.write_text(yaml.safe_dump({"name": "shop", **fields}))
    return file


# ── addresses: the table of IANA ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("network", [*IPV4, *IPV6], ids=str)
def test_nothing_of_a_special_network_is_public(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
    middle = network[network.num_addresses // 2]
    for address in (network[0], middle, network[-1]):
        assert not is_public(str(address)), address
        if isinstance(address, ipaddress.IPv4Address):
            inner = address.packed.hex()
            high, low = inner[:4], inner[4:]
            for form in (f"::ffff:{address}", f"64:ff9b::{address}", f"2002:{high}:{low}::1", f"::{high}:{low}"):
                assert not is_public(form), form
            assert not is_public(f"2606:4700::5efe:{high}:{low}"), "ISATAP"
            assert not is_public(f"2606:4700::200:5efe:{high}:{low}"), "ISATAP"


NEIGHBOURS = [
    "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
    "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
    "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0",
    "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
    "223.255.255.255", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1", "2606:4700:4700::1111", "2a00::1", "2400::1",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2606:4700::5efe:808:808",
]  # fmt: skip


@pytest.mark.parametrize("address", NEIGHBOURS)
def test_what_stands_beside_them_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["192.0.0.192", "fec0::1", "feff::1", "3fff::1", "192.88.99.1", "2606:4700::5efe:a00:1", "5f00::1"]
)
def test_holes_of_before(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [("http://127.0.0.1:1/v1", True), ("http://[::1]/", True), ("http://localhost", True), ("http://127.8.8.8", True),
     ("http://127.example.com", False), ("http://10.0.0.1", False), ("http://localhost.example.com", False)],
)  # fmt: skip
def test_a_name_that_begins_like_this_machine_is_another(url: str, is_ours: bool) -> None:
    assert is_loopback(url) is is_ours


# ── variables ──────────────────────────────────────────────────────────────────────────────────────────────────────

ENV = {"SHOP_TOKEN": "t" * 20, "SHOP_URL": "u" * 20, "AWS_SECRET_ACCESS_KEY": "s" * 20, "OPENAI_API_KEY": "k" * 20} | (
    dict.fromkeys(OWN_SECRETS, "a=" + 32 * "x") | {"OFFHOOK_MASTER_KEY": "0123456789abcdef" * 4}
)


@pytest.mark.parametrize(
    ("allowed", "known", "unknown"),
    [
        ("", ["SHOP_TOKEN", "AWS_SECRET_ACCESS_KEY"], []),
        ("SHOP_*", ["SHOP_TOKEN", "SHOP_URL"], ["AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY"]),
        ("SHOP_TOKEN, OPENAI_API_KEY", ["SHOP_TOKEN", "OPENAI_API_KEY"], ["SHOP_URL", "AWS_SECRET_ACCESS_KEY"]),
        ("TWILIO_* OFFHOOK_SECRET", [], ["SHOP_TOKEN"]),
    ],
)
def test_the_servers_owner_says_which_variables_agents_may_name(
    allowed: str, known: list[str], unknown: list[str]
) -> None:
    settings = Settings.from_environment({**ENV, "OFFHOOK_AGENT_VARIABLES": allowed})
    for name in known:
        assert settings.key(name) == ENV[name]
    for name in (*unknown, *OWN_SECRETS):
        with pytest.raises(ConfigurationError, match="not for agents") as caught:
            settings.key(name)
        assert ENV[name] not in str(caught.value)


@pytest.mark.parametrize("text", ["*A", "SHOP-*", "A*B", "1A"])
def test_a_list_of_variables_is_read_strictly(text: str) -> None:
    with pytest.raises(ConfigurationError, match="OFFHOOK_AGENT_VARIABLES"):
        Settings.from_environment({"OFFHOOK_AGENT_VARIABLES": text})


def test_doctor_tells_what_is_not_for_agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**ENV, "OFFHOOK_AGENT_VARIABLES": "SHOP_*", "OFFHOOK_DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    tool = {"type": "http", "name": "a", "description": "b", "url": "https://a.example"}
    brain = {"provider": "openai", "model": "m", "base_url": "http://gpu.example:81/v1", "key_env": "SHOP_TOKEN"}
    file = agent(tmp_path, llm=brain, tools=[{**tool, "headers": {"Authorization": "${AWS_SECRET_ACCESS_KEY}"}}])
    found = {check.name: check for check in examine(file, "127.0.0.1", 1)}
    assert found["tool: a"].mark is Mark.BAD and "AWS_SECRET_ACCESS_KEY not for agents" in found["tool: a"].found
    assert found["llm: openai"].mark is Mark.BAD and "gpu.example over plain http" in found["llm: openai"].found


# ── keys over plain http ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("block", [{"provider": "openai", "model": "m"}, {"provider": "anthropic", "model": "m"}])
@pytest.mark.parametrize("host", ["gpu.example:81", "203.0.113.9", "192.168.1.20:8000"])
def test_a_key_goes_over_plain_http_by_consent_alone(block: dict[str, str], host: str, tmp_path: Path) -> None:
    config = load_agent(agent(tmp_path, llm={**block, "base_url": f"http://{host}/v1"})).llm
    bare = host.partition(":")[0]
    with pytest.raises(ConfigurationError, match=f"the key would go to {bare} over plain http"):
        create_language_model(config, Setup(key=lambda name: "key"))
    create_language_model(config, Setup(key=lambda name: "key", plain_hosts=(bare,)))
    here = load_agent(agent(tmp_path, llm={**block, "base_url": "http://127.0.0.1:9/v1"})).llm
    create_language_model(here, Setup(key=lambda name: "key"))


def test_the_same_for_a_voice_on_a_socket(tmp_path: Path) -> None:
    voice = {"provider": "elevenlabs", "voice": "v", "base_url": "http://voice.example"}
    config = load_agent(agent(tmp_path, tts=voice)).tts
    with pytest.raises(ConfigurationError, match="over plain http"):
        create_voice(config, Setup(key=lambda name: "key"))


# ── files ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An agent's folder, with a secret outside of it."""
    (tmp_path / "secret.md").write_text("# Secret\nIt is 42.\n")
    inside = tmp_path / "shop"
    (inside / "data").mkdir(parents=True)
    (inside / "data" / "facts.md").write_text("# Open\nAlways.\n")
    (inside / "link.md").symlink_to(tmp_path / "secret.md")
    (inside / "near.md").symlink_to(inside / "data" / "facts.md")
    return inside


@pytest.mark.parametrize("name", ["../secret.md", "ABSOLUTE", "link.md", "data/../../secret.md"])
def test_knowledge_stays_in_the_folder_unless_asked_for(name: str, folder: Path) -> None:
    name = str(folder.parent / "secret.md") if name == "ABSOLUTE" else name
    with pytest.raises(ConfigurationError, match="lies outside") as caught:
        load_agent(agent(folder, knowledge=[name]))
    assert "knowledge_anywhere: true" in str(caught.value)
    assert load_agent(agent(folder, knowledge=[name], knowledge_anywhere=True)).knowledge == (name,)


@pytest.mark.parametrize("name", ["data/facts.md", "near.md", "./data/../data/facts.md"])
def test_knowledge_of_the_folder_is_read(name: str, folder: Path) -> None:
    assert load_agent(agent(folder, knowledge=[name])).knowledge == (name,)


def test_a_pipe_is_no_file_and_nobody_waits_for_it(folder: Path) -> None:
    os.mkfifo(folder / "pipe.md")
    for fields in (
        {"knowledge": ["pipe.md"]},
        {"tools": [{"name": "handoff", "agents": [{"name": "b", "file": "pipe.md", "when": "c"}]}]},
    ):
        with pytest.raises(ConfigurationError, match="no regular file"):
            load_agent(agent(folder, **fields))
    with pytest.raises(ConfigurationError, match="no regular file"):
        load_agent(folder / "pipe.md")


ODD = ["1:59:59.5", f"1:59:59{'9' * 400}.5", "1e999", "-1e999", "0x" + "f" * 900, "9" * 900, ".inf", ".nan", "1_000",
       "1e-999", "1" * 1000 + ".5", "2024-13-45", "1e+99999999999999999999"]  # fmt: skip


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("line", ["name: {}", "name: x\nturn_taking: {{idle_s: {}}}", "name: x\nknowledge: [{}]"])
def test_odd_numbers_are_told_or_text(value: str, line: str, tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(line.format(value))
    told = ""
    try:
        assert load_agent(file).name
    except ConfigurationError as error:
        told = str(error)
    assert "\n" not in told
