"""What an issuer signed: its keys, and the checks of OpenID Connect Core 1.0, 3.1.3.7. The one file that knows joserfc.

The library is imported when the first token is looked at: most servers have no issuer.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from offhook import clock
from offhook.platform.people_rows import read_email
from offhook.platform.problems import Unauthenticated
from offhook.platform.sessions import Identity

LEEWAY_S: Final = 60
"""By so much clocks may differ."""
OLDEST_S: Final = 600
"""A token is made when the browser comes back: one that was made before that is another's."""
LONGEST_TOKEN: Final = 32 * 1024
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a key pair alone: with a shared secret, whoever can check could sign."""
_PAIRS: Final = ("RSA", "EC")
_EMAIL_MOST: Final = 200


class IdentityRefused(Unauthenticated):
    """The issuer vouches for nobody here."""

    code = "oidc.refused"
    what_to_do = "Begin the sign-in again."


class Keys:
    """The issuer's public keys for signatures."""

    def __init__(self, found: Sequence[Any]) -> None:
        self._found = [
            key
            for key in found
            if isinstance(key, dict) and key.get("kty") in _PAIRS and key.get("use", "sig") == "sig" and "d" not in key
        ]

    def have_for(self, token: str) -> bool:
        """The key that the token names is among them."""
        return len(self._named(_header(token))) == 1

    def claims(self, token: str, algorithms: Sequence[str]) -> dict[str, Any]:
        """What the token says, its signature checked. Raises `IdentityRefused`."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import import_key

        named = self._named(_header(token))
        if len(named) != 1:
            raise IdentityRefused("the token is signed with a key that the issuer does not show")
        try:
            key = import_key({name: value for name, value in named[0].items() if name != "x5c"})
            return dict(jwt.decode(token, key, algorithms=list(algorithms)).claims)
        except (JoseError, ValueError, TypeError) as error:
            raise IdentityRefused(f"the token cannot be believed: {type(error).__name__}") from error

    def _named(self, header: Mapping[str, Any]) -> list[dict[str, Any]]:
        kid = header.get("kid")
        # Core, 10.1: without a name there has to be one key alone that it can be.
        return [key for key in self._found if kid is None or key.get("kid") == kid]


def check_id_token(
    token: str, keys: Keys, issuer: str, client_id: str, nonce: str, metadata: Mapping[str, Any]
) -> dict[str, Any]:
    """The claims of a token that is of this issuer, for us, for this sign-in, and of now. Raises `IdentityRefused`."""
    from joserfc.errors import JoseError
    from joserfc.jwt import JWTClaimsRegistry

    offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
    algorithms = [one for one in ALGORITHMS if isinstance(offered, list) and one in offered]
    if len(token) > LONGEST_TOKEN:
        raise IdentityRefused("the token is too long")
    claims, now = keys.claims(token, algorithms), clock.wall_ms() // 1000
    registry = JWTClaimsRegistry(
        now=now, leeway=LEEWAY_S, iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id}, exp={"essential": True}, iat={"essential": True},
        sub={"essential": True}, nonce={"essential": True, "value": nonce},
    )  # fmt: skip
    try:
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise IdentityRefused(f"the token is not for this sign-in: {ascii(str(error)[:100])[1:-1]}") from error
    if claims["nonce"] != nonce:
        raise IdentityRefused("the token is of another sign-in")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", client_id) != client_id or (several and "azp" not in claims):
        raise IdentityRefused("the token was made for another program")
    if now - claims["iat"] > OLDEST_S:
        raise IdentityRefused("the token was made long ago")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise IdentityRefused("the token names nobody")
    return claims


def identity_of(claims: Mapping[str, Any], issuer: str, trusts: Callable[[str], bool]) -> Identity:
    """Who the claims name. Raises `IdentityRefused` without an address that the issuer has verified."""
    email, name = claims.get("email"), claims.get("name")
    if not isinstance(email, str) or "@" not in email or len(email) > _EMAIL_MOST or not email.isprintable():
        raise IdentityRefused("the issuer told no e-mail address", what_to_do="Let the issuer give the claim `email`.")
    if claims.get("email_verified") not in (True, "true"):
        # Anybody could write any address there.
        raise IdentityRefused("the issuer has not verified the e-mail address", code="oidc.email_not_verified")
    address = read_email(email)
    named = "".join(sign for sign in name if sign.isprintable())[:100] if isinstance(name, str) else ""
    return Identity(issuer, str(claims["sub"]), address, named, trusts(address))


def _header(token: str) -> Mapping[str, Any]:
    from joserfc import jws
    from joserfc.errors import JoseError

    try:
        return dict(jws.extract_compact(token.encode()).headers())
    except (JoseError, ValueError, TypeError) as error:
        raise IdentityRefused("the token cannot be read") from error
