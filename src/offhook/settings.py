"""The settings of the process: read once from the environment, frozen, secrets masked.

This is the only file that reads the environment. A value that cannot be used is a `ConfigurationError` that names the
variable, what was found and what was expected; an empty variable counts as unset.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from offhook.errors import ConfigurationError
from offhook.secret import Secret as Secret  # noqa: PLC0414 - for all who know the settings
from offhook.settings_kinds import (
    Unfit,
    account_sid,
    emails,
    folder,
    hosts,
    ip_address,
    is_plain,
    issuer,
    names,
    networks,
    number,
    one_of,
    plain,
    switch,
    telephone_number,
    url,
    urls,
    whole_number,
)

TWILIO_BASE_URL: Final = "https://api.twilio.com"
SHORTEST_SECRET: Final = 32
"""Characters of OFFHOOK_SECRET: `openssl rand -hex 32` gives 64."""
OWN_SECRETS: Final = (
    "TWILIO_AUTH_TOKEN", "TWILIO_SHARED_KEYS", "OFFHOOK_SECRET", "OFFHOOK_MASTER_KEY", "OFFHOOK_DATABASE_URL",
    "OFFHOOK_OBJECTS_URL", "OFFHOOK_REDIS_URL", "OFFHOOK_API_KEY", "OFFHOOK_OIDC_CLIENT_SECRET",
)  # fmt: skip
"""No agent's file is given these: with them anybody can speak for the carrier."""
MASTER_KEY: Final = "OFFHOOK_MASTER_KEY"
MASTER_KEY_DIGITS: Final = 64
LOG_FORMS: Final = ("text", "json")
METRICS_FOR: Final = ("local", "open", "off")
MODEL_SOURCES: Final = ("any", "registry", "publisher")

T = TypeVar("T")


def keep_products_on_their_thread() -> None:
    """Before numpy is imported: no threads of its own for products, unless the owner has said how many.

    Ours are small and made beside calls that are live: threads that spin for each other made one of them cost ten times
    as much.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class _Environment(Mapping[str, str]):
    """The environment as it was at the start; its `repr` shows no value, since any of them may be a key."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<environment of {len(self._values)} variables>"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one Offhook process runs with. Lengths of time are seconds unless the name says otherwise."""

    twilio_account_sid: str = ""
    """Webhooks of other accounts are refused. Empty: calls cannot be hung up or placed over REST."""
    twilio_auth_token: Secret = field(default_factory=lambda: Secret(""))
    """Signs Twilio's requests to us and ours to Twilio. Empty: every request is refused unless `unsigned`."""
    twilio_shared_keys: Mapping[str, Secret] = field(default_factory=dict)
    """Keys by their ids, for an account with Webhook Rules that sign by a SharedKey instead of the auth token."""
    twilio_base_url: str = TWILIO_BASE_URL
    """Where Twilio's REST API is reached: another region, or a simulated carrier."""
    public_url: str = ""
    """The address that Twilio was given for this server, without a slash at the end. Empty: only requests to this
    machine's own names (127.0.0.1, localhost) are taken."""
    data_dir: Path = field(default_factory=lambda: Path.home() / ".local/share/offhook")
    """Recordings, journals, transcripts, requests of callers. In the home directory and not in the working
    directory, so that a service and a shell find the same calls."""
    keep_days: int | None = None
    """Calls are deleted when they are so old, whatever their agents say. Empty: as long as their agents say."""
    low_disk_mb: int = 500
    """With less room than this in the data folder calls are not recorded any more; journals and transcripts are."""
    model_dir: Path = field(default_factory=lambda: Path.home() / ".cache/offhook/models")
    """Where models are kept that run on this machine."""
    model_sources: str = "any"
    """Where model files are fetched from: `any`, `registry` or `publisher`."""
    max_calls: int = 50
    """So many calls live in this process at once; further ones are refused with a sentence, or put through."""
    max_calls_per_number: int = 10
    """Of them so many from one telephone number, which are refused with a sentence and never put through; hidden
    numbers are not counted. 0: no bound."""
    max_loop_lag_ms: float = 150.0
    """New calls are refused while the event loop is later than this."""
    fallback_number: str = ""
    """Callers are connected there when a call is refused or its media broke for good (E.164). Empty: they hear a
    sentence."""
    drain_deadline_s: float = 60.0
    """After SIGTERM, the time that calls have to come to their end."""
    secret_key: Secret = field(default_factory=lambda: Secret(""))
    """Signs the tokens of media connections: the same for all processes that share a telephone number. Empty: each
    process makes its own at its start."""
    unsigned: bool = False
    """Take requests without a signature: for experiments on a machine that nobody else reaches. Beside a token, a
    public address or another host than this machine's own, the server does not start."""
    agent_variables: tuple[str, ...] = ()
    """Variables that an agent's file may name (`${NAME}`, `key_env`, `environment`, a vendor's own key), with `*` at
    the end for a prefix: `OPENAI_API_KEY SHOP_*`. For agents of several people. Empty: all but Offhook's own."""
    database_url: Secret = field(default_factory=lambda: Secret(""))
    """`postgresql://user:password@host:5432/name`, for several processes. Empty: a file in the data folder."""
    objects_url: Secret = field(default_factory=lambda: Secret(""))
    """Where recordings and documents are kept: `s3://bucket/prefix`, `gs://...`, `az://...`. Empty: the data folder."""
    redis_url: Secret = field(default_factory=lambda: Secret(""))
    """Carries what several processes tell each other: `redis://host:6379`. Empty: the database does."""
    master_key: Secret = field(default_factory=lambda: Secret(""))
    """Opens the vault of keys: 64 hexadecimal digits. Empty: a file in the data folder, made on the first start."""
    vendor_urls: Mapping[str, str] = field(default_factory=dict)
    """Where a provider's keys are tried when they are saved, where that is not the vendor's usual address: a region, a
    gateway, `deepgram=https://api.eu.deepgram.com openai=https://eu.api.openai.com/v1`."""
    proxies: tuple[str, ...] = ()
    """Networks of the proxies in front, `10.0.0.0/8 172.17.0.1`, whose `X-Forwarded-For` says from which address
    somebody tries to sign in. This machine's own are believed anyway."""
    api_per_minute: int = 3_000
    """Requests to the API in a minute, of each key and of each session; a sixth of them at once."""
    oidc_issuer: str = ""
    """Who vouches for people who sign in (OpenID Connect): the issuer's name, exactly. Empty: passwords and links."""
    oidc_client_id: str = ""
    """How that issuer knows this server."""
    oidc_client_secret: Secret = field(default_factory=lambda: Secret(""))
    """What the issuer gave with it. Empty: a public client."""
    oidc_domains: tuple[str, ...] = ()
    """Whoever has a verified address of these domains may join as a viewer without an invitation."""
    oidc_emails: tuple[str, ...] = ()
    """And whoever has one of these addresses."""
    oidc_private: bool = False
    """The issuer is in a network of the owner's: its addresses may be private, and plain http."""
    plain_hosts: tuple[str, ...] = ()
    """Hosts to which a vendor block may send its key over plain http, beside this machine."""
    log: str = "text"
    """`json`: each line of the log is a JSON object, for machines that gather logs."""
    metrics: str = "local"
    """Who may read `/metrics` without a key: `local`, programs of this machine; `open`, whoever reaches the port;
    `off`, nobody, and there is none."""
    samples: bool = True
    """A first start makes a sample agent and sample calls, to be looked at and removed. 0: it does not."""
    backups: int = 14
    """So many nightly backups are kept in the data folder. 0: none are made."""
    process_host: str = "127.0.0.1"
    """This machine's address for the other processes of the installation, which hand it media that reached them. The
    usual one is for processes of one machine."""
    private_hosts: tuple[str, ...] = ()
    """Hosts of its own network that webhooks may be sent to, and agents which are managed over the API may reach with
    `allow_private`."""
    url: str = ""
    """The server that `offhook agents` drives: `https://calls.example.com`."""
    api_key: Secret = field(default_factory=lambda: Secret(""))
    """A key of that server's, `oh_...`, made by `offhook admin api-key`."""
    environment: Mapping[str, str] = field(default_factory=lambda: _Environment({}), repr=False, compare=False)

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read `env`, or the process's own environment. Raises `ConfigurationError`."""
        found = _Environment(os.environ if env is None else env)
        read = _Reader(found)
        default = cls()
        return cls(
            twilio_account_sid=read("TWILIO_ACCOUNT_SID", account_sid, ""),
            twilio_auth_token=read.secret("TWILIO_AUTH_TOKEN"),
            twilio_shared_keys=read.shared_keys("TWILIO_SHARED_KEYS"),
            twilio_base_url=read("OFFHOOK_TWILIO_BASE_URL", url, TWILIO_BASE_URL),
            public_url=read("OFFHOOK_PUBLIC_URL", url, ""),
            data_dir=read("OFFHOOK_DATA_DIR", folder, default.data_dir),
            keep_days=read("OFFHOOK_KEEP_DAYS", whole_number(1, 3_650), None),
            low_disk_mb=read("OFFHOOK_LOW_DISK_MB", whole_number(0, 10_000_000), default.low_disk_mb),
            model_dir=read("OFFHOOK_MODEL_DIR", folder, default.model_dir),
            model_sources=read("OFFHOOK_MODEL_SOURCES", one_of(*MODEL_SOURCES), default.model_sources),
            max_calls=read("OFFHOOK_MAX_CALLS", whole_number(1, 10_000), default.max_calls),
            max_calls_per_number=read(
                "OFFHOOK_MAX_CALLS_PER_NUMBER", whole_number(0, 10_000), default.max_calls_per_number
            ),
            max_loop_lag_ms=read("OFFHOOK_MAX_LOOP_LAG_MS", number(1, 60_000), default.max_loop_lag_ms),
            fallback_number=read("OFFHOOK_FALLBACK_NUMBER", telephone_number, ""),
            drain_deadline_s=read("OFFHOOK_DRAIN_SECONDS", number(0, 14_400), default.drain_deadline_s),
            secret_key=read.secret("OFFHOOK_SECRET", SHORTEST_SECRET),
            database_url=read.secret("OFFHOOK_DATABASE_URL"),
            objects_url=read.secret("OFFHOOK_OBJECTS_URL"),
            redis_url=read.secret("OFFHOOK_REDIS_URL"),
            master_key=read.digits(MASTER_KEY, MASTER_KEY_DIGITS),
            unsigned=read("OFFHOOK_UNSIGNED", switch, False),
            agent_variables=read("OFFHOOK_AGENT_VARIABLES", names, ()),
            vendor_urls=read("OFFHOOK_VENDOR_URLS", urls, {}),
            proxies=read("OFFHOOK_PROXIES", networks, ()),
            api_per_minute=read("OFFHOOK_API_PER_MINUTE", whole_number(60, 1_000_000), default.api_per_minute),
            oidc_issuer=read("OFFHOOK_OIDC_ISSUER", issuer, ""),
            oidc_client_id=read("OFFHOOK_OIDC_CLIENT_ID", plain, ""),
            oidc_client_secret=read.secret("OFFHOOK_OIDC_CLIENT_SECRET"),
            oidc_domains=read("OFFHOOK_OIDC_DOMAINS", hosts, ()),
            oidc_emails=read("OFFHOOK_OIDC_EMAILS", emails, ()),
            oidc_private=read("OFFHOOK_OIDC_PRIVATE", switch, False),
            plain_hosts=read("OFFHOOK_PLAIN_HOSTS", hosts, ()),
            log=read("OFFHOOK_LOG", one_of(*LOG_FORMS), default.log),
            metrics=read("OFFHOOK_METRICS", one_of(*METRICS_FOR), default.metrics),
            samples=read("OFFHOOK_SAMPLES", switch, default.samples),
            backups=read("OFFHOOK_BACKUPS", whole_number(0, 365), default.backups),
            process_host=read("OFFHOOK_PROCESS_HOST", ip_address, default.process_host),
            private_hosts=read("OFFHOOK_PRIVATE_HOSTS", hosts, ()),
            url=read("OFFHOOK_URL", url, ""),
            api_key=read.secret("OFFHOOK_API_KEY"),
            environment=found,
        )

    def secret(self, name: str) -> Secret:
        """What an agent's file asks for by the name of its variable. Raises `ConfigurationError` when it is not set, or
        not for agents."""
        if not self.may_know(name):
            raise ConfigurationError(
                "this variable is not for agents: add it to OFFHOOK_AGENT_VARIABLES if it is meant", field=name
            )
        value = self.environment.get(name, "").strip()
        if not value:
            raise ConfigurationError(
                f"not set: put the key into the environment variable {name}", field=name, expected="a key"
            )
        return Secret(value)

    def may_know(self, name: str) -> bool:
        """An agent's file may name this variable."""
        if name in OWN_SECRETS:
            return False
        allowed = self.agent_variables
        return not allowed or any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in allowed)

    def key(self, name: str) -> str:
        """As `secret`, revealed: the lookup that providers are created with."""
        return self.secret(name).reveal()


def log_form() -> str:
    """How the log is written, before the settings are read: what is wrong with them is told in the log."""
    text = os.environ.get("OFFHOOK_LOG", "").strip()
    return text if text in LOG_FORMS else "text"


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def __call__(self, name: str, parse: Callable[[str], T], default: T) -> T:
        text = self._env.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except Unfit as unfit:
            raise ConfigurationError(
                "the value cannot be used", field=name, found=repr(text[:80]), expected=str(unfit)
            ) from None

    def secret(self, name: str, shortest: int = 0) -> Secret:
        text = self._env.get(name, "").strip()
        if not text.isascii() or not text.isprintable() or " " in text or 0 < len(text) < shortest:
            # The value is not shown: part of it may be the real key.
            expected = "printable ASCII without spaces"
            expected += f", at least {shortest} characters" if shortest else ""
            raise ConfigurationError("the value cannot be used", field=name, expected=expected)
        return Secret(text)

    def digits(self, name: str, number: int) -> Secret:
        """So many hexadecimal digits."""
        text = self._env.get(name, "").strip()
        if text and not re.fullmatch(f"[0-9A-Fa-f]{{{number}}}", text):
            # Not shown, as any secret.
            expected = f"{number} hexadecimal digits, as `openssl rand -hex {number // 2}` makes them"
            raise ConfigurationError("the value cannot be used", field=name, expected=expected)
        return Secret(text)

    def shared_keys(self, name: str) -> Mapping[str, Secret]:
        """Entries `id=secret` with spaces or commas between them."""
        entries = [entry.partition("=") for entry in re.split(r"[\s,]+", self._env.get(name, "").strip()) if entry]
        if any(not re.fullmatch(r"[A-Za-z0-9_-]{1,200}", key) or not is_plain(secret) for key, _, secret in entries):
            # Not shown, as any secret.
            expected = "id=secret, with spaces between several, as webhooks_sharedkey_...=..."
            raise ConfigurationError("the value cannot be used", field=name, expected=expected)
        return {key: Secret(secret) for key, _, secret in entries}
