"""What a vendor's socket cannot take at this moment, bounded."""

from collections import deque


class Outbox:
    """What waits to be sent, in order: text and audio. When there is too much audio the oldest goes."""

    def __init__(self, most_audio: int, most_texts: int) -> None:
        self._most_audio, self._most_texts = most_audio, most_texts
        self._waiting: deque[str | bytes] = deque()
        self._audio = self._texts = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, message: str | bytes) -> int:
        """Add it; how many bytes of the oldest audio had to be dropped for it."""
        dropped = 0
        if isinstance(message, str):
            if self._texts >= self._most_texts:
                return 0  # A socket that takes nothing is cut by its own deadline; one more question changes nothing.
            self._texts += 1
        else:
            self._audio += len(message)
        self._waiting.append(message)
        while self._audio > self._most_audio:
            oldest = next(entry for entry in self._waiting if isinstance(entry, bytes))
            self._waiting.remove(oldest)
            self._audio -= len(oldest)
            dropped += len(oldest)
        return dropped

    def take_back(self, place: int) -> None:
        """Forget audio that was just put, counted from the end (1 is the last): it is not worth sending."""
        message = self._waiting[-place]
        assert isinstance(message, bytes)
        del self._waiting[-place]
        self._audio -= len(message)

    def pop(self) -> str | bytes:
        """The next to send; there is one."""
        message = self._waiting.popleft()
        if isinstance(message, bytes):
            self._audio -= len(message)
        else:
            self._texts -= 1
        return message
