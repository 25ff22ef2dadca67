"""`gancang notifications preview` shows what people would read."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from services.ops.commands import notifications
from services.ops.commands.notifications import NotToldError


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    notifications.register(app)
    return app


def test_a_preview_shows_what_each_audience_reads(app: typer.Typer) -> None:
    shown = CliRunner().invoke(app, ["notifications", "preview", "order.completed.v1", "--locale", "en"])

    assert "customer · en" in shown.output
    assert "Total: Rp9,000" in shown.output
    assert "You earned: Rp7,200" in shown.output


def test_a_type_that_nobody_is_told_of_is_an_error(app: typer.Typer) -> None:
    shown = CliRunner().invoke(app, ["notifications", "preview", "order.accepted.v1"])

    assert isinstance(shown.exception, NotToldError)
    assert "order.completed.v1" in str(shown.exception)
