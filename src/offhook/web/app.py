"""The HTTP side of the server: webhooks, health, and refusals that say no more than they must."""

from collections.abc import Callable
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.requests import ClientDisconnect

from offhook.call.records.port import RecordsState
from offhook.errors import SignatureInvalid
from offhook.settings import Settings
from offhook.web.gate import BadRequest, Gate
from offhook.web.hooks import Hooks, twilio_router
from offhook.web.media import MediaDoor
from offhook.web.ports import Calls, Sentences
from offhook.web.switchboard import Switchboard

RETRY_AFTER_S: Final = "5"


def create_app(
    live: Calls,
    settings: Settings,
    *,
    sentences: Sentences | None = None,
    is_ready: Callable[[], bool] = lambda: True,
    records: Callable[[], RecordsState] = RecordsState,
) -> FastAPI:
    """The application; `offhook.web.server.serve` runs it.

    `app.state.media_door` is what the media sockets work with: they are served below ASGI (`offhook.web.media`).
    """
    gate = Gate(settings)
    app = FastAPI(title="Offhook", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.include_router(twilio_router(Hooks(gate, Switchboard(live, settings, sentences or Sentences()))))
    app.state.media_door = MediaDoor(gate.require_socket, live.answer)

    @app.get("/healthz")
    async def healthz() -> Response:
        refusal = live.refusal()
        status = "starting" if not is_ready() else "draining" if refusal == "draining" else "ready"
        answer: dict[str, object] = {"status": status, "calls": live.count} | ({"refusing": refusal} if refusal else {})
        if records().is_failing:
            # Calls are taken all the same. What is lost and where is in the log: here it would be for everybody.
            answer["records"] = "failing"
        if status == "ready":
            return JSONResponse(answer)
        return JSONResponse(answer, status_code=503, headers={"Retry-After": RETRY_AFTER_S})

    @app.exception_handler(SignatureInvalid)
    async def unsigned(request: Request, error: Exception) -> Response:
        # The reason is in our log; whoever is not the carrier learns nothing from us.
        return PlainTextResponse("The request is not signed by the carrier.\n", status_code=403)

    @app.exception_handler(BadRequest)
    async def unreadable(request: Request, error: Exception) -> Response:
        assert isinstance(error, BadRequest)
        return PlainTextResponse(f"{error}\n", status_code=error.status)

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: Exception) -> Response:
        return Response(status_code=400)

    return app
