"""What a call was told of its words: finals that follow each other without gap or overlap, and interims behind them."""

from collections.abc import Callable

from offhook.core.events import TranscriptChanged, TranscriptFinal
from offhook.speech.ports import TranscriberEvent


class Told:
    """Posts a transcriber's words. Places are seconds of its own stream."""

    def __init__(self, post: Callable[[TranscriberEvent], None]) -> None:
        self._post = post
        self._interim = ""
        self.until_s = 0.0
        """The end of the last final."""

    def final(self, text: str, to_s: float) -> None:
        """All words behind the final before, up to `to_s`; a place that was covered already gets an empty stretch."""
        from_s, self.until_s = self.until_s, max(self.until_s, to_s)
        self._interim = ""
        self._post(TranscriptFinal(text, from_s, self.until_s))

    def interim(self, text: str, heard_s: float) -> None:
        """All that is believed behind the last final; told when it changes, also to nothing."""
        if text != self._interim:
            self._interim = text
            self._post(TranscriptChanged(text, max(heard_s, self.until_s)))
