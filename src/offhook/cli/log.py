"""How a server writes its log: lines for people, or JSON lines for machines that gather logs (OFFHOOK_LOG=json)."""

import logging
import re
from typing import Any, Final

from offhook import about, clock
from offhook.store.json import dumps
from offhook.telephony.numbers import without_numbers

LONGEST: Final = 20_000
"""Characters of one text; a traceback can be longer."""


CONTINUED: Final = "    "
"""Begins each further line of a record: only a record's own first line begins with a time."""
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that move a terminal's cursor, colour it, or turn the order of letters."""


class OwnLines(logging.Formatter):
    """Lines that nobody else can write, whoever's words stand in them: of a caller, a vendor, a request, an error.

    Telephone numbers are shortened, wherever they stand: in messages of a carrier and in tracebacks too.
    """

    def format(self, record: logging.LogRecord) -> str:
        """A line, or several, of which all but the first are set in."""
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        text = self.formatMessage(record)
        if record.exc_info and record.exc_info[0] is not None:
            # What another handler has made of it is not taken: it may be set otherwise.
            text = f"{text}\n{self.formatException(record.exc_info)}"
        shown = _UNSEEN.sub(lambda sign: ascii(sign[0])[1:-1], without_numbers(text))
        return shown.replace("\n", f"\n{CONTINUED}")


class JsonLines(logging.Formatter):
    """One JSON object a line: `at`, `level`, `logger`, `text`, and what is known of `call_id`, `agent_id`,
    `request_id`, `error` (a traceback), and the number of the worker. Masked as the lines for people are."""

    def __init__(self, worker: int = 0) -> None:
        super().__init__()
        self._worker = worker

    def format(self, record: logging.LogRecord) -> str:
        """The object, without a line break in it."""
        told: dict[str, Any] = {
            "at": clock.rfc3339(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": _plain(record.getMessage()),
        }
        told |= {name: value for name, variable in about.FIELDS.items() if (value := variable.get())}
        told |= {"worker": self._worker} if self._worker else {}
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = _plain(self.formatException(record.exc_info))
        return dumps(told)


def begin_log(level: int = logging.INFO, worker: int = 0, form: str = "text") -> None:
    """Write to standard error, from now on. One of several workers says in each line which it is. `form`: `text` or
    `json`."""
    handler = logging.StreamHandler()
    lines = OwnLines(f"%(asctime)s {f'{worker}| ' if worker else ''}%(message)s", datefmt="%H:%M:%S")
    handler.setFormatter(JsonLines(worker) if form == "json" else lines)
    logging.basicConfig(level=level, handlers=[handler])
    # It tells its own beginnings.
    logging.getLogger("alembic").setLevel(max(level, logging.WARNING))


def _plain(text: str) -> str:
    # Half of a character has no form in JSON.
    return without_numbers(text[:LONGEST]).encode("utf-8", "replace").decode()
