"""Is a mail the same message in two forms, known again, and unable to become another mail?"""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from reconciliation_pipeline.channels.mail import LONGEST_SUBJECT, mail, message_id
from reconciliation_pipeline.domain.messages import Link, Topic
from reconciliation_pipeline_tests.channels.builders import a_message

KEY = "crm_billing/2026-11-22/drift"
AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def arrived(message, key=KEY):
    """The mail as whoever gets it reads it."""
    made = mail(message, key, sender="recon@example.com", to=["ana@example.com", "ben@example.com"], at=AT)
    return message_from_bytes(made.as_bytes(), policy=policy.default)


def parts(message) -> dict[str, str]:
    return {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in arrived(message).iter_parts()}


def test_a_mail_says_the_same_as_text_and_as_html():
    message = replace(
        a_message("44 differences", "31 cancelled", "13 unknown"),
        links=(Link("ledger", "https://ops.example.com/a?b=1&c=2"),),
    )

    made = parts(message)

    assert (
        "44 differences\n\n31 cancelled\n13 unknown\n\nledger: https://ops.example.com/a?b=1&c=2\n\n"
        f"-- \nfor finance-ops · {KEY}\n"
    ) == made["text/plain"]
    assert "<h2>44 differences</h2>\n<p>31 cancelled</p>\n<p>13 unknown</p>" in made["text/html"]
    assert '<a href="https://ops.example.com/a?b=1&amp;c=2">ledger</a>' in made["text/html"]


def test_its_head_says_who_to_whom_when_and_that_no_machine_should_answer():
    got = arrived(a_message("44 differences"))

    assert {
        "Subject": "44 differences",
        "From": "Reconciliation <recon@example.com>",
        "To": "ana@example.com, ben@example.com",
        "Date": "Sun, 22 Nov 2026 03:00:00 +0000",
        "Message-ID": message_id(KEY, "recon@example.com"),
        "X-Recon-Id": KEY,
        "Auto-Submitted": "auto-generated",
    } == {name: value for name, value in got.items() if not name.startswith(("MIME", "Content"))}


def test_the_same_message_is_the_same_mail_and_another_is_another():
    one, again = message_id(KEY, "recon@example.com"), message_id(KEY, "recon@example.com")

    assert one == again
    assert one != message_id("crm_billing/2026-11-23/drift", "recon@example.com")
    assert one.endswith(".recon@example.com>")


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_no_text_begins_a_header_of_its_own(line_break):
    evil = f"a title{line_break}Bcc: evil@example.com{line_break}{line_break}another body"

    got = arrived(replace(a_message(evil, evil), owner=evil), key=evil)

    assert {"Subject", "From", "To", "Date", "Message-ID", "X-Recon-Id", "Auto-Submitted"} == {
        name for name in got if not name.startswith(("MIME", "Content"))
    }
    assert "a title Bcc: evil@example.com" in " ".join(got["Subject"].split())


def test_html_fetches_nothing_and_runs_nothing():
    html = parts(a_message("t", '<img src="https://evil.example/x" onerror=alert(1)>', "<script>x</script>"))[
        "text/html"
    ]

    assert "<img" not in html
    assert "<script" not in html
    assert "src=" not in html.replace("src=&quot;", "")
    assert "url(" not in html


def test_a_long_title_is_cut_and_a_loud_one_begins_with_a_sign():
    assert LONGEST_SUBJECT == len(arrived(a_message("x" * 500))["Subject"])
    assert "\u26a0\ufe0f t" == arrived(a_message("t", topic=Topic.SILENCE))["Subject"]


def test_every_line_is_short_enough_for_any_server():
    raw = mail(a_message("ü" * 400, "ö" * 5_000, ".", "x" * 5_000), KEY, sender="a@b.c", to=["d@e.f"], at=AT).as_bytes()

    assert 998 > max(map(len, raw.split(b"\r\n")))
    assert raw.isascii()
