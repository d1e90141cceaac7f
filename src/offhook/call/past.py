"""Calls that were, by the carrier's ids: no webhook that is sent again begins one of them anew.

A webhook's signature has no time in it, so a request that somebody has caught is as good tomorrow as today. How a call
ended is kept in memory for the webhooks that follow it. That it was is kept in a small file too, so that it is known
after a restart, and by every process that has the same data folder when that one starts. The file holds hashes: it
names no call to whoever reads it, so nothing in it has to be erased for a caller.
"""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final

from offhook.call.records.disk import DiskWriter, Share, Strand
from offhook.core.endings import EndReason
from offhook.tools.line_file import append_line, take_lines

_LOG: Final = logging.getLogger("offhook.calls")
FILE: Final = "past-calls"
KEPT: Final = 20_000
"""Calls that are remembered, the newest: years of a small business, a day of a call centre."""
_DIGEST_BYTES: Final = 12
_WAITING: Final = 2_000


class PastCalls:
    """The calls that were. The event loop asks and tells; reading and writing is done in the disk's threads."""

    def __init__(self, data_dir: Path | None = None, writer: DiskWriter | None = None) -> None:
        """Without a folder nothing is kept beyond this process."""
        self._reasons: OrderedDict[str, EndReason | None] = OrderedDict()
        """Of this process, by the carrier's ids; None: it began or was expected, and no more is known."""
        self._earlier: frozenset[bytes] = frozenset()
        """Of the file as it was at the start."""
        self._file = data_dir / FILE if data_dir is not None else None
        self._is_failing = False
        self._waiting = Share(_WAITING, _WAITING * 64)
        self._strand: Strand[bytes] | None = None
        if self._file is not None and writer is not None:
            self._strand = Strand(writer, FILE, self._perform)
            self._strand.put(b"")  # Read it.

    def __contains__(self, call_sid: str) -> bool:
        return call_sid in self._reasons or (bool(self._earlier) and _digest(call_sid) in self._earlier)

    def reason(self, call_sid: str) -> EndReason | None:
        """How it ended in this process; None when it did not, or not here."""
        return self._reasons.get(call_sid)

    def began(self, call_sid: str) -> None:
        """It is not to begin again."""
        self._keep(call_sid, None)

    def ended(self, call_sid: str, reason: EndReason) -> None:
        """It is over; the first reason that is told stays."""
        self._keep(call_sid, reason)

    def is_over(self, call_sid: str) -> bool:
        """It has ended in this process."""
        return self._reasons.get(call_sid) is not None

    def _keep(self, call_sid: str, reason: EndReason | None) -> None:
        is_new = call_sid not in self
        if self._reasons.get(call_sid) is None:
            self._reasons[call_sid] = reason
        while len(self._reasons) > KEPT:
            self._reasons.popitem(last=False)
        if is_new and self._strand is not None:
            # A disk that is far behind loses some of them, never a call.
            self._strand.put(_digest(call_sid), self._waiting, _DIGEST_BYTES)

    # ── in the disk's threads ────────────────────────────────────────────────────────────────────────────────────

    def _perform(self, jobs: Sequence[bytes]) -> None:
        assert self._file is not None
        try:
            if b"" in jobs:
                self._earlier = _read(self._file)
            if lines := b"".join(digest.hex().encode() + b"\n" for digest in jobs if digest):
                append_line(self._file, lines)
            self._is_failing = False
        except OSError as error:
            if not self._is_failing:
                _LOG.error(
                    "calls that were are forgotten at the next start: %s: %s", self._file, error.strerror or error
                )
            self._is_failing = True


def _read(file: Path) -> frozenset[bytes]:
    """The newest in the file, which is made shorter when it has grown. What is no digest is passed over."""
    lines = take_lines(file, lambda line: True, keep=True)
    newest = lines[-KEPT:]
    if len(lines) > 2 * KEPT:
        too_old = set(lines[:-KEPT]) - set(newest)
        take_lines(file, lambda line: line in too_old)
    found = set()
    for line in newest:
        try:
            digest = bytes.fromhex(line.decode("ascii").strip())
        except ValueError:
            continue
        if len(digest) == _DIGEST_BYTES:
            found.add(digest)
    return frozenset(found)


def _digest(call_sid: str) -> bytes:
    return blake2b(call_sid.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES, person=b"offhook call").digest()
