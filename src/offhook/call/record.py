"""What is kept of a call: journal, stereo recording, transcript, and a summary at the end."""

from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec

from offhook import clock
from offhook.audio.recording import StereoRecorder
from offhook.call.files import DiskWriter, FileBehind
from offhook.call.journal import Header, Journal
from offhook.call.latency import LatencyMeter
from offhook.call.spend import SpendMeter
from offhook.core.commands import Command, EndCall, RecordTurn, ReportPromise
from offhook.core.events import Event
from offhook.errors import StoreError
from offhook.speech.catalogue import Price, model_entry

SAMPLES_PER_S: Final = 8000
_SETTLE_BEHIND: Final = SAMPLES_PER_S
"""Audio older than a second can no longer be cut."""


class CallRecord:
    """The files of one call, in one folder; written as it happens."""

    def __init__(self, folder: Path, header: Header, writer: DiskWriter) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as cause:
            raise StoreError(f"cannot make {folder}: {cause.strerror}") from cause
        self.folder = folder
        self._header = header
        self._files = {name: FileBehind(folder / name, writer) for name in ("journal.jsonl", "transcript.txt")}
        self._wav = FileBehind(folder / "recording.wav", writer)
        self._writer = writer
        self._journal = Journal(self._files["journal.jsonl"].write, header)
        self._recorder = StereoRecorder(cast(BinaryIO, self._wav))
        self._meter, self._spend = LatencyMeter(), SpendMeter()
        self._heard = 0
        self._false_promises = 0
        self.end_reason = ""

    def event(self, event: Event, at: float) -> None:
        """Keep an event."""
        self._journal.add(event, at)
        self._meter.add(event, at)
        self._spend.add(event)

    def command(self, command: Command, at: float) -> None:
        """Keep a command; turns also go into the transcript."""
        self._journal.add(command, at)
        self._meter.add(command, at)
        self._spend.add(command)
        if isinstance(command, RecordTurn):
            cut = "  [interrupted]" if command.interrupted else ""
            self._files["transcript.txt"].write(f"{at:8.2f}  {command.speaker:<6}  {command.text}{cut}\n".encode())
        elif isinstance(command, ReportPromise):
            self._false_promises += 1
        elif isinstance(command, EndCall):
            self.end_reason = command.reason

    def caller(self, frame: bytes) -> None:
        """The caller's next 20 ms; once a second, what is old is written."""
        self._recorder.caller(frame)
        self._heard += len(frame)
        if self._heard % SAMPLES_PER_S == 0 and self._heard > _SETTLE_BEHIND:
            self._recorder.settle(self._heard - _SETTLE_BEHIND)

    def agent(self, at: float, audio: bytes) -> None:
        """Mu-law that the caller hears from `at` on."""
        self._recorder.agent(round(at * SAMPLES_PER_S), audio)

    def cut(self, at: float) -> None:
        """The agent's audio from `at` on was never heard."""
        self._recorder.cut(round(at * SAMPLES_PER_S))

    def close(self, duration_s: float) -> None:
        """Write the rest, and the summary."""
        self._recorder.close()
        self._wav.close()
        for file in self._files.values():
            file.close()
        header = self._header
        summary = {
            "call": header.call,
            "agent": header.agent,
            "direction": header.direction,
            "from": header.from_number,
            "to": header.to_number,
            "started": header.started,
            "ended": clock.wall().isoformat(timespec="seconds"),
            "duration_s": round(duration_s, 3),
            "end_reason": self.end_reason,
            "model": self._spend.summary(_price(header)),
            "false_promises": self._false_promises,
            "turns": [msgspec.to_builtins(turn) for turn in self._meter.turns],
        }
        file = FileBehind(self.folder / "call.json", self._writer)
        file.write(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
        file.close()


def _price(header: Header) -> Price | None:
    """Of the owner's own model, where it is known."""
    provider, _, model = next(iter(header.providers.get("llm", [])), "").partition(" ")
    entry = model_entry(provider, model)
    return entry.price if entry is not None else None
