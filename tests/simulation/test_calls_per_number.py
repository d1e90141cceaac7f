"""So many calls of one telephone number are taken at once."""

import asyncio
from pathlib import Path

import pytest

from offhook.call.live import Limits, LiveCalls
from offhook.errors import AdmissionRefused
from offhook.telephony.facts import CallFacts
from tests.simulation.test_live_calls import SilentLeg, started, with_live
from tests.twilio_wire import sid


def test_one_number_does_not_take_all_lines(tmp_path: Path) -> None:
    async def act(live: LiveCalls) -> None:
        live.expect(CallFacts(sid(0), "+15005550006"))
        token = live.expect(CallFacts(sid(1), "+15005550006"))
        assert live.answer(SilentLeg(), started(sid(1), token)), "a call that is in counts, and one that is expected"
        with pytest.raises(AdmissionRefused, match="number"):
            live.expect(CallFacts(sid(2), "+15005550006"))
        assert live.expect(CallFacts(sid(0), "+15005550006")), "the same call asked again is no other"
        live.expect(CallFacts(sid(3), "+15005550007"))
        live.expect(CallFacts(sid(4), "+15005550006", direction="outbound"))
        for n in range(5, 10):
            live.expect(CallFacts(sid(n), "anonymous"))
        live.carrier_ended(sid(0))
        live.expect(CallFacts(sid(11), "+15005550006"))
        for n in range(12):
            live.carrier_ended(sid(n))
        await asyncio.sleep(1.0)

    with_live(tmp_path, Limits(max_per_number=2), act)
