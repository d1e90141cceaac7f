"""Secret keys: nobody but the tool sees them."""

from offhook.call.inbox import Inbox
from offhook.call.secret_keys import MOST_KEYS, SecretKeys
from offhook.core.events import DigitPressed
from offhook.simulator.virtual import run_virtual


def pressed(keys: SecretKeys, text: str) -> str:
    return "".join(keys.press(key) for key in text)


def test_keys_are_masked_only_while_secret_ones_are_wanted() -> None:
    keys = SecretKeys()
    assert pressed(keys, "12#") == "12#"
    keys.collect("call-1", "keys-1")
    assert pressed(keys, "4111*#") == "xxxxx#", "the end key says that it is the end"
    keys.collected("call-1", is_whole=True)
    assert pressed(keys, "9") == "9"
    assert keys.fill('{"card": "{keys-1}", "other": "{keys-2}"}') == '{"card": "4111*", "other": "{keys-2}"}'
    assert keys.hide("charged 4111* today") == "charged {keys-1} today"


def test_what_is_not_whole_is_forgotten() -> None:
    keys = SecretKeys()
    keys.collect("call-1", "keys-1")
    pressed(keys, "411")
    keys.collected("call-1", is_whole=False)
    assert keys.fill("{keys-1}") == "{keys-1}"


def test_a_second_collection_keeps_the_first() -> None:
    keys = SecretKeys()
    for number, text in enumerate(("1234", "987"), start=1):
        keys.collect(f"call-{number}", f"keys-{number}")
        pressed(keys, text)
        keys.collected(f"call-{number}", is_whole=True)
    assert keys.fill("{keys-1}/{keys-2}") == "1234/987"
    assert "1234" not in repr(keys)


def test_nobody_fills_the_memory() -> None:
    keys = SecretKeys()
    keys.collect("call-1", "keys-1")
    pressed(keys, "7" * 10_000)
    assert len(keys.fill("{keys-1}")) == MOST_KEYS


def test_the_inbox_masks_what_comes_in() -> None:
    async def main() -> list[str]:
        keys = SecretKeys()
        inbox = Inbox(keys)
        inbox.put(DigitPressed("5"))
        keys.collect("call-1", "keys-1")
        for key in "42#":
            inbox.put(DigitPressed(key))
        return [event.digit for event, _ in inbox.rest() if isinstance(event, DigitPressed)]

    assert run_virtual(main()) == ["5", "x", "x", "#"]
