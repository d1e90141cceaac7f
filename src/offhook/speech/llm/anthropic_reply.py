"""A reply on Anthropic's wire: events in, what is spoken and called out; and the thoughts that must come back.

A model that thinks before it calls a tool wants its thoughts back with the tool's answer, untouched and in their place
(https://platform.claude.com/docs, "Thinking with tools"): they are kept here, by the ids of the calls, and are told to
nobody else.
"""

from collections import OrderedDict
from typing import Any, Final

import msgspec

from offhook.errors import CallRefused, ProtocolViolation, ProviderUnavailable, ReplyEmpty
from offhook.speech.llm.thoughts import Thoughts
from offhook.speech.ports import Progress, TextDelta, ToolCall, Usage
from offhook.speech.vendor_errors import stream_failure

NAME: Final = "anthropic"
CALLS: Final = 16
ARGUMENTS_CHARS: Final = 64 * 1024
THOUGHT_CHARS: Final = 256 * 1024
"""Of one reply. Without its thoughts a tool's round is perhaps refused; with endless ones the memory is gone."""
KEPT_ROUNDS: Final = 256
"""Of all calls of a process together; a round is over in seconds."""
CUT: Final = frozenset({"max_tokens", "model_context_window_exceeded"})

Block = dict[str, Any]


class _Start(msgspec.Struct):
    usage: Any = None


class _Block(msgspec.Struct):
    type: str | None = None
    id: str | None = None
    name: str | None = None
    text: str | None = None
    input: Any = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None


class _Delta(msgspec.Struct):
    type: str | None = None
    text: str | None = None
    partial_json: str | None = None
    thinking: str | None = None
    signature: str | None = None
    stop_reason: Any = None


class _Event(msgspec.Struct):
    """What is not said to the caller is taken as it is: a count that cannot be read costs no word."""

    type: str | None = None
    index: int | None = None
    message: _Start | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: Any = None


class Thought(msgspec.Struct, frozen=True):
    """What was thought since the tool call before."""

    before_words: tuple[Block, ...] = ()
    behind_words: tuple[Block, ...] = ()


class _Call(msgspec.Struct):
    call: str
    name: str
    given: Any
    thought: Thought
    arguments: str = ""


_DECODER: Final = msgspec.json.Decoder(_Event)


class KeptThoughts:
    """Thoughts of rounds that wait for their tools, by call and tool call; the oldest are dropped."""

    def __init__(self) -> None:
        self._rounds: OrderedDict[tuple[str, str], Thought] = OrderedDict()

    def keep(self, call_id: str, tool_call: str, thought: Thought) -> None:
        """Until the round is long over."""
        if thought != Thought():
            self._rounds[call_id, tool_call] = thought
            while len(self._rounds) > KEPT_ROUNDS:
                self._rounds.popitem(last=False)

    def before(self, call_id: str, tool_call: str) -> Thought:
        """What was thought right before a tool was called."""
        return self._rounds.get((call_id, tool_call), Thought())

    def forget(self, call_id: str) -> None:
        """The vendor does not take them any more: what stood before them is not what it was."""
        for kept in [kept for kept in self._rounds if kept[0] == call_id]:
            del self._rounds[kept]


class ReplyReader:
    """Events in, pieces of the reply out; the tool calls come with `finish`. Raises `ProviderError`."""

    def __init__(self, key: str, *, may_be_empty: bool = False) -> None:
        """`may_be_empty`: it goes on with what was given, perhaps by nothing."""
        self._key, self._may_be_empty = key, may_be_empty
        self._calls: dict[int, _Call] = {}
        self._before_words: list[Block] = []
        self._behind_words: list[Block] = []
        """Thoughts since the last tool call."""
        self._open_thoughts: dict[int, Block] = {}
        self._thought_chars = 0
        self._tokens_in = self._tokens_out = 0
        self._stop_reason = ""
        self._has_spoken = False
        self._thoughts = Thoughts()
        """Those in the text: models write them there where a prompt once asked them to, or behind a gateway."""

    def feed(self, data: str) -> str:
        """The text in an event."""
        return "".join(output.text for output in self.take(data) if isinstance(output, TextDelta))

    def take(self, data: str) -> list[TextDelta | Progress]:
        """What an event gives, or that the model lives."""
        try:
            event = _DECODER.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise ProtocolViolation(f"{NAME} sent an event that cannot be read", provider=NAME) from error
        match event.type:
            case "error":
                raise stream_failure(NAME, msgspec.json.decode(data), key=self._key)
            case "message_start" if event.message is not None:
                self._count(event.message.usage)
            case "content_block_start" if event.content_block is not None:
                return self._begin(event.index or 0, event.content_block)
            case "content_block_delta" if event.delta is not None:
                return self._go_on(event.index or 0, event.delta)
            case "message_delta":
                self._count(event.usage)
                if event.delta is not None and isinstance(event.delta.stop_reason, str):
                    self._stop_reason = event.delta.stop_reason or self._stop_reason
            case "message_stop":
                self._stop_reason = self._stop_reason or "end_turn"
        return []

    def finish(self) -> list[TextDelta | ToolCall]:
        """What is left, the calls whole.

        Raises `ProviderUnavailable` when the reply ended before its end, or without a word.
        """
        reason = self._stop_reason
        if not reason:
            raise ProviderUnavailable(f"{NAME}: the reply was truncated", provider=NAME)
        rest = self._said(self._thoughts.finish(is_cut=reason in CUT))
        if reason == "refusal" and not self._has_spoken:
            raise CallRefused(f"{NAME}: the model refused to answer", provider=NAME)
        if self._calls and reason in CUT:
            raise ProtocolViolation(f"{NAME}: max_tokens ended the reply inside a tool call", provider=NAME)
        if not self._calls and not self._has_spoken and not (self._may_be_empty and reason not in CUT):
            raise ReplyEmpty(_why_empty(reason, self._tokens_out), provider=NAME)
        return [*rest, *(ToolCall(call.call, call.name, _whole(call)) for _, call in sorted(self._calls.items()))]

    def keep_thoughts(self, kept: KeptThoughts, call_id: str) -> None:
        """Hand over what was thought before each tool call; nothing when it was too much."""
        if self._thought_chars <= THOUGHT_CHARS:
            for call in self._calls.values():
                kept.keep(call_id, call.call, call.thought)

    def usage(self) -> Usage | None:
        """The tokens, where the vendor counted any; those from its cache are tokens too."""
        return Usage(self._tokens_in, self._tokens_out) if self._tokens_in or self._tokens_out else None

    def _begin(self, index: int, block: _Block) -> list[TextDelta | Progress]:
        match block.type:
            case "tool_use":
                if len(self._calls) >= CALLS or not block.name or not block.id:
                    raise ProtocolViolation(f"{NAME}: too many tool calls, or one without a name", provider=NAME)
                thought = Thought(tuple(self._before_words), tuple(self._behind_words))
                self._calls[index] = _Call(block.id, block.name, block.input, thought)
                self._before_words, self._behind_words = [], []
            case "text":
                return self._spoken(block.text)
            case "thinking":
                begun = {"type": "thinking", "thinking": block.thinking or "", "signature": block.signature or ""}
                self._open_thoughts[index] = begun
                self._think(begun, block.thinking, block.signature)
                return [Progress(is_thought=True)]
            case "redacted_thinking":
                self._think({"type": "redacted_thinking", "data": block.data or ""}, block.data)
                return [Progress(is_thought=True)]
        return []

    def _go_on(self, index: int, delta: _Delta) -> list[TextDelta | Progress]:
        if delta.partial_json is not None:
            call = self._calls.get(index)
            if call is None or len(call.arguments) + len(delta.partial_json) > ARGUMENTS_CHARS:
                raise ProtocolViolation(f"{NAME}: arguments too long, or of no tool call", provider=NAME)
            call.arguments += delta.partial_json
            return [Progress()]
        if delta.thinking is not None or delta.signature is not None:
            thought = self._open_thoughts.get(index)
            if thought is not None and self._thought_chars <= THOUGHT_CHARS:
                thought["thinking"] += delta.thinking or ""
                thought["signature"] += delta.signature or ""
                self._thought_chars += len(delta.thinking or "") + len(delta.signature or "")
            return [Progress(is_thought=True)]
        return self._spoken(delta.text)

    def _think(self, block: Block, *parts: str | None) -> None:
        self._thought_chars += sum(len(part or "") for part in parts)
        if self._thought_chars <= THOUGHT_CHARS:
            (self._behind_words if self._has_spoken else self._before_words).append(block)

    def _spoken(self, text: str | None) -> list[TextDelta | Progress]:
        if not text:
            return []
        said = self._said(self._thoughts.feed(text))
        return [*said] if said else [Progress(is_thought=True)]

    def _said(self, text: str) -> list[TextDelta]:
        self._has_spoken = self._has_spoken or bool(text.strip())
        return [TextDelta(text)] if text else []

    def _count(self, tokens: Any) -> None:
        if isinstance(tokens, dict):
            cached = _number(tokens, "cache_creation_input_tokens") + _number(tokens, "cache_read_input_tokens")
            self._tokens_in = _number(tokens, "input_tokens") + cached or self._tokens_in
            self._tokens_out = _number(tokens, "output_tokens") or self._tokens_out


def _number(document: dict[str, Any], name: str) -> int:
    found = document.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 0


def _whole(call: _Call) -> str:
    if call.arguments.strip():
        return call.arguments
    # A tool without arguments sends none, or all of them at its start.
    return msgspec.json.encode(call.given).decode() if isinstance(call.given, dict) else "{}"


def _why_empty(reason: str, tokens: int) -> str:
    if reason in CUT:
        spent = f" ({tokens} tokens)" if tokens else ""
        return f"{NAME}: the model spent all of max_tokens{spent} without a word: it thinks; give it more, or another"
    return f"{NAME}: the model ended its reply without a word"
