"""The HTTP side of the server: webhooks, health, and refusals that say no more than they must."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.requests import ClientDisconnect

from offhook.call.records.port import RecordsState
from offhook.errors import SignatureInvalid
from offhook.settings import Settings
from offhook.telephony.carriers.twilio_paths import MEDIA_PATH
from offhook.web.dashboard import Dashboard
from offhook.web.gate import BadRequest, Gate, TokensOf, no_tokens
from offhook.web.hooks import PATHS, Hooks, twilio_router
from offhook.web.media import BROWSER_PATH, MediaDoor
from offhook.web.origin import is_own_origin
from offhook.web.ports import Browsers, Calls, Elsewhere, NothingPlaced, Placed, Sentences
from offhook.web.relay import Relays
from offhook.web.safety import is_loopback, require_safe
from offhook.web.seldom import Seldom
from offhook.web.strays import HEALTH_PATH, Strays
from offhook.web.switchboard import Switchboard
from offhook.web.talk import Talk, talk_router

App = FastAPI
"""What is served: for those who only carry it."""
RETRY_AFTER_S: Final = "5"


def create_app(
    live: Calls,
    settings: Settings,
    *,
    sentences: Sentences | None = None,
    records: Callable[[], RecordsState] = RecordsState,
    talk: Talk | None = None,
    tokens: TokensOf = no_tokens,
    placed: Placed | None = None,
    sockets_below: str = "",
    browsers: Browsers | None = None,
    elsewhere: Elsewhere | None = None,
    dashboard: Dashboard | None = None,
) -> FastAPI:
    """The application; `offhook.web.server.serve` runs it.

    With `talk` there is also the page where a browser is the caller; with `browsers` pages of others are, too; with
    `elsewhere` other processes share the port; with a `dashboard` its pages are at `/`. `tokens`: with what each of the
    carrier's accounts signs, beside the settings' own; `placed`: told what becomes of calls that we placed. WebSockets
    `sockets_below` a path are for what is mounted there.

    `app.state.media_door` is what the media sockets work with: they are served below ASGI (`offhook.web.media`).
    `app.state.on_drained`: told when the calls are over and the server ends.
    Raises `ConfigurationError` for settings that must not be served.
    """
    require_safe(settings)
    seldom = Seldom()
    gate = Gate(settings, seldom, is_for_calls=talk is None, tokens=tokens)
    switchboard = Switchboard(live, settings, sentences or Sentences(), placed or NothingPlaced())
    hooks = Hooks(gate, switchboard, elsewhere)
    app = FastAPI(title="Offhook", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.include_router(twilio_router(hooks))
    app.state.seldom, app.state.max_calls, app.state.on_drained = seldom, settings.max_calls, []

    healthz = _health(app, live, records)
    strays = Strays(settings, seldom, PATHS, (MEDIA_PATH, BROWSER_PATH), hooks.webhook_at, healthz)
    if talk is not None:
        app.include_router(talk_router(talk, seldom, settings.public_url))
    app.state.media_door = MediaDoor(
        require=gate.require_socket,
        answer=live.answer,
        answer_browser=talk.answer if talk is not None else browsers.answer if browsers is not None else live.answer,
        is_own_page=lambda headers: (
            is_own_origin(headers, settings.public_url)
            or (browsers is not None and browsers.is_known(headers.get("origin", "")))
        ),
        not_found=strays.socket_not_found,
        seldom=seldom,
        relays=Relays(elsewhere) if elsewhere is not None else None,
        sockets_below=sockets_below,
    )

    return _with_handlers(app, strays, dashboard)


def _health(
    app: FastAPI, live: Calls, records: Callable[[], RecordsState]
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """What monitors are told."""

    # Monitors ask for the head alone.
    @app.api_route(HEALTH_PATH, methods=["GET", "HEAD"])
    async def healthz(request: Request) -> Response:
        refusal = live.refusal()
        status = refusal if refusal in ("starting", "draining") else "ready"
        answer: dict[str, object] = {"status": status}
        if is_loopback(request.headers.get("host", "")):
            # A proxy shows this page to everybody, and how busy the line is is nobody's business.
            answer |= {"calls": live.count} | ({"refusing": refusal} if refusal else {})
        if records().is_failing:
            # Calls are taken all the same. What is lost and where is in the log: here it would be for everybody.
            answer["records"] = "failing"
        if status == "ready":
            return JSONResponse(answer)
        return JSONResponse(answer, status_code=503, headers={"Retry-After": RETRY_AFTER_S})

    return healthz


def _with_handlers(app: FastAPI, strays: Strays, dashboard: Dashboard | None) -> FastAPI:
    """What is answered where there is no route: the dashboard's pages, or why there is nothing."""

    async def not_found(request: Request, error: Exception) -> Response:
        if dashboard is not None and (page := dashboard.answer(request)) is not None:
            return page
        try:
            return await strays.not_found(request)
        # An error in here is not looked for among the others' handlers.
        except SignatureInvalid as invalid:
            return await _unsigned(request, invalid)
        except BadRequest as bad:
            return await _unreadable(request, bad)
        except ClientDisconnect as left:
            return await _gone(request, left)

    async def wrong_method(request: Request, error: Exception) -> Response:
        return strays.wrong_method(request)

    app.add_exception_handler(404, not_found)
    app.add_exception_handler(405, wrong_method)
    app.add_exception_handler(SignatureInvalid, _unsigned)
    app.add_exception_handler(BadRequest, _unreadable)
    app.add_exception_handler(ClientDisconnect, _gone)
    return app


async def _unsigned(request: Request, error: Exception) -> Response:
    # The reason is in our log; whoever is not the carrier learns nothing from us.
    return PlainTextResponse("The request is not signed by the carrier.\n", status_code=403)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadRequest)
    return PlainTextResponse(f"{error}\n", status_code=error.status)


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)
