"""Every error that Offhook raises on purpose, in one tree.

    OffhookError
    ├── ConfigurationError      the owner's file, environment or command line: says where and what to do
    ├── ProviderError           a vendor or a local model
    │   ├── ProviderUnavailable     retry, then fall back
    │   │   ├── GenerationFailed        chance: the same once more mostly does it
    │   │   └── ReplyEmpty              not a word and no tool call: fall back at once
    │   ├── ProviderTimeout         retry, then fall back
    │   ├── ProviderRefused         key or quota: do not retry, tell the owner
    │   │   └── RequestRefused          this one request, as it is: another may be taken
    │   ├── ProtocolViolation       the other side broke its own wire
    │   └── ProviderBroken          our own code for it has a fault: retry, then fall back
    ├── ToolError               a tool did not do it, or nobody knows whether it did
    ├── CarrierRefused          the carrier's REST said no
    ├── SignatureInvalid        a request that the carrier did not sign
    ├── LegLost                 the media connection went away
    ├── AdmissionRefused        this process takes no further call now
    │   └── AdmissionAsks           before the caller has pressed a key
    └── StoreError              what should be kept could not be read or written
        └── StoreBusy               now; soon it may

The first line of a class's docstring is its default message; `code` is stable and safe for clients.
An error is translated once, at the edge, always `from` its cause.
"""

from typing import ClassVar

from offhook.core.history import Outcome


class OffhookError(Exception):
    """Something went wrong in Offhook."""

    code: ClassVar[str] = "offhook.error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])


class ConfigurationError(OffhookError):
    """The configuration is not usable."""

    code = "configuration.invalid"

    def __init__(
        self, message: str | None = None, *, file: str = "", field: str = "", found: str = "", expected: str = ""
    ) -> None:
        where = ": ".join(part for part in (file, field) if part)
        details = [f"found {found}"] if found else []
        details += [f"expected {expected}"] if expected else []
        text = message or (type(self).__doc__ or "").strip()
        text = f"{where}: {text}" if where else text
        super().__init__(f"{text} ({'; '.join(details)})" if details else text)
        self.file, self.field, self.found, self.expected = file, field, found, expected


class ProviderError(OffhookError):
    """A provider failed."""

    code = "provider.error"
    retryable: ClassVar[bool] = True

    def __init__(self, message: str | None = None, *, provider: str = "") -> None:
        super().__init__(message)
        self.provider = provider


class ProviderUnavailable(ProviderError):
    """The provider could not be reached or failed on its side."""

    code = "provider.unavailable"

    def __init__(self, message: str | None = None, *, provider: str = "", pause_s: float = 0.0) -> None:
        """`pause_s`: the provider asks to be left alone for so long."""
        super().__init__(message, provider=provider)
        self.pause_s = pause_s


class GenerationFailed(ProviderUnavailable):
    """What the model wrote could not be read by its own server."""

    code = "provider.generation_failed"


class ReplyEmpty(ProviderUnavailable):
    """The model ended its reply without a word."""

    code = "provider.empty_reply"


class ProviderTimeout(ProviderError):
    """The provider did not answer in time."""

    code = "provider.timeout"


class ProviderRefused(ProviderError):
    """The provider refused the request: check the key and the quota."""

    code = "provider.refused"
    retryable = False


class RequestRefused(ProviderRefused):
    """The provider refused this one request."""

    code = "provider.request_refused"

    def __init__(
        self, message: str | None = None, *, provider: str = "", parameter: str = "", reason: str = ""
    ) -> None:
        """`parameter` is the member that the provider names, `reason` its own words in full: neither holds a secret."""
        super().__init__(message, provider=provider)
        self.parameter, self.reason = parameter, reason


class CallRefused(RequestRefused):
    """The provider refused what this call has become: too long, or against its rules."""

    code = "provider.call_refused"


class ProtocolViolation(ProviderError):
    """The other side sent something that its own protocol does not allow."""

    code = "provider.protocol"


class ProviderBroken(ProviderError):
    """The code that speaks with the provider has a fault."""

    code = "provider.broken"


class ToolError(OffhookError):
    """The tool did not do what it was asked."""

    code = "tool.error"

    def __init__(self, message: str | None = None, *, outcome: Outcome = Outcome.FAILED) -> None:
        """`FAILED`: it has certainly had no effect. `UNKNOWN`: it may have had it."""
        super().__init__(message)
        self.outcome = outcome


class CarrierRefused(OffhookError):
    """The carrier refused the request."""

    code = "carrier.refused"


class SignatureInvalid(OffhookError):
    """The request is not signed by the carrier."""

    code = "carrier.signature"


class LegLost(OffhookError):
    """The media connection was lost."""

    code = "leg.lost"


TOO_OFTEN = "number"
"""Why a call is refused: enough others of its number are in."""


class AdmissionRefused(OffhookError):
    """This process takes no further call now."""

    code = "call.refused"

    def __init__(self, message: str | None = None, *, sentence: str = "", language: str = "", number: str = "") -> None:
        """`sentence` in `language`: what the caller hears, not the usual; `number` (E.164): who takes the call."""
        super().__init__(message)
        self.sentence, self.language, self.number = sentence, language, number


class AdmissionAsks(AdmissionRefused):
    """The call is taken when the caller presses a key: `sentence` asks for it."""

    code = "call.asked"


class StoreError(OffhookError):
    """A record could not be written."""

    code = "store.error"


class StoreBusy(StoreError):
    """The database is busy: try again in a moment."""

    code = "store.busy"
