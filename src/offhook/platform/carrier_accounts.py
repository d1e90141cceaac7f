"""Accounts at carriers: connected with keys that were tried, and looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy.exc import IntegrityError

from offhook import clock
from offhook.errors import CarrierKeyRefused, CarrierRefused, ProviderError
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.carrier_clients import CarrierClients, carrier_answers
from offhook.platform.problems import Conflict, Flaw, Invalid, NotFound
from offhook.platform.snapshot import CARRIER_TOKEN, Snapshot
from offhook.settings import Secret
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.numbers import CARRIER_ACCOUNTS, PHONE_NUMBERS
from offhook.telephony.carriers.twilio_numbers import TwilioAccountState, TwilioNumbers

KIND: Final = "carrier_account"
TWILIO: Final = "twilio"
OK: Final = "ok"
REFUSED: Final = "refused"
UNREACHABLE: Final = "unreachable"


class TokenVault(Protocol):
    """What of the vault is needed: both in a job of one's own."""

    def put_in(self, scope: Scope, kind: str, name: str, secret: Secret) -> str:
        """Keep it, in place of an earlier one. Raises `Locked`."""

    def forget_in(self, scope: Scope, kind: str, name: str) -> str | None:
        """Keep it no longer."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the carrier says of an account."""

    status: str
    detail: str


class CarrierAccounts:
    """The carrier accounts of all workspaces."""

    def __init__(self, store: Store, snapshot: Snapshot, clients: CarrierClients, vault: TokenVault) -> None:
        self._store, self._snapshot, self._clients, self._vault = store, snapshot, clients, vault

    async def connect(self, workspace: str, account_sid: str, token: Secret, name: str, actor: Actor) -> Any:
        """The account's row, with the token in the vault; of one that is here already the token is replaced.

        Raises `Invalid` for keys that the carrier refuses, `CarrierFailed`, `Conflict`, `Locked`.
        """
        state = await self._tried(account_sid, token)
        at = clock.wall_ms()

        def job(scope: Scope) -> Any:
            there = scope.first(scope.select(CARRIER_ACCOUNTS).where(CARRIER_ACCOUNTS.c.account_sid == account_sid))
            key = there.id if there is not None else new_id("acct")
            found = {"status": state.status, "detail": state.detail, "checked_at": at}
            if there is None:
                new = {"carrier": TWILIO, "account_sid": account_sid, "name": name, "created_at": at}
                scope.insert(CARRIER_ACCOUNTS, id=key, **new, **found)
            else:
                scope.update(CARRIER_ACCOUNTS, CARRIER_ACCOUNTS.c.id == key, name=name or there.name, **found)
            self._vault.put_in(scope, CARRIER_TOKEN, key, token)
            action = "carrier_account.connected" if there is None else "carrier_account.token_replaced"
            audit(scope, action, KIND, key, after={"account_sid": account_sid, "name": name})
            scope.tell(KIND, key)
            return scope.get(CARRIER_ACCOUNTS, key)

        try:
            row = await self._store.write(workspace, job, actor)
        except IntegrityError as error:
            raise Conflict(
                "this account is connected in another workspace", code="carrier_account.taken",
                what_to_do="Take it away there first: an account's calls go to one workspace.",
            ) from error  # fmt: skip
        await self._snapshot.settle()
        return row

    async def every(self, workspace: str) -> Sequence[Any]:
        """All of them, newest first."""
        newest = CARRIER_ACCOUNTS.c.id.desc()
        return await self._store.read(
            workspace, lambda scope: scope.all(scope.select(CARRIER_ACCOUNTS).order_by(newest))
        )

    async def one(self, workspace: str, key: str) -> Any:
        """The row. Raises `NotFound`."""
        row = await self._store.read(workspace, lambda scope: scope.get(CARRIER_ACCOUNTS, key))
        if row is None:
            raise NotFound(KIND, key)
        return row

    async def check(self, workspace: str, key: str, actor: Actor) -> Any:
        """Ask the carrier once more; the row as it is then. Raises `NotFound`, `Locked`."""
        row = await self.one(workspace, key)
        found = await self._asked(row.account_sid)

        def job(scope: Scope) -> Any:
            scope.update(
                CARRIER_ACCOUNTS, CARRIER_ACCOUNTS.c.id == key,
                status=found.status, detail=found.detail, checked_at=clock.wall_ms(),
            )  # fmt: skip
            scope.tell(KIND, key)
            return scope.get(CARRIER_ACCOUNTS, key)

        row = await self._store.write(workspace, job, actor)
        if row is None:
            raise NotFound(KIND, key)
        return row

    async def forget(self, workspace: str, key: str, actor: Actor) -> None:
        """It is ours no more, and its token is gone. Raises `NotFound`; `Conflict` while numbers hang on it."""

        def job(scope: Scope) -> None:
            row = scope.get(CARRIER_ACCOUNTS, key)
            if row is None:
                raise NotFound(KIND, key)
            numbers = scope.select(PHONE_NUMBERS.c.number).where(PHONE_NUMBERS.c.carrier_account_id == key)
            if found := [number for (number,) in scope.all(numbers.limit(5))]:
                raise Conflict(
                    f"numbers hang on it: {', '.join(found)}", code="carrier_account.in_use",
                    what_to_do="Release its numbers first (DELETE /v1/phone-numbers/{id}).",
                )  # fmt: skip
            scope.delete(CARRIER_ACCOUNTS, CARRIER_ACCOUNTS.c.id == key)
            self._vault.forget_in(scope, CARRIER_TOKEN, key)
            audit(scope, "carrier_account.deleted", KIND, key, before={"account_sid": row.account_sid})
            scope.tell(KIND, key)

        await self._store.write(workspace, job, actor)

    async def _tried(self, account_sid: str, token: Secret) -> Checked:
        client = self._clients.with_token(account_sid, token)
        try:
            with carrier_answers():
                try:
                    return _checked(await TwilioNumbers(client).account())
                except CarrierKeyRefused as error:
                    raise Invalid(
                        [Flaw("/auth_token", "the carrier refuses this account and token", "carrier.key_refused")],
                        message="the carrier refuses this account and token: is it the account's primary auth token?",
                    ) from error
        finally:
            await client.close()

    async def _asked(self, account_sid: str) -> Checked:
        client = self._clients.required(account_sid)
        try:
            return _checked(await TwilioNumbers(client).account())
        except CarrierKeyRefused:
            return Checked(REFUSED, "the carrier refuses the account's token: enter it anew")
        except (CarrierRefused, ProviderError) as error:
            return Checked(UNREACHABLE, str(error)[:200])


def _checked(state: TwilioAccountState) -> Checked:
    if state.status not in ("", "active"):
        return Checked(state.status[:20], f"the account is {state.status} at the carrier")
    is_trial = state.type.lower() == "trial"
    return Checked(OK, "a trial account: it calls numbers that were verified there alone" if is_trial else "")
