"""Virtual time: hours pass in no time, threads are waited for, and what would wait for ever is told."""

import asyncio
import threading

import pytest

from offhook import clock
from offhook.simulator.virtual import DeadlockError, TimeLimitError, run_virtual


def test_time_jumps_to_each_timer_in_order() -> None:
    async def main() -> list[tuple[float, str]]:
        began_at, seen = clock.now(), []

        async def note(after_s: float, name: str) -> None:
            await asyncio.sleep(after_s)
            seen.append((round(clock.now() - began_at, 6), name))

        await asyncio.gather(note(3600.5, "late"), note(0.02, "frame"), note(60, "minute"))
        return seen

    assert run_virtual(main()) == [(0.02, "frame"), (60, "minute"), (3600.5, "late")]


def test_the_clock_stands_still_while_a_thread_works() -> None:
    release = threading.Event()

    async def main() -> tuple[str, float, bool]:
        began_at = clock.now()
        timer = asyncio.get_running_loop().call_later(0.001, release.clear)
        threading.Timer(0.05, release.set).start()
        answer = await asyncio.to_thread(lambda: "worked" if release.wait(10) else "never")
        return answer, clock.now() - began_at, timer.when() > began_at

    assert run_virtual(main()) == ("worked", 0.0, True)


def test_a_timeout_in_virtual_time() -> None:
    async def main() -> float:
        began_at = clock.now()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1000):
                await asyncio.Event().wait()
        return clock.now() - began_at

    assert run_virtual(main()) == pytest.approx(1000)


def test_what_waits_for_ever_is_told() -> None:
    async def waits_for_nothing() -> None:
        await asyncio.Event().wait()

    with pytest.raises(DeadlockError, match=r"(?s)no timer is set.*waits_for_nothing"):
        run_virtual(waits_for_nothing())


def test_the_limit_of_time_and_the_seed() -> None:
    async def goes_on() -> None:
        while True:
            await asyncio.sleep(0.02)

    with pytest.raises(TimeLimitError, match="not done after 60 s") as caught:
        run_virtual(goes_on(), seed=4711, limit_s=60)
    assert caught.value.__notes__ == ["seed 4711"]


def test_what_a_program_raises_carries_the_seed_and_its_tasks_are_cleaned_up() -> None:
    cleaned = []

    async def other() -> None:
        try:
            await asyncio.sleep(1e5)
        finally:
            # Cleaning up may take time too.
            await asyncio.sleep(5)
            cleaned.append(True)

    async def main() -> None:
        task = asyncio.create_task(other())
        await asyncio.sleep(1)
        assert not task.done()
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug") as caught:
        run_virtual(main(), seed="7")
    assert (caught.value.__notes__, cleaned) == (["seed 7"], [True])


def test_two_tasks_talk_over_a_socket() -> None:
    async def main() -> bytes:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write((await reader.readline()).upper())
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        writer.write(b"hello\n")
        answered = await reader.read()
        writer.close()
        server.close()
        return answered

    assert run_virtual(main()) == b"HELLO\n"
