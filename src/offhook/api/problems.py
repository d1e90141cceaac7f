"""Every error as RFC 9457 `application/problem+json`, with a stable `code` and with what to do."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from offhook import about
from offhook.api.etags import RevisionMissing
from offhook.api.requests import new_request_id
from offhook.errors import AdmissionRefused, CarrierRefused, ConfigurationError, OffhookError, StoreBusy, StoreError
from offhook.platform.bus import BusDown, NoAnswer
from offhook.platform.idempotency import StillRunning
from offhook.platform.oidc import IssuerFailed
from offhook.platform.problems import (
    CarrierFailed,
    Conflict,
    Flaw,
    Forbidden,
    Invalid,
    Locked,
    NotFound,
    Problem,
    RangeUnsatisfiable,
    Stale,
    TooMany,
    Unauthenticated,
    VendorFailed,
)
from offhook.store.json import loads

MEDIA_TYPE: Final = "application/problem+json"
DOCS: Final = "https://offhook.dev/problems/"
MOST_FLAWS: Final = 50
_LOG: Final = logging.getLogger("offhook.api")

_STATUS: Final[dict[type[OffhookError], int]] = {
    RevisionMissing: 428,
    StillRunning: 409,
    IssuerFailed: 502,
    NotFound: 404,
    Invalid: 422,
    Conflict: 409,
    Stale: 412,
    Unauthenticated: 401,
    Forbidden: 403,
    Locked: 423,
    CarrierFailed: 502,
    VendorFailed: 502,
    TooMany: 429,
    RangeUnsatisfiable: 416,
    ConfigurationError: 422,
    CarrierRefused: 502,
    AdmissionRefused: 503,
    StoreBusy: 503,
    BusDown: 503,
    NoAnswer: 503,
    StoreError: 503,
}
STATUS_TITLES: Final = {
    400: "The request cannot be read", 401: "Who are you?", 403: "Not allowed", 404: "Not found",
    405: "Not with this method", 409: "Does not fit", 412: "Changed meanwhile", 413: "Too large",
    415: "Another kind of content", 416: "No such part", 422: "Cannot be used",
    423: "The vault is locked", 428: "Which version?", 429: "Too many requests", 500: "A fault of ours",
    502: "Somebody else refused", 503: "Not now",
}  # fmt: skip
WHAT_TO_DO: Final = {
    400: "Send what /v1/openapi.json describes.", 404: "See /v1/openapi.json for what there is.",
    405: "See /v1/openapi.json for the methods of this address.",
    409: "Read it again: it is not, or no more, what this request takes it for.", 413: "Send less.",
    415: "Send it as the kind of content that /v1/openapi.json names.",
    422: "Mend what `detail` and `errors` name, and send it again.",
    500: "Tell us, with the log of the server.",
    502: "Try again in a moment; when it stays so, ask whoever `detail` names.", 503: "Try again in a moment.",
}  # fmt: skip
"""Where whoever refuses has nothing better to say."""


class FlawBody(BaseModel):
    """One thing that is wrong in what was sent."""

    pointer: str = Field(description="Where, as a JSON pointer.", examples=["/document/tts/voice"])
    code: str = Field(examples=["invalid"])
    detail: str = Field(examples=["there is no voice of this name"])


class ProblemBody(BaseModel):
    """What is answered when a request cannot be done (RFC 9457)."""

    type: str = Field(examples=[f"{DOCS}request.invalid"])
    title: str = Field(examples=["Cannot be used"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["/name: the field is required"])
    code: str = Field(description="Stable: for programs.", examples=["request.invalid"])
    what_to_do: str = Field(examples=["Mend what `errors` names, and send it again."])
    errors: list[FlawBody] = Field(default_factory=list)
    request_id: str = Field(examples=["req_4f1c9a0b2d"])


def problem(
    status: int, detail: str, code: str, what_to_do: str = "", flaws: Sequence[Flaw] = (), headers: Any = None
) -> JSONResponse:
    """The answer."""
    body = ProblemBody(
        type=f"{DOCS}{code}",
        title=STATUS_TITLES.get(status, "Refused"),
        status=status,
        detail=detail,
        code=code,
        what_to_do=what_to_do or WHAT_TO_DO.get(status, WHAT_TO_DO[400]),
        errors=[FlawBody(pointer=one.pointer, code=one.code, detail=one.detail) for one in flaws[:MOST_FLAWS]],
        request_id=about.REQUEST.get() or new_request_id(),
    )
    return JSONResponse(
        body.model_dump(), status, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store", **(headers or {})}
    )


def of_error(error: OffhookError) -> JSONResponse:
    """The answer to an error of ours."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    if isinstance(error, ConfigurationError):
        return problem(status, str(error), error.code, flaws=[Flaw(_pointer(error.field), str(error))])
    if isinstance(error, Problem):
        flaws = error.flaws if isinstance(error, Invalid) else ()
        headers = dict(error.headers)
        if isinstance(error, TooMany):
            headers = {"Retry-After": str(int(error.retry_after_s + 0.999))}
        if isinstance(error, Unauthenticated):
            headers = {"WWW-Authenticate": "Bearer"}
        return problem(status, str(error), error.code, error.what_to_do, flaws, headers)
    headers = {"Retry-After": "2"} if status == 503 else {}
    return problem(status, str(error), error.code, headers=headers)


def body_of(error: OffhookError) -> Any:
    """What an error of ours is told as, where there is no answer to put it into."""
    return loads(bytes(of_error(error).body))


def of_unfit(error: RequestValidationError) -> JSONResponse:
    """The answer to what does not fit its model."""
    return of_error(Invalid([Flaw(_place(one["loc"]), one["msg"], one["type"]) for one in error.errors()]))


def add_handlers(app: FastAPI) -> None:
    """Every error of every route below `/v1` is answered in this form."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, OffhookError)
        return of_error(error)

    async def unfit(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return of_unfit(error)

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return problem(error.status_code, str(error.detail), f"http.{error.status_code}", headers=error.headers)

    async def fault(request: Request, error: Exception) -> JSONResponse:
        _LOG.error("a request failed: %s %s", request.method, request.url.path, exc_info=error)
        return problem(500, "something went wrong in Offhook", "offhook.fault")

    app.add_exception_handler(OffhookError, ours)
    app.add_exception_handler(RequestValidationError, unfit)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, fault)


def _place(loc: Sequence[int | str]) -> str:
    parts = list(loc[1:]) if loc and loc[0] in ("body", "query", "path", "header") else list(loc)
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _pointer(field: str) -> str:
    return "/" + field.replace(".", "/") if field else ""
