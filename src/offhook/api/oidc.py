"""`/v1/session/oidc`: the two steps of a sign-in by an issuer. A browser walks them, so they answer with addresses."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from offhook.api.auth import platform_of
from offhook.api.browsers import address_of, cookie_name, drop, keep, own_base, session_of
from offhook.errors import OffhookError
from offhook.platform.oidc import Begun, Issuer
from offhook.platform.oidc_tokens import IdentityRefused
from offhook.platform.platform import Platform
from offhook.platform.problems import NotFound, Problem

router = APIRouter(prefix="/session/oidc", tags=["Session"])

ThePlatform = Annotated[Platform, Depends(platform_of)]
BACK = "/v1/session/oidc/callback"
_STEP = "oidc"
_STEP_S = 600
_HOME = "/"
_SIGN_IN = "/sign-in"
_SENT: dict[int | str, dict[str, Any]] = {302: {"description": "On to the issuer."}}
_BACK: dict[int | str, dict[str, Any]] = {
    303: {"description": "On to the dashboard, or to the sign-in with `#problem=`."}
}


@router.get("", operation_id="begin_oidc", status_code=302, response_class=Response, responses=_SENT)
async def begin_oidc(request: Request, platform: ThePlatform) -> RedirectResponse:
    """Sends the browser to the issuer. 404: there is none."""
    issuer, begun = _issuer(platform), Begun.new()
    platform.sessions.count_attempt(address_of(request, platform.settings))
    answer = RedirectResponse(await issuer.address(begun, _back(request, platform)), 302)
    keep(answer, request, str(begun), lasts_s=_STEP_S, name=_STEP)
    return _private(answer)


@router.get("/callback", operation_id="end_oidc", status_code=303, response_class=Response, responses=_BACK)
async def end_oidc(request: Request, platform: ThePlatform) -> RedirectResponse:
    """Where the issuer sends the browser back to."""
    issuer = _issuer(platform)
    begun = Begun.read(request.cookies.get(cookie_name(request, _STEP), ""))
    token = ""
    try:
        platform.sessions.count_attempt(address_of(request, platform.settings))
        if begun is None:
            raise IdentityRefused("the sign-in was not begun in this browser, or too long ago")
        identity = await issuer.identity(begun, _back(request, platform), dict(request.query_params))
        token = await platform.sessions.by_identity(identity)
    except OffhookError as error:
        platform.sessions.note_refusal(error)
        answer = RedirectResponse(f"{_SIGN_IN}#problem={error.code}", 303)
    else:
        answer = RedirectResponse(_HOME, 303)
        await platform.sessions.forget(session_of(request))
        keep(answer, request, token)
    drop(answer, request, name=_STEP)
    return _private(answer)


class _NoIssuer(NotFound):
    """No issuer is set up."""

    def __init__(self) -> None:
        Problem.__init__(
            self, "there is no sign-in by an issuer here", code="oidc.not_set_up",
            what_to_do="Set OFFHOOK_OIDC_ISSUER and what belongs to it.",
        )  # fmt: skip


def _issuer(platform: Platform) -> Issuer:
    if platform.issuer is None:
        raise _NoIssuer
    return platform.issuer


def _back(request: Request, platform: Platform) -> str:
    return own_base(request.headers, platform.settings) + BACK


def _private(answer: RedirectResponse) -> RedirectResponse:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
