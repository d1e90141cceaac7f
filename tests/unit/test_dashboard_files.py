"""The built pages of the dashboard, as they are answered: kinds, tags, packing, the policy, and what is not there."""

import gzip
import re
from pathlib import Path

import pytest
from fastapi import Request, Response

from offhook.web.dashboard import NONCE, Dashboard

SCRIPT = b"export const words = 'said';\n" * 80
FILES = {
    "/index.html": b'<meta name="csp-nonce" content="' + NONCE + b'"><p>' + NONCE + b"</p>",
    "/assets/main-a1b2c3d4.js": SCRIPT, "/assets/small-a1b2c3d4.css": b"p{}", "/icon.svg": b"<svg/>" * 300,
    "/assets/inter-a1b2c3d4.woff2": bytes(4096),
}  # fmt: skip
PAGE = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.fixture
def dashboard() -> Dashboard:
    return Dashboard(FILES)


def ask(path: str, method: str = "GET", **headers: str) -> Request:
    """As it comes from the server: names of headers in small letters."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": pairs, "scheme": "http", "server": ("127.0.0.1", 8080),
    })  # fmt: skip


def answered(dashboard: Dashboard, path: str, method: str = "GET", **headers: str) -> Response:
    answer = dashboard.answer(ask(path, method, **headers))
    assert answer is not None, path
    return answer


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/assets/main-a1b2c3d4.js", "text/javascript; charset=utf-8"),
        ("/assets/small-a1b2c3d4.css", "text/css; charset=utf-8"),
        ("/assets/inter-a1b2c3d4.woff2", "font/woff2"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_a_file_has_its_kind_and_nothing_guesses_another(dashboard: Dashboard, path: str, kind: str) -> None:
    answer = answered(dashboard, path)
    assert (answer.status_code, answer.headers["content-type"], answer.body) == (200, kind, FILES[path])
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_the_rest_asked_for_again(dashboard: Dashboard) -> None:
    assert "immutable" in answered(dashboard, "/assets/main-a1b2c3d4.js").headers["cache-control"]
    assert answered(dashboard, "/icon.svg").headers["cache-control"] == "no-cache"
    assert answered(dashboard, "/", accept=PAGE).headers["cache-control"] == "no-store"


def test_who_has_a_file_is_not_sent_it_again(dashboard: Dashboard) -> None:
    tag = answered(dashboard, "/icon.svg").headers["etag"]
    again = answered(dashboard, "/icon.svg", if_none_match=tag)
    assert (again.status_code, again.body, again.headers["etag"]) == (304, b"", tag)
    assert answered(dashboard, "/icon.svg", if_none_match='"another"').status_code == 200
    assert Dashboard({"/icon.svg": b"<svg></svg>"}).answer(ask("/icon.svg", if_none_match=tag)).status_code == 200  # type: ignore[union-attr]


def test_what_packs_well_is_packed_for_who_can_unpack(dashboard: Dashboard) -> None:
    packed = answered(dashboard, "/assets/main-a1b2c3d4.js", accept_encoding="gzip, br")
    assert packed.headers["content-encoding"] == "gzip" and gzip.decompress(packed.body) == SCRIPT
    plain = answered(dashboard, "/assets/main-a1b2c3d4.js")
    assert "content-encoding" not in plain.headers and plain.body == SCRIPT
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    for path in ("/assets/small-a1b2c3d4.css", "/assets/inter-a1b2c3d4.woff2"):
        assert "content-encoding" not in answered(dashboard, path, accept_encoding="gzip").headers


@pytest.mark.parametrize("path", ["/", "/calls", "/calls/call_01", "/settings/people", "/no-such-page"])
def test_a_browser_gets_the_page_at_every_address(dashboard: Dashboard, path: str) -> None:
    answer = answered(dashboard, path, accept=PAGE)
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"


def test_every_page_has_a_nonce_of_its_own(dashboard: Dashboard) -> None:
    found = list[str]()
    for _ in range(3):
        answer = answered(dashboard, "/", accept=PAGE)
        (nonce,) = re.findall(r"'nonce-([\w-]+)'", answer.headers["content-security-policy"])
        assert bytes(answer.body).count(nonce.encode()) == 2 and NONCE not in bytes(answer.body)
        found.append(nonce)
    assert len(set(found)) == 3


def test_the_policy_lets_in_what_this_server_serves_alone(dashboard: Dashboard) -> None:
    policy = answered(dashboard, "/", accept=PAGE, host="127.0.0.1:8080").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["script-src"] == "'self'", "no inline script and no eval, whatever a page would like"
    assert rules["connect-src"] == "'self' ws://127.0.0.1:8080 wss://127.0.0.1:8080"
    assert "unsafe" not in policy and "*" not in policy


@pytest.mark.parametrize("host", ["evil; script-src *", "a b", "a'b", "ünı", ""])
def test_a_host_that_is_none_adds_nothing_to_the_policy(dashboard: Dashboard, host: str) -> None:
    request = ask("/", accept=PAGE)
    request.scope["headers"].append((b"host", host.encode("latin-1", "replace")))
    answer = dashboard.answer(request)
    assert answer is not None
    assert "connect-src 'self';" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone-a1b2c3d4.js",
        "/assets/../index.html",
        "/../../etc/passwd",
        "/assets/%2e%2e/secret.js",
        "//icon.svg",
    ],
)
def test_what_is_not_of_the_build_is_not_ours(dashboard: Dashboard, path: str) -> None:
    assert dashboard.answer(ask(path, accept="*/*")) is None


def test_a_part_that_is_gone_is_no_page(dashboard: Dashboard) -> None:
    assert dashboard.answer(ask("/assets/main-0ld0ld0l.js", accept=PAGE)) is None


def test_a_program_that_wants_no_page_gets_none(dashboard: Dashboard) -> None:
    assert dashboard.answer(ask("/calls", accept="application/json")) is None
    assert dashboard.answer(ask("/calls")) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_pages_are_only_read(dashboard: Dashboard, method: str) -> None:
    assert dashboard.answer(ask("/", method, accept=PAGE)) is None
    assert dashboard.answer(ask("/icon.svg", method)) is None


def test_who_asks_for_the_head_is_told_the_same(dashboard: Dashboard) -> None:
    whole, head = answered(dashboard, "/icon.svg"), answered(dashboard, "/icon.svg", "HEAD")
    assert {**whole.headers} == {**head.headers} and head.headers["content-length"] == str(len(FILES["/icon.svg"]))


def test_without_a_build_it_says_how_to_get_one() -> None:
    answer = answered(Dashboard({}), "/", accept=PAGE)
    assert answer.status_code == 503 and b"make dashboard" in answer.body
    assert Dashboard({}).answer(ask("/v1/calls", accept="application/json")) is None


def test_a_build_is_read_from_its_folder(tmp_path: Path) -> None:
    for name, content in FILES.items():
        path = tmp_path / name.lstrip("/")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "notes.md").write_text("of no kind that a page needs")
    read = Dashboard.read(tmp_path)
    assert answered(read, "/icon.svg").body == FILES["/icon.svg"]
    assert answered(read, "/", accept=PAGE).status_code == 200
    assert read.answer(ask("/notes.md")) is None and read.answer(ask("/index.html")) is None
    assert answered(Dashboard.read(tmp_path / "nothing"), "/", accept=PAGE).status_code == 503
