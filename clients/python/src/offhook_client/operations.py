"""Every operation of the API. Made from the server's OpenAPI document by `make client`: never change it here."""

from collections.abc import Mapping
from typing import Any, Literal, cast
from urllib.parse import quote

from offhook_client import models


class Operations:
    """One method for each operation; whoever asks the server is `_ask`."""

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Any:
        raise NotImplementedError

    def list_api_keys(self, *, limit: int | None = None, after: str | None = None) -> models.PageApiKey:
        """The keys of the workspace, newest first."""
        return cast("models.PageApiKey", self._ask("GET", "/api-keys", query={"limit": limit, "after": after}))

    def create_api_key(self, body: models.NewApiKey, *, idempotency_key: str | None = None) -> models.MadeApiKey:
        """A new key, which may do no more than who makes it."""
        return cast(
            "models.MadeApiKey", self._ask("POST", "/api-keys", headers={"Idempotency-Key": idempotency_key}, body=body)
        )

    def revoke_api_key(self, key_id: str) -> None:
        """Known no more, from now on."""
        self._ask("DELETE", f"/api-keys/{quote(str(key_id), safe='')}")

    def list_backups(
        self,
    ) -> models.PageBackup:
        """Those in the data folder, newest first."""
        return cast("models.PageBackup", self._ask("GET", "/backups"))

    def create_backup(self, body: models.NewBackup, *, idempotency_key: str | None = None) -> models.Backup:
        """Make one now, beside the calls; the answer comes when it is made, after seconds."""
        return cast(
            "models.Backup", self._ask("POST", "/backups", headers={"Idempotency-Key": idempotency_key}, body=body)
        )

    def download_backup(self, name: str) -> bytes:
        """The archive. What is secret in it is sealed; all else can be read by whoever has it."""
        return cast("bytes", self._ask("GET", f"/backups/{quote(str(name), safe='')}"))

    def get_health(
        self,
    ) -> models.Health:
        """The checks of `offhook doctor`, of the server as it runs and of the workspace's agents, each ..."""
        return cast("models.Health", self._ask("GET", "/health"))

    def parse_agent(self, body: Any, *, idempotency_key: str | None = None) -> models.ParsedAgent:
        """The document of an AGENT.yaml's text. Nothing is kept, and whether it can be published is not ..."""
        return cast(
            "models.ParsedAgent",
            self._ask("POST", "/agents/parse", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    def import_agent(self, body: Any, *, idempotency_key: str | None = None) -> models.Agent:
        """A new agent from the text of an AGENT.yaml."""
        return cast(
            "models.Agent", self._ask("POST", "/agents/import", headers={"Idempotency-Key": idempotency_key}, body=body)
        )

    def export_agent(self, agent_id: str, *, version: str | None = None) -> bytes:
        """An agent as an AGENT.yaml."""
        return cast(
            "bytes", self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}/export", query={"version": version})
        )

    def suggest_agent(self, body: models.WhatFrom, *, idempotency_key: str | None = None) -> models.AgentSuggestion:
        """A draft from the business's own pages (the one of the address, and a handful that it leads to) ..."""
        return cast(
            "models.AgentSuggestion",
            self._ask("POST", "/agents/suggest", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    def get_agent_schema(
        self,
    ) -> dict[str, Any]:
        """The JSON schema of an agent's document, with hints for a form under `x-ui`."""
        return cast("dict[str, Any]", self._ask("GET", "/agents/schema"))

    def list_agents(
        self, *, managed_by: str | None = None, q: str | None = None, limit: int | None = None, after: str | None = None
    ) -> models.PageAgentSummary:
        """The workspace's agents, newest first."""
        return cast(
            "models.PageAgentSummary",
            self._ask("GET", "/agents", query={"managed_by": managed_by, "q": q, "limit": limit, "after": after}),
        )

    def create_agent(self, body: models.NewAgent, *, idempotency_key: str | None = None) -> models.Agent:
        """A new agent. It answers when it is published."""
        return cast(
            "models.Agent", self._ask("POST", "/agents", headers={"Idempotency-Key": idempotency_key}, body=body)
        )

    def get_agent(self, agent_id: str) -> models.Agent:
        """An agent with its draft."""
        return cast("models.Agent", self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}"))

    def patch_agent(self, agent_id: str, body: models.AgentPatch, *, if_match: str | None = None) -> models.Agent:
        """Change a part of the draft."""
        return cast(
            "models.Agent",
            self._ask("PATCH", f"/agents/{quote(str(agent_id), safe='')}", headers={"If-Match": if_match}, body=body),
        )

    def delete_agent(self, agent_id: str, *, with_numbers: bool | None = None) -> models.DeletedAgent:
        """It answers no more. Its versions and its calls stay on record."""
        return cast(
            "models.DeletedAgent",
            self._ask("DELETE", f"/agents/{quote(str(agent_id), safe='')}", query={"with_numbers": with_numbers}),
        )

    def put_agent_draft(self, agent_id: str, body: models.NewAgent, *, if_match: str | None = None) -> models.Agent:
        """Put the whole draft; `If-Match` says which one you have read."""
        return cast(
            "models.Agent",
            self._ask(
                "PUT", f"/agents/{quote(str(agent_id), safe='')}/draft", headers={"if-match": if_match}, body=body
            ),
        )

    def validate_agent(
        self, agent_id: str, body: models.ToValidate | None, *, idempotency_key: str | None = None
    ) -> models.Validation:
        """What stands in the way of publishing the draft, or another document in its place."""
        return cast(
            "models.Validation",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/validate",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def duplicate_agent(
        self, agent_id: str, body: models.CopyName | None, *, idempotency_key: str | None = None
    ) -> models.Agent:
        """A new agent with this one's draft and documents."""
        return cast(
            "models.Agent",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/duplicate",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def publish_agent(
        self,
        agent_id: str,
        body: models.ToPublish | None,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> models.Version:
        """The draft as a new version, which answers the next call. Calls that are live keep the version ..."""
        return cast(
            "models.Version",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/publish",
                headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
                body=body,
            ),
        )

    def rollback_agent(
        self, agent_id: str, body: models.ToRollBack, *, idempotency_key: str | None = None
    ) -> models.Version:
        """An old version's document as a new version, which answers the next call."""
        return cast(
            "models.Version",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/rollback",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def list_agent_versions(
        self, agent_id: str, *, limit: int | None = None, after: str | None = None
    ) -> models.PageVersionSummary:
        """All versions, newest first."""
        return cast(
            "models.PageVersionSummary",
            self._ask(
                "GET", f"/agents/{quote(str(agent_id), safe='')}/versions", query={"limit": limit, "after": after}
            ),
        )

    def get_agent_version(self, agent_id: str, number: int) -> models.Version:
        """One version with its document."""
        return cast(
            "models.Version",
            self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}/versions/{quote(str(number), safe='')}"),
        )

    def diff_agent(self, agent_id: str, *, from_: str | None = None, to: str | None = None) -> models.Diff:
        """What differs between two versions, or between one and the draft: by field, and in words."""
        return cast(
            "models.Diff",
            self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}/diff", query={"from": from_, "to": to}),
        )

    def try_tool(
        self, agent_id: str, name: str, body: models.ToolTry, *, idempotency_key: str | None = None
    ) -> models.ToolTried:
        """Have a tool of the draft do its work once, as in a call: with the workspace's secrets, bounded ..."""
        return cast(
            "models.ToolTried",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/tools/{quote(str(name), safe='')}/try",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def list_documents(self, agent_id: str) -> models.PageKnowledgeDocument:
        """All documents of the agent, by name."""
        return cast(
            "models.PageKnowledgeDocument", self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}/documents")
        )

    def upload_document(self, agent_id: str, body: Any) -> models.KnowledgeDocument:
        """Keep a document; one of the same name is replaced. Name it under `knowledge`, and publish the agent."""
        return cast(
            "models.KnowledgeDocument",
            self._ask("POST", f"/agents/{quote(str(agent_id), safe='')}/documents", body=body),
        )

    def get_document_content(self, agent_id: str, document_id: str) -> bytes:
        """A document as it was uploaded."""
        return cast(
            "bytes",
            self._ask(
                "GET", f"/agents/{quote(str(agent_id), safe='')}/documents/{quote(str(document_id), safe='')}/content"
            ),
        )

    def delete_document(self, agent_id: str, document_id: str) -> None:
        """Versions that know it keep it; the draft has to name it no more before it is published."""
        self._ask("DELETE", f"/agents/{quote(str(agent_id), safe='')}/documents/{quote(str(document_id), safe='')}")

    def list_fixes(self, agent_id: str, *, limit: int | None = None, after: str | None = None) -> models.PageFix:
        """What was put right in this agent's draft, newest first."""
        return cast(
            "models.PageFix",
            self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}/fixes", query={"limit": limit, "after": after}),
        )

    def fix_agent(
        self,
        agent_id: str,
        body: models.SayItSo | models.MeantSo | models.Patience | models.AnswerSo,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> models.DoneFix:
        """Put right in the draft what was heard in a call. Publish the agent for calls to show it."""
        return cast(
            "models.DoneFix",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/fixes",
                headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
                body=body,
            ),
        )

    def undo_fix(
        self, agent_id: str, fix_id: str, *, idempotency_key: str | None = None, if_match: str | None = None
    ) -> models.DoneFix:
        """Take a fix back. What was changed since stays; where that is the same thing, nothing is done (409)."""
        return cast(
            "models.DoneFix",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/fixes/{quote(str(fix_id), safe='')}/undo",
                headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
            ),
        )

    def try_patience(self, agent_id: str, body: models.Tried) -> models.WhatIfShown:
        """The ends of the agent's last turns by the rule that ends turns: with the draft's numbers, and ..."""
        return cast(
            "models.WhatIfShown", self._ask("POST", f"/agents/{quote(str(agent_id), safe='')}/what-if", body=body)
        )

    def begin_rehearsal(
        self, agent_id: str, body: models.NewRehearsal | None, *, idempotency_key: str | None = None
    ) -> models.RehearsalShown:
        """Talk to the draft, or to a version, by typing: the same core, model, knowledge and tools, ..."""
        return cast(
            "models.RehearsalShown",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/rehearsals",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def ask_call_again(
        self, agent_id: str, body: models.AskCallAgain, *, idempotency_key: str | None = None
    ) -> models.ExchangeAgain:
        """Ask a turn of a recorded call again, with the same conversation before it. Tools with effects ..."""
        return cast(
            "models.ExchangeAgain",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/again",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def get_rehearsal(self, rehearsal_id: str) -> models.RehearsalShown:
        """All of it."""
        return cast("models.RehearsalShown", self._ask("GET", f"/rehearsals/{quote(str(rehearsal_id), safe='')}"))

    def delete_rehearsal(self, rehearsal_id: str) -> None:
        """Forget it; after a day without a message it goes by itself."""
        self._ask("DELETE", f"/rehearsals/{quote(str(rehearsal_id), safe='')}")

    def send_rehearsal_message(
        self, rehearsal_id: str, body: models.NewMessage, *, idempotency_key: str | None = None
    ) -> models.Exchange:
        """Say something; the answer is all that the agent says of itself until it waits for you again."""
        return cast(
            "models.Exchange",
            self._ask(
                "POST",
                f"/rehearsals/{quote(str(rehearsal_id), safe='')}/messages",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def ask_rehearsal_again(
        self, rehearsal_id: str, body: models.AskAgain, *, idempotency_key: str | None = None
    ) -> models.ExchangeAgain:
        """Ask a message again, with the same conversation before it, of the agent as it is now. Changes ..."""
        return cast(
            "models.ExchangeAgain",
            self._ask(
                "POST",
                f"/rehearsals/{quote(str(rehearsal_id), safe='')}/again",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def list_tests(
        self, *, agent_id: str | None = None, limit: int | None = None, after: str | None = None
    ) -> models.PageAgentTest:
        """The tests of an agent, or of all, newest first, each with its last run."""
        return cast(
            "models.PageAgentTest",
            self._ask("GET", "/tests", query={"agent_id": agent_id, "limit": limit, "after": after}),
        )

    def create_test(self, body: models.NewTest, *, idempotency_key: str | None = None) -> models.AgentTest:
        """Copy a call as a test, or keep a script. Of a call, what is expected is proposed from what ..."""
        return cast(
            "models.AgentTest", self._ask("POST", "/tests", headers={"Idempotency-Key": idempotency_key}, body=body)
        )

    def get_test(self, test_id: str) -> models.AgentTest:
        """One of them."""
        return cast("models.AgentTest", self._ask("GET", f"/tests/{quote(str(test_id), safe='')}"))

    def patch_test(self, test_id: str, body: models.TestPatch) -> models.AgentTest:
        """Change it: what is not sent stays, lists are replaced."""
        return cast("models.AgentTest", self._ask("PATCH", f"/tests/{quote(str(test_id), safe='')}", body=body))

    def delete_test(self, test_id: str) -> None:
        """Forget it and its runs. The calls that they made go by themselves after 30 days."""
        self._ask("DELETE", f"/tests/{quote(str(test_id), safe='')}")

    def list_test_runs(self, test_id: str, *, limit: int | None = None, after: str | None = None) -> models.PageTestRun:
        """Its last 20 runs, newest first."""
        return cast(
            "models.PageTestRun",
            self._ask("GET", f"/tests/{quote(str(test_id), safe='')}/runs", query={"limit": limit, "after": after}),
        )

    def run_test(
        self, test_id: str, body: models.RunWish | None, *, idempotency_key: str | None = None
    ) -> models.TestRun:
        """Have it run: a call of the simulated caller, in a process that yields to calls that live. Tools ..."""
        return cast(
            "models.TestRun",
            self._ask(
                "POST",
                f"/tests/{quote(str(test_id), safe='')}/runs",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def get_test_run(self, test_id: str, run_id: str) -> models.TestRun:
        """One run: what was expected, and what came."""
        return cast(
            "models.TestRun",
            self._ask("GET", f"/tests/{quote(str(test_id), safe='')}/runs/{quote(str(run_id), safe='')}"),
        )

    def run_agent_tests(
        self, agent_id: str, body: models.RunWish | None, *, idempotency_key: str | None = None
    ) -> models.PageTestRun:
        """Have all tests of an agent run, one behind the other."""
        return cast(
            "models.PageTestRun",
            self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/test-runs",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def list_models(self, *, kind: str | None = None, provider: str | None = None) -> models.PageModel:
        """All models that are known here; others of the same vendors work as well."""
        return cast("models.PageModel", self._ask("GET", "/models", query={"kind": kind, "provider": provider}))

    def list_voices(
        self, *, provider: str | None = None, language: str | None = None, gender: str | None = None
    ) -> models.Voices:
        """The voices there are: what each provider takes by default, and the vendors' own lists, asked for ..."""
        return cast(
            "models.Voices",
            self._ask("GET", "/voices", query={"provider": provider, "language": language, "gender": gender}),
        )

    def preview_voice(self, body: models.VoicePreview) -> bytes:
        """Say a text as a call would: prepared in the same way, in telephone quality, with the workspace's ..."""
        return cast("bytes", self._ask("POST", "/voices/preview", body=body))

    def list_carrier_accounts(
        self,
    ) -> models.PageCarrierAccount:
        """All accounts of the workspace, newest first."""
        return cast("models.PageCarrierAccount", self._ask("GET", "/carrier-accounts"))

    def connect_carrier_account(self, body: models.NewCarrierAccount) -> models.CarrierAccount:
        """Connect an account; of one that is connected already the token is replaced."""
        return cast("models.CarrierAccount", self._ask("POST", "/carrier-accounts", body=body))

    def get_carrier_account(self, account_id: str) -> models.CarrierAccount:
        """One account."""
        return cast("models.CarrierAccount", self._ask("GET", f"/carrier-accounts/{quote(str(account_id), safe='')}"))

    def delete_carrier_account(self, account_id: str) -> None:
        """Forget the account and its token. Its numbers are to be released first."""
        self._ask("DELETE", f"/carrier-accounts/{quote(str(account_id), safe='')}")

    def check_carrier_account(self, account_id: str) -> models.CarrierAccount:
        """Ask the carrier once more whether the keys are right and the account is in use."""
        return cast(
            "models.CarrierAccount", self._ask("POST", f"/carrier-accounts/{quote(str(account_id), safe='')}/check")
        )

    def list_phone_numbers(self, *, limit: int | None = None, after: str | None = None) -> models.PagePhoneNumber:
        """The workspace's numbers, newest first."""
        return cast(
            "models.PagePhoneNumber", self._ask("GET", "/phone-numbers", query={"limit": limit, "after": after})
        )

    def list_available_phone_numbers(
        self,
        *,
        carrier_account_id: str | None = None,
        q: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageAvailableNumber:
        """What the account owns at the carrier, by number."""
        return cast(
            "models.PageAvailableNumber",
            self._ask(
                "GET",
                "/phone-numbers/available",
                query={"carrier_account_id": carrier_account_id, "q": q, "limit": limit, "after": after},
            ),
        )

    def connect_phone_number(self, body: models.NewPhoneNumber) -> models.PhoneNumber:
        """Have the number's calls come here: its addresses at the carrier are written and read back."""
        return cast("models.PhoneNumber", self._ask("POST", "/phone-numbers/connect", body=body))

    def get_phone_number(self, number_id: str) -> models.PhoneNumber:
        """One number, with its ETag."""
        return cast("models.PhoneNumber", self._ask("GET", f"/phone-numbers/{quote(str(number_id), safe='')}"))

    def update_phone_number(
        self, number_id: str, body: models.PhoneNumberChange, *, if_match: str | None = None
    ) -> models.PhoneNumber:
        """Change who answers, how calls are divided, or the name. Calls from now on; those that are live stay."""
        return cast(
            "models.PhoneNumber",
            self._ask(
                "PATCH", f"/phone-numbers/{quote(str(number_id), safe='')}", headers={"if-match": if_match}, body=body
            ),
        )

    def release_phone_number(self, number_id: str, *, force: bool | None = None) -> None:
        """Put the number's earlier settings back at the carrier, and forget it here."""
        self._ask("DELETE", f"/phone-numbers/{quote(str(number_id), safe='')}", query={"force": force})

    def check_phone_number(self, number_id: str) -> models.PhoneNumber:
        """Read its settings at the carrier now: what differs stands in `drift`."""
        return cast("models.PhoneNumber", self._ask("POST", f"/phone-numbers/{quote(str(number_id), safe='')}/check"))

    def repair_phone_number(self, number_id: str) -> models.PhoneNumber:
        """Write our settings at the carrier once more."""
        return cast("models.PhoneNumber", self._ask("POST", f"/phone-numbers/{quote(str(number_id), safe='')}/repair"))

    def list_calls(
        self,
        *,
        agent_id: str | None = None,
        status: Literal["", "scheduled", "queued", "ringing", "in_progress", "transferring", "ended"] | None = None,
        kind: Literal["", "phone", "browser", "test"] | None = None,
        direction: Literal["", "inbound", "outbound"] | None = None,
        from_: str | None = None,
        to: str | None = None,
        end_reason: str | None = None,
        warning: str | None = None,
        started_at_gte: str | None = None,
        started_at_lt: str | None = None,
        is_sample: bool | None = None,
        is_test: bool | None = None,
        q: str | None = None,
        has: models.Has | None = None,
        agent_version: int | None = None,
        provider: str | None = None,
        transcriber: str | None = None,
        model: str | None = None,
        voice: str | None = None,
        gap_p50_ms_gte: int | None = None,
        cost_gte: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageListedCall:
        """The workspace's calls, newest first."""
        return cast(
            "models.PageListedCall",
            self._ask(
                "GET",
                "/calls",
                query={
                    "agent_id": agent_id,
                    "status": status,
                    "kind": kind,
                    "direction": direction,
                    "from": from_,
                    "to": to,
                    "end_reason": end_reason,
                    "warning": warning,
                    "started_at.gte": started_at_gte,
                    "started_at.lt": started_at_lt,
                    "is_sample": is_sample,
                    "is_test": is_test,
                    "q": q,
                    "has": has,
                    "agent_version": agent_version,
                    "provider": provider,
                    "transcriber": transcriber,
                    "model": model,
                    "voice": voice,
                    "gap_p50_ms.gte": gap_p50_ms_gte,
                    "cost.gte": cost_gte,
                    "limit": limit,
                    "after": after,
                },
            ),
        )

    def place_call(self, body: models.NewCall, *, idempotency_key: str | None = None) -> models.PlacedCall:
        """Place a call. Its id is answered before anything is dialled; `GET /v1/calls/{id}` tells what ..."""
        return cast(
            "models.PlacedCall", self._ask("POST", "/calls", headers={"Idempotency-Key": idempotency_key}, body=body)
        )

    def get_session(
        self,
    ) -> models.Session:
        """Who asks, in which workspace, with which scopes, and where else they may work."""
        return cast("models.Session", self._ask("GET", "/session"))

    def sign_in(self, body: models.SignIn) -> models.Session:
        """A session, in a cookie. Unknown addresses and wrong passwords are answered alike."""
        return cast("models.Session", self._ask("POST", "/session", body=body))

    def sign_out(self, *, everywhere: bool | None = None) -> None:
        """The session is over."""
        self._ask("DELETE", "/session", query={"everywhere": everywhere})

    def switch_workspace(self, body: models.Switch) -> models.Session:
        """The session is for another workspace of the person from now on."""
        return cast("models.Session", self._ask("PUT", "/session/workspace", body=body))

    def change_password(self, body: models.NewPassword) -> None:
        """Another password; all other sessions of the person are over."""
        self._ask("PUT", "/session/password", body=body)

    def change_self(self, body: models.NewSelf) -> models.Session:
        """Another name or address of the person who is signed in."""
        return cast("models.Session", self._ask("PATCH", "/session/user", body=body))

    def begin_oidc(
        self,
    ) -> None:
        """Sends the browser to the issuer. 404: there is none."""
        self._ask("GET", "/session/oidc")

    def end_oidc(
        self,
    ) -> None:
        """Where the issuer sends the browser back to."""
        self._ask("GET", "/session/oidc/callback")

    def list_members(self, *, limit: int | None = None, after: str | None = None) -> models.PageMember:
        """The people of the workspace, who came last first."""
        return cast("models.PageMember", self._ask("GET", "/members", query={"limit": limit, "after": after}))

    def get_member(self, user_id: str) -> models.Member:
        """One of them."""
        return cast("models.Member", self._ask("GET", f"/members/{quote(str(user_id), safe='')}"))

    def change_member(self, user_id: str, body: models.MemberChange) -> models.Member:
        """Another role, or shut out and let in again. Whoever is shut out is signed out at once."""
        return cast("models.Member", self._ask("PATCH", f"/members/{quote(str(user_id), safe='')}", body=body))

    def remove_member(self, user_id: str) -> None:
        """No member any more. The last owner stays."""
        self._ask("DELETE", f"/members/{quote(str(user_id), safe='')}")

    def list_invitations(self, *, limit: int | None = None, after: str | None = None) -> models.PageInvitation:
        """Those that wait, newest first."""
        return cast("models.PageInvitation", self._ask("GET", "/invitations", query={"limit": limit, "after": after}))

    def create_invitation(
        self, body: models.NewInvitation, *, idempotency_key: str | None = None
    ) -> models.MadeInvitation:
        """A link for a new person: it works once, within 24 hours. Send it to them yourself."""
        return cast(
            "models.MadeInvitation",
            self._ask("POST", "/invitations", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    def withdraw_invitation(self, invitation_id: str) -> None:
        """Its link works no more."""
        self._ask("DELETE", f"/invitations/{quote(str(invitation_id), safe='')}")

    def list_workspaces(
        self,
    ) -> models.PageWorkspace:
        """Those in which the caller may work; `PUT /v1/session/workspace` goes to another."""
        return cast("models.PageWorkspace", self._ask("GET", "/workspaces"))

    def create_workspace(self, body: models.NewWorkspace, *, idempotency_key: str | None = None) -> models.Workspace:
        """A further one, whose owner is who asks: a person who is an owner already."""
        return cast(
            "models.Workspace",
            self._ask("POST", "/workspaces", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    def rename_workspace(self, workspace_id: str, body: models.NewWorkspace) -> models.Workspace:
        """Another name for the workspace in which the caller works; others look as if they did not exist."""
        return cast(
            "models.Workspace", self._ask("PATCH", f"/workspaces/{quote(str(workspace_id), safe='')}", body=body)
        )

    def list_audit_events(
        self,
        *,
        limit: int | None = None,
        after: str | None = None,
        action: str | None = None,
        actor_id: str | None = None,
        object_kind: str | None = None,
        object_id: str | None = None,
        at_gte: str | None = None,
        at_lt: str | None = None,
    ) -> models.PageAuditEvent:
        """The changes in the workspace, newest first."""
        return cast(
            "models.PageAuditEvent",
            self._ask(
                "GET",
                "/audit-events",
                query={
                    "limit": limit,
                    "after": after,
                    "action": action,
                    "actor_id": actor_id,
                    "object_kind": object_kind,
                    "object_id": object_id,
                    "at.gte": at_gte,
                    "at.lt": at_lt,
                },
            ),
        )

    def list_provider_keys(
        self,
    ) -> models.PageProviderKey:
        """Of each vendor the key that calls are made with. At most one each, so this is one page."""
        return cast("models.PageProviderKey", self._ask("GET", "/provider-keys"))

    def save_provider_key(
        self, provider: str, body: models.NewProviderKey, *, force: bool | None = None
    ) -> models.ProviderKey:
        """Try a key, and keep it in place of the one before. One that the vendor refuses is not kept (422)."""
        return cast(
            "models.ProviderKey",
            self._ask("PUT", f"/provider-keys/{quote(str(provider), safe='')}", query={"force": force}, body=body),
        )

    def delete_provider_key(self, provider: str) -> None:
        """Keep it no longer. Calls that live keep it to their end."""
        self._ask("DELETE", f"/provider-keys/{quote(str(provider), safe='')}")

    def check_provider_key(self, provider: str) -> models.ProviderKey:
        """Try the key that is there: one harmless question to the vendor."""
        return cast("models.ProviderKey", self._ask("POST", f"/provider-keys/{quote(str(provider), safe='')}/check"))

    def list_tool_keys(
        self,
    ) -> models.PageToolKey:
        """The secrets that tools send, by their variables. There are at most a few hundred, so this is one ..."""
        return cast("models.PageToolKey", self._ask("GET", "/tool-keys"))

    def save_tool_key(self, name: str, body: models.NewToolKey) -> models.ToolKey:
        """Keep a secret in place of the one before. Agents name it: `${SHOP_TOKEN}`, `key_env: SHOP_TOKEN`."""
        return cast("models.ToolKey", self._ask("PUT", f"/tool-keys/{quote(str(name), safe='')}", body=body))

    def delete_tool_key(self, name: str) -> None:
        """Keep it no longer."""
        self._ask("DELETE", f"/tool-keys/{quote(str(name), safe='')}")

    def get_vault(
        self,
    ) -> models.VaultStatus:
        """Whether secrets can be opened and kept."""
        return cast("models.VaultStatus", self._ask("GET", "/vault"))

    def list_webhooks(self, *, limit: int | None = None, after: str | None = None) -> models.PageWebhook:
        """The endpoints, newest first."""
        return cast("models.PageWebhook", self._ask("GET", "/webhooks", query={"limit": limit, "after": after}))

    def create_webhook(self, body: models.NewWebhook, *, idempotency_key: str | None = None) -> models.MadeWebhook:
        """A new endpoint. Its address must be public, of every name that it resolves to."""
        return cast(
            "models.MadeWebhook",
            self._ask("POST", "/webhooks", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    def get_webhook(self, webhook_id: str) -> models.Webhook:
        """One endpoint."""
        return cast("models.Webhook", self._ask("GET", f"/webhooks/{quote(str(webhook_id), safe='')}"))

    def update_webhook(
        self, webhook_id: str, body: models.WebhookChange, *, if_match: str | None = None
    ) -> models.Webhook:
        """Change it, or enable it again."""
        return cast(
            "models.Webhook",
            self._ask(
                "PATCH", f"/webhooks/{quote(str(webhook_id), safe='')}", headers={"if-match": if_match}, body=body
            ),
        )

    def delete_webhook(self, webhook_id: str) -> None:
        """Told nothing more, from now on; its deliveries go with it."""
        self._ask("DELETE", f"/webhooks/{quote(str(webhook_id), safe='')}")

    def rotate_webhook_secret(
        self, webhook_id: str, body: models.NewSecret, *, idempotency_key: str | None = None
    ) -> models.WebhookSecret:
        """A new secret; for a day every attempt is signed with both."""
        return cast(
            "models.WebhookSecret",
            self._ask(
                "POST",
                f"/webhooks/{quote(str(webhook_id), safe='')}/rotate-secret",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def test_webhook(self, webhook_id: str, *, idempotency_key: str | None = None) -> models.Sent:
        """Send the event `webhook.test` to this endpoint."""
        return cast(
            "models.Sent",
            self._ask(
                "POST",
                f"/webhooks/{quote(str(webhook_id), safe='')}/test",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    def list_deliveries(
        self,
        webhook_id: str,
        *,
        status: models.DeliveryStatus | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageDelivery:
        """What was sent to the endpoint, newest first."""
        return cast(
            "models.PageDelivery",
            self._ask(
                "GET",
                f"/webhooks/{quote(str(webhook_id), safe='')}/deliveries",
                query={"status": status, "limit": limit, "after": after},
            ),
        )

    def get_delivery(self, webhook_id: str, delivery_id: str) -> models.Delivery:
        """One of them."""
        return cast(
            "models.Delivery",
            self._ask(
                "GET", f"/webhooks/{quote(str(webhook_id), safe='')}/deliveries/{quote(str(delivery_id), safe='')}"
            ),
        )

    def redeliver(self, webhook_id: str, delivery_id: str, *, idempotency_key: str | None = None) -> models.Delivery:
        """Send it again, now; the receiver knows it by the same `webhook-id`."""
        return cast(
            "models.Delivery",
            self._ask(
                "POST",
                f"/webhooks/{quote(str(webhook_id), safe='')}/deliveries/{quote(str(delivery_id), safe='')}/redeliver",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    def get_limits(
        self,
    ) -> models.Limits:
        """How much the workspace takes; what is null has no bound."""
        return cast("models.Limits", self._ask("GET", "/limits"))

    def set_limits(self, body: models.Limits, *, if_match: str | None = None) -> models.Limits:
        """All of them: what is left out has no bound. They hold for calls from now on."""
        return cast("models.Limits", self._ask("PUT", "/limits", headers={"if-match": if_match}, body=body))

    def list_blocked_numbers(self, *, limit: int | None = None, after: str | None = None) -> models.PageBlockedNumber:
        """The workspace's block list, newest first."""
        return cast(
            "models.PageBlockedNumber", self._ask("GET", "/blocked-numbers", query={"limit": limit, "after": after})
        )

    def block_number(
        self, body: models.NewBlockedNumber, *, idempotency_key: str | None = None
    ) -> models.BlockedNumber:
        """Callers of this number hear that the call cannot be connected. No model is paid for them."""
        return cast(
            "models.BlockedNumber",
            self._ask("POST", "/blocked-numbers", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    def unblock_number(self, blocked_number_id: str) -> None:
        """Put it through again."""
        self._ask("DELETE", f"/blocked-numbers/{quote(str(blocked_number_id), safe='')}")

    def list_refused_calls(
        self,
        *,
        limit: int | None = None,
        after: str | None = None,
        reason: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        at_gte: str | None = None,
        at_lt: str | None = None,
    ) -> models.PageRefusedCall:
        """Calls that could not be taken, newest first: why, and what the caller heard."""
        return cast(
            "models.PageRefusedCall",
            self._ask(
                "GET",
                "/refused-calls",
                query={
                    "limit": limit,
                    "after": after,
                    "reason": reason,
                    "from": from_,
                    "to": to,
                    "at.gte": at_gte,
                    "at.lt": at_lt,
                },
            ),
        )

    def create_browser_call(
        self, body: models.NewBrowserCall, *, idempotency_key: str | None = None
    ) -> models.BrowserCall:
        """A place and a token for a call. With an API key or a session; or with a browser key, from its ..."""
        return cast(
            "models.BrowserCall",
            self._ask("POST", "/browser-calls", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    def return_to_browser_call(self, call_id: str, *, idempotency_key: str | None = None) -> models.BrowserCall:
        """A token to bring the media of a live call back, for whoever began it."""
        return cast(
            "models.BrowserCall",
            self._ask(
                "POST",
                f"/browser-calls/{quote(str(call_id), safe='')}/return",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    def export_calls(
        self,
        *,
        format: Literal["csv", "json"] | None = None,
        agent_id: str | None = None,
        status: Literal["", "scheduled", "queued", "ringing", "in_progress", "transferring", "ended"] | None = None,
        kind: Literal["", "phone", "browser", "test"] | None = None,
        direction: Literal["", "inbound", "outbound"] | None = None,
        from_: str | None = None,
        to: str | None = None,
        end_reason: str | None = None,
        warning: str | None = None,
        started_at_gte: str | None = None,
        started_at_lt: str | None = None,
        is_sample: bool | None = None,
        is_test: bool | None = None,
        q: str | None = None,
        has: models.Has | None = None,
        agent_version: int | None = None,
        provider: str | None = None,
        transcriber: str | None = None,
        model: str | None = None,
        voice: str | None = None,
        gap_p50_ms_gte: int | None = None,
        cost_gte: str | None = None,
    ) -> Any:
        """The calls of a list as a file, the newest 10,000 at most: narrow it by its days for more. No ..."""
        return cast(
            "Any",
            self._ask(
                "GET",
                "/calls/export",
                query={
                    "format": format,
                    "agent_id": agent_id,
                    "status": status,
                    "kind": kind,
                    "direction": direction,
                    "from": from_,
                    "to": to,
                    "end_reason": end_reason,
                    "warning": warning,
                    "started_at.gte": started_at_gte,
                    "started_at.lt": started_at_lt,
                    "is_sample": is_sample,
                    "is_test": is_test,
                    "q": q,
                    "has": has,
                    "agent_version": agent_version,
                    "provider": provider,
                    "transcriber": transcriber,
                    "model": model,
                    "voice": voice,
                    "gap_p50_ms.gte": gap_p50_ms_gte,
                    "cost.gte": cost_gte,
                },
            ),
        )

    def get_call(self, call_id: str) -> models.CallRecord:
        """The whole record of a call; of one that lives, as far as it is."""
        return cast("models.CallRecord", self._ask("GET", f"/calls/{quote(str(call_id), safe='')}"))

    def delete_call(self, call_id: str) -> None:
        """Delete a call with all that is kept of it: record, recording, words. One that waits for its time ..."""
        self._ask("DELETE", f"/calls/{quote(str(call_id), safe='')}")

    def get_call_transcript(self, call_id: str, *, format: Literal["json", "text"] | None = None) -> Any:
        """What was said, turn by turn: of the agent what was heard, and what was not."""
        return cast(
            "Any", self._ask("GET", f"/calls/{quote(str(call_id), safe='')}/transcript", query={"format": format})
        )

    def control_call(
        self, call_id: str, body: models.Say | models.Instruct | models.Transfer | models.Mute | models.End
    ) -> Any:
        """Act on a call that lives, on whichever process it does. `end` takes back a call that nobody ..."""
        return cast("Any", self._ask("POST", f"/calls/{quote(str(call_id), safe='')}/control", body=body))

    def get_call_recording(
        self,
        call_id: str,
        *,
        channel: Literal["both", "caller", "agent"] | None = None,
        range: str | None = None,
        if_range: str | None = None,
    ) -> bytes:
        """The recording as WAV, whole or in ranges."""
        return cast(
            "bytes",
            self._ask(
                "GET",
                f"/calls/{quote(str(call_id), safe='')}/recording",
                query={"channel": channel},
                headers={"Range": range, "if-range": if_range},
            ),
        )

    def get_call_peaks(self, call_id: str) -> bytes:
        """The recording as a picture."""
        return cast("bytes", self._ask("GET", f"/calls/{quote(str(call_id), safe='')}/peaks"))

    def get_call_journal(self, call_id: str) -> bytes:
        """The journal; of a call that lives, as far as it is."""
        return cast("bytes", self._ask("GET", f"/calls/{quote(str(call_id), safe='')}/journal"))

    def stream_call_events(self, call_id: str, *, after: int | None = None, last_event_id: str | None = None) -> bytes:
        """What happens in a call while it happens, and what has happened before; ends with `event: end`."""
        return cast(
            "bytes",
            self._ask(
                "GET",
                f"/calls/{quote(str(call_id), safe='')}/events",
                query={"after": after},
                headers={"last-event-id": last_event_id},
            ),
        )

    def list_call_links(
        self, call_id: str, *, limit: int | None = None, after: str | None = None
    ) -> models.PageCallLink:
        """The links that open this call now, newest first."""
        return cast(
            "models.PageCallLink",
            self._ask("GET", f"/calls/{quote(str(call_id), safe='')}/links", query={"limit": limit, "after": after}),
        )

    def share_call(
        self, call_id: str, body: models.NewCallLink, *, idempotency_key: str | None = None
    ) -> models.MadeCallLink:
        """A link to a moment of this call, for people without an account. It is shown this once."""
        return cast(
            "models.MadeCallLink",
            self._ask(
                "POST",
                f"/calls/{quote(str(call_id), safe='')}/links",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def revoke_call_link(self, call_id: str, link_id: str) -> None:
        """It opens nothing any more."""
        self._ask("DELETE", f"/calls/{quote(str(call_id), safe='')}/links/{quote(str(link_id), safe='')}")

    def get_shared_call(self, token: str) -> models.SharedCall:
        """What a link opens: a call and a moment in it. Nobody signs in."""
        return cast("models.SharedCall", self._ask("GET", f"/shared/{quote(str(token), safe='')}"))

    def get_shared_transcript(self, token: str) -> models.SharedTranscript:
        """What was said in it."""
        return cast("models.SharedTranscript", self._ask("GET", f"/shared/{quote(str(token), safe='')}/transcript"))

    def get_shared_recording(self, token: str, *, range: str | None = None) -> bytes:
        """The recording as WAV, whole or in ranges; silent where something is hidden."""
        return cast(
            "bytes", self._ask("GET", f"/shared/{quote(str(token), safe='')}/recording", headers={"Range": range})
        )

    def get_shared_peaks(self, token: str) -> bytes:
        """The recording as a picture; flat where something is hidden."""
        return cast("bytes", self._ask("GET", f"/shared/{quote(str(token), safe='')}/peaks"))

    def list_prices(
        self,
    ) -> models.PagePriceShown:
        """Your own prices, newest first, then the vendors' list prices. All of them are one page."""
        return cast("models.PagePriceShown", self._ask("GET", "/prices"))

    def create_price(self, body: models.NewPrice) -> models.PriceShown:
        """A price of your own. Calls that are over keep what they were counted at."""
        return cast("models.PriceShown", self._ask("POST", "/prices", body=body))

    def delete_price(self, price_id: str) -> None:
        """What held before holds again, for calls from now on."""
        self._ask("DELETE", f"/prices/{quote(str(price_id), safe='')}")

    def list_questions(
        self,
        *,
        status: Literal["open", "answered", "dismissed"] | None = None,
        agent_id: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageQuestion:
        """Questions without an answer, those asked most often first."""
        return cast(
            "models.PageQuestion",
            self._ask(
                "GET", "/questions", query={"status": status, "agent_id": agent_id, "limit": limit, "after": after}
            ),
        )

    def get_question(self, question_id: str) -> models.Question:
        """One of them."""
        return cast("models.Question", self._ask("GET", f"/questions/{quote(str(question_id), safe='')}"))

    def list_question_moments(
        self, question_id: str, *, limit: int | None = None, after: str | None = None
    ) -> models.PageQuestionMoment:
        """The calls in which it was asked, with the place in each; the last one first."""
        return cast(
            "models.PageQuestionMoment",
            self._ask(
                "GET", f"/questions/{quote(str(question_id), safe='')}/moments", query={"limit": limit, "after": after}
            ),
        )

    def answer_question(
        self, question_id: str, body: models.QuestionAnswer, *, idempotency_key: str | None = None
    ) -> models.Question:
        """Make the answer a fact that the agent knows from the next call on. It is put into the agent's ..."""
        return cast(
            "models.Question",
            self._ask(
                "POST",
                f"/questions/{quote(str(question_id), safe='')}/answer",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    def dismiss_question(self, question_id: str, *, idempotency_key: str | None = None) -> models.Question:
        """The agent need not know it: it is counted on, and shown no more."""
        return cast(
            "models.Question",
            self._ask(
                "POST",
                f"/questions/{quote(str(question_id), safe='')}/dismiss",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    def reopen_question(self, question_id: str, *, idempotency_key: str | None = None) -> models.Question:
        """Have it open again. An answer is taken out of what the agent knows, from the next call on."""
        return cast(
            "models.Question",
            self._ask(
                "POST",
                f"/questions/{quote(str(question_id), safe='')}/reopen",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    def list_tasks(
        self,
        *,
        status: Literal["open", "done"] | None = None,
        kind: models.TaskKind | Literal[""] | None = None,
        owner_id: str | None = None,
        call_id: str | None = None,
        agent_id: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageTask:
        """What needs a person, newest first."""
        return cast(
            "models.PageTask",
            self._ask(
                "GET",
                "/tasks",
                query={
                    "status": status,
                    "kind": kind,
                    "owner_id": owner_id,
                    "call_id": call_id,
                    "agent_id": agent_id,
                    "limit": limit,
                    "after": after,
                },
            ),
        )

    def get_task(self, task_id: str) -> models.Task:
        """One of them."""
        return cast("models.Task", self._ask("GET", f"/tasks/{quote(str(task_id), safe='')}"))

    def change_task(self, task_id: str, body: models.TaskChange) -> models.Task:
        """Done, or open again; somebody's, or nobody's; due at another time."""
        return cast("models.Task", self._ask("PATCH", f"/tasks/{quote(str(task_id), safe='')}", body=body))

    def query_analytics(self, body: models.AnalyticsQuery) -> models.AnalyticsAnswer:
        """Figures by agent, version, model, day and more."""
        return cast("models.AnalyticsAnswer", self._ask("POST", "/analytics/query", body=body))

    def get_today(self, *, tz: str | None = None) -> models.TodayAnswer:
        """Who is on the line, what needs somebody, how today and the last fourteen days went."""
        return cast("models.TodayAnswer", self._ask("GET", "/today", query={"tz": tz}))

    def get_usage(
        self,
        *,
        month: str | None = None,
        agent_id: str | None = None,
        format: Literal["json", "csv", "pdf"] | None = None,
    ) -> Any:
        """A month's statement, of all agents or of one."""
        return cast("Any", self._ask("GET", "/usage", query={"month": month, "agent_id": agent_id, "format": format}))

    def list_views(
        self, *, page: str | None = None, limit: int | None = None, after: str | None = None
    ) -> models.PageView:
        """Your own and those that are shared, newest first."""
        return cast("models.PageView", self._ask("GET", "/views", query={"page": page, "limit": limit, "after": after}))

    def save_view(self, body: models.NewView, *, idempotency_key: str | None = None) -> models.View:
        """Keep a page's filters under a name. Your view of the same page and name is replaced (200)."""
        return cast("models.View", self._ask("POST", "/views", headers={"Idempotency-Key": idempotency_key}, body=body))

    def delete_view(self, view_id: str) -> None:
        """Your own; a shared one also when you may change the workspace's settings."""
        self._ask("DELETE", f"/views/{quote(str(view_id), safe='')}")

    def delete_samples(
        self,
    ) -> None:
        """Remove the sample agent with its document, and the sample calls; there need not be any. A sample ..."""
        self._ask("DELETE", "/samples")


class AsyncOperations:
    """One method for each operation; whoever asks the server is `_ask`."""

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Any:
        raise NotImplementedError

    async def list_api_keys(self, *, limit: int | None = None, after: str | None = None) -> models.PageApiKey:
        """The keys of the workspace, newest first."""
        return cast("models.PageApiKey", await self._ask("GET", "/api-keys", query={"limit": limit, "after": after}))

    async def create_api_key(self, body: models.NewApiKey, *, idempotency_key: str | None = None) -> models.MadeApiKey:
        """A new key, which may do no more than who makes it."""
        return cast(
            "models.MadeApiKey",
            await self._ask("POST", "/api-keys", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def revoke_api_key(self, key_id: str) -> None:
        """Known no more, from now on."""
        await self._ask("DELETE", f"/api-keys/{quote(str(key_id), safe='')}")

    async def list_backups(
        self,
    ) -> models.PageBackup:
        """Those in the data folder, newest first."""
        return cast("models.PageBackup", await self._ask("GET", "/backups"))

    async def create_backup(self, body: models.NewBackup, *, idempotency_key: str | None = None) -> models.Backup:
        """Make one now, beside the calls; the answer comes when it is made, after seconds."""
        return cast(
            "models.Backup",
            await self._ask("POST", "/backups", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def download_backup(self, name: str) -> bytes:
        """The archive. What is secret in it is sealed; all else can be read by whoever has it."""
        return cast("bytes", await self._ask("GET", f"/backups/{quote(str(name), safe='')}"))

    async def get_health(
        self,
    ) -> models.Health:
        """The checks of `offhook doctor`, of the server as it runs and of the workspace's agents, each ..."""
        return cast("models.Health", await self._ask("GET", "/health"))

    async def parse_agent(self, body: Any, *, idempotency_key: str | None = None) -> models.ParsedAgent:
        """The document of an AGENT.yaml's text. Nothing is kept, and whether it can be published is not ..."""
        return cast(
            "models.ParsedAgent",
            await self._ask("POST", "/agents/parse", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def import_agent(self, body: Any, *, idempotency_key: str | None = None) -> models.Agent:
        """A new agent from the text of an AGENT.yaml."""
        return cast(
            "models.Agent",
            await self._ask("POST", "/agents/import", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def export_agent(self, agent_id: str, *, version: str | None = None) -> bytes:
        """An agent as an AGENT.yaml."""
        return cast(
            "bytes",
            await self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}/export", query={"version": version}),
        )

    async def suggest_agent(
        self, body: models.WhatFrom, *, idempotency_key: str | None = None
    ) -> models.AgentSuggestion:
        """A draft from the business's own pages (the one of the address, and a handful that it leads to) ..."""
        return cast(
            "models.AgentSuggestion",
            await self._ask("POST", "/agents/suggest", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def get_agent_schema(
        self,
    ) -> dict[str, Any]:
        """The JSON schema of an agent's document, with hints for a form under `x-ui`."""
        return cast("dict[str, Any]", await self._ask("GET", "/agents/schema"))

    async def list_agents(
        self, *, managed_by: str | None = None, q: str | None = None, limit: int | None = None, after: str | None = None
    ) -> models.PageAgentSummary:
        """The workspace's agents, newest first."""
        return cast(
            "models.PageAgentSummary",
            await self._ask("GET", "/agents", query={"managed_by": managed_by, "q": q, "limit": limit, "after": after}),
        )

    async def create_agent(self, body: models.NewAgent, *, idempotency_key: str | None = None) -> models.Agent:
        """A new agent. It answers when it is published."""
        return cast(
            "models.Agent", await self._ask("POST", "/agents", headers={"Idempotency-Key": idempotency_key}, body=body)
        )

    async def get_agent(self, agent_id: str) -> models.Agent:
        """An agent with its draft."""
        return cast("models.Agent", await self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}"))

    async def patch_agent(self, agent_id: str, body: models.AgentPatch, *, if_match: str | None = None) -> models.Agent:
        """Change a part of the draft."""
        return cast(
            "models.Agent",
            await self._ask(
                "PATCH", f"/agents/{quote(str(agent_id), safe='')}", headers={"If-Match": if_match}, body=body
            ),
        )

    async def delete_agent(self, agent_id: str, *, with_numbers: bool | None = None) -> models.DeletedAgent:
        """It answers no more. Its versions and its calls stay on record."""
        return cast(
            "models.DeletedAgent",
            await self._ask("DELETE", f"/agents/{quote(str(agent_id), safe='')}", query={"with_numbers": with_numbers}),
        )

    async def put_agent_draft(
        self, agent_id: str, body: models.NewAgent, *, if_match: str | None = None
    ) -> models.Agent:
        """Put the whole draft; `If-Match` says which one you have read."""
        return cast(
            "models.Agent",
            await self._ask(
                "PUT", f"/agents/{quote(str(agent_id), safe='')}/draft", headers={"if-match": if_match}, body=body
            ),
        )

    async def validate_agent(
        self, agent_id: str, body: models.ToValidate | None, *, idempotency_key: str | None = None
    ) -> models.Validation:
        """What stands in the way of publishing the draft, or another document in its place."""
        return cast(
            "models.Validation",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/validate",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def duplicate_agent(
        self, agent_id: str, body: models.CopyName | None, *, idempotency_key: str | None = None
    ) -> models.Agent:
        """A new agent with this one's draft and documents."""
        return cast(
            "models.Agent",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/duplicate",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def publish_agent(
        self,
        agent_id: str,
        body: models.ToPublish | None,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> models.Version:
        """The draft as a new version, which answers the next call. Calls that are live keep the version ..."""
        return cast(
            "models.Version",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/publish",
                headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
                body=body,
            ),
        )

    async def rollback_agent(
        self, agent_id: str, body: models.ToRollBack, *, idempotency_key: str | None = None
    ) -> models.Version:
        """An old version's document as a new version, which answers the next call."""
        return cast(
            "models.Version",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/rollback",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def list_agent_versions(
        self, agent_id: str, *, limit: int | None = None, after: str | None = None
    ) -> models.PageVersionSummary:
        """All versions, newest first."""
        return cast(
            "models.PageVersionSummary",
            await self._ask(
                "GET", f"/agents/{quote(str(agent_id), safe='')}/versions", query={"limit": limit, "after": after}
            ),
        )

    async def get_agent_version(self, agent_id: str, number: int) -> models.Version:
        """One version with its document."""
        return cast(
            "models.Version",
            await self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}/versions/{quote(str(number), safe='')}"),
        )

    async def diff_agent(self, agent_id: str, *, from_: str | None = None, to: str | None = None) -> models.Diff:
        """What differs between two versions, or between one and the draft: by field, and in words."""
        return cast(
            "models.Diff",
            await self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}/diff", query={"from": from_, "to": to}),
        )

    async def try_tool(
        self, agent_id: str, name: str, body: models.ToolTry, *, idempotency_key: str | None = None
    ) -> models.ToolTried:
        """Have a tool of the draft do its work once, as in a call: with the workspace's secrets, bounded ..."""
        return cast(
            "models.ToolTried",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/tools/{quote(str(name), safe='')}/try",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def list_documents(self, agent_id: str) -> models.PageKnowledgeDocument:
        """All documents of the agent, by name."""
        return cast(
            "models.PageKnowledgeDocument", await self._ask("GET", f"/agents/{quote(str(agent_id), safe='')}/documents")
        )

    async def upload_document(self, agent_id: str, body: Any) -> models.KnowledgeDocument:
        """Keep a document; one of the same name is replaced. Name it under `knowledge`, and publish the agent."""
        return cast(
            "models.KnowledgeDocument",
            await self._ask("POST", f"/agents/{quote(str(agent_id), safe='')}/documents", body=body),
        )

    async def get_document_content(self, agent_id: str, document_id: str) -> bytes:
        """A document as it was uploaded."""
        return cast(
            "bytes",
            await self._ask(
                "GET", f"/agents/{quote(str(agent_id), safe='')}/documents/{quote(str(document_id), safe='')}/content"
            ),
        )

    async def delete_document(self, agent_id: str, document_id: str) -> None:
        """Versions that know it keep it; the draft has to name it no more before it is published."""
        await self._ask(
            "DELETE", f"/agents/{quote(str(agent_id), safe='')}/documents/{quote(str(document_id), safe='')}"
        )

    async def list_fixes(self, agent_id: str, *, limit: int | None = None, after: str | None = None) -> models.PageFix:
        """What was put right in this agent's draft, newest first."""
        return cast(
            "models.PageFix",
            await self._ask(
                "GET", f"/agents/{quote(str(agent_id), safe='')}/fixes", query={"limit": limit, "after": after}
            ),
        )

    async def fix_agent(
        self,
        agent_id: str,
        body: models.SayItSo | models.MeantSo | models.Patience | models.AnswerSo,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
    ) -> models.DoneFix:
        """Put right in the draft what was heard in a call. Publish the agent for calls to show it."""
        return cast(
            "models.DoneFix",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/fixes",
                headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
                body=body,
            ),
        )

    async def undo_fix(
        self, agent_id: str, fix_id: str, *, idempotency_key: str | None = None, if_match: str | None = None
    ) -> models.DoneFix:
        """Take a fix back. What was changed since stays; where that is the same thing, nothing is done (409)."""
        return cast(
            "models.DoneFix",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/fixes/{quote(str(fix_id), safe='')}/undo",
                headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
            ),
        )

    async def try_patience(self, agent_id: str, body: models.Tried) -> models.WhatIfShown:
        """The ends of the agent's last turns by the rule that ends turns: with the draft's numbers, and ..."""
        return cast(
            "models.WhatIfShown", await self._ask("POST", f"/agents/{quote(str(agent_id), safe='')}/what-if", body=body)
        )

    async def begin_rehearsal(
        self, agent_id: str, body: models.NewRehearsal | None, *, idempotency_key: str | None = None
    ) -> models.RehearsalShown:
        """Talk to the draft, or to a version, by typing: the same core, model, knowledge and tools, ..."""
        return cast(
            "models.RehearsalShown",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/rehearsals",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def ask_call_again(
        self, agent_id: str, body: models.AskCallAgain, *, idempotency_key: str | None = None
    ) -> models.ExchangeAgain:
        """Ask a turn of a recorded call again, with the same conversation before it. Tools with effects ..."""
        return cast(
            "models.ExchangeAgain",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/again",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def get_rehearsal(self, rehearsal_id: str) -> models.RehearsalShown:
        """All of it."""
        return cast("models.RehearsalShown", await self._ask("GET", f"/rehearsals/{quote(str(rehearsal_id), safe='')}"))

    async def delete_rehearsal(self, rehearsal_id: str) -> None:
        """Forget it; after a day without a message it goes by itself."""
        await self._ask("DELETE", f"/rehearsals/{quote(str(rehearsal_id), safe='')}")

    async def send_rehearsal_message(
        self, rehearsal_id: str, body: models.NewMessage, *, idempotency_key: str | None = None
    ) -> models.Exchange:
        """Say something; the answer is all that the agent says of itself until it waits for you again."""
        return cast(
            "models.Exchange",
            await self._ask(
                "POST",
                f"/rehearsals/{quote(str(rehearsal_id), safe='')}/messages",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def ask_rehearsal_again(
        self, rehearsal_id: str, body: models.AskAgain, *, idempotency_key: str | None = None
    ) -> models.ExchangeAgain:
        """Ask a message again, with the same conversation before it, of the agent as it is now. Changes ..."""
        return cast(
            "models.ExchangeAgain",
            await self._ask(
                "POST",
                f"/rehearsals/{quote(str(rehearsal_id), safe='')}/again",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def list_tests(
        self, *, agent_id: str | None = None, limit: int | None = None, after: str | None = None
    ) -> models.PageAgentTest:
        """The tests of an agent, or of all, newest first, each with its last run."""
        return cast(
            "models.PageAgentTest",
            await self._ask("GET", "/tests", query={"agent_id": agent_id, "limit": limit, "after": after}),
        )

    async def create_test(self, body: models.NewTest, *, idempotency_key: str | None = None) -> models.AgentTest:
        """Copy a call as a test, or keep a script. Of a call, what is expected is proposed from what ..."""
        return cast(
            "models.AgentTest",
            await self._ask("POST", "/tests", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def get_test(self, test_id: str) -> models.AgentTest:
        """One of them."""
        return cast("models.AgentTest", await self._ask("GET", f"/tests/{quote(str(test_id), safe='')}"))

    async def patch_test(self, test_id: str, body: models.TestPatch) -> models.AgentTest:
        """Change it: what is not sent stays, lists are replaced."""
        return cast("models.AgentTest", await self._ask("PATCH", f"/tests/{quote(str(test_id), safe='')}", body=body))

    async def delete_test(self, test_id: str) -> None:
        """Forget it and its runs. The calls that they made go by themselves after 30 days."""
        await self._ask("DELETE", f"/tests/{quote(str(test_id), safe='')}")

    async def list_test_runs(
        self, test_id: str, *, limit: int | None = None, after: str | None = None
    ) -> models.PageTestRun:
        """Its last 20 runs, newest first."""
        return cast(
            "models.PageTestRun",
            await self._ask(
                "GET", f"/tests/{quote(str(test_id), safe='')}/runs", query={"limit": limit, "after": after}
            ),
        )

    async def run_test(
        self, test_id: str, body: models.RunWish | None, *, idempotency_key: str | None = None
    ) -> models.TestRun:
        """Have it run: a call of the simulated caller, in a process that yields to calls that live. Tools ..."""
        return cast(
            "models.TestRun",
            await self._ask(
                "POST",
                f"/tests/{quote(str(test_id), safe='')}/runs",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def get_test_run(self, test_id: str, run_id: str) -> models.TestRun:
        """One run: what was expected, and what came."""
        return cast(
            "models.TestRun",
            await self._ask("GET", f"/tests/{quote(str(test_id), safe='')}/runs/{quote(str(run_id), safe='')}"),
        )

    async def run_agent_tests(
        self, agent_id: str, body: models.RunWish | None, *, idempotency_key: str | None = None
    ) -> models.PageTestRun:
        """Have all tests of an agent run, one behind the other."""
        return cast(
            "models.PageTestRun",
            await self._ask(
                "POST",
                f"/agents/{quote(str(agent_id), safe='')}/test-runs",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def list_models(self, *, kind: str | None = None, provider: str | None = None) -> models.PageModel:
        """All models that are known here; others of the same vendors work as well."""
        return cast("models.PageModel", await self._ask("GET", "/models", query={"kind": kind, "provider": provider}))

    async def list_voices(
        self, *, provider: str | None = None, language: str | None = None, gender: str | None = None
    ) -> models.Voices:
        """The voices there are: what each provider takes by default, and the vendors' own lists, asked for ..."""
        return cast(
            "models.Voices",
            await self._ask("GET", "/voices", query={"provider": provider, "language": language, "gender": gender}),
        )

    async def preview_voice(self, body: models.VoicePreview) -> bytes:
        """Say a text as a call would: prepared in the same way, in telephone quality, with the workspace's ..."""
        return cast("bytes", await self._ask("POST", "/voices/preview", body=body))

    async def list_carrier_accounts(
        self,
    ) -> models.PageCarrierAccount:
        """All accounts of the workspace, newest first."""
        return cast("models.PageCarrierAccount", await self._ask("GET", "/carrier-accounts"))

    async def connect_carrier_account(self, body: models.NewCarrierAccount) -> models.CarrierAccount:
        """Connect an account; of one that is connected already the token is replaced."""
        return cast("models.CarrierAccount", await self._ask("POST", "/carrier-accounts", body=body))

    async def get_carrier_account(self, account_id: str) -> models.CarrierAccount:
        """One account."""
        return cast(
            "models.CarrierAccount", await self._ask("GET", f"/carrier-accounts/{quote(str(account_id), safe='')}")
        )

    async def delete_carrier_account(self, account_id: str) -> None:
        """Forget the account and its token. Its numbers are to be released first."""
        await self._ask("DELETE", f"/carrier-accounts/{quote(str(account_id), safe='')}")

    async def check_carrier_account(self, account_id: str) -> models.CarrierAccount:
        """Ask the carrier once more whether the keys are right and the account is in use."""
        return cast(
            "models.CarrierAccount",
            await self._ask("POST", f"/carrier-accounts/{quote(str(account_id), safe='')}/check"),
        )

    async def list_phone_numbers(self, *, limit: int | None = None, after: str | None = None) -> models.PagePhoneNumber:
        """The workspace's numbers, newest first."""
        return cast(
            "models.PagePhoneNumber", await self._ask("GET", "/phone-numbers", query={"limit": limit, "after": after})
        )

    async def list_available_phone_numbers(
        self,
        *,
        carrier_account_id: str | None = None,
        q: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageAvailableNumber:
        """What the account owns at the carrier, by number."""
        return cast(
            "models.PageAvailableNumber",
            await self._ask(
                "GET",
                "/phone-numbers/available",
                query={"carrier_account_id": carrier_account_id, "q": q, "limit": limit, "after": after},
            ),
        )

    async def connect_phone_number(self, body: models.NewPhoneNumber) -> models.PhoneNumber:
        """Have the number's calls come here: its addresses at the carrier are written and read back."""
        return cast("models.PhoneNumber", await self._ask("POST", "/phone-numbers/connect", body=body))

    async def get_phone_number(self, number_id: str) -> models.PhoneNumber:
        """One number, with its ETag."""
        return cast("models.PhoneNumber", await self._ask("GET", f"/phone-numbers/{quote(str(number_id), safe='')}"))

    async def update_phone_number(
        self, number_id: str, body: models.PhoneNumberChange, *, if_match: str | None = None
    ) -> models.PhoneNumber:
        """Change who answers, how calls are divided, or the name. Calls from now on; those that are live stay."""
        return cast(
            "models.PhoneNumber",
            await self._ask(
                "PATCH", f"/phone-numbers/{quote(str(number_id), safe='')}", headers={"if-match": if_match}, body=body
            ),
        )

    async def release_phone_number(self, number_id: str, *, force: bool | None = None) -> None:
        """Put the number's earlier settings back at the carrier, and forget it here."""
        await self._ask("DELETE", f"/phone-numbers/{quote(str(number_id), safe='')}", query={"force": force})

    async def check_phone_number(self, number_id: str) -> models.PhoneNumber:
        """Read its settings at the carrier now: what differs stands in `drift`."""
        return cast(
            "models.PhoneNumber", await self._ask("POST", f"/phone-numbers/{quote(str(number_id), safe='')}/check")
        )

    async def repair_phone_number(self, number_id: str) -> models.PhoneNumber:
        """Write our settings at the carrier once more."""
        return cast(
            "models.PhoneNumber", await self._ask("POST", f"/phone-numbers/{quote(str(number_id), safe='')}/repair")
        )

    async def list_calls(
        self,
        *,
        agent_id: str | None = None,
        status: Literal["", "scheduled", "queued", "ringing", "in_progress", "transferring", "ended"] | None = None,
        kind: Literal["", "phone", "browser", "test"] | None = None,
        direction: Literal["", "inbound", "outbound"] | None = None,
        from_: str | None = None,
        to: str | None = None,
        end_reason: str | None = None,
        warning: str | None = None,
        started_at_gte: str | None = None,
        started_at_lt: str | None = None,
        is_sample: bool | None = None,
        is_test: bool | None = None,
        q: str | None = None,
        has: models.Has | None = None,
        agent_version: int | None = None,
        provider: str | None = None,
        transcriber: str | None = None,
        model: str | None = None,
        voice: str | None = None,
        gap_p50_ms_gte: int | None = None,
        cost_gte: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageListedCall:
        """The workspace's calls, newest first."""
        return cast(
            "models.PageListedCall",
            await self._ask(
                "GET",
                "/calls",
                query={
                    "agent_id": agent_id,
                    "status": status,
                    "kind": kind,
                    "direction": direction,
                    "from": from_,
                    "to": to,
                    "end_reason": end_reason,
                    "warning": warning,
                    "started_at.gte": started_at_gte,
                    "started_at.lt": started_at_lt,
                    "is_sample": is_sample,
                    "is_test": is_test,
                    "q": q,
                    "has": has,
                    "agent_version": agent_version,
                    "provider": provider,
                    "transcriber": transcriber,
                    "model": model,
                    "voice": voice,
                    "gap_p50_ms.gte": gap_p50_ms_gte,
                    "cost.gte": cost_gte,
                    "limit": limit,
                    "after": after,
                },
            ),
        )

    async def place_call(self, body: models.NewCall, *, idempotency_key: str | None = None) -> models.PlacedCall:
        """Place a call. Its id is answered before anything is dialled; `GET /v1/calls/{id}` tells what ..."""
        return cast(
            "models.PlacedCall",
            await self._ask("POST", "/calls", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def get_session(
        self,
    ) -> models.Session:
        """Who asks, in which workspace, with which scopes, and where else they may work."""
        return cast("models.Session", await self._ask("GET", "/session"))

    async def sign_in(self, body: models.SignIn) -> models.Session:
        """A session, in a cookie. Unknown addresses and wrong passwords are answered alike."""
        return cast("models.Session", await self._ask("POST", "/session", body=body))

    async def sign_out(self, *, everywhere: bool | None = None) -> None:
        """The session is over."""
        await self._ask("DELETE", "/session", query={"everywhere": everywhere})

    async def switch_workspace(self, body: models.Switch) -> models.Session:
        """The session is for another workspace of the person from now on."""
        return cast("models.Session", await self._ask("PUT", "/session/workspace", body=body))

    async def change_password(self, body: models.NewPassword) -> None:
        """Another password; all other sessions of the person are over."""
        await self._ask("PUT", "/session/password", body=body)

    async def change_self(self, body: models.NewSelf) -> models.Session:
        """Another name or address of the person who is signed in."""
        return cast("models.Session", await self._ask("PATCH", "/session/user", body=body))

    async def begin_oidc(
        self,
    ) -> None:
        """Sends the browser to the issuer. 404: there is none."""
        await self._ask("GET", "/session/oidc")

    async def end_oidc(
        self,
    ) -> None:
        """Where the issuer sends the browser back to."""
        await self._ask("GET", "/session/oidc/callback")

    async def list_members(self, *, limit: int | None = None, after: str | None = None) -> models.PageMember:
        """The people of the workspace, who came last first."""
        return cast("models.PageMember", await self._ask("GET", "/members", query={"limit": limit, "after": after}))

    async def get_member(self, user_id: str) -> models.Member:
        """One of them."""
        return cast("models.Member", await self._ask("GET", f"/members/{quote(str(user_id), safe='')}"))

    async def change_member(self, user_id: str, body: models.MemberChange) -> models.Member:
        """Another role, or shut out and let in again. Whoever is shut out is signed out at once."""
        return cast("models.Member", await self._ask("PATCH", f"/members/{quote(str(user_id), safe='')}", body=body))

    async def remove_member(self, user_id: str) -> None:
        """No member any more. The last owner stays."""
        await self._ask("DELETE", f"/members/{quote(str(user_id), safe='')}")

    async def list_invitations(self, *, limit: int | None = None, after: str | None = None) -> models.PageInvitation:
        """Those that wait, newest first."""
        return cast(
            "models.PageInvitation", await self._ask("GET", "/invitations", query={"limit": limit, "after": after})
        )

    async def create_invitation(
        self, body: models.NewInvitation, *, idempotency_key: str | None = None
    ) -> models.MadeInvitation:
        """A link for a new person: it works once, within 24 hours. Send it to them yourself."""
        return cast(
            "models.MadeInvitation",
            await self._ask("POST", "/invitations", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def withdraw_invitation(self, invitation_id: str) -> None:
        """Its link works no more."""
        await self._ask("DELETE", f"/invitations/{quote(str(invitation_id), safe='')}")

    async def list_workspaces(
        self,
    ) -> models.PageWorkspace:
        """Those in which the caller may work; `PUT /v1/session/workspace` goes to another."""
        return cast("models.PageWorkspace", await self._ask("GET", "/workspaces"))

    async def create_workspace(
        self, body: models.NewWorkspace, *, idempotency_key: str | None = None
    ) -> models.Workspace:
        """A further one, whose owner is who asks: a person who is an owner already."""
        return cast(
            "models.Workspace",
            await self._ask("POST", "/workspaces", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def rename_workspace(self, workspace_id: str, body: models.NewWorkspace) -> models.Workspace:
        """Another name for the workspace in which the caller works; others look as if they did not exist."""
        return cast(
            "models.Workspace", await self._ask("PATCH", f"/workspaces/{quote(str(workspace_id), safe='')}", body=body)
        )

    async def list_audit_events(
        self,
        *,
        limit: int | None = None,
        after: str | None = None,
        action: str | None = None,
        actor_id: str | None = None,
        object_kind: str | None = None,
        object_id: str | None = None,
        at_gte: str | None = None,
        at_lt: str | None = None,
    ) -> models.PageAuditEvent:
        """The changes in the workspace, newest first."""
        return cast(
            "models.PageAuditEvent",
            await self._ask(
                "GET",
                "/audit-events",
                query={
                    "limit": limit,
                    "after": after,
                    "action": action,
                    "actor_id": actor_id,
                    "object_kind": object_kind,
                    "object_id": object_id,
                    "at.gte": at_gte,
                    "at.lt": at_lt,
                },
            ),
        )

    async def list_provider_keys(
        self,
    ) -> models.PageProviderKey:
        """Of each vendor the key that calls are made with. At most one each, so this is one page."""
        return cast("models.PageProviderKey", await self._ask("GET", "/provider-keys"))

    async def save_provider_key(
        self, provider: str, body: models.NewProviderKey, *, force: bool | None = None
    ) -> models.ProviderKey:
        """Try a key, and keep it in place of the one before. One that the vendor refuses is not kept (422)."""
        return cast(
            "models.ProviderKey",
            await self._ask(
                "PUT", f"/provider-keys/{quote(str(provider), safe='')}", query={"force": force}, body=body
            ),
        )

    async def delete_provider_key(self, provider: str) -> None:
        """Keep it no longer. Calls that live keep it to their end."""
        await self._ask("DELETE", f"/provider-keys/{quote(str(provider), safe='')}")

    async def check_provider_key(self, provider: str) -> models.ProviderKey:
        """Try the key that is there: one harmless question to the vendor."""
        return cast(
            "models.ProviderKey", await self._ask("POST", f"/provider-keys/{quote(str(provider), safe='')}/check")
        )

    async def list_tool_keys(
        self,
    ) -> models.PageToolKey:
        """The secrets that tools send, by their variables. There are at most a few hundred, so this is one ..."""
        return cast("models.PageToolKey", await self._ask("GET", "/tool-keys"))

    async def save_tool_key(self, name: str, body: models.NewToolKey) -> models.ToolKey:
        """Keep a secret in place of the one before. Agents name it: `${SHOP_TOKEN}`, `key_env: SHOP_TOKEN`."""
        return cast("models.ToolKey", await self._ask("PUT", f"/tool-keys/{quote(str(name), safe='')}", body=body))

    async def delete_tool_key(self, name: str) -> None:
        """Keep it no longer."""
        await self._ask("DELETE", f"/tool-keys/{quote(str(name), safe='')}")

    async def get_vault(
        self,
    ) -> models.VaultStatus:
        """Whether secrets can be opened and kept."""
        return cast("models.VaultStatus", await self._ask("GET", "/vault"))

    async def list_webhooks(self, *, limit: int | None = None, after: str | None = None) -> models.PageWebhook:
        """The endpoints, newest first."""
        return cast("models.PageWebhook", await self._ask("GET", "/webhooks", query={"limit": limit, "after": after}))

    async def create_webhook(
        self, body: models.NewWebhook, *, idempotency_key: str | None = None
    ) -> models.MadeWebhook:
        """A new endpoint. Its address must be public, of every name that it resolves to."""
        return cast(
            "models.MadeWebhook",
            await self._ask("POST", "/webhooks", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def get_webhook(self, webhook_id: str) -> models.Webhook:
        """One endpoint."""
        return cast("models.Webhook", await self._ask("GET", f"/webhooks/{quote(str(webhook_id), safe='')}"))

    async def update_webhook(
        self, webhook_id: str, body: models.WebhookChange, *, if_match: str | None = None
    ) -> models.Webhook:
        """Change it, or enable it again."""
        return cast(
            "models.Webhook",
            await self._ask(
                "PATCH", f"/webhooks/{quote(str(webhook_id), safe='')}", headers={"if-match": if_match}, body=body
            ),
        )

    async def delete_webhook(self, webhook_id: str) -> None:
        """Told nothing more, from now on; its deliveries go with it."""
        await self._ask("DELETE", f"/webhooks/{quote(str(webhook_id), safe='')}")

    async def rotate_webhook_secret(
        self, webhook_id: str, body: models.NewSecret, *, idempotency_key: str | None = None
    ) -> models.WebhookSecret:
        """A new secret; for a day every attempt is signed with both."""
        return cast(
            "models.WebhookSecret",
            await self._ask(
                "POST",
                f"/webhooks/{quote(str(webhook_id), safe='')}/rotate-secret",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def test_webhook(self, webhook_id: str, *, idempotency_key: str | None = None) -> models.Sent:
        """Send the event `webhook.test` to this endpoint."""
        return cast(
            "models.Sent",
            await self._ask(
                "POST",
                f"/webhooks/{quote(str(webhook_id), safe='')}/test",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    async def list_deliveries(
        self,
        webhook_id: str,
        *,
        status: models.DeliveryStatus | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageDelivery:
        """What was sent to the endpoint, newest first."""
        return cast(
            "models.PageDelivery",
            await self._ask(
                "GET",
                f"/webhooks/{quote(str(webhook_id), safe='')}/deliveries",
                query={"status": status, "limit": limit, "after": after},
            ),
        )

    async def get_delivery(self, webhook_id: str, delivery_id: str) -> models.Delivery:
        """One of them."""
        return cast(
            "models.Delivery",
            await self._ask(
                "GET", f"/webhooks/{quote(str(webhook_id), safe='')}/deliveries/{quote(str(delivery_id), safe='')}"
            ),
        )

    async def redeliver(
        self, webhook_id: str, delivery_id: str, *, idempotency_key: str | None = None
    ) -> models.Delivery:
        """Send it again, now; the receiver knows it by the same `webhook-id`."""
        return cast(
            "models.Delivery",
            await self._ask(
                "POST",
                f"/webhooks/{quote(str(webhook_id), safe='')}/deliveries/{quote(str(delivery_id), safe='')}/redeliver",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    async def get_limits(
        self,
    ) -> models.Limits:
        """How much the workspace takes; what is null has no bound."""
        return cast("models.Limits", await self._ask("GET", "/limits"))

    async def set_limits(self, body: models.Limits, *, if_match: str | None = None) -> models.Limits:
        """All of them: what is left out has no bound. They hold for calls from now on."""
        return cast("models.Limits", await self._ask("PUT", "/limits", headers={"if-match": if_match}, body=body))

    async def list_blocked_numbers(
        self, *, limit: int | None = None, after: str | None = None
    ) -> models.PageBlockedNumber:
        """The workspace's block list, newest first."""
        return cast(
            "models.PageBlockedNumber",
            await self._ask("GET", "/blocked-numbers", query={"limit": limit, "after": after}),
        )

    async def block_number(
        self, body: models.NewBlockedNumber, *, idempotency_key: str | None = None
    ) -> models.BlockedNumber:
        """Callers of this number hear that the call cannot be connected. No model is paid for them."""
        return cast(
            "models.BlockedNumber",
            await self._ask("POST", "/blocked-numbers", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def unblock_number(self, blocked_number_id: str) -> None:
        """Put it through again."""
        await self._ask("DELETE", f"/blocked-numbers/{quote(str(blocked_number_id), safe='')}")

    async def list_refused_calls(
        self,
        *,
        limit: int | None = None,
        after: str | None = None,
        reason: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        at_gte: str | None = None,
        at_lt: str | None = None,
    ) -> models.PageRefusedCall:
        """Calls that could not be taken, newest first: why, and what the caller heard."""
        return cast(
            "models.PageRefusedCall",
            await self._ask(
                "GET",
                "/refused-calls",
                query={
                    "limit": limit,
                    "after": after,
                    "reason": reason,
                    "from": from_,
                    "to": to,
                    "at.gte": at_gte,
                    "at.lt": at_lt,
                },
            ),
        )

    async def create_browser_call(
        self, body: models.NewBrowserCall, *, idempotency_key: str | None = None
    ) -> models.BrowserCall:
        """A place and a token for a call. With an API key or a session; or with a browser key, from its ..."""
        return cast(
            "models.BrowserCall",
            await self._ask("POST", "/browser-calls", headers={"Idempotency-Key": idempotency_key}, body=body),
        )

    async def return_to_browser_call(self, call_id: str, *, idempotency_key: str | None = None) -> models.BrowserCall:
        """A token to bring the media of a live call back, for whoever began it."""
        return cast(
            "models.BrowserCall",
            await self._ask(
                "POST",
                f"/browser-calls/{quote(str(call_id), safe='')}/return",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    async def export_calls(
        self,
        *,
        format: Literal["csv", "json"] | None = None,
        agent_id: str | None = None,
        status: Literal["", "scheduled", "queued", "ringing", "in_progress", "transferring", "ended"] | None = None,
        kind: Literal["", "phone", "browser", "test"] | None = None,
        direction: Literal["", "inbound", "outbound"] | None = None,
        from_: str | None = None,
        to: str | None = None,
        end_reason: str | None = None,
        warning: str | None = None,
        started_at_gte: str | None = None,
        started_at_lt: str | None = None,
        is_sample: bool | None = None,
        is_test: bool | None = None,
        q: str | None = None,
        has: models.Has | None = None,
        agent_version: int | None = None,
        provider: str | None = None,
        transcriber: str | None = None,
        model: str | None = None,
        voice: str | None = None,
        gap_p50_ms_gte: int | None = None,
        cost_gte: str | None = None,
    ) -> Any:
        """The calls of a list as a file, the newest 10,000 at most: narrow it by its days for more. No ..."""
        return cast(
            "Any",
            await self._ask(
                "GET",
                "/calls/export",
                query={
                    "format": format,
                    "agent_id": agent_id,
                    "status": status,
                    "kind": kind,
                    "direction": direction,
                    "from": from_,
                    "to": to,
                    "end_reason": end_reason,
                    "warning": warning,
                    "started_at.gte": started_at_gte,
                    "started_at.lt": started_at_lt,
                    "is_sample": is_sample,
                    "is_test": is_test,
                    "q": q,
                    "has": has,
                    "agent_version": agent_version,
                    "provider": provider,
                    "transcriber": transcriber,
                    "model": model,
                    "voice": voice,
                    "gap_p50_ms.gte": gap_p50_ms_gte,
                    "cost.gte": cost_gte,
                },
            ),
        )

    async def get_call(self, call_id: str) -> models.CallRecord:
        """The whole record of a call; of one that lives, as far as it is."""
        return cast("models.CallRecord", await self._ask("GET", f"/calls/{quote(str(call_id), safe='')}"))

    async def delete_call(self, call_id: str) -> None:
        """Delete a call with all that is kept of it: record, recording, words. One that waits for its time ..."""
        await self._ask("DELETE", f"/calls/{quote(str(call_id), safe='')}")

    async def get_call_transcript(self, call_id: str, *, format: Literal["json", "text"] | None = None) -> Any:
        """What was said, turn by turn: of the agent what was heard, and what was not."""
        return cast(
            "Any", await self._ask("GET", f"/calls/{quote(str(call_id), safe='')}/transcript", query={"format": format})
        )

    async def control_call(
        self, call_id: str, body: models.Say | models.Instruct | models.Transfer | models.Mute | models.End
    ) -> Any:
        """Act on a call that lives, on whichever process it does. `end` takes back a call that nobody ..."""
        return cast("Any", await self._ask("POST", f"/calls/{quote(str(call_id), safe='')}/control", body=body))

    async def get_call_recording(
        self,
        call_id: str,
        *,
        channel: Literal["both", "caller", "agent"] | None = None,
        range: str | None = None,
        if_range: str | None = None,
    ) -> bytes:
        """The recording as WAV, whole or in ranges."""
        return cast(
            "bytes",
            await self._ask(
                "GET",
                f"/calls/{quote(str(call_id), safe='')}/recording",
                query={"channel": channel},
                headers={"Range": range, "if-range": if_range},
            ),
        )

    async def get_call_peaks(self, call_id: str) -> bytes:
        """The recording as a picture."""
        return cast("bytes", await self._ask("GET", f"/calls/{quote(str(call_id), safe='')}/peaks"))

    async def get_call_journal(self, call_id: str) -> bytes:
        """The journal; of a call that lives, as far as it is."""
        return cast("bytes", await self._ask("GET", f"/calls/{quote(str(call_id), safe='')}/journal"))

    async def stream_call_events(
        self, call_id: str, *, after: int | None = None, last_event_id: str | None = None
    ) -> bytes:
        """What happens in a call while it happens, and what has happened before; ends with `event: end`."""
        return cast(
            "bytes",
            await self._ask(
                "GET",
                f"/calls/{quote(str(call_id), safe='')}/events",
                query={"after": after},
                headers={"last-event-id": last_event_id},
            ),
        )

    async def list_call_links(
        self, call_id: str, *, limit: int | None = None, after: str | None = None
    ) -> models.PageCallLink:
        """The links that open this call now, newest first."""
        return cast(
            "models.PageCallLink",
            await self._ask(
                "GET", f"/calls/{quote(str(call_id), safe='')}/links", query={"limit": limit, "after": after}
            ),
        )

    async def share_call(
        self, call_id: str, body: models.NewCallLink, *, idempotency_key: str | None = None
    ) -> models.MadeCallLink:
        """A link to a moment of this call, for people without an account. It is shown this once."""
        return cast(
            "models.MadeCallLink",
            await self._ask(
                "POST",
                f"/calls/{quote(str(call_id), safe='')}/links",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def revoke_call_link(self, call_id: str, link_id: str) -> None:
        """It opens nothing any more."""
        await self._ask("DELETE", f"/calls/{quote(str(call_id), safe='')}/links/{quote(str(link_id), safe='')}")

    async def get_shared_call(self, token: str) -> models.SharedCall:
        """What a link opens: a call and a moment in it. Nobody signs in."""
        return cast("models.SharedCall", await self._ask("GET", f"/shared/{quote(str(token), safe='')}"))

    async def get_shared_transcript(self, token: str) -> models.SharedTranscript:
        """What was said in it."""
        return cast(
            "models.SharedTranscript", await self._ask("GET", f"/shared/{quote(str(token), safe='')}/transcript")
        )

    async def get_shared_recording(self, token: str, *, range: str | None = None) -> bytes:
        """The recording as WAV, whole or in ranges; silent where something is hidden."""
        return cast(
            "bytes", await self._ask("GET", f"/shared/{quote(str(token), safe='')}/recording", headers={"Range": range})
        )

    async def get_shared_peaks(self, token: str) -> bytes:
        """The recording as a picture; flat where something is hidden."""
        return cast("bytes", await self._ask("GET", f"/shared/{quote(str(token), safe='')}/peaks"))

    async def list_prices(
        self,
    ) -> models.PagePriceShown:
        """Your own prices, newest first, then the vendors' list prices. All of them are one page."""
        return cast("models.PagePriceShown", await self._ask("GET", "/prices"))

    async def create_price(self, body: models.NewPrice) -> models.PriceShown:
        """A price of your own. Calls that are over keep what they were counted at."""
        return cast("models.PriceShown", await self._ask("POST", "/prices", body=body))

    async def delete_price(self, price_id: str) -> None:
        """What held before holds again, for calls from now on."""
        await self._ask("DELETE", f"/prices/{quote(str(price_id), safe='')}")

    async def list_questions(
        self,
        *,
        status: Literal["open", "answered", "dismissed"] | None = None,
        agent_id: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageQuestion:
        """Questions without an answer, those asked most often first."""
        return cast(
            "models.PageQuestion",
            await self._ask(
                "GET", "/questions", query={"status": status, "agent_id": agent_id, "limit": limit, "after": after}
            ),
        )

    async def get_question(self, question_id: str) -> models.Question:
        """One of them."""
        return cast("models.Question", await self._ask("GET", f"/questions/{quote(str(question_id), safe='')}"))

    async def list_question_moments(
        self, question_id: str, *, limit: int | None = None, after: str | None = None
    ) -> models.PageQuestionMoment:
        """The calls in which it was asked, with the place in each; the last one first."""
        return cast(
            "models.PageQuestionMoment",
            await self._ask(
                "GET", f"/questions/{quote(str(question_id), safe='')}/moments", query={"limit": limit, "after": after}
            ),
        )

    async def answer_question(
        self, question_id: str, body: models.QuestionAnswer, *, idempotency_key: str | None = None
    ) -> models.Question:
        """Make the answer a fact that the agent knows from the next call on. It is put into the agent's ..."""
        return cast(
            "models.Question",
            await self._ask(
                "POST",
                f"/questions/{quote(str(question_id), safe='')}/answer",
                headers={"Idempotency-Key": idempotency_key},
                body=body,
            ),
        )

    async def dismiss_question(self, question_id: str, *, idempotency_key: str | None = None) -> models.Question:
        """The agent need not know it: it is counted on, and shown no more."""
        return cast(
            "models.Question",
            await self._ask(
                "POST",
                f"/questions/{quote(str(question_id), safe='')}/dismiss",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    async def reopen_question(self, question_id: str, *, idempotency_key: str | None = None) -> models.Question:
        """Have it open again. An answer is taken out of what the agent knows, from the next call on."""
        return cast(
            "models.Question",
            await self._ask(
                "POST",
                f"/questions/{quote(str(question_id), safe='')}/reopen",
                headers={"Idempotency-Key": idempotency_key},
            ),
        )

    async def list_tasks(
        self,
        *,
        status: Literal["open", "done"] | None = None,
        kind: models.TaskKind | Literal[""] | None = None,
        owner_id: str | None = None,
        call_id: str | None = None,
        agent_id: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> models.PageTask:
        """What needs a person, newest first."""
        return cast(
            "models.PageTask",
            await self._ask(
                "GET",
                "/tasks",
                query={
                    "status": status,
                    "kind": kind,
                    "owner_id": owner_id,
                    "call_id": call_id,
                    "agent_id": agent_id,
                    "limit": limit,
                    "after": after,
                },
            ),
        )

    async def get_task(self, task_id: str) -> models.Task:
        """One of them."""
        return cast("models.Task", await self._ask("GET", f"/tasks/{quote(str(task_id), safe='')}"))

    async def change_task(self, task_id: str, body: models.TaskChange) -> models.Task:
        """Done, or open again; somebody's, or nobody's; due at another time."""
        return cast("models.Task", await self._ask("PATCH", f"/tasks/{quote(str(task_id), safe='')}", body=body))

    async def query_analytics(self, body: models.AnalyticsQuery) -> models.AnalyticsAnswer:
        """Figures by agent, version, model, day and more."""
        return cast("models.AnalyticsAnswer", await self._ask("POST", "/analytics/query", body=body))

    async def get_today(self, *, tz: str | None = None) -> models.TodayAnswer:
        """Who is on the line, what needs somebody, how today and the last fourteen days went."""
        return cast("models.TodayAnswer", await self._ask("GET", "/today", query={"tz": tz}))

    async def get_usage(
        self,
        *,
        month: str | None = None,
        agent_id: str | None = None,
        format: Literal["json", "csv", "pdf"] | None = None,
    ) -> Any:
        """A month's statement, of all agents or of one."""
        return cast(
            "Any", await self._ask("GET", "/usage", query={"month": month, "agent_id": agent_id, "format": format})
        )

    async def list_views(
        self, *, page: str | None = None, limit: int | None = None, after: str | None = None
    ) -> models.PageView:
        """Your own and those that are shared, newest first."""
        return cast(
            "models.PageView", await self._ask("GET", "/views", query={"page": page, "limit": limit, "after": after})
        )

    async def save_view(self, body: models.NewView, *, idempotency_key: str | None = None) -> models.View:
        """Keep a page's filters under a name. Your view of the same page and name is replaced (200)."""
        return cast(
            "models.View", await self._ask("POST", "/views", headers={"Idempotency-Key": idempotency_key}, body=body)
        )

    async def delete_view(self, view_id: str) -> None:
        """Your own; a shared one also when you may change the workspace's settings."""
        await self._ask("DELETE", f"/views/{quote(str(view_id), safe='')}")

    async def delete_samples(
        self,
    ) -> None:
        """Remove the sample agent with its document, and the sample calls; there need not be any. A sample ..."""
        await self._ask("DELETE", "/samples")
