"""The lists of voices of all vendors that have one, on one port: each below its own path, as strict as the vendor.

Pages, queries, headers and refusals are those of the vendors' references; the vendors' own clients read them in the
tests.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from offhook.simulator.http import HttpConnection, HttpRequest, HttpServer
from offhook.simulator.vendors.azure import AzureServer
from offhook.simulator.vendors.cartesia import CartesiaServer
from offhook.simulator.vendors.deepgram import KEY as DEEPGRAM_KEY
from offhook.simulator.vendors.elevenlabs import ElevenLabsServer

KEYS: Final[Mapping[str, str]] = {
    "elevenlabs": ElevenLabsServer.key, "cartesia": CartesiaServer.key, "deepgram": DEEPGRAM_KEY,
    "azure": AzureServer.key,
}  # fmt: skip
_PATHS: Final = {
    "/elevenlabs/v2/voices": "elevenlabs", "/cartesia/voices": "cartesia", "/deepgram/v1/models": "deepgram",
    "/azure/cognitiveservices/voices/list": "azure",
}  # fmt: skip
ELEVENLABS: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "voice_id": "21m00Tcm4TlvDq8ikWAM", "name": "Rachel", "category": "premade",
        "description": "Calm, for stories.",
        "labels": {"accent": "american", "gender": "female", "language": "en", "age": "young"},
        "preview_url": "https://storage.example/rachel.mp3", "samples": None, "settings": None,
        "verified_languages": [
            {"language": "en", "model_id": "eleven_flash_v2_5", "accent": "american", "locale": "en-US",
             "preview_url": "https://storage.example/rachel-en.mp3"},
            {"language": "de", "model_id": "eleven_flash_v2_5", "accent": "standard", "locale": "de-DE",
             "preview_url": None},
        ],
    },
    {
        "voice_id": "ownVoice0123456789ab", "name": "Front desk", "category": "cloned", "description": None,
        "labels": {}, "preview_url": None, "samples": [], "settings": None, "verified_languages": None,
    },
    {
        "voice_id": "oddVoice0123456789ab", "name": "Sam\u0007\nof the shop", "category": "premade",
        "description": "", "labels": {"gender": "non-binary", "language": "en"},
        "preview_url": "http://storage.example/plain.mp3", "samples": None, "settings": None,
        "verified_languages": [],
    },
)  # fmt: skip
CARTESIA: Final = tuple(
    {
        "id": f"00000000-0000-4000-8000-{number:012}", "name": f"Voice {number}", "tagline": "Friendly helper",
        "description": "A voice for service.", "language": "de" if number % 2 else "en", "access": "public",
        "visibility": "all", "is_owner": number == 7, "created_at": "2026-01-01T00:00:00Z",
        "gender": ("masculine", "feminine", "gender_neutral")[number % 3],
        "locales": [{"locale": "de-DE" if number % 2 else "en-US", "is_native": True}], "accent": None, "country": None,
    }
    for number in range(130)
)  # fmt: skip
DEEPGRAM: Final = {
    "stt": [{"name": "nova-3", "canonical_name": "nova-3-general", "architecture": "nova-3", "languages": ["en"],
             "version": "2026-01-01.0", "uuid": "6b28e919-8427-4f32-9847-492e2efd7daf", "batch": True,
             "streaming": True, "formatted_output": True}],
    "tts": [
        {"name": "thalia", "canonical_name": "aura-2-thalia-en", "architecture": "aura-2", "languages": ["en", "en-US"],
         "version": "2025-04-07.0", "uuid": "a4c5e7f1-0000-4000-8000-000000000001",
         "metadata": {"accent": "American", "age": "Adult", "color": "#DE9BFF", "image": "https://static.example/t.jpg",
                      "sample": "https://static.example/thalia.wav", "tags": ["feminine", "Clear", "Energetic"],
                      "use_cases": ["Casual chat"]}},
        {"name": "orion", "canonical_name": "aura-2-orion-en", "architecture": "aura-2", "languages": ["en", "en-US"],
         "version": "2025-04-07.0", "uuid": "a4c5e7f1-0000-4000-8000-000000000002",
         "metadata": {"accent": "American", "sample": "https://static.example/orion.wav", "tags": ["masculine"]}},
        {"name": "later", "canonical_name": "flux-speak-later", "architecture": "flux", "languages": ["en"],
         "version": "2026-01-01.0", "uuid": "a4c5e7f1-0000-4000-8000-000000000003"},
    ],
}  # fmt: skip
AZURE: Final = (
    {
        "Name": "Microsoft Server Speech Text to Speech Voice (en-US, AvaMultilingualNeural)", "DisplayName": "Ava",
        "LocalName": "Ava", "ShortName": "en-US-AvaMultilingualNeural", "Gender": "Female", "Locale": "en-US",
        "LocaleName": "English (United States)", "SecondaryLocaleList": ["de-DE", "fr-FR"],
        "SampleRateHertz": "24000", "VoiceType": "Neural", "Status": "GA", "WordsPerMinute": "175",
    },
    {
        "Name": "Microsoft Server Speech Text to Speech Voice (de-DE, ConradNeural)", "DisplayName": "Conrad",
        "LocalName": "Conrad", "ShortName": "de-DE-ConradNeural", "Gender": "Male", "Locale": "de-DE",
        "LocaleName": "German (Germany)", "StyleList": ["cheerful", "sad"], "SampleRateHertz": "24000",
        "VoiceType": "Neural", "Status": "GA", "WordsPerMinute": "130",
    },
    {
        "Name": "old", "DisplayName": "Old", "LocalName": "Old", "ShortName": "de-DE-OldNeural", "Gender": "Male",
        "Locale": "de-DE", "LocaleName": "German (Germany)", "SampleRateHertz": "24000", "VoiceType": "Neural",
        "Status": "Deprecated",
    },
)  # fmt: skip


class _Refused(Exception):
    def __init__(self, status: int, document: Any) -> None:
        super().__init__(status)
        self.status, self.document = status, document


class VoiceListServer(HttpServer):
    """Use it as an async context: it listens inside."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.asked: list[str] = []
        """Vendors, in the order in which they were asked."""
        self.instead: dict[str, tuple[int, bytes]] = {}
        """By vendor: what it answers in place of its list."""
        self.silent: set[str] = set()
        """Vendors that do not answer."""

    def urls(self) -> dict[str, str]:
        """For `OFFHOOK_VENDOR_URLS`."""
        return {name: f"{self.address}/{name}" for name in KEYS}

    async def serve(self, connection: HttpConnection, request: HttpRequest) -> None:
        """One request."""
        path, _, query = request.target.partition("?")
        vendor = _PATHS.get(path, "")
        self.asked.append(vendor)
        if vendor in self.silent:
            await connection.wait(None)
        if vendor in self.instead:
            await connection.answer(*self.instead[vendor])
            return
        try:
            if not vendor or request.method != "GET" or request.body:
                raise _Refused(404, {"detail": "Not Found"})
            document = _ANSWERS[vendor](request.headers, parse_qs(query, strict_parsing=bool(query)))
        except _Refused as refused:
            body = b"" if refused.document is None else json.dumps(refused.document).encode()
            await connection.answer(refused.status, body)
            return
        await connection.answer(200, json.dumps(document).encode())


Query = Mapping[str, list[str]]
Headers = Mapping[str, str]


def _only(query: Query, known: set[str], refusal: Callable[[str], Any]) -> None:
    for name, values in query.items():
        if name not in known or len(values) != 1:
            raise _Refused(422, refusal(name))


def _size(query: Query, name: str, usual: int, refusal: Callable[[str], Any]) -> int:
    text = query.get(name, [str(usual)])[0]
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise _Refused(422, refusal(name))
    return int(text)


def _elevenlabs(headers: Headers, query: Query) -> Any:
    if headers.get("xi-api-key") != KEYS["elevenlabs"]:
        raise _Refused(401, {"detail": {"status": "invalid_api_key", "message": "Invalid API key"}})

    def unfit(name: str) -> Any:
        return {"detail": [{"loc": ["query", name], "msg": "value is not valid", "type": "value_error"}]}

    _only(query, {"page_size", "next_page_token", "include_total_count", "search", "voice_type"}, unfit)
    size = _size(query, "page_size", 10, unfit)
    token = query.get("next_page_token", ["t0"])[0]
    if not token.startswith("t") or not token[1:].isdecimal():
        raise _Refused(422, unfit("next_page_token"))
    begin = int(token[1:])
    # A page is short here, so that there is more than one.
    end = begin + min(size, 2)
    has_more = end < len(ELEVENLABS)
    return {"voices": ELEVENLABS[begin:end], "has_more": has_more, "total_count": 0,
            "next_page_token": f"t{end}" if has_more else None}  # fmt: skip


def _cartesia(headers: Headers, query: Query) -> Any:
    if headers.get("authorization") != f"Bearer {KEYS['cartesia']}":
        raise _Refused(401, {"error_code": "unauthorized", "title": "Unauthorized", "message": "Invalid API key"})
    if not headers.get("cartesia-version"):
        raise _Refused(400, {"error_code": "version", "title": "Bad request", "message": "Cartesia-Version is missing"})

    def unfit(name: str) -> Any:
        return {"error_code": "invalid_request", "title": "Invalid request", "message": f"{name} is not valid"}

    _only(query, {"limit", "starting_after", "ending_before", "gender", "is_owner", "q", "expand[]"}, unfit)
    size, after = _size(query, "limit", 10, unfit), query.get("starting_after", [""])[0]
    ids = [voice["id"] for voice in CARTESIA]
    if after and after not in ids:
        raise _Refused(422, unfit("starting_after"))
    begin = ids.index(after) + 1 if after else 0
    found = CARTESIA[begin : begin + size]
    has_more = begin + size < len(CARTESIA)
    return {"data": found, "has_more": has_more, "next_page": found[-1]["id"] if has_more else None}


def _deepgram(headers: Headers, query: Query) -> Any:
    if headers.get("authorization") not in (f"Token {KEYS['deepgram']}", f"token {KEYS['deepgram']}"):
        raise _Refused(401, {"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials.", "request_id": "r"})
    _only(query, {"include_outdated"}, lambda name: {"err_code": "Bad Request", "err_msg": f"{name} is unknown"})
    return DEEPGRAM


def _azure(headers: Headers, query: Query) -> Any:
    if headers.get("ocp-apim-subscription-key") != KEYS["azure"]:
        raise _Refused(401, None)
    _only(query, set(), lambda _: None)
    return AZURE


_ANSWERS: Final[Mapping[str, Callable[[Headers, Query], Any]]] = {
    "elevenlabs": _elevenlabs, "cartesia": _cartesia, "deepgram": _deepgram, "azure": _azure,
}  # fmt: skip
