"""What an agent is: the document `AGENT.yaml`, checked and frozen. A call keeps the agent it started with."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import msgspec
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from offhook.agents.known import KNOWLEDGE_CHARS, MOST_KNOWLEDGE_CHARS
from offhook.agents.languages import DEFAULT_LANGUAGE, is_known, languages, script_for
from offhook.agents.limits_block import LimitsBlock
from offhook.agents.pre_call import PreCallConfig
from offhook.agents.records_block import RecordsBlock
from offhook.agents.remote_config import RemoteConfig
from offhook.agents.tool_configs import (
    BuiltinConfig,
    CollectDigitsConfig,
    EndCallConfig,
    HandoffConfig,
    ToolConfig,
    TransferCallConfig,
)
from offhook.agents.turn_taking import MAY_LACK, SENTENCES, Phrases, PhrasesBlock, Sentence, TurnTaking, TurnTakingBlock
from offhook.agents.variable_places import check_places, uses_any
from offhook.agents.variables import BUILT_INS, MOST_VARIABLES, VariableConfig, VariableName
from offhook.clock import is_zone
from offhook.core.behaviour import Behaviour, Script, ToolWords
from offhook.core.numbers import is_country
from offhook.speech.ports import ProviderConfig
from offhook.speech.registry import Kind as Port
from offhook.speech.registry import llm_config_union, provider, stt_config_union, tts_config_union

PROMPT_CHARS: Final = 100_000
KNOWLEDGE_FILES: Final = 100
VOCABULARY_WORDS: Final = 200
TOOLS: Final = 32

Term = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A word or a name: one line."""


class Checked:
    """Marks a field whose true type is only known when the program runs: the providers that are there."""

    def __init__(self, kind: Callable[[], Any]) -> None:
        self._kind = kind

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(self._kind())


class Opening(BaseModel):
    """How a call begins."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["fixed", "generated", "wait"] = Field(
        default="fixed",
        description="`fixed`: the text is said. `generated`: the model speaks first. `wait`: the caller speaks first.",
    )
    text: Sentence | None = Field(
        default=None, description="What is said with `fixed`; default: a plain greeting in the agent's language."
    )

    @model_validator(mode="after")
    def _check_text(self) -> Self:
        if self.text is not None and self.mode != "fixed":
            raise ValueError(f"text is only said with `mode: fixed`, and the mode is {self.mode}")
        return self


class Agent(BaseModel):
    """One agent. Relative paths in it are relative to `base_dir`, the folder of its file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Term = Field(description="What the agent is called in logs and files.")
    language: str = Field(
        default=DEFAULT_LANGUAGE,
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="The language that is spoken, as a tag: `en-US`, `en-GB`, `de-DE`.",
    )
    country: str | None = Field(
        default=None,
        description="Whose telephone numbers and postcodes callers tell (ISO 3166: `US`, `GB`, `DE`); default: that of "
        "the called number when the language is spoken there, else of the language.",
    )
    timezone: str = Field(
        default="UTC",
        max_length=60,
        description="Where the business is, for `{{now}}`, `{{today}}` and `{{weekday}}`: `Europe/Berlin`.",
    )
    opening: Opening = Field(default_factory=Opening, description="How a call begins.")
    prompt: str = Field(
        default="", max_length=PROMPT_CHARS, description="Who the agent is and what it does, for the language model."
    )
    knowledge: tuple[Term, ...] = Field(
        default=(), max_length=KNOWLEDGE_FILES, description="Files with what the agent knows, beside this one."
    )
    knowledge_anywhere: bool = Field(
        default=False, description="The knowledge may lie outside of this file's folder, or be links to there."
    )
    knowledge_prompt_chars: int = Field(
        default=KNOWLEDGE_CHARS,
        ge=0,
        le=MOST_KNOWLEDGE_CHARS,
        description="How much of the knowledge, in characters, the language model is told with every reply. What does "
        "not fit is searched for each turn, and what is near to the caller's words is told.",
    )
    vocabulary: tuple[Term, ...] = Field(
        default=(),
        max_length=VOCABULARY_WORDS,
        description="Names and terms that the transcriber should expect.",
    )
    lexicon: dict[Term, Term] = Field(
        default_factory=dict,
        max_length=VOCABULARY_WORDS,
        description="How to say a word: spelling to respelling, or to `/ipa/`.",
    )
    stt: Annotated[ProviderConfig, Checked(stt_config_union)] = Field(
        default_factory=lambda: provider(Port.STT, "local").config(),
        description="Speech-to-text: a provider and its settings.",
    )
    llm: Annotated[ProviderConfig, Checked(llm_config_union)] = Field(
        default_factory=lambda: provider(Port.LLM, "grounded").config(),
        description="The brain: a provider and its settings.",
    )
    tts: Annotated[ProviderConfig, Checked(tts_config_union)] = Field(
        default_factory=lambda: provider(Port.TTS, "local").config(),
        description="The voice: a provider and its settings.",
    )
    voice_detector: Literal["silero", "energy"] = Field(
        default="silero",
        description="What finds the caller's voice. `energy` is only loudness: for simulations without models.",
    )
    end_of_turn: Literal["smart-turn", "scripted"] = Field(
        default="smart-turn",
        description="What hears whether the caller is done. `scripted` reads a simulated caller's tape.",
    )
    turn_taking: Annotated[TurnTaking, Checked(lambda: TurnTakingBlock)] = Field(
        default_factory=TurnTakingBlock, description="Patience, barge-in, silences, longest call."
    )
    tools: tuple[ToolConfig, ...] = Field(
        default=(EndCallConfig(),), max_length=TOOLS, description="What the agent may do besides talking."
    )
    variables: dict[VariableName, VariableConfig] = Field(
        default_factory=dict,
        max_length=MOST_VARIABLES,
        description="What a call brings along, by name: `{{name}}` in prompt, opening, phrases, and in addresses, "
        "headers and bodies of `http` tools. Every call has "
        + ", ".join(f"`{{{{{name}}}}}`" for name in BUILT_INS)
        + ".",
    )
    pre_call: PreCallConfig | None = Field(
        default=None, description="A web service that is asked while it rings, and fills in the variables."
    )
    limits: LimitsBlock = Field(
        default_factory=LimitsBlock, description="How much it may take before callers are refused."
    )
    records: RecordsBlock = Field(default_factory=RecordsBlock, description="What is kept of calls, and for how long.")
    phrases: Annotated[Phrases, Checked(lambda: PhrasesBlock)] = Field(
        default_factory=PhrasesBlock, description="Fixed sentences and word lists in place of the language's own."
    )

    _base_dir: Path = PrivateAttr(default=Path())

    def model_post_init(self, context: Any) -> None:
        """Take the folder of the file from the validation's context."""
        if isinstance(context, dict) and "base_dir" in context:
            self._base_dir = Path(context["base_dir"])

    @property
    def base_dir(self) -> Path:
        """Folder of the agent's file."""
        return self._base_dir

    def knowledge_paths(self) -> tuple[Path, ...]:
        """The knowledge files, found from the agent's folder."""
        return tuple(self._base_dir / name for name in self.knowledge)

    def behaviour(self) -> Behaviour:
        """The complete numbers of a call."""
        return self.turn_taking.behaviour()

    def script(self) -> Script:
        """The language's sentences with the owner's phrases and opening put in."""
        chosen = self.phrases.overrides()
        # `_check_language` has seen to it that what a language without a file lacks is in `phrases`.
        base = script_for(self.language) if is_known(self.language) else Script(language=self.language)
        base = msgspec.structs.replace(
            base,
            opening=self.opening.mode,
            country=self.country or "",
            tools=self._tool_words(base),
            **self._tool_choices(),
            **chosen,
        )
        if self.opening.mode != "fixed":
            return msgspec.structs.replace(base, greeting="")
        return msgspec.structs.replace(base, greeting=self.opening.text or base.greeting)

    def handoff_files(self) -> dict[str, Path]:
        """The files of the agents that `handoff` can put in charge, found from the agent's folder, by name."""
        chosen = [agent for tool in self.tools if isinstance(tool, HandoffConfig) for agent in tool.agents]
        return {agent.name: self._base_dir / agent.file for agent in chosen if agent.file}

    def handoff_agents(self) -> dict[str, str]:
        """The ids of the platform's agents that `handoff` can put in charge, by name."""
        chosen = [agent for tool in self.tools if isinstance(tool, HandoffConfig) for agent in tool.agents]
        return {agent.name: agent.agent for agent in chosen if agent.agent}

    @cached_property
    def wants_values(self) -> bool:
        """There is something to fill in when a call begins."""
        return self.pre_call is not None or uses_any(self)

    def _tool_choices(self) -> dict[str, Any]:
        """What the conversation must know of the tools that it carries out itself."""
        chosen: dict[str, Any] = {}
        for tool in self.tools:
            match tool:
                case TransferCallConfig(destinations=destinations):
                    chosen["destinations"] = {entry.name: entry.destination() for entry in destinations}
                case HandoffConfig(agents=agents):
                    chosen["handoffs"] = tuple(agent.name for agent in agents)
                case CollectDigitsConfig(max_digits=most, is_always_secret=are_secret):
                    chosen |= {"keys_most": most, "keys_secret": are_secret}
                case _:
                    pass
        return chosen

    def _tool_words(self, base: Script) -> dict[str, ToolWords]:
        """The owner's words for each tool, beside the language's own for the built-ins.

        The phrases of built-ins that this agent has not are kept as long as nothing else can have done the same.
        """
        names = {tool.name for tool in self.tools}
        is_closed = all(isinstance(tool, BuiltinConfig) for tool in self.tools)
        words = {name: own for name, own in base.tools.items() if is_closed or name in names}
        for tool in self.tools:
            words.update(tool.words())
        return words

    @model_validator(mode="after")
    def _check_language(self) -> Self:
        if is_known(self.language):
            return self
        lacking = [name for name in SENTENCES if name not in self.phrases.overrides() and name not in MAY_LACK]
        if self.opening.mode == "fixed" and self.opening.text is None:
            lacking.insert(0, "opening.text")
        if lacking:
            raise ValueError(
                f"language {self.language} has no sentences of its own (there are {', '.join(languages())}): "
                f"set {', '.join(lacking)} under phrases"
            )
        return self

    @model_validator(mode="after")
    def _check_variables(self) -> Self:
        check_places(self)
        return self

    @field_validator("variables")
    @classmethod
    def _check_names(cls, variables: dict[str, VariableConfig]) -> dict[str, VariableConfig]:
        taken = [name for name in variables if name in BUILT_INS]
        if taken:
            raise ValueError(f"{taken[0]} is the name of what every call has: choose another")
        return variables

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, timezone: str) -> str:
        if not is_zone(timezone):
            raise ValueError(f"{timezone!r} is no time zone: expected a place such as Europe/Berlin, or UTC")
        return timezone

    @field_validator("country")
    @classmethod
    def _check_country(cls, country: str | None) -> str | None:
        if country is not None and not is_country(country):
            raise ValueError(f"{country!r} is no country with telephone numbers: two capital letters, as in US or GB")
        return country

    @field_validator("tools")
    @classmethod
    def _check_tools(cls, tools: Sequence[ToolConfig], info: ValidationInfo) -> Sequence[ToolConfig]:
        names = [tool.name for tool in tools]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} is listed twice")
        if "turn_taking" in info.data:
            longest_s = info.data["turn_taking"].behaviour().tool_timeout_s
            late = [tool for tool in tools if isinstance(tool, RemoteConfig) and tool.timeout_s > longest_s]
            if late:
                raise ValueError(
                    f"the timeout_s of {late[0].name} ({late[0].timeout_s:g}) is above turn_taking.tool_timeout_s "
                    f"({longest_s:g}), after which a call waits for no tool"
                )
        return tools
