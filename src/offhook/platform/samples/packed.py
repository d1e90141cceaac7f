"""The sample calls as they lie in the package: real calls of the simulated carrier, made by `scripts/samples.py`.

A call is two files: its journal, and its recording as mu-law, which is what the wire had (the caller's side first, then
the agent's; 8000 samples a second each). Both are gzip files.
"""

import gzip
import wave
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.call.journal import Gap, Header, header_line, read_header, read_lines
from offhook.call.records.folder import JOURNAL, RECORDING, TRANSCRIPT
from offhook.call.records.transcript import transcript_line
from offhook.core.commands import Remember

KEPT: Final = Path(__file__).with_name("kept")
AGENT: Final = KEPT / "agent.yaml"
FACTS: Final = KEPT / "workshop.md"
EARLIER: Final = KEPT / "earlier.yaml"
VERSIONS: Final = {"saturday": 2, "message": 2, "unanswered": 2, "recording": 2, "vendor": 1}
"""Of the agent that took each call; newest call first."""
NAMES: Final = tuple(VERSIONS)
RATE: Final = 8000


def pack(name: str, folder: Path) -> None:
    """Keep what a call has left in its folder. Raises `OSError`."""
    head, _, lines = (folder / JOURNAL).read_bytes().partition(b"\n")
    del head
    header = msgspec.structs.replace(read_header(folder / JOURNAL), agent_key="")
    _write(_journal(name), header_line(header) + lines)
    with wave.open(str(folder / RECORDING)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 2, 2)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    _write(_sound(name), encode_ulaw(both[:, 0]) + encode_ulaw(both[:, 1]))


def unpack(name: str, parent: Path, **changes: Any) -> Path:
    """A folder as the call has left it, with these fields of the journal's header changed. Raises `OSError`."""
    folder = parent / name
    folder.mkdir(parents=True)
    journal = folder / JOURNAL
    journal.write_bytes(gzip.decompress(_journal(name).read_bytes()))
    if changes:
        _, _, lines = journal.read_bytes().partition(b"\n")
        journal.write_bytes(header_line(msgspec.structs.replace(read_header(journal), **changes)) + lines)
    sides = np.frombuffer(gzip.decompress(_sound(name).read_bytes()), np.uint8).reshape(2, -1)
    both = np.stack([decode_ulaw(side.tobytes()) for side in sides], axis=1)
    with wave.open(str(folder / RECORDING), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        file.writeframes(both.astype("<i2").tobytes())
    (folder / TRANSCRIPT).write_text(_transcript(journal), "utf-8")
    return folder


def header_of(name: str) -> Header:
    """How the call began. Raises `OSError`."""
    with gzip.open(_journal(name)) as file:
        return msgspec.json.decode(file.readline(), type=Header)


def _transcript(journal: Path) -> str:
    lines = [line for line in read_lines(journal) if not isinstance(line, Gap)]
    return "".join(transcript_line(line.what.entry, line.at) for line in lines if isinstance(line.what, Remember))


def _journal(name: str) -> Path:
    return KEPT / f"{name}.journal.jsonl.gz"


def _sound(name: str) -> Path:
    return KEPT / f"{name}.recording.ulaw.gz"


def _write(file: Path, data: bytes) -> None:
    # Without the hour in it: the same call gives the same file.
    file.write_bytes(gzip.compress(data, 9, mtime=0))
