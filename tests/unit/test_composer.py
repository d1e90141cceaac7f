"""What is looked up for a reply: bounded in time, found again by the caller's words, and told."""

import asyncio
from collections.abc import Sequence

import pytest

from offhook.call.composer import KEPT_QUERIES, LOOK_UP_S
from offhook.core.commands import Ask
from offhook.core.events import KnowledgeFound
from offhook.core.history import AgentSaid, CallerSaid
from offhook.simulator.virtual import run_virtual
from tests.call_world import PartsOfACall, parts


class Library:
    """Finds what it is told to, as late as it is told to."""

    def __init__(self, late_s: float = 0.05) -> None:
        self.late_s = late_s
        self.asked: list[str] = []
        self.fault: Exception | None = None

    async def search(self, text: str) -> Sequence[str]:
        self.asked.append(text)
        await asyncio.sleep(self.late_s)
        if self.fault is not None:
            raise self.fault
        return [f"about {text}", "half a character \ud800"]


def with_library(library: Library) -> PartsOfACall:
    call = parts()
    call.agent.retriever = library
    return call


ASK = Ask(until=0, caller_text="when do you open on bank holidays")


def test_what_is_found_stands_in_the_request_and_in_the_journal() -> None:
    async def main() -> None:
        call = with_library(Library())
        request = await call.composer.compose(1, ASK)
        text = " ".join(message.text for message in request.messages)
        assert "about when do you open on bank holidays" in text
        text.encode()
        (found,) = call.posted()
        assert isinstance(found, KnowledgeFound) and not found.is_late
        assert found.reply == 1 and found.took_s == pytest.approx(0.05)
        assert found.passages[0] == "about when do you open on bank holidays"
        await call.tasks.stop()

    run_virtual(main())


def test_a_committed_or_restarted_reply_finds_what_the_speculation_found() -> None:
    async def main() -> None:
        library = Library(0.2)
        call = with_library(library)
        speculation = asyncio.ensure_future(call.composer.compose(1, ASK))
        await asyncio.sleep(0.1)
        speculation.cancel()
        call.history.append(CallerSaid(1, ASK.caller_text))
        await call.composer.compose(2, Ask(until=1))
        await call.composer.compose(3, Ask(until=1))
        assert len(library.asked) == 1, "the same words, whether they are in the history yet or not"
        took = [event.took_s for event in call.posted() if isinstance(event, KnowledgeFound)]
        assert took == [pytest.approx(0.1), 0.0]
        await call.tasks.stop()

    run_virtual(main())


def test_nobody_waits_long_for_it() -> None:
    async def main() -> None:
        call = with_library(Library(5.0))
        began_at = asyncio.get_running_loop().time()
        await call.composer.compose(1, ASK)
        assert asyncio.get_running_loop().time() - began_at == pytest.approx(LOOK_UP_S)
        (found,) = call.posted()
        assert isinstance(found, KnowledgeFound) and found.passages == () and found.is_late
        await call.tasks.stop()

    run_virtual(main())


def test_knowledge_that_breaks_is_done_without_and_tried_again() -> None:
    async def main() -> None:
        library = Library()
        library.fault = MemoryError("index")
        call = with_library(library)
        await call.composer.compose(1, ASK)
        library.fault = None
        request = await call.composer.compose(2, ASK)
        assert len(library.asked) == 2 and any("about when" in message.text for message in request.messages)
        await call.tasks.stop()

    run_virtual(main())


def test_what_was_found_does_not_pile_up() -> None:
    async def main() -> None:
        library = Library(0.0)
        call = with_library(library)
        for number in range(3 * KEPT_QUERIES):
            await call.composer.compose(number, Ask(until=0, caller_text=f"this is question number {number}"))
        await call.composer.compose(99, Ask(until=0, caller_text="this is question number 0"))
        assert len(library.asked) == 3 * KEPT_QUERIES + 1
        await call.tasks.stop()

    run_virtual(main())


def test_a_request_depends_on_nothing_but_what_it_is_asked() -> None:
    async def main() -> None:
        call = parts()
        call.history += [CallerSaid(1, "hello"), AgentSaid(1, "Good day.", "Good day.")]
        before = await call.composer.compose(1, Ask(until=1))
        call.history.append(CallerSaid(2, "and what else"))
        call.agent.system = "changed meanwhile"
        assert await call.composer.compose(2, Ask(until=1)) == before
        await call.tasks.stop()

    run_virtual(main())
