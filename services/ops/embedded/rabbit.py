"""A RabbitMQ node of our own: every listener on loopback, random credentials, cheap when idle."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from services.ops.embedded.files import kept_password, write_private
from services.ops.embedded.ports import LOOPBACK, answers, free_ports
from services.ops.embedded.process import ServerProcess
from services.ops.errors import ServerMissingError

READY_WITHIN_S = 90.0
USER = "gancang"
NODE_NAME = "gancang@localhost"
# Debian's wrapper on PATH changes to the user `rabbitmq`; the script behind it runs as the caller.
UNWRAPPED = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
DISTRIBUTION_ON_LOOPBACK = f"-kernel inet_dist_use_interface {{{LOOPBACK.replace('.', ',')}}}"
CONFIGURATION = """\
listeners.tcp.1 = {loopback}:{amqp}
management.tcp.ip = {loopback}
management.tcp.port = {management}
default_user = {user}
default_pass = {password}
default_user_tags.administrator = true
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*
disk_free_limit.absolute = 64MB
raft.wal_max_size_bytes = 67108864
log.file.level = warning
log.console = false
"""


@dataclass(frozen=True, slots=True)
class RabbitPorts:
    """The four ports of a node: clients, management, other nodes, and Erlang's port mapper."""

    amqp: int
    management: int
    distribution: int
    mapper: int


class EmbeddedRabbit:
    """One node in one folder; `start` after `stop` or `kill` finds the same port, users and messages."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds data, log and configuration; it is made when missing."""
        self.folder = folder.resolve()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._node = ServerProcess("rabbitmq-server", self.folder / "output.log")
        self._mapper = ServerProcess("epmd", self.folder / "epmd.log")
        self._ports = RabbitPorts(*free_ports(4))
        self._password = kept_password(self.folder)

    @property
    def url(self) -> str:
        """AMQP URL of the default virtual host."""
        return f"amqp://{USER}:{self._password}@{LOOPBACK}:{self._ports.amqp}/"

    @property
    def api_url(self) -> str:
        """Root of the management interface, without `/api`."""
        return f"http://{USER}:{self._password}@{LOOPBACK}:{self._ports.management}"

    @property
    def pid(self) -> int | None:
        """Process id of the Erlang machine, None when it does not run."""
        return self._node.pid

    @property
    def ports(self) -> dict[str, int]:
        """The node's ports by name."""
        return asdict(self._ports)

    def start(self) -> None:
        """Start the node and return at once; does nothing when it runs. Raises `ServerMissingError`."""
        program = find_program()
        self._write_configuration()
        environment = self._environment()
        mapper = shutil.which("epmd")
        if mapper is None:
            raise ServerMissingError("epmd", "apt-get install erlang-base")
        # Our own mapper: the one that Erlang starts by itself outlives a killed node.
        port = str(self._ports.mapper)
        self._mapper.start([mapper, "-address", LOOPBACK, "-port", port], environment, self.folder)
        self._mapper.wait_until(lambda: answers(self._ports.mapper), within=10.0)
        self._node.start([program], environment, self.folder)

    def wait_ready(self) -> None:
        """Return when clients can log in and the management interface answers. Raises `ServerStartError`."""
        self._node.wait_until(lambda: self._accepts_clients() and self._management_answers(), READY_WITHIN_S)

    def stop(self) -> None:
        """Shut down in good order (Erlang takes about six seconds); harmless when it does not run."""
        self._node.stop()
        self._mapper.stop()

    def kill(self) -> None:
        """SIGKILL the node, as a crash would; harmless when it does not run."""
        self._node.kill()
        self._mapper.kill()

    def restart(self) -> None:
        """Start again on the same port and data, and wait until it answers. Raises `ServerStartError`."""
        self.stop()
        self.start()
        self.wait_ready()

    def _write_configuration(self) -> None:
        ports = asdict(self._ports)
        text = CONFIGURATION.format(loopback=LOOPBACK, user=USER, password=self._password, **ports)
        write_private(self.folder / "rabbitmq.conf", text)
        write_private(self.folder / "enabled_plugins", "[rabbitmq_management].\n")

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))
        }
        return inherited | {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": NODE_NAME,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self._ports.amqp),
            "RABBITMQ_DIST_PORT": str(self._ports.distribution),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": DISTRIBUTION_ON_LOOPBACK,
            "ERL_EPMD_PORT": str(self._ports.mapper),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            # The start script replaces itself by the Erlang machine: one process, one pid to kill.
            "detached": "true",
        }

    def _accepts_clients(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self._ports.amqp), timeout=5.0) as connection:
                connection.sendall(PROTOCOL_HEADER)
                return connection.recv(1) == b"\x01"
        except OSError:
            return False

    def _management_answers(self) -> bool:
        login = base64.b64encode(f"{USER}:{self._password}".encode()).decode()
        connection = http.client.HTTPConnection(LOOPBACK, self._ports.management, timeout=5.0)
        try:
            connection.request("GET", "/api/whoami", headers={"Authorization": f"Basic {login}"})
            response = connection.getresponse()
            return response.status == http.HTTPStatus.OK and json.load(response)["name"] == USER
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def find_program() -> str:
    """Path of the RabbitMQ server. Raises `ServerMissingError`."""
    if os.access(UNWRAPPED, os.X_OK):
        return str(UNWRAPPED)
    program = shutil.which("rabbitmq-server")
    if program is None:
        raise ServerMissingError("rabbitmq-server", "apt-get install rabbitmq-server (./gancang does that)")
    return program
