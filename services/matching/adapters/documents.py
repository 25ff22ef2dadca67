"""Convert the domain's values to documents and back.

A document keeps the keys that it was first written with, so an attribute that got another name is mapped.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import TypeAdapter

from services.matching.domain.drivers.driver import Driver
from services.matching.domain.explain.snapshot import Snapshot
from services.matching.domain.searches.search import Search, SearchStatus
from services.runtime.change import Document

OPEN = "open"
# Attribute -> key, where they differ
SEARCH = {"trip": "wanted"}
OFFER = {"radius_index": "round"}
DRIVER = {"announced": "told", "announced_at": "told_at"}
COMMITMENT = {"requirements": "asked"}
SNAPSHOT = {"radius_index": "round"}

# Key -> attribute
SEARCH_KEYS, OFFER_KEYS, DRIVER_KEYS, COMMITMENT_KEYS, SNAPSHOT_KEYS = (
    {key: attribute for attribute, key in names.items()}
    for names in (SEARCH, OFFER, DRIVER, COMMITMENT, SNAPSHOT)
)

_SEARCH: TypeAdapter[Search] = TypeAdapter(Search)
_DRIVER: TypeAdapter[Driver] = TypeAdapter(Driver)
_SNAPSHOT: TypeAdapter[Snapshot] = TypeAdapter(Snapshot)


def search_document(search: Search) -> Document:
    """The state to store of a search. Only an open one has the key `open`: the index on it stays small."""
    document = _renamed(_SEARCH.dump_python(search, exclude_none=True), SEARCH)
    for offer in document["offers"]:
        _renamed(offer, OFFER)
    if search.status is SearchStatus.OPEN:
        document[OPEN] = True
    return document


def search_of(state: Document) -> Search:
    """The search in a stored state."""
    document = _renamed(dict(state), SEARCH_KEYS)
    document["offers"] = [_renamed(dict(offer), OFFER_KEYS) for offer in state.get("offers", ())]
    return _SEARCH.validate_python(document)


def driver_document(driver: Driver) -> Document:
    """The state to store of a driver."""
    document = _renamed(_DRIVER.dump_python(driver, exclude_none=True), DRIVER)
    if driver.live is not None:
        _renamed(document["live"], COMMITMENT)
    for each in document["reserved"]:
        _renamed(each, COMMITMENT)
    return document


def driver_of(state: Document) -> Driver:
    """The driver in a stored state."""
    document = _renamed(dict(state), DRIVER_KEYS)
    if document.get("live"):
        document["live"] = _renamed(dict(document["live"]), COMMITMENT_KEYS)
    if document.get("reserved"):
        document["reserved"] = [_renamed(dict(each), COMMITMENT_KEYS) for each in document["reserved"]]
    return _DRIVER.validate_python(document)


def snapshot_document(snapshot: Snapshot) -> Document:
    """What to store of a snapshot."""
    return _renamed(_SNAPSHOT.dump_python(snapshot, exclude_none=True), SNAPSHOT)


def snapshot_of(document: Document) -> Snapshot:
    """The snapshot in a document."""
    return _SNAPSHOT.validate_python(_renamed(dict(document), SNAPSHOT_KEYS))


def _renamed(document: Document, names: Mapping[str, str]) -> Document:
    """The same document, which is changed: rounds read thousands of them."""
    for name, other in names.items():
        if name in document:
            document[other] = document.pop(name)
    return document
