"""The simulated account's numbers, with their settings (Twilio: "IncomingPhoneNumber"), as strict as the carrier."""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

_NAMES: Final = {
    "FriendlyName": "friendly_name", "VoiceUrl": "voice_url", "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url", "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback", "StatusCallbackMethod": "status_callback_method",
    "VoiceApplicationSid": "voice_application_sid", "TrunkSid": "trunk_sid", "VoiceReceiveMode": "voice_receive_mode",
    "SmsUrl": "sms_url",
}  # fmt: skip
_ADDRESSES: Final = ("VoiceUrl", "VoiceFallbackUrl", "StatusCallback", "SmsUrl")
_METHODS: Final = ("VoiceMethod", "VoiceFallbackMethod", "StatusCallbackMethod")
INVALID_URL: Final = 21502
INVALID_METHOD: Final = 21503
INVALID_PARAMETER: Final = 20001


class NumberRefused(ValueError):
    """The change is not made; `code` is Twilio's."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def _fresh() -> dict[str, str]:
    return {
        "friendly_name": "", "voice_url": "https://demo.twilio.com/welcome/voice/", "voice_method": "POST",
        "voice_fallback_url": "", "voice_fallback_method": "POST", "status_callback": "",
        "status_callback_method": "POST", "voice_application_sid": "", "trunk_sid": "", "voice_receive_mode": "voice",
        "sms_url": "https://demo.twilio.com/welcome/sms/reply",
    }  # fmt: skip


@dataclass(slots=True)
class OwnedNumber:
    """A number of the account."""

    sid: str
    number: str
    takes_calls: bool = True
    settings: dict[str, str] = field(default_factory=_fresh)

    def change(self, form: dict[str, list[str]]) -> None:
        """All of it or nothing. Raises `NumberRefused`."""
        settings = dict(self.settings)
        for name, values in form.items():
            value = values[0]
            if name not in _NAMES:
                raise NumberRefused(INVALID_PARAMETER, f"{name} is not a parameter of a number")
            if name in _ADDRESSES and value and not _is_address(value):
                raise NumberRefused(INVALID_URL, f"{name} is not valid: {value}")
            if name in _METHODS and value not in ("GET", "POST"):
                raise NumberRefused(INVALID_METHOD, f"{name} is not valid: {value}")
            settings[_NAMES[name]] = value
            # A trunk takes the application away, and the other way round (Twilio: "IncomingPhoneNumber", TrunkSid).
            if name in ("TrunkSid", "VoiceApplicationSid") and value:
                settings["voice_application_sid" if name == "TrunkSid" else "trunk_sid"] = ""
        self.settings = settings

    def document(self, account_sid: str) -> dict[str, Any]:
        """As Twilio writes it: what is not set is null here and empty there."""
        empty = {name: value or None for name, value in self.settings.items() if name.endswith("_sid")}
        return {
            "sid": self.sid, "account_sid": account_sid, "phone_number": self.number,
            "capabilities": {"voice": self.takes_calls, "sms": True, "mms": False, "fax": False},
            **self.settings, **empty,
            "uri": f"/2010-04-01/Accounts/{account_sid}/IncomingPhoneNumbers/{self.sid}.json",
        }  # fmt: skip


@dataclass(slots=True)
class OwnedNumbers:
    """All numbers of an account."""

    by_sid: dict[str, OwnedNumber] = field(default_factory=dict)

    def add(self, number: str, *, takes_calls: bool = True, **settings: str) -> OwnedNumber:
        """The account buys a number."""
        sid = f"PN{len(self.by_sid) + 1:032x}"
        owned = self.by_sid[sid] = OwnedNumber(sid, number, takes_calls)
        owned.settings |= settings
        return owned

    def find(self, number: str) -> OwnedNumber | None:
        """The number (E.164), if the account has it."""
        return next((one for one in self.by_sid.values() if one.number == number), None)

    def page(self, query: dict[str, list[str]], account_sid: str) -> dict[str, Any]:
        """A part of the list: those that contain the digits that are asked for."""
        wanted = query.get("PhoneNumber", [""])[0].lstrip("+")
        size, start = int(query.get("PageSize", ["50"])[0]), int(query.get("Page", ["0"])[0])
        found = [one for one in self.by_sid.values() if wanted in one.number]
        part = found[start * size : (start + 1) * size]
        path = f"/2010-04-01/Accounts/{account_sid}/IncomingPhoneNumbers.json?PageSize={size}"
        follows = f"{path}&Page={start + 1}&PageToken=PA{part[-1].sid}" if len(found) > (start + 1) * size else None
        return {
            "incoming_phone_numbers": [one.document(account_sid) for one in part],
            "page": start, "page_size": size, "next_page_uri": follows, "uri": path,
        }  # fmt: skip


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in (parts.hostname or "")
