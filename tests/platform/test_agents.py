"""Agents over the API: drafts, validation that points, versions that are never changed, what differs."""

import json
from typing import Any

import pytest

from offhook.platform.call_values import checked
from offhook.platform.number_changes import checked_split
from offhook.platform.problems import Conflict, Invalid, NotFound
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENT_VERSIONS
from offhook.store.tables.calls import CALLS
from offhook.telephony.facts import CallFacts
from tests.platform.conftest import Play
from tests.platform.test_line_up import add_number, called
from tests.platform_world import World

SCRIPTED: dict[str, Any] = {
    "name": "Reception", "voice_detector": "energy", "end_of_turn": "scripted", "stt": {"provider": "scripted"},
    "llm": {"provider": "scripted"}, "tts": {"provider": "scripted"}, "prompt": "You are the reception.",
}  # fmt: skip


async def make_agent(world: World, **fields: Any) -> dict[str, Any]:
    """An agent that was just made."""
    answer = await world.client.post("/agents", json={"document": SCRIPTED | fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def publish(world: World, agent_id: str, **body: Any) -> dict[str, Any]:
    """The version that its draft has become."""
    answer = await world.client.post(f"/agents/{agent_id}/publish", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_from_a_draft_to_a_version_that_answers(play: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        assert made["draft"] == SCRIPTED and made["published_version"] is None and made["id"].startswith("agent_")
        await world.platform.store.write(world.workspace, lambda scope: add_number(scope, "+15005550001", made["id"]))
        version = await publish(world, made["id"], note="first")
        assert (version["number"], version["note"], version["created_by_name"]) == (1, "first", "test")
        assert world.platform.line_up.who(called("+15005550001")).key == f"{made['id']}/1"
        again = await world.client.post(f"/agents/{made['id']}/publish")
        assert again.status_code == 200 and again.json()["number"] == 1, "a draft that is published already"
        listed = (await world.client.get("/agents")).json()["data"]
        assert [(one["id"], one["published_version"]) for one in listed] == [(made["id"], 1)]
        assert "draft" not in listed[0]

    play(act)


def test_what_a_tool_asks_for_stays_in_its_owners_order(play: Play) -> None:
    """Callers are asked in this order, and it is read back to them so."""
    fields = ("service", "day", "name", "amount")
    properties = {name: {"type": "string"} for name in fields}
    tool: dict[str, Any] = {
        "type": "http", "name": "book", "description": "Book a repair.", "url": "https://shop.example/a",
        "parameters": {"type": "object", "properties": properties, "required": list(fields)},
    }  # fmt: skip

    async def act(world: World) -> None:
        made = await make_agent(world, tools=[tool])
        version = await publish(world, made["id"])
        kept = (await world.client.get(f"/agents/{made['id']}/versions/{version['number']}")).json()["document"]
        for document in ((await world.client.get(f"/agents/{made['id']}")).json()["draft"], kept):
            assert tuple(document["tools"][0]["parameters"]["properties"]) == fields

    play(act)


def test_a_draft_is_put_by_whoever_has_read_it(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        path, body = f"/agents/{made['id']}/draft", {"document": SCRIPTED | {"prompt": "Another."}}
        assert (await world.client.put(path, json=body)).status_code == 428
        first = await world.client.put(path, json=body, headers={"If-Match": '"1"'})
        assert first.status_code == 200 and first.headers["etag"] == '"2"'
        late = await world.client.put(path, json=body, headers={"If-Match": '"1"'})
        assert late.status_code == 412 and late.json()["code"] == "request.stale"
        patch = {"document": {"opening": {"text": "Good morning."}, "prompt": None}}
        patched = await world.client.patch(f"/agents/{made['id']}", json=patch)
        assert (
            patched.json()["draft"]["opening"] == {"text": "Good morning."} and "prompt" not in patched.json()["draft"]
        )
        assert patched.json()["revision"] == 3
        stale = await world.client.patch(f"/agents/{made['id']}", json=patch, headers={"If-Match": '"2"'})
        assert stale.status_code == 412

    play_here(act)


UNFIT: list[tuple[dict[str, Any], str, str]] = [
    ({"promt": "x"}, "/promt", "did you mean 'prompt'?"),
    ({"tts": {"provider": "elvenlabs", "voice": "x"}}, "/tts", "expected"),
    ({"turn_taking": {"idle_s": "soon"}}, "/turn_taking/idle_s", "expected a number"),
    ({"turn_taking": {"idle": 9}}, "/turn_taking/idle", "did you mean 'idle_s'?"),
    ({"tools": [{"name": "end_call"}, {"name": "end_cal"}]}, "/tools/1", "no such tool"),
    ({"knowledge_anywhere": True}, "/knowledge_anywhere", "upload"),
    ({"knowledge": ["../../etc/passwd"]}, "/knowledge/0", "path"),
    ({"tools": [{"name": "shop", "type": "mcp", "command": ["rm"]}]}, "/tools/0/command", "programs"),
    ({"tools": [{"name": "handoff", "agents": [{"name": "a", "file": "a.yaml", "when": "b"}]}]},
     "/tools/0/agents/0/file", "by its id"),
    ({"tools": [{"name": "shop", "type": "http", "description": "d", "url": "http://127.0.0.1/x",
                 "allow_private": True}]}, "/tools/0/allow_private", "OFFHOOK_PRIVATE_HOSTS"),
    ({"prompt": "Hello {{custmer}}", "variables": {"customer": {}}}, "", "did you mean {{customer}}?"),
    ({"lexicon": {"a": 1e400}}, "/lexicon/a", "no number"),
]  # fmt: skip


def test_what_does_not_fit_is_pointed_at(play_here: Play) -> None:
    async def act(world: World) -> None:
        for fields, pointer, words in UNFIT:
            content = json.dumps({"document": SCRIPTED | fields})
            headers = {"Content-Type": "application/json"}
            answer = await world.client.post("/agents", content=content, headers=headers)
            told = answer.json()
            assert answer.status_code == 422 and told["code"] == "agent.invalid", (fields, told)
            (first, *_) = told["errors"]
            assert first["pointer"] == f"/document{pointer}" and words in first["detail"], (fields, told)
        assert (await world.client.get("/agents")).json()["data"] == []

    play_here(act)


def test_what_a_draft_names_is_there_when_it_is_published(play_here: Play) -> None:
    async def act(world: World) -> None:
        tool = {"name": "handoff", "agents": [{"name": "sales", "agent": f"agent_{'0' * 26}", "when": "sales"}]}
        made = await make_agent(world, knowledge=["menu.md"], tools=[tool])
        found = (await world.client.post(f"/agents/{made['id']}/validate")).json()
        assert not found["valid"]
        assert {one["pointer"] for one in found["errors"]} == {"/knowledge/0", "/tools/0/agents/0/agent"}
        refused = await world.client.post(f"/agents/{made['id']}/publish")
        assert refused.status_code == 422 and refused.json()["code"] == "agent.invalid"
        other = (await world.client.post(f"/agents/{made['id']}/validate", json={"document": SCRIPTED})).json()
        assert other == {"valid": True, "errors": [], "warnings": []}

    play_here(act)


def test_rollback_is_a_new_version_of_an_old_document(play: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        await publish(world, made["id"])
        await world.client.patch(f"/agents/{made['id']}", json={"document": {"prompt": "Second."}})
        await publish(world, made["id"])
        back = await world.client.post(f"/agents/{made['id']}/rollback", json={"version": 1})
        assert back.status_code == 201 and back.json()["number"] == 3 and back.json()["note"] == "back to version 1"
        agent = (await world.client.get(f"/agents/{made['id']}")).json()
        assert agent["published_version"] == 3 and agent["draft"]["prompt"] == SCRIPTED["prompt"]
        assert (await world.client.post(f"/agents/{made['id']}/rollback", json={"version": 9})).status_code == 404
        pages = [(await world.client.get(f"/agents/{made['id']}/versions?limit=2")).json()]
        pages.append((await world.client.get(f"/agents/{made['id']}/versions?after={pages[0]['next']}")).json())
        assert [one["number"] for page in pages for one in page["data"]] == [3, 2, 1] and pages[1]["next"] is None
        rows = await world.platform.store.read(world.workspace, lambda s: s.all(s.select(AGENT_VERSIONS.c.digest)))
        assert len({row.digest for row in rows}) == 2

    play(act)


def test_a_difference_is_told_in_words(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world, turn_taking={"idle_s": 8}, vocabulary=["Anna"])
        await publish(world, made["id"])
        tool = {"name": "take_message"}
        change = {"turn_taking": {"idle_s": 12.5}, "vocabulary": ["Anna", "Bert"], "tools": [tool],
                  "tts": {"provider": "openai"}, "prompt": "First.\nSecond."}  # fmt: skip
        await world.client.patch(f"/agents/{made['id']}", json={"document": change})
        found = (await world.client.get(f"/agents/{made['id']}/diff?from=published")).json()
        assert "turn taking: idle went from 8 to 12.5 s" in found["words"]
        assert "vocabulary: 'Bert' added" in found["words"]
        assert "voice went from scripted to openai" in found["words"]
        (idle,) = [one for one in found["fields"] if one["pointer"] == "/turn_taking/idle_s"]
        assert (idle["before"], idle["after"]) == (8, 12.5)
        assert any("the tool take_message was added" in words for words in found["words"]) or any(
            words.startswith("tools was set to") for words in found["words"]
        )
        nothing = (await world.client.get(f"/agents/{made['id']}/diff?from=draft&to=draft")).json()
        assert nothing["fields"] == [] and nothing["words"] == []

    play_here(act)


def test_an_agent_of_a_file_is_read_and_copied_but_not_edited(play_here: Play, tmp_path: Any) -> None:
    async def act(world: World) -> None:
        file = tmp_path / "agent.yaml"
        file.write_text(f"name: filed\nprompt: hello\n{YAML_WORDS}")
        await world.platform.adopt(file)
        _, key = world.workspace, await world.platform.first_workspace()
        agents = (await world.client.get("/agents")).json()["data"]
        (filed,) = [one for one in agents if one["managed_by"] == "file"]
        assert key == world.workspace
        path = f"/agents/{filed['id']}"
        body = {"document": SCRIPTED}
        for answer in (
            await world.client.put(f"{path}/draft", json=body, headers={"If-Match": "*"}),
            await world.client.patch(path, json={"document": {"prompt": "x"}}),
            await world.client.post(f"{path}/publish"),
            await world.client.post(f"{path}/rollback", json={"version": 1}),
            await world.client.delete(path),
        ):
            told = answer.json()
            assert answer.status_code == 409 and told["code"] == "agent.managed_by_file" and str(file) in str(told)
        copy = await world.client.post(f"{path}/duplicate", json={"name": "mine"})
        assert copy.status_code == 201 and copy.json()["managed_by"] == "api" and copy.json()["name"] == "mine"

    play_here(act)


YAML_WORDS = "".join(f"{part}: {{provider: scripted}}\n" for part in ("stt", "llm", "tts"))
YAML_WORDS += "voice_detector: energy\nend_of_turn: scripted\n"


def test_an_agent_with_numbers_is_deleted_by_a_second_word(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        await publish(world, made["id"])

        def job(scope: Scope) -> None:
            add_number(scope, "+15005550001", made["id"])

        await world.platform.store.write(world.workspace, job)
        refused = await world.client.delete(f"/agents/{made['id']}")
        assert refused.status_code == 409 and "+15005550001" in refused.json()["detail"]
        done = await world.client.delete(f"/agents/{made['id']}?with_numbers=true")
        assert done.status_code == 200 and done.json()["numbers"] == ["+15005550001"]
        assert (await world.client.get(f"/agents/{made['id']}")).status_code == 404
        await world.platform.snapshot.settle()
        assert world.platform.snapshot.agent(made["id"]) is None
        number = world.platform.snapshot.number("+15005550001")
        assert number is not None and not number.agent_id

    play_here(act)


def test_another_workspace_sees_nothing_of_it(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        await publish(world, made["id"])
        _, key = await world.other()
        theirs, path = world.as_key(key), f"/agents/{made['id']}"
        body = {"document": SCRIPTED}
        answers = [
            await world.client.get(path, headers=theirs),
            await world.client.get(f"{path}/versions", headers=theirs),
            await world.client.get(f"{path}/versions/1", headers=theirs),
            await world.client.get(f"{path}/diff?from=1", headers=theirs),
            await world.client.put(f"{path}/draft", json=body, headers={**theirs, "If-Match": "*"}),
            await world.client.patch(path, json={"document": {}}, headers=theirs),
            await world.client.post(f"{path}/validate", headers=theirs),
            await world.client.post(f"{path}/publish", headers=theirs),
            await world.client.post(f"{path}/duplicate", headers=theirs),
            await world.client.post(f"{path}/rollback", json={"version": 1}, headers=theirs),
            await world.client.delete(path, headers=theirs),
        ]
        assert [answer.status_code for answer in answers] == [404] * len(answers)
        assert (await world.client.get("/agents", headers=theirs)).json()["data"] == []
        tool = {"name": "handoff", "agents": [{"name": "x", "agent": made["id"], "when": "always"}]}
        other = (
            await world.client.post("/agents", json={"document": SCRIPTED | {"tools": [tool]}}, headers=theirs)
        ).json()
        found = (await world.client.post(f"/agents/{other['id']}/validate", headers=theirs)).json()
        assert found["errors"][0]["code"] == "agent.not_found"

    play_here(act)


def test_the_schema_says_how_a_form_is_made(play_here: Play) -> None:
    async def act(world: World) -> None:
        schema = (await world.client.get("/agents/schema")).json()
        name, prompt = schema["properties"]["name"]["x-ui"], schema["properties"]["prompt"]["x-ui"]
        assert name["section"] == prompt["section"] == "Who it is" and name["order"] < prompt["order"]
        idle = schema["$defs"]["TurnTaking"]["properties"]["idle_s"]
        assert idle["x-ui"]["unit"] == "s" and idle["x-ui"]["control"] == "slider" and idle["x-ui"]["help"]
        assert "knowledge_anywhere" not in schema["properties"]
        patience = schema["$defs"]["TurnTaking"]["properties"]
        assert "advanced" not in patience["min_silence_s"]["x-ui"] and patience["echo_words"]["x-ui"]["advanced"]
        presets = schema["properties"]["turn_taking"]["x-ui"]["presets"]
        assert presets["balanced"] == {} and presets["patient"]["min_silence_s"] == 0.55
        assert all("x-ui" in node for node in schema["properties"].values())

    play_here(act)


def test_a_draft_and_an_old_version_can_be_tried(play: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        draft, _ = await world.platform.make_ready(world.workspace, made["id"], "draft")
        runtime = await world.platform.line_up.runtimes.resolve(called("", agent=draft.key))
        assert SCRIPTED["prompt"] in runtime.system
        with pytest.raises(Conflict, match="never published"):
            await world.platform.make_ready(world.workspace, made["id"], "published")
        await publish(world, made["id"])
        await world.client.patch(f"/agents/{made['id']}", json={"document": {"prompt": "Second."}})
        await publish(world, made["id"])
        old, document = await world.platform.make_ready(world.workspace, made["id"], 1)
        assert document == SCRIPTED and world.platform.line_up.who(called("", agent=old.key)).version == 1
        runtime = await world.platform.line_up.runtimes.resolve(called("", agent=old.key))
        assert SCRIPTED["prompt"] in runtime.system
        other, _ = await world.other()
        for which in ("draft", "published", 1):
            with pytest.raises(NotFound):
                await world.platform.make_ready(other, made["id"], which)

    play(act)


def test_a_handoff_by_id_reaches_whichever_version_is_published(play_here: Play) -> None:
    async def act(world: World) -> None:
        other = await make_agent(world, name="Sales", prompt="You sell.")
        await publish(world, other["id"])
        tool = {"name": "handoff", "agents": [{"name": "sales", "agent": other["id"], "when": "about sales"}]}
        made = await make_agent(world, tools=[tool])
        await publish(world, made["id"])
        runtimes = world.platform.line_up.runtimes
        first = await runtimes.resolve(called("", agent=f"{made['id']}/1"), "call_1")
        assert "You sell." in (await runtimes.handoff(first, "sales")).system
        await world.client.patch(f"/agents/{other['id']}", json={"document": {"prompt": "You sell more."}})
        await publish(world, other["id"])
        assert "You sell more." in (await runtimes.handoff(first, "sales")).system

    play_here(act)


def test_a_split_names_versions_that_are_there(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        await publish(world, made["id"])

        def job(scope: Scope) -> None:
            checked_split(scope, made["id"], [{"version": 1, "percent": 100}])
            with pytest.raises(Invalid) as refused:
                checked_split(scope, made["id"], [{"version": 1, "percent": 50}, {"version": 7, "percent": 50}])
            assert refused.value.flaws[0].pointer == "/split/1/version"

        await world.platform.store.read(world.workspace, job)

    play_here(act)


def test_what_is_given_for_a_call_is_checked_and_found_when_it_is_answered(play_here: Play) -> None:
    async def act(world: World) -> None:
        fields = {"variables": {"customer": {}, "age": {"type": "number"}}, "prompt": "{{customer}}, {{age}}."}
        made = await make_agent(world, **fields)
        await publish(world, made["id"])
        answering, document = await world.platform.make_ready(world.workspace, made["id"], "published")
        with pytest.raises(Invalid) as refused:
            checked(document, {"custmer": "x", "age": "old", "now": "12:00"})
        assert [(flaw.pointer, flaw.code) for flaw in refused.value.flaws] == [
            ("/variables/custmer", "variable.unknown"), ("/variables/age", "variable.invalid"),
            ("/variables/now", "variable.unknown"),
        ]  # fmt: skip
        assert "did you mean customer" in refused.value.flaws[0].detail
        world.platform.call_values.give("CA7", checked(document, {"customer": "Anna", "age": 41}))
        view = await world.platform.line_up.runtimes.resolve(called("", "CA7", answering.key), "call_7")
        assert "Anna, 41." in view.system and view.values["call_id"] == "call_7"
        other = await world.platform.line_up.runtimes.resolve(called("", "CA8", answering.key), "call_8")
        assert "(not known), (not known)." in other.system
        world.platform.line_up.runtimes.release(view)
        world.platform.line_up.runtimes.release(other)

    play_here(act)


def test_a_call_that_another_process_placed_has_its_values_from_the_store(play: Play) -> None:
    async def act(world: World) -> None:
        def job(scope: Scope) -> None:
            scope.insert(
                CALLS, id="call_1", kind="phone", direction="outbound", status="queued", from_number="+1",
                to_number="+2", carrier_sid="CA9", created_at=1, variables={"customer": "Bert"}, metadata={},
                warnings=[], is_sample=False,
            )  # fmt: skip

        await world.platform.store.write(world.workspace, job)
        outbound = CallFacts("CA9", "+1", "+2", direction="outbound")
        assert await world.platform.call_values.of(outbound) == {"customer": "Bert"}
        assert await world.platform.call_values.of(CallFacts("CA9", "+1", "+2")) == {}
        assert await world.platform.call_values.of(CallFacts("CA10", "+1", "+2", direction="outbound")) == {}

    play(act)


def test_what_no_database_could_keep_is_refused_everywhere(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await make_agent(world)
        headers, path = {"Content-Type": "application/json", "If-Match": "*"}, f"/agents/{made['id']}"
        for odd in ["1" * 40, "1e999", "-1e999", '"\\ud800"', '{"a":' * 30 + "1" + "}" * 30]:
            content = f'{{"document": {{"name": "a", "lexicon": {{"b": {odd}}}}}}}'
            for method, where in (("POST", "/agents"), ("PUT", f"{path}/draft"), ("PATCH", path)):
                answer = await world.client.request(method, where, content=content, headers=headers)
                assert answer.status_code == 422, (odd, method, answer.text)
            looked_at = await world.client.post(f"{path}/validate", content=content, headers=headers)
            assert looked_at.status_code == 422 or not looked_at.json()["valid"]

    play_here(act)
