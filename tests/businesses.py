"""What a business says of itself, and what is to be read out of it: the rows of the tests of suggestions."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from offhook.knowledge.web_page import page_of, read_page
from offhook.platform.suggestions.source import Page, typed


@dataclass(frozen=True)
class Business:
    """One of them."""

    kind: str
    says: str | dict[str, str]
    """Lines that were typed, or the bodies of its pages by their path; the head says the language and the title."""
    name: str
    hours: tuple[str, ...]
    """All that is known under opening hours."""
    knows: tuple[str, ...] = ()
    """Facts, as they are known; `question → answer` where the page asks it."""
    not_known: tuple[str, ...] = ()
    """No fact holds these."""
    address: str = ""
    telephone: str = ""
    email: str = ""
    zone: str = ""
    lacks: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    url: str = "https://www.example.com/"


HTML: Final = (
    '<!doctype html><html lang="{language}"><head><title>{title}</title>{head}</head><body>{body}</body></html>'
)


def html(body: str, title: str = "", language: str = "en", head: str = "") -> str:
    """A page."""
    return HTML.format(body=body, title=title, language=language, head=head)


def pages_of(business: Business) -> list[Page]:
    """Its pages, read."""
    if isinstance(business.says, str):
        return [typed(business.says)]
    return [page(urljoin(business.url, path), body) for path, body in business.says.items()]


def page(url: str, body: str) -> Page:
    """A page, as `site` makes it of what was fetched."""
    found = page_of(read_page(body.encode()))
    links = tuple((link.href, link.text) for link in found.links)
    is_legal = "impressum" in url
    return Page(url, found.markdown, found.title, found.language, found.meta, links, found.data, is_legal)
