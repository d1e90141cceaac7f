"""`/v1/client.js`: the browser client, for pages of every origin. There is nothing secret in it."""

from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request, Response

router = APIRouter()

FILES: Final = ("client.js", "leg.js", "sound.js")
"""The first is what pages import; the others it finds beside it."""
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
    "Content-Type": "text/javascript; charset=utf-8",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
# Read here, so that nobody's call waits for the disk.
_BODIES: Final = {name: files("offhook.web").joinpath("pages", name).read_bytes() for name in FILES}


async def client_file(request: Request) -> Response:
    """One of the files."""
    return Response(_BODIES[request.url.path.rpartition("/")[2]], headers=_HEADERS)


for _name in FILES:
    router.add_api_route(f"/{_name}", client_file, methods=["GET"], include_in_schema=False)
