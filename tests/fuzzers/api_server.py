"""The whole product under attack, in a process of its own: platform, API and calls, with two workspaces in it.

python -m tests.fuzzers.api_server FOLDER     says a line of JSON on standard output when it takes calls; logs to stderr

One workspace is that of the victims: nobody attacks in its name, all that it has bears a mark, and its agent answers
the telephone. The attackers have the other one, with people of every role and keys of several scopes.
"""

import asyncio
import contextlib
import json
import sys
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import uvloop
import yaml
from sqlalchemy import Connection, Update, select, update

from offhook.agents.load import load_team
from offhook.api import rates
from offhook.cli.demo_command import free_port
from offhook.cli.log import begin_log
from offhook.cli.serve_command import serve_platform
from offhook.platform.buckets import Allowance
from offhook.platform.samples.samples import SETTING, WANTED
from offhook.platform.vendors import VENDORS
from offhook.settings import Secret, Settings
from offhook.store.schema import WORKSPACES
from offhook.store.tables.calls import CALLS
from offhook.web.server import Listening
from tests.api_routes import everything, furnish, routes_of, texts
from tests.fuzzers.api_requests import ID, KEYS, MARK, SCRIPTED
from tests.fuzzers.server import PUBLIC, TOKEN, end_with_parent
from tests.people_world import PASSWORD, Office, office
from tests.platform_world import World, new_database, world

NOBODY: Final = "http://127.0.0.1:9"
"""Whoever is asked there does not answer."""
SIGNING_SECRET: Final = "canary-of-the-media-tokens-0123456789abcdef"
ROLES: Final = ("owner", "editor", "viewer")


def settings_of(folder: Path) -> dict[str, Any]:
    """What both the furnishing and the server run with."""
    return {
        "twilio_auth_token": Secret(TOKEN), "public_url": PUBLIC, "max_calls": 100, "max_loop_lag_ms": 60_000.0,
        "secret_key": Secret(SIGNING_SECRET), "api_per_minute": 1_000_000, "samples": False, "backups": 0,
        "vendor_urls": dict.fromkeys(VENDORS, NOBODY), "twilio_base_url": NOBODY, "data_dir": folder,
    }  # fmt: skip


async def furnished(folder: Path, port: int) -> dict[str, Any]:
    """Both workspaces, with all that the API makes of its examples; how they are reached, and what must not be told."""
    given = settings_of(folder)
    del given["data_dir"]
    async with world(new_database("sqlite", folder), folder, **given) as here, office(here) as people:
        document = (await here.client.get("/openapi.json")).json()
        base = f"http://127.0.0.1:{port}"
        owner = await people.owner()
        assert (await owner.patch(f"/workspaces/{here.workspace}", json={"name": f"{MARK} shop"})).status_code == 200
        ours = (await owner.post("/workspaces", json={"name": "attackers"})).json()["id"]
        secrets = {"the token": TOKEN, "the media secret": SIGNING_SECRET, "the password": PASSWORD}
        secrets |= {"the owner's session": cookie_of(owner), "the owner's key": here.key}
        them = await people.invited(owner, f"{MARK}-owner@example.com", "owner")
        await them.patch("/session/user", json={"name": f"{MARK} person"})
        secrets["their session"] = cookie_of(them)
        await furnish(them, document, routes_of(document), MARK)
        secrets |= await keys_in(them, "their")
        await owner.put("/session/workspace", json={"workspace_id": ours})
        attackers = {role: await people.invited(owner, f"{role}@example.com", role) for role in ROLES}
        await furnish(attackers["owner"], document, routes_of(document), "ours")
        secrets |= await keys_in(attackers["owner"], "our")
        await samples_in(here, here.workspace, ours)
        links = [await shared(here, them, here.workspace), await shared(here, attackers["owner"], ours)]
        secrets |= {"their shared link": links[0]}
        headers = {role: signed_in(client, base) for role, client in attackers.items()}
        headers |= await programs(attackers["owner"], people)
        return {
            "port": port, "workspaces": [here.workspace, ours], "headers": headers, "shared": links[1],
            "secrets": secrets, **await ids_of(here, ours),
        }  # fmt: skip


def cookie_of(client: Any) -> str:
    """What the session's cookie holds."""
    (cookie,) = client.cookies.jar
    return str(cookie.value)


def signed_in(client: Any, base: str) -> dict[str, str]:
    """The headers of a browser on this machine."""
    return {"Cookie": f"offhook={cookie_of(client)}", "Origin": base, "Sec-Fetch-Site": "same-origin"}


async def keys_in(client: Any, whose: str) -> dict[str, str]:
    """Secrets that are put in, and come out nowhere."""
    found = {}
    for name, path in KEYS.items():
        value = f"canary-{whose}-{name}-0f9e8d7c6b5a".replace(" ", "-")
        answer = await client.put(f"{path}?force=true", json={"value": value})
        assert answer.status_code == 200, answer.text
        found[f"{whose} {name}"] = value
    return found


async def programs(owner: Any, people: Office) -> dict[str, dict[str, str]]:
    """Keys of the attackers: of all scopes, of few, of a page."""
    agent = await owner.post("/agents", json={"document": SCRIPTED})
    assert agent.status_code == 201, agent.text
    agent_id = agent.json()["id"]
    published = await owner.post(f"/agents/{agent_id}/publish", json={"note": ""}, headers={"If-Match": '"1"'})
    assert published.status_code in (200, 201), published.text
    origin = "https://shop.example.com"
    wanted = {
        "key": {"name": "all"}, "reader": {"name": "reads", "scopes": ["agents:read", "calls:read", "settings:read"]},
        "caller": {"name": "calls", "scopes": ["calls:read", "calls:write"]},
        "page": {"name": "page", "kind": "browser", "agent_id": agent_id, "origins": [origin]},
    }  # fmt: skip
    found = {}
    for name, body in wanted.items():
        made = await owner.post("/api-keys", json=body)
        assert made.status_code == 201, made.text
        found[name] = {"Authorization": f"Bearer {made.json()['key']}"}
    found["page"]["Origin"] = origin
    return found


def _changed(chosen: Update, connection: Connection) -> int:
    return connection.execute(chosen).rowcount


async def samples_in(here: World, *workspaces: str) -> None:
    """Calls that were: words, recordings, journals."""
    for workspace in workspaces:
        chosen = update(WORKSPACES).where(WORKSPACES.c.id == workspace).values(settings={SETTING: WANTED})
        await here.platform.store.write_wide(partial(_changed, chosen))
    assert await here.platform.samples.make() == len(workspaces)


async def shared(here: World, client: Any, workspace: str) -> str:
    """A link to one of the calls."""
    wanted = select(CALLS.c.id).where(CALLS.c.workspace_id == workspace, CALLS.c.is_sample.is_(True))
    call_id = await here.platform.store.read_wide(lambda connection: connection.execute(wanted).scalar())
    made = await client.post(f"/calls/{call_id}/links", json={})
    assert made.status_code == 201, made.text
    return str(made.json()["token"])


async def ids_of(here: World, ours: str) -> dict[str, list[str]]:
    """Of what belongs to the victims alone, and to the attackers."""
    found = []
    for workspace in (here.workspace, ours):
        rows = await here.platform.store.read_wide(everything(workspace), within_s=60)
        found.append({text for text in texts(list(rows.values())) if ID.fullmatch(text)})
    theirs, own = found
    assert len(theirs - own) >= 15 and len(own - theirs) >= 15
    return {"theirs": sorted(theirs - own), "ours": sorted(own - theirs)}


async def main(folder: Path) -> None:
    """Serve until the signal."""
    # Strangers are slowed down; here they ask for what they are told, not how often.
    rates.STRANGERS = Allowance(1_000_000, 0.001)  # type: ignore[misc]
    port = free_port()
    told = await furnished(folder, port)
    agent = folder / "agent.yaml"
    agent.write_text(yaml.safe_dump(SCRIPTED | {"name": f"{MARK} agent"}))
    serving = asyncio.ensure_future(
        serve_platform(Settings(**settings_of(folder)), load_team(agent), Listening(port=port))
    )
    telling = asyncio.ensure_future(_when_ready(port, told))
    await asyncio.wait({serving, telling}, return_when=asyncio.FIRST_COMPLETED)
    await serving


async def _when_ready(port: int, told: Mapping[str, Any]) -> None:
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
            is_ready = b" 200 " in (await reader.read())[:20]
            writer.close()
            if is_ready:
                break
        await asyncio.sleep(0.05)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    begin_log()
    uvloop.run(main(Path(sys.argv[1])))
