"""Telephone numbers as people and programs write them, and as carriers take them (ITU-T E.164)."""

from typing import Final

import phonenumbers

from offhook.platform.problems import Flaw, Invalid

MOST_CHARS: Final = 40


def e164(text: str, pointer: str) -> str:
    """`+15005550006`, from any way of writing it that begins with the country's code. Raises `Invalid`."""
    try:
        number = phonenumbers.parse(text[:MOST_CHARS], None)
    except phonenumbers.NumberParseException:
        told = "a telephone number with its country's code, as +15005550006"
        raise Invalid([Flaw(pointer, told, "phone_number.unreadable")]) from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        told = "no telephone number: it is too short or too long for its country, or has an extension"
        raise Invalid([Flaw(pointer, told, "phone_number.impossible")])
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
