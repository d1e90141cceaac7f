"""Azure Speech on a port of this machine: `/cognitiveservices/v1`, SSML in, the talking tape as mu-law out."""

import hmac
import re
from typing import Final
from xml.parsers import expat

from offhook.audio.frames import SAMPLE_RATE
from offhook.simulator.vendors.sound import WAV_HEADER, Sound, SoundRefused, SoundRequest, SoundServer

SSML: Final = "http://www.w3.org/2001/10/synthesis"
MSTTS: Final = "https://www.w3.org/2001/mstts"
XML_LANG: Final = "http://www.w3.org/XML/1998/namespace lang"
ELEMENTS: Final = {
    f"{SSML} {name}" for name in ("speak", "voice", "prosody", "lang", "phoneme", "sub", "break", "p", "s")
}
ELEMENTS.update(f"{MSTTS} {name}" for name in ("express-as", "silence"))
FORMATS: Final = {"raw-8khz-8bit-mono-mulaw": b"", "riff-8khz-8bit-mono-mulaw": WAV_HEADER}
"""Those that it speaks, with what comes in front."""
VOICE: Final = re.compile(r"[a-z]{2,3}-[A-Z]{2}-[A-Za-z]+(?:Neural|:DragonHD\w*)")
LONGEST: Final = 64 * 1024
LONGEST_AGENT: Final = 255


class AzureServer(SoundServer):
    """As strict as the vendor, and as short of words: its refusals are a status and nothing else."""

    name = "azure"
    key = "azure-stand-in"

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
        request.text = spoken_text(request.body)
        return Sound("audio/basic", header + self.said(request.text), SAMPLE_RATE)


def spoken_text(document: bytes) -> str:
    """What an SSML document says, as the voice reads it out. Raises `SoundRefused` as the vendor does."""
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
    return said


class _Reader:
    """Takes a document apart and refuses what is not SSML."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._open: list[str] = []
        self._alias = ""
        """Said in place of the text inside."""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        is_root, inside = not self._open, f"{SSML} voice" in self._open
        self._open.append(name)
        if name not in ELEMENTS or is_root is not (name == f"{SSML} speak"):
            raise SoundRefused(400)
        if is_root and not (attributes.get("version") == "1.0" and attributes.get(XML_LANG)):
            raise SoundRefused(400)
        if name == f"{SSML} voice":
            if inside or not VOICE.fullmatch(attributes.get("name", "")):
                raise SoundRefused(400)
        elif not is_root and not inside:
            raise SoundRefused(400)
        if name == f"{SSML} sub":
            self._alias = attributes.get("alias", "")
            self.said.append(self._alias)

    def end(self, name: str) -> None:
        self._open.pop()
        if name == f"{SSML} sub":
            self._alias = ""

    def text(self, text: str) -> None:
        if not self._alias:
            self.said.append(text)
        if text.strip() and f"{SSML} voice" not in self._open:
            raise SoundRefused(400)

    def doctype(self, *_: object) -> None:
        raise SoundRefused(400)
