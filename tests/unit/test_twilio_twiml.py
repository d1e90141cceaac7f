"""TwiML: the documents as Twilio reads them, and nothing that breaks out of them."""

from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.telephony.carriers import twilio_twiml as twiml

ADDRESSES = twiml.StreamAddresses(
    "wss://voice.example.test/twilio/media",
    "https://voice.example.test/twilio/stream-status",
    "https://voice.example.test/twilio/after-stream",
)


def _read(document: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(document)  # noqa: S314 (our own document)


def test_a_call_is_connected_and_rescued() -> None:
    assert twiml.connect_stream(ADDRESSES, "t0k3n").decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Connect>'
        '<Stream url="wss://voice.example.test/twilio/media"'
        ' statusCallback="https://voice.example.test/twilio/stream-status" statusCallbackMethod="POST">'
        '<Parameter name="token" value="t0k3n" /></Stream></Connect>'
        '<Redirect method="POST">https://voice.example.test/twilio/after-stream</Redirect></Response>'
    )


def test_the_other_documents() -> None:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    assert twiml.hang_up().decode() == head + "<Response><Hangup /></Response>"
    assert twiml.say_and_hang_up("Bonjour à tous", "fr-FR").decode() == (
        head + '<Response><Say language="fr-FR">Bonjour à tous</Say><Hangup /></Response>'
    )
    assert twiml.dial("+15005550006", "+15005550001").decode() == (
        head + '<Response><Dial answerOnBridge="true" callerId="+15005550001"><Number>+15005550006</Number></Dial>'
        "<Hangup /></Response>"
    )


def test_a_transfer_comes_back_to_its_action() -> None:
    action = "https://voice.example.test/twilio/transfer-ended?call=t%261&x=2"
    assert twiml.transfer("+15005550006", action, 25.4).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><Response>'
        '<Dial action="https://voice.example.test/twilio/transfer-ended?call=t%261&amp;x=2" method="POST"'
        ' timeout="25" answerOnBridge="true"><Number>+15005550006</Number></Dial></Response>'
    )


def test_a_sentence_keeps_to_the_carriers_limit() -> None:
    said = _read(twiml.say_and_hang_up("a" * 10_000)).findtext("Say")
    assert said == "a" * 4096


@settings(deadline=None)
@given(text=st.text(), token=st.text())
def test_nothing_breaks_out(text: str, token: str) -> None:
    """Whatever text is put in, the document has the same elements and the text is in its place."""
    said = _read(twiml.say_and_hang_up(text))
    assert [element.tag for element in said.iter()] == ["Response", "Say", "Hangup"]
    dialled = _read(twiml.transfer(text, token, 20.0))
    noun = "Sip" if text.lower().startswith(("sip:", "sips:")) else "Number"
    assert [element.tag for element in dialled.iter()] == ["Response", "Dial", noun]
    connected = _read(twiml.connect_stream(ADDRESSES, token))
    assert [element.tag for element in connected.iter()] == ["Response", "Connect", "Stream", "Parameter", "Redirect"]
    parameter = connected.find("Connect/Stream/Parameter")
    assert parameter is not None
    printable = "".join(one for one in token if one.isprintable() and one.isascii())
    if printable == token:
        assert parameter.get("value") == token


def test_markup_is_text() -> None:
    evil = "</Say><Dial>+1900</Dial>&\"'"
    assert _read(twiml.say_and_hang_up(evil)).findtext("Say") == evil
