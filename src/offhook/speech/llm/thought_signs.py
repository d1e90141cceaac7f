"""How models write their thoughts into a reply: the signs around them, as chat templates and prompts have them.

A sign is a name in brackets. Names are not listed but made of words: of thinking, of what stands beside it ("inner",
"chain of", "begin"), in any spelling and in brackets of any kind. Collected from the chat templates of open models and
from what servers' parsers for them know of (vLLM, SGLang, llama.cpp).
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

TAG_CHARS: Final = 100
"""Longest beginning of a sign that is waited for."""
HEADER_CHARS: Final = 240
"""The same of a header in several signs."""

# ── the words of a name ──────────────────────────────────────────────────────────────────────────────────────────

_THINKING: Final = """think thinking thinks thought thoughts reason reasons reasoning rationale reflect
    reflecting reflection reflections scratchpad analysis analyze analyse plan planning deliberation deliberate
    critique monologue cot antthinking""".split()
_BESIDE: Final = """inner internal my the deep long longcat hidden private silent secret self search quality
    chain of step steps by process trace content notes note block mode before reply initial raw model assistant
    begin start open startof""".split()
_ENDING: Final = "end stop close finish endof".split()
_ANSWER: Final = "answer answers response responses reply output final solution speak say spoken".split()
_BEFORE_ANSWER: Final = "final begin start end of my the assistant spoken".split()
_ALONE: Final = "internal scratchpad cot".split()
"""Of the words beside it, those that are a name alone, in the brackets of a tag."""


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(dict.fromkeys(words), key=len, reverse=True)))


_GAP: Final = r"[\s_\u2581-]?"
_Q, _E, _A = _any(_BESIDE), _any(_ENDING), _any(_ANSWER)
_T: Final = rf"{_any(_THINKING)}|scratch{_GAP}pad|step{_GAP}by{_GAP}step"
_NAME: Final = rf"(?:(?:{_Q}){_GAP})*(?:{_T})(?:{_GAP}(?:{_Q}|{_T}))*"
_SPACE: Final = r"(?:[a-z]\w{0,11}:)?"
_END_NAME: Final = rf"(?:{_E}){_GAP}{_NAME}|{_NAME}{_GAP}(?:{_E}|suffix)"
_ANSWERS: Final = rf"(?:(?:{_any(_BEFORE_ANSWER)}){_GAP})*(?:{_A})(?:{_GAP}(?:{_A}))*"

# ── brackets ─────────────────────────────────────────────────────────────────────────────────────────────────────

_LESS, _MORE, _SLASH = r"(?:(?<!<)\\?<|&lt;)\s*", r"\s*(?:\\?>|&gt;)", r"\\?/\s*"
_BAR: Final = r"[|\uff5c]"
_SIGN, _SIGN_END = rf"<{_BAR}\s*", rf"\s*{_BAR}>"
_BEHIND: Final = r"(?::opensource)?"
_ATTRIBUTES: Final = r"(?:\s+[\w:-]+\s*=[^<>]{0,60})?"
_DOUBLE: Final = (r"\[\[", r"\]\]"), (r"\{\{", r"\}\}"), ("<<", ">>"), (r"(?<!\[)\[", r"\]"), (r"(?<!\{)\{", r"\}")


def _in_others(name: str) -> str:
    """In brackets that may also be a stage direction."""
    return "|".join(rf"{left}\s*(?:{name})\s*{right}" for left, right in _DOUBLE)


_CHANNEL: Final = r"(?:<\|start\|>\s*(?:assistant)?[^<]{0,80})?<\|channel\|>\s*"
_MESSAGE: Final = r"[^<]{0,120}(?:<\|constrain\|>[^<]{0,60})?<\|message\|>"
_OPENINGS: Final = (
    rf"{_LESS}{_SPACE}(?:{_NAME}|{_any(_ALONE)}){_BEHIND}{_ATTRIBUTES}{_MORE}",
    rf"{_SIGN}(?:{_NAME}|inner_prefix){_SIGN_END}",
    rf"\u25c1\s*{_NAME}\s*\u25b7",  # Kimi
    r"<unused94>",  # MedGemma
    r"<\|channel>\s*(?:thought|analysis|commentary)",  # Gemma 4
    rf"{_CHANNEL}(?:analysis|commentary){_MESSAGE}",  # gpt-oss
)
_CLOSINGS: Final = (
    rf"{_LESS}{_SLASH}{_SPACE}(?:{_NAME}|{_any(_ALONE)}){_BEHIND}{_MORE}",
    rf"{_LESS}(?:{_END_NAME}){_MORE}",
    rf"{_SIGN}(?:/\s*{_NAME}|{_END_NAME}|inner_suffix){_SIGN_END}|</{_BAR}\s*{_NAME}\s*{_BAR}>",
    _in_others(rf"/\s*(?:{_NAME})|{_END_NAME}"),
    rf"\u25c1\s*/\s*{_NAME}\s*\u25b7", r"<unused95>", r"<channel\|>",
    rf"{_CHANNEL}final{_MESSAGE}", r"<\|content\|>",
    r"\[begin final response\]", r"<\|begin_of_solution\|>", r"<\|start_response\|>",
)  # fmt: skip
OPENING: Final = re.compile(rf"{'|'.join(_OPENINGS)}|(?P<weak>{_in_others(_NAME)})", re.I)
"""A weak one that nothing ends is said, and all behind it: it was no thought."""
CLOSING: Final = re.compile("|".join(_CLOSINGS), re.I)
ANSWER: Final = re.compile(rf"{_LESS}{_SPACE}(?:{_ANSWERS}){_MORE}|{_SIGN}(?:{_ANSWERS}){_SIGN_END}", re.I)
"""What is said begins: behind thoughts, that is their end."""
AROUND: Final = re.compile(
    rf"{_CHANNEL}final{_MESSAGE}|<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>\s*"
    rf"|<\|(?:im_)?start\|>\s*assistant\s*|<unused\d{{1,3}}>|{_LESS}/?\s*{_SPACE}(?:{_ANSWERS}){_MORE}"
    rf"|<{_BAR}[\w\u2581 ]{{2,40}}{_BAR}>|<turn\|>|<end_of_turn>|\[end final response\]",
    re.I,
)
"""Signs around what is said, where a server passes them through."""


class Pair(NamedTuple):
    """A sign with an end of its own."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]


PAIRS: Final = (
    Pair(re.compile(r"<!--"), re.compile(r"-->")),
    Pair(re.compile(r"<details\b[^<>]{0,80}>", re.I), re.compile(r"</details\s*>", re.I)),
    Pair(re.compile(rf"```[^\S\n]*{_NAME}[^\S\n]*\n", re.I), re.compile(r"```")),
)

# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────

_HEADS: Final = tuple(
    f"{before}{name}"
    for before in ("", "my ", "internal ", "inner ", "chain of ")
    for name in ("thinking", "thought", "thoughts", "reasoning", "analysis", "scratchpad", "monologue",
                 "thought process", "thinking process", "reasoning process", "reasoning steps")
)  # fmt: skip
_SENTENCES: Final = ("here are my reasoning steps:", "here is my thought process:")  # Apriel, Granite
_LEAKED: Final = ("analysis", "assistantanalysis")
"""Of gpt-oss, where a server leaves its signs out and their words in: "analysisThe user ... assistantfinalYes."."""
_MARKS: Final = r"(?:#{1,6}\s*|[*_]{1,3})"
OPENING_WORDS: Final = re.compile(
    rf"\s*(?:{_MARKS}(?:{_any(_HEADS)})[*_]{{0,3}}\s*(?::[*_]{{0,3}}|\n|(?<=[*_])(?=\S))|(?:{_any(_HEADS)})\s*:"
    rf"|{_any(_SENTENCES)}|(?-i:{'|'.join(_LEAKED)})(?-i:(?=[A-Z])))",
    re.I,
)
"""At the beginning of a reply."""
CLOSING_WORDS: Final = re.compile(
    rf"here is my response:|assistantfinal|(?:^|\n)\s*{_MARKS}?(?:my |the )?(?:final |spoken )?"
    rf"(?:answer|response|reply|output)[*_]{{0,3}}\s*(?::[*_]{{0,3}}|\n|(?<=[*_])(?=\S))",
    re.I,
)
"""Only behind them, where nothing is said yet."""
WORDS_CHARS: Final = 48
"""Longer than any of these words."""

# ── what may become one of them ──────────────────────────────────────────────────────────────────────────────────

_WORDS: Final = frozenset(
    {*_THINKING, *_BESIDE, *_ENDING, *_ANSWER, *_ALONE, "opensource", "suffix", "details", "scratch", "pad"}
)
_BEGINNINGS: Final = frozenset(word[:size] for word in _WORDS for size in range(1, len(word) + 1))
_LEFT: Final = re.compile(r"(?:<<|\\?<[|\uff5c/]?|&lt;|\[{1,2}|\{{1,2}|\u25c1)\s*(?:\\?/\s*)?|\\")
_RIGHT: Final = re.compile(r"[>\]}\u25b7\n]|&gt;")
_SPECIAL: Final = re.compile(
    rf"<(?:{_BAR}(?:[\w\u2581 ]{{0,40}}{_BAR}?)?)?|<\|channel>\s*[a-z]{{0,10}}"
    r"|<(?:c(?:hannel?)?|t(?:urn?)?|channel\||turn\|)",
    re.I,
)
_WITH_ATTRIBUTES: Final = re.compile(rf"<\s*{_SPACE}(?:{_NAME}|details)\s[^<>]*", re.I)
_SPACE_BEGUN: Final = re.compile(r"<\\?/?[a-z]\w{0,11}:?", re.I)
_FIXED: Final = ("<!--", "&lt;", "<unused100>", "[begin final response]", "[end final response]", "<end_of_turn>")
_PAIRED: Final = ("<<", "[[", "{{")
_FENCE: Final = re.compile(r"`{1,3}[^\S\n]*[a-z_-]*[^\S\n]*", re.I)
_HEADERS: Final = ("<|start|>", "<|channel|>", "<|im_start|>")
_BRACKET: Final = re.compile(r"[<\[{\\&`\u25c1]")


def begun(text: str) -> str:
    """The end of the text that may be the beginning of a sign."""
    header = max(map(text.rfind, _HEADERS))
    if header >= 0 and len(text) - header < HEADER_CHARS and _is_header(text[header:]):
        first = text.rfind(_HEADERS[0], 0, header)
        is_one = first >= 0 and "<|" not in text[first + len(_HEADERS[0]) : header]
        return text[first if is_one else header :]
    for bracket in _BRACKET.finditer(text, max(0, len(text) - TAG_CHARS)):
        rest = text[bracket.start() :]
        if _may_become(rest):
            return rest
    return ""


def _is_header(rest: str) -> bool:
    """It is not over: the word of a role or a channel is still to come, or what is behind it."""
    if rest.startswith("<|channel|>"):
        return "<|message|>" not in rest
    role = rest.partition("|>")[2].strip()
    is_role = role.startswith("assistant") and "<|channel|>" not in rest and "<" in role
    return "assistant".startswith(role) or is_role


def _may_become(rest: str) -> bool:
    folded = rest.lower()
    if any(sign.startswith(folded) for sign in _FIXED) or _FENCE.fullmatch(folded):
        return True
    if _SPECIAL.fullmatch(rest) or _SPACE_BEGUN.fullmatch(rest) or _WITH_ATTRIBUTES.fullmatch(rest):
        return True
    left = _LEFT.match(folded)
    right = _RIGHT.search(folded, left.end()) if left is not None else None
    if left is None or (right is not None and (not left[0].startswith(_PAIRED) or right.end() < len(folded))):
        return False
    inner = re.sub(r"&(?:gt?)?$", "", folded[left.end() :]).strip("\\|\uff5c>]}")
    inner = inner.partition(":")[2] if re.match(r"[a-z]\w{0,11}:", inner) else inner
    return _is_name_begun(re.sub(r"[\s_\u2581-]+", "", inner))


def _is_name_begun(letters: str) -> bool:
    """Words of a name one behind the other, the last of them perhaps not whole."""
    reached = {0}
    for at in range(len(letters)):
        if at in reached:
            if letters[at:] in _BEGINNINGS:
                return True
            reached |= {at + len(word) for word in _WORDS if letters.startswith(word, at)}
    return len(letters) in reached


def begins_in_words(text: str) -> bool:
    """Whether all of a reply so far may be the beginning of words that announce thoughts."""
    if len(text) > WORDS_CHARS:
        return False
    if text.strip() in _LEAKED or OPENING_WORDS.match(text):
        return True
    body = re.sub(r"^[#*_\s]+|[*_\s]+$", "", text).lower()
    return bool(text) and any(phrase.startswith(body) for phrase in (*_HEADS, *_SENTENCES, *_LEAKED))
