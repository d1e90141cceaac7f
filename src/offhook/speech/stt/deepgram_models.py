"""Which languages each of Deepgram's models hears, and how Deepgram spells them, as published on 23 October 2026.

Sources: https://developers.deepgram.com/docs/models-languages-overview and /docs/nova-3-language-prompting, and the
change log. What is not published here (a model of the owner's own) is not judged.
"""

from typing import Final

from offhook.errors import ConfigurationError

FLUX: Final = "flux-"
"""How the names of the models begin that know turns."""
MULTI: Final = "multi"
"""The language of a Nova model that hears several in one call."""
_ENGLISH: Final = "en en-US"
_ENGLISHES: Final = "en en-US en-AU en-GB en-IN en-NZ"
_CLINICAL: Final = "en en-US en-AU en-CA en-GB en-IE en-IN en-NZ"
_NOVA_3: Final = (
    "af ar ar-AE ar-DZ ar-EG ar-IQ ar-IR ar-JO ar-KW ar-LB ar-MA ar-PS ar-QA ar-SA ar-SD ar-SY ar-TD ar-TN be bg bn bs"
    f" ca cs da da-DK de de-CH el {_ENGLISHES} es es-419 et fa fi fr fr-CA gu gu-IN he hi hr hu hy id it ja ka kn ko"
    " ko-KR lt lv mk mr ms ne nl nl-BE no pa pa-IN pl pt pt-BR pt-PT ro ru sk sl sr sv sv-SE ta te th th-TH tl tr uk ur"
    " vi zh zh-CN zh-Hans zh-HK zh-Hant zh-TW"
)
_NOVA_2: Final = (
    f"bg ca cs da da-DK de de-CH el {_ENGLISHES} es es-419 et fi fr fr-CA hi hu id it ja ko ko-KR lt lv ms nl nl-BE no"
    " pl pt pt-BR pt-PT ro ru sk sv sv-SE th th-TH tr uk vi zh zh-CN zh-Hans zh-HK zh-Hant zh-TW"
)
_ENHANCED: Final = f"da de {_ENGLISH} es es-419 fr hi it ja ko nl no pl pt pt-BR pt-PT sv ta taq"
_BASE: Final = (
    f"da de {_ENGLISH} es es-419 fr fr-CA hi hi-Latn id it ja ko nl no pl pt pt-BR pt-PT ru sv taq tr uk zh zh-CN zh-TW"
)
_TEN: Final = "de en es fr hi it ja nl pt ru"
_FIFTY_FIVE: Final = (
    "af ar be bg bn bs ca cs da de el en es et fa fi fr gl gu he hi hr hu id it ja kn ko lt lv mk mr ms nl nl-BE no pl"
    " pt ro ru sk sl sr sv ta te th tl tr uk vi xh zh zh-HK zu"
)
_OPTIONS: Final = "meeting phonecall finance conversationalai voicemail video medical drivethru automotive atc"


def _family(name: str, general: str, english: str = "") -> dict[str, str]:
    """A model by its two names, and those of its options that hear English alone."""
    return {name: general, f"{name}-general": general, **{f"{name}-{option}": _ENGLISH for option in english.split()}}


_PUBLISHED: Final = {
    **_family("nova-3", _NOVA_3),
    "nova-3-medical": _CLINICAL,
    "nova-3-pharma": _CLINICAL,
    **_family("nova-2", _NOVA_2, _OPTIONS),
    **_family("nova", f"{_ENGLISHES} es es-419 hi-Latn", "phonecall medical"),
    **_family("enhanced", _ENHANCED, "meeting phonecall finance"),
    **_family("base", _BASE, "meeting phonecall finance conversationalai voicemail video"),
    "flux-general-en": "en",
}  # fmt: skip
"""What each model hears when it is asked for one language."""
_SEVERAL: Final = {
    "nova-3": _FIFTY_FIVE, "nova-3-general": _FIFTY_FIVE, "nova-3-medical": _TEN,
    "nova-2": "en es", "nova-2-general": "en es", "flux-general-multi": _TEN,
}  # fmt: skip
"""What each model hears that can be asked for several at once."""
_ALIASES: Final = {"nb": "no", "nn": "no", "fil": "tl", "iw": "he", "in": "id", "yue": "zh-HK", "cmn": "zh"}
"""Other tags of the same languages."""
_PREFERRED: Final[tuple[str, ...]] = ("nova-3", "nova-2", "flux-general-en", "flux-general-multi")
"""What an owner is pointed to, the best choice first."""


def code_of(model: str, language: str, *, is_checked: bool = True, field: str = "stt.model") -> str:
    """How Deepgram spells the language for this model: with its region where that makes a difference.

    Raises `ConfigurationError` when the model does not hear it, with those that do; `is_checked` off: never.
    """
    if _base(language) == MULTI:
        return MULTI
    published = _PUBLISHED.get(model)
    code = _found(language, published if published is not None else _NOVA_3)
    if code is not None:
        return code
    if published is None or not is_checked:
        return _ALIASES.get(_base(language), _base(language))
    raise _unheard(model, language, field)


def check_several(model: str, language: str, field: str) -> None:
    """Raise `ConfigurationError` when the model, asked for several languages, does not hear this one."""
    several = _SEVERAL.get(model)
    if several is None and model in _PUBLISHED:
        raise ConfigurationError(
            f"{model} does not hear several languages in one call",
            field=field, expected=f"{', '.join(name for name in _PREFERRED if name in _SEVERAL)}, or one language",
        )  # fmt: skip
    if several is not None and _found(language, several) is None:
        raise _unheard(model, language, field)


def hint_of(model: str, language: str) -> str:
    """How the language is spelled as a hint: without its region, except where that is another language."""
    return _found(language, _SEVERAL.get(model, _FIFTY_FIVE)) or _base(language)


def _unheard(model: str, language: str, field: str) -> ConfigurationError:
    # Who wants turns from the vendor is pointed to another model with turns first.
    names = sorted(_PREFERRED, key=lambda name: name.partition("-")[0] != model.partition("-")[0])
    others = [name for name in names if name != model and _found(language, _heard_by(name)) is not None]
    if not others:
        others = [f"{name} with language: {MULTI}" for name in names if _found(language, _SEVERAL.get(name, ""))]
    # A language that Deepgram has learned since must not need a new Offhook.
    own = "a model of your own, another provider, or check_language: false if Deepgram has it by now"
    return ConfigurationError(f"{model} does not hear {language}", field=field, expected=", ".join([*others[:2], own]))


def _heard_by(model: str) -> str:
    return _PUBLISHED.get(model) or _SEVERAL[model]


def _base(language: str) -> str:
    return language.partition("-")[0].lower()


def _found(language: str, codes: str) -> str | None:
    """The longest beginning of the tag that is among the codes: "de-AT" is `de`, "zh-Hant-TW" is `zh-TW`."""
    known = {code.lower(): code for code in codes.split()}
    tag = language.lower()
    if _base(tag) in _ALIASES:
        tag = _ALIASES[_base(tag)].lower() + tag[len(_base(tag)) :]
    parts = tag.split("-")
    for length in range(len(parts), 0, -1):
        found = known.get("-".join(parts[:length])) or known.get(f"{parts[0]}-{parts[length - 1]}")
        if found is not None:
            return found
    return None
