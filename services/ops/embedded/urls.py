"""Where the servers are: what every command and test needs to know about them."""

from __future__ import annotations

from dataclasses import dataclass

AMQP_VARIABLE = "GANCANG_AMQP_URL"
MONGODB_VARIABLE = "GANCANG_MONGODB_URI"
RABBITMQ_API_VARIABLE = "GANCANG_RABBITMQ_API_URL"


@dataclass(frozen=True, slots=True)
class ServerUrls:
    """URLs with the credentials inside; `rabbitmq_api` is the management root, without `/api`, empty when there is none."""

    amqp: str
    mongodb: str
    rabbitmq_api: str

    def environment(self) -> dict[str, str]:
        """The variables that point our processes at these servers."""
        variables = {AMQP_VARIABLE: self.amqp, MONGODB_VARIABLE: self.mongodb}
        if self.rabbitmq_api:
            variables[RABBITMQ_API_VARIABLE] = self.rabbitmq_api
        return variables
