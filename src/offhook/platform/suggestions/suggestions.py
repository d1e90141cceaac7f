"""Suggests agents. Reads what it is given, and saves nothing."""

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from offhook.knowledge.unfit import Unfit
from offhook.platform.line_up import LineUp
from offhook.platform.problems import Flaw, Invalid, TooMany
from offhook.platform.suggestions.draft import Notice, Remark, Suggestion, Wish
from offhook.platform.suggestions.process import suggested
from offhook.platform.suggestions.site import Site, Unread, Why, read_site, words_in
from offhook.platform.suggestions.source import Page, typed
from offhook.platform.suggestions.wording import reworded, writer
from offhook.settings import Settings

AT_ONCE: Final = 3
"""In this process: each fetches pages, and starts programs that read them."""
FEWEST_WORDS: Final = 8
MOST_PAGE_CHARS: Final = 80_000
"""Of one page's text that are looked at."""
_LANGUAGES: Final = {
    "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese", "pl": "Polish",
    "sv": "Swedish", "da": "Danish", "tr": "Turkish",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """From what."""

    url: str = ""
    text: str = ""
    wish: Wish = Wish()  # noqa: RUF009 - frozen
    by_model: bool = False
    """A model of the workspace's key may put it into words."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What came of it."""

    suggestion: Suggestion
    pages: tuple[Page, ...]
    unread: tuple[tuple[str, str], ...] = ()


class Suggestions:
    """For all workspaces."""

    def __init__(self, line_up: LineUp, settings: Settings) -> None:
        self._line_up, self._settings = line_up, settings
        self._running = 0

    async def suggest(self, workspace: str, asked: Asked) -> Suggested:
        """Raises `Invalid` for what cannot be read, with a code of `site.Why` or `suggest.language`; `TooMany`."""
        if self._running >= AT_ONCE:
            raise TooMany("other pages are being read", retry_after_s=5.0)
        self._running += 1
        try:
            return await self._suggest(workspace, asked)
        finally:
            self._running -= 1

    async def _suggest(self, workspace: str, asked: Asked) -> Suggested:
        place = "/url" if asked.url else "/text"
        site = await self._read(asked)
        pages = [_shortened(page) for page in site.pages]
        if words_in(pages) < FEWEST_WORDS and not any(page.data for page in pages):
            told = "there are hardly any words in it: it may be made by a program in the browser" if asked.url else (
                "write a little more: what you do, when you are open, what callers ask"
            )  # fmt: skip
            raise _refused(place, told, Why.NO_WORDS)
        try:
            done = await asyncio.to_thread(suggested, pages, asked.wish)
        except Unfit as unfit:
            raise _refused(place, str(unfit), Why.NO_PAGE) from None
        if done.suggestion is None:
            name = _LANGUAGES.get(done.language, f"a language that is not known here ({done.language[:20]})")
            told = f"this is in {name}: English and German are understood"
            raise _refused(place, told, "suggest.language")
        suggestion = done.suggestion
        if asked.by_model:
            suggestion = await self._in_words(workspace, suggestion)
        return Suggested(suggestion, tuple(site.pages), tuple(site.unread))

    async def _read(self, asked: Asked) -> Site:
        if not asked.url:
            return Site([typed(asked.text)])
        try:
            wanted = asked.wish.language.partition("-")[0]
            return await read_site(asked.url, self._settings.private_hosts, wanted)
        except Unread as unread:
            raise _refused("/url", str(unread), unread.why) from None

    async def _in_words(self, workspace: str, suggestion: Suggestion) -> Suggestion:
        key = self._line_up.keys_of(workspace)
        able = writer(key)
        if not able:
            told = "no vendor's key for a model is saved: it stands as it was found"
            return replace(suggestion, notices=(*suggestion.notices, Notice(Remark.MODEL_FAILED, told)))
        return await reworded(suggestion, able, key, self._settings)


def _shortened(page: Page) -> Page:
    """The page with as much of its text as is looked at."""
    return replace(page, markdown=page.markdown[:MOST_PAGE_CHARS])


def _refused(pointer: str, told: str, code: str) -> Invalid:
    return Invalid([Flaw(pointer, told, str(code))], code=str(code))
