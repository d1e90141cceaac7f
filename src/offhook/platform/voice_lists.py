"""Which voices there are: those known here, and the vendors' own lists, asked for with the workspace's keys.

A list is kept for some minutes, a failure for some seconds. Whatever a vendor does, the voices known here are given,
and what became of its list is said.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import httpx2
import msgspec

from offhook import clock
from offhook.errors import ConfigurationError
from offhook.platform.catalogue import KnownVoice, known_voices
from offhook.platform.key_check import door_of, over_plain_http, trusted
from offhook.platform.line_up import LineUp
from offhook.platform.vendor_voices import BUILT_IN, LISTS, VendorVoice, tidy
from offhook.platform.vendors import VENDORS, Vendor
from offhook.settings import Secret, Settings
from offhook.speech.vendor_block import is_loopback
from offhook.speech.vendor_errors import failure

DEADLINE_S: Final = 5.0
"""For all pages of a vendor's list."""
KEPT_S: Final = 600.0
FAILED_S: Final = 20.0
MOST_LISTS: Final = 200
MOST_VOICES: Final = 1_000
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one page: Azure has one page, of about 600 voices."""


class ListState(StrEnum):
    """What became of a vendor's list."""

    LIVE = "live"
    BUILT_IN = "built_in"
    """There is no list to ask for."""
    NO_KEY = "no_key"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Listed:
    """A provider's voices."""

    provider: str
    known: KnownVoice
    voices: tuple[VendorVoice, ...]
    state: ListState
    detail: str = ""
    fetched_at: int | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    listed: Listed
    until: float


class _Unreadable(Exception):
    """The answer is no list of voices."""


class VoiceLists:
    """The lists of all workspaces."""

    def __init__(self, line_up: LineUp, settings: Settings) -> None:
        self._line_up, self._settings = line_up, settings
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()
        self._asking: dict[tuple[str, ...], asyncio.Task[Listed]] = {}

    async def every(self, workspace: str, provider: str = "") -> Sequence[Listed]:
        """By provider; all vendors are asked at once."""
        return await asyncio.gather(*(self._of(workspace, known) for known in known_voices(provider)))

    async def _of(self, workspace: str, known: KnownVoice) -> Listed:
        name = known.provider
        if name not in LISTS:
            return Listed(name, known, BUILT_IN.get(name, ()), ListState.BUILT_IN)
        vendor = VENDORS[name]
        secret, region = self._key(workspace, vendor.variable), ""
        if not secret.reveal():
            return Listed(name, known, (), ListState.NO_KEY, f"there is no key: PUT /v1/provider-keys/{name}")
        if vendor.region_variable:
            region = self._key(workspace, vendor.region_variable).reveal()
        address, why = door_of(vendor, secret, self._settings.vendor_urls.get(name, ""), region)
        if host := over_plain_http(address, self._settings.plain_hosts):
            why = f"the key would go to {host} over plain http (OFFHOOK_PLAIN_HOSTS)"
        if why:
            return Listed(name, known, (), ListState.FAILED, f"not asked: {why}")
        digest = hashlib.sha256(secret.reveal().encode()).hexdigest()
        place = (workspace, name, address, digest)
        kept = self._kept.get(place)
        if kept is not None and clock.now() < kept.until:
            return kept.listed
        if (task := self._asking.get(place)) is None:
            task = self._asking[place] = asyncio.create_task(self._ask(place, known, vendor, secret))
            task.add_done_callback(lambda _: self._asking.pop(place, None))
        # Who else asks waits for the same answer.
        return await asyncio.shield(task)

    async def _ask(self, place: tuple[str, ...], known: KnownVoice, vendor: Vendor, secret: Secret) -> Listed:
        try:
            async with asyncio.timeout(DEADLINE_S):
                voices = await _fetched(vendor, place[2], secret.reveal())
            detail = f"the first {MOST_VOICES:,}" if len(voices) == MOST_VOICES else ""
            listed = Listed(vendor.name, known, voices, ListState.LIVE, detail, clock.wall_ms())
        except (TimeoutError, httpx2.TimeoutException):
            listed = _failed(vendor, known, f"{vendor.title} did not answer within {DEADLINE_S:g} s")
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
            listed = _failed(vendor, known, f"{vendor.title} could not be reached ({type(error).__name__})")
        except _Unreadable as error:
            listed = _failed(vendor, known, str(error))
        kept_s = KEPT_S if listed.state is ListState.LIVE else FAILED_S
        self._kept[place] = _Kept(listed, clock.now() + kept_s)
        self._kept.move_to_end(place)
        while len(self._kept) > MOST_LISTS:
            self._kept.popitem(last=False)
        return listed

    def _key(self, workspace: str, variable: str) -> Secret:
        try:
            return Secret(self._line_up.keys_of(workspace)(variable))
        except ConfigurationError:
            return Secret("")


def _failed(vendor: Vendor, known: KnownVoice, detail: str) -> Listed:
    return Listed(vendor.name, known, (), ListState.FAILED, detail)


async def _fetched(vendor: Vendor, address: str, key: str) -> tuple[VendorVoice, ...]:
    trust = await asyncio.to_thread(trusted)
    client = httpx2.AsyncClient(
        verify=trust, timeout=DEADLINE_S, follow_redirects=False, trust_env=not is_loopback(address),
        headers={**vendor.headers(address, key), "Accept": "application/json", "Accept-Encoding": "identity"},
    )  # fmt: skip
    found: dict[str, VendorVoice] = {}
    how, more = LISTS[vendor.name], ""
    async with client:
        while True:
            body = await _page(client, vendor, f"{address}/{how.path}{more}", key)
            # A large list is read aside: calls are not to wait for that.
            answer, voices = await asyncio.to_thread(_read, vendor, body)
            before = len(found)
            found.update((voice.voice, voice) for voice in voices)
            more = how.more(answer)
            # A list that goes on with nothing new would never end.
            if not more or len(found) == before or len(found) >= MOST_VOICES:
                return tuple(found.values())[:MOST_VOICES]


async def _page(client: httpx2.AsyncClient, vendor: Vendor, url: str, key: str) -> bytes:
    body = bytearray()
    async with client.stream("GET", url) as response:
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > MOST_BYTES:
                raise _Unreadable(f"the list of {vendor.title} is longer than {MOST_BYTES >> 20} MB")
        if response.status_code >= 300:
            raise _Unreadable(str(failure(vendor.title, response.status_code, bytes(body[:16_384]), key=key)))
    return bytes(body)


def _read(vendor: Vendor, body: bytes) -> tuple[Any, list[VendorVoice]]:
    try:
        answer = msgspec.json.decode(body)
        voices = [tidy(voice) for voice in LISTS[vendor.name].read(answer)]
        LISTS[vendor.name].more(answer)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, KeyError, TypeError, AttributeError, IndexError):
        raise _Unreadable(f"{vendor.title} answered with something that is no list of voices") from None
    return answer, voices
