"""Reads what a web page says of itself beside its text: its title, its language, its links, and its data for machines
(schema.org as JSON-LD or as microdata).

Made for a process of its own (`extract`): whoever wrote the page may have meant to break whoever reads it.
"""

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any, Final

import msgspec

from offhook.knowledge.html_file import decoded, read_html

MOST_LINKS: Final = 400
MOST_DATA_CHARS: Final = 400_000
"""Of all scripts of data together."""
MOST_ITEMS: Final = 2_000
"""Of microdata, with their properties."""
MOST_VALUE_CHARS: Final = 2_000
MOST_DEPTH: Final = 40
_EMPTY: Final = frozenset("area base br col embed hr img input link meta source track wbr".split())
_META: Final = frozenset("description og:description og:site_name og:title og:locale og:type author".split())


class Link(msgspec.Struct, frozen=True):
    """Where the page leads to."""

    href: str
    text: str
    language: str = ""
    """Of the same page in another language (`hreflang`)."""


class WebPage(msgspec.Struct, frozen=True):
    """What a page says."""

    markdown: str
    title: str = ""
    language: str = ""
    """As the page gives it: `de-DE`; empty when it does not."""
    base: str = ""
    """What its links are relative to, if not to its own address."""
    meta: dict[str, str] = {}
    links: tuple[Link, ...] = ()
    data: tuple[Any, ...] = ()
    """Objects of schema.org, as JSON has them."""


def read_page(data: bytes) -> str:
    """A `WebPage` as JSON. Raises `TooLong`."""
    reader = _Reader()
    reader.feed(decoded(data))
    reader.close()
    return msgspec.json.encode(reader.done(read_html(data))).decode()


def page_of(told: str) -> WebPage:
    """What `read_page` has written."""
    return msgspec.json.decode(told, type=WebPage)


class _Item:
    """One thing of microdata that is open."""

    def __init__(self, kind: str) -> None:
        self.found: dict[str, Any] = {"@type": kind.rstrip("/").rpartition("/")[2]}

    def put(self, names: str, value: Any) -> None:
        for name in names.split():
            if name in self.found:
                before = self.found[name]
                self.found[name] = [*(before if isinstance(before, list) else [before]), value]
            else:
                self.found[name] = value


class _Open:
    """A tag that is open, with what is collected until it ends."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.item: _Item | None = None
        self.names = ""
        """Of the property whose text this is."""
        self.text: list[str] | None = None


class _Reader(HTMLParser):
    """All but the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._title: list[str] = []
        self._language, self._base = "", ""
        self._meta: dict[str, str] = {}
        self._links: list[Link] = []
        self._href = ""
        self._link_text: list[str] | None = None
        self._scripts: list[str] = []
        self._script: list[str] | None = None
        self._left = MOST_DATA_CHARS
        self._open: list[_Open] = []
        self._items: list[Any] = []
        self._count = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """A tag begins."""
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag == "html":
            self._language = given.get("lang", given.get("xml:lang", ""))[:40]
        elif tag == "base":
            self._base = self._base or given.get("href", "")[:MOST_VALUE_CHARS]
        elif tag == "meta":
            name = (given.get("property") or given.get("name", "")).lower()
            if name in _META:
                self._meta.setdefault(name, given.get("content", "")[:MOST_VALUE_CHARS])
        elif tag == "title" and not self._title:
            self._in_title = True
        elif tag == "script" and given.get("type", "").partition(";")[0].strip().lower() == "application/ld+json":
            self._script = []
        elif tag == "link" and given.get("hreflang"):
            self._put_link(given.get("href", ""), "", given["hreflang"])
        elif tag == "a" and given.get("href"):
            self._end_link()
            self._href, self._link_text = given["href"], []
        self._begin(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """A tag ends."""
        if tag == "title":
            self._in_title = False
        elif tag == "script":
            self._end_script()
        elif tag == "a":
            self._end_link()
        if tag not in (one.tag for one in self._open):
            return
        while self._open:
            last = self._open.pop()
            if last.text is not None:
                self._put(last.names, " ".join("".join(last.text).split())[:MOST_VALUE_CHARS])
            if last.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """Text."""
        if self._in_title:
            self._title.append(data)
        if self._script is not None:
            self._script.append(data)
            return
        if self._link_text is not None:
            self._link_text.append(data)
        for one in self._open:
            if one.text is not None:
                one.text.append(data)

    def done(self, markdown: str) -> WebPage:
        """All of it."""
        self._end_link()
        while self._open:
            self.handle_endtag(self._open[-1].tag)
        objects = [found for script in self._scripts for found in _objects(script)]
        return WebPage(
            markdown, " ".join("".join(self._title).split())[:300], self._language, self._base, self._meta,
            tuple(self._links), (*objects, *self._items),
        )  # fmt: skip

    # ── links and data ───────────────────────────────────────────────────────────────────────────────────────

    def _end_link(self) -> None:
        if self._link_text is not None:
            self._put_link(self._href, " ".join("".join(self._link_text).split())[:200])
        self._link_text = None

    def _put_link(self, href: str, text: str, language: str = "") -> None:
        if len(self._links) < MOST_LINKS and len(href) <= MOST_VALUE_CHARS:
            self._links.append(Link(href.strip(), text, language[:20]))

    def _end_script(self) -> None:
        if self._script is not None:
            text = "".join(self._script)
            self._left -= len(text)
            if self._left >= 0:
                self._scripts.append(text)
        self._script = None

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        """A property or a thing of microdata (HTML, 5.2) begins, where the tag is one."""
        names, is_item = given.get("itemprop", ""), "itemscope" in given
        if names or is_item:
            self._count += 1
        if len(self._open) >= 500 or self._count > MOST_ITEMS:
            return
        one = _Open(tag)
        if is_item:
            one.item = _Item(given.get("itemtype", ""))
            outer = next((above.item for above in reversed(self._open) if above.item is not None), None)
            if names and outer is not None:
                outer.put(names, one.item.found)
            else:
                self._items.append(one.item.found)
        elif names:
            value = _value(tag, given)
            if value is None:
                one.names, one.text = names, []
            else:
                self._put(names, value[:MOST_VALUE_CHARS])
        if tag not in _EMPTY:
            self._open.append(one)

    def _put(self, names: str, value: str) -> None:
        holder = next((one.item for one in reversed(self._open) if one.item is not None), None)
        if holder is not None and value:
            holder.put(names, value)


def _value(tag: str, given: dict[str, str]) -> str | None:
    """What an attribute says in place of the text; None: the text does (HTML, 5.2.4)."""
    if "content" in given:
        return given["content"]
    name = {"a": "href", "link": "href", "area": "href", "time": "datetime", "data": "value", "meter": "value",
            "meta": "content", "img": "src"}.get(tag, "")  # fmt: skip
    return given.get(name) if name else None


def _objects(script: str) -> list[Any]:
    """What a script of data holds; nothing where it is no JSON."""
    try:
        found = json.loads(script.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
    except (ValueError, RecursionError):
        return []
    found = found if isinstance(found, list) else [found]
    return [one for one in found if isinstance(one, dict) and _depth(one) <= MOST_DEPTH]


def _depth(node: Any) -> int:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return 1 + max(map(_depth, inner), default=0)
