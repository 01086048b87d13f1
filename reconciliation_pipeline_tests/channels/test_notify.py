"""`recon notify --test`, and a whole morning with a dead channel, a living one and a monitor: the real commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconciliation_pipeline_tests.channels.mailserver import MailServer, serving
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving
from reconciliation_pipeline_tests.other_data.company import Company, rest
from reconciliation_pipeline_tests.other_data.servers import System, served
from reconciliation_pipeline_tests.other_data.test_other_data import customers

NOWHERE = System([], url="http://127.0.0.1:9")


def hook(name: str, kind: str = "webhook", **more: Any) -> dict[str, Any]:
    return {"type": kind, "url_env": name, "local": True, **more}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_a_test_goes_to_every_channel_and_ends_with_0_when_all_took_it(company):
    mail = hook("SMTP_URL", "smtp", to=["ana@example.com"], **{"from": "recon@example.com"})
    company.configure(rest(NOWHERE), rest(NOWHERE), channels=[hook("A"), hook("B", "slack"), hook("C", "teams"), mail])
    server = MailServer()
    with receiving() as living, serving(server) as smtp:
        variables = {"A": living.url, "B": living.url, "C": living.url, "SMTP_URL": smtp}
        answer = company.recon("notify", "pair", "--test", **variables)

    assert 0 == answer.exit
    assert [("webhook:A", True), ("slack:B", True), ("teams:C", True), ("smtp:SMTP_URL", True)] == [
        (one["channel"], one["accepted"]) for one in answer.data["channels"]
    ]
    assert 3 == len(living.got)
    assert "pair: this is a test" == server.mails[0]["Subject"]


def test_a_channel_that_does_not_take_it_ends_with_3_and_says_what_to_do(company):
    company.configure(rest(NOWHERE), rest(NOWHERE), channels=[hook("A"), hook("B", "slack")])
    with receiving(Answer(404, b"no_service")) as dead:
        answer = company.recon("notify", "--test", B=dead.url)

    assert 3 == answer.exit
    missing, gone = answer.data["channels"]
    assert ("pair", "Set A, or take the channel out of the settings.") == (missing["reconciliation"], missing["remedy"])
    assert "make a new one in Slack" in gone["text"]


@pytest.mark.parametrize("arguments", [("notify",), ("notify", "nobody", "--test")])
def test_without_a_test_or_a_reconciliation_it_ends_with_2(company, arguments):
    company.configure(rest(NOWHERE), rest(NOWHERE))

    assert 2 == company.recon(*arguments).exit


def test_a_broken_file_keeps_the_others_from_nothing_and_ends_with_2(company):
    company.configure(rest(NOWHERE), rest(NOWHERE), channels=[hook("A")])
    company.write("id: [other\n", "other.yaml")
    with receiving() as living:
        answer = company.recon("notify", "--test", A=living.url)

    assert 2 == answer.exit
    assert [True] == [one["accepted"] for one in answer.data["channels"]]
    assert "other: its settings have mistakes" in answer.talk


def test_a_morning_with_a_dead_channel_stands_tells_the_living_one_and_calls_the_monitor(company):
    ping = {"url_env": "PING_URL", "local": True}
    with (
        served(System(customers(5))) as crm,
        served(System(customers(5))) as billing,
        receiving() as living,
        receiving(Answer(404, b"no_service")) as dead,
        receiving() as monitor,
    ):
        company.configure(rest(crm), rest(billing), channels=[hook("A"), hook("B")], ping=ping)
        variables = {"A": living.url, "B": dead.url, "PING_URL": monitor.url}
        company.recon("run", "pair", **variables)
        company.confirm(5, 5)
        billing.records = list(billing.records)[:-1]
        answer = company.run(**variables)
        messages = company.recon("outbox", **variables).data["messages"]
        found = company.recon("doctor", "pair", "--quick", **variables).data["findings"]

    assert 1 == answer.exit
    assert 1 == len(monitor.got)
    told = {json.loads(got.body)["topic"]: json.loads(got.body)["title"] for got in living.got}
    assert told["channel_down"].startswith("pair: webhook:B has not accepted a message since ")
    assert {"drift", "channel_down"} <= set(told)
    assert 1 == sum(one["topic"] == "channel_down" for one in messages)
    assert ["warn"] == [one["health"] for one in found if one["what"] == "channel webhook:B"]
    assert "SECRET" not in json.dumps([answer.data, messages, found])
