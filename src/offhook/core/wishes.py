"""When two tool calls wish the same: their arguments in one form, however the model wrote them.

Order and spaces say nothing, nor does a field with nothing in it, a number as `1` or `1.0`, a number or a switch
written as text, spaces around a text, or the whole object written as text once more. Texts that only look alike (`01`
and `1`, a version `1.10` and `1.1`) are others: to do too little is asked again, to do the wrong thing is not.
"""

import json
import re
from decimal import Context, Decimal, DecimalException
from typing import Final

import msgspec

_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?")
"""Text that is a number in its shortest form."""
_SUM: Final = r"-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d{1,2})?"
_SIGN: Final = r"(?:US\$|[$€£¥₹]|USD|EUR|GBP|CHF|JPY|INR)"
_PRICE: Final = re.compile(rf"{_SIGN} ?({_SUM})|({_SUM}) ?{_SIGN}")
"""Text that is money: "$12.50", "12.50 EUR", "$1,200". A call has one currency: the sign says nothing more."""
_SWITCHES: Final = {"true": True, "false": False}
_INTEGER_DIGITS: Final = 18
"""Of what fits into 64 bits; longer numbers are compared as text, so that no digit is lost."""
_FLOAT_DIGITS: Final = 15


def canonical_arguments(text: str) -> bytes:
    """The same bytes for the same wish; what cannot be read stays as it is."""
    try:
        given = _read(text.strip() or "{}")
        if isinstance(given, str):
            given = _read(given.strip() or "{}")
        return msgspec.json.encode(_plain({} if given is None else given), order="sorted")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return text.encode("utf-8", "replace")


def _read(text: str) -> object:
    return json.loads(text, parse_int=_number, parse_float=_number, parse_constant=str)


def _number(text: str) -> int | float | str:
    """A JSON number: `1`, `1.0` and `1e0` are one."""
    try:
        number = Decimal(text).normalize(Context(prec=max(1, len(text))))
    except DecimalException:
        return text
    if number == 0:
        return 0
    size, exponent = len(number.as_tuple().digits), number.adjusted()
    if 0 <= exponent < _INTEGER_DIGITS and size <= exponent + 1:
        return int(number)
    return float(number) if size <= _FLOAT_DIGITS and -_INTEGER_DIGITS < exponent < _INTEGER_DIGITS else str(number)


def _plain(value: object) -> object:
    match value:
        case dict():
            plain = {name: _plain(inner) for name, inner in value.items()}
            return {name: inner for name, inner in plain.items() if inner is not None and inner != ""}
        case list():
            return [_plain(entry) for entry in value]
        case str():
            text = " ".join(value.split())
            if price := _PRICE.fullmatch(text):
                return _number((price[1] or price[2]).replace(",", ""))
            return _number(text) if _NUMBER.fullmatch(text) else _SWITCHES.get(text, text)
    return value
