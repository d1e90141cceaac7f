"""A call without sockets: the real call on the real leg, the carrier and the caller in memory."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from offhook.call.live import Limits, LiveCalls
from offhook.call.records.files import FileRecords
from offhook.call.runtime import AgentRuntime
from offhook.call.runtimes import Runtimes
from offhook.settings import Secret
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_media import MediaFaults, StreamFacts
from offhook.simulator.memory import MemoryCall, MemoryControl, memory_call
from offhook.simulator.network import Network
from offhook.simulator.report import CallReport
from offhook.telephony.carriers.twilio_line import TwilioLines
from offhook.telephony.facts import CallFacts
from offhook.telephony.tokens import Tokens

ORIGIN: Final = "https://memory.test"
END_S: Final = 60.0
"""For what outlives the call: its tools, its record."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What befalls the call, and how long it may last."""

    number: int = 0
    """In its SID."""
    network: Network = field(default_factory=Network)
    faults: MediaFaults = field(default_factory=MediaFaults)
    longest_s: float = 60.0


async def call_in_memory(runtime: AgentRuntime, caller: Caller, data_dir: Path, plan: Plan) -> CallReport:
    """One call on an agent that is prepared; its record is whole when this returns. The agent is closed."""
    control, agents = MemoryControl(), Runtimes.of(runtime)
    live = LiveCalls(
        agents, Limits(), data_dir=data_dir, records=FileRecords(data_dir),
        lines=TwilioLines(control, ORIGIN), tokens=Tokens(Secret("")),
    )  # fmt: skip
    sid = f"CA{plan.number:032d}"
    try:
        await agents.acquire("")
        token = live.expect(CallFacts(sid, "+15005550006", "+15005550001"))
        facts = StreamFacts("AC" + "0" * 32, sid, "MZ" + "0" * 32, {"token": token})
        call = MemoryCall(
            facts=facts, network=plan.network, faults=plan.faults, longest_s=plan.longest_s, control=control
        )  # fmt: skip
        report = await memory_call(live.answer, caller, call)
        await live.drain(END_S)
    finally:
        live.stop()
        await agents.close()
    return report
