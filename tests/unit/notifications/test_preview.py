"""`gancang notifications preview` shows what people would read."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from services.ops.commands import notifications
from services.ops.notifications.preview import NotToldError, NotWrittenError


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


def test_a_language_without_texts_is_an_error(app: typer.Typer) -> None:
    shown = CliRunner().invoke(app, ["notifications", "preview", "order.completed.v1", "--locale", "fr"])

    assert isinstance(shown.exception, NotWrittenError)
    assert "id, en, zh" in str(shown.exception)
    assert not shown.output


def test_a_related_language_shows_the_text_that_its_speakers_get(app: typer.Typer) -> None:
    shown = CliRunner().invoke(app, ["notifications", "preview", "order.completed.v1", "--locale", "jv-ID"])

    assert "customer · id" in shown.output


def test_a_merchant_reads_of_a_meal_and_its_share(app: typer.Typer) -> None:
    shown = CliRunner().invoke(app, ["notifications", "preview", "order.completed.v1", "--locale", "en"])

    assert "The order (Food from a warung) has arrived. Your share: Rp40,000." in shown.output
    assert "Rp0" not in shown.output


def test_a_type_without_an_audience_is_an_error(app: typer.Typer) -> None:
    shown = CliRunner().invoke(app, ["notifications", "preview", "order.accepted.v1"])

    assert isinstance(shown.exception, NotToldError)
    assert "order.completed.v1" in str(shown.exception)
