"""What callers ask in words of their own is one question for whoever answers it."""

import logging
from pathlib import Path
from typing import Any

import pytest

from offhook.platform.call_owed import Unanswered
from offhook.platform.meanings import MOST, Meanings
from offhook.settings import Settings
from offhook.speech.model_files import ModelStore
from offhook.store.tables.insight import QUESTIONS
from tests.calling import Calling, calling
from tests.insight_world import UNKNOWN, call, got, sent
from tests.platform.conftest import Play
from tests.platform_world import World
from tests.served import need_models

CLOSE, UNTIL = "What time do you close?", "Until when are you open?"


def meanings() -> Meanings:
    need_models("minilm")
    return Meanings(Settings.from_environment())


def asked(text: str) -> Unanswered:
    return Unanswered(1, 0.0, text, UNKNOWN)


def test_two_callers_ask_one_question_in_two_ways(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            here.records.placed = meanings().placed
            for text in (CLOSE, "What time do you open?", UNTIL, "Can I bring my dog?", "Are dogs allowed?"):
                await call(here, (text, UNKNOWN))
            questions = (await got(world, "/questions"))["data"]
            assert {(one["text"], one["times"]) for one in questions} == {
                (CLOSE, 2), ("What time do you open?", 1), ("Can I bring my dog?", 2)
            }  # fmt: skip
            (close,) = [one for one in questions if one["text"] == CLOSE]
            moments = (await got(world, f"/questions/{close['id']}/moments"))["data"]
            assert [one["text"] for one in moments] == [UNTIL, CLOSE]
            await _goes_with_its_calls(world, here, close, moments)

    play(act)


async def _goes_with_its_calls(world: World, here: Calling, close: Any, moments: list[Any]) -> None:
    """What the first caller said goes with the call; the question stays as long as another has asked it."""
    await sent(world, f"/calls/{moments[1]['call_id']}", status=204, method="DELETE")
    assert (await got(world, f"/questions/{close['id']}"))["times"] == 1
    await call(here, (CLOSE, UNKNOWN))
    assert (await got(world, f"/questions/{close['id']}"))["times"] == 2


def test_a_question_that_was_noted_without_the_model_is_found_by_its_words(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            await call(here, (CLOSE, UNKNOWN))
            here.records.placed = meanings().placed
            await call(here, (UNTIL, UNKNOWN))
            (row,) = await world.platform.store.read(world.workspace, lambda scope: scope.all(scope.select(QUESTIONS)))
            assert row.times == 2 and row.words == ":time :end opening"

    play_here(act)


def test_a_model_that_is_missing_or_broken_costs_nothing_but_its_help(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [asked(CLOSE), asked(UNTIL)]
    assert Meanings(Settings(data_dir=tmp_path, model_dir=tmp_path)).placed(questions) == questions
    (tmp_path / "minilm").mkdir()
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / "minilm" / name).write_bytes(b"no model")
    broken = Meanings(Settings(data_dir=tmp_path, model_dir=tmp_path))
    # Its checksum would have told: as if the disk had failed behind it.
    monkeypatch.setattr(ModelStore, "_damaged", lambda *_: ())
    with caplog.at_level(logging.ERROR):
        assert broken.placed(questions) == questions == broken.placed(questions)
    assert len([record for record in caplog.records if "compared by their words" in record.message]) == 1


def test_of_one_call_so_many_are_placed_and_no_more() -> None:
    placed = meanings().placed([asked(f"Question number {number}?") for number in range(MOST + 5)])
    assert [one.meaning is not None for one in placed] == [True] * MOST + [False] * 5
