"""Tokens of media connections: what they carry, how long, how often, and what does not count."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.settings import Secret
from offhook.telephony import tokens as module
from offhook.telephony.facts import CallFacts
from offhook.telephony.tokens import (
    AHEAD_S,
    ORIGIN_BYTES,
    TOKEN_LIMIT,
    TOKEN_S,
    Purpose,
    TokenRefusal,
    TokenRefused,
    Tokens,
    new_call_id,
)

KEY = Secret("k" * 32)
SID = "CA" + "9" * 32
FACTS = CallFacts(SID, "+15005550006", "+15005550001", "inbound", "https://voice.example.test")
CALL = "call_" + "0F" * 13
AT = 1_790_000_000.25


def refused(tokens: Tokens, token: str, sid: str = SID, at: float = AT) -> TokenRefusal:
    """Why the token does not count."""
    with pytest.raises(TokenRefused) as caught:
        tokens.redeem(token, sid, at)
    assert str(caught.value) == caught.value.reason.value
    return caught.value.reason


def test_call_ids_are_ours_and_never_the_same() -> None:
    ids = {new_call_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(one.startswith("call_") and len(one) == 31 for one in ids)
    for one in ids:
        Tokens(KEY).issue(one, FACTS, Purpose.NEW, AT)


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_what_went_in_comes_out_in_another_process(purpose: Purpose, direction: str) -> None:
    agent = f"agent_{CALL[5:]}/12" if direction == "outbound" else ""
    facts = CallFacts(SID, "sip:anna@example.test", "+15005550001", direction, "https://voice.example.test", agent)
    token = Tokens(KEY).issue(CALL, facts, purpose, AT)
    found = Tokens(KEY).redeem(token, SID, AT + 1)
    assert (found.call, found.facts, found.purpose) == (CALL, facts, purpose)
    assert AT + TOKEN_S <= found.expires_at < AT + TOKEN_S + 1


def test_two_tokens_of_one_call_differ_and_both_count() -> None:
    tokens = Tokens(KEY)
    one, other = (tokens.issue(CALL, FACTS, Purpose.RETURN, AT) for _ in range(2))
    assert one != other
    assert tokens.redeem(one, SID, AT).nonce != tokens.redeem(other, SID, AT).nonce


def test_a_token_counts_once_in_a_process() -> None:
    tokens = Tokens(KEY)
    token = tokens.issue(CALL, FACTS, Purpose.NEW, AT)
    assert refused(tokens, token, "CAother") is TokenRefusal.OTHER_CALL
    tokens.redeem(token, SID, AT)
    assert refused(tokens, token) is TokenRefusal.USED
    # Another way to write the same bytes is the same token: the last character holds unused bits.
    same = [token[:-1] + one for one in string.ascii_letters + string.digits + "-_" if one != token[-1]]
    assert {refused(tokens, one) for one in same} <= {TokenRefusal.USED, TokenRefusal.FORGED}


def test_a_token_is_for_a_minute() -> None:
    tokens = Tokens(KEY)
    token = tokens.issue(CALL, FACTS, Purpose.NEW, AT)
    assert refused(tokens, token, at=AT + TOKEN_S + 1) is TokenRefusal.OVERDUE
    assert refused(tokens, token, at=AT - AHEAD_S - 2) is TokenRefusal.EARLY
    tokens.redeem(token, SID, AT + TOKEN_S - 0.01)


def test_of_another_process_without_the_key_nothing_counts() -> None:
    for one, other in ((Tokens(KEY), Tokens(Secret("x" * 32))), (Tokens(Secret("")), Tokens(Secret("")))):
        assert refused(other, one.issue(CALL, FACTS, Purpose.NEW, AT)) is TokenRefusal.FORGED


@pytest.mark.parametrize("token", ["t0k3n", "", "ä" * 40, "A" * 60, "A" * 495, "A" * 10**6, "=" * 64, "a b" * 30, "\0"])
def test_what_is_none_of_ours(token: str) -> None:
    reason = refused(Tokens(KEY), token)
    assert reason in (TokenRefusal.MISSING, TokenRefusal.UNREADABLE, TokenRefusal.FORGED)


def test_no_bit_of_a_token_can_be_changed() -> None:
    tokens = Tokens(KEY)
    token = tokens.issue(CALL, FACTS, Purpose.NEW, AT)
    whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        forged = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
        assert refused(tokens, forged) is TokenRefusal.FORGED
    assert refused(tokens, token[:-4]) is TokenRefusal.FORGED
    tokens.redeem(token, SID, AT)


def test_the_secret_itself_signs_nothing() -> None:
    """What is signed with the plain secret elsewhere (another use of OFFHOOK_SECRET) is no token."""
    import hmac

    signed = base64.urlsafe_b64decode(Tokens(KEY).issue(CALL, FACTS, Purpose.NEW, AT) + "===")[:-32]
    forged = base64.urlsafe_b64encode(signed + hmac.digest(KEY.reveal().encode(), signed, "sha256")).rstrip(b"=")
    assert refused(Tokens(KEY), forged.decode()) is TokenRefusal.FORGED


@given(numbers=st.tuples(st.text(max_size=300), st.text(max_size=300)), origin=st.text(max_size=200))
def test_whatever_the_numbers_are_the_token_fits_into_a_parameter(numbers: tuple[str, str], origin: str) -> None:
    tokens = Tokens(KEY)
    facts = CallFacts("C" * 64, *numbers, "outbound", origin)
    token = tokens.issue(CALL, facts, Purpose.RETURN, AT)
    assert len("token") + len(token) < 500
    assert len(token) <= TOKEN_LIMIT
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    found = tokens.redeem(token, "C" * 64, AT).facts
    for given_number, kept in zip(numbers, (found.from_number, found.to_number), strict=True):
        assert given_number.startswith(kept)
        assert kept == given_number or len(kept.encode()) > module.NUMBER_BYTES - 4
    assert found.origin == (origin if len(origin.encode()) <= ORIGIN_BYTES else "")


@pytest.mark.parametrize(("call", "sid"), [("", SID), ("CA1", SID), (CALL + "0", SID), (CALL, ""), (CALL, "C" * 65)])
def test_what_is_no_call_gets_no_token(call: str, sid: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        Tokens(KEY).issue(call, CallFacts(sid), Purpose.NEW, AT)


def test_used_tokens_are_forgotten_when_they_can_no_longer_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_USED", 50)
    tokens = Tokens(KEY)
    first = [tokens.issue(CALL, FACTS, Purpose.NEW, AT) for _ in range(51)]
    for token in first[:50]:
        tokens.redeem(token, SID, AT + 1)
    assert refused(tokens, first[50], at=AT + 1) is TokenRefusal.CROWDED
    for late in range(1, 20):
        at = AT + late * (TOKEN_S + 2)
        for token in [tokens.issue(CALL, FACTS, Purpose.NEW, at) for _ in range(50)]:
            tokens.redeem(token, SID, at)
        assert refused(tokens, first[0], at=at) is TokenRefusal.OVERDUE


def test_a_refusal_says_nothing_of_the_token(caplog: pytest.LogCaptureFixture) -> None:
    token = Tokens(KEY).issue(CALL, FACTS, Purpose.NEW, AT)
    with pytest.raises(TokenRefused) as caught:
        Tokens(Secret("")).redeem(token, SID, AT)
    assert token not in repr(caught.value)
    assert caught.value.code == "leg.token"
