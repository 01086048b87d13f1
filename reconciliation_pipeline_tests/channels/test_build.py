import hashlib
import hmac
import json

import pytest

from reconciliation_pipeline.channels.build import build_channel, channel_name
from reconciliation_pipeline.channels.channel import ChannelUnavailable
from reconciliation_pipeline.channels.post import Poster
from reconciliation_pipeline.channels.webhook import Webhook, signature
from reconciliation_pipeline.settings.people import Channel
from reconciliation_pipeline_tests.channels.builders import a_message
from reconciliation_pipeline_tests.channels.receiver import receiving


def settings(kind: str = "slack", **changes: object) -> Channel:
    return Channel.model_validate({"type": kind, "url_env": "HOOK", "local": True, **changes})


def unavailable(channel: Channel, environ: dict[str, str]) -> ChannelUnavailable:
    with pytest.raises(ChannelUnavailable) as caught:
        build_channel(channel, environ)
    return caught.value


def test_a_channel_is_named_after_its_variable_wherever_it_stands():
    assert "slack:HOOK" == channel_name(settings(), 0) == channel_name(settings(), 7)


@pytest.mark.parametrize("kind", ["slack", "webhook"])
def test_a_built_channel_carries_its_name_and_sends(kind):
    with receiving() as receiver:
        channel = build_channel(settings(kind), {"HOOK": f" {receiver.url}\n"})
        channel.send(a_message(), idempotency_key="key")

        assert "/services/T0/B0/SECRET" == receiver.got[0].path
    assert f"{kind}:HOOK" == channel.name


@pytest.mark.parametrize("kind", ["teams", "smtp"])
def test_a_type_that_cannot_send_yet_says_so(kind):
    found = unavailable(settings(kind), {"HOOK": "https://h/"})

    assert f"The channel {kind}:HOOK cannot be used: messages cannot be sent by {kind} in this version." == found.text
    assert "Use slack or webhook; the messages wait in `recon outbox`." == found.remedy


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
        build_channel(settings("webhook"), {"HOOK": receiver.url}).send(
            a_message("title ü", "one", "two"), idempotency_key="crm_billing/2026-11-22/drift"
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
