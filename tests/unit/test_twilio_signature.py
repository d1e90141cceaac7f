"""X-Twilio-Signature, against the vectors of the protocol notes and the SDK's own validator."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from offhook.errors import SignatureInvalid
from offhook.settings import Secret
from offhook.telephony.carriers.twilio_signature import (
    SignatureCheck,
    SignedRequest,
    port_variants,
    request_urls,
    sign,
)

TOKEN = "0123456789abcdef0123456789abcdef"
VOICE = "https://voice.example.test/twilio/voice?tenant=7"
MEDIA = "wss://voice.example.test/twilio/media"
EVENTS = (
    "https://voice.example.test/twilio/events"
    "?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
)
FORM = [
    ("CallSid", "CA00000000000000000000000000000001"),
    ("AccountSid", "AC00000000000000000000000000000001"),
    ("From", "+15005550006"),
    ("To", "+15005550001"),
    ("CallStatus", "ringing"),
    ("Direction", "inbound"),
    ("ApiVersion", "2010-04-01"),
    ("CallerName", ""),
]
CHECK = SignatureCheck(Secret(TOKEN), {"key_1": Secret("shared")})


def _request(
    *urls: str, signature: str, form: list[tuple[str, str]] | None = None, body: bytes | None = None, settings: str = ""
) -> SignedRequest:
    headers = {"x-twilio-signature": signature}
    if settings:
        headers["x-twilio-webhooks-signature-settings"] = settings
    return SignedRequest(urls, headers, form or [], body)


def test_the_vectors_of_the_protocol_notes() -> None:
    assert sign(TOKEN, VOICE, FORM) == "/qL4lRKsKhHaS29TC8eD2G68jV8="
    assert sign(TOKEN, VOICE, FORM, algorithm="HMAC_SHA256") == "1m8xtcvD8wyqXOUzL/a6NEbQLpurElSpxbXRAUAWpKk="
    assert sign(TOKEN, MEDIA) == "jO+qLHLp+lz9/rbFAwoUaDtDsdc="
    assert sign(TOKEN, MEDIA + "/") == "Vazs6/5LJcjSGck+tdYu+vCzHKs="
    assert sign(TOKEN, EVENTS) == "QtMCXQaGA2kVSHwEMA6LEnuD7/E="


def test_a_form_is_accepted_and_any_change_of_it_is_not() -> None:
    good = "/qL4lRKsKhHaS29TC8eD2G68jV8="
    assert CHECK.require(_request(VOICE, signature=good, form=FORM)) == VOICE
    for form in (FORM[:-1], [*FORM, ("New", "1")], [("CallSid", "CA2"), *FORM[1:]]):
        with pytest.raises(SignatureInvalid):
            CHECK.require(_request(VOICE, signature=good, form=form))
    for other in (VOICE + "7", VOICE.replace("https", "http")):
        with pytest.raises(SignatureInvalid):
            CHECK.require(_request(other, signature=good, form=FORM))


def test_a_repeated_field_counts_once_in_sorted_order() -> None:
    many = [("B", "2"), ("A", "z"), ("B", "1"), ("B", "2")]
    assert sign(TOKEN, VOICE, many) == sign(TOKEN, VOICE, [("A", "z"), ("B", "1"), ("B", "2")])


@pytest.mark.parametrize("signature", ["", "wrong", "jO+qLHLp", "\udcff", "é", "A" * 100_000])
def test_a_missing_or_wrong_signature_is_refused(signature: str) -> None:
    with pytest.raises(SignatureInvalid):
        CHECK.require(_request(MEDIA, signature=signature))


def test_without_a_token_nothing_is_accepted() -> None:
    with pytest.raises(SignatureInvalid, match="TWILIO_AUTH_TOKEN"):
        SignatureCheck(Secret("")).require(_request(MEDIA, signature=sign("", MEDIA)))


def test_a_json_body_is_signed_by_its_digest() -> None:
    good = "QtMCXQaGA2kVSHwEMA6LEnuD7/E="
    CHECK.require(_request(EVENTS, signature=good, body=b'{"a":1}'))
    with pytest.raises(SignatureInvalid, match="body is not the one"):
        CHECK.require(_request(EVENTS, signature=good, body=b'{"a":2}'))
    bare = "https://voice.example.test/twilio/events"
    with pytest.raises(SignatureInvalid, match="bodySHA256"):
        CHECK.require(_request(bare, signature=sign(TOKEN, bare), body=b'{"a":1}'))
    CHECK.require(_request(bare, signature=sign(TOKEN, bare), body=b""))


def test_a_shared_key_is_used_when_it_is_named() -> None:
    good = sign("shared", VOICE, FORM, algorithm="HMAC_SHA256")
    CHECK.require(_request(VOICE, signature=good, form=FORM, settings="key=key_1,algorithm=HMAC_SHA256"))
    for named in ("", "key=key_2,algorithm=HMAC_SHA256", "key=key_1,algorithm=MD5", "key=key_1", "nonsense"):
        with pytest.raises(SignatureInvalid):
            CHECK.require(_request(VOICE, signature=good, form=FORM, settings=named))


@pytest.mark.parametrize(
    "signed",
    [
        MEDIA,
        MEDIA + "/",
        "wss://voice.example.test:443/twilio/media",
        "wss://voice.example.test:443/twilio/media/",
        "wss://voice.example.test:80/twilio/media",
    ],
)
@pytest.mark.parametrize("target", ["/twilio/media", "/twilio/media/"])
def test_a_handshake_is_known_with_and_without_port_and_slash(signed: str, target: str) -> None:
    urls = request_urls("https://voice.example.test", "10.0.0.7:8080", target, socket=True)
    assert CHECK.require(_request(*urls, signature=sign(TOKEN, signed))) == signed


def test_behind_a_proxy_the_public_address_decides() -> None:
    urls = request_urls("https://voice.example.test/phone", "10.0.0.7:8080", "/twilio/voice?tenant=7")
    assert urls == (
        "https://voice.example.test/phone/twilio/voice?tenant=7",
        "https://voice.example.test:443/phone/twilio/voice?tenant=7",
    )
    inner = sign(TOKEN, "http://10.0.0.7:8080/twilio/voice?tenant=7")
    with pytest.raises(SignatureInvalid):
        CHECK.require(_request(*urls, signature=inner))


def test_without_a_public_address_the_requests_own_host_is_tried_with_both_schemes() -> None:
    urls = request_urls("", "127.0.0.1:8080", "/twilio/voice")
    assert "http://127.0.0.1:8080/twilio/voice" in urls
    assert "https://127.0.0.1:8080/twilio/voice" in urls
    sockets = request_urls("", "127.0.0.1:8080", "/twilio/media", socket=True)
    assert {"ws://127.0.0.1:8080/twilio/media", "wss://127.0.0.1:8080/twilio/media"} <= set(sockets)


def test_ports() -> None:
    assert port_variants("https://a.test/x") == ("https://a.test/x", "https://a.test:443/x")
    assert port_variants("http://a.test:80/x") == ("http://a.test:80/x", "http://a.test/x")
    assert port_variants("wss://a.test") == ("wss://a.test", "wss://a.test:443", "wss://a.test:80")
    assert port_variants("https://[::1]:8443/x") == ("https://[::1]:8443/x", "https://[::1]/x")
    assert port_variants("no address") == ("no address",)


_hosts = st.sampled_from(["a.test", "voice.example.test", "127.0.0.1"])
_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
_paths = st.text("abcXYZ019/-_.~%", max_size=20)


@settings(deadline=None)
@given(
    scheme=st.sampled_from(["http", "https", "wss"]),
    host=_hosts,
    port=st.sampled_from(["", ":80", ":443", ":8080"]),
    path=_paths,
    form=st.dictionaries(_words, _words, max_size=6),
    with_port=st.booleans(),
)
def test_the_sdk_agrees(scheme: str, host: str, port: str, path: str, form: dict[str, str], with_port: bool) -> None:
    """What the SDK signs we accept, and the SDK accepts what we sign, with and without the port."""
    url = f"{scheme}://{host}{port}/{path}"
    sdk = RequestValidator(TOKEN)
    pairs = list(form.items())
    assert sign(TOKEN, url, pairs) == sdk.compute_signature(url, form)
    assert sdk.validate(url, form, sign(TOKEN, url, pairs))
    bare = f"{scheme}://{host}/{path}"
    numbered = f"{scheme}://{host}:{443 if scheme == 'https' else 80}/{path}"
    signed = numbered if with_port and not port else bare
    assert sdk.validate(url, form, sdk.compute_signature(signed, form))
    CHECK.require(_request(*port_variants(url), signature=sdk.compute_signature(signed, form), form=pairs))


@settings(deadline=None)
@given(body=st.text(st.characters(exclude_categories=["Cs"])))
def test_the_sdk_agrees_on_bodies(body: str) -> None:
    url = f"https://a.test/x?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    signature = sign(TOKEN, url)
    assert RequestValidator(TOKEN).validate(url, body, signature)
    CHECK.require(_request(*port_variants(url), signature=signature, body=body.encode()))
