"""Why a signature is wrong, in words for the owner: mostly Twilio was given another address than it should have been.

Nothing here lets anybody in. A signature that fits an address which is not ours proves that the token is right and
tells which address Twilio was given: the sentence for the log says it, and the request stays refused.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from offhook.settings import Settings
from offhook.telephony.carriers.twilio_signature import SignatureCheck, SignedRequest, port_variants

_HOST: Final = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_ACCOUNT: Final = re.compile(r"AC[0-9a-f]{32}")
_HOST_HEADERS: Final = ("host", "x-forwarded-host", "x-original-host")
_PATH_HEADERS: Final = ("x-original-uri", "x-forwarded-uri", "x-original-url")
LONGEST_TARGET: Final = 2_000
SHOWN_OF_ACCOUNT: Final = 10


def why(
    check: SignatureCheck, request: SignedRequest, settings: Settings, target: str, *, is_socket: bool = False
) -> str:
    """What the owner can do about it; empty when nothing is known. `target` is the undecoded path and query."""
    addresses = _addresses(request.headers, settings, target, is_socket)
    found = next((url for url in addresses if check.fits(request, url)), "")
    if found:
        return _of_address(found, request.urls[0])
    account = dict(request.fields).get("AccountSid", "")
    ours = settings.twilio_account_sid
    if _ACCOUNT.fullmatch(account) and ours and account != ours:
        return (
            f"the request says that it is of account {account[:SHOWN_OF_ACCOUNT]}..., and TWILIO_ACCOUNT_SID is "
            f"{ours[:SHOWN_OF_ACCOUNT]}...: a subaccount has an auth token of its own"
        )
    return ""


def _of_address(found: str, wanted: str) -> str:
    was, ours = urlsplit(found), urlsplit(wanted)
    told = f"Twilio signed it for {was.scheme}://{was.netloc}{was.path}"
    right = f"{ours.scheme}://{ours.netloc}{ours.path}"
    if was.netloc == ours.netloc and was.path == ours.path:
        return f"{told}: give Twilio the address {right}, with {ours.scheme}"
    if was.netloc == ours.netloc:
        return f"{told}, and the proxy in front passed it on as {ours.path}: give Twilio the address {right}"
    return f"{told}: give Twilio the address {right}, or set OFFHOOK_PUBLIC_URL to {was.scheme}://{was.netloc}"


def _addresses(headers: Mapping[str, str], settings: Settings, target: str, is_socket: bool) -> Iterator[str]:
    """Addresses that Twilio may have been given by mistake: another scheme, host, port, slash, or a path that a proxy
    has changed."""
    ours = urlsplit(settings.public_url)
    hosts = [ours.netloc, ours.hostname or ""]
    hosts += [headers.get(name, "").partition(",")[0].strip() for name in _HOST_HEADERS]
    hosts += [host.rpartition(":")[0] for host in hosts if re.search(r":[0-9]+$", host)]
    targets = [target, *(headers.get(name, "") for name in _PATH_HEADERS)]
    if prefix := headers.get("x-forwarded-prefix", ""):
        targets.append(prefix.rstrip("/") + target)
    schemes = ("wss", "ws") if is_socket else ("https", "http")
    for host in dict.fromkeys(hosts):
        if not _HOST.fullmatch(host):
            continue
        for one in dict.fromkeys(part for target in targets for part in _slashed(target)):
            for scheme in schemes:
                yield from port_variants(f"{scheme}://{host}{one}")


def _slashed(target: str) -> tuple[str, ...]:
    """A target, and the same with a slash at the end of its path or without it."""
    path, mark, query = target.partition("?")
    if not path.startswith("/") or len(target) > LONGEST_TARGET:
        return ()
    other = path.rstrip("/") if path.endswith("/") else path + "/"
    return (target, other + mark + query)
