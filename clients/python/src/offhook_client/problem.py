"""What the server answers when a request cannot be done (RFC 9457)."""

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """The request was not done. `code` is stable: for programs; `detail` and `what_to_do` are for people."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(body.get("code", f"http.{status}"))
        self.detail = str(body.get("detail", ""))
        self.what_to_do = str(body.get("what_to_do", ""))
        self.errors: list[Mapping[str, Any]] = list(body.get("errors", ()))
        self.request_id = str(body.get("request_id", ""))
        super().__init__(f"{status} {self.code}: {self.detail}" + (f" {self.what_to_do}" if self.what_to_do else ""))
