"""Every vendor's door for keys on one port of this machine: the harmless question, and what each says to a wrong key.

The bodies are those of the vendors' references and of what their users report.
"""

import json
from collections.abc import Mapping
from typing import Any

from offhook.simulator.http import HttpConnection, HttpRequest, HttpServer

RIGHT = "right-key-0123456789abcdef"
RESTRICTED = "restricted-key-0123456789ab"
POOR = "poor-key-0123456789abcdef"
_SCOPES = "You have insufficient permissions for this operation. Missing scopes: api.model.read."
_INCORRECT = "Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com."
_CREDIT = {"error": {"message": "You exceeded your current quota", "type": "insufficient_quota",
                     "code": "insufficient_quota"}}  # fmt: skip

QUESTIONS: Mapping[str, tuple[str, str, str]] = {
    "openai": ("/openai/v1/models", "authorization", "Bearer {}"),
    "anthropic": ("/anthropic/v1/models?limit=1", "x-api-key", "{}"),
    "deepgram": ("/deepgram/v1/projects", "authorization", "Token {}"),
    "elevenlabs": ("/elevenlabs/v1/user", "xi-api-key", "{}"),
    "cartesia": ("/cartesia/voices?limit=1", "authorization", "Bearer {}"),
    "azure": ("/azure/cognitiveservices/voices/list", "ocp-apim-subscription-key", "{}"),
    "groq": ("/groq/openai/v1/models", "authorization", "Bearer {}"),
    "xai": ("/xai/v1/models", "authorization", "Bearer {}"),
    "gemini": ("/gemini/v1beta/openai/models", "authorization", "Bearer {}"),
}
"""By vendor: what is asked for, and how the key has to come."""
PATHS = {"openai": "/openai/v1", "anthropic": "/anthropic/v1", "deepgram": "/deepgram", "elevenlabs": "/elevenlabs",
         "cartesia": "/cartesia", "azure": "/azure", "groq": "/groq/openai/v1", "xai": "/xai/v1",
         "gemini": "/gemini/v1beta/openai"}  # fmt: skip
WRONG: Mapping[str, tuple[int, Any]] = {
    "openai": (401, {"error": {"message": _INCORRECT, "type": "invalid_request_error", "param": None,
                               "code": "invalid_api_key"}}),
    "anthropic": (401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
    "deepgram": (401, {"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials.", "request_id": "r"}),
    "elevenlabs": (401, {"detail": {"status": "invalid_api_key", "message": "Invalid API key"}}),
    "cartesia": (401, {"error": "Invalid API key: {key}"}),
    "azure": (401, None),
    "groq": (401, {"error": {"message": "Invalid API Key", "code": "invalid_api_key"}}),
    "xai": (400, {"code": "Client specified an invalid argument",
                  "error": "Incorrect API key provided: {key}. You can obtain an API key from https://console.x.ai."}),
    "gemini": (400, [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.",
                                "status": "INVALID_ARGUMENT"}}]),
}  # fmt: skip
MAY_NOT: Mapping[str, tuple[int, Any]] = {
    "openai": (401, {"error": {"message": _SCOPES, "type": "invalid_request_error", "param": None, "code": None}}),
    "anthropic": (403, {"type": "error", "error": {"type": "permission_error", "message": "Your API key may not."}}),
    "deepgram": (401, "User does not have sufficient permissions."),
    "elevenlabs": (401, {"detail": {"status": "missing_permissions", "message": "The API key you used is missing the "
                                    "permission user_read to execute this operation."}}),
}  # fmt: skip


class KeyVendors(HttpServer):
    """All of them. `asked` is what came, without keys."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.is_silent = False
        self.instead: tuple[int, bytes] | None = None

    def urls(self) -> dict[str, str]:
        """For `OFFHOOK_VENDOR_URLS`."""
        return {name: self.address + path for name, path in PATHS.items()}

    async def serve(self, connection: HttpConnection, request: HttpRequest) -> None:
        self.asked.append(f"{request.method} {request.target}")
        if self.is_silent:
            await connection.wait(None)
        if self.instead is not None:
            await connection.answer(*self.instead)
            return
        name = next((name for name, (target, _, _) in QUESTIONS.items() if target == request.target), "")
        if request.method != "GET" or not name or request.body:
            await connection.answer(404, b'{"error": "nothing is here"}')
            return
        _, header, form = QUESTIONS[name]
        key = request.headers.get(header, "")
        told = {form.format(one): one for one in (RIGHT, RESTRICTED, POOR)}.get(key)
        if name == "anthropic" and "anthropic-version" not in request.headers:
            await connection.answer(400, b'{"type": "error", "error": {"type": "invalid_request_error"}}')
        elif name == "cartesia" and "cartesia-version" not in request.headers:
            await connection.answer(400, b'{"error": "cartesia-version is missing"}')
        elif told == RIGHT:
            await connection.answer(200, b'{"data": []}')
        elif told == POOR:
            await connection.answer(429, json.dumps(_CREDIT).encode())
        else:
            await connection.answer(*_body(*(MAY_NOT if told == RESTRICTED else WRONG)[name], key.split()[-1]))


def _body(status: int, document: Any, key: str) -> tuple[int, bytes]:
    if document is None:
        return status, b""
    text = document if isinstance(document, str) else json.dumps(document)
    # Some repeat the key in their answer.
    return status, text.replace("{key}", key).encode()
