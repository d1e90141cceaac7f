"""How models write their thoughts into a reply: the signs around them, as chat templates and prompts have them.

Collected from the chat templates of open models and from what servers' parsers for them know of (vLLM, SGLang,
llama.cpp). A sign may be written with blanks in it, and in capitals.
"""

import re
from collections.abc import Iterable
from typing import Final

TAG_CHARS: Final = 80
"""Longest beginning of a sign that is waited for."""
_TAGS: Final = (
    "think", "thinking", "thought", "thoughts", "thought_process", "thinking_process", "reason", "reasons", "reasoning",
    "reasoning_content", "reasoning_scratchpad", "rationale", "reflect", "reflection", "self_reflection", "scratchpad",
    "scratch_pad", "analysis", "analyze", "plan", "planning", "deliberation", "critique", "antthinking",
    "inner_monologue", "inner_thoughts", "inner_thought", "innerthoughts", "internal_monologue", "internal_thoughts",
    "internal_thought", "internal_reasoning", "monologue", "chain_of_thought", "chainofthought", "cot",
    "search_quality_reflection", "reasoning_trace", "thinking_trace",
)  # fmt: skip
"""Of tags, `<think>`."""
_SPACES: Final = ("seed:", "mm:", "antml:", "ns:")
_BEHIND: Final = (":opensource",)
_PAIRS: Final = (
    ("<|start_thinking|>", "<|end_thinking|>"),  # Command
    ("<|begin_of_thought|>", "<|end_of_thought|>"),  # Sky-T1, OpenThinker
    ("<|begin_of_reasoning|>", "<|end_of_reasoning|>"),
    ("<|begin_of_thinking|>", "<|end_of_thinking|>"),
    ("<|thinking_start|>", "<|thinking_end|>"),
    ("<|thought_start|>", "<|thought_end|>"),
    ("<|start_of_thought|>", "<|end_of_thought|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),  # Apertus
    ("<|think|>", "<|/think|>"),  # Solar
    ("<|begin_think|>", "<|end_think|>"),
    ("<|think_start|>", "<|think_end|>"),
    ("<|thinking|>", "<|/thinking|>"),
    ("<|thought|>", "<|/thought|>"),
    ("<|reasoning|>", "<|/reasoning|>"),
    ("<unused94>", "<unused95>"),  # MedGemma
    ("<|channel>thought", "<channel|>"),  # Gemma 4
    ("<|channel>analysis", "<channel|>"),
    ("<|channel>commentary", "<channel|>"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),  # gpt-oss
    ("<|channel|>commentary<|message|>", "<|content|>"),
    ("[think]", "[/think]"),  # Magistral
    ("[thinking]", "[/thinking]"),
    ("[thought]", "[/thought]"),
    ("[reasoning]", "[/reasoning]"),
    ("\u25c1think\u25b7", "\u25c1/think\u25b7"),  # Kimi
)
_ENDS: Final = ("[begin final response]", "<|begin_of_solution|>", "<|start_response|>")
"""What was thought is over, however it began."""
_WORDS: Final = (
    ("here are my reasoning steps:", ""),  # Apriel
    ("here is my thought process:", "here is my response:"),  # Granite
)
"""Thoughts that words announce, at the beginning of a reply."""
_AROUND: Final = (
    "<|start|>", "<|end|>", "<|return|>", "<|channel|>", "<|message|>", "<|constrain|>", "<|begin|>", "<|call|>",
    "<|end_response|>", "<|end_of_solution|>", "<|start_text|>", "<|end_text|>", "<|answer_prefix|>",
    "<|answer_suffix|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|endoftext|>", "<|end_of_text|>", "<turn|>",
    "<end_of_turn>", "[end final response]", "<answer>", "</answer>", "<response>", "</response>", "<final_answer>",
    "</final_answer>", "<output>", "</output>", "<|assistant_end|>", "<|end_of_turn_token|>",
)  # fmt: skip
"""Signs around what is said, where a server passes them through."""


def _written(sign: str) -> str:
    """The pattern of a sign: blanks may stand between its parts."""
    return r"\s*".join(re.escape(part) for part in re.findall(r"\w+|[^\w\s]", sign))


def _any(signs: Iterable[str]) -> str:
    return "|".join(map(_written, sorted(dict.fromkeys(signs), key=len, reverse=True)))


_NAMED: Final = rf"(?:{'|'.join(_SPACES)})?(?:{'|'.join(sorted(_TAGS, key=len, reverse=True))})(?:{'|'.join(_BEHIND)})?"
OPENING: Final = re.compile(
    rf"<\s*{_NAMED}(?:\s+[\w:-]+\s*=[^<>]{{0,40}})?\s*>|{_any(pair[0] for pair in _PAIRS)}", re.I
)
CLOSING: Final = re.compile(rf"<\s*/\s*{_NAMED}\s*>|{_any([*(pair[1] for pair in _PAIRS), *_ENDS])}", re.I)
OPENING_WORDS: Final = re.compile(rf"\s*(?:{_any(pair[0] for pair in _WORDS)})", re.I)
"""At the beginning of a reply."""
CLOSING_WORDS: Final = re.compile(_any(pair[1] for pair in _WORDS if pair[1]), re.I)
"""Only behind them, where nothing is said yet."""
AROUND: Final = re.compile(rf"{_written('<|start|>')}assistant|<unused\d{{1,3}}>|{_any(_AROUND)}", re.I)
_ATTRIBUTES: Final = re.compile(rf"<\s*{_NAMED}\s[^<>]*", re.I)
_BRACKET: Final = re.compile(r"[<\[\u25c1]")


def _beginnings(signs: Iterable[str]) -> frozenset[str]:
    bare = ["".join(sign.split()) for sign in signs]
    return frozenset(sign[:size] for sign in bare for size in range(1, len(sign)))


_MAY_BE: Final = _beginnings([
    *(f"<{slash}{space}{name}{behind}>" for slash in ("", "/") for space in ("", *_SPACES) for name in _TAGS
      for behind in ("", *_BEHIND)),
    *(sign for pair in _PAIRS for sign in pair), *_ENDS, *_AROUND, "<|start|>assistant", "<unused100>",
])  # fmt: skip
_WORDS_MAY_BE: Final = _beginnings(sign for pair in _WORDS for sign in pair)
_LONGEST_WORDS: Final = max(len(sign) for pair in _WORDS for sign in pair) + 8


def begun(text: str) -> str:
    """The end of the text that may be the beginning of a sign."""
    for bracket in _BRACKET.finditer(text, max(0, len(text) - TAG_CHARS)):
        rest = text[bracket.start() :]
        if "".join(rest.split()).lower() in _MAY_BE or _ATTRIBUTES.fullmatch(rest):
            return rest
    return ""


def begins_in_words(text: str) -> bool:
    """Whether all of a reply so far may be the beginning of words that announce thoughts."""
    return len(text) <= _LONGEST_WORDS and "".join(text.split()).lower() in _WORDS_MAY_BE


def words_begun(text: str) -> str:
    """The end of a thought that may be the beginning of the words that end it."""
    for at in range(max(0, len(text) - _LONGEST_WORDS), len(text)):
        if "".join(text[at:].split()).lower() in _WORDS_MAY_BE:
            return text[at:]
    return ""
