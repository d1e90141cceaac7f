"""What is known about vendors' models: limits, prices, the day they end. What they want of a request: `families`.

Models of language and of speech alike. The data is `speech/catalogue.toml`. A model that is not in it works as
well; nothing is known about it then.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from offhook.clock import Date
from offhook.speech.families import UNKNOWN, Family, Server, Taken, plain_name
from offhook.speech.ports import ProviderConfig

WIRES: Final = frozenset({"openai", "anthropic"})
"""Of language models that a family may belong to."""
_DATED: Final = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8})$")
"""A snapshot is named by its model and a day."""


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """US dollars for a million tokens, as published on a day."""

    tokens_in: float
    tokens_out: float
    seen_at: Date
    cached: float | None = None
    """Of the input, what the vendor had in its cache."""


class ModelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of one vendor."""

    provider: str
    name: str
    kind: Literal["stt", "llm", "tts"] = "llm"
    """The port that it serves."""
    context_tokens: int | None = None
    price: Price | None = None
    ends_at: Date | None = None
    """The day on which the vendor switches it off."""
    stays_until: Date | None = None
    """The vendor has promised not to switch it off before that day, and has not said when it does."""
    successor: str = ""
    advice: str = ""
    """What the owner can do where no model succeeds it."""


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    models: tuple[ModelEntry, ...]
    families: tuple[Family, ...]
    servers: tuple[Server, ...]


@cache
def _catalogue() -> _Catalogue:
    text = files("offhook.speech").joinpath("catalogue.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Catalogue)


def models() -> tuple[ModelEntry, ...]:
    """Every model that is known, vendor by vendor."""
    return _catalogue().models


@cache
def model_entry(provider: str, model: str) -> ModelEntry | None:
    """What is known about a model, or about the model whose dated snapshot it is."""
    known = {(entry.provider, entry.name): entry for entry in models()}
    return known.get((provider, model)) or known.get((provider, _DATED.sub("", model)))


def families() -> tuple[Family, ...]:
    """Every family, the first that fits before the others."""
    return _catalogue().families


@cache
def family_of(wire: str, model: str) -> Family:
    """The family of a model on this wire; `UNKNOWN` when it has none."""
    name = plain_name(model)
    return next((one for one in families() if one.wire == wire and re.match(one.pattern, name)), UNKNOWN)


def server_quirks(host: str, port: int = 0) -> Server:
    """How a server differs; the plain one when it does not."""
    known = _catalogue().servers
    fits = (one for one in known if (one.host and host.endswith(one.host)) or (one.port and one.port == port))
    return next(fits, Server())


@cache
def server_at(base_url: str) -> Server:
    """How the server at an address differs."""
    parts = urlsplit(base_url)
    return server_quirks(parts.hostname or "", parts.port or 0)


_WHOLE: Final = re.compile(r"/(?:chat/completions|responses)$")
"""What requests add to an address: owners copy the whole of one."""
_BELOW: Final = re.compile(r"(?:/api/projects/[^/]+)?(?:/openai(?:/v1)?)?")
"""Where a server's path may be put behind: nothing, a project, or a part of the path."""


def with_path(base_url: str) -> str:
    """The address with the path that its server is known to want. Raises `ValueError` for one that leads elsewhere."""
    address = _WHOLE.sub("", base_url)
    wanted, path = server_at(base_url).path, urlsplit(address).path
    if not wanted or path.endswith(wanted):
        return address
    if not _BELOW.fullmatch(path):
        raise ValueError(f"this server's address ends in {wanted}; the name of a deployment is the `model`")
    return f"{address.removesuffix('/openai')}{wanted}"


def key_header(base_url: str, key: str) -> dict[str, str]:
    """How a server that speaks OpenAI's wire wants the key; nothing without one."""
    header = server_at(base_url).auth_header
    value = f"Bearer {key}" if header == "Authorization" else key
    return {header: value} if key else {}


def warnings(provider: str, model: str, today: Date) -> list[str]:
    """What an owner who chose this model should know, one sentence each: nothing, mostly."""
    entry = model_entry(provider, model)
    if entry is None:
        return []
    advice = f"take {entry.successor}" if entry.successor else entry.advice
    advice = f"; {advice}" if advice else ""
    if entry.ends_at is None:
        is_old = entry.stays_until is not None and entry.stays_until <= today
        until = f"{provider}'s {model} was promised until {entry.stays_until} only, and may end soon{advice}"
        return [until] if is_old else []
    if entry.ends_at <= today:
        return [f"{provider}'s {model} was switched off on {entry.ends_at}{advice}"]
    days = (entry.ends_at - today).days
    return [f"{provider}'s {model} ends on {entry.ends_at}, in {days} day{'s' if days > 1 else ''}{advice}"]


def end_of(config: ProviderConfig) -> tuple[str, Date] | None:
    """Which model of a provider's block the vendor switches off, and when, where both are known."""
    fields, defaults = config.model_dump(), type(config).model_fields
    model, base_url, provider = fields.get("model"), fields.get("base_url"), str(fields.get("provider"))
    if not isinstance(model, str) or not isinstance(base_url, str) or base_url != defaults["base_url"].default:
        return None
    entry = model_entry(provider, model)
    return (f"{provider} {model}", entry.ends_at) if entry is not None and entry.ends_at is not None else None


def config_warnings(config: ProviderConfig, today: Date) -> list[str]:
    """What an owner should know of a provider's block. Another server than the vendor's own keeps its own dates."""
    fields, defaults = config.model_dump(), type(config).model_fields
    model, base_url, provider = fields.get("model"), fields.get("base_url"), str(fields.get("provider"))
    if not isinstance(model, str) or not isinstance(base_url, str):
        return []
    is_own = base_url == defaults["base_url"].default
    found = warnings(provider, model, today) if is_own else []
    if "like" in fields and (is_own or server_at(base_url).is_the_vendor):
        found += _thinking_warnings(provider, str(fields["like"] or model))
    return found


def _thinking_warnings(wire: str, model: str) -> list[str]:
    """What a language model does with a caller's time."""
    family = family_of(wire, model)
    if family is UNKNOWN:
        return [f"{wire}'s {model} is not known here; say by `like` whose rules hold for it"]
    if not family.always_thinks or family.refusal:
        return []
    choice = f"; choose {family.instead}" if family.instead else ""
    return [f"{wire}'s {model} thinks before every reply and cannot be told not to: the caller waits for it{choice}"]


def refusal(wire: str, model: str, *, has_tools: bool) -> str:
    """Why this model cannot serve an agent on this wire, and what to choose; empty when it can."""
    family = family_of(wire, model)
    why = family.refusal
    if not why and has_tools and family.tools is Taken.NO:
        why = "takes no tools at this address, and this agent has some (`end_call` is one)"
    choice = f"; choose {family.instead}" if family.instead else ""
    return f"{model} {why}{choice}" if why else ""


def config_refusals(config: ProviderConfig, *, has_tools: bool) -> list[str]:
    """Why an `llm` block cannot serve an agent, one sentence each, with what to choose: nothing, mostly.

    Another server than the vendor's own may do what the vendor does not.
    """
    fields, defaults = config.model_dump(), type(config).model_fields
    model, base_url, wire = fields.get("model"), fields.get("base_url"), str(fields.get("provider"))
    if not isinstance(model, str) or not isinstance(base_url, str) or wire not in WIRES:
        return []
    if base_url != defaults["base_url"].default and not server_at(base_url).is_the_vendor:
        return []
    found = refusal(wire, str(fields.get("like") or model), has_tools=has_tools)
    return [f"{wire}'s {found}"] if found else []
