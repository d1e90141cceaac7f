"""A call that was does not begin again: not in this process, not in the next, not in another with the same folder."""

import asyncio
import logging
import os
import threading
from pathlib import Path

import pytest

from offhook import clock
from offhook.call import past as past_calls
from offhook.call.live import CallFacts, Limits, LiveCalls
from offhook.call.past import FILE, KEPT, PastCalls
from offhook.call.records.disk import DiskWriter
from offhook.call.records.files import FileRecords
from offhook.core.endings import EndReason
from offhook.errors import AdmissionRefused
from offhook.settings import Secret
from offhook.telephony.browser import with_browsers
from offhook.telephony.carriers.twilio_line import TwilioLines
from offhook.telephony.tokens import TOKEN_S, Tokens
from tests.rig import Rig

CA1, CA2 = "CA" + "1" * 32, "CA" + "2" * 32


def settled(writer: DiskWriter) -> None:
    """Nothing waits to be read or written."""
    for _ in range(1_000):
        if not writer.waiting:
            return
        threading.Event().wait(0.01)
    raise AssertionError("it waits for ever")


@pytest.fixture
def writer() -> DiskWriter:
    return DiskWriter()


def begun(data: Path, writer: DiskWriter) -> PastCalls:
    past = PastCalls(data, writer)
    settled(writer)
    return past


def test_what_was_is_known_after_a_restart_and_named_nowhere(tmp_path: Path, writer: DiskWriter) -> None:
    past = begun(tmp_path, writer)
    assert CA1 not in past
    past.began(CA1)
    past.ended(CA1, EndReason.CALLER_HUNG_UP)
    past.ended(CA1, EndReason.OFFHOOK_ERROR)
    past.ended(CA2, EndReason.OFFHOOK_ERROR)
    assert past.reason(CA1) is EndReason.CALLER_HUNG_UP, "the first that is told"
    settled(writer)
    again = begun(tmp_path, writer)
    assert CA1 in again and CA2 in again and "CA" + "3" * 32 not in again
    assert not again.is_over(CA1) and again.reason(CA1) is None, "how it ended is not kept"
    text = (tmp_path / FILE).read_text()
    assert text.count("\n") == 2 and "1111" not in text and "CA" not in text
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_a_file_is_bounded_and_what_is_broken_in_it_is_passed_over(tmp_path: Path, writer: DiskWriter) -> None:
    past = begun(tmp_path, writer)
    past.began(CA1)
    settled(writer)
    line = (tmp_path / FILE).read_bytes()
    lines = [os.urandom(12).hex().encode() + b"\n" for _ in range(2 * KEPT)]
    (tmp_path / FILE).write_bytes(b"".join(lines) + b"\xff\xfe no hash\n\n" + b"x" * 100_000 + b"\n" + line)
    assert CA1 in begun(tmp_path, writer)
    assert len((tmp_path / FILE).read_bytes().splitlines()) <= KEPT


def test_a_disk_that_fails_costs_no_call(tmp_path: Path, writer: DiskWriter, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).mkdir()
    past = begun(tmp_path, writer)
    for number in range(5_000):
        past.began(f"CA{number:032x}")
    settled(writer)
    assert f"CA{7:032x}" in past
    lines = [one for one in caplog.messages if "forgotten at the next start" in one]
    assert len(lines) == 1 and caplog.records[0].levelno == logging.ERROR


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_calls, "KEPT", 10)
    past = PastCalls()
    for number in range(30):
        past.ended(str(number), EndReason.CALLER_HUNG_UP)
    assert [str(number) in past for number in (19, 20, 29)] == [False, True, True]


# ── at the door ──────────────────────────────────────────────────────────────────────────────────────────────────


def house(data: Path) -> tuple[LiveCalls, FileRecords]:
    """A server's calls, as `serve` has them."""
    files = FileRecords(data)
    runtimes = Rig().runtimes()
    live = LiveCalls(
        runtimes, Limits(), data_dir=data, records=files, lines=with_browsers(TwilioLines(None, "https://a.test")),
        tokens=Tokens(Secret("")), past=PastCalls(data, files.writer),
    )  # fmt: skip
    settled(files.writer)
    return live, files


def test_a_webhook_that_is_sent_again_after_a_restart_begins_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        live, files = house(tmp_path)
        assert live.expect(CallFacts(CA1, "+15550100200", "+15550100201"))
        live.carrier_ended(CA1)
        live.stop()
        settled(files.writer)
        live, _ = house(tmp_path)
        with pytest.raises(AdmissionRefused, match="is over"):
            live.expect(CallFacts(CA1, "+15550100200", "+15550100201"))
        assert live.expect(CallFacts(CA2, "+15550100200", "+15550100201"))
        live.stop()

    asyncio.run(story())


def test_nor_does_one_whose_media_never_came_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lived in another process, which this one is not told of."""

    async def story() -> None:
        live, _ = house(tmp_path)
        token = live.expect(CallFacts(CA1, "+15550100200", "+15550100201"))
        assert live.expect(CallFacts(CA1, "+15550100200", "+15550100201")) == token, "Twilio asks again"
        later = clock.now() + TOKEN_S + 1
        monkeypatch.setattr(clock, "now", lambda: later)
        with pytest.raises(AdmissionRefused, match="is over"):
            live.expect(CallFacts(CA1, "+15550100200", "+15550100201"))
        live.stop()

    asyncio.run(story())
