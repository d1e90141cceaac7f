"""`offhook doctor` and the service that is asked while it rings."""

from offhook.agents.model import Agent
from offhook.checks.agent import of_agent
from offhook.platform.checks import Mark
from offhook.settings import Settings

AGENT = Agent.model_validate({
    "name": "a", "pre_call": {"url": "https://crm.example.com/", "secret": "${CRM_SECRET}"},
    "stt": {"provider": "scripted"}, "llm": {"provider": "scripted"}, "tts": {"provider": "scripted"},
})  # fmt: skip


def test_the_secret_of_the_service_is_asked_for_by_name() -> None:
    (lacking,) = [check for check in of_agent(AGENT, Settings.from_environment({})) if check.name == "pre-call"]
    assert lacking.mark is Mark.BAD and "CRM_SECRET not set" in lacking.found
    found = Settings.from_environment({"CRM_SECRET": "whsec_x"})
    (there,) = [check for check in of_agent(AGENT, found) if check.name == "pre-call"]
    assert there.mark is Mark.GOOD
