"""Tools of a call: what is told of them, and what becomes of those that outlive it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from offhook.call.aftermath import Aftermath
from offhook.call.boundary import Boundaries
from offhook.call.secret_keys import SecretKeys
from offhook.call.tool_runs import ToolRuns
from offhook.core.commands import RunTool
from offhook.core.events import ToolEvent, ToolFailed, ToolLost, ToolReturned
from offhook.core.history import Outcome
from offhook.errors import StoreError, ToolError
from offhook.simulator.virtual import run_virtual
from offhook.tools.toolbox import ToolContext
from tests.rig import Rig


class Bench:
    """Tools that do as they are told, in a call."""

    def __init__(self, result: str | Exception, late_s: float = 0.0) -> None:
        self.told: list[ToolEvent] = []
        self.contexts: list[ToolContext] = []
        self.keys = SecretKeys()
        self.running: set[asyncio.Task[None]] = set()
        context = ToolContext(call_id="call_1", data_dir=Path())
        self.runs = ToolRuns(context, self.keys, Boundaries("call_1"), self.told.append, self.running)
        self.agent = Rig(agent={"turn_taking": {"tool_timeout_s": 3.0}}).runtime()

        async def run(name: str, arguments: str, context: ToolContext) -> str:
            self.contexts.append(context)
            await asyncio.sleep(late_s)
            if isinstance(result, Exception):
                raise result
            return result

        self.agent.toolbox.run = run  # type: ignore[method-assign]

    def start(self) -> None:
        self.runs.start(RunTool("c1", "pay", "{}", key="wish-1"), self.agent)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("booked", ToolReturned("c1", "booked")),
        (ToolError("full"), ToolFailed("c1", "full")),
        (ToolError("broke", outcome=Outcome.UNKNOWN), ToolLost("c1", "broke")),
        (StoreError("disk"), ToolLost("c1", "disk")),
        (KeyError("x"), ToolLost("c1", "KeyError: 'x'")),
        ("half \ud800", ToolReturned("c1", "half \ufffd")),
    ],
)
def test_what_became_of_a_tool(result: Any, told: ToolEvent) -> None:
    async def main() -> None:
        bench = Bench(result)
        bench.start()
        await asyncio.sleep(1.0)
        assert bench.told == [told] and not bench.running
        assert bench.contexts[0].key == "call_1-wish-1"

    run_virtual(main())


def test_a_tool_that_does_not_answer_may_have_been_done() -> None:
    async def main() -> None:
        bench = Bench("late", late_s=60.0)
        bench.start()
        await asyncio.sleep(2.9)
        assert not bench.told
        await asyncio.sleep(0.2)
        assert bench.told == [ToolLost("c1", "it did not answer in time")]

    run_virtual(main())


def test_secret_keys_go_to_the_tool_and_do_not_come_back() -> None:
    async def main() -> None:
        bench = Bench("charged 41112222, thank you")
        bench.keys.collect("c0", "keys-1")
        for key in "41112222":
            bench.keys.press(key)
        bench.keys.collected("c0", is_whole=True)
        bench.start()
        await asyncio.sleep(0.1)
        assert bench.contexts[0].reveal("{keys-1}") == "41112222"
        assert bench.told == [ToolReturned("c1", "charged {keys-1}, thank you")]

    run_virtual(main())


def test_what_outlives_a_call_is_waited_for() -> None:
    async def main() -> None:
        bench, aftermath, finished = Bench("booked", late_s=2.0), Aftermath(), []
        bench.start()
        aftermath.adopt(bench.running, lambda: finished.append(list(bench.told)))
        await aftermath.settle(10.0)
        assert finished == [[ToolReturned("c1", "booked")]], "told before the record is closed"

    run_virtual(main())


def test_at_the_end_of_the_process_it_is_cancelled_and_that_is_told() -> None:
    async def main() -> None:
        bench, aftermath, finished = Bench("booked", late_s=2.0), Aftermath(), []
        bench.start()
        await asyncio.sleep(0.1)
        aftermath.adopt(bench.running, lambda: finished.append(list(bench.told)))
        await aftermath.settle(0.5)
        assert finished == [[ToolLost("c1", "it was given up before it had answered")]]

    run_virtual(main())


def test_nothing_left_is_finished_at_once() -> None:
    async def main() -> None:
        finished: list[int] = []
        Aftermath().adopt(set(), lambda: finished.append(1))
        assert finished == [1]

    run_virtual(main())
