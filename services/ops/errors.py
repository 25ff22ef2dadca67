"""Errors that a command reports in one line: CommandError and everything expected below it.

CommandError                        exit code 2
├── ServerMissingError              a program has to be installed first
├── ServerStartError                a server started, but does not answer
├── FolderInUseError                another process runs servers on the same data
├── NotRunningError                 no embedded set-up runs that a command could join
└── UnreachableError                RabbitMQ or MongoDB does not answer, or refuses the login

A command's own errors derive from CommandError beside the code that raises them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.ops import terminal

if TYPE_CHECKING:
    from pathlib import Path


class CommandError(Exception):
    """Something the user can put right; its text is the whole message."""


class ServerMissingError(CommandError):
    """A server program is not on this machine."""

    def __init__(self, program: str, remedy: str) -> None:
        """Name the program and how to get it."""
        super().__init__(f"{program} is not installed: {remedy}")
        self.program = program
        self.remedy = remedy


class ServerStartError(CommandError):
    """A server was started and ended, or did not answer in time."""

    def __init__(self, server: str, reason: str, log: Path) -> None:
        """Name the server, what happened, and the file with its output."""
        super().__init__(f"{server} {reason}; its output is in {log}")
        self.server = server
        self.reason = reason
        self.log = log


class FolderInUseError(CommandError):
    """The data folder belongs to a running process."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(f"{folder} is in use by another gancang process: end that one first")
        self.folder = folder


class NotRunningError(CommandError):
    """No embedded set-up runs in this folder."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(
            f"no embedded set-up is running in {folder}: start `{terminal.program()} up`, "
            "or set GANCANG_AMQP_URL and GANCANG_MONGODB_URI",
        )
        self.folder = folder


class UnreachableError(CommandError):
    """A server does not answer, or refuses our login."""

    def __init__(self, server: str, why: str) -> None:
        """Name the server and its answer."""
        super().__init__(f"{server} cannot be reached: {why}")
        self.server = server
