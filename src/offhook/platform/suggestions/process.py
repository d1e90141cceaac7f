"""The rules in a process of its own: their patterns meet texts of anybody, and the loop carries every call's audio."""

from dataclasses import replace
from typing import Any, Final

import msgspec

from offhook.knowledge.extract import answer, in_process
from offhook.platform.suggestions.draft import Notice, Remark, Suggestion, Wish, suggestion_of
from offhook.platform.suggestions.places import LANGUAGES, language_of
from offhook.platform.suggestions.source import Page
from offhook.platform.suggestions.words import WORDS

PROGRAM: Final = "from offhook.platform.suggestions.process import main; main()"


class Work(msgspec.Struct):
    """What is sent to it."""

    pages: list[dict[str, Any]]
    """The fields of each `Page`."""
    wish: Wish


class Done(msgspec.Struct):
    """What it answers."""

    language: str
    """Of the pages; the suggestion is missing where it is none that is understood."""
    suggestion: Suggestion | None = None


def suggested(pages: list[Page], wish: Wish) -> Done:
    """Blocks until it is done. Raises `Unfit`."""
    sent = [
        {
            "url": page.url, "markdown": page.markdown, "title": page.title, "language": page.language,
            "meta": page.meta, "links": page.links, "data": page.data, "is_legal": page.is_legal,
        }
        for page in pages
    ]  # fmt: skip
    told = in_process(PROGRAM, msgspec.json.encode(Work(sent, wish)))
    return msgspec.json.decode(told, type=Done)


def done(pages: list[Page], wish: Wish) -> Done:
    """By rules alone."""
    wanted = wish.language.partition("-")[0]
    language = language_of(pages) or (wanted if wanted in LANGUAGES else "en")
    if language not in WORDS:
        return Done(language)
    suggestion = suggestion_of(pages, language, wish)
    if wanted and wanted != language:
        told = f"this is in {'German' if language == 'de' else 'English'}, and so is the agent"
        notices = (*suggestion.notices, Notice(Remark.LANGUAGE_OTHER, told))
        suggestion = replace(suggestion, notices=notices)
    return Done(language, suggestion)


def main() -> None:
    """The process."""

    def work(data: bytes) -> str:
        asked = msgspec.json.decode(data, type=Work)
        pages = [Page(**{**one, "links": tuple(map(tuple, one["links"])), "data": tuple(one["data"])})
                 for one in asked.pages]  # fmt: skip
        return msgspec.json.encode(done(pages, asked.wish)).decode()

    answer(work)
