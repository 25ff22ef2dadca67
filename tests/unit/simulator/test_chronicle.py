"""What the town writes down."""

from __future__ import annotations

from services.simulator.channels.event_log import Chronicle
from tests.support.builders import a_driver_assigned, a_message


def test_a_repeated_event_is_written_down_once() -> None:
    chronicle = Chronicle()
    heard: list[str] = []
    chronicle.listen(lambda event: heard.append(event.id))
    event = a_message(a_driver_assigned())

    chronicle.note(event)
    chronicle.note(event)

    assert heard == [event.id]
    assert chronicle.repeats == {"order.driver_assigned.v1": 1}
    assert chronicle.status == {"o-1": "assigned"}
    assert chronicle.ended == set()
