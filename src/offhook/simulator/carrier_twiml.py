"""TwiML as the carrier reads it: strictly. What it does not know is an error, not something to be skipped.

Attributes and nesting are those of Twilio's TwiML reference, as far as this project's calls can meet them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

DOCUMENT_LIMIT: Final = 64 * 1024
NOT_XML: Final = 12100
NOT_TWIML: Final = 12200
NOT_TEXT_XML: Final = 12300
SAY_LIMIT: Final = 4096
PARAMETER_LIMIT: Final = 500
INVALID_NUMBER: Final = 13224
LONGEST_RING_S: Final = 600
LONGEST_CALL_S: Final = 4 * 3600


class TwimlError(ValueError):
    """The document cannot be executed; `code` is Twilio's."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verb:
    """One element."""

    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple["Verb", ...]


@dataclass(frozen=True, slots=True)
class _Form:
    """What an element may have."""

    attributes: str = ""
    children: str = ""
    needs: str = ""
    has_text: bool = False


_CALLBACKS: Final = "statusCallback statusCallbackMethod statusCallbackEvent"
_DIAL: Final = (
    "action method timeout hangupOnStar timeLimit callerId record trim recordingStatusCallback "
    "recordingStatusCallbackMethod recordingStatusCallbackEvent recordingTrack answerOnBridge ringTone sequential "
    "referUrl referMethod events"
)
_FORMS: Final[dict[str, _Form]] = {
    "Response": _Form(children="Connect Start Stop Dial Say Play Pause Redirect Hangup Leave Reject"),
    "Connect": _Form("action method", "Stream", needs="Stream"),
    "Start": _Form("", "Stream", needs="Stream"),
    "Stop": _Form("", "Stream"),
    "Stream": _Form(
        "url name track connectorName audioFormat sampleRate statusCallback statusCallbackMethod", "Parameter"
    ),
    "Parameter": _Form("name value"),
    "Dial": _Form(_DIAL, "Number Sip", has_text=True),
    "Number": _Form("sendDigits url method byoc " + _CALLBACKS, has_text=True),
    "Sip": _Form("username password url method " + _CALLBACKS, has_text=True),
    "Say": _Form("voice loop language", has_text=True),
    "Play": _Form("loop digits", has_text=True),
    "Pause": _Form("length"),
    "Redirect": _Form("method", has_text=True),
    "Hangup": _Form(),
    "Leave": _Form(),
    "Reject": _Form("reason"),
}


def parse(document: bytes, content_type: str = "text/xml") -> tuple[Verb, ...]:
    """The verbs of a document, top to bottom. Raises `TwimlError`."""
    if content_type.partition(";")[0].strip().lower() not in ("text/xml", "application/xml"):
        raise TwimlError(NOT_TEXT_XML, f"content type {content_type!r} instead of text/xml")
    if len(document) > DOCUMENT_LIMIT:
        raise TwimlError(NOT_XML, f"{len(document)} bytes, at most {DOCUMENT_LIMIT}")
    if b"<!" in document.replace(b"<!--", b""):
        raise TwimlError(NOT_XML, "a document type is not allowed")
    try:
        # No document type, hence no entities: nothing to blow up; and the server under test is the owner's own.
        root = fromstring(document)  # noqa: S314
    except (ParseError, ValueError) as error:
        raise TwimlError(NOT_XML, f"not XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(NOT_TWIML, f"the root is <{root.tag}> instead of <Response>")
    return _verb(root).children


def streams(verbs: tuple[Verb, ...]) -> Iterator[Verb]:
    """Every `<Stream>` in a document."""
    for verb in verbs:
        if verb.name == "Stream":
            yield verb
        yield from streams(verb.children)


def _verb(element: Element) -> Verb:
    form = _FORMS.get(element.tag)
    if form is None:
        raise TwimlError(NOT_TWIML, f"there is no verb <{element.tag}>")
    strange = set(element.attrib) - set(form.attributes.split())
    if strange:
        raise TwimlError(NOT_TWIML, f"<{element.tag}> has no attribute {sorted(strange)[0]!r}")
    for child in element:
        if child.tag not in form.children.split():
            raise TwimlError(NOT_TWIML, f"<{child.tag}> does not belong into <{element.tag}>")
    if form.needs and not any(child.tag == form.needs for child in element):
        raise TwimlError(NOT_TWIML, f"<{element.tag}> needs <{form.needs}>")
    loose = [element.text or "", *(child.tail or "" for child in element)]
    text = "".join(loose).strip()
    if text and not form.has_text:
        raise TwimlError(NOT_TWIML, f"<{element.tag}> holds the text {text[:40]!r}")
    verb = Verb(element.tag, dict(element.attrib), text, tuple(_verb(child) for child in element))
    _check(verb)
    return verb


def _check(verb: Verb) -> None:
    attributes = verb.attributes
    if verb.name == "Parameter":
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if not name or len(name) + len(value) >= PARAMETER_LIMIT:
            raise TwimlError(NOT_TWIML, f"<Parameter> {name[:40]!r} needs a name, and both under 500 characters")
    elif verb.name == "Stream" and not attributes.get("url"):
        raise TwimlError(NOT_TWIML, "<Stream> needs a url")
    elif verb.name == "Redirect" and not verb.text:
        raise TwimlError(NOT_TWIML, "<Redirect> needs an address")
    elif verb.name == "Say" and len(verb.text) > SAY_LIMIT:
        raise TwimlError(NOT_TWIML, f"<Say> holds {len(verb.text)} characters, at most {SAY_LIMIT}")
    elif verb.name == "Pause" and not attributes.get("length", "1").isdigit():
        raise TwimlError(NOT_TWIML, "<Pause> needs a length in whole seconds")
    elif verb.name == "Dial":
        _check_dial(verb)
    if attributes.get("method", "POST").upper() not in ("POST", "GET"):
        raise TwimlError(NOT_TWIML, f"<{verb.name}> has a method that is neither POST nor GET")


def _check_dial(verb: Verb) -> None:
    """Who is dialled must be somebody (13224: an invalid number); Twilio's own words for numbers are E.164."""
    if not verb.text and not verb.children:
        raise TwimlError(NOT_TWIML, "<Dial> needs somebody to dial")
    for name, least, most in (("timeout", 1, LONGEST_RING_S), ("timeLimit", 1, LONGEST_CALL_S)):
        value = verb.attributes.get(name, str(least))
        if not value.isdecimal() or not least <= int(value) <= most:
            raise TwimlError(NOT_TWIML, f"<Dial> has a {name} of {value!r}, not {least} to {most}")
    numbers = [verb.text] if verb.text else []
    numbers += [child.text for child in verb.children if child.name == "Number"]
    for number in numbers:
        if not re.fullmatch(r"\+?[0-9]{3,15}", number):
            raise TwimlError(INVALID_NUMBER, f"<Dial> cannot dial {number[:40]!r}")
    for child in verb.children:
        if child.name == "Sip" and not re.match("sips?:", child.text, re.IGNORECASE):
            raise TwimlError(INVALID_NUMBER, f"<Sip> holds {child.text[:40]!r}, which is no SIP address")
