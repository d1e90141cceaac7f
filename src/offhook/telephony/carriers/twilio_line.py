"""A Twilio call as a line: hung up and transferred over REST, whatever media connection carries it.

A cold transfer replaces what the call does now by a `<Dial>` with an `action`: the media stream gets its `stop`
(protocol notes, 1.8), the other side rings, and when that is over Twilio asks the action what follows (notes, 1.3).
"""

import logging
import re
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote

from offhook.errors import CarrierRefused, OffhookError, ProviderRefused
from offhook.telephony.carriers import twilio_twiml as twiml
from offhook.telephony.carriers.twilio_paths import TRANSFER_ENDED_PATH
from offhook.telephony.facts import CallFacts
from offhook.telephony.line import Line

_logger: Final = logging.getLogger("offhook.twilio")

TOOL_CALL_LIMIT: Final = 200
"""Characters of a tool call's id: it travels in an address."""
_DESTINATION: Final = re.compile(r"\+[1-9][0-9]{6,14}|sips?:[^\s<>\"]{1,250}", re.IGNORECASE)


class CallControl(Protocol):
    """What a line needs of the carrier's REST side; `twilio_rest.TwilioRest` is one. Bounded in time."""

    async def hang_up(self, call_sid: str) -> None:
        """End a call; one that is over counts as ended. Raises `OffhookError`."""

    async def redirect_call(self, call_sid: str, twiml: bytes) -> None:
        """Replace what the call does, at most once.

        Raises `CarrierRefused` or `ProviderUnavailable` when nothing has changed, `ProviderTimeout` when nobody knows.
        """


@dataclass(frozen=True, slots=True)
class TwilioLines:
    """Makes the line of a call. Without a `control`, so without credentials, lines can do nothing by themselves."""

    control: CallControl | None
    public_url: str = ""
    """Where Twilio reaches us; empty: as it did for the call's first webhook."""

    def __call__(self, facts: CallFacts) -> Line:
        """The line of this call."""
        return TwilioLine(self.control, facts.call_sid, self.public_url or facts.origin)


@dataclass(frozen=True, slots=True)
class TwilioLine:
    """One call (`telephony.line.Line`)."""

    control: CallControl | None
    call_sid: str
    origin: str

    @property
    def can_transfer(self) -> bool:
        """With credentials, and an address for Twilio to come back to."""
        return self.control is not None and bool(self.origin)

    async def hang_up(self) -> None:
        """End the call over REST. Without credentials, or when that fails, closing the leg ends it as well.

        Twilio then asks what follows the stream, and the answer hangs up.
        """
        if self.control is None:
            return
        try:
            await self.control.hang_up(self.call_sid)
        except OffhookError as error:
            _logger.warning("> %s  hanging up over REST failed: %s", self.call_sid, error)

    async def transfer(self, call: str, number: str, ring_s: float) -> None:
        """Dial `number`, an E.164 number or a SIP address. Raises `ProviderRefused` or `ProviderUnavailable`.

        Raises `ProviderTimeout` when nobody knows whether Twilio has begun: then the leg may still come off, and
        `TransferEnded` may come. Never tried again by itself, or the telephone there would ring twice.
        """
        if self.control is None or not self.origin:
            raise ProviderRefused("a transfer needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", provider="twilio")
        if not _DESTINATION.fullmatch(number):
            raise ProviderRefused("the number of the transfer is neither E.164 nor a SIP address", provider="twilio")
        if not 0 < len(call) <= TOOL_CALL_LIMIT:
            raise ProviderRefused(f"the tool call's id has {len(call)} characters", provider="twilio")
        # The query is signed with the rest of the address (protocol notes, 1.9).
        action = f"{self.origin}{TRANSFER_ENDED_PATH}?call={quote(call, safe='')}"
        try:
            await self.control.redirect_call(self.call_sid, twiml.transfer(number, action, ring_s))
        except CarrierRefused as refused:
            raise ProviderRefused(str(refused), provider="twilio") from refused
        _logger.info("> %s  transfer begins, rings for %.0f s", self.call_sid, ring_s)
