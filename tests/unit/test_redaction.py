"""No key comes out of a vendor's words, however the vendor writes it."""

import base64
from collections.abc import Callable
from time import process_time
from urllib.parse import quote

import pytest

from offhook.errors import ConfigurationError
from offhook.speech.redaction import READ_CHARS, redacted
from offhook.tools.secrets import Secrets

KEYS = ("canary-0123456789-abcdef", "canary_A1b2/C3d4+E5f6=G7h8~xyz", "ab" + "9" * 30)


def code(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda key: key,
    "a part": lambda key: key[2:14],
    "in capitals": str.upper,
    "percent": lambda key: quote(key, safe=""),
    "percent, all of it": lambda key: "".join(f"%{ord(sign):02x}" for sign in key),
    "percent twice": lambda key: quote("".join(f"%{ord(sign):02X}" for sign in key), safe=""),
    "base64": code,
    "basic authentication": lambda key: code(f"user:{key}"),
    "basic authentication, another length": lambda key: code(f"api:{key}:"),
    "base64 of a URL": lambda key: base64.urlsafe_b64encode(key.encode()).decode().rstrip("="),
    "base64 in percent": lambda key: quote(code(key), safe=""),
    "base64 over two lines": lambda key: f"{code(key)[:20]}\r\n{code(key)[20:]}",
    "JSON": lambda key: "".join(f"\\u{ord(sign):04x}" for sign in key),
    "JSON in JSON": lambda key: "".join(f"\\\\u{ord(sign):04X}" for sign in key),
    "escaped slashes": lambda key: key.replace("/", "\\/"),
    "hexadecimal": lambda key: key.encode().hex(),
    "entities": lambda key: "".join(f"&#{ord(sign)};" for sign in key),
    "entities, hexadecimal": lambda key: "".join(f"&#x{ord(sign):x};" for sign in key),
    "two lines": lambda key: f"{key[:9]}\n{key[9:]}",
    "many lines": lambda key: "\n  ".join(key[at : at + 5] for at in range(0, len(key), 5)),
    "an escaped line break": lambda key: f"{key[:9]}\\n{key[9:]}",
    "a blank in it": lambda key: f"{key[:10]} {key[10:]}",
    "invisible signs": "\u200b".join,
    "percent over two lines": lambda key: f"{quote(key, safe='')[:14]}\n{quote(key, safe='')[14:]}",
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("writing", WRITINGS)
def test_a_key_is_hidden_in_any_writing(key: str, writing: str) -> None:
    written = WRITINGS[writing](key)
    said = redacted(f"The key ({written}) is not known here", key)
    assert "****" in said and said.startswith("The key ****") and said.endswith(" is not known here")
    assert not any(part in said for part in (written[at : at + 6] for at in range(len(written) - 6)))
    secrets = Secrets(["A_KEY"], lambda _: key)
    assert not any(part in secrets.one_line(f"no: {written}") for part in (key[at : at + 8] for at in range(8)))


@pytest.mark.parametrize(
    "text", ["Nothing is wrong with 100% of it \\n here.", "%41%42 &amp; \\u0041 stay as they are", "", "a b", "ü 😀"]
)
def test_other_words_stay(text: str) -> None:
    assert redacted(text, KEYS[0]) == text


def test_keys_of_others_are_hidden_by_their_looks() -> None:
    for key in ("sk-proj-abcdef", "AIza" + "b" * 30, "eyJhbGciOi.eyJzdWIiOi.abc", "Bearer abcdefgh12345678"):
        assert key.removeprefix("Bearer ") not in redacted(f"got {key} here", "")


@pytest.mark.parametrize("sign", ["x", "\\", "%41", "%25", "&#", "\\u", "\\n", " ", "****", "\u200b", KEYS[0]])
def test_a_long_text_costs_milliseconds(sign: str) -> None:
    begun = process_time()
    redacted(sign * (4 * READ_CHARS // len(sign)), KEYS[0])
    assert process_time() - begun < 0.2


def test_a_secret_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigurationError, match="A_KEY"):
        Secrets(["A_KEY"], None)
