"""Both servers together: started side by side, stopped with the block that started them."""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from services.ops.embedded.mongo import EmbeddedMongo
from services.ops.embedded.rabbit import EmbeddedRabbit
from services.ops.embedded.urls import ServerUrls
from services.ops.errors import FolderInUseError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class EmbeddedServers:
    """RabbitMQ and MongoDB in one folder, ready inside the `with` block; one process a folder.

    `disposable`: the data will not be read again, so leaving the block kills the servers instead of shutting
    them down, which saves six seconds.
    """

    def __init__(self, folder: Path, *, standalone: bool = False, disposable: bool = False) -> None:
        """`standalone`: the database announces no replica set. Raises `ServerMissingError`."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self.disposable = disposable
        self.rabbit = EmbeddedRabbit(self.folder / "rabbitmq")
        self.mongo = EmbeddedMongo(self.folder / "mongodb", standalone=standalone)
        self._lock = ExitStack()

    @property
    def urls(self) -> ServerUrls:
        """The URLs of both; valid before they are started and across restarts."""
        return ServerUrls(amqp=self.rabbit.url, mongodb=self.mongo.url, rabbitmq_api=self.rabbit.api_url)

    def __enter__(self) -> Self:
        """Start both. Raises `FolderInUseError`, `ServerMissingError`, `ServerStartError`."""
        self._take_folder()
        try:
            self.rabbit.start()
            self.mongo.start()
            self.mongo.wait_ready()
            self.rabbit.wait_ready()
        except BaseException:
            self._end(kill=True)
            raise
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End both."""
        self._end(kill=self.disposable)

    def _end(self, *, kill: bool) -> None:
        with self._lock:
            for server in (self.rabbit, self.mongo):
                if kill:
                    server.kill()
                else:
                    server.stop()

    def _take_folder(self) -> None:
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._lock.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise FolderInUseError(self.folder) from None
