"""Calls with the grounded brain about the two sample businesses, without a telephone.

Nothing in the brain knows these businesses: their facts are read from `examples/`, which an owner edits.
"""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from offhook.agents.tool_configs import BookTableConfig, EndCallConfig, TakeMessageConfig
from offhook.knowledge.search import load_knowledge
from offhook.speech.llm.grounded import Config, create
from offhook.speech.ports import Facts, LanguageModel, Message, ModelOutput, ModelRequest, Setup, TextDelta, ToolCall
from offhook.tools.toolbox import Toolbox

EXAMPLES = Path(__file__).parents[1] / "examples"
MINILM = Path("~/.cache/offhook/models/minilm").expanduser()
needs_model = pytest.mark.skipif(
    not (MINILM / "model.onnx").is_file(), reason="needs the embedding model: offhook models fetch minilm"
)

HOTEL = "harbour-hotel"
DENTAL = "dental-clinic"
BOXES = {
    HOTEL: Toolbox((EndCallConfig(), BookTableConfig(max_party=12), TakeMessageConfig())),
    DENTAL: Toolbox((EndCallConfig(), TakeMessageConfig(fields=("name", "phone", "date_of_birth", "message")))),
}

_LOADED: dict[tuple[str, bool], Facts] = {}


def facts(business: str, *, model: bool) -> Facts:
    """Embedding a business's facts takes a moment: once per test process."""
    if (business, model) not in _LOADED:
        _LOADED[business, model] = load_knowledge(["facts.md"], EXAMPLES / business, MINILM if model else None)
    return _LOADED[business, model]


def brain(business: str, *, model: bool = True) -> LanguageModel:
    return create(Config(), Setup(facts=facts(business, model=model), agent_name=business))


async def collect(model: LanguageModel, request: ModelRequest) -> list[ModelOutput]:
    return [output async for output in model.stream(request)]


def reply(model: LanguageModel, *messages: Message, business: str = HOTEL) -> tuple[str, list[ToolCall]]:
    request = ModelRequest(messages, BOXES[business].specs)
    outputs = asyncio.run(collect(model, request))
    again = asyncio.run(collect(model, request))
    assert outputs == again, "the same history gives the same reply"
    text = "".join(output.text for output in outputs if isinstance(output, TextDelta))
    return text, [output for output in outputs if isinstance(output, ToolCall)]


@dataclass
class Call:
    """A conversation with the brain, whose history is written as the call writes it."""

    business: str = HOTEL
    messages: list[Message] = field(default_factory=lambda: [
        Message("system", "You are the receptionist of the Harbour Hotel. Be brief."),
        Message("assistant", "Hello, this is the Harbour Hotel, how can I help you?"),
    ])  # fmt: skip
    tools: list[ToolCall] = field(default_factory=list)

    def say(self, text: str, *, heard: str | None = None) -> str:
        """The caller speaks; the agent's answer, of which the caller hears `heard` (default: all)."""
        self.messages.append(Message("user", text))
        answer, self.tools = self._reply()
        self._hear(answer if heard is None else heard)
        return answer

    def tool_answers(self, result: str) -> str:
        """The tool that was asked for answers; what the agent says then."""
        (call,) = self.tools
        self.messages += [Message("assistant", "", (call,)), Message("tool", result, tool_call=call.call)]
        answer, self.tools = self._reply()
        self._hear(answer)
        return answer

    def _reply(self) -> tuple[str, list[ToolCall]]:
        return reply(brain(self.business), *self.messages, business=self.business)

    def _hear(self, text: str) -> None:
        if text:
            self.messages.append(Message("assistant", text))

    @property
    def arguments(self) -> object:
        """What the one tool was asked with; checked against its schema by the tool itself."""
        (call,) = self.tools
        return json.loads(call.arguments)
