"""OpenAI's `/v1/audio/speech` on a port of this machine, and servers that speak like it.

The vendor's samples have 24 kHz, and no tape survives being brought down from there: what is heard then is the tape's
voice without its words. A server with samples of 8 kHz speaks the tape itself, and can be judged word by word.
"""

import hmac
import json
import re
from typing import Any, Final

import numpy as np

from offhook.audio.frames import SAMPLE_RATE
from offhook.audio.g711 import decode_ulaw
from offhook.audio.resample import resample
from offhook.simulator.vendors.sound import WAV_HEADER, Sound, SoundRefused, SoundRequest, SoundServer

VENDOR_RATE: Final = 24_000
LONGEST: Final = 4096
MODELS: Final = re.compile(r"tts-1(?:-hd)?(?:-\d{4})?|gpt-4o-mini-tts(?:-\d{4}-\d\d-\d\d)?")
OLD_VOICES: Final = frozenset(["alloy", "ash", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer"])
VOICES: Final = OLD_VOICES | {"ballad", "verse", "marin", "cedar"}
"""The latter are those of `gpt-4o-mini-tts` alone."""
MEMBERS: Final = frozenset(["model", "input", "voice", "response_format", "speed", "instructions", "stream_format"])
FORMATS: Final = {"pcm": b"", "wav": WAV_HEADER, "mp3": b"ID3\x04\x00"}
"""With what comes in front; behind the header of an MP3 there is none in truth."""
NEGATIVE_ZERO: Final = 0x7F
_PROBLEMS: Final[dict[int, tuple[str, str | None, str]]] = {
    400: ("invalid_request_error", None, "We could not parse the JSON body of your request."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: {key}."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist."),
    415: ("invalid_request_error", None, "Unsupported content type."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached. Please try again in 2s."),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("service_unavailable_error", "server_is_overloaded", "The server is overloaded."),
}


class OpenAISpeechServer(SoundServer):
    """As strict as the vendor."""

    name = "openai"
    key = "openai-stand-in"
    rate_hz: int = VENDOR_RATE
    """Set to another, it is another server that speaks alike."""

    @property
    def base_url(self) -> str:
        """For the provider's block."""
        return f"{self.address}/v1"

    def refusal(self, status: int) -> SoundRefused:
        """The vendor's envelope."""
        kind, code, message = _PROBLEMS[status]
        # The vendor repeats what it was given: whoever logs that logs a key.
        given = self.requests[-1].headers.get("authorization", "").removeprefix("Bearer ") if self.requests else ""
        return _problem(status, message.format(key=given), kind=kind, code=code)

    def headers(self, number: int) -> list[tuple[str, str]]:
        """The request's id and the time it took."""
        return [("x-request-id", f"req_{number}"), ("openai-processing-ms", "10")]

    def sound(self, request: SoundRequest) -> Sound:
        """The text, spoken."""
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.key}".encode()):
            raise self.refusal(401)
        if (request.method, request.path) != ("POST", "/v1/audio/speech"):
            raise _problem(404, f"Invalid URL ({request.method} {request.path})")
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise self.refusal(415)
        try:
            body = json.loads(request.body)
        except ValueError:
            raise self.refusal(400) from None
        asked = _check(body)
        request.text, kind = asked["input"], asked.get("response_format", "mp3")
        data = FORMATS[kind] + self._samples(request.text)
        return Sound(f"audio/{'mpeg' if kind == 'mp3' else kind}", data, 2 * self.rate_hz)

    def _samples(self, text: str) -> bytes:
        tape = self.said(text)
        samples = decode_ulaw(tape)
        # A zero has no sign in 16 bits, and the sign is what the tape is written in.
        samples[np.frombuffer(tape, np.uint8) == NEGATIVE_ZERO] = -1
        if self.rate_hz != SAMPLE_RATE:
            samples = np.clip(resample(samples, SAMPLE_RATE, self.rate_hz), -32768, 32767).astype(np.int16)
        return samples.astype("<i2").tobytes()


def _problem(
    status: int, message: str, *, kind: str = "invalid_request_error", code: str | None = None, param: str | None = None
) -> SoundRefused:
    error = {"message": message, "type": kind, "param": param, "code": code}
    return SoundRefused(status, json.dumps({"error": error}).encode(), [("Content-Type", "application/json")])


def _check(body: object) -> dict[str, Any]:
    """The request, unless it is one that the vendor refuses."""
    if not isinstance(body, dict):
        raise _problem(400, "We could not parse the JSON body of your request.")
    if unknown := sorted(body.keys() - MEMBERS):
        message = f"Unrecognized request argument supplied: {unknown[0]}"
        raise _problem(400, message, param=unknown[0], code="unknown_parameter")
    model, text, voice = body.get("model"), body.get("input"), body.get("voice")
    if not MODELS.fullmatch(str(model)):
        raise _problem(404, f"The model `{model}` does not exist", code="model_not_found", param="model")
    if not isinstance(text, str) or not text:
        raise _problem(400, "Input text must not be empty.", param="input")
    if len(text) > LONGEST:
        raise _problem(400, f"Input is longer than {LONGEST}.", param="input", code="string_above_max_length")
    is_own = isinstance(voice, dict) and str(voice.get("id", "")).startswith("voice_")
    if not is_own and str(voice) not in (OLD_VOICES if str(model).startswith("tts-1") else VOICES):
        raise _problem(400, f"Input should be one of the voices, not {voice!r}.", param="voice", code="invalid_value")
    if body.get("response_format", "mp3") not in FORMATS:
        raise _problem(400, "This stand-in speaks no such format.", param="response_format", code="invalid_value")
    speed = body.get("speed", 1.0)
    if not isinstance(speed, int | float) or not 0.25 <= speed <= 4.0:
        raise _problem(400, "speed should be from 0.25 to 4.0", param="speed", code="invalid_value")
    if str(model).startswith("tts-1") and (body.get("instructions") or body.get("stream_format") == "sse"):
        raise _problem(400, f"{model} supports neither instructions nor sse.", param="instructions")
    return body
