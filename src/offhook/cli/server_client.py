"""A running server's API, for the command line: plain requests, and errors in words."""

from collections.abc import Iterator
from typing import Any, Final, Self
from urllib.parse import quote

import httpx2

from offhook import __version__
from offhook.errors import ConfigurationError, OffhookError
from offhook.settings import Settings

TIMEOUT_S: Final = 30.0


class ServerRefused(OffhookError):
    """The server did not do it."""

    code = "server.refused"


class ServerClient:
    """One server, as one key may drive it."""

    def __init__(self, settings: Settings, transport: httpx2.BaseTransport | None = None) -> None:
        """Raises `ConfigurationError` when address or key are not set."""
        if not settings.url:
            raise ConfigurationError("not set", field="OFFHOOK_URL", expected="the server, https://calls.example.com")
        if not settings.api_key.reveal():
            raise ConfigurationError("not set", field="OFFHOOK_API_KEY", expected="a key: offhook admin api-key")
        self.url: Final = settings.url.rstrip("/")
        self._client = httpx2.Client(
            base_url=f"{self.url}/v1",
            headers={
                "Authorization": f"Bearer {settings.api_key.reveal()}",
                "User-Agent": f"offhook/{__version__}",
            },
            timeout=TIMEOUT_S,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def agents(self) -> Iterator[dict[str, Any]]:
        """All agents, with their drafts."""
        after = ""
        while True:
            page = self._json("GET", f"/agents?limit=50&after={after}")
            for one in page["data"]:
                yield self._json("GET", f"/agents/{one['id']}")
            after = page["next"] or ""
            if not after:
                return

    def create(self, document: dict[str, Any]) -> dict[str, Any]:
        """A new agent."""
        return self._json("POST", "/agents", json={"document": document})

    def put_draft(self, agent_id: str, document: dict[str, Any], revision: int) -> dict[str, Any]:
        """The agent with this draft."""
        headers = {"If-Match": f'"{revision}"'}
        return self._json("PUT", f"/agents/{agent_id}/draft", json={"document": document}, headers=headers)

    def publish(self, agent_id: str, revision: int) -> dict[str, Any]:
        """The version that answers from now on."""
        headers = {"If-Match": f'"{revision}"'}
        body = {"note": "offhook agents apply"}
        return self._json("POST", f"/agents/{agent_id}/publish", json=body, headers=headers)

    def diff(self, agent_id: str, before: str, after: str) -> list[str]:
        """What differs, in words."""
        words: list[str] = self._json("GET", f"/agents/{agent_id}/diff?from={quote(before)}&to={quote(after)}")["words"]
        return words

    def documents(self, agent_id: str) -> list[dict[str, Any]]:
        """What it knows."""
        found: list[dict[str, Any]] = self._json("GET", f"/agents/{agent_id}/documents")["data"]
        return found

    def content(self, agent_id: str, document_id: str) -> bytes:
        """A document's bytes."""
        return self._ask("GET", f"/agents/{agent_id}/documents/{document_id}/content").content

    def upload(self, agent_id: str, name: str, data: bytes) -> None:
        """Keep a document."""
        files = {"file": (name, data, "application/octet-stream")}
        self._ask("POST", f"/agents/{agent_id}/documents", files=files)

    def _json(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._ask(method, path, **what).json()
        return found

    def _ask(self, method: str, path: str, **what: Any) -> httpx2.Response:
        try:
            response = self._client.request(method, path, **what)
        except httpx2.HTTPError as error:
            raise ServerRefused(f"{self.url} cannot be reached: {type(error).__name__}") from error
        if not response.is_success:
            raise ServerRefused(_in_words(response))
        return response


def _in_words(response: httpx2.Response) -> str:
    try:
        told = response.json()
        flaws = [f"{flaw['pointer']}: {flaw['detail']}" for flaw in told["errors"]]
        return "\n".join([f"{told['detail']} [{told['code']}] {told['what_to_do']}".strip(), *flaws])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {response.status_code}"
