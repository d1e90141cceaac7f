"""What reaches a port besides calls: other protocols, floods, requests without an end. And both kinds of addresses."""

import asyncio
import gc
import resource
import socket
import sys
import time
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from websockets.frames import Frame, Opcode

from offhook.telephony.carriers import twilio_signature
from offhook.web import connection, http_port, server
from offhook.web.connection import MOST_OTHERS, MOST_PIECES
from tests.twilio_wire import CA1, CA2, connected, sid
from tests.web_world import PUBLIC, TOKEN, World, play, until, web_lines

# ── what is no request ───────────────────────────────────────────────────────────────────────────────────────────


async def answered(world: World, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(data)
    try:
        async with asyncio.timeout(20):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200, "plain HTTP: TLS ends at the proxy in front"),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n", "sends the PROXY protocol: switch that off"),
        (b"\r\n\r\n\x00\r\nQUIT\n\x21\x11", "sends the PROXY protocol: switch that off"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "speaks HTTP/2 to this port: have it speak HTTP/1.1"),
    ],
)
def test_another_protocol_is_told_by_its_name(data: bytes, says: str, caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        for _ in range(3):
            assert (await answered(world, data)).startswith(b"HTTP/1.1 400 ")
        assert (await world.client.get("/healthz")).status_code == 200

    play(story)
    (told,) = web_lines(caplog)
    assert says in told


@pytest.mark.parametrize("way", ["many headers", "one header", "a long address", "without an end"])
def test_a_head_has_a_bound(way: str, caplog: pytest.LogCaptureFixture) -> None:
    heads = {
        "many headers": b"GET /healthz HTTP/1.1\r\n" + b"a: b\r\n" * 20_000 + b"\r\n",
        "one header": b"GET /healthz HTTP/1.1\r\na: " + b"b" * 20_000 + b"\r\n\r\n",
        "a long address": b"GET /healthz?" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        "without an end": b"GET /healthz HTTP/1.1\r\na: " + b"b" * 2_000_000,
    }

    async def story(world: World) -> None:
        try:
            assert (await answered(world, heads[way])).startswith(b"HTTP/1.1 431 ")
        except ConnectionError:
            pass  # Closed before all of it was taken.
        assert (await world.client.get("/healthz", headers={"x": "y" * 10_000})).status_code == 200

    play(story)
    assert "= a request's head is longer than 16384 bytes: refused" in web_lines(caplog)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GET /heal",
        b"\r\n",
        b"POST /other HTTP/1.1\r\nContent-Length: 9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET",
    ],
)
def test_a_request_without_an_end_is_closed(
    data: bytes, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_port, "REQUEST_S", 0.2)

    async def story(world: World) -> None:
        await answered(world, data)
        assert (await world.client.get("/healthz")).status_code == 200

    play(story)
    assert "= a connection sent no whole request in 0 s: closed" in web_lines(caplog)


def test_connections_that_wait_leave_room_for_the_others(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 20)

    async def story(world: World) -> None:
        idle = [await asyncio.open_connection("127.0.0.1", world.port) for _ in range(19)]
        assert (await world.client.get("/healthz")).status_code == 200, "one place is left"
        late = [await answered(world, b"") for _ in range(30)]
        assert all(answer.startswith(b"HTTP/1.1 503 ") for answer in late)
        for _, writer in idle:
            writer.close()
        await until(lambda: not [line for line in web_lines(caplog) if "crowded" in line])
        async with asyncio.timeout(20):
            while not (await answered(world, b"HEAD /healthz HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 200"):
                await asyncio.sleep(0.01)
        async with world.call(CA1) as (carrier, _), world.call(CA2):
            await carrier.send(connected())
            assert len(world.live.legs) == 2, "media sockets are not counted"

    play(story)
    assert [line for line in web_lines(caplog) if "connections are open" in line] == [
        "= 20 connections are open: further ones are refused"
    ]


def test_what_cannot_be_read_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Any peer could have a line written with each request."""

    async def story(world: World) -> None:
        for request in (
            b"no request at all\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nPOST /a\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
        ):
            for _ in range(20):
                reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
                writer.write(request)
                await reader.read(1)
                writer.close()

    play(story)
    assert len(caplog.messages) < 8, caplog.messages
    assert "= a request that cannot be read: Invalid HTTP request received." in caplog.messages


async def worst_of(world: World, many: int) -> list[float]:
    """What the loop's thread worked until each of so many signed webhooks was answered, in seconds, longest first.

    Not the clock: other processes' turns on this machine's cores are no work of the port.
    """
    waited = []
    for number in range(many):
        begun_at = time.thread_time()
        await world.ring(sid(number))
        waited.append(time.thread_time() - begun_at)
    return sorted(waited, reverse=True)


def test_idle_slow_and_endless_peers_keep_no_webhook_waiting() -> None:
    """None of a hundred. The peers are in another process: what is counted is the server's work and this client's own.

    On a machine with a core to spare the clock says the same.
    """

    async def story(world: World) -> None:
        attackers = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.port_attackers", str(world.port), stdout=asyncio.subprocess.PIPE
        )
        try:
            assert attackers.stdout is not None
            async with asyncio.timeout(30):
                assert int(await attackers.stdout.readline()) == 400
            # As a server does when it is ready: a whole collection of what a test session holds takes 0.2 s.
            gc.collect()
            gc.freeze()
            before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            waited = await worst_of(world, 100)
            grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
        finally:
            gc.unfreeze()
            attackers.kill()
            await attackers.wait()
        assert waited[0] < 0.050, [f"{late * 1000:.0f} ms" for late in waited[:10]]
        assert grown_kb < 30_000, "nothing of the flood is kept"

    play(story)


def test_connections_leave_calls_their_files() -> None:
    assert server.connections_for(1024, 50) == 500
    assert server.connections_for(512, 50) == 512 - 64 - 400, "calls come first"
    assert server.connections_for(256, 50) == server.LEAST_CONNECTIONS
    assert server.descriptors_for(50) == 64 + 500 + 400


# ── frames of a media socket ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["empty pieces", "pings", "one message in pieces"])
def test_frames_that_weigh_nothing_are_counted(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They cost far more than they weigh: the connection is cut, and nobody else waits."""

    if kind == "one message in pieces":
        monkeypatch.setattr(connection, "MOST_OTHERS", 10 * MOST_PIECES)

    async def story(world: World) -> None:
        async with world.call(CA1) as (carrier, ear):
            first = Frame(Opcode.TEXT, b"", fin=False).serialize(mask=True)
            one = Frame(Opcode.PING if kind == "pings" else Opcode.CONT, b"", fin=kind == "pings").serialize(mask=True)
            transport = carrier.transport
            if kind != "pings":
                transport.write(first)
            if kind == "one message in pieces":
                for _ in range(MOST_PIECES + 1):
                    transport.write(one)
            else:
                transport.write(one * 100_000)
            await until(lambda: [kind for kind, _ in ear.heard if kind == "lost"])
            assert (await world.client.get("/healthz")).status_code == 200

    play(story)


def test_a_peer_may_ping_now_and_then() -> None:
    async def story(world: World) -> None:
        async with world.call(CA1) as (carrier, _):
            for _ in range(MOST_OTHERS // 2):
                await (await carrier.ping())
            await carrier.send(["{", '"event":"connected"', "}"])
            assert world.live.legs

    play(story)


# ── both kinds of addresses ──────────────────────────────────────────────────────────────────────────────────────


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return socket.has_dualstack_ipv6()
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize(
    ("host", "answers"),
    [
        ("::", ("127.0.0.1", "::1")),
        ("::0", ("127.0.0.1", "::1")),
        ("[::]", ("127.0.0.1", "::1")),
        ("[::1]", ("::1",)),
        ("::1", ("::1",)),
        ("0.0.0.0", ("127.0.0.1",)),
    ],
)
def test_two_colons_are_every_address(host: str, answers: tuple[str, ...]) -> None:
    async def story(world: World) -> None:
        for address in ("127.0.0.1", "::1"):
            try:
                reader, writer = await asyncio.open_connection(address, world.port)
            except OSError:
                assert address not in answers
                continue
            assert address in answers
            writer.write(b"HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
            writer.close()

    play(story, host=host)


# ── what costs more than it weighs ──────────────────────────────────────────────────────────────────────────────────

CHUNKED = b"POST /other HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_of_a_flood_a_bounded_part_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network hands over up to 256 kB at once: 50,000 lines, each of them a call into Python."""
    lines = 0
    parse = http_port.BoundedHttp.on_header

    def counted(self: http_port.BoundedHttp, name: bytes, value: bytes) -> None:
        nonlocal lines
        lines += 1
        parse(self, name, value)

    monkeypatch.setattr(http_port.BoundedHttp, "on_header", counted)

    async def story(world: World) -> None:
        for begin in (b"GET /healthz HTTP/1.1\r\n", CHUNKED + b"0\r\n"):
            with suppress(ConnectionError):
                await answered(world, begin + b"a:b\r\n" * 50_000)

    play(story)
    assert 0 < lines < 2 * (http_port.HEAD_BYTES + 2 * http_port.PIECE_BYTES) / 5 + 20


@pytest.mark.parametrize(
    "rest",
    [
        b"0\r\n" + b"a: b\r\n" * 20_000,
        b"0\r\na: " + b"b" * 100_000,
        b"1;" + b"e" * 100_000,
        b"1;e\r\nx\r\n" + b"0" * 100_000,
    ],
    ids=["lines behind it", "one line behind it", "an extension", "a size"],
)
def test_what_stands_beside_a_body_has_a_bound(rest: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def story(world: World) -> None:
        with suppress(ConnectionError):
            await answered(world, CHUNKED + rest)
        assert (await world.client.get("/healthz")).status_code == 200

    play(story)
    assert [line for line in web_lines(caplog) if "refused" in line]


def test_a_body_may_come_in_chunks_of_a_byte() -> None:
    fields = [("CallSid", CA1), ("Note", "x" * 20_000)]
    signature = twilio_signature.sign(TOKEN, f"{PUBLIC}/twilio/voice", fields)
    head = (
        "POST /twilio/voice HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: {signature}\r\n\r\n"
    )

    async def story(world: World) -> None:
        chunks = b"".join(b"1\r\n%c\r\n" % sign for sign in urlencode(fields).encode())
        assert (await answered(world, head.encode() + chunks + b"0\r\n\r\n")).startswith(b"HTTP/1.1 200 ")

    play(story)


def test_requests_that_wait_on_one_connection_are_few(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = 0
    begin = http_port.BoundedHttp.on_message_begin

    def counted(self: http_port.BoundedHttp) -> None:
        nonlocal begun
        begun += 1
        begin(self)

    monkeypatch.setattr(http_port.BoundedHttp, "on_message_begin", counted)

    async def story(world: World) -> None:
        one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        few = await answered(world, one * 4 + one.replace(b"Host", b"Connection: close\r\nHost"))
        assert few.count(b"HTTP/1.1 200 OK") == 5
        with suppress(ConnectionError):
            await answered(world, one * 8_000)

    play(story)
    assert begun < 5 + http_port.PIECE_BYTES
    assert [line for line in web_lines(caplog) if "wait on one connection" in line]


def test_what_is_no_request_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reaches the port could fill the log."""

    async def story(world: World) -> None:
        for _ in range(20):
            assert (await answered(world, b"\x00\x01\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
            await answered(world, b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n")

    play(story)
    told = [record.getMessage() for record in caplog.records if record.name != "asyncio"]
    assert [line for line in told if "no HTTP request" in line] == ["= somebody sends what is no HTTP request: refused"]
    assert len(told) < 6, told
