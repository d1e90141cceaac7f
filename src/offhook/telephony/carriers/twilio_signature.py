"""X-Twilio-Signature: is this request from Twilio?

The rules are Twilio's "Security" page and its SDKs. A request is signed over the address exactly as Twilio was given
it, so what is checked here is a set of addresses that it may have been given: with and without the default port, and
for sockets with and without a slash at the end. All comparisons take constant time.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

from offhook.errors import SignatureInvalid
from offhook.settings import Secret

SIGNATURE_HEADER: Final = "x-twilio-signature"
SETTINGS_HEADER: Final = "x-twilio-webhooks-signature-settings"
_ALGORITHMS: Final = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}

Pairs = Sequence[tuple[str, str]]


def sign(secret: str, url: str, fields: Pairs = (), *, algorithm: str = "HMAC_SHA1") -> str:
    """The signature of a request to `url` with these form fields, base64.

    Each distinct pair counts once, sorted by name and then by value (SDK: `sorted(set(...))` of both).
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(secret.encode(), text.encode("utf-8", "surrogatepass"), _ALGORITHMS[algorithm]).digest()
    return base64.b64encode(digest).decode()


def port_variants(url: str) -> tuple[str, ...]:
    """The address as it is, without a port, and with the ports that Twilio is known to add to it.

    Twilio is inconsistent about the default port; its SDK takes 443 for https and 80 for everything else, wss
    included, where 443 would be right: both are tried.
    """
    match = re.fullmatch(r"([a-zA-Z]+://)(\[[^\]/?#]*\]|[^:/?#]*)(:[0-9]+)?([/?].*)?", url, re.DOTALL)
    if match is None:
        return (url,)
    scheme, host, port, rest = (part or "" for part in match.groups())
    ports = [port, ""]
    if not port:
        ports += {"https://": [":443"], "wss://": [":443", ":80"]}.get(scheme.lower(), [":80"])
    return tuple(dict.fromkeys(f"{scheme}{host}{one}{rest}" for one in ports))


def request_urls(public_url: str, host: str, target: str, *, socket: bool = False) -> tuple[str, ...]:
    """The addresses for which Twilio may have signed a request that arrived with this `target`.

    `target` is the undecoded path and query. `public_url` decides when it is set; else the request's own `host` with
    both schemes, since a proxy that ends TLS does not tell. A socket may have a slash at its end that was not in the
    TwiML, or the other way round (protocol notes, 1.9).
    """
    plain, secure = ("ws", "wss") if socket else ("http", "https")
    if public_url:
        scheme, _, origin = public_url.partition("://")
        origins = [f"{secure if scheme == 'https' else plain}://{origin}"]
        if socket:
            # The stream's address is wss in any case: Twilio takes no other.
            origins = [f"{secure}://{origin}", f"{plain}://{origin}"]
    else:
        origins = [f"{secure}://{host}", f"{plain}://{host}"]
    targets = [target]
    if socket:
        path, query = target.partition("?")[::2]
        other = path.rstrip("/") if path.endswith("/") else path + "/"
        targets.append(other + ("?" + query if query else ""))
    return tuple(url for origin in origins for one in targets for url in port_variants(origin + one))


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What of a request is signed."""

    urls: Sequence[str]
    """The addresses that it may have been sent to."""
    headers: Mapping[str, str]
    """With names in lower case."""
    fields: Pairs = ()
    """Of a form body; nothing for GET."""
    body: bytes | None = None
    """Of a request that is not a form: its digest is in the address as `bodySHA256`."""


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """Knows the secrets that Twilio signs with."""

    auth_token: Secret
    shared_keys: Mapping[str, Secret] = field(default_factory=dict)
    """Customer-managed keys by id, for accounts that sign with them (public beta)."""

    def require(self, request: SignedRequest) -> str:
        """The address that was signed. Raises `SignatureInvalid`, which says what was missing or wrong."""
        found = request.headers.get(SIGNATURE_HEADER, "")
        if not found:
            raise SignatureInvalid("the request has no X-Twilio-Signature")
        secret, algorithm = self._key(request.headers.get(SETTINGS_HEADER, ""))
        if not secret:
            raise SignatureInvalid("TWILIO_AUTH_TOKEN is not set, so no request can be checked")
        if request.body is not None:
            _require_digest(request.urls, request.body)
        signatures = {url: sign(secret.reveal(), url, request.fields, algorithm=algorithm) for url in request.urls}
        signed = [url for url, signature in signatures.items() if _equal(signature, found)]
        if not signed:
            raise SignatureInvalid(
                f"X-Twilio-Signature is wrong for {request.urls[0]}: check TWILIO_AUTH_TOKEN and OFFHOOK_PUBLIC_URL"
            )
        return signed[0]

    def fits(self, request: SignedRequest, url: str) -> bool:
        """Whether the signature is right for another address: it says where a request was sent, and lets nobody in."""
        try:
            secret, algorithm = self._key(request.headers.get(SETTINGS_HEADER, ""))
        except SignatureInvalid:
            return False
        found = request.headers.get(SIGNATURE_HEADER, "")
        return bool(secret) and _equal(sign(secret.reveal(), url, request.fields, algorithm=algorithm), found)

    def _key(self, settings: str) -> tuple[Secret, str]:
        if not settings:
            return self.auth_token, "HMAC_SHA1"
        parts = dict(part.strip().partition("=")[::2] for part in settings.split(","))
        algorithm, key = parts.get("algorithm", "").upper() or "HMAC_SHA1", parts.get("key", "")
        if algorithm not in _ALGORITHMS:
            raise SignatureInvalid(f"the request is signed by {algorithm[:60]}, which is not known: use HMAC_SHA256")
        secret = self.shared_keys.get(key)
        if secret is None:
            raise SignatureInvalid(f"it is signed with the shared key {key[:100]}: add that to TWILIO_SHARED_KEYS")
        return secret, algorithm


def _require_digest(urls: Iterable[str], body: bytes) -> None:
    digests = [digest for url in urls for digest in parse_qs(urlsplit(url).query).get("bodySHA256", [])[:1]]
    if not digests:
        if body:
            raise SignatureInvalid("the body is not signed: the address has no bodySHA256")
        return
    if not _equal(hashlib.sha256(body).hexdigest(), digests[0].lower()):
        raise SignatureInvalid("the body is not the one that was signed")


def _equal(expected: str, found: str) -> bool:
    return hmac.compare_digest(expected.encode(), found.encode("utf-8", "surrogatepass"))
