"""Sign-in by an issuer of identities: OpenID Connect Core 1.0, Authorization Code with PKCE (RFC 7636).

The issuer's addresses are resolved once, judged, and connected to as they were judged, as those of tools. Nothing is
kept here between the two steps: state, nonce and verifier are in a cookie of the browser that began.
"""

import asyncio
import hashlib
import hmac
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

from offhook import clock
from offhook.errors import ConfigurationError, ProviderError
from offhook.platform.oidc_tokens import IdentityRefused, Keys, check_id_token, identity_of
from offhook.platform.problems import Problem
from offhook.platform.sessions import Identity
from offhook.settings import Secret, Settings
from offhook.store.json import loads
from offhook.tools.guard import http_transport

if TYPE_CHECKING:
    import httpx2

ANSWER_BYTES: Final = 256 * 1024
ANSWER_S: Final = 10.0
KEPT_S: Final = 3_600.0
"""What an issuer says of itself is asked for again after this."""
AGAIN_S: Final = 60.0
"""Keys are asked for again no sooner, whatever keys tokens name."""
SCOPE: Final = "openid email profile"
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class IssuerFailed(Problem):
    """The issuer of identities cannot be reached, or answers what it must not."""

    code = "oidc.issuer_failed"
    what_to_do = "Try again in a moment. The owner finds the reason in the server's log."


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser that begins a sign-in keeps until it comes back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Begun":
        """Three times 256 random bits."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @classmethod
    def read(cls, text: str) -> "Begun | None":
        """From the cookie; None for what is none of ours."""
        parts = text.split(".")
        return cls(*parts) if len(parts) == 3 and all(len(part) == 43 for part in parts) else None

    def __str__(self) -> str:
        return f"{self.state}.{self.nonce}.{self.verifier}"


@dataclass(frozen=True, slots=True)
class Client:
    """How the issuer knows us, and whom of its people we take."""

    issuer: str
    client_id: str
    secret: Secret
    domains: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    is_private: bool = False
    """The issuer is in the owner's own network: its addresses may be private, and plain http."""

    def trusts(self, email: str) -> bool:
        """Whoever has this address may join without an invitation."""
        return email in self.emails or email.rpartition("@")[2] in self.domains


def issuer_of(settings: Settings) -> "Issuer | None":
    """The issuer of the settings; None: people sign in by password alone. Raises `ConfigurationError`."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise ConfigurationError("not set, and OFFHOOK_OIDC_ISSUER is", field="OFFHOOK_OIDC_CLIENT_ID")
    if not settings.oidc_private and not settings.oidc_issuer.startswith("https://"):
        raise ConfigurationError(
            "plain http is only for an issuer of your own network: https, or OFFHOOK_OIDC_PRIVATE=1",
            field="OFFHOOK_OIDC_ISSUER", found=settings.oidc_issuer,
        )  # fmt: skip
    return Issuer(
        Client(
            settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_domains,
            settings.oidc_emails, settings.oidc_private,
        )
    )  # fmt: skip


class Issuer:
    """Speaks with one issuer. Every method raises `IssuerFailed` when it cannot be reached or breaks its protocol."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._metadata: dict[str, Any] = {}
        self._metadata_at = 0.0
        self._keys = Keys([])
        self._keys_at = 0.0
        self._asking = asyncio.Lock()

    async def address(self, begun: Begun, redirect_uri: str) -> str:
        """Where the browser is sent to sign in."""
        metadata = await self._described()
        challenge = urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).decode().rstrip("=")
        query = urlencode(
            {
                "response_type": "code", "client_id": self._client.client_id, "redirect_uri": redirect_uri,
                "scope": SCOPE, "state": begun.state, "nonce": begun.nonce, "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )  # fmt: skip
        endpoint = str(metadata["authorization_endpoint"])
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    async def identity(self, begun: Begun, redirect_uri: str, answer: Mapping[str, str]) -> Identity:
        """Who came back with this query. Raises `IdentityRefused` too."""
        metadata = await self._described()
        if not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            raise IdentityRefused("the sign-in was begun by another browser")
        # RFC 9207: with several issuers, one could pass on the code of another.
        named = answer.get("iss")
        if named != self._client.issuer and (
            named is not None or metadata.get("authorization_response_iss_parameter_supported") is True
        ):
            raise IdentityRefused("the answer is of another issuer")
        if not answer.get("code"):
            raise IdentityRefused(f"the issuer refused: {ascii(answer.get('error', 'no code')[:60])[1:-1]}")
        tokens = await self._exchange(metadata, answer["code"], redirect_uri, begun.verifier)
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise IssuerFailed("the issuer's answer has no id_token")
        keys = await self._keys_for(metadata, id_token)
        claims = check_id_token(id_token, keys, self._client.issuer, self._client.client_id, begun.nonce, metadata)
        if "email" not in claims:
            claims |= await self._user_info(metadata, tokens, str(claims["sub"]))
        return identity_of(claims, self._client.issuer, self._client.trusts)

    async def _exchange(self, metadata: Mapping[str, Any], code: str, uri: str, verifier: str) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": uri, "code_verifier": verifier}
        client_id, secret = self._client.client_id, self._client.secret.reveal()
        headers: dict[str, str] = {}
        # Core, 9: client_secret_basic is what is meant where nothing is said.
        ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret and "client_secret_basic" in ways:
            # RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
            pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        else:
            form |= {"client_id": client_id} | ({"client_secret": secret} if secret else {})
        return await self._ask("POST", str(metadata["token_endpoint"]), headers, form)

    async def _user_info(self, metadata: Mapping[str, Any], tokens: Mapping[str, Any], sub: str) -> dict[str, Any]:
        """Some issuers keep the address out of the token (Core, 5.3)."""
        endpoint, access = metadata.get("userinfo_endpoint"), tokens.get("access_token")
        if not isinstance(endpoint, str) or not isinstance(access, str):
            return {}
        found = await self._ask("GET", endpoint, {"Authorization": f"Bearer {access}"})
        if found.get("sub") != sub:
            raise IdentityRefused("the issuer told of another person")
        return {name: found[name] for name in ("email", "email_verified", "name") if name in found}

    async def _described(self) -> Mapping[str, Any]:
        async with self._asking:
            if self._metadata and clock.machine() - self._metadata_at < KEPT_S:
                return self._metadata
            found = await self._ask("GET", f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._client.issuer:
                raise IssuerFailed("the issuer calls itself something else: OFFHOOK_OIDC_ISSUER is its name, exactly")
            for name in (*_ENDPOINTS, *({"userinfo_endpoint"} & found.keys())):
                self._require_address(name, found.get(name))
            self._metadata, self._metadata_at = found, clock.machine()
            return found

    def _require_address(self, name: str, value: object) -> None:
        scheme = urlsplit(value).scheme if isinstance(value, str) else ""
        if scheme != "https" and not (scheme == "http" and self._client.is_private):
            raise IssuerFailed(f"the issuer's {name} is no https address")

    async def _keys_for(self, metadata: Mapping[str, Any], id_token: str) -> Keys:
        async with self._asking:
            age_s = clock.machine() - self._keys_at
            is_new = not self._keys_at or age_s > KEPT_S or (age_s > AGAIN_S and not self._keys.have_for(id_token))
            if is_new:
                found = await self._ask("GET", str(metadata["jwks_uri"]))
                keys = found.get("keys")
                if not isinstance(keys, list):
                    raise IssuerFailed("the issuer's keys cannot be read")
                self._keys, self._keys_at = Keys(keys), clock.machine()
            return self._keys

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        import httpx2

        transport = http_transport(allow_private=self._client.is_private)
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False) as http,
                http.stream(method, url, headers=sent, data=form) as response,
            ):
                text = await _bounded(response)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ProviderError) as error:
            raise IssuerFailed(f"the issuer cannot be reached: {type(error).__name__}") from error
        try:
            found = loads(text)
        except ValueError:
            found = None
        if response.status_code != 200 or not isinstance(found, dict):
            told = str(found.get("error", ""))[:60] if isinstance(found, dict) else ""
            raise IssuerFailed(f"the issuer answered {response.status_code} {ascii(told)[1:-1]}".rstrip())
        return found


async def _bounded(response: "httpx2.Response") -> bytes:
    text = b""
    # As it came: a few compressed bytes may be gigabytes.
    async for piece in response.aiter_raw():
        text += piece
        if len(text) > ANSWER_BYTES:
            raise IssuerFailed("the issuer's answer is too long")
    return text
