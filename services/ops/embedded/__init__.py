"""A RabbitMQ and a MongoDB of our own for demo, development and tests: loopback only, own ports, own data."""

from services.ops.embedded.mongo import EmbeddedMongo
from services.ops.embedded.rabbit import EmbeddedRabbit
from services.ops.embedded.servers import EmbeddedServers
from services.ops.embedded.urls import ServerUrls

__all__ = ["EmbeddedMongo", "EmbeddedRabbit", "EmbeddedServers", "ServerUrls"]
