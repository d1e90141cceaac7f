"""What is answered to people and programs that ask for what cannot be: each with a code, and with what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from offhook.errors import OffhookError


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong in what was sent."""

    pointer: str
    """Where, as a JSON pointer: `/tts/voice`; empty: the whole of it."""
    detail: str
    """In words, for the one who sent it."""
    code: str = "invalid"


class Problem(OffhookError):
    """The request cannot be done."""

    code = "request.refused"
    what_to_do = ""

    def __init__(self, message: str | None = None, *, code: str = "", what_to_do: str = "") -> None:
        super().__init__(message)
        self.code = code or type(self).code  # type: ignore[misc]
        self.what_to_do = what_to_do or type(self).what_to_do
        self.headers: dict[str, str] = {}
        """Of the answer."""


class NotFound(Problem):
    """There is no such thing here."""

    what_to_do = "Check the id. What belongs to another workspace is not shown."

    def __init__(self, kind: str, key: str, what_to_do: str = "") -> None:
        told = f"there is no {kind.replace('_', ' ')} {key[:80]!r}"
        super().__init__(told, code=f"{kind}.not_found", what_to_do=what_to_do)


class Invalid(Problem):
    """What was sent cannot be used."""

    code = "request.invalid"
    what_to_do = "Mend what `errors` names, and send it again."

    def __init__(self, flaws: Sequence[Flaw], *, code: str = "", message: str = "") -> None:
        told = message or "; ".join(f"{flaw.pointer or 'it'}: {flaw.detail}" for flaw in flaws[:3])
        super().__init__(told, code=code)
        self.flaws = tuple(flaws)


class Conflict(Problem):
    """It does not fit what is there."""

    code = "request.conflict"


class Stale(Problem):
    """Somebody else has changed it since you read it."""

    code = "request.stale"
    what_to_do = "Read it again, put your change into what you find, and send that with its new ETag."


class Unauthenticated(Problem):
    """Nobody is known by this key or session."""

    code = "auth.unknown"
    what_to_do = "Send `Authorization: Bearer oh_...` with a key that was not revoked, or sign in again."


class Forbidden(Problem):
    """You may not do this."""

    code = "auth.forbidden"
    what_to_do = "Ask an owner of the workspace for the role, or use a key with the scope."


class Locked(Problem):
    """The vault is locked: its master key is missing or is another one."""

    code = "vault.locked"
    what_to_do = (
        "Give the server its master key again (OFFHOOK_MASTER_KEY, or master.key in its data folder). If it is lost: "
        "`offhook vault reset`, then enter the keys anew."
    )


class CarrierFailed(Problem):
    """The carrier did not do it."""

    code = "carrier.failed"
    what_to_do = "Try again in a moment; when it stays so, look at the carrier's own status page."


class VendorFailed(Problem):
    """A vendor did not do it."""

    code = "vendor.failed"
    what_to_do = (
        "Check the workspace's key for this vendor (`POST /v1/provider-keys/{provider}/check`), then try again."
    )


class TooMany(Problem):
    """Too much of it in too short a time."""

    code = "request.too_many"

    def __init__(self, message: str | None = None, *, retry_after_s: float, code: str = "") -> None:
        super().__init__(message, code=code, what_to_do=f"Wait {retry_after_s:.0f} s.")
        self.retry_after_s = retry_after_s


class RangeUnsatisfiable(Problem):
    """There are no such bytes."""

    code = "request.range"
    what_to_do = "Ask for bytes that the file has: its size is in `Content-Range`."

    def __init__(self, size: int) -> None:
        super().__init__()
        self.headers = {"Content-Range": f"bytes */{size}"}
