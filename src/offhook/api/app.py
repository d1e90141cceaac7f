"""The API as an application of its own, served below `/v1`."""

import re
from typing import Final

from fastapi import FastAPI, Request
from starlette.routing import Mount

from offhook import __version__
from offhook.api import (
    agent_tests,
    agent_tools,
    agent_versions,
    agent_yaml,
    agents,
    analytics,
    api_keys,
    audit_events,
    backups,
    browser_calls,
    call_list,
    call_live,
    call_media,
    call_seat,
    calls,
    carrier_accounts,
    catalogue,
    client_files,
    control,
    documents,
    fixes,
    health,
    limits,
    oidc,
    people,
    phone_numbers,
    placing,
    prices,
    provider_keys,
    questions,
    rehearsals,
    samples,
    sessions,
    sharing,
    stream,
    suggestions,
    tasks,
    today,
    usage,
    views,
    webhooks,
    what_if,
)
from offhook.api.bounds import Bounds
from offhook.api.document import describe
from offhook.api.other_pages import PagesOfOthers
from offhook.api.problems import ProblemBody, add_handlers, problem
from offhook.api.rates import Rates
from offhook.api.requests import Requests
from offhook.platform.platform import Platform

ROOT: Final = "/v1"
_ROUTERS: Final = (
    api_keys.router,
    backups.router,
    health.router,
    # Its `/import` stands before `/{agent_id}`.
    agent_yaml.router,
    suggestions.router,
    agents.router,
    agent_versions.router,
    agent_tools.router,
    documents.router,
    fixes.router,
    what_if.router,
    rehearsals.router,
    rehearsals.rehearsal_router,
    agent_tests.router,
    agent_tests.agent_router,
    catalogue.router,
    carrier_accounts.router,
    phone_numbers.router,
    placing.router,
    sessions.router,
    oidc.router,
    people.router,
    audit_events.router,
    provider_keys.router,
    webhooks.router,
    limits.router,
    browser_calls.router,
    client_files.router,
    call_list.router,
    calls.router,
    control.router,
    call_media.router,
    call_live.router,
    call_seat.router,
    sharing.router,
    sharing.shared_router,
    stream.router,
    prices.router,
    questions.router,
    tasks.router,
    analytics.router,
    today.router,
    usage.router,
    views.router,
    samples.router,
)


def create_api(platform: Platform) -> FastAPI:
    """The application; `/v1/openapi.json` describes it."""
    app = FastAPI(
        title="Offhook",
        version=__version__,
        summary="Answers and places telephone calls with an AI agent.",
        servers=[{"url": ROOT}],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={
            "default": {"model": ProblemBody, "description": "Why it was not done (RFC 9457).",
                        "content": {"application/problem+json": {}}},
        },
    )  # fmt: skip
    app.state.platform = platform
    stream.tell_with(platform)
    app.state.checked = {}
    app.state.rates = Rates(platform.settings.api_per_minute)
    app.add_middleware(Bounds)
    app.add_middleware(PagesOfOthers, is_known=platform.browser_calls.is_known)
    app.add_middleware(Requests)
    for router in _ROUTERS:
        app.include_router(router)
    add_handlers(app)
    describe(app)

    # Whatever is below /v1 and is no route is answered in the API's own form.
    @app.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    async def nothing(request: Request, rest: str) -> object:
        return problem(404, f"there is no {ROOT}/{rest[:80]}", "http.404", "See /v1/openapi.json for what there is.")

    return app


def mount_api(app: FastAPI, platform: Platform) -> None:
    """Serve the API below `/v1` of this application."""
    route = Mount(ROOT, app=create_api(platform))
    # Whatever stands in a path is the API's to refuse; Starlette stops at a line break.
    route.path_regex = re.compile(route.path_regex.pattern, re.DOTALL)
    app.router.routes.append(route)
