"""What the client asks of the database with every read and write."""

from __future__ import annotations

from services.runtime.storage.database import connect


async def test_writes_are_journalled_by_a_majority_and_reads_see_nothing_less() -> None:
    client = connect("mongodb://127.0.0.1:1/?w=1&readConcernLevel=local")

    assert client.write_concern.document == {"w": "majority", "j": True}
    assert client.read_concern.level == "majority"
    client.close()
