"""What does a doctor say of past mornings, of limits and of the zone?"""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.records import Certificate, Grade, Side
from reconciliation_pipeline.steps.doctor.clocks import zone
from reconciliation_pipeline.steps.doctor.mornings import mornings
from reconciliation_pipeline.steps.doctor.policy import limits
from reconciliation_pipeline_tests.builders import MORNING, NOW
from reconciliation_pipeline_tests.doctor.clinic import Clinic
from reconciliation_pipeline_tests.storage.builders import BOTH, begin, refused, trusted

PAIR = "crm_billing"


def of_mornings(clinic: Clinic) -> list[tuple[str, str, str, str]]:
    return [(one.health.value, one.what, one.text, one.remedy) for one in mornings(clinic.work())]


@pytest.fixture
def clinic(clinic: Clinic) -> Clinic:
    """Two systems that nobody asks."""
    clinic.crm.url = clinic.billing.url = "http://127.0.0.1:9"
    return clinic


def test_before_the_first_run_there_is_nothing_to_measure_against(clinic):
    expected = ("warn", "last trusted morning", "there is none yet.", "Run one: `recon run crm_billing`.")

    assert [expected] == of_mornings(clinic)


@pytest.mark.parametrize(
    ("cron", "days", "health"),
    [("0 4 * * *", 1, "ok"), ("0 4 * * *", 2, "warn"), ("0 4 * * 1", 7, "ok"), ("0 4 * * 1", 8, "warn")],
)
def test_a_trusted_morning_grows_old_by_the_schedule(clinic, cron, days, health):
    clinic.pair = {"schedule": {"cron": cron}}
    clinic.store.ledger.record(trusted(clinic.store, MORNING - timedelta(days=days), reconciliation=PAIR), [])

    assert [health] == [one[0] for one in of_mornings(clinic)]


def test_an_unproven_morning_is_told_with_the_command_that_proves_it(clinic):
    unsure = {side: replace(one, certificate=Certificate(Grade.UNPROVEN)) for side, one in BOTH.items()}
    unsure[Side.BILLING] = BOTH[Side.BILLING]
    attempt = replace(
        begin(clinic.store, MORNING, reconciliation=PAIR), standing=Standing.UNPROVEN, snapshots=unsure, as_of=NOW
    )
    clinic.store.attempts.conclude(attempt, at=NOW)

    ((health, what, text, remedy),) = of_mornings(clinic)

    assert ("warn", "last trusted morning") == (health, what)
    assert "there is none yet: 2026-11-22 is unproven, because nobody has confirmed the counts of CRM." == text
    assert "`recon confirm-count crm_billing --side crm --date 2026-11-22 --count N --by YOU --reason WHERE`" in remedy


def test_a_refused_morning_is_told_with_its_first_reason(clinic):
    clinic.store.ledger.record(trusted(clinic.store, MORNING - timedelta(days=1), reconciliation=PAIR), [])
    refused(clinic.store, MORNING, reconciliation=PAIR)

    assert (
        "warn",
        "last attempt",
        "this morning, attempt 1, was refused: Billing returned 130 records; 80 % of 1,224 were expected.",
        "Look there.",
    ) == of_mornings(clinic)[1]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"floor": 0.5, "ceiling": 3}, "ok"),
        ({"floor": 0.98, "ceiling": 1.02}, "ok"),
        ({"floor": 0.49}, "`floor` is 0.49: a side could lose more than half of its records"),
        ({"floor": 0.981}, "`floor` is 0.981: an ordinary day"),
        ({"ceiling": 3.1}, "`ceiling` is 3.1: a side could hold each record several times"),
        ({"ceiling": 1.01}, "`ceiling` is 1.01: an ordinary day"),
        ({"key_overlap": 0}, "`key_overlap` is 0: two accounts"),
    ],
)
def test_limits_that_let_too_much_pass_or_too_little(clinic, changes, told):
    clinic.pair = changes

    (found,) = limits(clinic.work().reconciliation)

    assert told == "ok" == found.health or found.text.startswith(told)
    assert bool(found.remedy) == (told != "ok")


@pytest.mark.parametrize(
    ("pair", "here", "health", "text"),
    [
        ({"timezone": "Europe/Berlin"}, "Europe/Paris", "ok", "where it is 04:00, as on this machine."),
        ({"timezone": "Europe/Berlin"}, "UTC", "ok", "on this machine it is 03:00. Only cron goes by the machine."),
        ({"timezone": "UTC"}, "Europe/Berlin", "ok", "on this machine it is 04:00. Only cron goes by the machine."),
        ({}, "Europe/Berlin", "warn", "on this machine it is 04:00, and the settings name no zone."),
    ],
)
def test_the_zone_of_mornings_is_held_against_the_machines(clinic, pair, here, health, text):
    reconciliation = clinic.work().reconciliation
    named = reconciliation.model_copy(update=pair)
    named.model_fields_set.clear()
    named.model_fields_set.update(pair)

    found = zone(named, NOW, ZoneInfo(here))

    assert health == found.health
    assert found.text.endswith(text)
