"""The gate closes once, recovers in order, and stays quiet after it was stopped."""

from __future__ import annotations

from services.runtime.errors import BrokerAway
from services.runtime.messaging.gate import Gate
from tests.support.eventually import eventually


class Servers:
    """Notes each step; `resume` fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.steps: list[str] = []
        self.failures = failures

    async def halt(self) -> None:
        self.steps.append("halt")

    async def probe(self) -> None:
        self.steps.append("probe")

    async def resume(self) -> None:
        self.steps.append("resume")
        if self.failures:
            self.failures -= 1
            raise BrokerAway("resume")

    def gate(self) -> Gate:
        return Gate("test", halt=self.halt, probe=self.probe, resume=self.resume)


async def test_it_halts_then_probes_then_resumes() -> None:
    servers = Servers()
    gate = servers.gate()

    gate.close("database")
    gate.close("database")

    await eventually(lambda: gate.is_open)
    assert servers.steps == ["halt", "probe", "resume"]


async def test_what_is_only_half_resumed_is_halted_again() -> None:
    servers = Servers(failures=1)
    gate = servers.gate()

    gate.close("broker")

    await eventually(lambda: gate.is_open)
    assert servers.steps == ["halt", "probe", "resume", "halt", "probe", "resume"]


async def test_once_stopped_it_is_closed_and_never_resumes() -> None:
    servers = Servers()
    gate = servers.gate()

    await gate.stop()
    gate.close("broker")

    assert not gate.is_open
    assert servers.steps == []
