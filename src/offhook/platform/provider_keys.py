"""Keys of vendors and of tools, as people enter them: tried when they are saved, shown by their last four characters.

The keys of the environment are the first workspace's alone: other workspaces bring their own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from offhook import clock
from offhook.platform.audit import audit
from offhook.platform.key_check import Tried, over_plain_http, try_key
from offhook.platform.problems import Conflict, Flaw, Invalid, NotFound
from offhook.platform.sealing import last_four
from offhook.platform.snapshot import Snapshot
from offhook.platform.vault import PROVIDER_KEY, TOOL_KEY, Vault
from offhook.platform.vendors import VENDORS, Vendor
from offhook.settings import OWN_SECRETS, Secret, Settings
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.vault import SECRETS

LONGEST: Final = 4_096
MOST_TOOL_KEYS: Final = 500
VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
_REGION: Final = re.compile(r"[a-z0-9]{2,40}")
SHOWN_DETAIL: Final = 200


class Source(StrEnum):
    """Where a key comes from."""

    VAULT = "vault"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What may be told of a key."""

    name: str
    """The provider's, or the variable's."""
    source: Source
    last_four: str = ""
    region: str = ""
    is_valid: bool | None = None
    detail: str = ""
    latency_ms: int | None = None
    created_at: int | None = None
    updated_at: int | None = None
    checked_at: int | None = None


class ProviderKeys:
    """The keys of all workspaces."""

    def __init__(self, store: Store, vault: Vault, snapshot: Snapshot, settings: Settings) -> None:
        self._store, self._vault, self._snapshot, self._settings = store, vault, snapshot, settings

    # ── vendors ──────────────────────────────────────────────────────────────────────────────────────────────

    async def every(self, workspace: str) -> list[KnownKey]:
        """Of each vendor the key that calls are made with, in the vendors' order."""
        rows = {row.name: row for row in await self._rows(workspace, PROVIDER_KEY)}
        found = []
        for name in VENDORS:
            if name in rows:
                found.append(_known(rows[name]))
            elif (given := self._given(workspace, name)) is not None:
                found.append(given)
        return found

    async def save(
        self, workspace: str, provider: str, secret: Secret, actor: Actor, *, region: str = "", force: bool = False
    ) -> KnownKey:
        """Try it, and keep it unless the vendor refuses it; with `force` then too.

        Raises `NotFound`, `Invalid`, `Locked`.
        """
        vendor = _vendor(provider)
        _require_fit(secret, has_spaces=False)
        if region and (not vendor.region_variable or not _REGION.fullmatch(region)):
            detail = "a region such as westeurope" if vendor.region_variable else f"{vendor.title} has no regions here"
            raise Invalid([Flaw("/region", detail)])
        # A vault that is locked is told before anybody is asked.
        await self._vault.require_open()
        tried = await self._try(workspace, vendor, secret, region)
        if tried.is_valid is False and not force:
            raise Invalid(
                [Flaw("/value", tried.detail, code="provider_key.refused")], code="provider_key.refused",
                message=f"it was not saved: {tried.detail}",
            )  # fmt: skip
        beside = {vendor.region_variable: region} if region else None

        def job(scope: Scope) -> Any:
            key = self._vault.put_in(scope, PROVIDER_KEY, provider, secret, beside, **_noted(tried))
            audit(scope, "provider_key.saved", PROVIDER_KEY, key,
                  after={"provider": provider, "valid": tried.is_valid, "forced": force})  # fmt: skip
            return scope.get(SECRETS, key)

        return _known(await self._store.write(workspace, job, actor))

    async def check(self, workspace: str, provider: str, actor: Actor) -> KnownKey:
        """Try the one that is there. Raises `NotFound`, `Locked`."""
        vendor = _vendor(provider)
        rows = [row for row in await self._rows(workspace, PROVIDER_KEY) if row.name == provider]
        if not rows:
            given = self._given(workspace, provider)
            if given is None:
                raise NotFound(PROVIDER_KEY, provider)
            value = Secret(self._settings.environment[vendor.variable].strip())
            tried = await self._try(workspace, vendor, value, "")
            return KnownKey(
                provider, Source.ENVIRONMENT, given.last_four, given.region, tried.is_valid, tried.detail,
                tried.latency_ms, checked_at=clock.wall_ms(),
            )  # fmt: skip
        (row,) = rows
        secret = await self._vault.reveal(workspace, PROVIDER_KEY, provider)
        tried = await self._try(workspace, vendor, secret, _region_of(row))

        def job(scope: Scope) -> Any:
            # What was tried is the key that was there: another may have taken its place meanwhile.
            same = (SECRETS.c.id == row.id, SECRETS.c.updated_at == row.updated_at)
            if scope.update(SECRETS, *same, **_noted(tried)):
                audit(scope, "provider_key.checked", PROVIDER_KEY, row.id,
                      after={"provider": provider, "valid": tried.is_valid})  # fmt: skip
            return scope.get(SECRETS, row.id)

        now = await self._store.write(workspace, job, actor)
        if now is None:
            raise NotFound(PROVIDER_KEY, provider)
        return _known(now)

    async def forget(self, workspace: str, provider: str, actor: Actor) -> None:
        """Keep it no longer. Raises `NotFound`, and `Conflict` for one of the environment."""
        vendor = _vendor(provider)
        try:
            await self._vault.forget(workspace, PROVIDER_KEY, provider, actor)
        except NotFound:
            if self._given(workspace, provider) is None:
                raise
            raise Conflict(
                f"this key is the server's own, from {vendor.variable}", code="provider_key.of_environment",
                what_to_do=f"Take {vendor.variable} out of the server's environment, or save a key in its place.",
            ) from None  # fmt: skip

    # ── tools ────────────────────────────────────────────────────────────────────────────────────────────────

    async def tool_keys(self, workspace: str) -> list[KnownKey]:
        """Those of the vault, by their variables' names."""
        return [_known(row) for row in await self._rows(workspace, TOOL_KEY)]

    async def save_tool_key(self, workspace: str, variable: str, secret: Secret, actor: Actor) -> KnownKey:
        """Keep it. Raises `Invalid`, `Locked`."""
        _require_variable(variable)
        _require_fit(secret, has_spaces=True)

        def job(scope: Scope) -> Any:
            others = scope.all(scope.select(SECRETS.c.name).where(SECRETS.c.kind == TOOL_KEY))
            if len(others) >= MOST_TOOL_KEYS and variable not in {row.name for row in others}:
                raise Conflict(f"there are {MOST_TOOL_KEYS} keys already", code="tool_key.too_many")
            key = self._vault.put_in(scope, TOOL_KEY, variable, secret)
            audit(scope, "tool_key.saved", TOOL_KEY, key, after={"name": variable})
            return scope.get(SECRETS, key)

        await self._vault.require_open()
        return _known(await self._store.write(workspace, job, actor))

    async def forget_tool_key(self, workspace: str, variable: str, actor: Actor) -> None:
        """Keep it no longer. Raises `NotFound`."""
        await self._vault.forget(workspace, TOOL_KEY, variable, actor)

    # ── how ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _rows(self, workspace: str, kind: str) -> Sequence[Any]:
        return await self._store.read(
            workspace, lambda scope: scope.all(scope.select(*_SHOWN).where(SECRETS.c.kind == kind).order_by("name"))
        )

    def _given(self, workspace: str, provider: str) -> KnownKey | None:
        """The environment's, which is the first workspace's alone."""
        vendor = VENDORS[provider]
        value = self._settings.environment.get(vendor.variable, "").strip()
        if not value or workspace != self._snapshot.first_workspace or not self._settings.may_know(vendor.variable):
            return None
        region = self._settings.environment.get(vendor.region_variable, "").strip() if vendor.region_variable else ""
        return KnownKey(provider, Source.ENVIRONMENT, last_four(Secret(value)), region)

    async def _try(self, workspace: str, vendor: Vendor, secret: Secret, region: str) -> Tried:
        given = self._given(workspace, vendor.name)
        address = self._settings.vendor_urls.get(vendor.name, "")
        if host := over_plain_http(address, self._settings.plain_hosts):
            return Tried(None, f"not tried: the key would go to {host} over plain http (OFFHOOK_PLAIN_HOSTS)")
        return await try_key(vendor, secret, address, region or (given.region if given is not None else ""))


_SHOWN: Final = [column for column in SECRETS.c if column not in (SECRETS.c.wrapped_key, SECRETS.c.sealed)]
"""All but what is sealed: to list keys none is opened."""


def _known(row: Any) -> KnownKey:
    return KnownKey(
        row.name, Source.VAULT, row.last_four, _region_of(row), row.is_valid, row.check_detail, row.check_ms,
        row.created_at, row.updated_at, row.checked_at,
    )  # fmt: skip


def _region_of(row: Any) -> str:
    variable = VENDORS[row.name].region_variable if row.kind == PROVIDER_KEY and row.name in VENDORS else ""
    return str((row.beside or {}).get(variable, ""))


def _noted(tried: Tried) -> Mapping[str, Any]:
    return {
        "checked_at": clock.wall_ms(), "is_valid": tried.is_valid, "check_detail": tried.detail[:SHOWN_DETAIL],
        "check_ms": tried.latency_ms,
    }  # fmt: skip


def _vendor(provider: str) -> Vendor:
    if provider not in VENDORS:
        raise NotFound("provider", provider, f"There are {', '.join(VENDORS)}. A key of another server is a tool key, "
                       "by the variable that the agent's `key_env` names.")  # fmt: skip
    return VENDORS[provider]


def _require_fit(secret: Secret, *, has_spaces: bool) -> None:
    """Raises `Invalid`, which shows nothing of it."""
    text = secret.reveal()
    fits = text.isascii() and text.isprintable() and text == text.strip() and (has_spaces or " " not in text)
    if not text or not fits or len(text) > LONGEST:
        detail = f"printable ASCII {'' if has_spaces else 'without spaces '}is wanted, {LONGEST:,} characters at most"
        raise Invalid([Flaw("/value", detail)])


def _require_variable(name: str) -> None:
    if not VARIABLE.fullmatch(name):
        raise Invalid([Flaw("/name", "a variable's name is wanted: capitals, digits, _, as SHOP_TOKEN")])
    if name in OWN_SECRETS:
        raise Invalid([Flaw("/name", "this is a secret of the server itself, and never for agents")])
    vendor = next((one for one in VENDORS.values() if one.variable == name), None)
    if vendor is not None:
        raise Invalid([Flaw("/name", f"this is the key of {vendor.title}: PUT /v1/provider-keys/{vendor.name}")])
