"""Stands in for Deepgram's Flux voices, `/v2/speak`: turn by turn, and it tells what was spoken before an interruption.

Early access in 2026; Offhook does not speak with it yet, and asks on a live day whether `Interrupt` is known.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from offhook.simulator.vendors.sockets import Piece, Refusal, Speech, SpeechConnection, SpeechFault, SpeechServer

PATH: Final = "/v2/speak"
LETTERS_A_S: Final = 15.0


def flux_speech(
    server: SpeechServer, query: Mapping[str, str], *, knows_interrupt: bool = True
) -> "SpeechConnection | Refusal":
    """A socket; Aura's voices are refused on it."""
    if not query.get("model", "").startswith("flux-"):
        return Refusal(status=400, reason="No such model/version combination found.")
    if (query.get("encoding"), query.get("sample_rate")) != ("mulaw", "8000"):
        return Refusal(status=400, reason="The stand-in gives mulaw at 8000 only.")
    return FluxSpeech(server, knows_interrupt=knows_interrupt)


class FluxSpeech(SpeechConnection):
    """One client."""

    def __init__(self, server: SpeechServer, *, knows_interrupt: bool) -> None:
        super().__init__(server)
        self._knows_interrupt = knows_interrupt
        self._text = ""
        self._turns = 0
        self._said = ""
        """The latest turn."""

    def begun(self) -> None:
        self.send({"type": "Connected", "request_id": "stand-in", "sequence_id": 0})

    def heard(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "Speak" if isinstance(message.get("text"), str):
                self._text += message["text"]
            case "Flush":
                self._flush()
            case "Interrupt" if self._knows_interrupt:
                self._cut_off(message.get("playback_offset"))
            case "Close":
                self.close(1000)
            case _:
                self.send({"type": "Error", "code": "DATA-0000", "description": "unknown message"})

    def _flush(self) -> None:
        self._said, self._text = " ".join(self._text.split()), ""
        if not self._said:
            self.send({"type": "Warning", "code": "NO_SYNTHESIZABLE_TEXT", "description": "nothing to say"})
            return
        self._turns += 1
        self.send({"type": "SpeechStarted", "speech_id": f"speech-{self._turns}"})
        Speech(self, f"speech-{self._turns}", self._said)

    def _cut_off(self, offset: object) -> None:
        """By the time that the client says was played."""
        value = offset.get("value") if isinstance(offset, dict) else None
        if not isinstance(value, int) or value < 0:
            self.send({"type": "Warning", "code": "INVALID_INTERRUPT_OFFSET", "description": "time_ms is needed"})
        elif not self._said:
            self.send({"type": "Warning", "code": "NO_ACTIVE_SPEECH", "description": "nothing is being said"})
        else:
            cut = min(len(self._said), round(value / 1000 * LETTERS_A_S))
            spoken, left = self._said[:cut], self._said[cut:]
            self.send({"type": "SpeechInterrupted", "audio_played_ms": value, "text_spoken": spoken,
                       "text_remaining": left, "metadata": {}})  # fmt: skip

    # ── a text's audio ───────────────────────────────────────────────────────────────────────────────────────────

    def send_piece(self, speech: Speech, piece: Piece) -> None:
        self.send(piece.audio)

    def send_end(self, speech: Speech) -> None:
        self.send({"type": "Flushed", "speech_id": speech.context})
        self.send({"type": "SpeechMetadata", "speech_id": speech.context,
                   "audio_duration_ms": round(speech.length_s * 1000)})  # fmt: skip

    def send_error(self, speech: Speech, fault: SpeechFault) -> None:
        self.send({"type": "Error", "code": "NET-0000", "description": fault.reason or fault.error})
        self.close(fault.code)

    def send_oddity(self, speech: Speech, kind: Literal["bad_audio", "unknown", "stray"]) -> None:
        self.send({"type": "Weather"} if kind != "bad_audio" else '["?"]')
