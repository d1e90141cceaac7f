"""A language model with others behind it: who asks it gets one reply, whatever breaks on the way.

Before the first token another one answers in its place. In the middle another one (or the same anew) goes on behind
what was already given, which the caller may have heard: `continuation` sees to the joint.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from offhook.errors import ProviderError
from offhook.speech.continuation import Joint, WholeWords
from offhook.speech.fallback import (
    Attempts,
    LlmBlock,
    Member,
    Members,
    Waits,
    watched,
)
from offhook.speech.hedge import hedged
from offhook.speech.ports import (
    LanguageModel,
    ModelOutput,
    ModelRequest,
    Progress,
    Switched,
    TextDelta,
    ToolCall,
    Usage,
)

THOUGHT_S: Final = 2.5
"""So much longer a model is waited for that shows that it thinks; together with the first wait less than the core's."""
HEDGE_SHARE: Final = 0.75
HEDGE_SAMPLES: Final = 20
"""Fewer first tokens than this say nothing about a share of them."""


@dataclass(slots=True)
class _Reply:
    """What was given so far, by all members together, and what it cost."""

    said: str = ""
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    wasted: int = 0
    is_hedged: bool = False

    @property
    def usage(self) -> Usage:
        """The cost of it all."""
        return Usage(self.tokens_in, self.tokens_out, self.wasted)

    def hedge(self) -> None:
        """A second request was made."""
        self.is_hedged = True

    def paid(self, spent: "_Spent", *, is_used: bool) -> None:
        """A request is over."""
        counted = spent.counted or Usage(0, 0)
        if not spent.is_whole:
            counted = replace(counted, tokens_out=max(counted.tokens_out, spent.pieces))
        # The equal request that lost had the same words to read; what it wrote, it told nobody.
        extra = counted.tokens_in if self.is_hedged else 0
        self.tokens_in += counted.tokens_in + extra
        self.tokens_out += counted.tokens_out
        self.wasted += extra + (0 if is_used else counted.tokens_in + counted.tokens_out)
        self.is_hedged = False


@dataclass(slots=True)
class _Spent:
    """What one request has cost, as far as it tells."""

    counted: Usage | None = None
    pieces: int = 0
    """Pieces of text: about a token each, where a vendor that breaks off has not counted yet."""
    is_whole: bool = False


class FallbackModel(Members[LanguageModel]):
    """See `offhook.speech.ports.LanguageModel`."""

    def __init__(self, members: Sequence[Member[LanguageModel]], block: LlmBlock) -> None:
        super().__init__(members)
        self._block = block

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        """One whole reply. Raises `ProviderError` when nobody is left who could give it, or the rest of it."""
        attempts, reply = Attempts(self._members), _Reply()
        if (news := attempts.passed_over()) is not None:
            yield news
        while True:
            try:
                async with aclosing(self._part(attempts, request, reply)) as outputs:
                    async for output in outputs:
                        yield output
                yield reply.usage
                return
            except ProviderError as error:
                news = None if reply.calls else attempts.after(error, has_begun=bool(reply.said))
                if news is None:
                    yield reply.usage
                    if reply.calls:
                        # What it asked for runs; the reply goes on behind the answer, and nothing is asked for twice.
                        return
                    raise
            yield news
            await attempts.pause()

    async def _part(
        self, attempts: Attempts[LanguageModel], request: ModelRequest, reply: _Reply
    ) -> AsyncGenerator[ModelOutput, None]:
        """What one request adds to the reply."""
        words, joint, spent, begun_with = WholeWords(), Joint(reply.said), _Spent(), len(reply.said)
        asked = replace(request, said=reply.said.strip())
        try:
            async with aclosing(self._outputs(attempts, asked, reply)) as outputs:
                async for output in outputs:
                    match output:
                        case TextDelta(text=text):
                            spent.pieces += 1
                            text = joint.feed(words.feed(text))
                        case Usage():
                            spent.counted = output
                            continue
                        case Progress(is_thought=True):
                            continue  # Nobody waits for what it thinks: the reply is late, and its fillers know that.
                        case ToolCall():
                            text = joint.feed(words.finish()) + joint.finish()
                            reply.calls += 1
                        case _:
                            text = ""
                    if text:
                        reply.said += text
                        yield TextDelta(text)
                    if not isinstance(output, TextDelta):
                        yield output
            if text := joint.feed(words.finish()) + joint.finish():
                reply.said += text
                yield TextDelta(text)
            spent.is_whole = True
        finally:
            reply.paid(spent, is_used=spent.is_whole or len(reply.said) > begun_with)

    def _outputs(
        self, attempts: Attempts[LanguageModel], request: ModelRequest, reply: _Reply
    ) -> AsyncGenerator[ModelOutput, None]:
        block, member = self._block, attempts.member
        make = partial(member.port.stream, request)
        if block.hedge and not request.said and member is self._members[0]:
            late_s = member.health.first_s(HEDGE_SHARE, HEDGE_SAMPLES) or block.hedge_after_s
            make = partial(hedged, make, late_s, reply.hedge)
        waits = Waits(
            first_s=block.first_token_timeout_s if attempts.has_other else None,
            gap_s=block.gap_timeout_s if attempts.has_more else None,
            more_s=THOUGHT_S,
        )
        return watched(member, make, waits, _is_begun, _is_thought)


def _is_begun(output: ModelOutput) -> bool:
    match output:
        case TextDelta(text=text):
            return bool(text)
        case ToolCall():
            return True
        case Progress(is_thought=is_thought):
            return not is_thought
        case Usage() | Switched():
            return False


def _is_thought(output: ModelOutput) -> bool:
    return isinstance(output, Progress) and output.is_thought
