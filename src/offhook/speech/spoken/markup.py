"""What is written but never said: Markdown, tags, emoji, links, stage directions, the markup of other engines.

What is taken away leaves a gap of the same length, so that the words stay where they are: for each whitespace word of
the text there is one of what is left of it, which may be empty.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from typing import Final

from offhook.speech.llm.thought_signs import AROUND, CLOSING, OPENING

LONGEST_WORD: Final = 400
"""Characters; what is longer is no word and is cut."""
FRACTIONS: Final = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
UNFOLDED: Final = frozenset(FRACTIONS + "²³ºª")
"""Signs that say less, or something else, in compatible characters: 2½ would be 21/2, m² m2, and 3ª 3a."""
DIRECTIONS: Final = frozenset({
    "laughs", "laughing", "laugh", "laughter", "chuckles", "chuckle", "chuckling", "giggles", "giggling", "sighs",
    "sigh", "sighing", "whispers", "whispering", "whisper", "coughs", "cough", "coughing", "gasps", "gasp", "sniffs",
    "snorts", "exhales", "inhales", "breathes", "breath", "breathing", "pause", "pauses", "pausing", "beat", "silence",
    "smiles", "smiling", "smile", "nods", "nodding", "excited", "excitedly", "happily", "sadly", "curious", "sarcastic",
    "sarcastically", "mischievously", "crying", "cries", "singing", "sings", "applause", "warmly", "softly",
    "cheerfully", "cheerful", "calmly", "music", "beep", "thinking", "typing", "hesitates", "yawns", "groans", "gulps",
    "shouting", "shouts", "clears", "clearing", "winks", "grins", "shrugs", "lacht", "lachen", "seufzt", "räuspert",
    "flüstert", "lächelt", "pausa", "ríe", "risas", "suspira", "sonríe", "susurra", "rit", "rires", "soupire", "sourit",
    "chuchote", "ride", "sospira", "giggle", "snickers", "scoffs", "hums", "humming", "whistles", "whistling",
    "sniffles",
    "sobs", "sobbing", "hiccups", "moans", "panting", "claps", "clapping", "pants", "gasping", "speaking", "speaks",
    "lachend", "lächelnd", "seufzend", "kichert", "hustet", "atmet", "nickt", "schweigt", "überlegt", "flüsternd",
    "tose", "sonriendo", "riendo", "suspirando", "susurrando", "risa", "silencio", "tousse", "souffle", "sourire",
    "riant", "rire", "souriant", "stille", "sneezes", "sneeze", "exhale", "inhale", "sniff", "groan", "yawn",
})  # fmt: skip
"""Words that tell how to say something, or what else to do: no voice here is told that way."""
BESIDE_DIRECTIONS: Final = frozenset(
    """a an the his her their throat short long brief deep bit in with for sich to of at and slightly little loud quiet
    voice tone quietly silently breath second seconds moment warm soft gentle nervous happy sad friendly cheery kurz
    kurze
    lange leise laut tief larga corta longue courte une un breve""".split()
)
COMMANDS: Final = (
    r"pause|break|silence|wait|sleep|delay|slnc|emotion|emotions|mood|tone|style|voice|speaker|speed|rate|pace|pitch|volume"
    r"|emphasis|emph|prosody|say-as|sayas|phoneme|ipa|spell|spell-out|lang|language|accent|breath|breathe|laugh|laughs"
    r"|laughter|sigh|cough|whisper|sfx|sound|effect|audio|music|stage|action|gesture|expression|intonation|rst|emo|vct"
)
"""What engines and prompts are told in brackets: `{pause:1s}`, `[emotion=warm]`, `[500ms pause]`."""
KEPT_SIGNS: Final = frozenset("°№℃℉℅①②③④⑤⑥⑦⑧⑨⑩")
"""Of the same kind as emoji, but they are said."""
PAUSES: Final = frozenset(",;:.!?")
WALL: Final = frozenset("|\x00")
STAR: Final = "∗"
"""The star of a telephone's keys, so that it is not taken for Markdown's."""
KEYS: Final = frozenset(
    {"key", "sign", "button", "press", "dial", "hit", "taste", "drücken", "tecla", "pulse", "touche"}
)
"""Beside a lone number sign: it is a key."""
_GAP: Final = "\x00"
"""In place of what is taken away; taken from the text itself first."""


def clean(text: str) -> list[str]:
    """What is left to say of each whitespace word: as many as `text.split()`, in compatible characters (NFKC)."""
    left = text.replace(_GAP, "\x01")
    for pattern, replace in _STEPS:
        left = pattern.sub(replace, left)
    parts = left.split()
    words = [_tidy(part) for part in parts]
    if "|" in left:
        # The wall between two cells of a table is heard as a pause.
        parts = [part.replace("|", ",") if set(part) <= WALL else part for part in parts]
    for at, part in enumerate(parts):
        if part.strip(_GAP) in ("#", "*"):
            words[at] = _lone_sign(part.strip(_GAP), words[at - 1] if at else "", "".join(words[at + 1 : at + 2]))
    said = -1
    for at, part in enumerate(parts):
        pause = part.strip(_GAP)
        if words[at] and not set(words[at]) <= PAUSES:
            said = at
        elif pause and set(pause) <= PAUSES:
            # It belongs to the word in front of it, whatever stood between them.
            words[at] = ""
            if said >= 0 and words[said][-1].isalnum() and (pause != "," or any(words[at + 1 :])):
                words[said] += "," if pause.startswith("..") else pause[0]
    return words


def _lone_sign(sign: str, before: str, after: str) -> str:
    """A key of the telephone, or "times"; else it is the mark of a heading or an item."""
    if KEYS & {before.lower(), after.lower().rstrip(".,!?")}:
        return STAR if sign == "*" else sign
    return "×" if sign == "*" and before[-1:].isdigit() and after[:1].isdigit() else ""


# ── what is taken away ───────────────────────────────────────────────────────────────────────────────────────────


def _gap(found: re.Match[str]) -> str:
    """Nothing of it is left. White space stays, since it counts the words."""
    return _blank(found[0])


def _blank(text: str) -> str:
    return "".join(c if c.isspace() else _GAP for c in text)


def _keep(found: re.Match[str]) -> str:
    """Only the part that is in the pattern's last group that matched."""
    group = found.lastindex
    if group is None:
        return _gap(found)
    begin, end = found.start(group) - found.start(), found.end(group) - found.start()
    return _blank(found[0][:begin]) + found[group] + _blank(found[0][end:])


def _direction(found: re.Match[str]) -> str:
    words = (found[1] or found[2] or found[3]).casefold().split()
    told = any(word in DIRECTIONS for word in words)
    if found[1] and words[0] in DIRECTIONS and words[0] not in BESIDE_DIRECTIONS and len(words) > 1:
        return _gap(found)  # "[laughs at it]"
    told = told and all(word in DIRECTIONS or word in BESIDE_DIRECTIONS or word.endswith("ly") for word in words)
    return _gap(found) if told else found[0]


def _entity(found: re.Match[str]) -> str:
    if found[0].lower() in ENTITIES:
        return ENTITIES[found[0].lower()].ljust(len(found[0]), _GAP)
    meant = unescape(found[0])
    return meant.ljust(len(found[0]), _GAP) if len(meant) <= 2 else found[0]


def _line_end(found: re.Match[str]) -> str:
    """The last word of a line before an item of a list: the pause that the line break was."""
    return f"{found[1]},{found[2]}"


ENTITIES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&apos;": "'", "&nbsp;": ""}
_Step = tuple[re.Pattern[str], "Callable[[re.Match[str]], str]"]
_MARK: Final = r"(?:[-*+](?=\s)|[•‣◦▪●○·–—](?=\s)|[•‣◦▪●○])"
_LESS: Final = r"(?:&(?:amp;)*(?:lt|#0*60|#x0*3c);|\\u003c|%3c)"
_GREATER: Final = r"(?:&(?:amp;)*(?:gt|#0*62|#x0*3e);|\\u003e|%3e|\Z)"
_CALLS: Final = (
    r"tool_calls?|function_calls?|function|invoke|tool_code|tool_use|tool_response|tool_result|antml:\w+|tool|arguments"
)
_STEPS: Final[tuple[_Step, ...]] = (
    # Thoughts: whole ones, one that is not over, and the end of one that began before.
    (re.compile(rf"(?:{OPENING.pattern}).*?(?:(?:{CLOSING.pattern})|\Z)", re.S | re.I), _gap),
    (re.compile(rf"\A.*(?:{CLOSING.pattern})", re.S | re.I), _gap),
    (AROUND, _gap),
    # Calls of tools that a server took for text.
    (re.compile(rf"<({_CALLS})\b[^<>]{{0,80}}>.*?(?:</\1\s*>|\Z)|<\|(?:tool_call|python_tag|tools_prefix|start_action)"
                r"[^<>]{0,20}\|?>.*|\[TOOL_CALLS?\].*|<\|tool_call>.*?(?:<tool_call\|>|\Z)", re.S | re.I), _gap),
    (re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>", re.S), _gap),
    # Tags that were escaped, once or twice.
    (re.compile(rf"{_LESS}(?:/?[A-Za-z]|[!?])[^<>]{{0,300}}?{_GREATER}", re.I), _gap),
    # What an engine is told in brackets of another kind.
    (re.compile(rf"[\[{{]{{1,2}}\s*/?(?:{COMMANDS})(?:\s*[:=\s][^\[\]{{}}\n]{{0,80}})?[\]}}]{{1,2}}", re.I), _gap),
    (re.compile(rf"[\[{{(]{{1,2}}\s*\d[\d.,]*\s*(?:m?s|sec|secs|seconds?|sekunden?|segundos?|secondes?)?\s*(?:{COMMANDS}|pausa)"
                r"\s*[\]})]{1,2}", re.I), _gap),
    (re.compile(r"\{\{?\s*/?[a-z][\w.-]{0,30}\s*[:=][^{}\n]{0,80}\}\}?|\{/[a-z]\w{0,30}\}", re.I), _gap),
    (re.compile(r"<#\s*[\d.]{1,8}\s*#>|\\\w{2,8}=[^\\\s]{1,30}\\|(?<!\S):[a-z]+(?:_[a-z]+)*:(?!\S)"), _gap),
    (re.compile(r"\{\{?\s*([^\W\d_]+(?: [^\W\d_]+){0,3})\s*\}\}?|(?<!\w)<<\s*([^\W\d_]+(?: [^\W\d_]+){0,3})\s*>>"
                r"|(?<!\w)_([^\W\d_]+(?: [^\W\d_]+){0,3})_(?!\w)"), _direction),
    (re.compile(r"\[S\d\]|\[(?:in|with) an? [^\[\]\n]{1,40}(?:voice|tone|accent|smile|laugh|sigh)\]", re.I), _gap),
    # Control signs of models, and quotations of sources.
    (re.compile(r"<\|[^<>|]{1,40}\|>|\[/?INST\]|<</?SYS>>|【[^】]{0,40}】"), _gap),
    # Tags of HTML, SSML and the like; also one that was cut off at either end.
    (re.compile(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]{0,300})?/?>|<[?!][^<>]{0,300}>"), _gap),
    (re.compile(r"<[A-Za-z][\w:.-]*\s+[\w:-]+=[^<>]{0,300}\Z|</[A-Za-z][\w:.-]{0,40}\Z|\A[^<>\"]{0,40}\"\s*/>"), _gap),
    (re.compile(r"&(?:#\d{1,6}|#[xX][0-9A-Fa-f]{1,5}|[A-Za-z]{2,24}\d{0,2});"), _entity),
    # Phonemes of another voice, pictures, links, footnotes, engines' commands.
    (re.compile(r"\[([^\[\]\n]{1,80})\]\(/[^()\n]{1,80}/\)"), _keep),
    (re.compile(r"!\[[^\[\]]{0,300}\]\((?:[^()\s]|\([^()\s]*\)){0,400}(?:\s+[\"'][^\"'\n]{0,200}[\"'])?\)"), _gap),
    (re.compile(r"\[([^\[\]]{1,300})\]\((?:[^()\s]|\([^()\s]{0,200}\)){0,400}(?:\s+[\"'][^\"'\n]{0,200}[\"'])?\)?"),
     _keep),
    (re.compile(r"\[([^\[\]\n]{1,300})\]\[[^\[\]\n]{0,80}\]"), _keep),
    (re.compile(r"\[\^[\w-]{1,20}\]:?|(?<=[\w.,;:!?])\[\d{1,3}\](?=[\s.,;:!?\[]|\Z)|\[\[[^\[\]\n]{1,60}\]\]"), _gap),
    (re.compile(r"(?<!\w)(?:\[([^\W\d_ ][^\W\d_ ]*(?: [^\W\d_]+){0,3})\]|\*([^\W\d_]+(?: [^\W\d_]+){0,3})\*(?!\*)"
                r"|\(([^\W\d_]+(?: [^\W\d_]+){0,3})\))"), _direction),
    # Lines: walls of tables, rules, fences; then the marks in front of headings, items and quotations.
    (re.compile(r"^[^\S\n]*\|?[^\S\n]*:?-{2,}:?[^\S\n]*(?:\|[^\S\n]*:?-{2,}:?[^\S\n]*)*\|?[^\S\n]*$", re.M), _gap),
    (re.compile(r"^[^\S\n]*(?:(?:\*[^\S\n]*){3,}|(?:_[^\S\n]*){3,}|={3,}[^\S\n]*)$", re.M), _gap),
    (re.compile(r"(?:```|~~~)[\w+-]*(?=\s|\Z)|```|~~~"), _gap),
    (re.compile(rf"([^\W_])([^\w\n.,;:!?]{{0,40}}\n\s*{_MARK})"), _line_end),
    (re.compile(r"^[^\S\n]*(?:>[^\S\n]*)*(?:(?:#{1,6}(?=\s|\Z)|##+(?=\S)))", re.M), _gap),
    (re.compile(r"(?<!\S)\*(?=\d{1,3}(?![^\s*]*\*)[^*]*\Z)"), lambda found: STAR),
    (re.compile(rf"^[^\S\n]*(?:>[^\S\n]*)*{_MARK}(?:[^\S\n]+\[[ xX]\](?=\s))?|^[^\S\n]*>(?![\d$€£¥])", re.M), _gap),
)  # fmt: skip


# ── what is left of a word ───────────────────────────────────────────────────────────────────────────────────────

_MARKS_AWAY: Final = re.compile(
    r"\*\*|__|~~|[`{}\[\]\\|•]"  # emphasis, code, stray brackets
    r"|(?<!\d)\*|\*(?!\d)"  # a star that does not multiply
    r"|(?<![^\W_])_|_(?![^\W_])"  # a line that is not inside a name
    r"|<(?![\d$€£¥])|(?<!\d)>(?![\d$€£¥])|\^(?!\d)"
)
_CONTROLS: Final = frozenset(("Cf", "Cc", "Cs", "Co", "Cn", "Me"))


def _tidy(word: str) -> str:
    folded = "".join(map(_sign, unicodedata.normalize("NFC", word[:LONGEST_WORD].replace(_GAP, ""))))
    if folded.isalnum():
        return folded
    if folded in ("<", ">"):
        return folded
    tidy = _MARKS_AWAY.sub("", folded)
    # A number sign is said before a number or a name, a lone sign never.
    tidy = tidy if re.search(r"#\w|\w#", tidy) else tidy.replace("#", "")
    return tidy if any(c.isalnum() or c in SIGNS for c in tidy) else _pause(tidy)


SIGNS: Final = frozenset("&+=@%°×÷±$¢€£¥§→<>≤≥≈≠√∞π" + FRACTIONS + "²³" + STAR)
"""Signs that a language may say when they stand alone."""


def _pause(tidy: str) -> str:
    """Dashes and punctuation alone: a language makes a pause or "to" of them."""
    return tidy if tidy in ("-", "–", "—", "--", "/", "~", ":", ",", ";", "...", "?", "!", "?!", "!?", "!!") else ""


@lru_cache(maxsize=4096)
def _sign(c: str) -> str:
    """One character in compatible form: full width, ligatures, other scripts' digits. Emoji and the invisible go."""
    if c.isascii():
        return c if c.isprintable() else ""
    if c in UNFOLDED:
        return c
    if c in "’‘ʼ＇":
        return "'"
    if c in "−‐‑⁃":
        return "-"
    if c == "⁄":
        return "/"
    if c in "′´":
        return "'"
    if c == "″":
        return '"'
    if "\ufe00" <= c <= "\ufe0f":
        return ""  # It says whether a sign is an emoji.
    kind = unicodedata.category(c)
    if kind in _CONTROLS or (kind in ("So", "Sk") and c not in KEPT_SIGNS):
        return ""
    if kind == "No" and unicodedata.decomposition(c).startswith("<super>"):
        return ""  # The number of a footnote.
    if c.isdecimal():
        return str(unicodedata.decimal(c))
    return unicodedata.normalize("NFKC", c).replace(" ", "")
