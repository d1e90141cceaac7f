"""A reply by a model and a voice: what is said when, what is told, and what becomes of faults."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from offhook.call.reply import ModelAndVoice
from offhook.core.commands import Ask
from offhook.core.events import (
    FirstTokenReceived,
    ReplyFailed,
    ReplyGenerated,
    ReplyStopped,
    Stage,
    ToolPending,
    ToolRequested,
)
from offhook.core.history import AnyEntry, CallerSaid
from offhook.errors import ProviderUnavailable
from offhook.simulator.virtual import run_virtual
from offhook.speech.ports import ModelOutput, ModelRequest, Progress, SpokenAudio, TextDelta, ToolCall, Usage, WordTime
from tests.call_world import PartsOfACall, Stream, parts

ASK = Ask(until=0, caller_text="what time do you open")


def with_reply(stream: Stream, act: Callable[[PartsOfACall, ModelAndVoice], Awaitable[None]]) -> None:
    """A reply 1 of this model is under way; what it left behind is looked at by `act`."""

    async def main() -> None:
        call = parts(stream)
        responder = ModelAndVoice(call.world)
        responder.make(1, ASK)
        await act(call, responder)
        await call.tasks.stop()
        assert len(asyncio.all_tasks()) == 1, "nothing of a reply outlives its call"

    run_virtual(main())


def outputs(*each: ModelOutput | float | Exception) -> Stream:
    """A model that gives these, waits so long, or breaks."""

    async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        for output in each:
            if isinstance(output, float):
                await asyncio.sleep(output)
            elif isinstance(output, Exception):
                raise output
            else:
                yield output

    return stream


def test_a_reply_is_spoken_and_told() -> None:
    async def act(call: PartsOfACall, responder: ModelAndVoice) -> None:
        await asyncio.sleep(5.0)
        assert call.stage.said(1) == ["We open at nine.", "And close at ten."]
        assert call.stage.log[-1] == ("finish", 1, 0)
        assert call.posted() == [
            FirstTokenReceived(1),
            ReplyGenerated(1, "We open at nine. And close at ten.", 2, 10, 9),
        ]

    with_reply(outputs(TextDelta("We open at nine. "), TextDelta("And close at ten."), Usage(10, 9)), act)


@pytest.mark.parametrize("blank", ["", " ", "\n", "..."])
def test_only_what_can_be_heard_is_a_first_token(blank: str) -> None:
    async def act(call: PartsOfACall, responder: ModelAndVoice) -> None:
        await asyncio.sleep(0.5)
        assert call.posted() == []
        await asyncio.sleep(1.0)
        assert call.posted(FirstTokenReceived) == [FirstTokenReceived(1)]

    with_reply(outputs(TextDelta(blank), 1.0, TextDelta("Yes.")), act)


@pytest.mark.parametrize("pending", [Progress(), ToolCall("c1", "look", "{}")])
def test_a_sentence_before_a_tool_is_heard_at_once(pending: ModelOutput) -> None:
    async def act(call: PartsOfACall, responder: ModelAndVoice) -> None:
        await asyncio.sleep(1.0)
        assert call.stage.said(1) == ["Let me look that up for you."], "six seconds before the call is whole"
        assert ToolPending(1) in call.posted()

    with_reply(outputs(TextDelta("Let me look that up for you."), pending, 6.0, ToolCall("c2", "look", "{}")), act)


def test_work_is_told_once_for_each_stretch_of_it() -> None:
    async def act(call: PartsOfACall, responder: ModelAndVoice) -> None:
        await asyncio.sleep(3.0)
        assert len(call.posted(ToolPending)) == 2

    with_reply(outputs(Progress(), Progress(), TextDelta("Well, yes."), Progress(), ToolCall("c", "look", "{}")), act)


@pytest.mark.parametrize(
    ("tools", "is_finished"),
    [
        (["look"], False),
        (["end_call"], True),
        (["transfer_call"], True),
        (["handoff"], True),
        (["collect_digits"], True),
        (["send_digits"], False),
        (["end_call", "look"], False),
        ([], True),
    ],
)
def test_a_reply_stays_open_for_what_it_says_after_its_tools(tools: list[str], is_finished: bool) -> None:
    async def act(call: PartsOfACall, responder: ModelAndVoice) -> None:
        await asyncio.sleep(2.0)
        assert (("finish", 1, 0) in call.stage.log) is is_finished
        assert [event.name for event in call.posted() if isinstance(event, ToolRequested)] == tools

    with_reply(outputs(TextDelta("Yes, sir."), *(ToolCall(f"c{name}", name, "{}") for name in tools)), act)


@pytest.mark.parametrize("fault", [KeyError("choices"), ProviderUnavailable("502"), TimeoutError()])
def test_a_model_that_breaks_is_a_failed_reply(fault: Exception) -> None:
    async def act(call: PartsOfACall, responder: ModelAndVoice) -> None:
        await asyncio.sleep(2.0)
        (failed,) = call.posted(ReplyFailed)
        assert isinstance(failed, ReplyFailed) and failed.stage is Stage.MODEL and failed.retryable
        assert call.stage.log[-1] == ("finish", 1, 0), "what is heard already is played to its end"

    with_reply(outputs(TextDelta("We open at nine. "), 0.5, fault), act)


def test_a_voice_that_breaks_is_a_failed_reply_and_the_model_is_stopped() -> None:
    closed: list[bool] = []

    async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        try:
            for number in range(1000):
                yield TextDelta(f"This is sentence {number}. ")
                await asyncio.sleep(0.01)
        finally:
            closed.append(True)

    async def broken(text: str) -> AsyncGenerator[SpokenAudio, None]:
        yield SpokenAudio(b"\x00" * 160)
        raise ValueError("bad chunk")

    async def main() -> None:
        call = parts(stream)
        call.agent.voice.synthesize = broken  # type: ignore[method-assign]
        responder = ModelAndVoice(call.world)
        responder.make(1, ASK)
        await asyncio.sleep(2.0)
        events = call.posted(ReplyFailed, ReplyStopped)
        assert [type(event) for event in events] == [ReplyStopped, ReplyFailed]
        assert isinstance(events[1], ReplyFailed) and events[1].stage is Stage.VOICE
        assert closed == [True]
        await call.tasks.stop()

    run_virtual(main())


def test_a_withdrawn_reply_says_no_more_and_tells_its_cost() -> None:
    async def act(call: PartsOfACall, responder: ModelAndVoice) -> None:
        await asyncio.sleep(0.3)
        responder.stop(2)
        assert call.posted(ReplyStopped) == [], "another reply"
        responder.stop(1)
        (stopped,) = call.posted(ReplyStopped)
        assert isinstance(stopped, ReplyStopped) and stopped.tokens_in > 0 and stopped.tokens_out > 0
        said = call.stage.said(1)
        await asyncio.sleep(5.0)
        assert call.stage.said(1) == said and call.posted() == []

    with_reply(outputs(TextDelta("We open at nine. "), 1.0, TextDelta("And close at ten. ")), act)


def test_the_next_round_waits_for_no_voice_that_hangs_on_the_round_before() -> None:
    """What has sounded of it stays and is ended; a sentence that never sounded was never said."""

    history: list[AnyEntry] = []

    async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        if not history:
            yield TextDelta("One moment please. Let me look that up. ")
            yield ToolCall("c1", "look", "{}")
        else:
            yield TextDelta("It is ready.")

    async def hangs(text: str) -> AsyncGenerator[SpokenAudio, None]:
        if text.startswith("Let me"):
            await asyncio.get_running_loop().create_future()
        yield SpokenAudio(b"\x00" * 160)
        if text.startswith("One"):
            return

    async def main() -> None:
        call = parts(stream)
        call.agent.voice.synthesize = hangs  # type: ignore[method-assign]
        responder = ModelAndVoice(call.world)
        responder.make(1, ASK)
        await asyncio.sleep(1.0)
        entry = CallerSaid(1, "what time do you open")
        call.history.append(entry)
        history.append(entry)
        responder.make(1, Ask(until=1))
        await asyncio.sleep(1.0)
        assert call.stage.said(1) == ["One moment please.", "It is ready."]
        assert call.posted(ReplyGenerated)[-1] == ReplyGenerated(1, "One moment please. It is ready.", 2)
        await call.tasks.stop()

    run_virtual(main())


def test_what_cannot_be_encoded_is_replaced_before_it_goes_on() -> None:
    async def act(call: PartsOfACall, responder: ModelAndVoice) -> None:
        await asyncio.sleep(3.0)
        assert call.stage.said(1) == ["It costs \ufffd five euros."]
        for event in call.posted():
            repr(event).encode()

    with_reply(outputs(TextDelta("It costs \ud83d five euros."), ToolCall("c\ud800", "lo\udfffok", '"\ud800"')), act)


@pytest.mark.parametrize(("unsent_s", "pause"), [(0.5, 1600), (0.0, 0)])
def test_sentences_that_follow_each_other_keep_a_pause_and_late_ones_are_not_made_later(
    unsent_s: float, pause: int
) -> None:
    """What was cut behind the first sentence is silence between two, and no wait for one that is late anyway."""

    async def trimmed(text: str) -> AsyncGenerator[SpokenAudio, None]:
        yield SpokenAudio(b"\x12" * 800, (WordTime(text, 0.0, 0.1),))
        yield SpokenAudio(b"", rest_s=0.2)

    async def main() -> None:
        call = parts(outputs(TextDelta("One is one. Two is two. ")))
        call.agent.voice.synthesize = trimmed  # type: ignore[method-assign]
        call.stage.unsent_s = unsent_s
        ModelAndVoice(call.world).make(1, ASK)
        await asyncio.sleep(2.0)
        assert call.stage.audio[1, 0] == b"\x12" * 800
        assert call.stage.audio[1, 1] == b"\xff" * pause + b"\x12" * 800
        assert call.stage.words[1, 1] == [pytest.approx((pause / 8000, pause / 8000 + 0.1))]
        await call.tasks.stop()

    run_virtual(main())
