"""Does a bot's message reach its channel, and is `ok: false` never taken for yes?"""

import httpx
import pytest

from reconciliation_pipeline.channels.channel import ChannelFailed
from reconciliation_pipeline.channels.slack import blocks
from reconciliation_pipeline.channels.slack_bot import LATER, MEANINGS, OF_MESSAGE, UNSURE, SlackBot
from reconciliation_pipeline_tests.channels.builders import a_message
from reconciliation_pipeline_tests.channels.slack_api import SlackApi

KEY = "crm_billing/2026-11-22/drift"


def a_bot(answer, *, token="xoxb-1-SECRET", channel="C0123456789", waits: list[float] | None = None) -> SlackBot:
    transport = httpx.MockTransport(answer)
    return SlackBot(
        token, channel, name="slack:TOKEN", transport=transport, sleep=([] if waits is None else waits).append
    )


def failure(bot: SlackBot) -> ChannelFailed:
    with pytest.raises(ChannelFailed) as caught:
        bot.send(a_message(), idempotency_key=KEY)
    assert "SECRET" not in caught.value.text
    return caught.value


def test_a_message_is_posted_to_the_channel_with_its_id_in_sight_and_in_the_metadata():
    slack = SlackApi()

    a_bot(slack).send(a_message(), idempotency_key=KEY)

    (posted,) = slack.posted
    assert "C0123456789" == posted["channel"]
    assert blocks(a_message(), KEY)["blocks"] == posted["blocks"]
    assert f"for finance-ops · {KEY}" == posted["blocks"][-1]["elements"][0]["text"]
    assert {"event_type": "reconciliation_message", "event_payload": {"id": KEY}} == posted["metadata"]


def test_a_busy_slack_is_given_the_time_it_asks_for():
    slack, waits = SlackApi(busy=2), list[float]()

    a_bot(slack, waits=waits).send(a_message(), idempotency_key=KEY)

    assert [7.0, 7.0] == waits
    assert 1 == len(slack.posted)


def test_a_wrong_token_and_a_channel_without_the_bot_are_explained():
    token = failure(a_bot(SlackApi(), token="xoxb-2"))
    channel = failure(a_bot(SlackApi(), channel="C9999999999"))

    assert "slack:TOKEN refused (invalid_auth): the token is not valid; copy it from Slack again." == token.text
    assert "slack:TOKEN refused (not_in_channel): the bot is not in the channel; invite it there" in channel.text
    assert token.is_down
    assert channel.is_down


@pytest.mark.parametrize("code", sorted({*MEANINGS, *OF_MESSAGE, *UNSURE, *LATER, "xoxb-1-SECRET", "unheard_of"}))
def test_no_refusal_is_taken_for_acceptance(code):
    slack = SlackApi(error=code)

    told = failure(a_bot(slack))

    assert [] == slack.posted
    assert (code not in OF_MESSAGE) == told.is_down


@pytest.mark.parametrize(("waits", "code"), [(2, "ratelimited"), (0, "internal_error"), (0, "is_archived")])
def test_only_what_surely_did_not_arrive_and_may_do_so_soon_is_tried_again_at_once(waits, code):
    waited: list[float] = []

    failure(a_bot(SlackApi(error=code), waits=waited))

    assert waits == len(waited)


@pytest.mark.parametrize("body", [b"", b"ok", b"[]", b'{"ok": "yes"}', b"{}", b'{"ok": true', b"\xff"])
def test_an_answer_that_is_not_slacks_is_no_acceptance(body):
    told = failure(a_bot(lambda _: httpx.Response(200, content=iter([body]))))

    assert "slack:TOKEN answered with something that is not Slack's." == told.text


def test_an_answer_that_never_ends_is_not_read_to_its_end():
    def drips():
        while True:
            yield b" " * 60_000

    told = failure(a_bot(lambda _: httpx.Response(200, content=drips())))

    assert "slack:TOKEN answered with something that is not Slack's." == told.text


def test_a_redirect_does_not_get_the_token():
    told = failure(a_bot(lambda _: httpx.Response(302, headers={"Location": "https://evil.example"})))

    assert "slack:TOKEN answered 302, a redirect; it was not followed" in told.text
