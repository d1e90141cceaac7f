"""The environment becomes settings, or an error that says what to do."""

import dataclasses
import logging
import pickle
from pathlib import Path

import pytest

from offhook.errors import ConfigurationError
from offhook.settings import Secret, Settings

CANARY = "canary0123456789abcdef0123456789"


def test_an_empty_environment_is_enough() -> None:
    settings = Settings.from_environment({})
    assert settings.twilio_base_url == "https://api.twilio.com"
    assert settings.max_calls == 50
    assert settings.data_dir == Path.home() / ".local/share/offhook"
    assert settings.model_dir == Path.home() / ".cache/offhook/models"
    assert settings.model_sources == "any"
    assert not settings.unsigned
    assert not settings.twilio_auth_token


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": f" {CANARY}\n",
            "OFFHOOK_TWILIO_BASE_URL": "http://127.0.0.1:9999/",
            "OFFHOOK_PUBLIC_URL": "https://voice.example.test/phone/",
            "OFFHOOK_DATA_DIR": "/srv/calls",
            "OFFHOOK_MODEL_DIR": "~/models",
            "OFFHOOK_MODEL_SOURCES": "registry",
            "OFFHOOK_MAX_CALLS": "7",
            "OFFHOOK_MAX_LOOP_LAG_MS": "80.5",
            "OFFHOOK_FALLBACK_NUMBER": "+15005550006",
            "OFFHOOK_DRAIN_SECONDS": "5",
            "OFFHOOK_UNSIGNED": "yes",
        }
    )
    assert settings == Settings(
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=Secret(CANARY),
        twilio_base_url="http://127.0.0.1:9999",
        public_url="https://voice.example.test/phone",
        data_dir=Path("/srv/calls"),
        model_dir=Path.home() / "models",
        model_sources="registry",
        max_calls=7,
        max_loop_lag_ms=80.5,
        fallback_number="+15005550006",
        drain_deadline_s=5.0,
        unsigned=True,
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32, "AC and 32"),
        ("OFFHOOK_TWILIO_BASE_URL", "ftp://x", "an address such as"),
        ("OFFHOOK_PUBLIC_URL", "voice.example.test", "an address such as"),
        ("OFFHOOK_PUBLIC_URL", "https://user:pass@voice.example.test", "without user"),
        ("OFFHOOK_PUBLIC_URL", "https://voice.example.test?x=1", "query"),
        ("OFFHOOK_PUBLIC_URL", "https://voice.example.test:99999", "an address such as"),
        ("OFFHOOK_PUBLIC_URL", "https://[::1", "an address such as"),
        ("OFFHOOK_DATA_DIR", __file__, "a folder"),
        ("OFFHOOK_MODEL_SOURCES", "mirror", "any, registry, publisher"),
        ("OFFHOOK_MAX_CALLS", "0", "a whole number from 1 to 10000"),
        ("OFFHOOK_MAX_CALLS", "ten", "a whole number"),
        ("OFFHOOK_MAX_CALLS", "1e3", "a whole number"),
        ("OFFHOOK_MAX_LOOP_LAG_MS", "nan", "a number from 1 to 60000"),
        ("OFFHOOK_DRAIN_SECONDS", "-1", "a number from 0"),
        ("OFFHOOK_FALLBACK_NUMBER", "500 555 0006", "+15005550006"),
        ("OFFHOOK_UNSIGNED", "maybe", "1 or 0"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str, expected: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment({name: value})
    assert caught.value.field == name
    assert caught.value.found == repr(value)
    assert expected in caught.value.expected
    assert name in str(caught.value)


def test_a_secret_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings.from_environment({"TWILIO_AUTH_TOKEN": CANARY, "VENDOR_API_KEY": CANARY})
    logging.getLogger("test").warning("%s %r", settings, settings.secret("VENDOR_API_KEY"))
    shown = [repr(settings), str(settings), f"{settings.twilio_auth_token}", repr(dataclasses.asdict(settings))]
    assert not any(CANARY in text for text in [*shown, repr(settings.environment), caplog.text])
    assert settings.twilio_auth_token.reveal() == CANARY
    with pytest.raises(TypeError):
        pickle.dumps(settings.twilio_auth_token)


def test_a_secret_that_cannot_be_one_is_not_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment({"TWILIO_AUTH_TOKEN": CANARY + " x"})
    assert "TWILIO_AUTH_TOKEN" in str(caught.value)
    assert CANARY not in str(caught.value)


def test_vendors_keys_are_found_by_name() -> None:
    settings = Settings.from_environment({"VENDOR_API_KEY": f"{CANARY}\n", "EMPTY_KEY": " "})
    assert settings.key("VENDOR_API_KEY") == CANARY
    for name in ("EMPTY_KEY", "NO_SUCH_KEY"):
        with pytest.raises(ConfigurationError, match=name):
            settings.secret(name)


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
