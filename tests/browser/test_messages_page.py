"""docs/asyncapi.html in a real browser, from disk and without a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, ViewportSize

PAGE = Path(__file__).parents[2] / "docs" / "asyncapi.html"
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass
class Opened:
    """The page, and what the browser said and asked for meanwhile."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """The page on a screen of the usual size."""
    context = browser.new_context(offline=True)
    opened = Opened(context.new_page())
    opened.page.on("console", lambda message: opened.said.append(message.text))
    opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
    opened.page.on("request", lambda request: opened.asked.append(request.url))
    opened.page.goto(PAGE.as_uri())
    yield opened
    context.close()


def test_the_page_opens_offline_and_asks_for_nothing_else(opened: Opened) -> None:
    opened.page.wait_for_load_state("networkidle")

    assert opened.asked == [PAGE.as_uri()]
    assert opened.said == []


def test_a_message_shows_where_it_goes_and_what_is_in_it(opened: Opened) -> None:
    message = opened.page.locator("[id='order.requested.v1']")

    shown = message.inner_text()

    assert "gancang.requests" in shown
    assert "orders.order_requested" in shown
    assert "customer.kind*" in shown
    assert '"order_id": "o-1"' in shown
    assert '"ce-specversion": "1.0"' in shown


def test_a_search_leaves_the_messages_that_fit(opened: Opened) -> None:
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("order.requested")

    assert opened.page.locator("article[id*='.v']:visible").evaluate_all("all => all.map(one => one.id)") == [
        "order.requested.v1"
    ]
    assert opened.page.locator("#count").inner_text().startswith("1 of ")


def test_a_search_finds_a_field(opened: Opened) -> None:
    opened.page.fill("#search", "plate")

    assert opened.page.locator("[id='order.driver_assigned.v1']").is_visible()
    assert not opened.page.locator("[id='order.accepted.v1']").is_visible()


def test_a_link_to_a_message_that_the_search_has_hidden_shows_it_again(opened: Opened) -> None:
    opened.page.fill("#search", "plate")

    opened.page.evaluate("location.hash = 'order.accepted.v1'")

    opened.page.locator("[id='order.accepted.v1']").wait_for(state="visible")
    assert opened.page.input_value("#search") == ""


def test_nothing_is_wider_than_a_phone(opened: Opened) -> None:
    opened.page.set_viewport_size(PHONE)

    assert opened.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
