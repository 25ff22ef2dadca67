"""What must not be left over: unsent events, messages in queues, errors of the town itself."""

from __future__ import annotations

from collections.abc import Iterator

from services.ops.demo.checks.evidence import PARKED_QUEUES, WORK_QUEUES, Evidence


def unsent_events(evidence: Evidence) -> Iterator[str]:
    """Documents whose outbox still holds events."""
    for collection, documents in evidence.documents.items():
        for document in documents:
            if document.get("outbox"):
                yield f"{collection}/{document['_id']}"


def unfinished_work(evidence: Evidence) -> Iterator[str]:
    """Work queues that still hold messages."""
    return _filled(evidence, WORK_QUEUES)


def parked_messages(evidence: Evidence) -> Iterator[str]:
    """Queues with messages that were given up."""
    return _filled(evidence, PARKED_QUEUES)


def town_errors(evidence: Evidence) -> Iterator[str]:
    """Events that the town could not read, and errors of its people."""
    yield from evidence.troubles


def _filled(evidence: Evidence, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if evidence.queues.get(name):
            yield f"{name}: {evidence.queues[name]}"
