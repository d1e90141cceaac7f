"""The live day: every question to every vendor that the agent names, one after the other, for less than a dollar."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from offhook import clock
from offhook.call.boundary import Boundaries, Mask, open_mask
from offhook.errors import ConfigurationError, OffhookError, ProviderTimeout
from offhook.live import deepgram, models, twilio, voices
from offhook.live.probe import probe
from offhook.live.purse import Purse, PurseEmpty
from offhook.live.question import LONGEST_S, Asking, Came, Question, Result, Subject, Verdict, Waits, came
from offhook.live.targets import TWILIO, VENDORS, target_of
from offhook.speech.ports import Setup, ToolSpec
from offhook.speech.registry import Kind
from offhook.telephony.carriers.twilio_account import TwilioAccount

SHOWN: Final = 400


async def exchange(asking: Asking) -> Came:
    """One exchange through the adapter, as a call would have it."""
    found = await probe(asking)
    note = f"; {found.note}" if found.note else ""
    return came(f"{found.text}, after {found.latency_s:.2f} s{note}", is_expected=not found.note)


EXCHANGES: Final = {
    Kind.STT: Question(
        name="hears", vendor="", kind=Kind.STT, ask=exchange,
        text="Does it hear a sentence of a second and a half?", expected="its words",
    ),
    Kind.LLM: Question(
        name="answers", vendor="", kind=Kind.LLM, ask=exchange,
        text="Does it answer, with the agent's tools attached?",
        expected="a word, before the next of the list is asked",
    ),
    Kind.TTS: Question(
        name="speaks", vendor="", kind=Kind.TTS, ask=exchange,
        text="Does it say a word?", expected="sound of it",
    ),
}  # fmt: skip
"""Put to every provider of the agent, those of its fall-back lists too."""
QUESTIONS: Final[Sequence[Question]] = (
    *deepgram.QUESTIONS, *models.QUESTIONS, *voices.QUESTIONS, *twilio.QUESTIONS,
)  # fmt: skip
"""Put once each, to the first block that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whom to ask, and with what."""

    subjects: Sequence[Subject]
    setup: Setup
    tools: tuple[ToolSpec, ...] = ()
    account: TwilioAccount | None = None
    purse: Purse = field(default_factory=Purse)
    waits: Waits = field(default_factory=Waits)
    only: Sequence[str] = ()
    """Beginnings of names; nothing: all."""
    log: str = ""
    """Of a server that took a call."""
    mask: Mask = open_mask
    """Hides what must not be told."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and whom it is put to; without a subject it is not asked."""

    question: Question
    subject: Subject | None


def entries(subjects: Sequence[Subject], only: Sequence[str]) -> list[Entry]:
    """What would be asked, in order. Raises `ConfigurationError` when `only` names nothing."""
    found: list[Entry] = []
    for subject in subjects:
        if subject.kind is not None:
            usual = EXCHANGES[subject.kind]
            name = f"{subject.vendor}-{usual.name}"
            vendor = VENDORS.get(subject.vendor, subject.vendor)
            taken = sum(entry.question.name.startswith(name) for entry in found)
            name += f"-{taken + 1}" if taken else ""
            found.append(Entry(replace(usual, name=name, vendor=vendor), subject))
    found += [Entry(question, _asked(question, subjects)) for question in QUESTIONS]
    chosen = [entry for entry in found if _is_chosen(entry.question.name, only)]
    if not chosen:
        known = ", ".join(dict.fromkeys(entry.question.name for entry in found))
        raise ConfigurationError("no question is called so", field="--only", found=repr(list(only)), expected=known)
    return sorted(chosen, key=lambda entry: list(VENDORS.values()).index(entry.question.vendor)
                  if entry.question.vendor in VENDORS.values() else len(VENDORS))  # fmt: skip


async def live_day(plan: Plan, begun: Callable[[Entry], None] = lambda _: None) -> AsyncIterator[Result]:
    """Ask them all; `begun` is called before each. Never raises for what a vendor does."""
    for entry in entries(plan.subjects, plan.only):
        begun(entry)
        spent, at = plan.purse.spent, clock.now()
        told, verdict = await _settle(entry, plan)
        question, subject = entry.question, entry.subject
        yield Result(
            name=question.name, vendor=question.vendor, text=question.text, expected=question.expected,
            came=_one_line(plan.mask(told)), verdict=verdict,
            asked=plan.mask(subject.label) if subject is not None and verdict is not Verdict.NOT_ASKED else "",
            took_s=clock.now() - at, dollars=max(0.0, plan.purse.spent - spent),
        )  # fmt: skip


async def _settle(entry: Entry, plan: Plan) -> tuple[str, Verdict]:
    question, subject = entry.question, entry.subject
    if question.ask is None:
        found = question.log(plan.log) if question.log is not None and plan.log else None
        return (question.by_hand, Verdict.BY_HAND) if found is None else (found.text, found.verdict)
    if subject is None:
        return f"no block of this agent is {question.vendor}'s own", Verdict.NOT_ASKED
    if subject.missing:
        return f"{', '.join(subject.missing)} not set", Verdict.NOT_ASKED
    try:
        with Boundaries("live", plan.mask).around(question.name):
            found = await _put(question, subject, plan)
            return found.text, found.verdict
    except PurseEmpty as empty:
        return str(empty), Verdict.NOT_ASKED
    except OffhookError as error:
        return str(error), Verdict.FAILED


async def _put(question: Question, subject: Subject, plan: Plan) -> Came:
    assert question.ask is not None
    asking = Asking(
        subject=subject, setup=plan.setup, tools=plan.tools, purse=plan.purse, waits=plan.waits,
        target=target_of(subject, plan.setup), account=plan.account,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LONGEST_S):
            return await question.ask(asking)
    except TimeoutError as error:
        raise ProviderTimeout(f"no end within {LONGEST_S:g} s", provider=subject.vendor) from error


def _asked(question: Question, subjects: Iterable[Subject]) -> Subject | None:
    """The first block of the vendor's own; one whose key is set before one whose is not."""
    fitting = [
        subject
        for subject in subjects
        if subject.kind is question.kind
        and VENDORS.get(subject.vendor) == question.vendor
        and not subject.is_other_server
    ]
    return next((subject for subject in fitting if not subject.missing), fitting[0] if fitting else None)


def _is_chosen(name: str, only: Sequence[str]) -> bool:
    return not only or any(name.startswith(wanted) for wanted in only)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 3]}..."


def carrier(account_sid: str, token: str) -> Subject:
    """The carrier as one of those who are asked."""
    values = {"TWILIO_ACCOUNT_SID": account_sid, "TWILIO_AUTH_TOKEN": token}
    return Subject(TWILIO, label="twilio", missing=tuple(name for name, value in values.items() if not value))
