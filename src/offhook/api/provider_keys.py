"""`/v1/provider-keys`, `/v1/tool-keys`, `/v1/vault`: the workspace's own keys. Written, tried, and never read."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from offhook.api.auth import needs, platform_of
from offhook.api.kinds import Moment, Page
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.provider_keys import LONGEST, KnownKey, Source
from offhook.platform.vendors import VENDORS
from offhook.settings import Secret

router = APIRouter()

_PROVIDER: Final = Path(max_length=40, pattern="^[a-z0-9_]+$", description="The vendor.", examples=["openai"])
_VARIABLE: Final = Path(
    max_length=100,
    pattern="^[A-Z][A-Z0-9_]*$",
    description="The variable that agents ask for.",
    examples=["SHOP_TOKEN"],
)
Provider = Annotated[str, _PROVIDER]
Variable = Annotated[str, _VARIABLE]
Value = Annotated[
    SecretStr,
    Field(
        min_length=1, max_length=LONGEST, description="The key. Shown never again.", examples=["sk-..."],
        json_schema_extra={"pattern": "^[!-~]+$"},
    ),
]  # fmt: skip
ToolValue = Annotated[
    SecretStr,
    Field(
        min_length=1, max_length=LONGEST, description="The secret. Shown never again.", examples=["shop-..."],
        json_schema_extra={"pattern": "^[!-~]([ -~]*[!-~])?$"},
    ),
]  # fmt: skip
Reads = Annotated[Caller, Depends(needs("keys:read"))]
Writes = Annotated[Caller, Depends(needs("keys:write"))]
Here = Annotated[Platform, Depends(platform_of)]


class NewProviderKey(BaseModel):
    """A vendor's key."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"examples": [{"value": "sk-proj-..."}]}
    )

    value: Value
    region: str = Field(
        default="",
        max_length=40,
        pattern="^([a-z0-9]{2,40})?$",
        description="Azure's keys are good in one region.",
        examples=["westeurope"],
    )


class ProviderKey(BaseModel):
    """A vendor's key, without what is secret."""

    provider: str = Field(examples=["openai"])
    name: str = Field(description="As the vendor writes itself.", examples=["OpenAI"])
    variable: str = Field(description="The variable that agents ask for.", examples=["OPENAI_API_KEY"])
    source: Source = Field(description="`environment`: the server's own, for the first workspace alone.")
    last_four: str = Field(description="Empty for a key that is short.", examples=["3f9A"])
    region: str = Field(examples=[""])
    valid: bool | None = Field(description="What the vendor said; null: it could not be asked.", examples=[True])
    detail: str = Field(description="The same in words.", examples=["OpenAI took it"])
    latency_ms: int | None = Field(examples=[182])
    checked_at: Moment | None
    created_at: Moment | None
    updated_at: Moment | None

    @classmethod
    def of(cls, key: KnownKey) -> "ProviderKey":
        """From the service's."""
        vendor = VENDORS[key.name]
        return cls.model_validate(
            {
                "provider": key.name, "name": vendor.title, "variable": vendor.variable, "source": key.source,
                "last_four": key.last_four, "region": key.region, "valid": key.is_valid, "detail": key.detail,
                "latency_ms": key.latency_ms, "checked_at": key.checked_at, "created_at": key.created_at,
                "updated_at": key.updated_at,
            }
        )  # fmt: skip


class NewToolKey(BaseModel):
    """A secret that a tool sends, or the key of a server of one's own."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"examples": [{"value": "shop-..."}]}
    )

    value: ToolValue


class ToolKey(BaseModel):
    """Such a secret, without what is secret."""

    name: str = Field(description="The variable that agents ask for.", examples=["SHOP_TOKEN"])
    last_four: str = Field(description="Empty for a key that is short.", examples=["9c21"])
    created_at: Moment | None
    updated_at: Moment | None

    @classmethod
    def of(cls, key: KnownKey) -> "ToolKey":
        """From the service's."""
        return cls.model_validate(
            {
                "name": key.name, "last_four": key.last_four, "created_at": key.created_at,
                "updated_at": key.updated_at,
            }
        )  # fmt: skip


class VaultStatus(BaseModel):
    """How the vault is."""

    locked: bool = Field(description="The master key is missing, or another one.", examples=[False])
    why: str = Field(examples=[""])
    fingerprint: str = Field(description="Of the master key that it wants.", examples=["4be1-03d2-99c0-7fa1"])
    version: int = Field(description="Counts the changes of the master key.", examples=[1])


@router.get("/provider-keys", operation_id="list_provider_keys", tags=["Keys"])
async def list_provider_keys(caller: Reads, platform: Here) -> Page[ProviderKey]:
    """Of each vendor the key that calls are made with. At most one each, so this is one page."""
    return Page(data=[ProviderKey.of(key) for key in await platform.provider_keys.every(caller.workspace)])


@router.put("/provider-keys/{provider}", operation_id="save_provider_key", tags=["Keys"])
async def save_provider_key(
    provider: Provider,
    body: NewProviderKey,
    caller: Writes,
    platform: Here,
    force: Annotated[bool, Query(description="Keep it although the vendor refuses it.")] = False,
) -> ProviderKey:
    """Try a key, and keep it in place of the one before. One that the vendor refuses is not kept (422)."""
    secret = Secret(body.value.get_secret_value().strip())
    return ProviderKey.of(
        await platform.provider_keys.save(
            caller.workspace, provider, secret, caller.actor, region=body.region.strip(), force=force
        )
    )


@router.post("/provider-keys/{provider}/check", operation_id="check_provider_key", tags=["Keys"])
async def check_provider_key(provider: Provider, caller: Writes, platform: Here) -> ProviderKey:
    """Try the key that is there: one harmless question to the vendor."""
    return ProviderKey.of(await platform.provider_keys.check(caller.workspace, provider, caller.actor))


@router.delete("/provider-keys/{provider}", operation_id="delete_provider_key", tags=["Keys"], status_code=204)
async def delete_provider_key(provider: Provider, caller: Writes, platform: Here) -> None:
    """Keep it no longer. Calls that live keep it to their end."""
    await platform.provider_keys.forget(caller.workspace, provider, caller.actor)


@router.get("/tool-keys", operation_id="list_tool_keys", tags=["Keys"])
async def list_tool_keys(caller: Reads, platform: Here) -> Page[ToolKey]:
    """The secrets that tools send, by their variables. There are at most a few hundred, so this is one page."""
    return Page(data=[ToolKey.of(key) for key in await platform.provider_keys.tool_keys(caller.workspace)])


@router.put("/tool-keys/{name}", operation_id="save_tool_key", tags=["Keys"])
async def save_tool_key(name: Variable, body: NewToolKey, caller: Writes, platform: Here) -> ToolKey:
    """Keep a secret in place of the one before. Agents name it: `${SHOP_TOKEN}`, `key_env: SHOP_TOKEN`."""
    secret = Secret(body.value.get_secret_value().strip())
    return ToolKey.of(await platform.provider_keys.save_tool_key(caller.workspace, name, secret, caller.actor))


@router.delete("/tool-keys/{name}", operation_id="delete_tool_key", tags=["Keys"], status_code=204)
async def delete_tool_key(name: Variable, caller: Writes, platform: Here) -> None:
    """Keep it no longer."""
    await platform.provider_keys.forget_tool_key(caller.workspace, name, caller.actor)


@router.get("/vault", operation_id="get_vault", tags=["Keys"])
async def get_vault(caller: Reads, platform: Here) -> VaultStatus:
    """Whether secrets can be opened and kept."""
    state = await platform.vault.look()
    return VaultStatus(locked=state.is_locked, why=state.why, fingerprint=state.fingerprint, version=state.version)
