"""The carrier's REST side, a client for each account, with the token that the vault holds now."""

import contextlib
from collections.abc import Iterator
from typing import Final

from offhook.errors import CarrierKeyRefused, CarrierRefused, ProviderError
from offhook.platform.problems import CarrierFailed, Conflict, Locked
from offhook.platform.snapshot import Snapshot
from offhook.settings import Secret, Settings
from offhook.telephony.browser import with_browsers
from offhook.telephony.carriers.twilio_line import CallControl, TwilioLine
from offhook.telephony.carriers.twilio_rest import TwilioRest
from offhook.telephony.facts import CallFacts
from offhook.telephony.line import Line


class CarrierClients:
    """Clients of all accounts that are connected, made when they are first needed."""

    def __init__(self, snapshot: Snapshot, settings: Settings) -> None:
        self._snapshot, self._settings = snapshot, settings
        self._clients: Final[dict[str, tuple[Secret, TwilioRest]]] = {}
        self._old: Final[list[TwilioRest]] = []

    def client(self, account_sid: str) -> TwilioRest | None:
        """Of this account; None: it is not ours, or its token is not to be had."""
        token = self._snapshot.token_of(account_sid)
        held = self._clients.get(account_sid)
        if held is not None and held[0] == token:
            return held[1]
        if held is not None:
            # Somebody may still be asking with it.
            self._old.append(self._clients.pop(account_sid)[1])
        if token is None:
            return None
        made = self.with_token(account_sid, token)
        self._clients[account_sid] = (token, made)
        return made

    def required(self, account_sid: str) -> TwilioRest:
        """Of this account. Raises `Locked` when its token is not to be had."""
        client = self.client(account_sid)
        if client is None:
            raise Locked("the account's auth token cannot be had: the vault is locked, or the token was taken away")
        return client

    def with_token(self, account_sid: str, token: Secret) -> TwilioRest:
        """A client of one's own, to be closed."""
        return TwilioRest(account_sid, token, self._settings.twilio_base_url)

    async def close(self) -> None:
        """Let go of the connections."""
        for client in (*self._old, *(client for _, client in self._clients.values())):
            await client.close()

    # ── what live calls are given ────────────────────────────────────────────────────────────────────────────

    def tokens(self, account_sid: str) -> tuple[Secret, ...]:
        """With what this account signs its requests to us."""
        token = self._snapshot.token_of(account_sid)
        return (token,) if token is not None else ()

    def lines(self, own: CallControl | None) -> "_Lines":
        """Makes the line of a call: over its account's client, or over `own`, the settings' account."""
        return _Lines(self, self._snapshot, own, self._settings)


class _Lines:
    def __init__(
        self, clients: CarrierClients, snapshot: Snapshot, own: CallControl | None, settings: Settings
    ) -> None:
        self._clients, self._snapshot, self._own, self._settings = clients, snapshot, own, settings
        self._of_call = with_browsers(self._line)

    def __call__(self, facts: CallFacts) -> Line:
        """The line of this call."""
        return self._of_call(facts)

    def _line(self, facts: CallFacts) -> Line:
        number = self._snapshot.number(facts.own_number)
        account = facts.account or (number.account_sid if number is not None else "")
        # A number that a workspace has connected is never reached with the settings' keys.
        is_theirs = self._snapshot.account(account) is not None and account != self._settings.twilio_account_sid
        control = self._clients.client(account) or (None if is_theirs else self._own)
        return TwilioLine(control, facts.call_sid, self._settings.public_url or facts.origin)


def public_url_of(settings: Settings) -> str:
    """By which address the carrier reaches us. Raises `Conflict` when nobody has said it."""
    if not settings.public_url:
        raise Conflict(
            "the carrier cannot be told where to turn to: this server does not know its own address",
            code="server.no_public_url",
            what_to_do="Set OFFHOOK_PUBLIC_URL to the address at which the carrier reaches this server, as "
            "https://voice.example.com, and start it again.",
        )
    return settings.public_url


@contextlib.contextmanager
def carrier_answers() -> Iterator[None]:
    """What the carrier does not do is told to whoever asked: `CarrierFailed`."""
    try:
        yield
    except CarrierKeyRefused as error:
        raise CarrierFailed(
            "the carrier refuses the account's keys", code="carrier.key_refused",
            what_to_do="Enter the account's auth token anew (POST /v1/carrier-accounts with the same account_sid).",
        ) from error  # fmt: skip
    except CarrierRefused as error:
        raise CarrierFailed(
            str(error), code="carrier.refused", what_to_do="The carrier's own words say why."
        ) from error
    except ProviderError as error:
        raise CarrierFailed(str(error), code="carrier.unreachable") from error
