"""The service that is asked while it rings: signed, bounded in time and size, and never in the server's own network."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook

from offhook import clock
from offhook.agents.pre_call import PreCallConfig
from offhook.errors import ConfigurationError
from offhook.tools.pre_call import Fetched, PreCall
from tests.web_service import Answer, WebService

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def service_of(port: int, **fields: Any) -> PreCall:
    config = {"url": f"http://127.0.0.1:{port}/calls", "secret": "${HOOK_SECRET}", "allow_private": True} | fields
    return PreCall(PreCallConfig.model_validate(config), lambda name: SECRET)


def asked(*answers: Answer, act: Callable[[WebService], None] = lambda web: None, **fields: Any) -> Fetched:
    async def main() -> Fetched:
        async with WebService(*answers) as web:
            service = service_of(web.port, **fields)
            found = await service.ask({"caller_number": "+15005550006"})
            await service.close()
            act(web)
            return found

    return asyncio.run(main())


def test_the_request_is_signed_by_the_standard() -> None:
    def act(web: WebService) -> None:
        (request,) = web.received
        verified = Webhook(SECRET).verify(request.body, request.headers)
        assert verified["type"] == "call.ringing" and verified["data"] == {"caller_number": "+15005550006"}

    found = asked(Answer(b'{"variables": {"customer": "Anna", "age": 41}}'), act=act)
    assert found.variables == {"customer": "Anna", "age": 41} and not found.failure


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(b"not json"), "no JSON"),
        (Answer(b"[]"), "no {"),
        (Answer(b'{"variables": [1]}'), "no {"),
        (Answer(b"{}", status=500), "answered 500"),
        (Answer(b"{}", status=302, headers={"Location": "http://169.254.169.254/"}), "answered 302"),
        (Answer(b'"' + b"x" * 70_000 + b'"'), "more than 64 kB"),
        (Answer(b'{"variables": {}}', cut=True), "could not be reached"),
    ],
)
def test_any_other_answer_is_none(answer: Answer, why: str) -> None:
    found = asked(answer)
    assert found.variables == {} and why in found.failure


def test_a_slow_service_is_waited_for_no_longer_than_it_may_take() -> None:
    async def main() -> None:
        async with WebService(Answer(wait=asyncio.Event())) as web:
            service, began_at = service_of(web.port, timeout_s=0.1), clock.now()
            found = await service.ask({})
            assert "within 0.1 s" in found.failure and clock.now() - began_at < 1
            await service.close()

    asyncio.run(main())


def test_a_private_address_is_refused_after_it_was_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    monkeypatch.setattr("offhook.tools.guard.resolve", resolve)

    async def main() -> None:
        config = PreCallConfig(url="https://crm.example.com/calls", secret="${HOOK_SECRET}")
        service = PreCall(config, lambda name: SECRET)
        found = await service.ask({})
        assert "private network" in found.failure
        await service.close()

    asyncio.run(main())


def test_a_secret_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigurationError, match="HOOK_SECRET"):
        PreCall(PreCallConfig(url="https://a.example.com/", secret="${HOOK_SECRET}"), lambda name: "short")
