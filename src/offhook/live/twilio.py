"""What is asked of Twilio: its account by GET, a server's log, and by hand what only a telephone call can tell."""

import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import Any, Final

from offhook import clock
from offhook.live.probe import carrier
from offhook.live.question import Asking, Came, Question, came, open_still
from offhook.telephony.carriers.twilio_account import PastCall

VENDOR: Final = "Twilio"
PRICED_WITHIN_S: Final = 600.0
FOUND: Final = (200, 206, 301, 302, 307)
_SIGNED: Final = re.compile(r"the media socket is signed as (\w+), (with|without) a slash, (with|without) a port")


async def account(asking: Asking) -> Came:
    """It is there, and may call."""
    found = await carrier(asking)
    return came(f"{found.text}{'; ' if found.note else ''}{found.note}")


async def price_delay(asking: Asking) -> Came:
    """Of calls in the past: nothing is dialled."""
    assert asking.account is not None
    calls = await asking.account.latest_calls()
    unpriced, priced = (_ages_s(call for call in calls if (call.price is None) is is_open) for is_open in (True, False))
    if not priced and not unpriced:
        return open_still("this account has no call yet: take one and ask again")
    text = f"of {len(calls)} calls {len(priced)} have a price"
    text += f", the youngest of them {min(priced):.0f} s old" if priced else ""
    text += f"; the oldest without one is {max(unpriced):.0f} s old" if unpriced else ""
    return came(text, not unpriced or max(unpriced) <= PRICED_WITHIN_S)


def _ages_s(calls: Iterable[PastCall]) -> list[float]:
    """How long ago they ended, as far as they say."""
    ages = []
    for call in calls:
        try:
            ended_at = parsedate_to_datetime(call.end_time or "")
        except ValueError:
            continue
        if ended_at.tzinfo is not None:
            ages.append((clock.wall() - ended_at).total_seconds())
    return ages


async def recording(asking: Asking) -> Came:
    """The first byte of the newest."""
    assert asking.account is not None
    newest = await asking.account.latest_recording()
    if newest is None:
        return open_still("this account has no recording of Twilio's; Offhook makes its own")
    status = await asking.account.recording_status(newest)
    return came(f"a recording that is {newest.status}: HTTP {status}", status in FOUND)


def signature(log: str) -> Came | None:
    """What the gate wrote when a media socket came in."""
    found = set(_SIGNED.findall(log))
    if not found:
        return None
    text = " and ".join(f"{scheme}, {slash} a slash, {port} a port" for scheme, slash, port in sorted(found))
    return came(text, found == {("wss", "without", "without")})


_HAND: Final[dict[str, Any]] = {"vendor": VENDOR, "kind": None}
QUESTIONS: Final = (
    Question(
        **_HAND, name="twilio-account", ask=account,
        text="Is the account there?", expected="active",
    ),
    Question(
        **_HAND, name="twilio-price", ask=price_delay,
        text="How long does a finished call wait for its price?",
        expected=f"not longer than {PRICED_WITHIN_S / 60:g} minutes",
    ),
    Question(
        **_HAND, name="twilio-recording", ask=recording,
        text="Can a recording be fetched by its address?", expected="HTTP 200, or a redirect",
    ),
    Question(
        **_HAND, name="twilio-signature", log=signature,
        text="Which address does Twilio sign in the handshake of the media socket?",
        expected="wss, without a slash, without a port (all spellings are tried)",
        by_hand="run `offhook serve` with its log in a file, call the number once, and give that file as --log",
    ),
    Question(
        **_HAND, name="twilio-after-connect",
        text="Does the verb behind <Connect><Stream> run when the media socket breaks, and what does its action post?",
        expected="it runs after any end of the stream",
        by_hand="call the number, end the server with `kill -9` in the middle, and see in Twilio's call log which "
        "request came next, and its fields",
    ),
    Question(
        **_HAND, name="twilio-mark-after-clear",
        text="In which order, and how soon, do marks come back after a clear?",
        expected="all of them at once, in the order in which they were sent",
        by_hand="call, let the agent speak two sentences and interrupt it; `offhook replay` of the journal shows the "
        "marks behind ClearPlayout with their times",
    ),
    Question(
        **_HAND, name="twilio-largest-media",
        text="How long may the audio of one media message to Twilio be?",
        expected="longer than the 20 ms that Offhook sends",
        by_hand="nothing depends on it: call a TwiML Bin whose <Stream> leads to a small server, send a second in one "
        "message, and listen whether all of it is played",
    ),
    Question(
        **_HAND, name="twilio-media-format",
        text="What is start.mediaFormat where <Stream> sets audioFormat and sampleRate?",
        expected="audio/x-mulaw, 8000, 1: Offhook sets neither",
        by_hand="answer a call from a TwiML Bin whose <Stream> sets both, and read the start message",
    ),
    Question(
        **_HAND, name="twilio-callbacks",
        text="Which fields do the callbacks of the stream's status and of machine detection have?",
        expected="those that docs/howto/real-phone-number.md relies on: CallSid, CallStatus",
        by_hand="set a StatusCallback on <Stream>, place a call with machine detection, and note the fields of both",
    ),
)  # fmt: skip
