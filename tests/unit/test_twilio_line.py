"""A Twilio call as a line: what is sent over REST, and what becomes of refusals."""

import asyncio
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest

from offhook.errors import CarrierRefused, OffhookError, ProviderRefused, ProviderTimeout, ProviderUnavailable
from offhook.telephony.carriers.twilio_line import TOOL_CALL_LIMIT, TwilioLines
from offhook.telephony.facts import CallFacts

FACTS = CallFacts("CA1", "+15005550006", "+15005550001", "inbound", "https://seen.example.test")


@dataclass
class Control:
    """Keeps what it is asked, or fails."""

    error: OffhookError | None = None
    redirected: list[tuple[str, ElementTree.Element]] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)

    async def hang_up(self, call_sid: str) -> None:
        self.hung_up.append(call_sid)
        if self.error is not None:
            raise self.error

    async def redirect_call(self, call_sid: str, twiml: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.redirected.append((call_sid, ElementTree.fromstring(twiml)))  # noqa: S314 (our own document)


def transfer(control: Control, call: str = "t1", number: str = "+15005550009", ring_s: float = 25.0) -> None:
    asyncio.run(TwilioLines(control, "https://public.example.test")(FACTS).transfer(call, number, ring_s))


@pytest.mark.parametrize("call", ["t1", "call_ä/&=?#%20 \"<x>'", "x" * TOOL_CALL_LIMIT])
def test_a_transfer_dials_and_names_the_tool_call_in_the_action(call: str) -> None:
    control = Control()
    transfer(control, call)
    ((sid, document),) = control.redirected
    assert sid == "CA1"
    assert [element.tag for element in document.iter()] == ["Response", "Dial", "Number"]
    dial = document.find("Dial")
    assert dial is not None
    attributes = dict(dial.attrib)
    action = urlsplit(attributes.pop("action"))
    assert attributes == {"method": "POST", "timeout": "25", "answerOnBridge": "true"}
    assert f"{action.scheme}://{action.netloc}{action.path}" == "https://public.example.test/twilio/transfer-ended"
    assert parse_qsl(action.query, strict_parsing=True) == [("call", call)]
    assert action.fragment == ""
    assert document.findtext("Dial/Number") == "+15005550009"


@pytest.mark.parametrize(("ring_s", "timeout"), [(0.0, "5"), (-3, "5"), (19.6, "20"), (1e9, "600")])
def test_the_ring_keeps_to_what_the_carrier_takes(ring_s: float, timeout: str) -> None:
    control = Control()
    transfer(control, ring_s=ring_s)
    dial = control.redirected[0][1].find("Dial")
    assert dial is not None
    assert dial.get("timeout") == timeout


@pytest.mark.parametrize("number", ["sip:sales@pbx.example.test;transport=tls", "SIPS:a@b"])
def test_a_sip_address_is_dialled_as_one(number: str) -> None:
    control = Control()
    transfer(control, number=number)
    assert control.redirected[0][1].findtext("Dial/Sip") == number


@pytest.mark.parametrize(
    "number", ["", "911", "+0123456789", "+15005550009x", "sip:", "tel:+1500", "sip:a b", "client:x"]
)
def test_what_cannot_be_dialled_is_refused_before_the_carrier(number: str) -> None:
    control = Control()
    with pytest.raises(ProviderRefused, match=r"E\.164"):
        transfer(control, number=number)
    assert control.redirected == []


@pytest.mark.parametrize("call", ["", "x" * (TOOL_CALL_LIMIT + 1)])
def test_an_id_that_does_not_fit_is_refused(call: str) -> None:
    with pytest.raises(ProviderRefused):
        transfer(Control(), call)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (CarrierRefused("no (21220)"), ProviderRefused),
        (ProviderUnavailable("429"), ProviderUnavailable),
        (ProviderTimeout("nobody knows"), ProviderTimeout),
    ],
)
def test_failures_say_whether_something_may_have_changed(error: OffhookError, expected: type[OffhookError]) -> None:
    with pytest.raises(expected, match=str(error).partition(" ")[0]):
        transfer(Control(error))


@pytest.mark.parametrize("error", [None, CarrierRefused("no"), ProviderTimeout("late")])
def test_hanging_up_never_raises(error: OffhookError | None) -> None:
    control = Control(error)
    asyncio.run(TwilioLines(control)(FACTS).hang_up())
    assert control.hung_up == ["CA1"]


def test_what_a_line_can_do_without_credentials_or_an_address() -> None:
    assert TwilioLines(Control())(FACTS).can_transfer
    assert TwilioLines(Control(), "https://a.test")(CallFacts("CA1")).can_transfer
    for lines, facts in ((TwilioLines(None, "https://a.test"), FACTS), (TwilioLines(Control()), CallFacts("CA1"))):
        line = lines(facts)
        assert not line.can_transfer
        asyncio.run(line.hang_up())
        with pytest.raises(ProviderRefused):
            asyncio.run(line.transfer("t1", "+15005550009", 20.0))


def test_the_address_is_the_settings_or_what_the_carrier_used() -> None:
    control = Control()
    asyncio.run(TwilioLines(control)(FACTS).transfer("t1", "+15005550009", 20.0))
    dial = control.redirected[0][1].find("Dial")
    assert dial is not None
    assert dial.get("action") == "https://seen.example.test/twilio/transfer-ended?call=t1"
