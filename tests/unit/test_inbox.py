"""The inbox: stamped on arrival, taken in order, bounded."""

import asyncio

import pytest

from offhook.call.inbox import INBOX_EVENTS, Inbox, InboxFull
from offhook.call.tasks import CallTasks
from offhook.core.events import CallerHungUp, TimePassed, TranscriberReady
from offhook.simulator.virtual import run_virtual


def test_events_are_stamped_when_they_arrive() -> None:
    async def main() -> None:
        inbox = Inbox()
        await asyncio.sleep(0.5)
        inbox.put(TranscriberReady())
        await asyncio.sleep(1.0)
        assert await inbox.take(None) == (TranscriberReady(), 0.5)
        event, at = await inbox.take(2.0)
        assert event == TimePassed() and at == pytest.approx(2.0, abs=2e-6)

    run_virtual(main())


def test_too_many_events_are_a_fault_that_comes_last() -> None:
    async def main() -> None:
        inbox = Inbox()
        for _ in range(INBOX_EVENTS + 5):
            inbox.put(TranscriberReady())
        for _ in range(INBOX_EVENTS):
            await inbox.take(None)
        with pytest.raises(InboxFull):
            await inbox.take(None)

    run_virtual(main())


def test_a_fault_in_a_task_of_the_call_wakes_the_consumer() -> None:
    async def main() -> None:
        inbox = Inbox()
        tasks = CallTasks(inbox.fail)

        async def broken() -> None:
            await asyncio.sleep(0.2)
            raise LookupError("a bug")

        tasks.start(broken())
        with pytest.raises(LookupError):
            await inbox.take(None)
        assert inbox.now() == pytest.approx(0.2)

    run_virtual(main())


def test_what_nobody_has_taken_is_given_back_once() -> None:
    async def main() -> None:
        inbox = Inbox()
        inbox.fail(LookupError())
        inbox.put(CallerHungUp())
        assert inbox.rest() == [(CallerHungUp(), 0.0)] and inbox.rest() == []
        inbox.put(TranscriberReady())
        assert (await inbox.take(None))[0] == TranscriberReady(), "the fault is forgotten with it"

    run_virtual(main())


def test_tasks_end_together() -> None:
    async def main() -> None:
        ended: list[str] = []
        tasks = CallTasks(lambda error: ended.append(repr(error)))

        async def work(name: str) -> None:
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                if name == "second":
                    tasks.start(work("third"))
                ended.append(name)

        for name in ("first", "second"):
            tasks.start(work(name))
        await asyncio.sleep(0)
        await tasks.stop()
        assert sorted(ended) == ["first", "second", "third"], "also what was begun while they ended"
        assert len(asyncio.all_tasks()) == 1

    run_virtual(main())
