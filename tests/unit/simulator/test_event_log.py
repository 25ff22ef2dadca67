"""What the town writes down."""

from __future__ import annotations

from services.simulator.channels.event_log import EventLog
from tests.support.builders import a_driver_assigned, a_message


def test_a_repeated_event_is_written_down_once() -> None:
    event_log = EventLog()
    heard: list[str] = []
    event_log.listen(lambda event: heard.append(event.id))
    event = a_message(a_driver_assigned())

    event_log.note(event)
    event_log.note(event)

    assert heard == [event.id]
    assert event_log.repeats == {"order.driver_assigned.v1": 1}
    assert event_log.status == {"o-1": "assigned"}
    assert event_log.ended == set()
