"""The shield: what is looked at before a model is paid. Block list, callers who return too often, what the carriers say
of the number (STIR/SHAKEN), hidden numbers.

What it saved is an estimate: the mean cost of the workspace's calls of the last days, for each call that was kept out.
"""

from collections import OrderedDict, deque
from typing import Final

from sqlalchemy import Connection, func, select

from offhook import clock
from offhook.core.endings import EndReason
from offhook.errors import AdmissionAsks, AdmissionRefused
from offhook.platform.blocked import BlockedNumbers
from offhook.platform.limit_rules import LimitRules, Policy
from offhook.platform.limit_words import LimitWords, words_of
from offhook.platform.limits import counted_caller
from offhook.platform.line_up import Answering
from offhook.store.schema import WORKSPACE
from offhook.store.store import Store
from offhook.store.tables.calls import CALLS
from offhook.telephony.browser import is_browser_call
from offhook.telephony.facts import CallFacts

MOST_CALLERS: Final = 10_000
MOST_CALLS: Final = 1_001
"""Of one caller that are remembered."""
MEAN_MS: Final = 30 * 86_400_000
VOUCHED: Final = ("TN-Validation-Passed-A", "TN-Validation-Passed-B")
"""Of `StirVerstat`: the carrier knows its customer, and for A that the number is theirs
(https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir)."""
REASONS: Final = frozenset(
    {EndReason.SHIELD_BLOCKED, EndReason.SHIELD_RETURNED, EndReason.SHIELD_UNVERIFIED, EndReason.SHIELD_NO_KEY}
)


class Shield:
    """Of all workspaces."""

    def __init__(self, store: Store, rules: LimitRules, blocked: BlockedNumbers) -> None:
        self._store, self._rules, self._blocked = store, rules, blocked
        self._calls: OrderedDict[tuple[str, str], deque[tuple[int, str]]] = OrderedDict()
        """When a caller has called this process, with the carrier's ids."""
        self._means: dict[str, int] = {}

    def guard(self, facts: CallFacts, answering: Answering) -> None:
        """Raises `AdmissionRefused`, `AdmissionAsks`."""
        if facts.direction != "inbound" or is_browser_call(facts):
            return
        own, caller = self._rules.of_workspace(answering.workspace), counted_caller(facts)
        words, language = words_of(self._rules.of_agent(answering).language)
        if self._blocked.has(answering.workspace, caller):
            raise AdmissionRefused(EndReason.SHIELD_BLOCKED, sentence=words.refused, language=language)
        times = self._count(answering.workspace, caller, facts.call_sid, own.returning_minutes * 60_000)
        if own.returning_calls is not None and times > own.returning_calls:
            raise AdmissionRefused(EndReason.SHIELD_RETURNED, sentence=words.full, language=language)
        if not caller:
            self._judge(own.hidden, facts, words, language)
        elif facts.vouched not in VOUCHED:
            self._judge(own.unverified, facts, words, language)

    def saved_nano(self, workspace: str, reason: str) -> int:
        """What a call would have cost that was kept out for this reason: an estimate."""
        return self._means.get(workspace, 0) if reason in REASONS else 0

    def _judge(self, policy: Policy, facts: CallFacts, words: LimitWords, language: str) -> None:
        if policy == "refuse":
            raise AdmissionRefused(EndReason.SHIELD_UNVERIFIED, sentence=words.refused, language=language)
        if policy == "ask" and facts.pressed == "":
            raise AdmissionRefused(EndReason.SHIELD_NO_KEY, sentence=words.refused, language=language)
        if policy == "ask" and facts.pressed is None:
            raise AdmissionAsks(EndReason.SHIELD_NO_KEY, sentence=words.press, language=language)

    def _count(self, workspace: str, caller: str, call_sid: str, within_ms: int) -> int:
        """How often the caller has called lately, this call among them."""
        if not caller:
            return 0
        at, key = clock.wall_ms(), (workspace, caller)
        calls = self._calls.setdefault(key, deque(maxlen=MOST_CALLS))
        self._calls.move_to_end(key)
        if len(self._calls) > MOST_CALLERS:
            self._calls.popitem(last=False)
        while calls and at - calls[0][0] > within_ms:
            calls.popleft()
        if all(sid != call_sid for _, sid in calls):
            calls.append((at, call_sid))
        return len(calls)

    async def refresh(self) -> None:
        """Read what calls have cost. Raises `StoreError`."""
        since, c = clock.wall_ms() - MEAN_MS, CALLS.c

        def job(connection: Connection) -> dict[str, int]:
            mean = func.avg(c.cost_nano)
            wanted = select(c[WORKSPACE], mean).where(c.created_at >= since, c.is_sample.is_(False))
            found = connection.execute(wanted.where(c.cost_nano.is_not(None)).group_by(c[WORKSPACE]))
            return {workspace: round(nano) for workspace, nano in found}

        self._means = await self._store.read_wide(job)
