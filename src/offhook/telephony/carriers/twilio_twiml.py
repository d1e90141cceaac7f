"""TwiML: what Twilio is told to do with a call. Built by an XML library: nothing that a caller sent breaks out."""

import re
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

CONTENT_TYPE: Final = "text/xml; charset=utf-8"
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to carry (section 2.2); they are left out."""
SHORTEST_RING_S: Final = 5
LONGEST_RING_S: Final = 600
"""`<Dial timeout>` is whole seconds, 30 unless it is told (protocol notes, 1.3 and 1.10)."""
SAY_LIMIT: Final = 4096
"""`<Say>` takes no more characters (Twilio, TwiML for Say)."""


@dataclass(frozen=True, slots=True)
class StreamAddresses:
    """Where Twilio turns to for the media of a call; each absolute, the first wss, without a query."""

    media: str
    status: str
    after: str
    """Asked what to do next when the stream has ended or could not be made."""


def connect_stream(addresses: StreamAddresses, token: str) -> bytes:
    """Connect the call's audio to us, both ways; `token` comes back in the stream's `start`.

    The redirect after the stream is the rescue: without a verb there the call would end without a word when our
    socket does, and a pause would leave the caller in silence.
    """
    response = Element("Response")
    connect = SubElement(response, "Connect")
    stream = SubElement(
        connect,
        "Stream",
        {"url": _clean(addresses.media), "statusCallback": _clean(addresses.status), "statusCallbackMethod": "POST"},
    )
    SubElement(stream, "Parameter", {"name": "token", "value": _clean(token)})
    SubElement(response, "Redirect", {"method": "POST"}).text = _clean(addresses.after)
    return _document(response)


def say_and_hang_up(text: str, language: str = "en-US") -> bytes:
    """Say a sentence with the carrier's own voice, then end the call."""
    response = Element("Response")
    SubElement(response, "Say", {"language": _clean(language)}).text = _clean(text)[:SAY_LIMIT]
    SubElement(response, "Hangup")
    return _document(response)


def ask_for_key(text: str, action: str, language: str = "en-US") -> bytes:
    """Ask the caller to press a key; `action` is told which, or after a few seconds that there was none."""
    response = Element("Response")
    attributes = {
        "input": "dtmf", "numDigits": "1", "timeout": "6", "action": _clean(action), "method": "POST",
        "actionOnEmptyResult": "true",
    }  # fmt: skip
    asked = SubElement(response, "Gather", attributes)
    SubElement(asked, "Say", {"language": _clean(language)}).text = _clean(text)[:SAY_LIMIT]
    return _document(response)


def dial(number: str, caller_id: str = "") -> bytes:
    """Connect the caller to another telephone and end the call after that."""
    response = Element("Response")
    attributes = {"answerOnBridge": "true"} | ({"callerId": _clean(caller_id)} if caller_id else {})
    connected = SubElement(response, "Dial", attributes)
    SubElement(connected, "Number").text = _clean(number)
    SubElement(response, "Hangup")
    return _document(response)


def transfer(number: str, action: str, ring_s: float) -> bytes:
    """Connect the caller to another telephone or SIP address; what became of it is posted to `action`.

    With `action` its answer replaces the rest of the document, which therefore has none (protocol notes, 1.3). The
    caller hears the ringing of the other side (`answerOnBridge`) and shows with the number that it called from.
    """
    response = Element("Response")
    timeout = min(max(round(ring_s), SHORTEST_RING_S), LONGEST_RING_S)
    attributes = {"action": _clean(action), "method": "POST", "timeout": str(timeout), "answerOnBridge": "true"}
    connected = SubElement(response, "Dial", attributes)
    noun = "Sip" if number.lower().startswith(("sip:", "sips:")) else "Number"
    SubElement(connected, noun).text = _clean(number)
    return _document(response)


def hang_up() -> bytes:
    """End the call."""
    response = Element("Response")
    SubElement(response, "Hangup")
    return _document(response)


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _document(response: Element) -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>' + tostring(response, encoding="unicode").encode()
