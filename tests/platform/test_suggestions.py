"""A first agent suggested over the API: from a site on loopback, and from a few lines; then saved, and asked."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from offhook.platform.suggestions import site as site_module
from offhook.platform.suggestions import suggestions as suggestions_module
from tests.businesses import html
from tests.platform_world import World, new_database, world
from tests.small_site import Answer, small_site
from tests.web_service import Answer as Said
from tests.web_service import WebService

LINES = (
    "Corner Bakery, 12 Mill Lane, Portland, OR 97201. Open Monday to Friday 7am to 6pm, Saturday 8am to 1pm, closed on "
    "Sunday. A coffee costs $3. Call 503-555-0142."
)
HOME = html(
    "<h1>Canal Cycles</h1><p>Bicycles for a day or a week, beside the old canal.</p><nav><a "
    "href='/contact'>Contact</a> "
    "<a href='/prices.html'>Prices</a> <a href='/privacy'>Privacy</a> <a href='/secret/rates'>Rates</a> "
    "<a href='https://elsewhere.example/contact'>Contact</a> <a href='/menu.pdf'>Menu</a></nav>",
    "Canal Cycles", "en-GB",
)  # fmt: skip
PAGES: dict[str, str | Answer] = {
    "/": HOME,
    "/contact": html("<h1>Contact</h1><p>Mon-Sat 9am-6pm, closed on Sunday</p><p>3 Quay Street, Bristol, BS1 4EF</p>"),
    "/prices.html": html("<h1>Prices</h1><ul><li>City bike: £18 per day</li></ul>"),
    "/secret/rates": html("<p>Nobody is to read this.</p>"),
    "/robots.txt": Answer("User-agent: *\nDisallow: /secret/\n", kind="text/plain"),
}


@contextlib.asynccontextmanager
async def desk(folder: Path, **settings: Any) -> AsyncIterator[World]:
    async with asyncio.timeout(90), world(new_database("sqlite", folder), folder, **settings) as here:
        yield here


def test_lines_become_a_draft_that_is_saved_and_published(tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as here:
            answer = await here.client.post("/agents/suggest", json={"text": LINES, "timezone": "Europe/Paris"})
            assert answer.status_code == 200, answer.text
            found = answer.json()
            document = found["document"]
            assert (document["name"], document["language"]) == ("Corner Bakery", "en-US")
            assert (document["timezone"], document["country"]) == ("America/Los_Angeles", "US")
            assert document["opening"] == {"text": "Hello, this is Corner Bakery. How can I help you?"}
            assert (
                "- We are open on Saturday, from 8 a.m. to 1 p.m.\n- We are closed on Sunday.\n" in found["knowledge"]
            )
            assert "A coffee costs $3." in found["knowledge"]
            assert {"pointer": "/name", "how": "found", "source": {"text": "Corner Bakery", "page": ""}} in found[
                "parts"
            ]
            assert found["missing"] == [] and found["pages"] == [] and found["words_by"] == ""
            # Nothing is saved by it.
            assert (await here.client.get("/agents")).json()["data"] == []
            events = (await here.client.get("/audit-events")).json()["data"]
            assert [one["action"] for one in events if one["action"].startswith("agent")] == []
            # As it stands, it is an agent.
            made = (await here.client.post("/agents", json={"document": document})).json()
            files = {"file": (found["knowledge_name"], found["knowledge"].encode(), "text/markdown")}
            kept = await here.client.post(f"/agents/{made['id']}/documents", files=files)
            assert kept.status_code == 201 and kept.json()["is_used"] is True, kept.text
            published = await here.client.post(f"/agents/{made['id']}/publish", json={})
            assert published.status_code == 201, published.text

    asyncio.run(main())


def test_a_site_is_read_with_the_pages_that_it_leads_to(tmp_path: Path) -> None:
    async def main() -> None:
        with small_site(PAGES) as shop:
            async with desk(tmp_path, private_hosts=("127.0.0.1",)) as here:
                answer = await here.client.post("/agents/suggest", json={"url": shop.url})
                assert answer.status_code == 200, answer.text
                found = answer.json()
        assert found["document"]["name"] == "Canal Cycles" and found["document"]["language"] == "en-GB"
        texts = {fact["text"]: fact["source"]["page"] for fact in found["facts"]}
        assert texts["City bike: £18 per day"] == f"{shop.url}/prices.html"
        assert texts["We are open from Monday to Saturday, from 9 a.m. to 6 p.m."] == f"{shop.url}/contact"
        assert texts["Our address is 3 Quay Street, Bristol, BS1 4EF."] == f"{shop.url}/contact"
        assert sorted(shop.asked) == ["/", "/contact", "/prices.html", "/robots.txt"]
        problems = {page["url"]: page["problem"] for page in found["pages"]}
        assert "robots.txt" in problems[f"{shop.url}/secret/rates"] and problems[f"{shop.url}/contact"] == ""
        assert [one["part"] for one in found["missing"]] == ["telephone"]

    asyncio.run(main())


def test_a_page_that_does_not_come_holds_up_none_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        monkeypatch.setattr(site_module, "OTHERS_S", 3.0)
        with small_site({**PAGES, "/contact": Answer("late", wait_s=30)}) as shop:
            async with desk(tmp_path, private_hosts=("127.0.0.1",)) as here:
                found = (await here.client.post("/agents/suggest", json={"url": shop.url})).json()
                shop.stop.set()
        assert "City bike: £18 per day" in [fact["text"] for fact in found["facts"]]
        assert {"url": f"{shop.url}/contact", "title": "", "problem": "it did not come in time"} in found["pages"]

    asyncio.run(main())


def test_what_cannot_be_read_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    french = (
        "<h1>Boulangerie</h1><p>Nous sommes ouverts du lundi au samedi et nous vous attendons avec nos pains.</p>"
        "<p>Le pain est fait par nous, et les gâteaux aussi, avec des produits de la région.</p>"
    )
    pages: dict[str, str | Answer] = {
        "/round": Answer(status=302, headers={"Location": "/round"}),
        "/inside": Answer(status=302, headers={"Location": "http://127.0.0.2:9/"}),
        "/metadata": Answer(status=302, headers={"Location": "http://169.254.169.254/latest/"}),
        "/file": Answer(status=302, headers={"Location": "file:///etc/passwd"}),
        "/pdf": Answer(b"%PDF-1.7", kind="application/pdf"),
        "/app": html("<div id=root></div><script>draw()</script>", "App"),
        "/french": html(french, "", "fr"),
        "/large": Answer(b"<p>word</p>" * 400_000),
        "/packed": Answer(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
        "/slow": Answer("late", wait_s=30),
    }
    expected = {
        "/none": ("suggest.refused", "answered 404"),
        "/round": ("suggest.no_page", "without an end"),
        "/inside": ("suggest.private", "private network"),
        "/metadata": ("suggest.private", "private network"),
        "/file": ("suggest.address", "no address"),
        "/pdf": ("suggest.no_page", "application/pdf"),
        "/app": ("suggest.no_words", "hardly any words"),
        "/french": ("suggest.language", "French"),
        "/large": ("suggest.too_large", "larger than"),
        "/packed": ("suggest.no_page", "compressed"),
        "/slow": ("suggest.no_answer", "did not answer"),
    }

    async def main() -> None:
        with small_site(pages) as shop:
            async with desk(tmp_path, private_hosts=("127.0.0.1",)) as here:
                for address, (code, told) in expected.items():
                    if address == "/slow":
                        monkeypatch.setattr(site_module, "PAGE_S", 0.5)
                    answer = await here.client.post("/agents/suggest", json={"url": shop.url + address})
                    problem = answer.json()
                    assert (answer.status_code, problem["code"]) == (422, code), answer.text
                    assert told in problem["errors"][0]["detail"] and problem["errors"][0]["pointer"] == "/url"
                shop.stop.set()

    asyncio.run(main())


def test_where_nobody_is_to_look_nobody_looks(tmp_path: Path) -> None:
    expected = {
        "http://127.0.0.1:8080/": "suggest.private", "http://[::1]/": "suggest.private",
        "http://10.0.0.7": "suggest.private",
        "http://0x7f.1/": "suggest.private", "http://2130706433/": "suggest.address", "localhost": "suggest.address",
        "ftp://www.example.com/": "suggest.address", "https://user:secret@www.example.com/": "suggest.address",
        "not an address": "suggest.address", "https://nobody.invalid": "suggest.unknown_host",
    }  # fmt: skip

    async def main() -> None:
        async with desk(tmp_path) as here:
            for address, code in expected.items():
                answer = await here.client.post("/agents/suggest", json={"url": address})
                assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
                assert "secret" not in answer.text

    asyncio.run(main())


def test_who_may_not_write_agents_is_suggested_none_and_only_so_many_run_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with desk(tmp_path) as here:
            _, key = await here.other(["agents:read"])
            refused = await here.client.post("/agents/suggest", json={"text": LINES}, headers=here.as_key(key))
            assert refused.status_code == 403
            for body in (
                {},
                {"text": LINES, "url": "https://www.example.com"},
                {"text": "   "},
                {"text": "x" * 20_001},
            ):
                assert (await here.client.post("/agents/suggest", json=body)).status_code == 422
            few = await here.client.post("/agents/suggest", json={"text": "A shop."})
            assert few.json()["code"] == "suggest.no_words" and "write a little more" in few.text
            monkeypatch.setattr(suggestions_module, "AT_ONCE", 0)
            busy = await here.client.post("/agents/suggest", json={"text": LINES})
            assert busy.status_code == 429 and "retry-after" in busy.headers

    asyncio.run(main())


def test_the_page_in_the_wanted_language_is_read(tmp_path: Path) -> None:
    english = html(
        "<h1>Lake Hotel</h1><p>Twenty rooms right at the lake, with breakfast and a sauna.</p>", "Lake Hotel", "en"
    )
    german = html(
        "<h1>Hotel am See</h1><p>Zwanzig Zimmer direkt am See, mit Frühstück und einer Sauna für unsere Gäste.</p>",
        "Hotel am See",
        "de", '<link rel="alternate" hreflang="en" href="/en"><link rel="alternate" hreflang="de" href="/">',
    )  # fmt: skip

    async def main() -> None:
        with small_site({"/": german, "/en": english}) as shop:
            async with desk(tmp_path, private_hosts=("127.0.0.1",)) as here:
                for wish, name in (
                    ("", "Hotel am See"),
                    ("en-GB", "Lake Hotel"),
                    ("de-AT", "Hotel am See"),
                    ("en", "Lake Hotel"),
                ):
                    body = {"url": shop.url, "language": wish}
                    found = (await here.client.post("/agents/suggest", json=body)).json()["document"]
                    assert found["name"] == name and found["language"] in (wish, "en-US", "de-DE"), found

    asyncio.run(main())


def test_what_a_model_adds_is_taken_out_and_told(tmp_path: Path) -> None:
    told = [
        {"from": [1], "text": "A coffee is 3 dollars."},
        {"from": [2], "text": "You can order cakes two days ahead, by phone or online, from 20 dollars."},
        {"from": [9], "text": "We sell boats."},
    ]
    stream = [{"choices": [{"index": 0, "delta": {"content": "\n".join(map(json.dumps, told))},
    "finish_reason": None}]},
              {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]  # fmt: skip
    events = "".join(f"data: {json.dumps({'id': 'x', 'object': 'chat.completion.chunk', **one})}\n\n" for one in stream)

    async def main() -> None:
        answer = Said(f"{events}data: [DONE]\n\n".encode(), kind="text/event-stream")
        async with (
            WebService(answer) as vendor,
            desk(tmp_path, vendor_urls={"openai": f"{vendor.url}/v1"}) as here,
        ):
            text = f"{LINES} Cakes are ordered two days ahead."
            none = (await here.client.post("/agents/suggest", json={"text": text, "by_model": True})).json()
            assert [one["code"] for one in none["notices"]] == ["model.failed"] and vendor.received == []
            key = {"value": "made-up-key-of-a-vendor"}
            saved = await here.client.put("/provider-keys/openai", json=key, params={"force": True})
            assert saved.status_code in (200, 201), saved.text
            await here.platform.snapshot.settle()
            vendor.received.clear()
            found = (await here.client.post("/agents/suggest", json={"text": text, "by_model": True})).json()
        texts = [fact["text"] for fact in found["facts"]]
        assert "A coffee is 3 dollars." in texts and "Cakes are ordered two days ahead." in texts, found["notices"]
        assert found["words_by"].startswith("openai/") and not any("20" in text and "order" in text for text in texts)
        (dropped,) = found["notices"]
        assert dropped["code"] == "fact.dropped" and "from 20 dollars" in dropped["detail"]
        asked = vendor.received[0].body.decode()
        assert "A coffee costs $3." in asked and "8 a.m." not in asked

    asyncio.run(main())
