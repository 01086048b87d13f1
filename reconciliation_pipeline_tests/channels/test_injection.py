"""Can a customer's name, or whatever a system calls a record, do anything in a message but be read?

Everything that strangers write is put into every place of a message, and every channel dresses it.
"""

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest

from reconciliation_pipeline.channels.mail import mail
from reconciliation_pipeline.channels.slack import blocks
from reconciliation_pipeline.channels.teams import posted
from reconciliation_pipeline.domain.messages import Link
from reconciliation_pipeline_tests.channels.builders import a_message

KEY = "crm_billing/2026-11-22/drift"
PAGE = "https://ops.example.com/ledger"
NASTY = [
    "<!channel>",
    "<!here|x>",
    "<@U0123456789>",
    "<#C0123456789>",
    "<!subteam^S0123456789>",
    "@channel @here @everyone @group",
    "\uff1c!channel\uff1e \uff20channel \uff1cscript\uff1e",
    "[your bank](https://evil.example)",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    "<https://evil.example|your bank>",
    "<a href='https://evil.example'>your bank</a>",
    '<img src="https://evil.example/x" onerror="alert(1)">',
    "<script>alert(1)</script>",
    "<at>everyone</at>",
    "{{DATE(2017-02-14T06:00:00Z)}} ${x} @{triggerBody()} {{x}}",
    "**bold** _it_ `code` ~s~ # head\n- item",
    "one\nBcc: evil@example.com",
    "one\r\n\r\n.\r\nMAIL FROM:<evil@example.com>",
    "\u202eetadilav\u2066\u2067",
    "zero\u200bwidth\u200d\u2060\ufeff",
    "\x00\x07\x1b[31mred",
    "&lt;!channel&gt; &amp;amp;",
    "\u2028line\u2029paragraph\x85next",
    "\U0001d4ef\U0001d4ea\U0001d4f7 <!channel>",
]


def everywhere(text: str):
    """A message that holds a text wherever one can stand."""
    links = (Link(text, PAGE), Link("x", f"https://evil.example/{text}"), Link(text, text))
    return replace(a_message(text, text, f"in {text} the middle"), owner=text, links=links)


def unseen(text: str) -> set[str]:
    """What a reader would not see, or would see in another order."""
    kept = {"\n", "\u2060", "\ufe0f"}
    return {one for one in text if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp", "Cs"}} - kept


class Page(HTMLParser):
    """Which tags, attributes and addresses a page holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.led: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.led += [value or "" for name, value in attrs if name in {"href", "src"}]


@pytest.mark.parametrize("text", NASTY)
def test_slack_calls_nobody_and_links_to_our_pages_only(text):
    made = blocks(everywhere(text), KEY)
    said = [
        element["text"]
        for block in json.loads(json.dumps(made))["blocks"]
        for element in (block.get("elements") or [block["text"]])
    ]

    for one in [*said, str(made["text"])]:
        for begun in one.split("<")[1:]:
            assert begun.startswith(("https://ops.example.com/", "https://evil.example/")), one
            assert "|" in begun.split(">")[0]
        assert set() == unseen(one)
        assert not [word for word in ("@channel", "@here", "@everyone", "@group") if word in one]
    assert all(
        block["text"].get("verbatim", True) for block in json.loads(json.dumps(made))["blocks"] if "text" in block
    )


@pytest.mark.parametrize("text", NASTY)
def test_teams_reads_no_markdown_and_links_to_pages_only(text):
    card = json.loads(posted(everywhere(text), KEY))["attachments"][0]["content"]

    assert {"RichTextBlock"} == {block["type"] for block in card["body"]}
    assert {"TextRun"} == {inline["type"] for block in card["body"] for inline in block["inlines"]}
    assert {"Action.OpenUrl"} == {action["type"] for action in card["actions"]}
    assert all(action["url"].startswith("https://") for action in card["actions"])
    for one in [*(block["inlines"][0]["text"] for block in card["body"]), *(one["title"] for one in card["actions"])]:
        assert set() == unseen(one)
        assert "\n" not in one
    assert {"type", "version", "body", "actions", "$schema"} == set(card)


@pytest.mark.parametrize("text", NASTY)
def test_a_mail_holds_our_tags_and_links_to_pages_only(text):
    made = mail(
        everywhere(text), KEY, sender="a@example.com", to=["b@example.com"], at=datetime(2026, 11, 22, tzinfo=UTC)
    )
    got = message_from_bytes(made.as_bytes(), policy=policy.default)
    plain, html = (part.get_content().replace("\r\n", "\n") for part in got.iter_parts())

    page = Page(html)
    assert {"html", "head", "meta", "title", "body", "h2", "p", "a"} == page.tags
    assert {"lang", "charset", "style", "href"} == page.attributes
    assert all(one.startswith("https://") for one in page.led)
    assert set() == unseen(plain) | unseen(html) | unseen(got["Subject"])
    assert "b@example.com" == got["To"]
    assert "Bcc" not in got


def test_a_link_that_is_no_page_is_not_shown_at_all():
    bad = [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "https://",
        "https://u:p@h/",
        "x",
    ]
    message = replace(a_message("t"), links=tuple(Link("click", one) for one in bad))

    assert "click" not in json.dumps(blocks(message, KEY))
    assert b"click" not in posted(message, KEY)
