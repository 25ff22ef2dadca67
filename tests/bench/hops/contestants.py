"""The programs that are compared, and how each is started.

What a program's settings are and why stands in its own docstring.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.hops.job import END, HOPS, TAKE_IN

PROGRAMS = "tests.bench.hops.programs"
OURS = "gancang-3"


@dataclass(frozen=True, slots=True)
class Contestant:
    """One program of the bench.

    `workers` are the command lines after the interpreter, the first hop's last, so that it starts when the
    rest runs. `first` and `end` are the queues where the orders lie before, and what became of them after.
    `framework`: a rival that one could choose.
    """

    name: str
    title: str
    seed: tuple[str, ...]
    workers: tuple[tuple[str, ...], ...]
    first: str = TAKE_IN.queue
    end: str = END
    ours: bool = False
    framework: bool = False
    without: str = ""
    outbox: bool = False


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return ("-m", f"{PROGRAMS}.{name}", *arguments)


def _one_per_hop(name: str, *options: str) -> tuple[tuple[str, ...], ...]:
    return tuple(_module(name, "work", hop, *options) for hop in reversed(HOPS))


def ours(name: str, title: str, *, processes: int = 3, without: str = "", faststream: str = "") -> Contestant:
    """The runtime: one process a hop, or one for all; `without` something, to learn its price.

    `faststream`: by which way of FastStream messages come in, when it is not the runtime's own.
    """
    options: tuple[str, ...] = ("--without", without) if without else ()
    options += ("--faststream", faststream) if faststream else ()
    workers = (
        _one_per_hop("gancang", *options) if processes > 1 else (_module("gancang", "work", *HOPS, *options),)
    )
    return Contestant(
        name,
        title,
        _module("gancang", "seed"),
        workers,
        first="bench.take_in",
        ours=True,
        without=without,
        outbox=without != "outbox",
    )


CELERY = (
    "-m",
    "celery",
    "-A",
    f"{PROGRAMS}.celery_app",
    "worker",
    "--concurrency",
    "4",
    "--queues",
    ",".join(h.queue for h in HOPS.values()),
)
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
TASKIQ = (
    "-m",
    "taskiq",
    "worker",
    f"{PROGRAMS}.taskiq_app:broker",
    "--workers",
    "2",
    "--ack-type",
    "when_executed",
    "--log-level",
    "WARNING",
)

CONTESTANTS: dict[str, Contestant] = {
    each.name: each
    for each in (
        ours("gancang-3", "Gancang, a process a hop"),
        ours("gancang-1", "Gancang, one process", processes=1),
        Contestant(
            "batches",
            "hand-written micro-batches, outbox",
            _module("one_by_one", "seed"),
            _one_per_hop("batches"),
            outbox=True,
        ),
        Contestant(
            "batches-single",
            "the same, an update for each sent mark",
            _module("one_by_one", "seed"),
            _one_per_hop("batches", "--single-marks"),
            outbox=True,
        ),
        Contestant(
            "one-by-one",
            "aio-pika + motor, one at a time",
            _module("one_by_one", "seed"),
            _one_per_hop("one_by_one"),
        ),
        Contestant(
            "faststream",
            "FastStream, 2 processes",
            _module("faststream_app", "seed"),
            (_module("faststream_app", "work"),) * 2,
            framework=True,
        ),
        Contestant(
            "celery",
            "Celery, 4 processes",
            _module("celery_app", "seed"),
            ((*CELERY, *QUIET),),
            framework=True,
        ),
        Contestant(
            "dramatiq",
            "Dramatiq, 2 x 8",
            _module("dramatiq_app", "seed"),
            (
                (
                    "-m",
                    "dramatiq",
                    f"{PROGRAMS}.dramatiq_app",
                    "--processes",
                    "2",
                    "--threads",
                    "8",
                    "--queues",
                    *(h.queue for h in HOPS.values()),
                ),
            ),
            framework=True,
        ),
        Contestant(
            "taskiq", "taskiq-aio-pika, 2 processes", _module("taskiq_app", "seed"), (TASKIQ,), framework=True
        ),
    )
}
