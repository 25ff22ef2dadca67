"""Logging for every process: structlog with static event names and data as fields, never a message body."""

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
    """Configure the logging of the process; warnings and errors of libraries go the same way."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Not structlog's defaults: they print the text of errors and all local variables, which hold messages and
    # addresses.
    ending = [structlog.processors.ExceptionRenderer(traceback_of), _renderer(style)]
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    _configure_libraries(shared, ending)


def _renderer(style: Literal["console", "json"]) -> Any:
    if style == "json":
        return structlog.processors.JSONRenderer(serializer=_json)
    plain = structlog.dev.plain_traceback  # any other formatter warns that tracebacks are text already
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)


def _configure_libraries(shared: list[Any], ending: list[Any]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, first_line],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)


def first_line(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep the first line of a library's message; in the others asyncio prints the task and its error."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _json(fields: Any, default: Callable[[Any], Any], **_: Any) -> str:
    return orjson.dumps(fields, default=default).decode()
