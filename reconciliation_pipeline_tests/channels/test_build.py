import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from reconciliation_pipeline.channels.build import build_channel, build_ping, channel_name
from reconciliation_pipeline.channels.channel import ChannelUnavailable
from reconciliation_pipeline.channels.post import Poster
from reconciliation_pipeline.channels.webhook import Webhook, signature
from reconciliation_pipeline.domain.messages import Link
from reconciliation_pipeline.settings.channels import Channel, Ping
from reconciliation_pipeline_tests.channels.builders import MORNING, a_message
from reconciliation_pipeline_tests.channels.receiver import receiving


def settings(kind: str = "slack", **changes: object) -> Channel:
    return Channel.model_validate({"type": kind, "url_env": "HOOK", "local": True, **changes})


def unavailable(channel: Channel, environ: dict[str, str]) -> ChannelUnavailable:
    with pytest.raises(ChannelUnavailable) as caught:
        build_channel(channel, environ)
    return caught.value


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("slack:HOOK", {}),
        ("slack:ops", {"name": "ops"}),
        ("slack:TOKEN:C0123456789", {"url_env": None, "token_env": "TOKEN", "channel": "C0123456789"}),
    ],
)
def test_a_channel_is_named_after_its_variable_or_as_somebody_wishes(name, channel):
    assert name == channel_name(settings(**channel))


@pytest.mark.parametrize("kind", ["slack", "webhook", "teams"])
def test_a_built_channel_carries_its_name_and_sends(kind):
    with receiving() as receiver:
        channel = build_channel(settings(kind), {"HOOK": f" {receiver.url}\n"})
        channel.send(a_message(), idempotency_key="key")

        assert "/services/T0/B0/SECRET" == receiver.got[0].path
    assert f"{kind}:HOOK" == channel.name


MAIL = {"to": ["finance@example.com"], "from": "recon@example.com"}


@pytest.mark.parametrize(
    "address",
    [
        "https://mail.example.com",
        "smtp://",
        "smtps://user@mail.example.com",
        "smtp://:pw@mail.example.com",
        "smtp://mail.example.com/inbox",
        "smtp://mail.example.com:none",
        "smtp://user:p%0Aw@mail.example.com",
    ],
)
def test_a_mail_server_is_named_by_scheme_host_and_both_or_neither_of_user_and_password(address):
    found = unavailable(settings("smtp", **MAIL), {"HOOK": address})

    assert found.text.startswith("smtp:HOOK has no usable address: it must look like smtps://")
    assert "example" not in found.text + found.remedy


@pytest.mark.parametrize("token", ["xoxb-1 2", "xoxb-\u00fc", "xoxb-1\x002"])
def test_a_token_that_cannot_be_one_is_not_repeated(token):
    channel = settings(url_env=None, token_env="TOKEN", channel="C0123456789")

    found = unavailable(channel, {"TOKEN": token})

    assert "slack:TOKEN:C0123456789 has no usable token: it holds characters that no token has." == found.text


def test_a_ping_is_named_after_its_variable_and_needs_it():
    ping = Ping(url_env="PING_URL")

    with pytest.raises(ChannelUnavailable) as caught:
        build_ping(ping, {}, today=MORNING)

    assert (
        "The channel ping:PING_URL cannot be used: the environment variable PING_URL is not set." == caught.value.text
    )


@pytest.mark.parametrize("environ", [{}, {"HOOK": ""}, {"HOOK": "  "}])
def test_a_missing_variable_is_named(environ):
    found = unavailable(settings(), environ)

    assert "The channel slack:HOOK cannot be used: the environment variable HOOK is not set." == found.text
    assert "Set HOOK, or take the channel out of the settings." == found.remedy


def test_a_missing_secret_does_not_send_unsigned():
    found = unavailable(settings("webhook", secret_env="SIGN"), {"HOOK": "http://127.0.0.1/"})

    assert "The channel webhook:HOOK cannot be used: the environment variable SIGN is not set." == found.text


def test_plain_http_needs_the_word_local():
    found = unavailable(settings(local=False), {"HOOK": "http://127.0.0.1/"})

    assert "local: true" in found.remedy


def test_a_webhook_gets_the_message_as_json_with_its_id():
    with receiving() as receiver:
        message = replace(a_message("title ü", "one", "two"), links=(Link("ledger", "https://ops.example.com/a"),))
        build_channel(settings("webhook"), {"HOOK": receiver.url}).send(
            message, idempotency_key="crm_billing/2026-11-22/drift"
        )

        (got,) = receiver.got
    assert {
        "schema": 1,
        "id": "crm_billing/2026-11-22/drift",
        "reconciliation": "crm_billing",
        "morning": "2026-11-22",
        "topic": "drift",
        "title": "title ü",
        "lines": ["one", "two"],
        "owner": "finance-ops",
        "severity": "normal",
        "links": [{"text": "ledger", "url": "https://ops.example.com/a"}],
    } == json.loads(got.body)
    assert "crm_billing/2026-11-22/drift" == got.headers["Idempotency-Key"]
    assert "X-Recon-Signature" not in got.headers


def test_a_webhook_with_a_secret_signs_time_and_body():
    with receiving() as receiver:
        poster = Poster(receiver.url, "webhook:HOOK", local=True)
        Webhook(poster, secret="s3cret", clock=lambda: 1_795_316_400.9).send(a_message(), idempotency_key="key")

        (got,) = receiver.got
    digest = hmac.new(b"s3cret", b"1795316400." + got.body, hashlib.sha256).hexdigest()
    assert f"t=1795316400,v1={digest}" == got.headers["X-Recon-Signature"]


def test_a_signature_depends_on_time_body_and_secret():
    signed = {signature(b"a", "s", at=1), signature(b"b", "s", at=1), signature(b"a", "t", at=1)}

    assert 3 == len(signed)
    assert signature(b"a", "s", at=1)[4:] != signature(b"a", "s", at=2)[4:]
