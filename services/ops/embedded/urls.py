"""The URLs of the servers, and the variables that hold them."""

from __future__ import annotations

from dataclasses import dataclass

AMQP_VARIABLE = "GANCANG_AMQP_URL"
MONGODB_VARIABLE = "GANCANG_MONGODB_URI"
RABBITMQ_API_VARIABLE = "GANCANG_RABBITMQ_API_URL"


@dataclass(frozen=True, slots=True)
class ServerUrls:
    """URLs with credentials. `rabbitmq_api`: the management interface without `/api`, or empty."""

    amqp: str
    mongodb: str
    rabbitmq_api: str

    def environment(self) -> dict[str, str]:
        """The variables that point our processes at these servers."""
        variables = {AMQP_VARIABLE: self.amqp, MONGODB_VARIABLE: self.mongodb}
        if self.rabbitmq_api:
            variables[RABBITMQ_API_VARIABLE] = self.rabbitmq_api
        return variables
