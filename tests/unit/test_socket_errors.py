"""What a refused handshake and a close mean: a refusal locks a vendor out for minutes, so it takes words to be one."""

import pytest

from offhook.errors import ProtocolViolation, ProviderError, ProviderRefused, ProviderTimeout, ProviderUnavailable
from offhook.speech.socket_errors import of_close, of_handshake


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (1008, "DATA-0001", ProviderUnavailable),
        (1008, "DATA-0000", ProviderUnavailable),
        (1008, "Too many input characters submitted in recent time window", ProviderUnavailable),
        (1008, "max_active_conversations", ProviderUnavailable),
        (1008, "rate_limit_exceeded", ProviderUnavailable),
        (1008, "Concurrency limit reached for this API key, try again later", ProviderUnavailable),
        (1008, "", ProviderUnavailable),
        (1008, "policy violation", ProviderUnavailable),
        (1008, "Invalid API key", ProviderRefused),
        (1008, "invalid_api_key", ProviderRefused),
        (1008, "quota_exceeded", ProviderRefused),
        (1008, "This request exceeds your quota. You have 3 credits remaining", ProviderRefused),
        (1008, "Your account has been suspended", ProviderRefused),
        (1008, "unauthorized", ProviderRefused),
        (4001, "Unauthorized", ProviderRefused),
        (4029, "Too many requests", ProviderUnavailable),
        (4000, "went away", ProviderUnavailable),
        (1011, "NET-0000", ProviderUnavailable),
        (1011, "NET-0001", ProviderUnavailable),
        (1011, "could not read the API key from the cache", ProviderUnavailable),
        (1000, "", ProviderUnavailable),
        (1001, "", ProviderUnavailable),
        (1012, "service restart", ProviderUnavailable),
        (1013, "try again later", ProviderUnavailable),
        (1002, "", ProtocolViolation),
        (1003, "", ProtocolViolation),
        (1007, "", ProtocolViolation),
        (1009, "message too big", ProtocolViolation),
    ],
)
def test_closes(code: int, reason: str, kind: type[ProviderError]) -> None:
    assert of_close(code, reason) is kind


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "Keyterm limit exceeded.", ProviderRefused),
        (400, "Too many keyterms.", ProviderRefused),
        (401, "Invalid credentials.", ProviderRefused),
        (401, "too_many_concurrent_requests", ProviderUnavailable),
        (402, "ASR_PAYMENT_REQUIRED", ProviderRefused),
        (402, "Concurrency limit of your plan reached", ProviderUnavailable),
        (403, "", ProviderRefused),
        (403, "rate limit", ProviderUnavailable),
        (404, "", ProviderRefused),
        (301, "", ProviderRefused),
        (408, "", ProviderTimeout),
        (429, "Too many requests", ProviderUnavailable),
        (429, "quota", ProviderUnavailable),
        (500, "", ProviderUnavailable),
        (503, "", ProviderUnavailable),
        (504, "", ProviderTimeout),
        (200, "", ProviderUnavailable),
    ],
)
def test_handshakes(status: int, reason: str, kind: type[ProviderError]) -> None:
    assert of_handshake(status, reason) is kind
