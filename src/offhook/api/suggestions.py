"""`/v1/agents/suggest`: a first agent from a web address or a few lines."""

from typing import Annotated, Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from offhook.api.agents import Document, ThePlatform, Writes
from offhook.api.idempotency import Once
from offhook.platform.suggestions.draft import KNOWN_FROM, How, Lack, Remark, Wish
from offhook.platform.suggestions.source import Quote
from offhook.platform.suggestions.suggestions import Asked, Suggested
from offhook.platform.suggestions.words import Topic

router = APIRouter(prefix="/agents", tags=["Agents"], route_class=Once)

MOST_TEXT: Final = 20_000
_TEXT: Final = "Corner Bakery, 12 Mill Lane. Open Monday to Friday 7am to 6pm, Saturday 8am to 1pm. A coffee costs $3."


class WhatFrom(BaseModel):
    """What an agent is to be suggested from: one of `url` and `text`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": _TEXT}]})

    url: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        default="", max_length=2_000, description="The address of the business's site; `https://` may be left out.",
        examples=["https://www.example.com"],
    )  # fmt: skip
    text: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        default="", max_length=MOST_TEXT, description="A few lines about the business.", examples=[_TEXT]
    )
    language: str = Field(
        default="", pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", max_length=35,
        description="Which one is wanted where there are pages in several; default: that of the pages.",
        examples=["en-US"],
    )  # fmt: skip
    timezone: str = Field(
        default="", max_length=60, description="Taken where nothing tells where the business is: yours.",
        examples=["Europe/Berlin"],
    )  # fmt: skip
    by_model: bool = Field(
        default=False, description="A model of the workspace's key may put the facts into words, which costs what the "
        "vendor asks for it. What it adds to them is taken out again, and told under `notices`.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check_one(self) -> "WhatFrom":
        if bool(self.url) == bool(self.text):
            raise ValueError("give one of url and text")
        return self


class Quotation(BaseModel):
    """Where something comes from."""

    text: str = Field(description="As it stands there.", examples=["Mon-Fri 9am-5pm"])
    page: str = Field(description="The page's address; empty: it was typed.", examples=["https://www.example.com/"])

    @classmethod
    def of(cls, quote: Quote) -> "Quotation":
        """From the service's own."""
        return cls(text=quote.text, page=quote.page)


class SuggestedFact(BaseModel):
    """One thing that the agent is to know."""

    topic: Topic = Field(examples=["hours"])
    heading: str = Field(description="Under which it stands.", examples=["Opening hours"])
    question: str = Field(description="That it answers, where the page has it so.", examples=[""])
    text: str = Field(examples=["We are open from Monday to Friday, from 9 a.m. to 5 p.m."])
    source: Quotation


class SuggestedPart(BaseModel):
    """Where a part of the document comes from."""

    pointer: str = Field(description="A JSON pointer into the document.", examples=["/name"])
    how: How = Field(
        description="`found`: as it is quoted. `concluded`: from what is quoted. `assumed`: nothing tells it.",
        examples=["found"],
    )
    source: Quotation | None = None


class MissingPart(BaseModel):
    """What could not be found."""

    part: Lack = Field(examples=["hours"])
    detail: str = Field(examples=["opening hours: not found, please add"])
    days: list[str] = Field(
        default_factory=list, description="With `days`: of which nothing was found.", examples=[["saturday", "sunday"]]
    )


class SuggestionNotice(BaseModel):
    """What its owner should know."""

    code: Remark = Field(examples=["hours.differ"])
    detail: str = Field(examples=["the pages say different things of the opening hours: please look which is right"])
    sources: list[Quotation] = Field(default_factory=list)


class PageRead(BaseModel):
    """A page that was looked at."""

    url: str = Field(examples=["https://www.example.com/contact"])
    title: str = Field(default="", examples=["Contact | Corner Bakery"])
    problem: str = Field(default="", description="Why it was not read; empty: it was.", examples=[""])


class AgentSuggestion(BaseModel):
    """An agent that could be. Nothing of it is saved."""

    document: Document = Field(description="A draft; it names the document of `knowledge`, which is to be uploaded.")
    knowledge: str = Field(
        description=f"The facts as a document, for `POST /v1/agents/{{id}}/documents` under the name {KNOWN_FROM}.",
        examples=["# Opening hours\n\n- We are open from Monday to Friday, from 9 a.m. to 5 p.m.\n"],
    )
    knowledge_name: str = Field(default=KNOWN_FROM, examples=[KNOWN_FROM])
    facts: list[SuggestedFact] = Field(description="The same, one by one, in their order.")
    parts: list[SuggestedPart]
    missing: list[MissingPart]
    notices: list[SuggestionNotice]
    pages: list[PageRead] = Field(description="Empty for lines that were typed.")
    words_by: str = Field(description="The model that put it into words; empty: none did.", examples=[""])

    @classmethod
    def of(cls, found: Suggested) -> "AgentSuggestion":
        """From the service's own."""
        made = found.suggestion
        read: list[dict[str, Any]] = [{"url": page.url, "title": page.title} for page in found.pages if page.url]
        return cls(
            document=made.document, knowledge=made.knowledge, words_by=made.words_by,
            facts=[
                SuggestedFact(topic=fact.topic, heading=fact.heading, question=fact.question, text=fact.text,
                              source=Quotation.of(fact.quote))
                for fact in made.facts
            ],
            parts=[
                SuggestedPart(pointer=part.pointer, how=part.how,
                              source=Quotation.of(part.quote) if part.quote is not None else None)
                for part in made.parts
            ],
            missing=[MissingPart(part=one.part, detail=one.detail, days=list(one.days)) for one in made.missing],
            notices=[
                SuggestionNotice(code=one.code, detail=one.detail,
                sources=[Quotation.of(quote) for quote in one.quotes])
                for one in made.notices
            ],
            pages=[PageRead.model_validate(one) for one in read]
            + [PageRead(url=url, problem=why) for url, why in found.unread],
        )  # fmt: skip


@router.post("/suggest", operation_id="suggest_agent")
async def suggest_agent(body: WhatFrom, caller: Writes, platform: ThePlatform) -> AgentSuggestion:
    """A draft from the business's own pages (the one of the address, and a handful that it leads to) or from a few
    lines: name, opening, facts with hours and how it is reached, language, time zone; each with where it comes from,
    and what was not found. Without any key, by rules; nothing is in it that the source does not say, but for fixed
    sentences. English and German are understood. What cannot be read is answered with 422 and a code of its own
    (`suggest.address`, `suggest.private`, `suggest.unknown_host`, `suggest.no_answer`, `suggest.refused`,
    `suggest.no_page`, `suggest.too_large`, `suggest.no_words`, `suggest.language`)."""
    wish = Wish(body.language, body.timezone)
    found = await platform.suggestions.suggest(caller.workspace, Asked(body.url, body.text, wish, body.by_model))
    return AgentSuggestion.of(found)
