"""Azure Speech on a port of this machine: `/cognitiveservices/v1`, SSML in, the talking tape as mu-law out."""

import hmac
import re
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from offhook.audio.frames import SAMPLE_RATE
from offhook.simulator.vendors.sound import WAV_HEADER, Sound, SoundRefused, SoundRequest, SoundServer

SSML: Final = "http://www.w3.org/2001/10/synthesis"
MSTTS: Final = "https://www.w3.org/2001/mstts"
XML_LANG: Final = "http://www.w3.org/XML/1998/namespace lang"
ELEMENTS: Final = {
    f"{SSML} {name}"
    for name in ("speak", "voice", "prosody", "lang", "phoneme", "sub", "break", "p", "s", "emphasis", "say-as")
}
ELEMENTS.update(f"{MSTTS} {name}" for name in ("express-as", "silence"))
FORMATS: Final = {"raw-8khz-8bit-mono-mulaw": b"", "riff-8khz-8bit-mono-mulaw": WAV_HEADER}
"""Those that it speaks, with what comes in front."""
VOICE: Final = re.compile(r"[a-z]{2,3}-[A-Z]{2}-[A-Za-z]+(?:Neural(?:HD)?|:DragonHD\w*)")
FEW_ELEMENTS: Final = re.compile(r":DragonHD|HD$")
"""Voices that know neither styles nor silence."""
LOCALE: Final = re.compile(r"[a-z]{2,3}-(?:[A-Z][a-z]{3}-)?[A-Z]{2}(?:-[a-z]+)?")
_SPOKEN: Final = frozenset("audio break phoneme prosody say-as sub".split())
CONTENT: Final = {
    "speak": frozenset({"voice"}),
    "voice": _SPOKEN | {"lang", "p", "s", "emphasis", "express-as", "silence"},
    "lang": _SPOKEN | {"lang", "p", "s", "emphasis", "express-as", "silence"},
    "express-as": _SPOKEN | {"lang", "emphasis"},
    "prosody": _SPOKEN | {"p", "s"},
    "p": _SPOKEN | {"express-as", "s"},
    "s": _SPOKEN | {"express-as"},
}
"""What may stand in what, as the vendor's page on the structure of documents has it; in all others only text may."""
SILENCES: Final = frozenset(
    f"{place}{exact}" for place in ("Leading", "Tailing", "Sentenceboundary") for exact in ("", "-exact")
)
MILLISECONDS: Final = re.compile(r"(\d{1,5})ms")
LONGEST_SILENCE_MS: Final = 20_000
LONGEST: Final = 64 * 1024
LONGEST_AGENT: Final = 255


class AzureServer(SoundServer):
    """As strict as the vendor, and as short of words: its refusals are a status and nothing else."""

    name = "azure"
    key = "azure-stand-in"
    tail_s = 0.8
    """Everything ends with as much silence, unless the document says otherwise."""

    @property
    def base_url(self) -> str:
        """For the provider's block."""
        return self.address

    def refusal(self, status: int) -> SoundRefused:
        """A bare status."""
        return SoundRefused(status)

    def headers(self, number: int) -> list[tuple[str, str]]:
        """The request's id."""
        return [("X-RequestId", f"{number:032x}")]

    def sound(self, request: SoundRequest) -> Sound:
        """The text of the document, spoken."""
        headers = request.headers
        if (request.method, request.path) != ("POST", "/cognitiveservices/v1"):
            raise SoundRefused(404)
        if not hmac.compare_digest(headers.get("ocp-apim-subscription-key", "").encode(), self.key.encode()):
            raise SoundRefused(401)
        if headers.get("content-type", "").partition(";")[0] != "application/ssml+xml":
            raise SoundRefused(415)
        header = FORMATS.get(headers.get("x-microsoft-outputformat", ""))
        agent = headers.get("user-agent", "")
        if header is None or not 0 < len(agent) < LONGEST_AGENT or len(request.body) > LONGEST:
            raise SoundRefused(400)
        document = read(request.body)
        request.text = document.text
        return Sound("audio/basic", header + self.said(request.text, document.tail_s), SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class Document:
    """What an SSML document asks for."""

    text: str
    """As the voice reads it out."""
    tail_s: float | None
    """Silence behind it, where the document says so."""


def read(document: bytes) -> Document:
    """Raises `SoundRefused` as the vendor does."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.begin, reader.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reader.text, reader.doctype
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise SoundRefused(400) from error
    said = " ".join("".join(reader.said).split())
    if not said:
        raise SoundRefused(400)
    return Document(said, reader.tail_s)


class _Reader:
    """Takes a document apart and refuses what is not SSML."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.tail_s: float | None = None
        self._open: list[str] = []
        self._voice = ""
        self._alias = ""
        """Said in place of the text inside."""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        parent, plain = self._open[-1] if self._open else "", name.rpartition(" ")[2]
        self._open.append(plain)
        if name not in ELEMENTS or (plain not in CONTENT.get(parent, ()) if parent else plain != "speak"):
            raise SoundRefused(400)
        if plain in ("speak", "lang") and not LOCALE.fullmatch(attributes.get(XML_LANG, "")):
            raise SoundRefused(400)
        if plain == "speak" and attributes.get("version") != "1.0":
            raise SoundRefused(400)
        if plain == "voice":
            self._voice = attributes.get("name", "")
            if not VOICE.fullmatch(self._voice):
                raise SoundRefused(400)
        if plain in ("silence", "express-as") and FEW_ELEMENTS.search(self._voice):
            raise SoundRefused(400)
        if plain == "silence":
            self._silence(attributes.get("type", ""), attributes.get("value", ""))
        if plain == "sub":
            self._alias = attributes.get("alias", "")
            self.said.append(self._alias)

    def _silence(self, kind: str, value: str) -> None:
        found = MILLISECONDS.fullmatch(value)
        if kind not in SILENCES or found is None or int(found[1]) > LONGEST_SILENCE_MS:
            raise SoundRefused(400)
        if kind == "Tailing-exact":
            self.tail_s = int(found[1]) / 1000

    def end(self, name: str) -> None:
        self._open.pop()
        if name.endswith(" sub"):
            self._alias = ""

    def text(self, text: str) -> None:
        if not self._alias:
            self.said.append(text)
        if text.strip() and "voice" not in self._open:
            raise SoundRefused(400)

    def doctype(self, *_: object) -> None:
        raise SoundRefused(400)
