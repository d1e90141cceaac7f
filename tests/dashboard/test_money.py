"""The month's statement, in words and as files; and pages of another language."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from offhook import clock
from tests.dashboard.seeded_home import House, seeded_house
from tests.dashboard_world import WIDTHS, Desk, flaws, signed_in

NOW = f"{clock.wall_in('UTC'):%Y-%m}"
ENGLISH = re.compile(r"\b(the|and|is|are|not|with|of|was|calls?|hears?|thinks?|speaks?)\b", re.IGNORECASE)
NAMES = re.compile(r"`[^`]*`|https?:\S+|\S*[_/{}.:]\S*")
"""Of commands, settings and files: they are the same in any language."""


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with seeded_house(browser, tmp_path_factory.mktemp("money")) as made:
        yield made


def test_a_month_is_told_in_a_sentence_and_adds_up(house: House) -> None:
    page = house.open("/money")
    whole = page.get_by_text("minutes together")
    told = re.search(r"\$([\d.,]+) for ([\d,]+) calls", whole.inner_text())
    assert told, whole.inner_text()
    expect(whole).to_contain_text("The month goes on.")
    parts = page.get_by_role("region", name="Cost by what was used")
    sums = [
        float(row.get_by_role("cell").last.inner_text().strip("$").replace(",", ""))
        for row in parts.get_by_role("row").filter(has=page.locator("th[scope=rowgroup]")).all()
    ]
    assert len(sums) == 4 and sums == sorted(sums, reverse=True)
    assert sum(sums) == pytest.approx(float(told[1].replace(",", "")), abs=0.021)
    expect(parts.get_by_role("row").filter(has_text="own voice")).to_contain_text("not known")
    expect(parts.get_by_role("row").filter(has_text="gpt-5-mini").first).to_contain_text("$0.000")
    agents = page.get_by_role("region", name="Cost by agent")
    expect(agents.get_by_role("row").nth(1)).to_contain_text(told[2])


def test_it_is_taken_away_as_files(house: House) -> None:
    page = house.open("/money")
    for name, begins in (("PDF", b"%PDF-"), ("CSV", b"")):
        with page.expect_download() as held:
            page.get_by_role("link", name=name, exact=True).click()
        assert held.value.suggested_filename == f"usage-{NOW}.{name.lower()}"
        data = Path(held.value.path()).read_bytes()
        assert data.startswith(begins) and len(data) > 200
        assert name == "PDF" or b"deepgram nova-3" in data


def test_another_month_has_an_address(house: House) -> None:
    page = house.open("/money")
    page.get_by_role("combobox", name="Month").click()
    page.get_by_role("option").nth(5).click()
    page.wait_for_url(re.compile(r"month=\d{4}-\d\d$"))
    expect(page.get_by_text(re.compile(r"^No call in [A-Z]\w+ \d{4}$"))).to_be_visible()
    month = page.url[-7:]
    expect(page.get_by_role("link", name="PDF")).to_have_attribute("href", f"/v1/usage?month={month}&format=pdf")
    page.reload()
    expect(page.get_by_role("combobox", name="Month")).not_to_have_value("")
    expect(page.get_by_text(re.compile(r"^No call in"))).to_be_visible()
    house.open("/money?month=2026-13")
    expect(page.get_by_text("minutes together")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_for_everybody(house: House, browser: Browser, *, dark: bool) -> None:
    eye = signed_in(browser, house.server, dark=dark)
    eye.go("/money")
    expect(eye.page.get_by_text("minutes together")).to_be_visible()
    assert flaws(eye.page) == []
    for width, height in WIDTHS.values():
        eye.page.set_viewport_size({"width": width, "height": height})
        assert eye.page.evaluate("document.documentElement.scrollWidth") <= width
    eye.context.close()


@pytest.fixture(scope="module")
def german(house: House, browser: Browser) -> Iterator[Desk]:
    made = signed_in(browser, house.server)
    made.page.evaluate("localStorage.setItem('offhook-language', 'de')")
    yield made
    made.context.close()


@pytest.fixture(scope="module")
def data(house: House) -> str:
    """What samples and their callers say: it is English in any language of the pages."""
    lists = ("agents", "calls", "questions", "tasks", "webhooks", "voices?provider=local", "catalogue")
    with httpx2.Client(base_url=f"{house.server.base}/v1", timeout=30) as api:
        api.headers["Authorization"] = f"Bearer {house.server.key()}"
        told = [api.get(f"/{one}") for one in lists]
        agent = told[0].json()["data"][0]["id"]
        told += [api.get(f"/agents/{agent}"), *(api.get(f"/calls/{one['id']}") for one in told[1].json()["data"])]
    return "\n".join(json.dumps(answer.json(), ensure_ascii=False) for answer in told if answer.is_success)


@pytest.mark.parametrize("path", ["/", "/live", "/calls", "/agents", "/questions", "/numbers", "/keys", "/money",
                                  "/system", "/settings/people", "/settings/api-keys", "/settings/webhooks",
                                  "/settings/audit", "/analytics", "/start"])  # fmt: skip
def test_a_german_page_is_german(german: Desk, data: str, path: str) -> None:
    german.go(path)
    expect(german.page.locator("html")).to_have_attribute("lang", "de")
    lines = [line.strip(' “”„"·') for line in german.page.locator("main").inner_text().splitlines()]
    found = [line for line in lines if len(ENGLISH.findall(NAMES.sub("", line))) > 1 and line not in data]
    assert not found, "English on a German page"


def test_nothing_troubled_the_pages(house: House) -> None:
    assert house.owner.troubles == []
