"""`/metrics`: Prometheus reads it. Its numbers are of the whole process, so a key of the first workspace is needed, or
to be a program of this machine; the setting OFFHOOK_METRICS opens it, or shuts it.
"""

import asyncio
from typing import Final

from fastapi import APIRouter, Request, Response

from offhook.platform.metrics import CONTENT_TYPE
from offhook.platform.platform import Platform
from offhook.web.safety import is_loopback

PATH: Final = "/metrics"
SCOPE: Final = "settings:read"
PASSED_ON: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""Headers that tell of a proxy: then whoever asks is not on this machine."""
_REFUSED: Final = "Metrics are for programs of this machine, or by a key of the first workspace (Bearer oh_...).\n"


def monitor_router(platform: Platform) -> APIRouter:
    """The route; empty when the settings say so."""
    router = APIRouter()
    if platform.settings.metrics == "off":
        return router

    @router.get(PATH, include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if platform.settings.metrics != "open" and not is_of_this_machine(request) and not await _has_key(request):
            headers = {"WWW-Authenticate": "Bearer"}
            return Response(_REFUSED, status_code=401, media_type="text/plain", headers=headers)
        platform.metrics.read_gauges()
        text = await asyncio.to_thread(platform.metrics.exposition)
        return Response(text, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    async def _has_key(request: Request) -> bool:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return False
        caller = await platform.api_keys.authenticate(key.strip())
        is_owners = caller is not None and caller.workspace == platform.snapshot.first_workspace
        return caller is not None and is_owners and SCOPE in caller.scopes and not caller.agent_id

    return router


def is_of_this_machine(request: Request) -> bool:
    """Who asks is a program of this machine, as far as can be told: no proxy has passed it on."""
    peer = request.client.host if request.client is not None else ""
    is_plain = not any(name in request.headers for name in PASSED_ON)
    return is_plain and is_loopback(peer) and is_loopback(request.headers.get("host", ""))
