"""Acks in runs: as few frames as possible, never one for a message that is still in work."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from hypothesis import given
from hypothesis import strategies as st

from services.runtime.messaging.acks import MAX_HEAD_WAIT_S, Acks, ChannelAcks
from tests.support.eventually import eventually

if TYPE_CHECKING:
    from collections.abc import Sequence


class FakeChannel:
    """Notes what a broker would hear."""

    def __init__(self) -> None:
        self.is_closed = False
        self.unacked: set[int] = set()
        self.frames: list[tuple[int, bool]] = []

    async def basic_ack(self, tag: int, *, multiple: bool, wait: bool) -> None:
        covered = {known for known in self.unacked if known == tag or (multiple and known <= tag)}
        assert covered, "a broker closes the channel for an unknown tag"
        self.unacked -= covered
        self.frames.append((tag, multiple))

    async def basic_nack(self, tag: int, *, requeue: bool, wait: bool) -> None:
        self.unacked.remove(tag)


def delivered(channel: FakeChannel, tags: Sequence[int]) -> ChannelAcks:
    acks = ChannelAcks(channel)  # type: ignore[arg-type]
    for tag in tags:
        channel.unacked.add(tag)
        acks.opened(tag)
    return acks


async def test_a_finished_run_is_one_frame() -> None:
    channel = FakeChannel()
    acks = delivered(channel, range(1, 101))

    for tag in range(1, 101):
        acks.finish(tag)
    await eventually(lambda: not channel.unacked)

    assert channel.frames == [(100, True)]


async def test_a_slow_head_does_not_hold_the_others_for_long() -> None:
    channel = FakeChannel()
    acks = delivered(channel, [1, 2, 3])

    acks.finish(2)
    acks.finish(3)
    await eventually(lambda: channel.unacked == {1}, within=MAX_HEAD_WAIT_S * 20)

    assert sorted(channel.frames) == [(2, False), (3, False)]


@given(st.permutations(range(1, 30)))
def test_no_order_of_finishing_acknowledges_what_is_in_work(order: list[int]) -> None:
    async def play() -> None:
        channel = FakeChannel()
        acks = delivered(channel, range(1, 30))
        finished: set[int] = set()
        for tag in order:
            acks.finish(tag)
            finished.add(tag)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert set(range(1, 30)) - channel.unacked <= finished
        await eventually(lambda: not channel.unacked)

    asyncio.run(play())


async def test_a_run_never_overtakes_single_acks_that_are_still_being_sent() -> None:
    class SlowChannel(FakeChannel):
        late: ClassVar[list[int]] = []

        async def basic_ack(self, tag: int, *, multiple: bool, wait: bool) -> None:
            await asyncio.sleep(0.01)  # a full write queue
            if tag not in self.unacked:
                self.late.append(tag)
                return
            await super().basic_ack(tag, multiple=multiple, wait=wait)

    channel = SlowChannel()
    acks = delivered(channel, range(1, 21))
    for tag in range(2, 21):
        acks.finish(tag)
    await eventually(lambda: bool(channel.frames), within=MAX_HEAD_WAIT_S * 20)

    channel.unacked.add(21)
    acks.opened(21)
    acks.finish(1)
    acks.finish(21)
    await eventually(lambda: not channel.unacked)

    assert channel.late == []


async def test_what_is_given_back_is_not_acknowledged() -> None:
    channel = FakeChannel()
    acks = delivered(channel, [1, 2])

    await acks.give_back(1)
    acks.finish(2)
    await eventually(lambda: not channel.unacked)

    assert channel.frames == [(2, True)]


async def test_tags_of_a_closed_channel_are_forgotten() -> None:
    channel = FakeChannel()
    acks = delivered(channel, [1])
    channel.is_closed = True

    acks.finish(1)
    await eventually(lambda: len(acks) == 0)

    assert channel.frames == []


async def test_each_channel_object_has_its_own_tags() -> None:
    acks = Acks("test")
    first, second = FakeChannel(), FakeChannel()

    acks.of(first).opened(1)  # type: ignore[arg-type]
    acks.of(second).opened(1)  # type: ignore[arg-type]

    assert acks.in_work() == 2
