"""Calls that we place, on the wire: asked for over the API, answered by a simulated person or machine, talked in."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import uvloop

from offhook.call.records.files import FileRecords
from offhook.cli.demo_command import free_port
from offhook.ids import new_id
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_outcome import CallOptions
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import ServerWeb
from offhook.simulator.voices import TapeVoice, prepare
from offhook.web.server import Listening, serve
from tests.platform.numbers_world import ACCOUNT, CALLEE, OURS, PUBLIC, app_of
from tests.platform.placing_world import hasten
from tests.platform.test_line_up import DOCUMENT, publish
from tests.platform_world import new_database, world

GREETING = "Hello, this is {{house}}."
SAID = "Hello, this is the hotel."
MESSAGE = "Please call the hotel back."


def place(tmp_path: Path, outbound: Mapping[str, Any], answered_by: str, *steps: Any) -> tuple[str, str, list[Any]]:
    """One call; our id of it, how it ended, and its journal."""

    async def main() -> tuple[str, str]:
        port, rest_port = free_port(), free_port()
        caller = Caller(await prepare(script_from({"steps": list(steps)}), TapeVoice()))
        options = CallOptions(answered_by=answered_by, detection_s=0.4)
        web = ServerWeb(ACCOUNT, f"http://127.0.0.1:{port}", PUBLIC)
        carrier = Carrier(web, options, answerer={CALLEE: caller}.get)
        carrier.numbers.add(OURS)
        settings = {"twilio_base_url": f"http://127.0.0.1:{rest_port}", "public_url": PUBLIC}
        url = new_database("sqlite", tmp_path)
        async with RestServer(carrier, rest_port) as rest, world(url, tmp_path, **settings) as here:
            platform, agent = here.platform, new_id("agent")
            document = DOCUMENT | {
                "opening": {"text": GREETING}, "outbound": dict(outbound), "variables": {"house": {}},
            }  # fmt: skip
            await platform.store.write(here.workspace, lambda scope: publish(scope, agent, document))
            hasten(platform)
            records = FileRecords(tmp_path)
            live, desk = platform.take_calls(records, platform.clients.lines(None))
            ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            listening = Listening(port=port, on_ready=ready.set_result)
            server = asyncio.create_task(serve(app_of(platform, desk), desk, listening))
            await ready
            body: Any = {"carrier": "twilio", "account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.token}
            account = (await here.client.post("/carrier-accounts", json=body)).json()["id"]
            body = {"carrier_account_id": account, "number": OURS, "agent_id": agent}
            assert (await here.client.post("/phone-numbers/connect", json=body)).status_code == 201
            wish = {"agent_id": agent, "to": CALLEE, "from": OURS, "variables": {"house": "the hotel"}}
            placed = await here.client.post("/calls", json=wish)
            async with asyncio.timeout(30):
                while not carrier.calls:
                    await asyncio.sleep(0.02)
                (sid,) = carrier.calls
                (task,) = carrier.placed
                outcome = await task
                while live.count:
                    await asyncio.sleep(0.02)
                path = f"/calls/{placed.json()['id']}"
                while (told := (await here.client.get(path)).json())["status"] != "ended":
                    await asyncio.sleep(0.05)
            outcome.require_clean()
            ended = str(live.outcome(sid))
            assert told["ending"]["reason"] == ended and told["direction"] == "outbound"
            asked = [one for one in rest.requests if one.method == "POST" and one.path.endswith("/Calls.json")]
            assert [one.first("MachineDetection") for one in asked] == [asked_for(outbound) if outbound else ""]
            server.cancel()
            await asyncio.wait([server])
            await carrier.close()
            live.stop()
        return placed.json()["id"], ended

    call_id, ended = uvloop.run(main())
    (file,) = tmp_path.rglob("journal.jsonl")
    return call_id, ended, [json.loads(line) for line in file.read_text().splitlines()]


def asked_for(outbound: Mapping[str, Any]) -> str:
    return "DetectMessageEnd" if outbound.get("machine_message") else "Enable"


def said(journal: list[Any]) -> list[str]:
    entries = [line["entry"] for line in journal if line.get("command") == "Remember"]
    return [entry["text"] for entry in entries if entry["entry"] == "AgentSaid"]


@pytest.mark.parametrize("outbound", [{}, {"machine_detection": True}])
def test_a_person_is_greeted_in_a_call_of_the_id_that_was_answered(tmp_path: Path, outbound: Any) -> None:
    steps = ({"wait": {"says": "the hotel", "at_most_s": 12}}, {"silence": 0.3}, {"hang_up": True})
    call_id, ended, journal = place(tmp_path, outbound, "human", *steps)
    assert journal[0]["call"] == call_id and journal[0]["direction"] == "outbound"
    answered = next(line for line in journal if line.get("event") == "CallAnswered")
    assert answered.get("is_screened", False) is bool(outbound)
    whose = [line["who"] for line in journal if line.get("event") == "AnsweredBy"]
    assert whose == (["human"] if outbound else [])
    assert said(journal) == [SAID] and ended == "caller.hung_up"


def test_a_machine_is_hung_up_on(tmp_path: Path) -> None:
    _, ended, journal = place(tmp_path, {"machine_detection": True}, "machine_start", {"silence": 12})
    assert ended == "machine.answered" and said(journal) == []


def test_a_machine_that_has_beeped_is_left_the_message(tmp_path: Path) -> None:
    outbound = {"machine_detection": True, "machine_message": MESSAGE}
    _, ended, journal = place(tmp_path, outbound, "machine_end_beep", {"silence": 20})
    assert ended == "machine.message_left" and said(journal) == [MESSAGE]
