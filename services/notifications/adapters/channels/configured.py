"""Builds the channels that the settings describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.notifications.adapters.channels.google_tokens import ServiceAccountTokens
from services.notifications.adapters.channels.http import Provider
from services.notifications.adapters.channels.push import PushChannel
from services.notifications.adapters.channels.settings import ProviderSettings
from services.notifications.adapters.channels.smtp import SmtpChannel, SmtpServer
from services.notifications.domain.audience.table import EMAIL, PUSH, SMS, WHATSAPP
from services.notifications.ports import Channel
from services.runtime.route import Worker


@dataclass(frozen=True, slots=True)
class Channels:
    """By kind: the channel, and how many letters it sends at one time (`widths`).

    `workers` maintain the connections.
    """

    by_kind: Mapping[str, Channel] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    workers: tuple[Worker, ...] = ()


def configured_channels(settings: ProviderSettings) -> Channels:
    """The channels whose first setting is set, each with its own connections.

    Raises `NotConfigured` for a wrong key file.
    """
    by_kind: dict[str, Channel] = {}
    workers: list[Worker] = []
    if settings.smtp_host:
        mail = _mail(settings)
        by_kind[EMAIL] = mail
        workers.append(mail.run)
    for kind, make in _BY_HTTP.items():
        provider = Provider(settings.http_timeout_s, settings.http_connections)
        channel = make(settings, provider)
        if channel is not None:
            by_kind[kind] = channel
            workers.append(provider.run)
    widths = dict.fromkeys(by_kind, settings.http_connections) | {EMAIL: settings.smtp_connections}
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


def _push(settings: ProviderSettings, provider: Provider) -> Channel | None:
    if not settings.push_project:
        return None
    return PushChannel(
        provider, ServiceAccountTokens(settings.push_credentials), settings.push_url, settings.push_project
    )


def _whatsapp(settings: ProviderSettings, provider: Provider) -> Channel | None:
    if not settings.whatsapp_phone:
        return None
    from services.notifications.adapters.channels.whatsapp import WhatsAppChannel  # noqa: PLC0415  as in `_sms`

    return WhatsAppChannel(
        provider, settings.whatsapp_url, settings.whatsapp_phone, settings.whatsapp_token.get_secret_value()
    )


def _sms(settings: ProviderSettings, provider: Provider) -> Channel | None:
    if not settings.sms_url:
        return None
    from services.notifications.adapters.channels.sms import (  # noqa: PLC0415  phonenumbers: 60 ms and 6 MB
        SmsChannel,
        SmsGateway,
    )

    token = settings.sms_token.get_secret_value()
    return SmsChannel(
        provider,
        SmsGateway(settings.sms_url, token, settings.sms_sender, settings.sms_body, settings.sms_fields),
    )


_BY_HTTP: Mapping[str, Callable[[ProviderSettings, Provider], Channel | None]] = {
    PUSH: _push,
    WHATSAPP: _whatsapp,
    SMS: _sms,
}
