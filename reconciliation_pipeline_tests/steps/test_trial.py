"""Does a test reach every channel, whatever the others do, and leave nothing behind?"""

import json
from typing import Any

from reconciliation_pipeline.steps.trial import Tried, try_channels
from reconciliation_pipeline_tests.channels.mailserver import MailServer, serving
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving
from reconciliation_pipeline_tests.steps.told import a_work, keys


def test_each_channel_says_what_it_made_of_the_test_and_nothing_is_stored(store):
    pair: dict[str, Any] = {
        "channels": [
            {"type": "webhook", "url_env": "HOOK_A", "local": True, "topics": ["heartbeat"]},
            {"type": "slack", "url_env": "HOOK_B", "local": True},
            {"type": "teams", "url_env": "HOOK_C"},
        ]
    }
    with receiving() as living, receiving(Answer(404, b"no_service")) as dead:
        work = a_work(store, {"HOOK_A": living.url, "HOOK_B": dead.url}, **pair)
        accepted, refused, unavailable = try_channels(work)

    key = "pair/2026-11-22/test/030000"
    assert Tried("webhook:HOOK_A", True, f"webhook:HOOK_A accepted the test {key}.") == accepted
    assert key == json.loads(living.got[0].body)["id"]
    assert ("slack:HOOK_B", False) == (refused.channel, refused.accepted)
    assert "this webhook no longer exists" in refused.text
    assert "Set HOOK_C, or take the channel out of the settings." == unavailable.remedy
    assert [] == keys(store)


def test_a_monitor_outside_is_not_told_that_a_morning_was_trusted(store):
    with receiving() as receiver:
        work = a_work(store, {"PING_URL": receiver.url}, ping={"url_env": "PING_URL", "local": True})

        assert () == try_channels(work)
        assert [] == receiver.got


def test_a_recipient_who_is_refused_fails_the_test_although_the_mail_went_out(store):
    mail = MailServer(recipients={"ben@example.com": "550 no"})
    pair: dict[str, Any] = {
        "channels": [
            {
                "type": "smtp",
                "url_env": "SMTP_URL",
                "local": True,
                "to": ["ana@example.com", "ben@example.com"],
                "from": "recon@example.com",
            }
        ]
    }
    with serving(mail) as url:
        (tried,) = try_channels(a_work(store, {"SMTP_URL": url}, **pair))

    assert not tried.accepted
    assert "smtp:SMTP_URL took the mail, and refused of its 2 recipients number 2 (550)." == tried.text
    assert "pair: this is a test" == mail.mails[0]["Subject"]
