"""`/v1/backups`: archives of everything this server keeps, of all workspaces: for owners of the first one alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from offhook import __version__
from offhook.api.auth import needs, platform_of
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.platform.backups import Kept
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.problems import Forbidden

router = APIRouter(prefix="/backups", tags=["Backups"], route_class=Once)
Name = Annotated[str, Path(max_length=100, pattern=r"^[a-z0-9-]+\.zip$", examples=["nightly-20261128-030000.zip"])]


class NewBackup(BaseModel):
    """A backup to be made now."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"with_objects": False}]})

    with_objects: bool = Field(False, description="Recordings, journals and documents too, not only their list.")


class Backup(BaseModel):
    """An archive that `offhook restore` brings back."""

    name: str = Field(examples=["nightly-20261128-030000.zip"])
    made_at: Moment
    bytes: int = Field(examples=[2_113_000])
    version: str = Field(description="Of the Offhook that made it.", examples=[__version__])
    revision: str = Field(description="Of its database: a program that knows it can restore it.", examples=["0001"])
    database: str = Field(description="`sqlite` or `postgresql`: each is restored into either.", examples=["sqlite"])
    calls: int = Field(examples=[1204])
    rows: int = Field(examples=[18_230])
    has_objects: bool
    vault_fingerprint: str = Field(
        description="Of the master key that opens its secrets, which is not in it: keep that key. Empty: no secrets.",
        examples=["4f1c-9a0b"],
    )

    @classmethod
    def of(cls, kept: Kept) -> "Backup":
        """From what is in the folder."""
        manifest = kept.manifest
        return cls(
            name=kept.name, made_at=manifest.made_at, bytes=kept.bytes, version=manifest.version,
            revision=manifest.revision, database=manifest.database, calls=manifest.calls,
            rows=sum(manifest.tables.values()), has_objects=manifest.has_objects,
            vault_fingerprint=manifest.vault_fingerprint,
        )  # fmt: skip


async def keeper(
    caller: Annotated[Caller, Depends(needs("settings:write"))], platform: Annotated[Platform, Depends(platform_of)]
) -> Caller:
    """Who keeps the server: an owner of the first workspace, or a key of theirs. Raises `Forbidden`."""
    if caller.workspace != platform.snapshot.first_workspace:
        raise Forbidden("a backup holds all workspaces: only the first one's owners make and read them")
    return caller


Keeper = Annotated[Caller, Depends(keeper)]


@router.get("", operation_id="list_backups")
async def list_backups(caller: Keeper, platform: Annotated[Platform, Depends(platform_of)]) -> Page[Backup]:
    """Those in the data folder, newest first."""
    return Page(data=[Backup.of(one) for one in await platform.backups.every()])


@router.post("", operation_id="create_backup", status_code=201)
async def create_backup(body: NewBackup, caller: Keeper, platform: Annotated[Platform, Depends(platform_of)]) -> Backup:
    """Make one now, beside the calls; the answer comes when it is made, after seconds."""
    return Backup.of(await platform.backups.make(with_objects=body.with_objects))


@router.get(
    "/{name}",
    operation_id="download_backup",
    response_class=FileResponse,
    responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def download_backup(
    name: Name, caller: Keeper, platform: Annotated[Platform, Depends(platform_of)]
) -> FileResponse:
    """The archive. What is secret in it is sealed; all else can be read by whoever has it."""
    kept = await platform.backups.find(name)
    return FileResponse(kept.file, media_type="application/zip", filename=kept.name)
