"""An issuer of identities on this machine, as strict as the standards: OpenID Connect Core 1.0, RFC 6749, RFC 7636."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import h11
from joserfc import jwt
from joserfc.jwk import RSAKey

from offhook import clock

CLIENT, SECRET = "offhook-client", "s3cret of ours"
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("one", "two"))


class Issuer:
    """Knows one person at a time (`claims`), and gives codes that work once."""

    def __init__(self) -> None:
        self.url = ""
        self.claims: dict[str, Any] = {"sub": "p-1", "email": "Ann@Example.com", "email_verified": True, "name": "Ann"}
        self.spoil: dict[str, Any] = {}
        """Claims of the token that are another than they must be; None: left out."""
        self.key, self.shown, self.algorithm = KEY, [KEY], "RS256"
        self.metadata: dict[str, Any] = {}
        self.user_info: dict[str, Any] | None = None
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def authorize(self, address: str) -> dict[str, str]:
        """What the person's browser comes back with. Asserts that the request is right."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.url}/authorize"
        wish = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
        assert wish["response_type"] == "code" and wish["client_id"] == CLIENT
        assert wish["code_challenge_method"] == "S256" and len(wish["code_challenge"]) == 43
        assert {"openid", "email"} <= set(wish["scope"].split()) and len(wish["nonce"]) >= 32
        code = f"code-{len(self.codes)}"
        self.codes[code] = wish
        return {"code": code, "state": wish["state"], "iss": self.url}

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, Any]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
                "userinfo_endpoint": f"{self.url}/me", "authorization_response_iss_parameter_supported": True,
                "id_token_signing_alg_values_supported": ["RS256"], **self.metadata,
            }  # fmt: skip
        if path == "/keys":
            return 200, {"keys": [key.as_dict(private=False) for key in self.shown]}
        if path == "/me":
            assert headers["authorization"] == "Bearer access-1"
            return (200, self.user_info) if self.user_info is not None else (403, {})
        assert (method, path) == ("POST", "/token")
        return self._token(headers, {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()})

    def _token(self, headers: dict[str, str], form: dict[str, str]) -> tuple[int, Any]:
        pair = base64.b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode().partition(":")
        if (unquote_plus(pair[0]), unquote_plus(pair[2])) != (CLIENT, SECRET) or "client_secret" in form:
            return 401, {"error": "invalid_client"}
        wish = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        if wish is None or form["grant_type"] != "authorization_code" or wish["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if wish["code_challenge"] != challenge.rstrip("="):
            return 400, {"error": "invalid_grant"}
        now = clock.wall_ms() // 1000
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": wish["nonce"], **self.claims}
        claims = {name: value for name, value in {**claims, **self.spoil}.items() if value is not None}
        if self.algorithm in ("none", "HS256"):
            # Signed by nobody, or with what everybody knows: the public key as a shared secret.
            parts = [json.dumps(part).encode() for part in ({"alg": self.algorithm, "kid": "one"}, claims)]
            token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
            mac = (
                hmac.digest(self.key.as_pem(private=False), token.encode(), "sha256")
                if self.algorithm != "none"
                else b""
            )
            token += "." + base64.urlsafe_b64encode(mac).decode().rstrip("=")
        else:
            header = {"alg": self.algorithm, "kid": self.key.kid}
            token = jwt.encode(header, claims, self.key, algorithms=[self.algorithm])
        return 200, {"access_token": "access-1", "token_type": "Bearer", "id_token": token}


@contextlib.asynccontextmanager
async def issuer() -> AsyncIterator[Issuer]:
    """One that listens on a port of this machine."""
    found = Issuer()
    server = await asyncio.start_server(lambda reader, writer: _serve(found, reader, writer), "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.close()
        await server.wait_closed()


async def _serve(found: Issuer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    wire, body = h11.Connection(h11.SERVER), b""
    request: h11.Request | None = None
    while True:
        event = wire.next_event()
        if event is h11.NEED_DATA:
            wire.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
        else:
            break
    if request is not None:
        headers = {name.decode().lower(): value.decode() for name, value in request.headers}
        status, answer = found.answer(request.method.decode(), request.target.decode(), headers, body.decode())
        text = json.dumps(answer).encode()
        sent = [("Content-Type", "application/json"), ("Content-Length", str(len(text))), ("Connection", "close")]
        for event in (h11.Response(status_code=status, headers=sent), h11.Data(data=text), h11.EndOfMessage()):
            writer.write(wire.send(event) or b"")
        await writer.drain()
    writer.close()
