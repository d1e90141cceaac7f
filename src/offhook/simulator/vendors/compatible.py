"""Servers that speak OpenAI's wire in their own words, on a port of this machine: Azure, Groq, vLLM, Ollama.

What they share with OpenAI is its reply; what they refuse, how they say so, and where they put a model's thoughts is
their own. Sources: console.groq.com/docs (errors, reasoning), vLLM's protocol and #31045, Ollama's openai.go with
#12561 and #14820, learn.microsoft.com (Azure OpenAI, v1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from offhook.simulator.vendors.openai import OpenAIServer
from offhook.simulator.vendors.openai_checks import check_members, check_messages, check_settings, check_tools
from offhook.simulator.vendors.openai_models import Rules, rules_of
from offhook.simulator.vendors.server import Brain, Refused, VendorRequest, tokens

THOUGHT: Final = "The caller asks for a room. I look at the facts and then I answer in one sentence."
_OPEN: Final = Rules(longest=32_768)


class AzureServer(OpenAIServer):
    """`deployments`: whose model stands behind which name."""

    def __init__(self, brain: Brain, deployments: Mapping[str, str], **options: Any) -> None:
        super().__init__(brain, **options)
        self._deployments = dict(deployments)

    def check_key(self, request: VendorRequest) -> None:
        """Azure's own header, or the bearer."""
        given = request.headers.get("api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if given != self.key:
            text = "Access denied due to invalid subscription key or wrong API endpoint."
            raise Refused(401, {"error": {"code": "401", "message": text}})

    def check(self, body: dict[str, Any]) -> Rules:
        """By the model behind the deployment. A filtered prompt is a 400 of its own kind."""
        rules = rules_of(self._deployments.get(str(body.get("model")), ""))
        if rules is None:
            text = "The API deployment for this resource does not exist."
            raise Refused(404, {"error": {"code": "DeploymentNotFound", "message": text}})
        check_members(body)
        check_settings(body, rules)
        check_tools(body)
        check_messages(body.get("messages"))
        if "forbidden" in str(body["messages"][-1].get("content")):
            text = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
            inner = {"code": "ResponsibleAIPolicyViolation"}
            error = {"message": text, "type": None, "param": "prompt", "code": "content_filter", "innererror": inner}
            raise Refused(400, {"error": error})
        return rules


class GroqServer(OpenAIServer):
    """Qwen thinks unless it is told `none`; what is not known is named as a property."""

    MODELS: Final[dict[str, Rules]] = {
        "qwen/qwen3-32b": replace(_OPEN, efforts=("none", "default"), default="default"),
        "openai/gpt-oss-20b": replace(_OPEN, efforts=("low", "medium", "high"), default="medium"),
        "llama-3.3-70b-versatile": _OPEN,
    }

    def check(self, body: dict[str, Any]) -> Rules:
        """Groq's words."""
        rules = self.MODELS.get(str(body.get("model")))
        if rules is None:
            text = f"The model `{body.get('model')}` does not exist or you do not have access to it."
            raise Refused(404, _groq(text, "model_not_found"))
        for name in ("include_obfuscation", "include_usage"):
            if name == "include_obfuscation" and name in (body.get("stream_options") or {}):
                raise Refused(400, _groq(f"property 'stream_options.{name}' is unsupported"))
        if "chat_template_kwargs" in body:
            raise Refused(400, _groq("property 'chat_template_kwargs' is unsupported"))
        effort = body.get("reasoning_effort")
        if effort is not None and not rules.efforts:
            raise Refused(400, _groq("`reasoning_effort` is not supported with this model"))
        if effort is not None and effort not in rules.efforts:
            raise Refused(400, _groq(f"`reasoning_effort` must be one of `{'` or `'.join(rules.efforts)}`"))
        check_messages(body.get("messages"))
        return rules

    def thought_deltas(self, body: dict[str, Any], rules: Rules) -> Sequence[dict[str, Any]]:
        """In a member of their own."""
        thinks = (body.get("reasoning_effort") or rules.default) not in ("", "none")
        return [{"reasoning": piece} for piece in tokens(THOUGHT)] if thinks else ()

    def thought_tokens(self, body: dict[str, Any], rules: Rules) -> int:
        """As many as are streamed."""
        return len(self.thought_deltas(body, rules))


def _groq(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", **({"code": code} if code else {})}}


class VllmServer(OpenAIServer):
    """A Qwen without a parser for its thoughts: they stand in the text, and only the closing tag tells."""

    context_tokens = 4096
    takes_tools = True

    def check_key(self, request: VendorRequest) -> None:
        """None is asked for."""

    def check(self, body: dict[str, Any]) -> Rules:
        """vLLM's words: pydantic's list as text, and a number for a code."""
        if body.get("model") != "Qwen/Qwen3-8B":
            raise Refused(404, _vllm(404, "NotFoundError", f"The model `{body.get('model')}` does not exist.", "model"))
        effort = body.get("reasoning_effort")
        if effort is not None and effort not in ("low", "medium", "high"):
            found = {"type": "literal_error", "loc": ("body", "reasoning_effort"),
                     "msg": "Input should be 'low', 'medium' or 'high'", "input": effort}  # fmt: skip
            raise Refused(400, _vllm(400, "BadRequestError", f"[{found}]"))
        if body.get("tools") and not self.takes_tools:
            text = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
            raise Refused(400, _vllm(400, "BadRequestError", text))
        asked = sum(len(str(message.get("content"))) for message in body["messages"]) // 4 + body.get("max_tokens", 0)
        if asked > self.context_tokens:
            text = (
                f"This model's maximum context length is {self.context_tokens} tokens. However, you requested {asked} "
                "tokens. Please reduce the length of the messages or completion."
            )
            raise Refused(400, _vllm(400, "BadRequestError", text))
        return _OPEN

    def thought_deltas(self, body: dict[str, Any], rules: Rules) -> Sequence[dict[str, Any]]:
        """In the text, without the opening tag that stands in the prompt."""
        if (body.get("chat_template_kwargs") or {}).get("enable_thinking") is False:
            return ()
        return [{"content": piece} for piece in tokens(f"\n{THOUGHT}\n</think>\n\n")]

    def thought_tokens(self, body: dict[str, Any], rules: Rules) -> int:
        """As many as are streamed."""
        return len(self.thought_deltas(body, rules))


def _vllm(code: int, kind: str, message: str, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


class OllamaServer(OpenAIServer):
    """Every model that can thinks, unless it is told `none`; its thoughts stand in tags with an older server."""

    MODELS: Final = {"qwen3:8b": True, "gpt-oss:20b": True, "llama3.2": False, "gemma:2b": False}
    tags_thoughts = False

    def check_key(self, request: VendorRequest) -> None:
        """None is asked for."""

    def check(self, body: dict[str, Any]) -> Rules:
        """Ollama's words."""
        model, effort = str(body.get("model")), body.get("reasoning_effort")
        if model not in self.MODELS:
            raise Refused(404, _ollama(f"model '{model}' not found", "not_found_error"))
        if body.get("tools") and model == "gemma:2b":
            raise Refused(400, _ollama(f"registry.ollama.ai/library/{model} does not support tools"))
        if effort not in (None, "none") and not self.MODELS[model]:
            raise Refused(400, _ollama(f'"{model}" does not support thinking'))
        if effort == "xhigh":
            raise Refused(400, _ollama(f'think value "{effort}" is not supported for this model'))
        return _OPEN

    def thought_deltas(self, body: dict[str, Any], rules: Rules) -> Sequence[dict[str, Any]]:
        """In a member of their own, or in tags."""
        if not self.MODELS[str(body["model"])] or body.get("reasoning_effort") == "none":
            return ()
        if self.tags_thoughts:
            return [{"content": piece} for piece in tokens(f"<think>\n{THOUGHT}\n</think>\n\n")]
        return [{"content": "", "reasoning": piece} for piece in tokens(THOUGHT)]

    def thought_tokens(self, body: dict[str, Any], rules: Rules) -> int:
        """As many as are streamed."""
        return len(self.thought_deltas(body, rules))


def _ollama(message: str, kind: str = "api_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}
