"""What a model has refused, and how it is asked from then on.

A 400 that names a member of the request is answered by one more request, with that member left out, renamed or set as
the vendor wants it. What helped is kept for the process, so that only the first reply pays for it, and the owner is
told once. A member is corrected once in a reply and twice in all: who takes it in no way is left to the breaker.
"""

import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import cache
from typing import Any, Final

from offhook.errors import CallRefused, RequestRefused
from offhook.speech.families import LEAST_THOUGHT, THINKING_TOKENS
from offhook.speech.ports import ModelOutput

Edit = Callable[[dict[str, Any]], None]
_LOG: Final = logging.getLogger("offhook.providers")
REQUESTS: Final = 4
"""For one reply: three members may be wrong at once, each is told alone."""
TRIES: Final = 2
"""To set one member in another way."""
SCALE: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Efforts from the least on."""
CACHE: Final = "cache_control"
"""A mark on parts of the body: servers that speak Anthropic's wire may not know it."""
_LIMITS: Final = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
MEMBERS: Final = {
    "openai": (*_LIMITS, "temperature", "reasoning_effort", "stream_options", "chat_template_kwargs"),
    "anthropic": ("max_tokens", "temperature", "thinking", "output_config", CACHE),
}
"""Of each wire: those that a request can do without, or have in another way."""
_ALIASES: Final = {
    "reasoning_effort": r"reasoning[ ._]?effort|reasoning value|think(?:ing)? value|support thinking",
    "output_config": r"output_config|effort parameter",
    "thinking": r"thinking",
    "stream_options": r"stream_options|include_usage|include_obfuscation",
}
"""How servers call a member beside its name: Ollama speaks of a think value."""
_SAYS_INSTEAD: Final = re.compile(r"unsupported parameter|not supported|instead", re.I)
_BOUND: Final = re.compile(r"large|most|maximum|exceed|greater|less than|at least|minimum|above|below|range|>|<", re.I)
"""A value is wrong, not the member."""
_NUMBERS: Final = re.compile(r"(?<![\w.])\d+(?!\w|\.\d)")
_QUOTED: Final = re.compile(r"['\"`]([a-z_]+)['\"`]")
_THOUGHT: Final = re.compile(r"(?:thinking`? or `?redacted_thinking|thinking`? block|signature)", re.I)


class Corrections:
    """Of one model at one address."""

    def __init__(self, wire: str, label: str) -> None:
        """`label` is what the owner calls it."""
        self._wire, self._label = wire, label
        self._edits: dict[str, Edit] = {}
        self._tries: dict[str, int] = {}
        self.learned = 0
        """How often something was learned."""
        self.thinks_unopened: bool | None = None
        """Its replies begin with thoughts that no tag announces; None: no reply has told yet. See `thoughts`."""

    def apply(self, body: dict[str, Any]) -> None:
        """Make a request as this model takes it."""
        for edit in self._edits.values():
            edit(body)

    def learn(self, refused: RequestRefused, body: dict[str, Any]) -> str:
        """The member that will be sent otherwise; empty when there is nothing to change."""
        member = self._named(refused, body)
        key = _effort_key(body) if member == "reasoning_effort" else member
        if not member or self._tries.get(key, 0) >= TRIES:
            return ""
        edit = _edit(member, refused, body, can_rename=self._wire == "openai")
        if edit is None:
            return ""
        self._tries[key] = self._tries.get(key, 0) + 1
        self._edits[key] = edit
        self.learned += 1
        _LOG.warning("! llm %s refused `%s`: it is asked otherwise from now on (%s)", self._label, member, refused)
        return member

    def found_thoughts(self, body: dict[str, Any]) -> None:
        """A model of which nothing was known has thought: it is asked not to, from the next reply on.

        What it does not take of that is refused, and learned then.
        """
        key = _effort_key(body)
        if self._wire != "openai" or "reasoning_effort" in body or "chat_template_kwargs" in body or key in self._edits:
            return
        self._edits[key] = _with_effort("none", with_tools="tools" in body)
        self.learned += 1
        hint = "`like` in its block says which model it is"
        _LOG.warning("! llm %s thinks before it speaks: it is asked not to from now on (%s)", self._label, hint)

    def _named(self, refused: RequestRefused, body: dict[str, Any]) -> str:
        """The member of the body that a vendor's words are about."""
        members = MEMBERS.get(self._wire, ())
        head = re.split(r"[.\[]", refused.parameter)[0]
        if CACHE in members and CACHE in refused.parameter + refused.reason:
            return CACHE
        if head in members:
            other = _LIMITS.get(head, "")
            # An effort may be wanted that was not sent.
            return head if head in body or head == "reasoning_effort" else other if other in body else ""
        if head and head not in ("body", "reasoning"):
            return ""  # It means something else, whatever else it says.
        found = {}
        for member in members:
            if member in body or member == "reasoning_effort":
                words = _ALIASES.get(member, rf"(?<![\w.]){member}(?!\w)")
                if (match := re.search(words, refused.reason, re.I)) is not None:
                    found[match.start()] = member
        return found[min(found)] if found else ""


@cache
def corrections_of(wire: str, base_url: str, model: str) -> Corrections:
    """What is known of a model at an address in this process: the same object each time."""
    return Corrections(wire, f"{wire} {model}")


async def corrected(
    make: Callable[[dict[str, Any]], AsyncGenerator[ModelOutput, None]],
    body: dict[str, Any],
    known: Corrections,
    forget: Callable[[], None] = lambda: None,
) -> AsyncGenerator[ModelOutput, None]:
    """The outputs of one request, or of the next ones when it was refused for how it was set.

    `forget` is called when the thoughts in it are not taken any more. Raises `ProviderError`.
    """
    done: set[str] = set()
    while True:
        known.apply(body)
        has_begun, learned = False, known.learned
        try:
            async with aclosing(make(body)) as outputs:
                async for output in outputs:
                    has_begun = True
                    yield output
            return
        except RequestRefused as refused:
            if has_begun or len(done) + 1 >= REQUESTS:
                raise
            if known.learned != learned:
                member = "what another call has learned meanwhile"
            elif isinstance(refused, CallRefused):
                member = _without_thoughts(refused, body)
                if member:
                    forget()
            else:
                member = known.learn(refused, body)
            if not member or member in done:
                raise
            done.add(member)


def _without_thoughts(refused: CallRefused, body: dict[str, Any]) -> str:
    """Take thoughts out of the conversation that their own vendor does not know any more; "" when there are none."""
    if not _THOUGHT.search(refused.reason):
        return ""
    has_any = False
    for message in body.get("messages", ()):
        blocks = message.get("content")
        if isinstance(blocks, list):
            kept = [block for block in blocks if block.get("type") not in ("thinking", "redacted_thinking")]
            has_any = has_any or len(kept) < len(blocks)
            message["content"] = kept
    return "thoughts" if has_any else ""


# ── what is done about it ────────────────────────────────────────────────────────────────────────────────────────


def _edit(member: str, refused: RequestRefused, body: dict[str, Any], *, can_rename: bool) -> Edit | None:
    match member:
        case "max_tokens" | "max_completion_tokens":
            return _limit(member, refused.reason, int(body.get(member, 0)), can_rename=can_rename)
        case "reasoning_effort":
            return _effort(refused.reason, str(body.get(member, "")), with_tools="tools" in body)
        case "thinking":
            return _thinking(refused.reason, body)
        case "stream_options":
            name = "include_obfuscation"
            is_part = name in refused.reason or name in refused.parameter
            return _without_part(member, name) if is_part else _without(member)
        case "cache_control":
            return _without_marks
        case _:
            return _without(member)


def _without(member: str) -> Edit:
    def edit(body: dict[str, Any]) -> None:
        body.pop(member, None)

    return edit


def _without_part(member: str, part: str) -> Edit:
    def edit(body: dict[str, Any]) -> None:
        body.get(member, {}).pop(part, None)

    return edit


def _without_marks(body: dict[str, Any]) -> None:
    for block in body.get("system", ()):
        block.pop(CACHE, None)


def _limit(member: str, reason: str, sent: int, *, can_rename: bool) -> Edit | None:
    """Another bound where the vendor tells one, else the other name of the member."""
    other = _LIMITS[member]
    told = [int(number) for number in _NUMBERS.findall(reason)]
    says_other = other in reason and _SAYS_INSTEAD.search(reason)
    if told and _BOUND.search(reason) and not says_other:
        lower, higher = [one for one in told if 0 < one < sent], [one for one in told if one > sent]
        bound = max(lower) if lower else min(higher) if higher else 0
        return _with_bound(member, bound) if bound else None

    def rename(body: dict[str, Any]) -> None:
        if member in body:
            body[other] = body.pop(member)

    return rename if can_rename else None


def _with_bound(member: str, bound: int) -> Edit:
    def edit(body: dict[str, Any]) -> None:
        if member in body:
            body[member] = bound

    return edit


def _effort(reason: str, sent: str, *, with_tools: bool) -> Edit:
    """What the vendor asks for; else the least of what it lists; else none at all."""
    named = [word for word in _QUOTED.findall(reason) if word in SCALE and word != sent]
    return _with_effort(min(named, key=SCALE.index, default=""), with_tools=with_tools)


def _effort_key(body: dict[str, Any]) -> str:
    """With tools another effort may be wanted than without."""
    return f"reasoning_effort {'with' if 'tools' in body else 'without'} tools"


def _with_effort(wanted: str, *, with_tools: bool) -> Edit:
    def edit(body: dict[str, Any]) -> None:
        if ("tools" in body) is not with_tools:
            return
        body.pop("reasoning_effort", None)
        if wanted:
            body["reasoning_effort"] = wanted
        if wanted not in LEAST_THOUGHT:
            _make_room(body)
        if wanted and wanted != "none":
            # Where thoughts cannot be left out, no temperature is taken either.
            body.pop("temperature", None)

    return edit


def _thinking(reason: str, body: dict[str, Any]) -> Edit:
    """The type that the vendor names; else its own default with the least effort, and room for it."""
    sent = body.get("thinking", {}).get("type", "")
    named = "between_tools" if "between_tools" in reason and sent != "between_tools" else ""

    def edit(body: dict[str, Any]) -> None:
        if named:
            body["thinking"] = {"type": named}
            return
        body.pop("thinking", None)
        body["output_config"] = {**body.get("output_config", {}), "effort": "low"}
        _make_room(body)

    return edit


def _make_room(body: dict[str, Any]) -> None:
    for member in _LIMITS:
        if member in body:
            body[member] = max(body[member], THINKING_TOKENS)
