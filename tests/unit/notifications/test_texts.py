"""Every text in every language and form equals its golden file beside this test."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from contracts.reasons import ENDED, REFUSED
from services.notifications.domain.audience.language import LANGUAGES, languages_of
from services.notifications.domain.audience.table import AUDIENCE_TABLE
from services.notifications.domain.channels import sms
from tests.support.texts import ALL, GOLDEN, TEXTS, golden_files, text_of

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    (event, audience, language)
    for event, rows in AUDIENCE_TABLE.items()
    for audience in rows
    for language in languages_of(audience)
]
FILES = list(golden_files())
WRITTEN = [
    (language, name.removesuffix(".short"))
    for language in LANGUAGES
    for name in TEXTS._environments[language].list_templates()
    if name.endswith(".short")
]
RIDE = {"order_id": "o-1", "service": "ride", "service_name": {}, "notices": {}, "payer": "customer"}


class Words(HTMLParser):
    """The words that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize(("path", "content"), FILES, ids=[str(path.relative_to(GOLDEN)) for path, _ in FILES])
def test_all_texts_equal_their_golden_file(path: Path, content: str) -> None:
    assert content == path.read_text("utf-8"), "if the change is intended: python -m tests.support.texts"


def test_there_is_no_unused_golden_file() -> None:
    assert {path for path in GOLDEN.rglob("*") if path.is_file()} == {path for path, _ in golden_files()}


@pytest.mark.parametrize(("event_type", "audience", "language", "wording"), ALL)
def test_the_html_says_what_the_plain_letter_says(
    event_type: str, audience: str, language: str, wording: int
) -> None:
    text = text_of(event_type, audience, language, wording)
    words = Words()

    words.feed(text.html)

    assert "".join("".join(words.text).split()) == "".join(f"{text.subject}{text.subject}{text.body}".split())


@pytest.mark.parametrize(("event_type", "audience", "language", "wording"), ALL)
def test_a_short_text_is_one_text_message_and_needs_no_cutting(
    event_type: str, audience: str, language: str, wording: int
) -> None:
    text = text_of(event_type, audience, language, wording)

    assert sms.fits(text.sms)
    assert not text.sms.endswith(sms.CUT)


@pytest.mark.parametrize(("event_type", "audience", "language", "wording"), ALL)
def test_whatsapp_approves_one_wording_with_its_values(
    event_type: str, audience: str, language: str, wording: int
) -> None:
    approved = text_of(event_type, audience, language, wording).approved
    places = re.findall(r"\{\{(\d+)\}\}", approved.wording)

    assert places == [str(place) for place in range(1, len(approved.values) + 1)]
    assert re.fullmatch("[a-z0-9_]{1,512}", approved.name)
    assert not approved.wording.startswith("{")
    assert not approved.wording.endswith("}")
    assert all(value and "\n" not in value for value in approved.values)


@pytest.mark.parametrize(("language", "name"), WRITTEN)
def test_a_short_text_has_no_conditions(language: str, name: str) -> None:
    audience, template = name.split("/")

    assert "{%" not in TEXTS.short_source(template, audience, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_sentence(language: str) -> None:
    tables = TEXTS.reasons[language]

    assert tables["everybody"].keys() == {"other", *ENDED, *REFUSED}
    assert all(sentences.keys() <= tables["everybody"].keys() for sentences in tables.values())


def test_there_is_no_unused_text() -> None:
    rows = {
        (language, f"{audience}/{AUDIENCE_TABLE[event][audience].template}")
        for event, audience, language in ROWS
    }
    bases = {(language, name.removesuffix(".goods").removesuffix(".passenger")) for language, name in WRITTEN}

    assert bases == rows


def test_a_wording_for_goods_exists_in_every_language_of_its_audience() -> None:
    own = {name for _, name in WRITTEN if name.endswith((".goods", ".passenger"))}

    assert own
    assert all((language, name) in WRITTEN for name in own for language in languages_of(name.split("/")[0]))


@pytest.mark.parametrize(
    ("locale", "to_a_passenger", "of_a_parcel"),
    [
        ("en", "is waiting for you at the pick-up point", "takes it along"),
        ("id", "lokasi penjemputan", "tempat pengambilan"),
        ("zh", "上车点", "取件点"),
    ],
)
def test_the_sender_of_a_parcel_is_not_told_to_get_on(
    locale: str, to_a_passenger: str, of_a_parcel: str
) -> None:
    ride, parcel, old = (
        TEXTS.render("order.driver_arrived", "customer", locale, {**RIDE, **changes}, None)
        for changes in ({"carries": "passenger"}, {"carries": "goods"}, {"carries": None})
    )

    assert to_a_passenger in ride.body == old.body
    assert of_a_parcel in parcel.body
    assert of_a_parcel in parcel.short
    assert to_a_passenger not in parcel.body
    assert parcel.approved.name == "order_driver_arrived_goods_customer"


def test_a_name_cannot_begin_a_new_line() -> None:
    text = TEXTS.render("order.driver_arrived", "customer", "en", RIDE, "Eve\n\nYou have won {{ order_id }}")

    assert text.body.splitlines()[0] == "Hi Eve You have won {{ order_id }},"


def test_a_name_cannot_be_markup() -> None:
    text = TEXTS.render("order.driver_arrived", "customer", "en", RIDE, "<script>")

    assert "Hi &lt;script&gt;," in text.html


def test_an_unknown_reason_has_a_general_sentence() -> None:
    text = TEXTS.render("order.unserved", "customer", "en", {**RIDE, "reason": "eclipse"}, None)

    assert "Something went wrong on our side." in text.body
    assert "eclipse" not in text.body


FEES = [
    ("en", "Cancellation fee: Rp1,000", "There is no cancellation fee.", "You have nothing to pay."),
    (
        "id",
        "Biaya pembatalan: Rp1.000",
        "Anda tidak dikenai biaya pembatalan.",
        "Anda tidak perlu membayar apa pun.",
    ),
    ("zh", "取消费：1,000印尼盾", "本次取消不收取费用。", "您无需支付任何费用。"),  # noqa: RUF001  Chinese colon
]


@pytest.mark.parametrize(("locale", "owed", "free", "nothing"), FEES)
def test_a_fee_is_named_only_to_the_person_who_owes_it(
    locale: str, owed: str, free: str, nothing: str
) -> None:
    said = {
        (by, fee): TEXTS.render(
            "order.cancelled",
            "customer",
            locale,
            {**RIDE, "reason": "changed_mind", "by": by, "fee": fee},
            None,
        ).body
        for by in ("customer", "driver", "merchant", "operator")
        for fee in (0, 1000)
    }

    assert {key for key, body in said.items() if owed in body} == {("customer", 1000), ("driver", 1000)}
    assert {key for key, body in said.items() if free in body} == {("customer", 0)}
    assert all(nothing in said[by, 0] for by in ("driver", "merchant", "operator"))


def test_a_notice_of_the_service_is_in_the_letter_in_the_readers_language() -> None:
    notices = {"id": "Bawa jaket.", "en": "Bring a jacket.", "zh": "请带外套。"}

    text = TEXTS.render("order.driver_arrived", "customer", "zh-Hans", {**RIDE, "notices": notices}, None)

    assert "请带外套。" in text.body
    assert "请带外套。" in text.html


def test_the_code_is_in_the_recipients_text_and_fits_one_message() -> None:
    values = {
        **RIDE,
        "service_name": {"id": "Antar dokumen kependudukan"},
        "code_serial": 1,
        "code": "407193",
    }

    texts = [TEXTS.render("order.code_issued", "recipient", locale, values, None) for locale in LANGUAGES]

    assert all("407193" in text.sms and sms.fits(text.sms) for text in texts)
    assert all(text.approved.values[1] == "407193" for text in texts)
