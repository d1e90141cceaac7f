"""What tests of records share."""

import threading

from offhook.call.journal import Header
from offhook.call.records.files import FileRecords
from offhook.core.behaviour import Behaviour, Script

HEADER = Header(
    call="call_1", carrier_call="CA1", agent="a", started="2026-01-01T00:00:00+00:00",
    behaviour=Behaviour(), script=Script(),
)  # fmt: skip


def settle(records: FileRecords) -> None:
    """Until nothing waits."""
    for _ in range(1_000):
        if not records.state().waiting:
            return
        threading.Event().wait(0.01)
    raise AssertionError("it waits for ever")
