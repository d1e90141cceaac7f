"""What Twilio says of an account and its latest calls: by GET only (Twilio: "Account", "Call", "Recording")."""

from collections.abc import Sequence
from typing import Final, TypeVar

import httpx2
import msgspec

from offhook.errors import CarrierRefused, ProtocolViolation, ProviderTimeout, ProviderUnavailable
from offhook.settings import TWILIO_BASE_URL, Secret

T = TypeVar("T")

NAME: Final = "twilio"
TIMEOUT_S: Final = 8.0
TOO_MANY: Final = 429
SERVER_ERROR: Final = 500


class Account(msgspec.Struct, frozen=True):
    """The account itself."""

    status: str = ""
    """active, suspended or closed."""
    type: str = ""
    """Trial or Full."""


class PastCall(msgspec.Struct, frozen=True):
    """A call that is over, as far as its bill goes."""

    status: str = ""
    end_time: str | None = None
    """RFC 2822."""
    price: str | None = None
    """Null until it is known."""


class PastRecording(msgspec.Struct, frozen=True):
    """A recording of Twilio's."""

    sid: str = ""
    status: str = ""


class _Calls(msgspec.Struct, frozen=True):
    calls: list[PastCall] = []


class _Recordings(msgspec.Struct, frozen=True):
    recordings: list[PastRecording] = []


class _Problem(msgspec.Struct, frozen=True):
    message: str | None = None


class TwilioAccount:
    """Reads one account. All methods raise `CarrierRefused` or a `ProviderError`."""

    def __init__(self, account_sid: str, auth_token: Secret, base_url: str = TWILIO_BASE_URL) -> None:
        self._address = f"{base_url}/2010-04-01/Accounts/{account_sid}"
        self._auth = httpx2.BasicAuth(account_sid, auth_token.reveal())

    def __repr__(self) -> str:
        return "<TwilioAccount>"

    async def account(self) -> Account:
        """What it is."""
        return await self._read("", Account)

    async def latest_calls(self, count: int = 20) -> Sequence[PastCall]:
        """Those that are completed, the newest first."""
        return (await self._read(f"/Calls.json?Status=completed&PageSize={count}", _Calls)).calls

    async def latest_recording(self) -> PastRecording | None:
        """The newest; None when there is none."""
        found = (await self._read("/Recordings.json?PageSize=1", _Recordings)).recordings
        return found[0] if found else None

    async def recording_status(self, recording: PastRecording) -> int:
        """The status of a request for its first byte."""
        answer = await self._get(f"/Recordings/{recording.sid}.wav", {"Range": "bytes=0-0"})
        return answer.status_code

    async def _read(self, path: str, kind: type[T]) -> T:
        answer = await self._get(path or ".json", {})
        status = answer.status_code
        if status in (401, 403):
            text = f"Twilio answered {status}; check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
            raise CarrierRefused(text)
        if status == TOO_MANY or status >= SERVER_ERROR:
            raise ProviderUnavailable(f"Twilio answered {status}; try again later", provider=NAME)
        try:
            if not answer.is_success:
                problem = msgspec.json.decode(answer.content, type=_Problem).message
                raise CarrierRefused(f"Twilio answered {status}: {problem or 'no reason given'}"[:200])
            return msgspec.json.decode(answer.content, type=kind)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise ProtocolViolation(f"Twilio answered {status} with what cannot be read", provider=NAME) from error

    async def _get(self, path: str, headers: dict[str, str]) -> httpx2.Response:
        try:
            # A proxy of the environment is for what is outside this machine, where a stand-in is not.
            is_outside = self._address.startswith("https:")
            async with httpx2.AsyncClient(auth=self._auth, timeout=TIMEOUT_S, trust_env=is_outside) as client:
                return await client.get(f"{self._address}{path}", headers=headers)
        except httpx2.TimeoutException as error:
            raise ProviderTimeout("Twilio did not answer in time", provider=NAME) from error
        except httpx2.HTTPError as error:
            text = f"Twilio could not be reached ({type(error).__name__})"
            raise ProviderUnavailable(text, provider=NAME) from error
