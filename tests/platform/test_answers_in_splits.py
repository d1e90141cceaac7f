"""An answer is known to whoever answers: also to the versions between which a number's calls are divided."""

from typing import Any

from offhook.store.scope import Scope
from offhook.store.tables.numbers import CARRIER_ACCOUNTS, PHONE_NUMBERS
from tests.calling import calling
from tests.insight_world import UNKNOWN, call, got, sent
from tests.platform.conftest import Play
from tests.platform_world import World

DOCUMENT = {"name": "hotel", "stt": {"provider": "scripted"}, "llm": {"provider": "grounded"},
            "tts": {"provider": "scripted"}}  # fmt: skip
DOG = "Can I bring my dog?"


def test_the_versions_of_a_split_know_an_answer_and_know_it_no_more(play: Play) -> None:
    async def act(world: World) -> None:
        made = await sent(world, "/agents", {"document": DOCUMENT}, 201)
        agent = f"/agents/{made['id']}"
        for prompt in ("One.", "Two.", "Three."):
            await sent(world, agent, {"document": {"prompt": prompt}}, method="PATCH")
            await sent(world, f"{agent}/publish", {}, 201)
        parts = {"a": {1: 90, 3: 10}, "b": {3: 50, 2: 50}, "c": None}
        await world.platform.store.write(world.workspace, lambda scope: numbers(scope, made["id"], parts))
        async with calling(world) as here:
            await world.platform.snapshot.settle()
            await call(here, (DOG, UNKNOWN), agent_key=f"{made['id']}/1")
            (dog,) = (await got(world, "/questions", agent_id=made["id"]))["data"]
            done = await sent(world, f"/questions/{dog['id']}/answer", {"text": "Yes, for ten euros."})
            assert done["answer_version"] == 4, "every version from here on knows it"
            assert await splits(world) == {"num_a": {4: 90, 6: 10}, "num_b": {6: 50, 5: 50}, "num_c": None}
            for version, prompt in ((4, "One."), (5, "Two."), (6, "Three.")):
                document = (await got(world, f"{agent}/versions/{version}"))["document"]
                assert (document["prompt"], document["knowledge"]) == (prompt, ["answers.md"])
                known = await world.platform.line_up.document(made["id"], version)
                assert "ten euros" in known.knowledge_paths()[0].read_text()
            assert (await got(world, agent))["published_version"] == 6
            assert {one["action"] for one in (await got(world, "/audit-events", action="phone_number.*"))["data"]} == {
                "phone_number.changed"
            }
            # Whichever of them is asked again should have known it.
            await call(here, (DOG, UNKNOWN), agent_key=f"{made['id']}/4")
            assert (await got(world, f"/questions/{dog['id']}"))["status"] == "open"
            await sent(world, f"/questions/{dog['id']}/reopen")
            assert await splits(world) == {"num_a": {7: 90, 9: 10}, "num_b": {9: 50, 8: 50}, "num_c": None}
            for version in (7, 8, 9):
                document = (await got(world, f"{agent}/versions/{version}"))["document"]
                assert not document.get("knowledge")

    play(act)


def numbers(scope: Scope, agent_id: str, parts: dict[str, dict[int, int] | None]) -> None:
    scope.insert(CARRIER_ACCOUNTS, id="carrier_1", carrier="twilio", account_sid="AC1", status="ok", created_at=1)
    for place, (name, split) in enumerate(parts.items()):
        told: Any = split and [{"version": version, "percent": percent} for version, percent in split.items()]
        scope.insert(
            PHONE_NUMBERS, id=f"num_{name}", carrier_account_id="carrier_1", number=f"+1500555001{place}",
            carrier_sid=f"PN{name}", agent_id=agent_id, split=told, previous={}, connected_at=1,
        )  # fmt: skip
        scope.tell("phone_number", f"num_{name}")


async def splits(world: World) -> dict[str, dict[int, int] | None]:
    """As a ringing call finds them."""
    await world.platform.snapshot.settle()
    known = {one.id: dict(one.split) or None for one in world.platform.snapshot.numbers_of(world.workspace)}
    rows = (await got(world, "/phone-numbers"))["data"]
    told = {row["id"]: row["split"] and {part["version"]: part["percent"] for part in row["split"]} for row in rows}
    assert told == known
    return known
