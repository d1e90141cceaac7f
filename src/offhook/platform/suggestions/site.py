"""Fetches a few pages of one site: of the internet alone, bounded in time and size, as robots.txt allows.

Each address is resolved once and connected to as it was judged (`tools.guard`), each step of a redirect too.
"""

import asyncio
import codecs
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urldefrag, urljoin, urlsplit, urlunsplit
from urllib.robotparser import RobotFileParser

from offhook import __version__, clock
from offhook.agents.addresses import check_url
from offhook.errors import ProviderRefused, ProviderUnavailable
from offhook.knowledge.extract import PAGE, extracted
from offhook.knowledge.unfit import Unfit
from offhook.knowledge.web_page import WebPage, page_of
from offhook.platform.suggestions.source import Page
from offhook.platform.suggestions.words import LEGAL, NEVER, WORTH
from offhook.tools.guard import CONNECT_S, http_transport

if TYPE_CHECKING:
    import httpx2

MOST_PAGES: Final = 7
OTHERS_S: Final = 12.0
"""All pages behind the first; what is there by then is used."""
PAGE_S: Final = 8.0
ROBOTS_S: Final = 4.0
PAGE_BYTES: Final = 3 << 20
ROBOTS_BYTES: Final = 256 << 10
REDIRECTS: Final = 5
URL_CHARS: Final = 2_000
AGENT: Final = "Offhook"
"""By this name robots.txt may speak to it."""
_KINDS: Final = ("text/html", "application/xhtml+xml", "")
_GONE: Final = (301, 302, 303, 307, 308)


class Why(StrEnum):
    """Why there is nothing to read."""

    ADDRESS = "suggest.address"
    PRIVATE = "suggest.private"
    UNKNOWN_HOST = "suggest.unknown_host"
    NO_ANSWER = "suggest.no_answer"
    REFUSED = "suggest.refused"
    NO_PAGE = "suggest.no_page"
    TOO_LARGE = "suggest.too_large"
    NO_WORDS = "suggest.no_words"


class Unread(Exception):
    """A page could not be read; the message is for whoever gave its address."""

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(slots=True)
class Site:
    """What was read of it."""

    pages: list[Page] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    """Addresses with why they were not read, in words."""


@dataclass(frozen=True, slots=True)
class _Answer:
    url: str
    """After all redirects."""
    kind: str
    body: bytes


async def read_site(address: str, private_hosts: Collection[str], wanted: str = "") -> Site:
    """The page at an address, and those that it leads to and that are worth it. `wanted`: a language, as a primary tag:
    where the page names itself in that one, that is read. Raises `Unread` when the first page cannot be read."""
    url = checked_url(address, private_hosts)
    site = Site()
    async with _Fetcher(private_hosts) as fetcher:
        first, found = await _first(fetcher, url, is_bare="://" not in address)
        if other := _in_language(found, first.url, wanted):
            first, _ = await _page(fetcher, other)
        site.pages.append(first)
        await _others(fetcher, first, site)
    return site


def checked_url(address: str, private_hosts: Collection[str]) -> str:
    """The address as it is asked for; whoever types it leaves out what browsers put in. Raises `Unread`."""
    text = address.strip()
    text = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(urldefrag(text).url)
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
        port = f":{parts.port}" if parts.port is not None else ""
        literal = f"[{host}]" if ":" in host else host
        url = urlunsplit(
            (parts.scheme.lower(), f"{literal}{port}", _quoted(parts.path) or "/", _quoted(parts.query), "")
        )
        has_user = "@" in parts.netloc
        # Only its form is judged here; where it leads to, when it is connected to.
        check_url(url.replace("http://", "https://", 1), allow_private=True)
    except (ValueError, UnicodeError):
        url, has_user, host = "", False, ""
    is_known = "." in host or ":" in host or host in private_hosts
    if not url or has_user or not is_known or len(url) > URL_CHARS:
        raise Unread(Why.ADDRESS, "this is no address of a web page: expected one such as https://www.example.com")
    return url


def _quoted(part: str) -> str:
    return quote(part, safe="/%:@!$&'()*+,;=~-._?")


class _Fetcher:
    """One client for all of them."""

    def __init__(self, private_hosts: Collection[str]) -> None:
        self._private_hosts = private_hosts

    async def __aenter__(self) -> "_Fetcher":
        import httpx2

        def client(*, allow_private: bool) -> httpx2.AsyncClient:
            return httpx2.AsyncClient(
                transport=http_transport(allow_private=allow_private),
                # Compressed, an answer may grow without bound.
                headers={
                    "User-Agent": f"{AGENT}/{__version__} (reads a business's own pages for its telephone)",
                    "Accept": "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.5", "Accept-Encoding": "identity",
                },
                timeout=httpx2.Timeout(PAGE_S, connect=CONNECT_S), follow_redirects=False, trust_env=False,
            )  # fmt: skip

        self._outside, self._inside = client(allow_private=False), client(allow_private=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._outside.aclose()
        await self._inside.aclose()

    async def get(self, url: str, most: int = PAGE_BYTES) -> _Answer:
        """Follow it to its end. Raises `Unread`."""
        try:
            async with asyncio.timeout(PAGE_S):
                for _ in range(REDIRECTS + 1):
                    answer = await self._ask(url, most)
                    if isinstance(answer, _Answer):
                        return answer
                    if self._is_inside(answer) and not self._is_inside(url):
                        raise _private(urlsplit(answer).hostname or "")
                    url = answer
        except TimeoutError:
            raise Unread(Why.NO_ANSWER, f"{urlsplit(url).hostname} did not answer within {PAGE_S:.0f} s") from None
        raise Unread(Why.NO_PAGE, f"{urlsplit(url).hostname} sends one from page to page, without an end")

    def _is_inside(self, url: str) -> bool:
        return (urlsplit(url).hostname or "") in self._private_hosts

    async def _ask(self, url: str, most: int) -> "_Answer | str":
        """The answer, or where it is."""
        import httpx2

        host = urlsplit(url).hostname or ""
        client = self._inside if self._is_inside(url) else self._outside
        try:
            async with client.stream("GET", url) as response:
                where = response.headers.get("location", "")
                if response.status_code in _GONE and where:
                    return checked_url(urljoin(url, where), self._private_hosts)
                if response.status_code != 200:
                    raise Unread(Why.REFUSED, f"{host} answered {response.status_code} for this page")
                return _Answer(url, response.headers.get("content-type", ""), await _body(response, most))
        except ProviderRefused:
            raise _private(host) from None
        except ProviderUnavailable:
            raise Unread(Why.UNKNOWN_HOST, f"there is no site {host}: is it spelt so?") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError):
            raise Unread(Why.NO_ANSWER, f"{host} could not be reached") from None


def _private(host: str) -> Unread:
    told = f"{host} is in a private network: whoever runs this server can allow it (OFFHOOK_PRIVATE_HOSTS)"
    return Unread(Why.PRIVATE, told)


async def _body(response: "httpx2.Response", most: int) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise Unread(Why.NO_PAGE, "the page came compressed, which it was asked not to be")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > most:
            raise Unread(Why.TOO_LARGE, f"the page is larger than {most >> 20} MB")
    return bytes(body)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _first(fetcher: _Fetcher, url: str, *, is_bare: bool) -> tuple[Page, WebPage]:
    """Where nobody said how to ask, a site without https is asked without it."""
    try:
        return await _page(fetcher, url)
    except Unread as unread:
        if not is_bare or unread.why is not Why.NO_ANSWER:
            raise
        return await _page(fetcher, url.replace("https://", "http://", 1))


async def _page(fetcher: _Fetcher, url: str) -> tuple[Page, WebPage]:
    """Raises `Unread`."""
    answer = await fetcher.get(url)
    kind, _, more = answer.kind.partition(";")
    kind, body = kind.strip().lower(), _as_utf8(answer.body, more)
    if kind == "text/plain":
        found = WebPage(body.decode("utf-8-sig", "replace"))
        return _as_source(answer.url, found), found
    if kind not in _KINDS:
        raise Unread(Why.NO_PAGE, f"this is no web page but {kind[:60]}: upload it under Knowledge instead")
    try:
        found = page_of(await asyncio.to_thread(extracted, PAGE, body))
    except Unfit:
        raise Unread(Why.NO_PAGE, "the page is made in a way that cannot be read") from None
    return _as_source(answer.url, found), found


def _as_utf8(body: bytes, parameters: str) -> bytes:
    """What the answer's head says of its signs goes before what the page says (HTML, 13.2.3.1)."""
    named = parameters.lower().partition("charset=")[2].strip(" \"';")
    try:
        if named and codecs.lookup(named).name not in ("utf-8", "ascii"):
            return codecs.BOM_UTF8 + body.decode(named, "replace").encode()
    except LookupError:
        pass
    return body


def _as_source(url: str, found: WebPage) -> Page:
    base = urljoin(url, found.base) if found.base else url
    links = tuple(
        (link.href if link.href.lower().startswith(("tel:", "mailto:")) else _joined(base, link.href), link.text)
        for link in found.links
        if not link.language
    )
    is_legal = bool(LEGAL.search(urlsplit(url).path)) or bool(LEGAL.search(found.title))
    return Page(url, found.markdown, found.title, found.language, found.meta, links, found.data, is_legal)


def _joined(base: str, href: str) -> str:
    try:
        return urldefrag(urljoin(base, href)).url
    except ValueError:
        return ""


def _in_language(found: WebPage, url: str, wanted: str) -> str:
    """The same page in another language, where it is not in that one itself; empty: there is none, or no need."""
    if not wanted or found.language.partition("-")[0].lower() == wanted:
        return ""
    base = urljoin(url, found.base) if found.base else url
    for link in found.links:
        address = _joined(base, link.href)
        if link.language.partition("-")[0].lower() == wanted and _is_of(url, address) and address != url:
            return address
    return ""


async def _others(fetcher: _Fetcher, first: Page, site: Site) -> None:
    """Beside each other: a slow page holds up none of the others, and what does not come is left out."""
    chosen = list(worth_reading(first))
    if not chosen:
        return
    until = clock.now() + OTHERS_S
    robots = await _robots(fetcher, first.url)
    allowed = [url for url in chosen if robots is None or robots.can_fetch(AGENT, url)]
    site.unread += [(url, "robots.txt of the site keeps it from being read") for url in chosen if url not in allowed]
    tasks = {asyncio.create_task(_page(fetcher, url)): url for url in allowed[: MOST_PAGES - 1]}
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=max(0.0, until - clock.now()))
        for task, url in tasks.items():
            _take(task, url, site)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _take(task: "asyncio.Task[tuple[Page, WebPage]]", url: str, site: Site) -> None:
    if not task.done():
        site.unread.append((url, "it did not come in time"))
        return
    try:
        page, _ = task.result()
    except Unread as unread:
        site.unread.append((url, str(unread)))
        return
    first = site.pages[0]
    if _is_of(first.url, page.url) and page.url not in (one.url for one in site.pages):
        site.pages.append(page)


async def _robots(fetcher: _Fetcher, url: str) -> RobotFileParser | None:
    """What the site asks programs to leave alone (RFC 9309); None: nothing."""
    parser = RobotFileParser()
    try:
        async with asyncio.timeout(ROBOTS_S):
            answer = await fetcher.get(urljoin(url, "/robots.txt"), ROBOTS_BYTES)
    except (Unread, TimeoutError):
        return None
    parser.parse(answer.body.decode("utf-8", "replace").splitlines())
    return parser


def worth_reading(page: Page) -> Iterator[str]:
    """Addresses of the same site that may say what callers ask, the best first, of each kind one before a second."""
    ranked: list[tuple[int, int, str]] = []
    seen = {_key(page.url)}
    kinds: dict[int, int] = {}
    for href, text in page.links:
        if not _is_of(page.url, href) or _key(href) in seen or not _is_page(href) or NEVER.search(f"{href} {text}"):
            continue
        path = urlsplit(href).path.replace("_", "-").replace("/", " ")
        kind = next((at for at, form in enumerate(WORTH) if form.search(text) or form.search(path)), None)
        if kind is None:
            continue
        seen.add(_key(href))
        ranked.append((kinds.get(kind, 0), kind, href))
        kinds[kind] = kinds.get(kind, 0) + 1
    yield from (href for _, _, href in sorted(ranked))


def _is_page(href: str) -> bool:
    """By the end of its name."""
    name = urlsplit(href).path.rpartition("/")[2]
    end = name.rpartition(".")[2].lower() if "." in name else ""
    return end in ("", "html", "htm", "php", "aspx", "asp", "jsp", "shtml")


def _is_of(url: str, other: str) -> bool:
    """Of the same site."""
    here, there = urlsplit(url), urlsplit(other)
    return there.scheme in ("http", "https") and _site(here.netloc) == _site(there.netloc)


def _site(netloc: str) -> str:
    return netloc.lower().removeprefix("www.")


def _key(url: str) -> str:
    parts = urlsplit(url)
    return f"{_site(parts.netloc)}{parts.path.rstrip('/')}?{parts.query}"


def words_in(pages: Sequence[Page]) -> int:
    """How many there are to read."""
    return sum(len(line.text.split()) for page in pages for line in page.lines)
