"""Positions count only from a login that may speak for the driver."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from prometheus_client import REGISTRY

from contracts.codec import binary_headers, body_of
from services.matching.app import build
from tests.support.builders import a_position_report
from tests.support.eventually import eventually
from tests.support.outside import OutsideApp, a_fresh_message, an_outside_app
from tests.support.services import at_work, runtime_settings

if TYPE_CHECKING:
    from pathlib import Path


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("gancang_positions_total", {"outcome": outcome}) or 0.0


async def report(app: OutsideApp, *driver_ids: str, user_id: str | None = None) -> None:
    message = a_fresh_message(a_position_report(*driver_ids, at=datetime.now(UTC)))
    headers, body = binary_headers(message), body_of(message.data)
    await app.send_raw(
        body, routing_key=message.type, headers=headers, content_type="application/json", user_id=user_id
    )


async def test_positions_of_drivers_that_the_login_may_not_report_are_dropped_and_counted(
    broker_url: str, database_uri: str, tmp_path: Path
) -> None:
    login = urlsplit(broker_url).username or ""
    file = tmp_path / "speakers.toml"
    file.write_text(f'["{login}"]\ndriver = ["ours-*"]\n')
    settings = runtime_settings(broker_url, database_uri, speakers=str(file))
    kept, foreign = counted("kept"), counted("foreign")

    async with at_work("matching", build, settings), an_outside_app(broker_url) as app:
        await report(app, "ours-1", "ours-2", "theirs-1", user_id=login)
        await report(app, "ours-1", "ours-2")
        await eventually(lambda: counted("foreign") - foreign == 3)

    assert counted("kept") - kept == 2
