"""What receivers of webhooks answer is theirs, and may be made to hurt: it is kept as it came."""

import asyncio
import gzip

import pytest

from offhook.platform import deliveries
from offhook.platform.deliveries import Answered, _Attempt
from offhook.settings import Secret
from tests.webhook_world import Receiver


def test_an_answer_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few compressed bytes may be gigabytes."""

    async def act() -> tuple[Answered, Receiver]:
        async with Receiver() as receiver:
            receiver.says = gzip.compress(b"z" * 1_000_000)
            receiver.answers.append((500, {"Content-Encoding": "gzip"}))
            key = Secret("whsec_" + "QUJD" * 8)
            deliverer = object.__new__(deliveries.Deliverer)
            monkeypatch.setattr(deliverer, "_private_hosts", {"127.0.0.1"}, raising=False)
            return await deliverer._sent(_Attempt(receiver.url, "evt_1", b"{}", [key])), receiver

    answered, receiver = asyncio.run(act())
    assert receiver.got[0].headers["accept-encoding"] == "identity"
    assert answered.status == 500 and answered.text and "zzz" not in answered.text
