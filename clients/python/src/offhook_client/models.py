"""What is sent and answered. Made from the server's OpenAPI document by `make client`: never change it here."""

from typing import Any, Literal, NotRequired, TypedDict


class Agent(TypedDict):
    """An agent with its draft."""

    id: str
    name: str
    revision: int
    """Of the draft: the ETag."""
    published_version: int | None
    """Which version answers; null: none does yet."""
    managed_by: str
    """`api`, or `file`: then it is changed in its file."""
    file: NotRequired[str]
    """The file, where it is managed by one."""
    is_sample: NotRequired[bool]
    created_at: str
    updated_at: str
    draft: dict[str, Any]
    """The fields of AGENT.yaml; `GET /v1/agents/schema` describes them."""


class AgentPatch(TypedDict):
    """A part of the draft to be changed."""

    document: dict[str, Any]
    """A JSON merge patch (RFC 7396): what is null is taken out, blocks are merged, lists are replaced."""


class AgentSuggestion(TypedDict):
    """An agent that could be. Nothing of it is saved."""

    document: dict[str, Any]
    """A draft; it names the document of `knowledge`, which is to be uploaded."""
    knowledge: str
    """The facts as a document, for `POST /v1/agents/{id}/documents` under the name business.md."""
    knowledge_name: NotRequired[str]
    facts: "list[SuggestedFact]"
    """The same, one by one, in their order."""
    parts: "list[SuggestedPart]"
    missing: "list[MissingPart]"
    notices: "list[SuggestionNotice]"
    pages: "list[PageRead]"
    """Empty for lines that were typed."""
    words_by: str
    """The model that put it into words; empty: none did."""


class AgentSummary(TypedDict):
    """An agent without its draft."""

    id: str
    name: str
    revision: int
    """Of the draft: the ETag."""
    published_version: int | None
    """Which version answers; null: none does yet."""
    managed_by: str
    """`api`, or `file`: then it is changed in its file."""
    file: NotRequired[str]
    """The file, where it is managed by one."""
    is_sample: NotRequired[bool]
    created_at: str
    updated_at: str


class AgentTest(TypedDict):
    """A caller's script with what is expected, and how it went last."""

    id: str
    agent_id: str
    name: str
    steps: list[dict[str, Any]]
    background_db: float | None
    expects: "list[Expectation]"
    answers: dict[str, str]
    variables: dict[str, Any]
    hearing: Literal["exact", "agent"]
    """`exact`: the caller's words are heard as they are written. `agent`: by the agent's own ..."""
    left_out: list[str]
    """What of the call a script cannot hold, in words."""
    call_id: str | None
    """The call that it was copied of."""
    last_run: "TestRun | None"
    created_by_name: str
    created_at: str
    updated_at: str


class AnalyticsAnswer(TypedDict):
    """Figures of calls that are over. Samples and tests count nowhere."""

    rows: "list[AnalyticsRow]"
    """In the order of time, or with the most calls first; 1,000 at most."""
    estimated: "list[Measure]"
    """Of what was asked for: percentiles are made of counts by length; cut-ins are told by the order ..."""
    tz: str


AnalyticsQuery = TypedDict(
    "AnalyticsQuery",
    {
        "measures": "list[Measure]",
        "group_by": NotRequired["Group | None"],
        "from": str,
        "to": str,
        "agent_id": NotRequired[str],
        "tz": NotRequired[str],
    },
)
"""What is asked for."""

AnalyticsRow = TypedDict(
    "AnalyticsRow",
    {
        "key": str,
        "label": str,
        "from": str,
        "to": str,
        "values": "dict[str, int | float | Money | None]",
        "unpriced_calls": int,
        "calls_query": dict[str, str] | None,
    },
)
"""One group."""


class AnswerSo(TypedDict):
    """The agent is to know something."""

    call_id: NotRequired[str]
    """In which call it was heard."""
    at_ms: NotRequired[int | None]
    """And when in it."""
    kind: Literal["fact"]
    answer: str
    """What is so."""
    question: NotRequired[str]
    """What callers ask."""


class ApiKey(TypedDict):
    """A key, without what is secret."""

    id: str
    name: str
    kind: str
    start: str
    """Its first characters."""
    scopes: list[str]
    agent_id: NotRequired[str | None]
    origins: NotRequired[list[str]]
    created_by: str
    created_at: str
    used_at: str | None
    revoked_at: str | None


class AskAgain(TypedDict):
    """Which message is asked again, and of whom."""

    number: int
    """The number of the exchange."""
    which: NotRequired[str]
    """`draft`, `published` or a version's number."""


class AskCallAgain(TypedDict):
    """Which turn of which call is asked again, and of whom."""

    call_id: str
    turn: int
    """The caller's turn, counted from 1."""
    which: NotRequired[str]
    """`draft`, `published` or a version's number."""


class AuditActor(TypedDict):
    """Who did it."""

    kind: str
    """`user`, `api_key`, `file` or `system`."""
    id: str
    name: str


class AuditEvent(TypedDict):
    """One change."""

    id: str
    at: str
    actor: "AuditActor"
    action: str
    object_kind: str
    object_id: str
    before: NotRequired[Any]
    """What it was, as far as it can be told."""
    after: NotRequired[Any]
    """What it is since then."""


class AvailableNumber(TypedDict):
    """A number that the account owns at the carrier."""

    number: str
    name: str
    takes_calls: bool
    turns_to: str
    """Where its calls go now."""
    phone_number_id: str | None
    """Ours, when it is connected in this workspace."""


class Backup(TypedDict):
    """An archive that `offhook restore` brings back."""

    name: str
    made_at: str
    bytes: int
    version: str
    """Of the Offhook that made it."""
    revision: str
    """Of its database: a program that knows it can restore it."""
    database: str
    """`sqlite` or `postgresql`: each is restored into either."""
    calls: int
    rows: int
    has_objects: bool
    vault_fingerprint: str
    """Of the master key that opens its secrets, which is not in it: keep that key. Empty: no secrets."""


class BlockedNumber(TypedDict):
    """A number that is not put through."""

    id: str
    number: str
    note: str
    created_at: str


class BodyUploadDocument(TypedDict):
    """BodyUploadDocument"""

    file: str
    """Markdown, plain text or a table (CSV), in UTF-8; a web page, a PDF or a Word file (.docx)."""


class BrowserCall(TypedDict):
    """Where the call begins: connect to `url` within a minute."""

    id: str
    token: str
    """For one connection: it is sent in the first message."""
    url: str
    """The WebSocket of the media."""


Call = TypedDict(
    "Call",
    {
        "id": str,
        "agent_id": str | None,
        "agent_version": int | None,
        "kind": str,
        "direction": str,
        "status": str,
        "from": str,
        "to": str,
        "carrier_call_id": str,
        "started_at": str,
        "answered_at": str | None,
        "ended_at": str | None,
        "duration_ms": int | None,
        "end_reason": str | None,
        "turn_count": int,
        "gap_p50_ms": int | None,
        "gap_p95_ms": int | None,
        "cost": "Money | None",
        "variables": dict[str, Any],
        "metadata": dict[str, Any],
        "is_sample": bool,
        "warnings": list[str],
    },
)
"""A call in a list."""


class CallEvent(TypedDict):
    """Something that happened, in words."""

    at_s: float
    kind: str
    text: str


class CallLink(TypedDict):
    """A link to a moment of a call."""

    id: str
    call_id: str
    at_ms: int
    redact: bool
    created_by: str
    created_by_name: str
    created_at: str
    expires_at: str


class CallPromise(TypedDict):
    """Something that the caller was told is done, or will be."""

    said: str
    at_s: float
    turn: int
    """The caller's turn that it answers."""
    kind: str
    """`booked changed canceled ordered sent noted call_back`, or `done` for the rest."""
    kept_by: str | None
    """The tool that has done it; null: nothing in this call has."""


CallRecord = TypedDict(
    "CallRecord",
    {
        "id": str,
        "agent_id": str | None,
        "agent_version": int | None,
        "kind": str,
        "direction": str,
        "status": str,
        "from": str,
        "to": str,
        "carrier_call_id": str,
        "started_at": str,
        "answered_at": str | None,
        "ended_at": str | None,
        "duration_ms": int | None,
        "end_reason": str | None,
        "turn_count": int,
        "gap_p50_ms": int | None,
        "gap_p95_ms": int | None,
        "cost": "Money | None",
        "variables": dict[str, Any],
        "metadata": dict[str, Any],
        "is_sample": bool,
        "agent_name": NotRequired[str],
        "offhook_version": NotRequired[str],
        "providers": dict[str, list[str]],
        "participants": "list[Participant]",
        "states": "list[State]",
        "turns": "list[CallTurn]",
        "tools": "list[ToolRun]",
        "keys": "list[Keys]",
        "events": "list[CallEvent]",
        "warnings": "list[CallWarning]",
        "promises": "list[CallPromise]",
        "unanswered": "list[UnansweredQuestion]",
        "costs": "list[CostLine]",
        "agent_heard_s": float,
        "ending": "Ending | None",
        "recording_bytes": int | None,
        "is_whole": bool,
    },
)
"""All that is known of a call, on one clock: `at_s` is seconds since `started_at`."""


class CallTurn(TypedDict):
    """All that one party said until the floor passed. Places are seconds on the call's clock."""

    number: int
    role: str
    """`caller`, `agent` or `person`."""
    name: NotRequired[str]
    """Of a person."""
    turn: int
    """The caller's turns are counted from 1; an agent's has the number that it answers."""
    text: str
    """Of the agent: what the caller heard."""
    unheard: NotRequired[str]
    """What the agent would have gone on to say."""
    interrupted: NotRequired[bool]
    at_s: float
    until_s: float
    latency: NotRequired["Latency | None"]


class CallWarning(TypedDict):
    """What an owner should know of the call."""

    code: str
    says: str
    what_to_do: str
    times: NotRequired[int]


class CarrierAccount(TypedDict):
    """An account, without what is secret."""

    id: str
    carrier: str
    account_sid: str
    name: str
    status: str
    """ok, refused, suspended, closed, unreachable: as of `checked_at`."""
    detail: str
    """What there is to say about that."""
    checked_at: str | None
    created_at: str


class CheckBody(TypedDict):
    """One thing that was looked at."""

    name: str
    status: "Status"
    """`bad`: calls are not answered, or not kept. `note` stops nothing."""
    found: str
    what_to_do: str
    """Empty when all is well."""


class CopyName(TypedDict):
    """What a copy is called."""

    name: NotRequired[str | None]


class CostLine(TypedDict):
    """What was used of one thing."""

    component: str
    """`stt`, `llm`, `tts` or `carrier`."""
    item: str
    unit: str
    quantity: int
    cost: "Money | None"
    """Null: no price is known."""
    price: "Money | None"
    """Of one unit."""
    price_since: str | None
    is_own_price: bool
    is_estimate: NotRequired[bool]
    """A usual price: what is really paid may differ."""


DayFigures = TypedDict(
    "DayFigures",
    {
        "day": str,
        "from": str,
        "to": str,
        "calls": int,
        "minutes": float,
        "cost": "Money",
        "success": float | None,
        "gap_p50_ms": int | None,
        "gap_p95_ms": int | None,
        "cut_ins": int,
        "refused": int,
        "saved_estimate": "Money",
    },
)
"""What came of the calls of one day, in the zone that was asked for."""


class DeletedAgent(TypedDict):
    """What came of it."""

    id: str
    numbers: list[str]
    """Numbers that nobody answers from now on."""


class Delivery(TypedDict):
    """One event on its way to one endpoint."""

    id: str
    event_id: str
    """The `webhook-id` of every attempt."""
    type: str
    call_id: str | None
    sequence: int | None
    """Orders the events of a call."""
    status: "DeliveryStatus"
    attempts: int
    next_at: str | None
    """When it is tried next."""
    answer_status: int | None
    """Of the last attempt; null: no answer."""
    answer: str
    """What the endpoint said, or why it said nothing."""
    took_ms: int | None
    created_at: str
    delivered_at: str | None
    data: dict[str, Any]
    """The event."""


DeliveryStatus = Literal["pending", "delivered", "failed"]


class Diff(TypedDict):
    """What differs between two documents."""

    before: str
    after: str
    fields: "list[FieldDifference]"
    words: list[str]


class Difference(TypedDict):
    """A setting at the carrier that is not as it should be."""

    setting: str
    wanted: str
    found: str


class DoneFix(TypedDict):
    """What a fix has done to the draft; its ETag comes along."""

    id: str
    agent_id: str
    kind: "Kind"
    asked: dict[str, Any]
    """What was wanted."""
    call_id: str | None
    """In which call it was heard."""
    at_ms: int | None
    created_by: str
    created_by_name: str
    created_at: str
    undone_at: str | None
    """When it was taken back."""
    revision: int
    """Of the draft from now on."""
    fields: "list[FieldDifference]"
    words: list[str]
    """The same in words."""


class End(TypedDict):
    """Have the agent say goodbye and hang up."""

    action: Literal["end"]
    why: NotRequired[str]
    """For the record."""


class Ended(TypedDict):
    """A silence in which the agent would have come in, and now would not; or the other way round."""

    call_id: str
    at_ms: int
    """Where the silence begins, on the call's clock."""
    turn: int
    text: str
    """What the caller had said by then."""
    went_on_after_ms: int | None
    """The caller was not done, and went on after so long."""
    waits_ms: int
    """So long the agent waits there by the draft,"""
    would_wait_ms: int
    """and by what is tried."""
    cut_off: bool
    would_cut_off: bool


class Ending(TypedDict):
    """Why a call ended."""

    reason: str
    says: str
    what_to_do: str
    detail: NotRequired[str]


class Exchange(TypedDict):
    """A message and what came of it."""

    number: int
    """0: the opening."""
    text: str
    keys: str
    replies: "list[ReplyShown]"
    tools: "list[ToolShown]"
    switched: list[str]
    """Providers that failed, and which took their place."""
    end_reason: str
    """Why the conversation is over, or where a call would go on; empty: it is not."""
    is_whole: bool
    """False: a minute was not enough."""


class ExchangeAgain(TypedDict):
    """The same message to the agent as it is now."""

    number: int
    """0: the opening."""
    text: str
    keys: str
    replies: "list[ReplyShown]"
    tools: "list[ToolShown]"
    switched: list[str]
    """Providers that failed, and which took their place."""
    end_reason: str
    """Why the conversation is over, or where a call would go on; empty: it is not."""
    is_whole: bool
    """False: a minute was not enough."""
    said_before: str
    """What was said then."""


class Expectation(TypedDict):
    """Something that a test expects of the call."""

    kind: "Expects"
    """`said`, `not_said`: the agent says these words somewhere, or nowhere. `tool`, `no_tool`: it ..."""
    text: NotRequired[str]
    """Words; the name of a tool; the reason of an end, as `end_reason`."""
    arguments: NotRequired[dict[str, Any] | None]
    """Of a tool: these at least. Texts count as they sound."""
    most_ms: NotRequired[int | None]
    """The longest gap."""


Expects = Literal["said", "not_said", "tool", "no_tool", "ends", "gap"]


class FieldDifference(TypedDict):
    """One field that differs."""

    pointer: str
    before: Any
    """null: it was not there."""
    after: Any
    """null: it is not there any more."""
    words: str


class FirstMs(TypedDict):
    """Waits for a provider's first token, audio or final."""

    p50: int
    p75: int
    p95: int


class Fix(TypedDict):
    """Something that was put right in a draft."""

    id: str
    agent_id: str
    kind: "Kind"
    asked: dict[str, Any]
    """What was wanted."""
    call_id: str | None
    """In which call it was heard."""
    at_ms: int | None
    created_by: str
    created_by_name: str
    created_at: str
    undone_at: str | None
    """When it was taken back."""


class FlawBody(TypedDict):
    """One thing that is wrong in what was sent."""

    pointer: str
    """Where, as a JSON pointer."""
    code: str
    detail: str


class FoundWords(TypedDict):
    """A place where a word that was searched for was said."""

    at_s: float
    role: str
    """`caller`, `agent` or `person`."""
    text: str
    """With the words around it."""


Group = Literal[
    "agent",
    "version",
    "provider",
    "transcriber",
    "model",
    "voice",
    "direction",
    "end_reason",
    "day",
    "hour",
    "hour_of_day",
]

Has = Literal[
    "figures",
    "failure",
    "questions",
    "unkept",
    "cut_ins",
    "barge_ins",
    "false_stops",
    "silences",
    "tool_runs",
    "tool_failures",
    "unpriced",
]


class Health(TypedDict):
    """How the server does."""

    status: "Status"
    """The worst of all checks."""
    version: str
    checked_at: str
    checks: "list[CheckBody]"
    """In the order in which they are worth mending."""
    providers: "list[ProviderBody]"
    """Of agents that are loaded; the ill ones first."""


How = Literal["found", "concluded", "assumed"]


class Instruct(TypedDict):
    """Tell the agent what to know or do; the caller does not hear it."""

    action: Literal["instruct"]
    text: str
    at_once: NotRequired[bool]
    """Have it answered without waiting for the caller."""


class Invitation(TypedDict):
    """One that waits."""

    id: str
    email: str
    role: "Role"
    created_by: str
    created_at: str
    expires_at: str


KeyKind = Literal["secret", "browser"]


class Keys(TypedDict):
    """Keys that the caller pressed; secret ones are stars."""

    at_s: float
    turn: int
    keys: str


Kind = Literal["say_so", "meant_so", "patience", "fact"]


class KnowledgeDocument(TypedDict):
    """A document of an agent."""

    id: str
    agent_id: str
    name: str
    """As the agent's document names it under `knowledge`."""
    media_type: str
    bytes: int
    content_hash: str
    """SHA-256."""
    is_used: bool
    """The draft names it under `knowledge`."""
    created_at: str


Lack = Literal["name", "hours", "days", "address", "telephone", "offer", "prices"]


class Latency(TypedDict):
    """From the caller's last voiced sound to the agent's first, as heard."""

    gap_ms: int
    parts_ms: dict[str, int]
    """Decision, transcript, brain, voice, sending: they add up to the gap."""
    first_sound_ms: int
    """To a short word before the reply; 0: there was none."""
    speculated: bool
    """The reply was prepared before the caller's turn was known to be over."""
    moments: NotRequired["TurnMoments | None"]
    """Null: the record is of before they were kept."""


class Limits(TypedDict):
    """The limits of the workspace; agents may have lower ones of their own."""

    concurrent_calls: NotRequired[int | None]
    """Calls at once; 0: none is taken."""
    calls_a_day: NotRequired[int | None]
    """Calls that begin in a day."""
    minutes_a_day: NotRequired[float | None]
    """Minutes of all calls of a day; reached: no further call is taken that day."""
    minutes_a_month: NotRequired[float | None]
    """Minutes of all calls of a month."""
    dollars_a_day: NotRequired[float | None]
    """What the calls of a day may cost, by the price book, in US dollars."""
    dollars_a_month: NotRequired[float | None]
    """What the calls of a month may cost."""
    caller_concurrent_calls: NotRequired[int | None]
    """Calls at once from one number. Who hides the number is not counted."""
    caller_calls_a_day: NotRequired[int | None]
    """Calls a day from one number."""
    caller_minutes_a_day: NotRequired[float | None]
    """Minutes a day from one number."""
    call_minutes: NotRequired[float | None]
    """Longest call: then the agent says so and hangs up."""
    call_dollars: NotRequired[float | None]
    """Most that one call may cost while it runs: then the agent says so and hangs up."""
    overflow_number: NotRequired[str | None]
    """Where a caller goes whom a limit keeps out (E.164); default: a sentence is said."""
    sentence: NotRequired[str | None]
    """What a caller hears whom a limit keeps out; default: one in the agent's language."""
    timezone: NotRequired[str]
    """Whose days and months count: `Europe/Berlin`."""
    returning_calls: NotRequired[int | None]
    """A number that calls more often than this within `returning_minutes` is refused."""
    returning_minutes: NotRequired[int]
    """See `returning_calls`."""
    unverified: NotRequired[Literal["take", "ask", "refuse"]]
    """Callers for whose number the carriers do not vouch (STIR/SHAKEN below B, failed, or none at ..."""
    hidden: NotRequired[Literal["take", "ask", "refuse"]]
    """The same for callers who hide their number."""


ListState = Literal["live", "built_in", "no_key", "failed"]

ListedCall = TypedDict(
    "ListedCall",
    {
        "id": str,
        "agent_id": str | None,
        "agent_version": int | None,
        "kind": str,
        "direction": str,
        "status": str,
        "from": str,
        "to": str,
        "carrier_call_id": str,
        "started_at": str,
        "answered_at": str | None,
        "ended_at": str | None,
        "duration_ms": int | None,
        "end_reason": str | None,
        "turn_count": int,
        "gap_p50_ms": int | None,
        "gap_p95_ms": int | None,
        "cost": "Money | None",
        "variables": dict[str, Any],
        "metadata": dict[str, Any],
        "is_sample": bool,
        "warnings": list[str],
        "unanswered": NotRequired[int],
        "unkept": NotRequired[int],
        "failed_tools": NotRequired[int],
        "found": NotRequired["list[FoundWords]"],
    },
)
"""A call in a list, with what is owed in it."""


class MadeApiKey(TypedDict):
    """A key that was just made."""

    id: str
    key: str
    """Shown this once."""


class MadeCallLink(TypedDict):
    """A link that was just made."""

    id: str
    call_id: str
    at_ms: int
    redact: bool
    created_by: str
    created_by_name: str
    created_at: str
    expires_at: str
    token: str
    """For `/v1/shared/{token}`: shown this once."""
    url: str
    """The page that opens it; what stands behind the `#` reaches no log."""


class MadeInvitation(TypedDict):
    """One that was just made."""

    id: str
    link: str
    """For the one who was invited. Shown this once; it works once."""
    expires_at: str


class MadeWebhook(TypedDict):
    """An endpoint that was just made, with its secret, which is shown this once."""

    id: str
    url: str
    types: list[str]
    """Empty: all."""
    description: str
    created_at: str
    disabled_at: str | None
    disabled_reason: str
    """Why it is told nothing."""
    failing_since: str | None
    """Nothing was delivered since then."""
    old_secret_until: str | None
    """The secret before signs beside the new one until then."""
    secret: str


class MeantSo(TypedDict):
    """The transcriber is to expect a name or a term."""

    call_id: NotRequired[str]
    """In which call it was heard."""
    at_ms: NotRequired[int | None]
    """And when in it."""
    kind: Literal["meant_so"]
    term: str
    """What was meant."""
    heard: NotRequired[str]
    """What was written down instead."""


Measure = Literal[
    "calls",
    "minutes",
    "cost",
    "success",
    "gap_p50_ms",
    "gap_p95_ms",
    "turns",
    "cut_ins",
    "barge_ins",
    "false_stops",
    "silences",
    "tool_runs",
    "tool_failures",
    "questions",
    "unkept",
    "refused",
    "saved",
]


class Member(TypedDict):
    """A person of the workspace."""

    id: str
    email: str
    name: str
    role: "Role"
    is_disabled: bool
    """Shut out of this workspace, until let in again."""
    created_at: str


class MemberChange(TypedDict):
    """What is to be another for a person of the workspace."""

    role: NotRequired["Role | None"]
    is_disabled: NotRequired[bool | None]


class MissingPart(TypedDict):
    """What could not be found."""

    part: "Lack"
    detail: str
    days: NotRequired[list[str]]
    """With `days`: of which nothing was found."""


class Model(TypedDict):
    """A model that hears, thinks or speaks."""

    kind: str
    """`stt` hears, `llm` thinks, `tts` speaks."""
    provider: str
    name: str
    is_default: bool
    is_local: bool
    """It runs on the server itself, without a key."""
    context_tokens: NotRequired[int | None]
    price: NotRequired["ModelPrice | None"]
    ends_at: NotRequired[str | None]
    """The day on which the vendor switches it off."""
    successor: NotRequired[str | None]


class ModelPrice(TypedDict):
    """What a vendor asks for a million tokens, in US dollars, as it stood on a day."""

    tokens_in: float
    tokens_out: float
    cached: NotRequired[float | None]
    seen_at: str


class Money(TypedDict):
    """An amount of money."""

    amount: str
    currency: NotRequired[str]


MonthUsage = TypedDict(
    "MonthUsage",
    {
        "month": str,
        "from": str,
        "to": str,
        "tz": str,
        "is_over": bool,
        "calls": int,
        "minutes": float,
        "cost": "Money",
        "unpriced_calls": int,
        "has_estimates": bool,
        "agents": "list[UsageOfAgent]",
        "lines": "list[UsageOfThing]",
    },
)
"""A month: the sum of the costs of its calls, to the last nano-dollar. Samples and tests are not ..."""


class Mute(TypedDict):
    """Keep the caller's audio from agent, record and listeners, or no more."""

    action: Literal["mute", "unmute"]


class NewAgent(TypedDict):
    """An agent to be made."""

    document: dict[str, Any]
    """The fields of AGENT.yaml; `GET /v1/agents/schema` describes them."""


class NewApiKey(TypedDict):
    """A key to be made: `secret` for a program, with scopes (all of yours, if none are named); ..."""

    name: str
    kind: NotRequired["KeyKind"]
    scopes: NotRequired[list[str] | None]
    agent_id: NotRequired[str | None]
    """Of a browser key: the agent that answers."""
    origins: NotRequired[list[str]]
    """Of a browser key: the pages that may use it."""


class NewBackup(TypedDict):
    """A backup to be made now."""

    with_objects: NotRequired[bool]
    """Recordings, journals and documents too, not only their list."""


class NewBlockedNumber(TypedDict):
    """A number that is not to be put through."""

    number: str
    """With its country: `+493012345678`. `+4930*` blocks all that begin so."""
    note: NotRequired[str]


class NewBrowserCall(TypedDict):
    """A call that a browser is to have."""

    agent_id: NotRequired[str]
    """Who answers. A browser key has its own agent."""
    version: NotRequired[str]
    """A version's number, or `draft`; empty: the published one. Not with a browser key."""
    variables: NotRequired[dict[str, Any]]
    """Values for the agent's variables."""


NewCall = TypedDict(
    "NewCall",
    {
        "agent_id": str,
        "to": str,
        "from": str,
        "version": NotRequired[int | None],
        "variables": NotRequired[dict[str, Any]],
        "metadata": NotRequired[dict[str, str]],
        "overrides": NotRequired[dict[str, Any]],
        "not_before": NotRequired[str | None],
        "not_after": NotRequired[str | None],
    },
)
"""A call to be placed now."""


class NewCallLink(TypedDict):
    """A moment to be shared."""

    at_ms: NotRequired[int]
    """Where the page begins to play."""
    expires_in_s: NotRequired[int]
    """It opens nothing afterwards."""
    redact: NotRequired[bool]
    """Numbers of four digits and more and e-mail addresses are hidden, and silent in the recording."""


class NewCarrierAccount(TypedDict):
    """An account to be connected. Its keys are tried at the carrier first."""

    carrier: Literal["twilio"]
    account_sid: str
    """The account's own id at the carrier."""
    auth_token: str
    """The primary auth token: it signs the carrier's requests. Kept in the vault, never shown."""
    name: NotRequired[str]


class NewInvitation(TypedDict):
    """Whom to invite, and as what."""

    email: str
    role: NotRequired["Role"]


class NewMessage(TypedDict):
    """What the caller says, or which keys are pressed."""

    text: NotRequired[str]
    """As a transcriber would write it."""
    keys: NotRequired[str]
    """In place of words: keys of the telephone. No real secrets."""
    run_tools: NotRequired[bool]
    """Tools with effects are really run."""
    tool_answers: NotRequired[dict[str, Any]]
    """What tools are taken to have answered, by their names."""


class NewPassword(TypedDict):
    """Another password. Who came by a one-time link within half an hour need not say the current one."""

    current_password: NotRequired[str]
    new_password: str


class NewPhoneNumber(TypedDict):
    """A number to be connected."""

    carrier_account_id: str
    number: str
    """With its country's code."""
    agent_id: NotRequired[str | None]
    """Who answers; null: nobody yet."""
    split: NotRequired["list[SplitPart] | None"]
    """Divides the calls between versions of the agent."""
    name: NotRequired[str]


class NewPrice(TypedDict):
    """A price that holds from a moment on."""

    component: Literal["stt", "llm", "tts", "carrier"]
    item: str
    """As a record's costs name it: provider and model, or a carrier and the direction."""
    unit: Literal["second", "token_in", "token_cached", "token_out", "character", "minute"]
    amount: str
    """Dollars for one unit."""
    since: NotRequired[str]
    """RFC 3339; empty: from now on."""


class NewProviderKey(TypedDict):
    """A vendor's key."""

    value: str
    """The key. Shown never again."""
    region: NotRequired[str]
    """Azure's keys are good in one region."""


class NewRehearsal(TypedDict):
    """Whom to talk to."""

    which: NotRequired[str]
    """`draft`, `published` or a version's number."""
    variables: NotRequired[dict[str, Any]]
    """Values for the agent's variables."""


class NewSecret(TypedDict):
    """The secret that is wanted."""

    secret: NotRequired[str]
    """`whsec_` and base64 of 24 to 64 bytes; empty: one is made."""


class NewSelf(TypedDict):
    """What the person is called, and their address, for which they say their password."""

    name: NotRequired[str | None]
    email: NotRequired[str | None]
    current_password: NotRequired[str]


class NewTest(TypedDict):
    """A test: of a call, or of a script."""

    name: NotRequired[str | None]
    """Default: the caller's first words."""
    steps: NotRequired[list[dict[str, Any]] | None]
    """What the caller does, step by step, as a script of `offhook call --script` has it; without `wav`."""
    background_db: NotRequired[float | None]
    """Noise under everything that the caller says."""
    expects: NotRequired["list[Expectation] | None"]
    answers: NotRequired[dict[str, Any] | None]
    """What tools are taken to have answered, by their names."""
    variables: NotRequired[dict[str, Any] | None]
    """Values for the agent's variables."""
    hearing: NotRequired[Literal["exact", "agent"] | None]
    call_id: NotRequired[str]
    """Copy this call: what the caller did, and what the agent did as what is expected."""
    agent_id: NotRequired[str]
    """Whose test it is; of a call it is the one that took it."""


class NewToolKey(TypedDict):
    """A secret that a tool sends, or the key of a server of one's own."""

    value: str
    """The secret. Shown never again."""


class NewView(TypedDict):
    """A page's filters under a name."""

    page: str
    """Of the dashboard."""
    name: str
    query: dict[str, str]
    """As it stands in the page's address."""
    is_shared: NotRequired[bool]
    """Everybody in the workspace sees it."""


class NewWebhook(TypedDict):
    """An endpoint to be told."""

    url: str
    """https, a public address."""
    types: NotRequired[list[str]]
    """Of call.started, call.answered, call.ended, call.analyzed, call.recording_ready, turn.completed, ..."""
    description: NotRequired[str]
    secret: NotRequired[str]
    """`whsec_` and base64 of 24 to 64 bytes; empty: one is made."""


class NewWorkspace(TypedDict):
    """What a workspace is called."""

    name: str


Outcome = Literal["done", "failed", "unknown"]


class PageRead(TypedDict):
    """A page that was looked at."""

    url: str
    title: NotRequired[str]
    problem: NotRequired[str]
    """Why it was not read; empty: it was."""


class PageAgentSummary(TypedDict):
    """PageAgentSummary"""

    data: "list[AgentSummary]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageAgentTest(TypedDict):
    """PageAgentTest"""

    data: "list[AgentTest]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageApiKey(TypedDict):
    """PageApiKey"""

    data: "list[ApiKey]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageAuditEvent(TypedDict):
    """PageAuditEvent"""

    data: "list[AuditEvent]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageAvailableNumber(TypedDict):
    """PageAvailableNumber"""

    data: "list[AvailableNumber]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageBackup(TypedDict):
    """PageBackup"""

    data: "list[Backup]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageBlockedNumber(TypedDict):
    """PageBlockedNumber"""

    data: "list[BlockedNumber]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageCallLink(TypedDict):
    """PageCallLink"""

    data: "list[CallLink]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageCarrierAccount(TypedDict):
    """PageCarrierAccount"""

    data: "list[CarrierAccount]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageDelivery(TypedDict):
    """PageDelivery"""

    data: "list[Delivery]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageFix(TypedDict):
    """PageFix"""

    data: "list[Fix]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageInvitation(TypedDict):
    """PageInvitation"""

    data: "list[Invitation]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageKnowledgeDocument(TypedDict):
    """PageKnowledgeDocument"""

    data: "list[KnowledgeDocument]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageListedCall(TypedDict):
    """PageListedCall"""

    data: "list[ListedCall]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageMember(TypedDict):
    """PageMember"""

    data: "list[Member]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageModel(TypedDict):
    """PageModel"""

    data: "list[Model]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PagePhoneNumber(TypedDict):
    """PagePhoneNumber"""

    data: "list[PhoneNumber]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PagePriceShown(TypedDict):
    """PagePriceShown"""

    data: "list[PriceShown]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageProviderKey(TypedDict):
    """PageProviderKey"""

    data: "list[ProviderKey]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageQuestionMoment(TypedDict):
    """PageQuestionMoment"""

    data: "list[QuestionMoment]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageQuestion(TypedDict):
    """PageQuestion"""

    data: "list[Question]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageRefusedCall(TypedDict):
    """PageRefusedCall"""

    data: "list[RefusedCall]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageTask(TypedDict):
    """PageTask"""

    data: "list[Task]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageTestRun(TypedDict):
    """PageTestRun"""

    data: "list[TestRun]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageToolKey(TypedDict):
    """PageToolKey"""

    data: "list[ToolKey]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageVersionSummary(TypedDict):
    """PageVersionSummary"""

    data: "list[VersionSummary]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageView(TypedDict):
    """PageView"""

    data: "list[View]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageWebhook(TypedDict):
    """PageWebhook"""

    data: "list[Webhook]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class PageWorkspace(TypedDict):
    """PageWorkspace"""

    data: "list[Workspace]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""


class ParsedAgent(TypedDict):
    """What a file's text says."""

    document: dict[str, Any]
    """The fields of AGENT.yaml; `GET /v1/agents/schema` describes them."""


class Participant(TypedDict):
    """Who took part."""

    role: str
    """`caller`, `agent` or `person`."""
    name: str
    number: NotRequired[str]
    from_s: float


class Patience(TypedDict):
    """The agent should have waited longer, or cut in sooner."""

    call_id: NotRequired[str]
    """In which call it was heard."""
    at_ms: NotRequired[int | None]
    """And when in it."""
    kind: Literal["patience"]
    change: NotRequired[Literal["wait", "cut_in"] | None]
    """All silences behind a turn longer, or shorter."""
    by_ms: NotRequired[int]
    """By so much."""
    turn_taking: NotRequired[dict[str, Any]]
    """Or numbers of `turn_taking` as they are to be."""


class PhoneNumber(TypedDict):
    """A number of this workspace."""

    id: str
    number: str
    name: str
    carrier_account_id: str
    carrier_sid: str
    """The carrier's id of it."""
    agent_id: str | None
    split: "list[SplitPart] | None"
    status: Literal["connected", "drifted", "unverified"]
    """`drifted`: it was changed at the carrier, `drift` says how. `unverified`: not read back yet."""
    drift: "list[Difference] | None"
    checked_at: str | None
    connected_at: str


class PhoneNumberChange(TypedDict):
    """What is to be changed; what is left out stays."""

    agent_id: NotRequired[str | None]
    split: NotRequired["list[SplitPart] | None"]
    name: NotRequired[str]


PlacedCall = TypedDict(
    "PlacedCall",
    {
        "id": str,
        "status": str,
        "kind": NotRequired[str],
        "direction": NotRequired[str],
        "agent_id": str,
        "agent_version": int,
        "to": str,
        "from": str,
        "created_at": str,
        "not_before": NotRequired[str | None],
        "not_after": NotRequired[str | None],
        "variables": dict[str, str | bool | int | float],
        "metadata": dict[str, str],
    },
)
"""A call that is going to be dialled."""


class PriceShown(TypedDict):
    """What one unit costs, and since when."""

    id: str | None
    """Null: a vendor's list price."""
    component: str
    item: str
    unit: str
    price: "Money"
    since: str
    is_estimate: NotRequired[bool]
    """A usual price, of a local number of the United States, on the day in `since`: check it at your ..."""


class Problem(TypedDict):
    """One thing that is wrong with a document, or worth knowing."""

    pointer: str
    """Where, as a JSON pointer into the document."""
    code: str
    detail: str


class ProblemBody(TypedDict):
    """What is answered when a request cannot be done (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """Stable: for programs."""
    what_to_do: str
    errors: NotRequired["list[FlawBody]"]
    request_id: str


class ProviderBody(TypedDict):
    """A provider of an agent that is loaded in this process."""

    agent_id: str
    kind: str
    """`stt`, `llm` or `tts`."""
    provider: str
    state: str
    """`closed`: it is asked. `open`: it rests. `half-open`: one request tries."""
    ill_since: str | None
    """null: it works."""
    retry_at: str | None
    """When it is asked again."""
    taken_over_by: str
    """Who did its work when it failed last."""
    taken_over_at: NotRequired[str | None]
    cause: str
    """Of its last failure."""
    successes: int
    failures: dict[str, int]
    """By error code."""
    first_ms: "FirstMs | None"
    """null: it was not asked yet."""


class ProviderKey(TypedDict):
    """A vendor's key, without what is secret."""

    provider: str
    name: str
    """As the vendor writes itself."""
    variable: str
    """The variable that agents ask for."""
    source: "Source"
    """`environment`: the server's own, for the first workspace alone."""
    last_four: str
    """Empty for a key that is short."""
    region: str
    valid: bool | None
    """What the vendor said; null: it could not be asked."""
    detail: str
    """The same in words."""
    latency_ms: int | None
    checked_at: str | None
    created_at: str | None
    updated_at: str | None


class Question(TypedDict):
    """A question that callers asked, in whichever words."""

    id: str
    agent_id: str
    status: Literal["open", "answered", "dismissed"]
    text: str
    """As it was asked first."""
    times: int
    """How often it was asked."""
    language: str
    """Of the agent."""
    first_at: str
    last_at: str
    answer: str
    """What was answered, as the agent knows it."""
    answered_by: str
    answered_at: str | None
    answer_version: int | None
    """The version of the agent that knows it; null: not yet, or the draft alone."""
    is_sample: bool


class QuestionAnswer(TypedDict):
    """What the agent is to know."""

    text: str
    """As it is to be said."""
    question: NotRequired[str]
    """The question that it answers, where the caller's own words are not clear enough."""


class QuestionMoment(TypedDict):
    """Where a question was asked."""

    id: str
    call_id: str
    turn: int
    """Of the caller's, counted from 1."""
    at: str
    at_ms: int
    """On the call's clock."""
    text: str
    """In the caller's words."""
    said: str
    """What the agent said to it."""


class Quotation(TypedDict):
    """Where something comes from."""

    text: str
    """As it stands there."""
    page: str
    """The page's address; empty: it was typed."""


class RefusedCall(TypedDict):
    """A call that was not taken."""

    id: str
    at: str
    from_number: str
    to_number: str
    reason: str
    """An end reason, or what the server lacked."""
    heard: str
    """The sentence that the caller heard; empty: none of ours."""
    saved_estimate: "Money"
    """What it would have cost: the mean of the workspace's calls of the last 30 days. An estimate."""


class RehearsalShown(TypedDict):
    """A conversation that is typed."""

    id: str
    agent_id: str
    which: str
    """The agent as it was then: later changes do not change a rehearsal."""
    end_reason: str | None
    exchanges: "list[Exchange]"
    created_at: str
    updated_at: str


Remark = Literal["hours.differ", "hours.several", "language.other", "fact.dropped", "model.failed"]


class ReplyShown(TypedDict):
    """What the agent says."""

    text: str
    fixed: str
    """Which sentence of the agent's own it is; empty: the model's words."""
    failed: str
    """Why there is no more of it; empty: there is all of it."""
    timings_ms: dict[str, int | None]
    """From the question to the model's first token, to the first words for a voice, to all of it."""
    tokens_in: int
    tokens_out: int
    sentences: "list[Sentence]"
    passages: list[str]
    """What was looked up for it."""


class Result(TypedDict):
    """What became of an expectation."""

    expected: "Expectation"
    is_met: bool
    came: str
    """Where it was found or what came in its place: words of the agent, the arguments of the tool, the ..."""
    at_ms: int | None
    """Where in the call."""


Role = Literal["owner", "editor", "viewer"]


class RunWish(TypedDict):
    """Against what."""

    which: NotRequired[str]
    """`draft`, `published` or a version's number."""


class Say(TypedDict):
    """Have the agent say this."""

    action: Literal["say"]
    text: str
    at_once: NotRequired[bool]
    """Without waiting until nobody speaks."""


class SayItSo(TypedDict):
    """The voice is to say a word in another way."""

    call_id: NotRequired[str]
    """In which call it was heard."""
    at_ms: NotRequired[int | None]
    """And when in it."""
    kind: Literal["say_so"]
    word: str
    """As it is written."""
    say: str
    """As it is said: in other letters, or `/ipa/`."""


class Sent(TypedDict):
    """What is under way."""

    delivery_id: str


class Sentence(TypedDict):
    """A sentence of a reply, and the fact that is nearest to it."""

    text: str
    source: str | None
    """File and heading; null: nothing that the agent knows is near to it."""
    fact: str | None
    score: float | None
    """How near, 0 to 1."""


class Session(TypedDict):
    """Who asks, and what they may do."""

    user: "SignedIn | None"
    """Null: a key asks."""
    api_key_id: NotRequired[str | None]
    workspace_id: str
    role: "Role | None"
    scopes: list[str]
    workspaces: "list[Workspace]"


SharedCall = TypedDict(
    "SharedCall",
    {
        "started_at": str,
        "duration_ms": int | None,
        "kind": str,
        "direction": str,
        "from": str,
        "to": str,
        "agent_name": str,
        "at_ms": int,
        "redact": bool,
        "has_recording": bool,
        "expires_at": str,
    },
)
"""What a link tells of its call."""


class SharedTranscript(TypedDict):
    """What was said."""

    turns: "list[SharedTurn]"


class SharedTurn(TypedDict):
    """All that one party said until the floor passed. Places are seconds on the call's clock."""

    number: int
    role: str
    """`caller`, `agent` or `person`."""
    name: NotRequired[str]
    """Of a person."""
    text: str
    """Of the agent: what the caller heard."""
    unheard: NotRequired[str]
    """What the agent would have gone on to say."""
    interrupted: NotRequired[bool]
    at_s: float
    until_s: float


class SignIn(TypedDict):
    """An address with its password, or a one-time link."""

    email: NotRequired[str | None]
    """With the first owner's link: under which they come back."""
    password: NotRequired[str]
    """With an invitation: the one that the new person chooses."""
    link: NotRequired[str | None]
    """What stands behind `#link=`."""
    name: NotRequired[str | None]
    """With a link: what the person is called."""


class SignedIn(TypedDict):
    """The person behind a session."""

    id: str
    email: str
    name: str
    has_password: bool
    signed_in_by: str
    session_ends_at: str


Source = Literal["vault", "environment"]


class SplitPart(TypedDict):
    """A version's part of the calls."""

    version: int
    percent: int


class State(TypedDict):
    """What the call was, from a moment on."""

    status: str
    at_s: float


Status = Literal["good", "note", "bad"]


class Step(TypedDict):
    """Something to do until the telephone is answered."""

    code: str
    """`talk agent keys number call`."""
    is_done: bool


class SuggestedFact(TypedDict):
    """One thing that the agent is to know."""

    topic: "Topic"
    heading: str
    """Under which it stands."""
    question: str
    """That it answers, where the page has it so."""
    text: str
    source: "Quotation"


class SuggestedPart(TypedDict):
    """Where a part of the document comes from."""

    pointer: str
    """A JSON pointer into the document."""
    how: "How"
    """`found`: as it is quoted. `concluded`: from what is quoted. `assumed`: nothing tells it."""
    source: NotRequired["Quotation | None"]


class SuggestionNotice(TypedDict):
    """What its owner should know."""

    code: "Remark"
    detail: str
    sources: NotRequired["list[Quotation]"]


class Switch(TypedDict):
    """The workspace in which the person goes on."""

    workspace_id: str


class Task(TypedDict):
    """Something that a person has to do."""

    id: str
    kind: "TaskKind"
    status: Literal["open", "done"]
    sentence: str
    """What it is."""
    what_to_do: str
    detail: dict[str, Any]
    """What the sentence is made of, by kind: a number, what was said and where (`at_ms`)."""
    agent_id: str | None
    call_id: str | None
    """The last call that made it."""
    question_id: NotRequired[str | None]
    times: int
    """So many calls made it."""
    owner_id: str | None
    """The member who does it."""
    due_at: str | None
    created_at: str
    seen_at: str
    """When it was so last."""
    done_at: str | None
    done_by: str
    """Who has done it; empty: it was over by itself."""
    is_over: bool
    """What made it is over by itself."""


class TaskChange(TypedDict):
    """What is to be otherwise; what is left out stays."""

    status: NotRequired[Literal["open", "done"] | None]
    """`done`, or `open` again."""
    owner_id: NotRequired[str | None]
    """A member; null: nobody."""
    due_at: NotRequired[str | None]
    """RFC 3339; null: at no particular time."""


TaskKind = Literal[
    "call_back",
    "promise",
    "question",
    "tool_unknown",
    "vendor_failing",
    "number_drifted",
    "budget_reached",
    "model_ends",
    "vault_locked",
    "disk_full",
]


class TestPatch(TypedDict):
    """What of a test is to be another."""

    name: NotRequired[str | None]
    """Default: the caller's first words."""
    steps: NotRequired[list[dict[str, Any]] | None]
    """What the caller does, step by step, as a script of `offhook call --script` has it; without `wav`."""
    background_db: NotRequired[float | None]
    """Noise under everything that the caller says."""
    expects: NotRequired["list[Expectation] | None"]
    answers: NotRequired[dict[str, Any] | None]
    """What tools are taken to have answered, by their names."""
    variables: NotRequired[dict[str, Any] | None]
    """Values for the agent's variables."""
    hearing: NotRequired[Literal["exact", "agent"] | None]


class TestRun(TypedDict):
    """One call of a test."""

    id: str
    test_id: str
    which: str
    """The agent as it was when the run was asked for: `draft`, `published`, a number."""
    revision: int | None
    """Of the draft that was called; null: it was a version."""
    status: Literal["queued", "running", "passed", "failed", "trouble"]
    """`trouble`: there was no call that could be judged."""
    trouble: str
    results: "list[Result]"
    call_id: str | None
    """The call that was made; null: there is none, or no more."""
    cost: "Money | None"
    created_by_name: str
    created_at: str
    started_at: str | None
    ended_at: str | None


class ToPublish(TypedDict):
    """How a version is to be told from others."""

    note: NotRequired[str]
    """For those who read the list of versions."""


class ToRollBack(TypedDict):
    """Which version comes back."""

    version: int
    note: NotRequired[str]
    """For those who read the list of versions."""


class ToValidate(TypedDict):
    """What is to be looked at."""

    document: NotRequired[dict[str, Any] | None]
    """Default: the draft."""


class TodayAnswer(TypedDict):
    """What the home shows."""

    tz: str
    live_calls: "list[Call]"
    """On the line now, the last one first; 20 at most."""
    open_tasks: int
    """100 stands for 100 and more."""
    tasks: "list[Task]"
    """The first five: what is due first comes first."""
    open_questions: int
    """100 stands for 100 and more."""
    today: "DayFigures"
    days: "list[DayFigures]"
    """The last fourteen days, today the last of them."""
    trends: "list[TrendOfMeasure]"
    steps: "list[Step]"
    """In order; the first that is not done is what to do next."""


class ToolKey(TypedDict):
    """Such a secret, without what is secret."""

    name: str
    """The variable that agents ask for."""
    last_four: str
    """Empty for a key that is short."""
    created_at: str | None
    updated_at: str | None


class ToolRun(TypedDict):
    """A tool that the agent used."""

    call: str
    name: str
    arguments: str
    """JSON."""
    at_s: float
    outcome: str
    """`running`, `done`, `failed` (without effect) or `unknown`."""
    answer: str
    took_ms: int | None


class ToolShown(TypedDict):
    """A tool that the model asked for."""

    call: str
    name: str
    arguments: str
    """JSON."""
    has_effects: bool
    was_run: bool
    """False: the answer stands in its place."""
    outcome: str
    """`done`, `failed`, `unknown`; `asked`: a call carries it out behind the reply."""
    answer: str


class ToolTried(TypedDict):
    """What came of it."""

    name: str
    outcome: "Outcome"
    """`failed`: it has had no effect. `unknown`: it may have had one."""
    result: str
    """What the tool answered, cut as in a call; or why it did not."""
    told: str
    """The same as the model would see it."""
    duration_ms: int
    has_effects: bool
    """It may change something."""
    is_confirmed_in_calls: bool
    """In a call it runs only by the caller's word."""


class ToolTry(TypedDict):
    """What the model would give, and what the call would bring along."""

    arguments: dict[str, Any]
    """As the tool's parameters want them."""
    variables: NotRequired[dict[str, str | float | bool]]
    """Values of the agent's variables; the others have their defaults."""
    caller: NotRequired[str]
    """The number that `{call.caller}` stands for."""
    confirm: NotRequired[bool]
    """You know that it may change something: it is really done. Wanted for such tools."""


Topic = Literal["about", "hours", "contact", "way", "offer", "prices", "booking", "payment", "questions", "other"]


class Transcript(TypedDict):
    """What was said in a call."""

    call_id: str
    turns: "list[CallTurn]"


class Transfer(TypedDict):
    """Have the agent say where to, and the carrier connect the caller there. When nobody answers, the ..."""

    action: Literal["transfer"]
    destination: NotRequired[str]
    """One of the agent's own, by its name."""
    number: NotRequired[str]
    """In place of one: a telephone number with its country's code."""


class TrendOfMeasure(TypedDict):
    """The last seven whole days against the seven before them."""

    measure: "Measure"
    now: "int | float | Money | None"
    before: "int | float | Money | None"
    change: float | None
    """0.25: a quarter more; null: nothing to compare with."""


class Tried(TypedDict):
    """Numbers of `turn_taking` to be tried in place of the draft's."""

    turn_taking: NotRequired[dict[str, Any]]
    change: NotRequired[Literal["wait", "cut_in"] | None]
    """Or as a fix changes them: all silences behind a turn longer, or shorter,"""
    by_ms: NotRequired[int]
    """by so much."""


class TurnMoments(TypedDict):
    """When what happened, in seconds on the call's clock; work may begin before the decision to answer."""

    ended_s: float
    """The caller's last voiced sound."""
    asked_s: float
    """Whatever replies was asked."""
    token_s: float | None
    """The model's first token; null: there is no model."""
    audio_s: float | None
    """The voice's first audio."""
    decided_s: float
    """The caller's turn was over."""
    heard_s: float
    """The reply's first frame."""


class UnansweredQuestion(TypedDict):
    """Something that the caller asked and no source answered."""

    turn: int
    """Of the caller's, counted from 1."""
    at_s: float
    text: str
    """In the caller's words."""


class UsageOfAgent(TypedDict):
    """What the calls of an agent cost."""

    agent_id: str
    agent_name: str
    calls: int
    minutes: float
    cost: "Money"
    unpriced_calls: int
    """So many used something whose price nobody knows."""


class UsageOfThing(TypedDict):
    """What was used of one thing at one price."""

    agent_id: str
    component: str
    """`stt`, `llm`, `tts` or `carrier`."""
    item: str
    unit: str
    quantity: int
    price: "Money | None"
    """Of one unit; null: nobody knows it."""
    cost: "Money | None"
    is_own_price: bool
    is_estimate: bool
    """At the vendor's list price: what it takes may be another sum."""


class Validation(TypedDict):
    """What was found."""

    valid: bool
    """It can be published."""
    errors: "list[Problem]"
    warnings: NotRequired["list[Problem]"]


class VaultStatus(TypedDict):
    """How the vault is."""

    locked: bool
    """The master key is missing, or another one."""
    why: str
    fingerprint: str
    """Of the master key that it wants."""
    version: int
    """Counts the changes of the master key."""


class Version(TypedDict):
    """A version. It is never changed."""

    agent_id: str
    number: int
    digest: str
    """The same for the same document and files."""
    note: str
    files: dict[str, str]
    """Hashes of the documents that it knows, by name."""
    created_by: str
    created_by_name: NotRequired[str]
    created_at: str
    document: dict[str, Any]
    """The fields of AGENT.yaml; `GET /v1/agents/schema` describes them."""


class VersionSummary(TypedDict):
    """A version without its document."""

    agent_id: str
    number: int
    digest: str
    """The same for the same document and files."""
    note: str
    files: dict[str, str]
    """Hashes of the documents that it knows, by name."""
    created_by: str
    created_by_name: NotRequired[str]
    created_at: str


class View(TypedDict):
    """A view that was saved."""

    id: str
    page: str
    name: str
    query: dict[str, str]
    is_shared: bool
    is_own: bool
    """Yours: you may change and delete it."""
    owner_name: str
    created_at: str


class Voice(TypedDict):
    """How a provider speaks, and what chooses it."""

    provider: str
    voice: str
    """Empty: name one of the vendor's own."""
    field: str
    """Where its name stands in the `tts` block."""
    name: NotRequired[str]
    """As people know it."""
    languages: NotRequired[list[str]]
    """Tags, as the vendor says it; empty: it does not."""
    gender: NotRequired[Literal["female", "male", "neutral"] | None]
    """How it sounds, as the vendor says it."""
    accent: NotRequired[str]
    description: NotRequired[str]
    preview_url: NotRequired[str | None]
    """A sample that a browser can play. Null: the vendor has none, or none without its key; `POST ..."""
    is_own: NotRequired[bool]
    """Made by the owner of the key."""
    is_default: bool
    is_local: bool
    help: str


class VoicePreview(TypedDict):
    """What is to be heard."""

    voice: dict[str, Any]
    """A `tts` block as an agent's document has it. Its `fallback` is not asked."""
    text: str
    language: NotRequired[str]
    """As the agent's."""
    lexicon: NotRequired[dict[str, str]]
    """How to say a word, as the agent's."""


class VoiceSource(TypedDict):
    """Where the voices of a provider come from."""

    provider: str
    state: "ListState"
    """`live`: the vendor's own list. `built_in`: it has none. `no_key`, `failed`: only what is known ..."""
    detail: str
    """In words, where there is something to say."""
    fetched_at: NotRequired[str | None]
    """A list is kept for ten minutes."""


class Voices(TypedDict):
    """Voices, by provider."""

    data: "list[Voice]"
    next: NotRequired[str | None]
    """Give it as `after` for what follows; null: nothing does."""
    sources: "list[VoiceSource]"


class Webhook(TypedDict):
    """An endpoint."""

    id: str
    url: str
    types: list[str]
    """Empty: all."""
    description: str
    created_at: str
    disabled_at: str | None
    disabled_reason: str
    """Why it is told nothing."""
    failing_since: str | None
    """Nothing was delivered since then."""
    old_secret_until: str | None
    """The secret before signs beside the new one until then."""


class WebhookChange(TypedDict):
    """What is to be otherwise."""

    url: NotRequired[str | None]
    types: NotRequired[list[str] | None]
    description: NotRequired[str | None]
    is_disabled: NotRequired[bool | None]


class WebhookSecret(TypedDict):
    """A secret, shown this once."""

    secret: str


class WhatFrom(TypedDict):
    """What an agent is to be suggested from: one of `url` and `text`."""

    url: NotRequired[str]
    """The address of the business's site; `https://` may be left out."""
    text: NotRequired[str]
    """A few lines about the business."""
    language: NotRequired[str]
    """Which one is wanted where there are pages in several; default: that of the pages."""
    timezone: NotRequired[str]
    """Taken where nothing tells where the business is: yours."""
    by_model: NotRequired[bool]
    """A model of the workspace's key may put the facts into words, which costs what the vendor asks ..."""


class WhatIfShown(TypedDict):
    """What would have changed."""

    calls: int
    turns: int
    """Turns whose end was looked at."""
    cut_off: int
    """Callers who went on and would be cut off by the draft as it is,"""
    would_cut_off: int
    """and by what is tried."""
    later_p50_ms: int | None
    """Half of the replies come so much later, or less; below 0: sooner."""
    places: "list[Ended]"
    """Where the two differ."""
    is_partial: bool
    """The time was over before all was looked at."""
    cannot_know: list[str]
    """What the recorded calls cannot tell."""


class Workspace(TypedDict):
    """A workspace in which the caller may work."""

    id: str
    name: str
    role: NotRequired["Role | None"]
    """Null: of a key, which has scopes alone."""
