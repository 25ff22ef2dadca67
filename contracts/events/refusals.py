"""The answer to a request that cannot be acted on."""

from __future__ import annotations

from contracts.values import Id, Short, Value


class RequestRejected(Value):
    """Nothing came into being. `reason` is a code of `contracts.reasons`, `pointer` a JSON pointer into `data`."""

    request_id: Short
    request_type: Short
    reason: Short
    detail: Short
    order_id: Id | None = None
    pointer: Short | None = None
