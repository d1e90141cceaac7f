"""Which languages the vendor's models take, from its overview of models: kept apart from what the adapter knows."""

from typing import Final

_ENGLISH: Final = frozenset({"en", "en-us"})
_WORLD_ENGLISH: Final = _ENGLISH | {"en-au", "en-gb", "en-in", "en-nz"}
_NOVA_2: Final = _WORLD_ENGLISH | frozenset(
    "multi bg ca zh zh-cn zh-hans zh-tw zh-hant zh-hk cs da da-dk nl et fi nl-be fr fr-ca de de-ch el hi hu id it ja ko"
    " ko-kr lv lt ms no pl pt pt-br pt-pt ro ru sk es es-419 sv sv-se th th-th tr uk vi".split()
)
_ARABIC: Final = frozenset(f"ar-{land}" for land in "ae sa qa kw sy lb ps jo eg sd td ma dz tn iq ir".split())
_NOVA_3: Final = _NOVA_2 | _ARABIC | frozenset(
    "ar be bn bs hr mk mr sr sl ta tl te kn he fa ur gu gu-in pa pa-in ne af hy ka".split()
)  # fmt: skip
_CLINICAL: Final = _WORLD_ENGLISH | {"en-ca", "en-ie"}
_ENHANCED: Final = _ENGLISH | frozenset(
    "da nl fr de hi it ja ko no pl pt pt-br pt-pt es es-419 es-latam sv taq ta".split()
)
_BASE: Final = (_ENHANCED - {"ta"}) | frozenset("zh zh-cn zh-tw fr-ca hi-latn id ru tr uk".split())
_GENERAL: Final = {
    "nova-3": _NOVA_3, "nova-2": _NOVA_2, "nova": _WORLD_ENGLISH | {"es", "es-419", "hi-latn"},
    "enhanced": _ENHANCED, "base": _BASE,
}  # fmt: skip
_OPTIONS: Final = {
    "nova-3-medical": _CLINICAL | {"multi"},
    "nova-3-pharma": _CLINICAL,
    **{f"nova-2-{option}": _ENGLISH for option in (
        "meeting", "phonecall", "finance", "conversationalai", "voicemail", "video", "medical", "drivethru",
        "automotive", "atc",
    )},
    **{f"nova-{option}": _ENGLISH for option in ("phonecall", "medical")},
    **{f"enhanced-{option}": _ENGLISH for option in ("meeting", "phonecall", "finance")},
    **{f"base-{option}": _ENGLISH for option in (
        "meeting", "phonecall", "finance", "conversationalai", "voicemail", "video",
    )},
}  # fmt: skip
FLUX_HINTS: Final = frozenset({"en", "es", "fr", "de", "hi", "ru", "pt", "ja", "it", "nl"})
NOVA_HINTS: Final = frozenset(
    "af ar be bn bs bg ca zh-hk zh zh-cn zh-hans hr cs da nl en et fi nl-be fr gl de el gu he hi hu id it ja kn ko lv"
    " lt mk ms mr no fa pl pt ro ru sr sk sl es sv tl ta te th tr uk vi xh zu".split()
)  # fmt: skip


def takes(model: str, language: str) -> bool:
    """True for a language that the model of `/v1/listen` hears; a model of the customer's own hears all."""
    name = model.removesuffix("-general")
    heard = _GENERAL.get(name) or _OPTIONS.get(model)
    return heard is None or language.lower() in heard


def takes_hint(hint: str, known: frozenset[str]) -> bool:
    """True for a hint as it is, or without its region."""
    return hint.lower() in known or hint.partition("-")[0].lower() in known
