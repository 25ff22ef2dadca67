"""Which channels this environment has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from services.notifications.adapters.smtp import SmtpChannel, SmtpServer
from services.notifications.domain.told import EMAIL
from services.notifications.ports import Channel
from services.notifications.providers import ProviderSettings


@dataclass(frozen=True, slots=True)
class Channels:
    """By kind: the channel, and how many letters it sends at one time. `workers` keep their connections in order."""

    by_kind: Mapping[str, Channel] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    workers: tuple[Callable[[], Awaitable[None]], ...] = ()


def channels_of(settings: ProviderSettings) -> Channels:
    """Those for which there is a server or a provider."""
    by_kind: dict[str, Channel] = {}
    widths: dict[str, int] = {}
    workers: list[Callable[[], Awaitable[None]]] = []
    if settings.smtp_host:
        mail = _mail(settings)
        by_kind[EMAIL], widths[EMAIL] = mail, settings.smtp_connections
        workers.append(mail.run)
    return Channels(by_kind, widths, tuple(workers))


def _mail(settings: ProviderSettings) -> SmtpChannel:
    server = SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        timeout_s=settings.smtp_timeout_s,
        idle_s=settings.smtp_idle_s,
        ca=settings.smtp_ca or None,
    )
    return SmtpChannel(server, settings.sender, settings.sender_name)
