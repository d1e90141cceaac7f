"""An account's telephone numbers at Twilio: what it has, and where each one turns to (Twilio: "IncomingPhoneNumber").

Of a number's settings only those are touched that say where its calls go. An application, a trunk or a fax machine that
a number is given to wins over its addresses, so these are taken away, and put back with the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import msgspec

from offhook.errors import ProtocolViolation
from offhook.telephony.carriers.twilio_paths import AFTER_STREAM_PATH, STATUS_PATH, VOICE_PATH, address
from offhook.telephony.carriers.twilio_rest import TwilioRest

PAGE: Final = 1000
MOST_PAGES: Final = 5
"""Numbers are listed up to five thousand of an account."""

_FIELDS: Final[Mapping[str, str]] = {
    "voice_url": "VoiceUrl",
    "voice_method": "VoiceMethod",
    "voice_fallback_url": "VoiceFallbackUrl",
    "voice_fallback_method": "VoiceFallbackMethod",
    "status_callback": "StatusCallback",
    "status_callback_method": "StatusCallbackMethod",
    "voice_application_sid": "VoiceApplicationSid",
    "trunk_sid": "TrunkSid",
    "voice_receive_mode": "VoiceReceiveMode",
}
"""Of the settings: Twilio's names in its answers, and in what it is asked."""
SETTINGS: Final = tuple(_FIELDS)
_ADDRESSES: Final = ("voice_url", "voice_fallback_url", "status_callback")


class TwilioAccountState(msgspec.Struct, frozen=True):
    """What Twilio says of an account as a whole."""

    status: str = ""
    """`active`, `suspended`, `closed`."""
    type: str = ""
    """`Trial` or `Full`."""
    friendly_name: str = ""


class TwilioNumber(msgspec.Struct, frozen=True):
    """A number as Twilio has it."""

    sid: str
    phone_number: str
    friendly_name: str | None = None
    capabilities: dict[str, bool] = {}
    voice_url: str | None = None
    voice_method: str | None = None
    voice_fallback_url: str | None = None
    voice_fallback_method: str | None = None
    status_callback: str | None = None
    status_callback_method: str | None = None
    voice_application_sid: str | None = None
    trunk_sid: str | None = None
    voice_receive_mode: str | None = None

    @property
    def takes_calls(self) -> bool:
        """It is no number for messages alone."""
        return self.capabilities.get("voice", True)

    def settings(self) -> dict[str, str]:
        """Where its calls go. Twilio writes nothing as null or as an empty text."""
        found = {name: value or "" for name, value in msgspec.structs.asdict(self).items() if name in _FIELDS}
        return found | {"voice_receive_mode": self.voice_receive_mode or "voice"}


class _Numbers(msgspec.Struct, frozen=True):
    incoming_phone_numbers: list[TwilioNumber]
    next_page_uri: str | None = None


def wanted_settings(public_url: str) -> dict[str, str]:
    """What a number of ours has at Twilio."""
    return {
        "voice_url": address(public_url, VOICE_PATH),
        "voice_method": "POST",
        "voice_fallback_url": address(public_url, AFTER_STREAM_PATH),
        "voice_fallback_method": "POST",
        "status_callback": address(public_url, STATUS_PATH),
        "status_callback_method": "POST",
        "voice_application_sid": "",
        "trunk_sid": "",
        "voice_receive_mode": "voice",
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not as it should be."""

    setting: str
    wanted: str
    found: str


def differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[Difference]:
    """What of `wanted` is otherwise in `found`."""
    return [Difference(name, value, found.get(name, "")) for name, value in wanted.items() if found.get(name) != value]


def before_us(found: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """What is to be put back one day: what was there, but for our own addresses, which were there once before."""
    ours = {wanted[name] for name in _ADDRESSES}
    return {name: "" if found.get(name) in ours else found.get(name, "") for name in SETTINGS}


def put_back(found: Mapping[str, str], wanted: Mapping[str, str], previous: Mapping[str, str]) -> dict[str, str]:
    """What to write so that the number is as it was before us. What others have changed since then stays theirs."""
    ours = [name for name in SETTINGS if found.get(name, "") == wanted[name] and name in previous]
    return {name: previous[name] for name in ours if previous[name] != found.get(name, "")}


class TwilioNumbers:
    """The numbers of one account. All methods raise as `TwilioRest` does."""

    def __init__(self, rest: TwilioRest) -> None:
        self._rest = rest

    async def account(self) -> TwilioAccountState:
        """The account itself: the harmless question that tells whether the keys are right."""
        return await self._rest.read(".json", TwilioAccountState)

    async def every(self) -> Sequence[TwilioNumber]:
        """The account's numbers, `PAGE * MOST_PAGES` at most."""
        found: list[TwilioNumber] = []
        path: str | None = f"/IncomingPhoneNumbers.json?PageSize={PAGE}"
        for _ in range(MOST_PAGES):
            if path is None:
                break
            page = await self._rest.read(path, _Numbers)
            found += page.incoming_phone_numbers
            path = page.next_page_uri
            if path is not None and not path.startswith("/2010-04-01/"):
                raise ProtocolViolation("Twilio names a next page that is not its own", provider="twilio")
        return found

    async def find(self, number: str) -> TwilioNumber | None:
        """The number (E.164), if the account has it."""
        query = urlencode({"PhoneNumber": number, "PageSize": "20"})
        page = await self._rest.read(f"/IncomingPhoneNumbers.json?{query}", _Numbers)
        # Twilio finds numbers that contain these digits as well.
        return next((one for one in page.incoming_phone_numbers if one.phone_number == number), None)

    async def read(self, sid: str) -> TwilioNumber:
        """The number by Twilio's id. Raises `CarrierUnknown` when the account has it no more."""
        return await self._rest.read(f"/IncomingPhoneNumbers/{sid}.json", TwilioNumber)

    async def write(self, sid: str, settings: Mapping[str, str]) -> TwilioNumber:
        """Set some of the settings; the number as Twilio has it then."""
        form = {_FIELDS[name]: value for name, value in settings.items()}
        # A trunk and an application exclude each other: to name the one, even as nothing, would take the other away.
        for one, other in (("TrunkSid", "VoiceApplicationSid"), ("VoiceApplicationSid", "TrunkSid")):
            if form.get(one) and not form.get(other, "x"):
                del form[other]
        return await self._rest.write(f"/IncomingPhoneNumbers/{sid}.json", form, TwilioNumber)
