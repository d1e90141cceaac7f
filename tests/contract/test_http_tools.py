"""Tools that are web services, against a service on loopback: slow, broken, redirecting, too large, too curious."""

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from offhook.errors import ConfigurationError, OffhookError, ProviderRefused, ToolError
from offhook.tools import guard
from offhook.tools import http as http_tools
from offhook.tools.told import RESULT_CHARS
from offhook.tools.toolbox import Toolbox
from tests.http_tool_world import CALL, CANARY, SETUP, against, ask, config, refusal
from tests.web_service import Answer, WebService

# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_arguments_are_sent_as_json() -> None:
    async def test(service: WebService) -> None:
        result = await ask(
            f"{service.url}/orders", {"order": "7", "items": [1, 2]}, headers={"Authorization": "Bearer ${SHOP_TOKEN}"}
        )
        assert result == '{"status":"sent"}'
        (got,) = service.received
        assert (got.method, got.path, got.json) == ("POST", "/orders", {"order": "7", "items": [1, 2]})
        assert got.headers["authorization"] == f"Bearer {CANARY}"
        assert got.headers["content-type"] == "application/json"
        assert got.headers["host"] == f"127.0.0.1:{service.port}"
        assert "idempotency-key" not in got.headers

    against(Answer(b'{"status": "sent"}'))(test)


def test_the_body_is_the_owners_block() -> None:
    body = {"id": "{order}", "items": "{items}", "who": {"by": "caller {call.caller}", "of": "{call.agent}"}, "n": 1}

    async def test(service: WebService) -> None:
        await ask(f"{service.url}/?c={{call.id}}", {"order": 'a"} {call.id}', "items": [3]}, body=body)
        (got,) = service.received
        assert got.path == "/?c=CA1"
        who = {"by": "caller +15005550006", "of": "test shop"}
        assert got.json == {"id": 'a"} {call.id}', "items": [3], "who": who, "n": 1}

    against()(test)


@pytest.mark.parametrize(
    ("order", "path"),
    [
        ("7", "/orders/7?note="),
        ("../admin?x=1#y", "/orders/..%2Fadmin%3Fx%3D1%23y?note="),
        ("a/b c&d", "/orders/a%2Fb%20c%26d?note="),
        ("größe", "/orders/gr%C3%B6%C3%9Fe?note="),
        ("%2e%2e", "/orders/%252e%252e?note="),
        ("{call.id}", "/orders/%7Bcall.id%7D?note="),
    ],
)
def test_an_argument_never_becomes_a_part_of_the_address(order: str, path: str) -> None:
    async def test(service: WebService) -> None:
        await ask(f"{service.url}/orders/{{order}}?note={{note}}", {"order": order}, method="GET")
        assert service.received[0].path == path
        assert service.received[0].body == b""

    against()(test)


@pytest.mark.parametrize("order", [".", ".."])
def test_dot_segments_are_refused(order: str) -> None:
    async def test(service: WebService) -> None:
        with pytest.raises(ToolError, match=r"cannot use '\.+' as order"):
            await ask(f"{service.url}/orders/{{order}}/cancel", {"order": order})
        assert not service.received

    against()(test)


def test_what_get_is_not_asked_in_the_path_stands_in_the_query() -> None:
    async def test(service: WebService) -> None:
        await ask(f"{service.url}/find", {"order": "a&b", "items": [1, 2]}, method="GET")
        assert service.received[0].path == "/find?order=a%26b&items=%5B1%2C%202%5D"

    against()(test)


def test_wrong_arguments_are_never_sent() -> None:
    async def test(service: WebService) -> None:
        box = Toolbox([config(service.url)], SETUP)
        for arguments, says in (
            ("{}", "needs the field order"),
            ('{"order": "7", "items": ["x"]}', 'needs a whole number in items.0, found "x"'),
            ('{"order": "7", "colour": 1}', "has no field 'colour'; its fields are order, note, items"),
        ):
            with pytest.raises(ToolError, match=says):
                await box.run("order", arguments, CALL)
        assert not service.received

    against()(test)


# ── what comes back ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "result", "told"),
    [
        (
            Answer(b'{"status": "sent", "eta": {"date": "Friday"}, "items": [{"n": 2}]}'),
            "{status}, arrives {eta.date}: {items.0.n} of {items.1.n}",
            "sent, arrives Friday: 2 of unknown",
        ),
        (Answer(b'{"ok": true, "list": [1]}'), "{ok} {list}", "true [1]"),
        (Answer(b"three left", kind="text/plain; charset=utf-8"), "", "three left"),
        (Answer(b'"hello"', kind=""), "", "hello"),
        (Answer(b"", status=204, kind=""), "", "done (the service answered 204 and nothing else)"),
        (Answer(b'{"a": "{status}"}', kind="application/problem+json"), "{a}", "{status}"),
    ],
)
def test_the_result_is_what_the_owner_picks(answer: Answer, result: str, told: str) -> None:
    async def test(service: WebService) -> None:
        assert await ask(service.url, result=result) == told

    against(answer)(test)


def test_a_long_answer_is_cut() -> None:
    async def test(service: WebService) -> None:
        result = await ask(service.url)
        assert len(result) < RESULT_CHARS + 50 and result.endswith("(the rest was left out)")

    against(Answer(json.dumps(["word"] * 5_000).encode()))(test)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(b"x" * (http_tools.ANSWER_BYTES + 1)), "answered with more than 256 kB"),
        (Answer(b"<p>hello</p>", kind="text/html"), "answered with text/html, and only JSON and plain text"),
        (Answer(b"\x89PNG", kind="image/png"), "answered with image/png"),
        (Answer(b'{"half": '), "JSON that cannot be read"),
        (Answer(b"[" * 100_000), "JSON that cannot be read"),
        (Answer(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}), "compressed its answer"),
        (Answer(b'{"detail": "no such order"}', status=404), "answered 404: no such order"),
        (Answer(b"<h1>bad</h1>", status=400, kind="text/html"), "answered 400"),
        (Answer(b"", status=503, kind=""), "answered 503"),
        (Answer(b'{"half"', cut=True), "the connection to the service broke"),
    ],
)
def test_what_goes_wrong_is_told_to_the_model(answer: Answer, says: str) -> None:
    async def test(service: WebService) -> None:
        assert says in await refusal(service.url)

    against(answer)(test)


# ── time and tries ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_slow_service_is_given_up() -> None:
    async def test(service: WebService) -> None:
        assert "did not answer in 0.5 s" in await refusal(service.url, timeout_s=0.5)

    against(Answer(wait=asyncio.Event()))(test)


@pytest.mark.parametrize(
    ("fields", "tries"),
    [
        ({"method": "GET"}, 2),
        ({"method": "PUT"}, 2),
        ({"method": "POST"}, 1),
        ({"method": "POST", "has_effects": False}, 2),
        ({"method": "POST", "idempotency_key": True}, 2),
        ({"method": "GET", "retries": 0}, 1),
    ],
)
def test_only_what_can_be_repeated_is(fields: dict[str, Any], tries: int) -> None:
    async def test(service: WebService) -> None:
        if tries == 2:
            assert await ask(service.url, **fields) == "{}"
        else:
            assert "500" in await refusal(service.url, **fields)
        assert len(service.received) == tries

    against(Answer(status=500), Answer())(test)


def test_the_idempotency_key_is_the_wishs_own() -> None:
    wish, other = replace(CALL, key="call_a-1"), replace(CALL, key="call_a-2")

    async def test(service: WebService) -> None:
        await ask(service.url, idempotency_key=True, retries=2, context=wish)
        await ask(service.url, idempotency_key=True, context=wish)
        await ask(service.url, idempotency_key=True, context=other)
        keys = [got.headers["idempotency-key"] for got in service.received]
        assert keys == ["call_a-1"] * 4 + ["call_a-2"]

    against(Answer(status=502), Answer(status=429), Answer())(test)


def test_without_a_wish_each_run_has_its_own_key() -> None:
    async def test(service: WebService) -> None:
        await ask(service.url, idempotency_key=True)
        await ask(service.url, idempotency_key=True)
        first, second = (got.headers["idempotency-key"] for got in service.received)
        assert first and second and first != second

    against()(test)


def test_a_service_that_is_not_there_was_sent_nothing() -> None:
    async def whole() -> None:
        async with WebService() as service:
            url = service.url
        said = await refusal(url, retries=0)
        assert said == "the service could not be reached"

    asyncio.run(whole())


# ── where to ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_redirects_are_not_followed() -> None:
    async def test(service: WebService) -> None:
        assert "answered 302, a redirect, which is not followed" in await refusal(f"{service.url}/a")
        assert [got.path for got in service.received] == ["/a"]

    against(Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}))(test)


def test_a_name_that_means_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(service: WebService) -> None:
        for addresses in (["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"], ["fd00:ec2::254"], []):

            async def resolve(host: str, port: int, found: list[str] = addresses) -> list[str]:
                del host, port
                return found

            monkeypatch.setattr(guard, "resolve", resolve)
            # A name of the file that loads: what it means is only known now.
            said = await refusal(f"https://shop.example.com:{service.port}/", allow_private=False)
            assert "shop.example.com is in a private network, which its owner has not allowed" in said
        assert not service.received

    against()(test)


def test_the_real_resolver_is_believed() -> None:
    async def whole() -> None:
        with pytest.raises(ProviderRefused, match="localhost is in a private network"):
            await guard.checked_address("localhost", 443)

    asyncio.run(whole())


def test_the_address_that_was_looked_at_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means another address at each look (DNS rebinding) is looked at once."""
    looks = 0

    async def resolve(host: str, port: int) -> list[str]:
        nonlocal looks
        del host, port
        looks += 1
        return ["127.0.0.1"] if looks == 1 else ["10.1.2.3"]

    monkeypatch.setattr(guard, "resolve", resolve)
    monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1")

    async def test(service: WebService) -> None:
        import httpx2

        async with httpx2.AsyncClient(transport=guard.http_transport(allow_private=False)) as client:
            response = await client.get(f"http://shop.example.com:{service.port}/x")
        assert response.status_code == 200 and looks == 1
        assert service.received[0].headers["host"] == f"shop.example.com:{service.port}"
        assert response.request.url.host == "shop.example.com"

    against()(test)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would resolve the name itself, out of sight."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def test(service: WebService) -> None:
        assert await ask(service.url) == "{}"

    against()(test)


# ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "answer",
    [
        Answer(json.dumps({"you sent": f"Bearer {CANARY}", "part": CANARY[3:15]}).encode()),
        Answer(f"your token {CANARY} is old".encode(), kind="text/plain"),
        Answer(json.dumps({"detail": f"bad token {CANARY}"}).encode(), status=401),
        Answer(f"no {CANARY}".encode(), status=500, kind="text/plain"),
        Answer(b"x", kind=f"x/{CANARY}"),
        Answer(status=307, headers={"Location": f"http://x/{CANARY}"}),
    ],
)
def test_a_secret_that_a_service_repeats_is_masked(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def test(service: WebService) -> None:
        tool = config(service.url, headers={"X-Api-Key": "${SHOP_TOKEN}"})
        box = Toolbox([tool], SETUP)
        try:
            told = await box.run("order", '{"order": "7"}', CALL)
        except OffhookError as error:
            told = f"{error} {error!r}"
        await box.close()
        assert service.received[0].headers["x-api-key"] == CANARY
        for text in (told, repr(box), repr(tool), caplog.text):
            assert CANARY[3:15] not in text
        assert "answered" in told or "****" in told

    against(answer)(test)


def test_a_secret_that_is_not_set_is_named_when_the_agent_is_made() -> None:
    tool = config("http://127.0.0.1/", headers={"Authorization": "Bearer ${OTHER_TOKEN}"})
    with pytest.raises(ConfigurationError, match="OTHER_TOKEN"):
        Toolbox([tool], SETUP)
    with pytest.raises(ConfigurationError, match="OTHER_TOKEN"):
        Toolbox([tool])


def test_what_was_filled_in_for_the_call_stays_a_value_wherever_it_goes() -> None:
    attack = "a/../b?x=1&{order}\r\nX-Evil: 1 \u00fc {{age}}"
    context = replace(CALL, variables={"customer": attack, "age": 41})

    def heard(web: WebService) -> tuple[str, dict[str, str], Any]:
        (request,) = web.received
        return request.path, request.headers, request.json

    async def test(web: WebService) -> None:
        url = f"http://127.0.0.1:{web.port}/of/{{{{customer}}}}/{{order}}?age={{{{age}}}}"
        headers = {"X-Customer": "for {{customer}}", "X-Fixed": "1"}
        body = {"who": "{{customer}}", "years": "{{age}}", "text": "is {{age}}", "order": "{order}"}
        await ask(url, context=context, headers=headers, body=body)
        path, sent, content = heard(web)
        assert path.startswith("/of/a%2F..%2Fb%3Fx%3D1%26%7Border%7D") and path.endswith("/7?age=41")
        assert "x-evil" not in sent and sent["x-fixed"] == "1"
        assert sent["x-customer"].startswith("for a/../b?x=1&%7Border%7D X-Evil: 1 %C3%BC")
        assert sent["x-customer"].isascii()
        assert content == {"who": attack, "years": 41, "text": "is 41", "order": "7"}

    against(Answer())(test)
