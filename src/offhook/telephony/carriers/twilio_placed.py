"""What stands in the addresses of a call that we place: which call it is, and who speaks for us.

Whichever process is asked for the call's document knows it from there, without having to remember or look up anything.
Twilio signs the address with the rest of the request; that the agent belongs to the account's workspace is for the desk
to see to.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from offhook.telephony.carriers.twilio_paths import VOICE_PATH, address
from offhook.telephony.facts import CallFacts

_ULID: Final = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
_CALL: Final = re.compile(f"call_{_ULID}")
_AGENT: Final = re.compile(f"agent_{_ULID}/[0-9]{{1,9}}")


def document_address(public_url: str, facts: CallFacts) -> str:
    """Where Twilio asks what to do once somebody has answered."""
    query = {"call": facts.call_id, "agent": facts.agent}
    return address(public_url, VOICE_PATH, **query, **({"screened": "1"} if facts.is_screened else {}))


def dialled(facts: CallFacts, query: Mapping[str, str]) -> CallFacts:
    """The facts with what the address says; as they are when it was not made here."""
    call, agent = query.get("call", ""), query.get("agent", "")
    if not _CALL.fullmatch(call) or not _AGENT.fullmatch(agent):
        return facts
    return replace(facts, call_id=call, agent=agent, is_screened=query.get("screened") == "1")
