"""How a server writes its log."""

import logging

from offhook.telephony.numbers import without_numbers


class ShortNumbers(logging.Formatter):
    """Shortens telephone numbers, whoever writes them and wherever: in messages of a carrier and in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        """A line, or several with a traceback."""
        return without_numbers(super().format(record))


def begin_log(level: int = logging.INFO, worker: int = 0) -> None:
    """Write to standard error, from now on. One of several workers says in each line which it is."""
    handler = logging.StreamHandler()
    handler.setFormatter(ShortNumbers(f"%(asctime)s {f'{worker}| ' if worker else ''}%(message)s", datefmt="%H:%M:%S"))
    logging.basicConfig(level=level, handlers=[handler])
