"""`/v1/samples`: the agent and the calls that a first start has made to be looked at."""

from typing import Annotated

from fastapi import APIRouter, Depends

from offhook.api.auth import needs, platform_of
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform

router = APIRouter(prefix="/samples", tags=["Samples"])


@router.delete("", operation_id="delete_samples", status_code=204)
async def delete_samples(
    caller: Annotated[Caller, Depends(needs("agents:write", "calls:write"))],
    platform: Annotated[Platform, Depends(platform_of)],
) -> None:
    """Remove the sample agent with its document, and the sample calls; there need not be any. A sample agent that was
    changed, or that a telephone number belongs to, stays: it is yours by now, and no sample any more."""
    await platform.samples.remove(caller.workspace, caller.actor)
