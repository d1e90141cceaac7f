"""The network: whatever its numbers, order is kept, only media are lost, and a seed is a network."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from offhook.simulator.network import Courier, Link, Network
from offhook.simulator.virtual import run_virtual

NETWORKS = st.builds(
    Network,
    delay_s=st.floats(0, 2),
    jitter_s=st.floats(0, 1),
    loss=st.floats(0, 1),
    burst_every_s=st.just(0.0) | st.floats(0.02, 5),
    burst_gap_s=st.floats(0, 1),
    seed=st.integers(0, 1000),
)
SENDINGS = st.lists(st.tuples(st.floats(0, 0.5), st.booleans()), max_size=60)


def arrivals(link: Link, sendings: list[tuple[float, bool]]) -> list[tuple[float, float | None, bool]]:
    """Sent at, arrived at, is media."""
    at, found = 0.0, []
    for wait_s, is_media in sendings:
        at += wait_s
        found.append((at, link.arrives_at(at, is_media=is_media), is_media))
    return found


@given(NETWORKS, SENDINGS)
def test_order_is_kept_and_nothing_comes_early(network: Network, sendings: list[tuple[float, bool]]) -> None:
    for link in (network.to_server(), network.to_carrier()):
        found = arrivals(link, sendings)
        arrived = [arrival for _, arrival, _ in found if arrival is not None]
        assert arrived == sorted(arrived)
        assert all(arrival is None or arrival >= sent + network.delay_s - 1e-9 for sent, arrival, _ in found)


@given(NETWORKS, SENDINGS)
def test_only_the_callers_media_are_lost(network: Network, sendings: list[tuple[float, bool]]) -> None:
    link = network.to_server()
    lost = [is_media for _, arrival, is_media in arrivals(link, sendings) if arrival is None]
    assert all(lost)
    assert len(lost) == link.lost
    assert all(arrival is not None for _, arrival, _ in arrivals(network.to_carrier(), sendings))


@given(NETWORKS, SENDINGS)
def test_a_seed_is_a_network(network: Network, sendings: list[tuple[float, bool]]) -> None:
    assert arrivals(network.to_server(), sendings) == arrivals(network.to_server(), sendings)


@given(NETWORKS, SENDINGS)
def test_a_message_is_late_by_no_more_than_was_asked_for(network: Network, sendings: list[tuple[float, bool]]) -> None:
    most_s = network.delay_s + network.jitter_s + network.burst_gap_s + 1e-6
    last = float("-inf")
    for sent, arrival, _ in arrivals(network.to_server(), sendings):
        if arrival is not None:
            # Behind a late one everything is late: that is what order means.
            assert arrival <= max(sent + most_s, last + 1e-6)
            last = arrival


@given(NETWORKS, st.lists(st.integers(), max_size=40))
def test_a_courier_delivers_all_in_order(network: Network, messages: list[int]) -> None:
    async def main() -> list[int]:
        arrived: list[int] = []
        courier = Courier[int](network.to_carrier(asyncio.get_running_loop().time()), arrived.append)
        for message in messages:
            courier.send(message)
            await asyncio.sleep(0.013)
        await asyncio.sleep(10)
        return arrived

    assert run_virtual(main()) == messages


def test_bursts_come_at_once_and_half_open_swallows() -> None:
    link = Network(burst_every_s=1.0, burst_gap_s=0.25).to_server(100.0)
    found = [link.arrives_at(100.0 + tick * 0.02, is_media=True) for tick in range(100)]
    assert found[:50] == [100.0 + tick * 0.02 for tick in range(50)]
    assert set(found[50:62]) == {101.25}
    dead = Network(half_open_at_s=1.0).to_carrier(0.0)
    assert dead.arrives_at(0.99, is_media=False) == 0.99
    assert dead.arrives_at(1.0, is_media=False) is None
