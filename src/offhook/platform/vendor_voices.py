"""The vendors' own lists of voices, as their answers are read.

Languages are tags (`en-US`), or what the vendor has in their place. A preview is an address that a browser can play
as it is: Cartesia's want the key, so that its voices have none (`POST /v1/voices/preview` says a sentence instead).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from offhook.speech.tts import openai

_GENDERS: Final = {
    "female": "female", "feminine": "female", "male": "male", "masculine": "male", "neutral": "neutral",
    "gender_neutral": "neutral", "non-binary": "neutral",
}  # fmt: skip
CHARS: Final = 300
"""Of a text that a vendor gives."""
MOST_LANGUAGES: Final = 100


@dataclass(frozen=True, slots=True)
class VendorVoice:
    """One voice."""

    voice: str
    """What the agent's block is given."""
    name: str
    languages: tuple[str, ...] = ()
    gender: str = ""
    """`female`, `male`, `neutral`; empty: the vendor does not say."""
    accent: str = ""
    description: str = ""
    preview_url: str = ""
    is_own: bool = False
    """Made by the owner of the key."""


@dataclass(frozen=True, slots=True)
class VoiceList:
    """How a vendor is asked for its voices."""

    path: str
    read: Callable[[Any], Iterator[VendorVoice]]
    """From the decoded answer. Raises `KeyError`, `TypeError`, `AttributeError` when it is not what it should be."""
    more: Callable[[Any], str] = lambda _: ""
    """What is added to the path for the next page; empty: that was the last."""


def _elevenlabs(answer: Any) -> Iterator[VendorVoice]:
    for one in answer["voices"]:
        labels = one.get("labels") or {}
        verified = [entry.get("locale") or entry["language"] for entry in one.get("verified_languages") or ()]
        spoken = [labels["language"]] if labels.get("language") else []
        yield VendorVoice(
            one["voice_id"], one.get("name") or one["voice_id"], tuple(verified or spoken), labels.get("gender") or "",
            labels.get("accent") or "", one.get("description") or labels.get("description") or "",
            one.get("preview_url") or "", one.get("category") in ("cloned", "generated", "professional"),
        )  # fmt: skip


def _elevenlabs_more(answer: Any) -> str:
    token = answer.get("next_page_token")
    return f"&next_page_token={quote(token, safe='')}" if answer.get("has_more") and token else ""


def _cartesia(answer: Any) -> Iterator[VendorVoice]:
    for one in answer["data"]:
        locales = [entry["locale"] for entry in one.get("locales") or ()]
        yield VendorVoice(
            one["id"], one.get("name") or one["id"], tuple(locales or [one["language"]]), one.get("gender") or "",
            one.get("accent") or "", one.get("tagline") or one.get("description") or "",
            is_own=bool(one.get("is_owner")),
        )  # fmt: skip


def _cartesia_more(answer: Any) -> str:
    return f"&starting_after={quote(answer['data'][-1]['id'], safe='')}" if answer.get("has_more") else ""


def _deepgram(answer: Any) -> Iterator[VendorVoice]:
    for one in answer["tts"]:
        about, model = one.get("metadata") or {}, one.get("canonical_name") or one["name"]
        if not model.startswith("aura-"):
            continue  # Of another endpoint than the one that this voice speaks with.
        tags = about.get("tags") or ()
        gender = next((tag for tag in tags if tag.lower() in _GENDERS), "")
        told = ", ".join(tag for tag in tags if tag != gender)
        yield VendorVoice(
            model, (one.get("name") or model).title(), tuple(one.get("languages") or ()), gender,
            about.get("accent") or "", told, about.get("sample") or "",
        )  # fmt: skip


def _azure(answer: Any) -> Iterator[VendorVoice]:
    for one in answer:
        if one.get("Status") == "Deprecated":
            continue
        languages = (one["Locale"], *(one.get("SecondaryLocaleList") or ()))
        styles = ", ".join(one.get("StyleList") or ())
        yield VendorVoice(
            one["ShortName"], one.get("DisplayName") or one["ShortName"], languages, one.get("Gender") or "",
            one.get("LocaleName") or "", f"styles: {styles}" if styles else "",
        )  # fmt: skip


LISTS: Final[Mapping[str, VoiceList]] = {
    # https://elevenlabs.io/docs/api-reference/voices/search: at most 100 a page
    "elevenlabs": VoiceList("v2/voices?page_size=100&include_total_count=false", _elevenlabs, _elevenlabs_more),
    # https://docs.cartesia.ai/api-reference/voices/list
    "cartesia": VoiceList("voices?limit=100", _cartesia, _cartesia_more),
    # https://developers.deepgram.com/reference/manage/models/list
    "deepgram": VoiceList("v1/models", _deepgram),
    # https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech#get-a-list-of-voices
    "azure": VoiceList("cognitiveservices/voices/list", _azure),
}
"""The vendors that have one."""
BUILT_IN: Final[Mapping[str, tuple[VendorVoice, ...]]] = {
    openai.NAME: tuple(VendorVoice(name, name.title()) for name in openai.VOICES)
}
"""Voices of vendors that have no list to ask for; they speak any language."""


def tidy(voice: VendorVoice) -> VendorVoice:
    """What may be shown of it. Raises `TypeError` when it is not what it should be."""
    texts = (voice.voice, voice.name, voice.gender, voice.accent, voice.description, voice.preview_url)
    if not all(isinstance(text, str) for text in (*texts, *voice.languages)):
        raise TypeError
    is_playable = voice.preview_url.startswith("https://") and len(voice.preview_url) <= 2_000
    return replace(
        voice, voice=voice.voice[:CHARS], name=_line(voice.name), gender=_GENDERS.get(voice.gender.lower(), ""),
        languages=tuple(dict.fromkeys(_line(one) for one in voice.languages[:MOST_LANGUAGES])),
        accent=_line(voice.accent), description=_line(voice.description),
        preview_url=voice.preview_url if is_playable else "",
    )  # fmt: skip


def _line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:CHARS]
