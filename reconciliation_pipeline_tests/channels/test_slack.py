import json
from dataclasses import replace

import pytest

from reconciliation_pipeline.channels.channel import ChannelFailed
from reconciliation_pipeline.channels.slack import SlackWebhook, blocks, escaped, fitting
from reconciliation_pipeline.domain.messages import Link, Topic
from reconciliation_pipeline_tests.channels.builders import a_message
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving


def sections(*lines: str) -> list[str]:
    payload = json.loads(json.dumps(blocks(a_message("t", *lines), "key")))
    return [block["text"]["text"] for block in payload["blocks"] if block["type"] == "section"]


def test_a_message_arrives_as_header_lines_and_owner():
    with receiving() as receiver:
        SlackWebhook(receiver.url, local=True).send(
            a_message("44 differences", "31 cancelled", "13 unknown"), idempotency_key="crm_billing/2026-11-22/drift"
        )

        (got,) = receiver.got
    assert {
        "text": "44 differences",
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "44 differences", "emoji": False}},
            {"type": "section", "text": {"type": "mrkdwn", "text": "31 cancelled\n13 unknown", "verbatim": True}},
            {
                "type": "context",
                "elements": [
                    {
                        "type": "mrkdwn",
                        "text": "for finance-ops · crm_billing/2026-11-22/drift",
                        "verbatim": True,
                    }
                ],
            },
        ],
    } == json.loads(got.body)


@pytest.mark.parametrize(("begin", "topic"), [("\u26a0\ufe0f t", Topic.NOT_TRUSTWORTHY), ("t", Topic.DRIFT)])
def test_what_is_loud_begins_with_a_warning_sign(begin, topic):
    assert begin == blocks(a_message("t", topic=topic), "key")["text"]


@pytest.mark.parametrize(
    ("harmless", "text"),
    [
        ("&lt;!channel&gt;", "<!channel>"),
        ("&lt;@U123&gt;", "<@U123>"),
        ("&lt;https://evil.example|your bank&gt;", "<https://evil.example|your bank>"),
        ("a &amp; b", "a & b"),
        ("&amp;lt;", "&lt;"),
        ("@\u2060channel @\u2060Here @\u2060everyone", "@channel @Here @everyone"),
        ("finance@example.com", "finance@example.com"),
        ("live", "l\u202ei\u200bv\x1be"),
        ("one line", "one\nline"),
    ],
)
def test_text_of_strangers_calls_nobody_and_links_nowhere(harmless, text):
    assert harmless == escaped(text)
    assert [harmless] == sections(text)


@pytest.mark.parametrize(("length", "is_cut"), [(150, False), (151, True)])
def test_a_header_holds_150_characters(length, is_cut):
    title = str(blocks(a_message("x" * length), "key")["text"])

    assert 150 == len(title)
    assert is_cut == title.endswith("…")


def test_a_cut_never_splits_an_escape():
    cut = fitting("&" * 100, 150)

    assert "&amp;" * 29 + "…" == cut


@pytest.mark.parametrize(("count", "lengths"), [(1, [2_999]), (2, [2_999, 1_499])])
def test_a_section_holds_3000_characters(count, lengths):
    assert lengths == [len(text) for text in sections(*["x" * 1_499] * (count + 1))]


def test_a_line_longer_than_a_section_is_cut():
    (text,) = sections("x" * 3_001)

    assert 3_000 == len(text)
    assert text.endswith("…")


@pytest.mark.parametrize(("lines", "is_cut"), [(47, False), (48, True)])
def test_a_message_holds_50_blocks_and_says_when_something_is_left_out(lines, is_cut):
    found = sections(*["x" * 3_000] * lines)

    assert 47 == len(found)
    assert is_cut == found[-1].endswith("see the report.")


def test_links_stand_in_a_section_of_their_own_and_cannot_end_early():
    link = Link("ledger|<!here>", "https://ops.example.com/a?b=1&c=<x>|y")

    payload = json.loads(json.dumps(blocks(replace(a_message("t", "one"), links=(link,)), "key")))

    assert (
        "<https://ops.example.com/a?b=1&amp;c=%3Cx%3E%7Cy|ledger/&lt;!here&gt;>" == payload["blocks"][2]["text"]["text"]
    )


def test_no_lines_are_no_section():
    assert [] == sections("", "  ")


def test_slacks_own_error_codes_are_explained():
    with receiving(Answer(404, b"no_service")) as receiver, pytest.raises(ChannelFailed) as caught:
        SlackWebhook(receiver.url, local=True, name="slack:HOOK").send(a_message(), idempotency_key="key")

    assert (
        "slack:HOOK answered 404 (no_service): this webhook no longer exists; "
        "make a new one in Slack and put its address into the variable." == caught.value.text
    )
