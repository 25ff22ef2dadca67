"""structlog for every process: static event names, data as fields, never a body."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, Literal

import orjson
import structlog

from services.runtime.process.tracebacks import traceback_of

NOISY = ("aio_pika", "aiormq", "pymongo", "motor", "uvicorn.error", "faststream")


def configure(style: Literal["console", "json"], level: str, service: str) -> None:
    """Set the process's logging up once; warnings and errors of the libraries join in."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    colours = style == "console" and sys.stderr.isatty()
    plain = structlog.dev.plain_traceback  # another one would complain that tracebacks are text already
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=_json)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=plain)
    )
    # Never structlog's defaults: they print what an error says and every frame's local variables, and those hold messages and addresses.
    errors = structlog.processors.ExceptionRenderer(traceback_of)
    structlog.configure(
        processors=[*shared, errors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, first_line],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, errors, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)


def first_line(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """What a library says in one line; asyncio goes on with the representation of the task and of its error."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _json(fields: Any, default: Callable[[Any], Any], **_: Any) -> str:
    return orjson.dumps(fields, default=default).decode()
