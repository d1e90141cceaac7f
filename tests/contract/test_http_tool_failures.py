"""Tools that are web services: whether a failure may have had its effect, and that secret keys never come back."""

import asyncio
import json
import logging
import traceback
from dataclasses import replace
from typing import Any

import pytest

from offhook.core.history import Outcome
from offhook.errors import ToolError
from offhook.tools import guard
from offhook.tools import http as http_tools
from tests.http_tool_world import CALL, against, ask, refused
from tests.web_service import Answer, WebService

# ── was it done? ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answers", "fields", "outcome"),
    [
        ([Answer(status=400)], {}, Outcome.FAILED),
        ([Answer(status=404)], {}, Outcome.FAILED),
        ([Answer(status=409)], {}, Outcome.FAILED),
        ([Answer(status=409)], {"idempotency_key": True}, Outcome.UNKNOWN),
        ([Answer(status=429)], {"retries": 0}, Outcome.FAILED),
        ([Answer(status=307)], {}, Outcome.FAILED),
        ([Answer(status=303)], {}, Outcome.UNKNOWN),
        ([Answer(status=500)], {}, Outcome.UNKNOWN),
        ([Answer(status=503)], {"retries": 0}, Outcome.UNKNOWN),
        ([Answer(status=503)], {"has_effects": False, "retries": 0}, Outcome.FAILED),
        ([Answer(status=503)], {"method": "GET", "retries": 0}, Outcome.FAILED),
        ([Answer(b'{"half"', cut=True)], {}, Outcome.UNKNOWN),
        ([Answer(b"<p>thanks</p>", kind="text/html")], {}, Outcome.UNKNOWN),
        ([Answer(b'{"half": ')], {}, Outcome.UNKNOWN),
        ([Answer(b"x" * (http_tools.ANSWER_BYTES + 1))], {}, Outcome.UNKNOWN),
        # The first try may have done it, whatever the second says.
        ([Answer(status=502), Answer(status=404)], {"idempotency_key": True}, Outcome.UNKNOWN),
        ([Answer(status=429), Answer(status=404)], {}, Outcome.FAILED),
    ],
)
def test_a_failure_says_whether_it_may_have_been_done(
    answers: list[Answer], fields: dict[str, Any], outcome: Outcome
) -> None:
    async def test(service: WebService) -> None:
        error = await refused(service.url, **fields)
        assert error.outcome is outcome
        assert len(service.received) == len(answers)

    against(*answers)(test)


def test_a_request_that_is_on_its_way_may_have_been_done() -> None:
    async def test(service: WebService) -> None:
        assert (await refused(service.url, timeout_s=0.5)).outcome is Outcome.UNKNOWN

    against(Answer(wait=asyncio.Event()))(test)


def test_what_was_never_sent_was_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    async def whole() -> None:
        async with WebService() as service:
            url = service.url
        assert (await refused(url, retries=1)).outcome is Outcome.FAILED
        for failing in (slow, unknown):
            monkeypatch.setattr(guard, "resolve", failing)
            error = await refused("https://shop.example.com/", allow_private=False, timeout_s=0.5)
            assert error.outcome is Outcome.FAILED

    async def slow(host: str, port: int) -> list[str]:
        await asyncio.sleep(30)
        return [host, str(port)]

    async def unknown(host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port}")

    asyncio.run(whole())


def test_the_time_that_ends_between_two_tries_adds_no_doubt() -> None:
    async def test(service: WebService) -> None:
        error = await refused(service.url, timeout_s=0.6, retries=3)
        assert "did not answer in 0.6 s" in str(error) and error.outcome is Outcome.FAILED

    against(*[Answer(status=429)] * 4)(test)


# ── secret keys of the caller ────────────────────────────────────────────────────────────────────────────────────

PIN = "739164"
SECRET_CALL = replace(CALL, reveal=lambda text: text.replace("{keys-1}", PIN).replace("{keys-2}", "42"))


def test_secret_keys_are_put_in_when_the_request_is_made() -> None:
    async def test(service: WebService) -> None:
        arguments: dict[str, object] = {"order": "{keys-1}", "note": "pin {keys-1}, then {keys-2}"}
        await ask(f"{service.url}/o/{{order}}", arguments, SECRET_CALL)
        (got,) = service.received
        assert got.path == f"/o/{PIN}"
        assert got.json == {"order": PIN, "note": f"pin {PIN}, then 42"}

    against()(test)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(json.dumps({"you typed": PIN}).encode()), '{"you typed":"{keys-1}"}'),
        (Answer(b"739-164 is right", kind="text/plain"), "{keys-1} is right"),
        (Answer(b"7 3 9 1 6 4 is right", kind="text/plain"), "{keys-1} is right"),
        (Answer(json.dumps({"detail": f"{PIN} is wrong"}).encode(), status=403), "answered 403: {keys-1} is wrong"),
        (Answer(f"no {PIN}".encode(), status=500, kind="text/plain"), "answered 500: no {keys-1}"),
        (Answer(b"42 of 1042, 4:42", kind="text/plain"), "{keys-2} of 1042, 4:{keys-2}"),
    ],
)
def test_secret_keys_never_come_back(answer: Answer, told: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def test(service: WebService) -> None:
        try:
            found = await ask(service.url, {"order": "{keys-1}", "note": "{keys-2}"}, SECRET_CALL)
        except ToolError as error:
            found = "".join(traceback.format_exception(error))
        assert service.received[0].json == {"order": PIN, "note": "42"}
        assert told in found
        for text in (found, caplog.text):
            assert PIN not in text

    against(answer)(test)


def test_wrong_arguments_are_told_without_the_secret_keys() -> None:
    schema = {"type": "object", "properties": {"order": {"type": "string", "maxLength": 3}, "n": {"enum": [1]}}}

    async def test(service: WebService) -> None:
        for arguments in ({"order": "{keys-1}"}, {"n": "{keys-1}"}, {"x{keys-1}": 1}):
            error = await refused(service.url, arguments=arguments, context=SECRET_CALL, parameters=schema)
            assert PIN not in "".join(traceback.format_exception(error))
        error = await refused(service.url, arguments={"order": "{keys-7}"}, context=SECRET_CALL)
        assert str(error) == "there are no secret keys {keys-7}: ask the caller for them first"
        assert not service.received

    against()(test)
