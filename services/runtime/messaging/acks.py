"""Acknowledgements in batches: one `basic.ack(multiple)` for a finished run of delivery tags.

Each frame costs a system call. Tags belong to the channel that delivered them and are dropped when it closes:
the broker redelivers what was not acknowledged.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from time import monotonic
from typing import Any

import structlog
from aiormq.abc import AbstractChannel
from aiormq.exceptions import AMQPError

from services.runtime import metrics

MAX_HEAD_WAIT_S = 0.1  # how long an unfinished first tag may hold up the finished ones behind it
log = structlog.get_logger()


class ChannelAcks:
    """The tags of one channel in the order of delivery; True: finished, but not acknowledged yet."""

    def __init__(self, channel: AbstractChannel) -> None:
        self._channel = channel
        self._tags: OrderedDict[int, bool] = OrderedDict()
        self._flushing = False
        self._head_since = monotonic()

    def opened(self, tag: int) -> None:
        """Note a delivered message."""
        if not self._tags:
            self._head_since = monotonic()
        self._tags[tag] = False

    def finish(self, tag: int) -> None:
        """Acknowledge the message with the next batch."""
        if tag in self._tags:
            self._tags[tag] = True
            self._flush_soon()

    async def give_back(self, tag: int) -> None:
        """Requeue the message (`basic.nack`): the broker delivers it again."""
        if self._tags.pop(tag, None) is not None and not self._channel.is_closed:
            await self._channel.basic_nack(tag, requeue=True, wait=False)

    def forget(self) -> None:
        """Drop all tags: the channel is closed or about to close."""
        self._tags.clear()

    def __len__(self) -> int:
        return len(self._tags)

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(self._flush()))

    async def _flush(self) -> None:
        """Send what is finished.

        Only one flush runs at a time, else a run could cover a tag that another still sends.
        """
        try:
            while acks := self._take():
                if self._channel.is_closed:
                    break
                for tag, multiple in acks:
                    await self._channel.basic_ack(tag, multiple=multiple, wait=False)
        except (AMQPError, OSError, RuntimeError) as error:
            log.info("acks.channel_closed", error=type(error).__name__)
            self.forget()
        finally:
            self._flushing = False
        if self._channel.is_closed:
            self.forget()
        elif any(self._tags.values()):
            asyncio.get_running_loop().call_later(MAX_HEAD_WAIT_S, self._flush_soon)

    def _take(self) -> list[tuple[int, bool]]:
        run = self._take_run()
        if not run and self._tags and monotonic() - self._head_since > MAX_HEAD_WAIT_S:
            return self._take_finished()
        return run

    def _take_run(self) -> list[tuple[int, bool]]:
        last = None
        while self._tags:
            tag, finished = next(iter(self._tags.items()))
            if not finished:
                break
            del self._tags[tag]
            last = tag
        if last is None:
            return []
        self._head_since = monotonic()
        return [(last, True)]

    def _take_finished(self) -> list[tuple[int, bool]]:
        finished = [tag for tag, done in self._tags.items() if done]
        for tag in finished:
            del self._tags[tag]
        return [(tag, False) for tag in finished]


class Acks:
    """The tags of all consuming channels of a process."""

    def __init__(self, service: str) -> None:
        self._channels: dict[int, tuple[Any, ChannelAcks]] = {}
        self._gauge = metrics.IN_WORK.labels(service)

    def of(self, channel: AbstractChannel) -> ChannelAcks:
        """The tags of the channel that delivered a message."""
        known = self._channels.get(id(channel))
        if known is None or known[0] is not channel:
            self._channels = {key: value for key, value in self._channels.items() if not value[0].is_closed}
            known = (channel, ChannelAcks(channel))
            self._channels[id(channel)] = known
        return known[1]

    def in_work(self) -> int:
        """The number of messages delivered and not yet acknowledged or requeued."""
        count = sum(len(acks) for _, acks in self._channels.values())
        self._gauge.set(count)
        return count

    def forget(self) -> None:
        """Drop all tags: every channel is about to close."""
        for _, acks in self._channels.values():
            acks.forget()
        self._channels.clear()
