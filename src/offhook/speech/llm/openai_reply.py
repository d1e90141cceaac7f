"""A reply on OpenAI's wire: chunks in, what is spoken and called out.

Servers differ here most, and are taken as they are: calls without an index, usage anywhere, text as a list of parts,
thoughts in members of their own (`reasoning`, `reasoning_content`) or inside the text.
"""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from offhook.errors import CallRefused, ProtocolViolation, ProviderUnavailable, ReplyEmpty
from offhook.speech.llm.thoughts import Thoughts
from offhook.speech.ports import Progress, TextDelta, ToolCall, Usage
from offhook.speech.vendor_errors import stream_failure

NAME: Final = "openai"
CALLS: Final = 16
"""Tool calls in one reply."""
ARGUMENTS_CHARS: Final = 64 * 1024
LENGTH: Final = "length"


class Function(msgspec.Struct):
    """A part of a tool call."""

    name: str | None = None
    arguments: Any = None


class Fragment(msgspec.Struct):
    """What a chunk adds to a tool call."""

    index: int | None = None
    id: str | None = None
    function: Function | None = None


class _Delta(msgspec.Struct):
    content: Any = None
    refusal: Any = None
    reasoning: Any = None
    reasoning_content: Any = None
    tool_calls: list[Fragment] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    finish_reason: Any = None


class _Piece(msgspec.Struct):
    """What is not said to the caller is taken as it is: a count that cannot be read costs no word."""

    choices: list[_Choice | None] | None = None
    usage: Any = None
    x_groq: Any = None
    error: Any = None
    object: Any = None


_DECODER: Final = msgspec.json.Decoder(_Piece)


@dataclass(slots=True)
class _Call:
    index: int | None
    call: str
    name: str
    arguments: str = ""


class CallCollector:
    """Joins the fragments of a reply's tool calls. Raises `ValueError` when they are too many or too long."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def add(self, fragment: Fragment) -> None:
        """Take a fragment, whatever it leaves out."""
        function = fragment.function or Function()
        call = self._open(fragment, function)
        call.call = call.call or fragment.id or ""
        call.name = call.name or function.name or ""
        arguments = function.arguments
        if arguments is not None:
            call.arguments += arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
        if len(call.arguments) > ARGUMENTS_CHARS:
            raise ValueError("a tool call's arguments are too long")

    def finish(self, prefix: str) -> list[ToolCall]:
        """The calls in their order; one without an id gets its own. Raises `ValueError` for one without a name."""
        if any(not call.name for call in self._calls):
            raise ValueError("a tool call has no name")
        calls, self._calls = self._calls, []
        return [
            ToolCall(call.call or f"{prefix}-{number}", call.name, call.arguments.strip() or "{}")
            for number, call in enumerate(calls, 1)
        ]

    def _open(self, fragment: Fragment, function: Function) -> _Call:
        """The call that a fragment goes on with, or a new one."""
        for call in reversed(self._calls):
            # Old servers give every call the index 0: another id is another call.
            is_other = bool(fragment.id and call.call and fragment.id != call.call)
            if not is_other and (
                (fragment.index is not None and fragment.index == call.index)
                or (fragment.index is None and (bool(fragment.id) or not function.name))
            ):
                return call
        if len(self._calls) >= CALLS:
            raise ValueError("too many tool calls in one reply")
        self._calls.append(_Call(fragment.index, "", ""))
        return self._calls[-1]


class Reply:
    """One reply while it comes. Raises `ProviderError` for what the server must not send."""

    def __init__(self, key: str, prefix: str, thoughts: Thoughts, *, may_be_empty: bool) -> None:
        """`prefix` names calls without an id. `may_be_empty`: it goes on with what was given, perhaps by nothing."""
        self._key, self._prefix, self._thoughts = key, prefix, thoughts
        self._may_be_empty = may_be_empty
        self._calls = CallCollector()
        self._finish = ""
        self._has_spoken = False
        self.usage = Usage(0, 0)
        self.has_thought = False
        """It has shown thoughts, or they were counted."""

    def feed(self, data: str) -> list[TextDelta | Progress]:
        """What a chunk gives, or that the model lives."""
        piece = self._decode(data)
        self._count(piece)
        outputs: list[TextDelta | Progress] = []
        for choice in piece.choices or ():
            if choice is not None and isinstance(choice.finish_reason, str):
                self._finish = choice.finish_reason or self._finish
            if choice is not None and choice.delta is not None:
                outputs += self._take(choice.delta)
        return outputs

    def end(self) -> None:
        """The server says that this was all."""
        self._finish = self._finish or "done"

    def finish(self) -> list[TextDelta | ToolCall]:
        """What is left, the calls whole."""
        finish = self._finish
        # The vendor's own client ends silently here.
        if not finish:
            raise ProviderUnavailable(f"{NAME}: the reply was truncated", provider=NAME)
        if finish == "error":
            raise ProviderUnavailable(f"{NAME} broke the reply off", provider=NAME)
        outputs: list[TextDelta | ToolCall] = [*self._spoken(self._thoughts.finish(is_cut=finish == LENGTH))]
        if finish == "content_filter" and not self._has_spoken:
            raise CallRefused(f"{NAME}: the vendor's content filter held the reply back", provider=NAME)
        calls = self._whole_calls()
        if calls and finish == LENGTH:
            raise ProtocolViolation(f"{NAME}: max_tokens ended the reply inside a tool call", provider=NAME)
        if not calls and not self._has_spoken and not (self._may_be_empty and finish != LENGTH):
            raise ReplyEmpty(_why_empty(finish, self.usage.tokens_out), provider=NAME)
        return outputs + calls

    def _decode(self, data: str) -> _Piece:
        try:
            piece = _DECODER.decode(data)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise ProtocolViolation(f"{NAME} sent an event that cannot be read", provider=NAME) from error
        if piece.error or piece.object == "error":
            raise stream_failure(NAME, msgspec.json.decode(data), key=self._key)
        return piece

    def _take(self, delta: _Delta) -> list[TextDelta | Progress]:
        for fragment in delta.tool_calls or ():
            try:
                self._calls.add(fragment)
            except ValueError as error:
                raise ProtocolViolation(f"{NAME}: {error}", provider=NAME) from error
        written = _text(delta.content)
        if delta.reasoning or delta.reasoning_content:
            self.has_thought = True
            written = self._thoughts.release() + written
        # A refusal is meant for the person, as any text.
        refusal = delta.refusal if isinstance(delta.refusal, str) else ""
        spoken = self._spoken(self._thoughts.feed(written) + refusal)
        if spoken:
            return [*spoken]
        if delta.tool_calls:
            return [Progress()]
        thinks = delta.reasoning or delta.reasoning_content or written or delta.content
        return [Progress(is_thought=True)] if thinks else []

    def _spoken(self, text: str) -> list[TextDelta]:
        self._has_spoken = self._has_spoken or bool(text.strip())
        return [TextDelta(text)] if text else []

    def _whole_calls(self) -> list[ToolCall]:
        try:
            return self._calls.finish(self._prefix)
        except ValueError as error:
            raise ProtocolViolation(f"{NAME}: {error}", provider=NAME) from error

    def _count(self, piece: _Piece) -> None:
        found = piece.usage or (piece.x_groq.get("usage") if isinstance(piece.x_groq, dict) else None)
        if isinstance(found, dict):
            details = found.get("completion_tokens_details")
            self.has_thought = self.has_thought or _number(details, "reasoning_tokens") > 0
            before = self.usage
            self.usage = Usage(
                _number(found, "prompt_tokens") or before.tokens_in,
                _number(found, "completion_tokens") or before.tokens_out,
            )


def _number(document: Any, name: str) -> int:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else 0


def _text(content: Any) -> str:
    """The text of a delta: Mistral's is a list of parts when its model thinks."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    texts = (part.get("text") for part in parts if isinstance(part, dict) and part.get("type") == "text")
    return "".join(text for text in texts if isinstance(text, str))


def _why_empty(finish: str, tokens: int) -> str:
    if finish == LENGTH:
        spent = f" ({tokens} tokens)" if tokens else ""
        return f"{NAME}: the model spent all of max_tokens{spent} without a word: it thinks; give it more, or another"
    return f"{NAME}: the model ended its reply without a word"
