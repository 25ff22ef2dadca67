"""structlog for every process: static event names, data as fields, never a body."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal

import structlog

NOISY = ("aio_pika", "aiormq", "pymongo", "motor", "uvicorn.error", "faststream")


def configure(style: Literal["console", "json"], level: str, service: str) -> None:
    """Set the process's logging up once; warnings and errors of the libraries join in."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    colours = style == "console" and sys.stderr.isatty()
    # Never structlog's defaults: they print the local variables of every frame, and those hold messages and addresses.
    plain = structlog.dev.plain_traceback
    renderer: Any = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=plain)
    )
    without_locals = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    errors: list[Any] = [structlog.processors.ExceptionRenderer(without_locals)] if style == "json" else []
    structlog.configure(
        processors=[*shared, *errors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *errors, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
