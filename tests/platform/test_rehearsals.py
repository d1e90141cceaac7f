"""Talk to the draft by typing, and again from here: the same core, model, knowledge and tools, without sound."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

from offhook import clock
from offhook.core.conversation import Conversation
from offhook.ids import new_id
from offhook.store.tables.agents import REHEARSALS
from offhook.tools.line_file import REQUESTS_FILE
from tests.calling import calling, told_call
from tests.platform.conftest import Play
from tests.platform_world import World

QUICK = {"provider": "scripted", "first_token_s": 0.02, "token_s": 0.0}
RULES = [
    {"when": "message", "say": "One moment.", "tool": "take_message",
     "arguments": {"name": "Ann", "message": "a table please", "phone": "555 0100"}, "then": "So: {result}"},
    {"when": "goodbye|bye", "tool": "end_call"},
    {"when": "sales", "say": "I connect you.", "tool": "transfer_call", "arguments": {"destination": "sales"}},
]  # fmt: skip
SALES = {"name": "sales", "when": "somebody wants to buy", "number": "+15550100200"}
TOOLS = [{"type": "end_call"}, {"type": "take_message"}, {"type": "transfer_call", "destinations": [SALES]}]
DOCUMENT: dict[str, Any] = {
    "name": "Reception", "opening": {"text": "Harbour Hotel, good morning."}, "llm": {**QUICK, "rules": RULES},
    "tools": TOOLS,
}  # fmt: skip
FACTS = b"# Opening hours\n\n- Reception is open around the clock.\n- Breakfast is served from seven to ten.\n"


@pytest.fixture(autouse=True, scope="module")
def told() -> None:
    told_call()


async def new_agent(world: World, document: dict[str, Any]) -> str:
    made = await world.client.post("/agents", json={"document": document})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def begun(world: World, agent: str, **body: Any) -> dict[str, Any]:
    answer = await world.client.post(f"/agents/{agent}/rehearsals", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def typed(world: World, rehearsal: str, **body: Any) -> dict[str, Any]:
    answer = await world.client.post(f"/rehearsals/{rehearsal}/messages", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def said(exchange: dict[str, Any]) -> str:
    return " ".join(reply["text"] for reply in exchange["replies"])


def test_the_draft_answers_what_is_typed_as_it_would_in_a_call(play: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world, DOCUMENT)
        rehearsal = await begun(world, agent)
        (opening,) = rehearsal["exchanges"]
        assert said(opening) == "Harbour Hotel, good morning." and opening["replies"][0]["fixed"] == "greeting"
        first = await typed(world, rehearsal["id"], text="Do you have a room?")
        assert said(first) == "You said: Do you have a room." and first["is_whole"] and not first["end_reason"]
        (reply,) = first["replies"]
        assert 10 < reply["timings_ms"]["first_token"] <= reply["timings_ms"]["first_words"] < 2_000
        assert reply["tokens_in"] > 0 and reply["tokens_out"] > 0
        tool = await typed(world, rehearsal["id"], text="Please take a message.")
        (shown,) = tool["tools"]
        assert shown["name"] == "take_message" and json.loads(shown["arguments"])["name"] == "Ann"
        assert shown["has_effects"] and not shown["was_run"] and said(tool).startswith("One moment. So: This is a reh")
        assert not (world.platform.settings.data_dir / REQUESTS_FILE).exists()
        given = {"take_message": "it is full"}
        pretended = await typed(world, rehearsal["id"], text="Take a message again.", tool_answers=given)
        assert "So: it is full" in said(pretended)
        last = await typed(world, rehearsal["id"], text="Bye.")
        assert last["end_reason"] and said(last)
        over = await world.client.post(f"/rehearsals/{rehearsal['id']}/messages", json={"text": "Hello?"})
        assert over.status_code == 409 and over.json()["code"] == "rehearsal.over"
        whole = (await world.client.get(f"/rehearsals/{rehearsal['id']}")).json()
        assert [one["number"] for one in whole["exchanges"]] == [0, 1, 2, 3, 4] and whole["end_reason"]
        assert (await world.client.get("/calls")).json()["data"] == []

    play(act)


def test_tools_with_effects_are_run_when_that_is_asked_for(play_here: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world, DOCUMENT)
        rehearsal = await begun(world, agent)
        done = await typed(world, rehearsal["id"], text="Please take a message.", run_tools=True)
        assert done["tools"][0]["was_run"] and done["tools"][0]["outcome"] == "done"
        assert "rehearsal:" not in said(done) and (world.platform.settings.data_dir / REQUESTS_FILE).read_text()
        events = (await world.client.get("/audit-events", params={"object_id": agent})).json()["data"]
        assert "rehearsal.tools_run" in [one["action"] for one in events]
        moved = await typed(world, rehearsal["id"], text="Give me sales.")
        assert moved["end_reason"] == "transfer sales"

    play_here(act)


def test_each_sentence_has_its_source_and_again_shows_what_a_change_does(play: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world, {"name": "Reception", "knowledge": ["hours.md"]})
        path = f"/agents/{agent}/documents"
        files = {"file": ("hours.md", FACTS, "text/markdown")}
        assert (await world.client.post(path, files=files)).status_code == 201
        rehearsal = await begun(world, agent)
        first = await typed(world, rehearsal["id"], text="When is breakfast?")
        (sentence, *_) = first["replies"][0]["sentences"]
        assert "seven" in sentence["text"] and sentence["source"].startswith("hours.md") and sentence["score"] >= 0.5
        assert "Breakfast is served from seven to ten." in sentence["fact"]
        second = await typed(world, rehearsal["id"], text="Is the reception open at night?")
        files = {"file": ("hours.md", FACTS.replace(b"seven to ten", b"six to nine"), "text/markdown")}
        assert (await world.client.post(path, files=files)).status_code == 201
        again = await world.client.post(f"/rehearsals/{rehearsal['id']}/again", json={"number": 1})
        assert again.status_code == 200, again.text
        assert "six to nine" in said(again.json()) and again.json()["said_before"] == said(first)
        # The rehearsal itself goes on with the agent that it began with.
        still = await typed(world, rehearsal["id"], text="When is breakfast?")
        assert "seven" in said(still) and said(second)
        for number in (0, 9):
            refused = await world.client.post(f"/rehearsals/{rehearsal['id']}/again", json={"number": number})
            assert refused.status_code in (404, 422)

    play(act)


def test_a_turn_of_a_recorded_call_is_asked_again_of_the_draft(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id = here.whole()
            await here.folded(call_id)
            living, record = here.begin()
            here.tell(record, 0, 60)
            record.close(1.0)
            llm = {**QUICK, "otherwise": "Now I say: {text}!"}
            agent = await new_agent(world, {**DOCUMENT, "llm": llm})
            path = f"/agents/{agent}/again"
            again = await world.client.post(path, json={"call_id": call_id, "turn": 1})
            assert again.status_code == 200, again.text
            assert said(again.json()).startswith("Now I say: Do you have a room with a view of the harbour")
            assert again.json()["said_before"].startswith("You said: Do you have a room")
            assert (await world.client.post(path, json={"call_id": call_id, "turn": 7})).status_code == 404
            unpublished = await world.client.post(path, json={"call_id": call_id, "turn": 1, "which": "published"})
            assert unpublished.status_code == 409
            await here.folded(living)

    play(act)


def test_a_call_with_a_draft_is_kept_as_a_trial_also_of_an_agent_that_was_never_published(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            agent = await new_agent(world, DOCUMENT)
            answering, _ = await world.platform.make_ready(world.workspace, agent, "draft")
            call_id = new_id("call")
            own = {"call": call_id, "carrier_call": f"browser-{call_id}", "agent_key": answering.key}
            record = here.records.open(msgspec.structs.replace(told_call()[0], started=clock.wall().isoformat(), **own))
            here.tell(record)
            record.close(10.0)
            row = await here.folded(call_id)
            assert (row.kind, row.agent_id, row.agent_version) == ("test", agent, None)
            assert [one["id"] for one in (await world.client.get("/calls?kind=test")).json()["data"]] == [call_id]

    play(act)


def test_another_workspace_and_a_viewer_neither_read_nor_type(play_here: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world, DOCUMENT)
        rehearsal = (await begun(world, agent))["id"]
        _, key = await world.other()
        _, reader = await world.other({"agents:read", "calls:read"})
        for headers, status in ((world.as_key(key), 404), (world.as_key(reader), 403)):
            asked = [
                await world.client.get(f"/rehearsals/{rehearsal}", headers=headers),
                await world.client.post(f"/rehearsals/{rehearsal}/messages", json={"text": "x"}, headers=headers),
                await world.client.post(f"/rehearsals/{rehearsal}/again", json={"number": 1}, headers=headers),
                await world.client.delete(f"/rehearsals/{rehearsal}", headers=headers),
                await world.client.post(f"/agents/{agent}/rehearsals", json={}, headers=headers),
            ]
            assert [answer.status_code for answer in asked] == [status] * 5
        for body in ({}, {"text": "a", "keys": "1"}, {"keys": "x"}, {"text": "a", "more": 1}, {"text": "a" * 1_001}):
            assert (await world.client.post(f"/rehearsals/{rehearsal}/messages", json=body)).status_code == 422
        assert (await world.client.delete(f"/rehearsals/{rehearsal}")).status_code == 204
        assert (await world.client.get(f"/rehearsals/{rehearsal}")).status_code == 404

    play_here(act)


def test_two_who_type_at_once_do_not_lose_a_message_unseen(play: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world, {**DOCUMENT, "llm": {**QUICK, "first_token_s": 0.3}})
        rehearsal = (await begun(world, agent))["id"]
        path = f"/rehearsals/{rehearsal}/messages"
        both = await asyncio.gather(*(world.client.post(path, json={"text": text}) for text in ("One?", "Two?")))
        assert sorted(answer.status_code for answer in both) == [200, 412]
        row = await world.platform.store.read(world.workspace, lambda scope: scope.get(REHEARSALS, rehearsal))
        assert row is not None and len(row.exchanges) == 2 and row.revision == 2

    play(act)


def test_a_model_that_fails_is_apologised_for_and_told(play_here: Play) -> None:
    async def act(world: World) -> None:
        agent = await new_agent(world, {**DOCUMENT, "llm": {**QUICK, "fault": "fail"}})
        rehearsal = (await begun(world, agent))["id"]
        failed = await typed(world, rehearsal, text="Hello?")
        assert any("scripted model refuses" in reply["failed"] for reply in failed["replies"])
        assert any(reply["fixed"] == "apology" for reply in failed["replies"]) and failed["is_whole"]
        # A number that is not whole is waited for in a call, and not here.
        late = await typed(world, rehearsal, text="My number is five five five, and")
        assert late["is_whole"] and late["replies"]

    play_here(act)


def test_a_conversation_is_taken_up_in_its_middle() -> None:
    from offhook.core.behaviour import Behaviour, Script
    from offhook.core.commands import Remember, StartReply
    from offhook.core.events import CallAnswered, LegAttached
    from offhook.core.history import AgentSaid, CallerSaid

    before = (AgentSaid(0, "Hello."), CallerSaid(1, "A room?"), AgentSaid(1, "Yes."))
    conversation = Conversation(Behaviour(), Script(opening="wait"), before)
    conversation.receive(LegAttached(1, 0.0), 0.0)
    commands = conversation.receive(CallAnswered(), 0.0)
    assert not [command for command in commands if isinstance(command, StartReply | Remember)]
    assert conversation._call.turns == 1 and tuple(conversation._call.history) == before
