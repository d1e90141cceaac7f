"""What a server tells of itself: metrics, health, backups by the API, JSON lines, ids of requests."""

import asyncio
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from offhook import about, clock
from offhook.api.monitor import monitor_router
from offhook.call.journal import Briefing, Header
from offhook.call.records.files import FileRecords
from offhook.call.runtimes import Runtimes
from offhook.cli.log import JsonLines
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.behaviour import Behaviour, Script
from offhook.core.endings import EndReason
from offhook.errors import AdmissionRefused, ProviderRefused, ProviderTimeout
from offhook.platform import backups as backups_module
from offhook.platform.checks import Check, Mark
from offhook.platform.metered import MeteredRecords
from offhook.platform.metrics import MOST_AGENTS, Metrics
from offhook.platform.problems import Conflict
from offhook.platform.snapshot import KnownAgent, Snapshot
from offhook.speech.health import HealthBoard
from offhook.telephony.facts import CallFacts
from tests.platform.conftest import Play
from tests.platform_world import World

HEADER = Header(call="call_1", agent="Jo", started="", behaviour=Behaviour(), script=Script())
TURN: list[tuple[Any, float]] = [
    (ev.SpeechStopped(1, 10.0, 1.0), 10.1),
    (ev.TranscriptFinal("hello", 9.0, 10.0), 10.2),
    (ev.SilenceLasted(1, 0.3), 10.3),
    (cmd.StartReply(1, 1, cmd.Ask(1, caller_text="hello"), False), 10.3),
    (ev.FirstTokenReceived(1), 10.5),
    (ev.SegmentReady(1, 0, "Hi."), 10.7),
    (ev.SegmentStarted(1, 0, 10.8), 10.8),
    (ev.ProviderSwitched("llm", "openai gpt", "local", "late"), 11.0),
    (ev.ReplyGenerated(1, "Hi.", 1, 100, 20), 11.0),
    (ev.ToolFailed("t1", "no"), 11.2),
    (ev.ToolReturned("t2", "yes"), 11.3),
    (cmd.ReportPromise(1, "book", "booked"), 11.4),
    (cmd.EndCall(EndReason.CALLER_SAID_GOODBYE), 12.0),
]


def samples(metrics: Metrics) -> dict[str, float]:
    """`name{label=value}` with its value."""
    metrics.read_gauges()
    found = {}
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for one in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(one.labels.items()))
            found[f"{one.name}{{{labels}}}" if labels else one.name] = one.value
    return found


def test_a_call_is_counted_as_its_journal_tells_it(tmp_path: Path) -> None:
    metrics = Metrics()
    records = MeteredRecords(FileRecords(tmp_path), metrics)
    record = records.open(HEADER)
    record.append(Briefing(agent="Jo", system=""), 0.0)
    for what, at in TURN:
        record.append(what, at)
    record.close(500.0)
    records.stop()
    found = samples(metrics)
    assert found["offhook_calls_started_total{direction=inbound}"] == 1
    assert found["offhook_calls_total{agent=Jo,end_reason=caller.said_goodbye}"] == 1
    # Its length is the conversation's, not that of a tool that went on.
    assert found["offhook_call_duration_seconds_sum{agent=Jo}"] == 12.0
    gap_s = found["offhook_turn_gap_seconds_sum{agent=Jo}"]
    parts = [value for name, value in found.items() if name.startswith("offhook_turn_part_seconds_sum")]
    assert gap_s == pytest.approx(0.8) and len(parts) == 5 and sum(parts) == pytest.approx(gap_s)
    assert found["offhook_provider_switches_total{kind=llm,provider=openai gpt,to=local}"] == 1
    assert found["offhook_llm_tokens_total{direction=in}"] == 100
    assert found["offhook_tool_runs_total{outcome=failed}"] == found["offhook_tool_runs_total{outcome=done}"] == 1
    assert found["offhook_false_promises_total"] == 1
    over = metrics.taken_over("llm", "openai gpt")
    assert over is not None and over.to == "local" and over.at <= clock.wall_ms()


def test_a_call_without_an_end_of_its_own(tmp_path: Path) -> None:
    metrics = Metrics()
    records = MeteredRecords(FileRecords(tmp_path), metrics)
    records.open(HEADER).close(3.0, EndReason.OFFHOOK_DRAINED)
    records.stop()
    assert samples(metrics)["offhook_calls_total{agent=Jo,end_reason=offhook.drained}"] == 1


def test_labels_are_bounded() -> None:
    metrics = Metrics()
    for number in range(MOST_AGENTS + 50):
        metrics.call_ended(f"agent {number}", EndReason.CALLER_HUNG_UP, 1.0)
        metrics.provider_failed("llm", f"model {number}", "provider.timeout")
        metrics.call_refused(CallFacts("CA1"), "", AdmissionRefused(f"why {number}"))
    found = samples(metrics)
    ended = [name for name in found if name.startswith("offhook_calls_total")]
    assert len(ended) == MOST_AGENTS + 1
    assert found["offhook_calls_total{agent=other,end_reason=caller.hung_up}"] == 50
    assert len([name for name in found if name.startswith("offhook_refused_calls_total")]) <= 51


def test_failures_are_told_as_they_happen() -> None:
    metrics = Metrics()
    board = HealthBoard(metrics.provider_failed)
    health = board.of("one", "llm", "openai gpt")
    health.fail(ProviderTimeout("late"), 1.0)
    health.fail(ProviderRefused("key"), 2.0)
    (standing,) = board.snapshot(10.0)
    assert standing.ill_s == 8.0
    health.fail(ProviderRefused("key"), 400.0)
    assert board.snapshot(410.0)[0].ill_s == 408.0
    health.succeed(500.0)
    assert board.snapshot(510.0)[0].ill_s == 0.0
    found = samples(metrics)
    assert found["offhook_provider_failures_total{code=provider.refused,kind=llm,provider=openai gpt}"] == 2


# ── who may read them ────────────────────────────────────────────────────────────────────────────────────────────


async def ask(world: World, peer: str, **headers: str) -> httpx2.Response:
    """`/metrics`, asked from this address."""
    app = FastAPI()
    app.include_router(monitor_router(world.platform))
    transport = httpx2.ASGITransport(app=app, client=(peer, 1234))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        return await client.get("/metrics", headers=headers)


def test_metrics_are_for_this_machine_or_a_key_of_the_first_workspace(play_here: Play) -> None:
    async def act(world: World) -> None:
        here = await ask(world, "127.0.0.1")
        assert here.status_code == 200 and "offhook_calls_live" in here.text
        assert (await ask(world, "::1")).status_code == 200
        assert (await ask(world, "192.0.2.7")).status_code == 401
        # A proxy on this machine passes strangers on.
        for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
            assert (await ask(world, "127.0.0.1", **{name: "1"})).status_code == 401
        assert (await ask(world, "127.0.0.1", host="voice.example.com")).status_code == 401
        assert (await ask(world, "192.0.2.7", **world.as_key(world.key))).status_code == 200
        _, other = await world.other()
        assert (await ask(world, "192.0.2.7", **world.as_key(other))).status_code == 401
        made = await world.client.post("/api-keys", json={"name": "narrow", "scopes": ["calls:read"]})
        assert (await ask(world, "192.0.2.7", **world.as_key(made.json()["key"]))).status_code == 401
        assert (await ask(world, "192.0.2.7", Authorization="Bearer x")).status_code == 401

    play_here(act)


# ── health ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_health_has_each_check_with_its_fix(play_here: Play) -> None:
    async def act(world: World) -> None:
        world.platform.checks.append(lambda workspace: [Check(Mark.BAD, "numbers", "drifted", "press the button")])
        told = (await world.client.get("/health")).json()
        assert told["status"] == "bad" and told["version"] and told["providers"] == []
        checks = {check["name"]: check for check in told["checks"]}
        assert {"python", "data folder", "database", "records", "event loop", "numbers", "agents"} <= checks.keys()
        assert checks["numbers"] == {
            "name": "numbers", "status": "bad", "found": "drifted", "what_to_do": "press the button"
        }  # fmt: skip
        assert all(check["what_to_do"] for check in told["checks"] if check["status"] == "bad")
        assert checks["database"]["status"] == "good" and "port" not in checks

    play_here(act)


def test_health_needs_a_key(play_here: Play) -> None:
    async def act(world: World) -> None:
        assert (await world.client.get("/health", headers=world.as_key("oh_x"))).status_code == 401

    play_here(act)


def test_an_ill_provider_is_told_with_who_took_over(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        platform = world.platform
        board = HealthBoard()
        health = board.of("one", "llm", "openai gpt")
        health.fail(ProviderRefused("the key oh-secret-1 is refused"), clock.now() - 90.0)
        board.of("two", "llm", "local").succeed(clock.now())
        runtime = SimpleNamespace(
            health=board,
            mask=lambda text: text.replace("oh-secret-1", "****"),
            providers=lambda: {"llm": ["openai gpt", "local"]},
        )
        other = (await world.other())[0]
        known = {
            "agent_1": KnownAgent(world.workspace, "agent_1", "Jo", 1),
            "agent_2": KnownAgent(other, "agent_2", "X", 1),
        }
        monkeypatch.setattr(Runtimes, "ready", lambda self: {"agent_1/1": runtime, "agent_2/1": runtime})
        monkeypatch.setattr(Snapshot, "agent", lambda self, agent_id: known.get(agent_id))
        platform.metrics.switched("llm", "openai gpt", "local")
        told = (await world.client.get("/health")).json()["providers"]
        assert [(one["agent_id"], one["provider"], one["state"]) for one in told] == [
            ("agent_1", "openai gpt", "open"), ("agent_1", "local", "closed")
        ]  # fmt: skip
        ill = told[0]
        since = clock.read_rfc3339(ill["ill_since"])
        assert since is not None and 85_000 < clock.wall_ms() - since < 100_000
        assert ill["taken_over_by"] == "local" and ill["failures"] == {"provider.refused": 1}
        assert "oh-secret-1" not in str(told) and ill["retry_at"] > ill["ill_since"]
        assert samples(platform.metrics)["offhook_provider_ill_seconds{kind=llm,provider=openai gpt}"] > 85

    play_here(act)


# ── backups ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_backups_are_made_listed_and_fetched(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await world.client.post("/backups", json={})
        assert made.status_code == 201, made.text
        name = made.json()["name"]
        assert [one["name"] for one in (await world.client.get("/backups")).json()["data"]] == [name]
        fetched = await world.client.get(f"/backups/{name}")
        assert fetched.headers["content-type"] == "application/zip" and fetched.content[:2] == b"PK"
        assert world.key.encode() not in fetched.content
        assert samples(world.platform.metrics)["offhook_backup_age_seconds"] >= 0
        for wrong in ("nightly-1.zip", "..%2Foffhook.db", "offhook.db"):
            assert (await world.client.get(f"/backups/{wrong}")).status_code in (404, 422)
        # They hold all workspaces.
        _, other = await world.other()
        for method, path in (("GET", "/backups"), ("POST", "/backups"), ("GET", f"/backups/{name}")):
            body: dict[str, bool] | None = {} if method == "POST" else None
            answer = await world.client.request(method, path, headers=world.as_key(other), json=body)
            assert answer.status_code == 403
        assert (await world.client.get("/backups", headers=world.as_key("oh_x"))).status_code == 401

    play_here(act)


def test_so_many_nightly_ones_are_kept(play_here: Play) -> None:
    async def act(world: World) -> None:
        backups = world.platform.backups
        backups.folder.mkdir()
        for day in range(10, 30):
            (backups.folder / f"nightly-202611{day}-030000.zip").touch()
        (backups.folder / "offhook-20200101-030000.zip").touch()
        backups.forget_old()
        left = sorted(path.name for path in backups.folder.iterdir())
        assert left[0] == "nightly-20261116-030000.zip" and len(left) == 15

    play_here(act)


def test_a_night_makes_one_and_a_stop_leaves_none_behind(play_here: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(world: World) -> None:
        backups = world.platform.backups
        monkeypatch.setattr(backups_module, "SETTLE_S", 0.0)
        backups.start()
        async with asyncio.timeout(60):
            while not (found := await backups.every()):
                await asyncio.sleep(0.05)
        assert found[0].name.startswith("nightly-")
        await backups.stop()
        making = asyncio.create_task(backups.make())
        await asyncio.sleep(0.2)
        with pytest.raises(Conflict):
            await backups.make()
        making.cancel()
        await asyncio.wait({making})
        assert [path.name for path in backups.folder.iterdir() if not path.name.startswith((".", "nightly"))] == []

    play_here(act)


# ── the log ──────────────────────────────────────────────────────────────────────────────────────────────────────


def logged(text: str, *values: object, error: bool = False) -> dict[str, Any]:
    """What a line of the log of JSON lines holds."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.setFormatter(JsonLines())
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    log = logging.getLogger("offhook.test")
    log.addHandler(handler)
    # Not to pytest's own: half of a pair breaks the reports that several processes send each other.
    log.propagate = False
    try:
        if error:
            try:
                raise ValueError("caller +15005550006")
            except ValueError:
                log.exception(text, *values)
        else:
            log.warning(text, *values)
    finally:
        log.removeHandler(handler)
        log.propagate = True
    (line,) = lines
    assert "\n" not in line
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_json_line_says_which_call_and_masks_numbers() -> None:
    async def of_call() -> dict[str, Any]:
        about.CALL.set("call_1")
        about.AGENT.set("agent_1")
        return await asyncio.create_task(_later())

    async def _later() -> dict[str, Any]:
        return logged('a "call" from %s\n\ud800', "+15005550006")

    line = asyncio.run(of_call())
    assert line["call_id"] == "call_1" and line["agent_id"] == "agent_1" and "request_id" not in line
    assert line["level"] == "warning" and line["logger"] == "offhook.test" and line["at"].endswith("Z")
    assert "5550006" not in json.dumps(line)
    assert "call_id" not in logged("outside")
    failed = logged("it failed", error=True)
    assert "ValueError" in failed["error"] and "5550006" not in failed["error"]


def test_a_request_has_one_id_everywhere(play_here: Play) -> None:
    async def act(world: World) -> None:
        answer = await world.client.get("/nothing", headers={"X-Request-Id": "mine"})
        assert answer.headers["x-request-id"] == answer.json()["request_id"] != "mine"
        again = await world.client.get("/nothing")
        assert again.headers["x-request-id"] != answer.headers["x-request-id"]

    play_here(act)
