"""What Deepgram refuses before it upgrades: a query with an unknown model, a missing rate, a number out of bounds."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

from offhook.simulator.vendors.deepgram_languages import FLUX_HINTS, NOVA_HINTS, takes, takes_hint

Query = Mapping[str, Sequence[str]]

RAW: Final = frozenset({"linear16", "linear32", "mulaw", "alaw"})
"""Without a header of their own: the rate must be told."""
CONTAINED: Final = frozenset({"flac", "amr-nb", "amr-wb", "opus", "ogg-opus", "speex", "g729"})
V1_MODELS: Final = re.compile(r"(nova(-[23])?|enhanced|base)(-[a-z]+)?$")
V1_BOOLEANS: Final = (
    "interim_results", "vad_events", "smart_format", "punctuate", "numerals", "no_delay", "multichannel", "mip_opt_out",
    "filler_words", "profanity_filter", "dictation", "diarize", "detect_entities",
)  # fmt: skip
V1_NAMES: Final = frozenset(V1_BOOLEANS) | {
    "callback", "callback_method", "channels", "diarize_model", "encoding", "endpointing", "extra", "keyterm",
    "keywords", "language", "language_hint", "model", "redact", "replace", "sample_rate", "search", "tag",
    "utterance_end_ms", "version",
}  # fmt: skip
SHORTEST_UTTERANCE_END_MS: Final = 1000
V2_MODELS: Final = ("flux-general-en", "flux-general-multi")
V2_NAMES: Final = frozenset(
    {
        "model", "encoding", "sample_rate", "eot_threshold", "eager_eot_threshold", "eot_timeout_ms", "keyterm",
        "language_hint", "profanity_filter", "numerals", "redact", "mip_opt_out", "tag",
    }
)  # fmt: skip
"""None of v1's `interim_results`, `endpointing`, `smart_format` is among them."""
V2_BOUNDS: Final[dict[str, tuple[float, float]]] = {
    "eot_threshold": (0.5, 1.0),
    "eager_eot_threshold": (0.3, 0.9),
    "eot_timeout_ms": (500, 60_000),
}
OLD_BOUNDS: Final = {"eot_threshold": 0.9, "eot_timeout_ms": 10_000}
"""The highest values of servers before July 2026, which do not know `ForceEndTurn` either."""
MOST_KEYTERMS: Final = 100
MOST_TOKENS: Final = 500
LONGEST_KEYTERM: Final = 100
LETTERS_A_TOKEN: Final = 1.8
"""Lower-case ones. The vendor's count is not published: this is that of a small vocabulary of tokens."""


def refusal(path: str, query: Query, *, is_old: bool = False) -> tuple[int, str] | None:
    """Status and reason (`dg-error`) for `/v1/listen` and `/v2/listen`; None when it is welcome."""
    if path == "/v1/listen":
        reason = _audio(query) or _v1(query)
    elif path == "/v2/listen":
        reason = _audio(query) or _v2(query, is_old=is_old)
    else:
        return 404, "Not Found"
    return (400, reason) if reason else None


def first(query: Query, name: str, default: str = "") -> str:
    """The first value of a parameter."""
    return query[name][0] if query.get(name) else default


def tokens_of(terms: Sequence[str]) -> int:
    """Tokens of the key terms together."""
    letters = [letter for term in terms for letter in term if not letter.isspace()]
    small = sum("a" <= letter <= "z" for letter in letters)
    others = sum(len(letter.encode()) for letter in letters if not "a" <= letter <= "z")
    return math.ceil(small / LETTERS_A_TOKEN) + others


def terms_problem(terms: Sequence[str]) -> str:
    """Why these key terms are not taken; empty when they are."""
    if len(terms) > MOST_KEYTERMS:
        return "Too many keyterms."
    if tokens_of(terms) > MOST_TOKENS:
        return f"Keyterm limit exceeded. The maximum number of tokens across all keyterms is {MOST_TOKENS}."
    return ""


def threshold_problem(name: str, value: object) -> str:
    """Why Flux does not take this threshold; empty when it does."""
    low, high = V2_BOUNDS[name]
    try:
        number = float(str(value))
    except ValueError:
        return f"{name} must be a number."
    return "" if low <= number <= high else f"{name} must be between {low:g} and {high:g}."


def _audio(query: Query) -> str:
    encoding, rate = first(query, "encoding"), first(query, "sample_rate")
    if not encoding:
        return ""  # A container says it itself.
    if encoding not in RAW | CONTAINED:
        return f"Unsupported encoding {encoding!r}."
    if encoding in RAW and not rate:
        return "sample_rate is required with raw audio."
    return "" if not rate or rate.isdecimal() else "sample_rate must be a whole number."


def _v1(query: Query) -> str:
    model = first(query, "model", "base-general")
    if not V1_MODELS.match(model):
        return "No such model/version combination found."
    unknown = sorted(query.keys() - V1_NAMES)
    if unknown:
        return f"Unknown query parameter {unknown[0]!r}."
    if problem := _v1_language(model, query):
        return problem
    for name in V1_BOOLEANS:
        if first(query, name, "false") not in ("true", "false"):
            return f"{name} must be true or false."
    pause = first(query, "endpointing", "10")
    if pause not in ("true", "false") and not pause.isdecimal():
        return "endpointing must be false or a number of milliseconds."
    gap = first(query, "utterance_end_ms")
    if gap:
        if not gap.isdecimal() or int(gap) < SHORTEST_UTTERANCE_END_MS:
            return f"utterance_end_ms must be at least {SHORTEST_UTTERANCE_END_MS}."
        if first(query, "interim_results") != "true":
            return "utterance_end_ms needs interim_results=true."
    return _v1_terms(model, query)


def _v1_language(model: str, query: Query) -> str:
    language = first(query, "language", "en")
    if not re.match(r"(multi|[a-z]{2,3}(-[A-Za-z0-9]+)*)$", language) or not takes(model, language):
        return "No such model/language/tier combination found."
    if query.get("language_hint"):
        if language != "multi":
            return "language_hint is only available with language=multi."
        if not all(takes_hint(hint, NOVA_HINTS) for hint in query["language_hint"]):
            return "language_hint holds a language that is not supported."
    return ""


def _v1_terms(model: str, query: Query) -> str:
    is_nova3 = model.startswith("nova-3")
    if query.get("keyterm") and not is_nova3:
        return "Keyterm prompting is only available with Nova-3."
    if query.get("keywords") and is_nova3:
        return "Keywords are not supported with Nova-3: use keyterm."
    return terms_problem(query.get("keyterm", ()))


def _v2(query: Query, *, is_old: bool) -> str:
    model = first(query, "model")
    if model not in V2_MODELS:
        return "No such model/version combination found."
    unknown = sorted(query.keys() - V2_NAMES)
    if unknown:
        return f"Unknown query parameter {unknown[0]!r}."
    for name in V2_BOUNDS:
        if query.get(name) and (problem := threshold_problem(name, first(query, name))):
            return problem
        if is_old and query.get(name) and float(first(query, name)) > OLD_BOUNDS.get(name, math.inf):
            return f"{name} must be at most {OLD_BOUNDS[name]:g}."
    eager = first(query, "eager_eot_threshold")
    if eager and float(eager) > float(first(query, "eot_threshold", "0.7")):
        return "eager_eot_threshold must not be above eot_threshold."
    if query.get("language_hint") and not model.endswith("-multi"):
        return "language_hint is only available with flux-general-multi."
    if not all(takes_hint(hint, FLUX_HINTS) for hint in query.get("language_hint", ())):
        return "language_hint holds a language that is not supported."
    terms = query.get("keyterm", ())
    if any(not term.strip() or len(term) > LONGEST_KEYTERM for term in terms):
        return "Bad Request"  # It does not say which value it is.
    return terms_problem(terms)
