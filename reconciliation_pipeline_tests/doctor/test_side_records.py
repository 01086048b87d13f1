"""What does a doctor say of the records on the first page: their keys, times, and those it asks for by name?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciliation_pipeline_tests.builders import NOW
from reconciliation_pipeline_tests.doctor.clinic import LOOKUP, NO, Clinic, Patient, a_customer, held
from reconciliation_pipeline_tests.other_data.servers import Reply
from reconciliation_pipeline_tests.storage.builders import trusted

SCOPES = "Give the credentials in A_TOKEN what the settings ask for: customers.read."


@pytest.mark.parametrize(
    ("by", "reply", "text", "remedy"),
    [
        ("id", Reply(NO, status=403), "the system says that it may not be seen", SCOPES),
        ("key", Reply(NO, status=403), "the system says that it may not be seen", SCOPES),
        ("id", Reply(NO, status=401), "asking for record r0 failed.", SCOPES),
        ("id", Reply(NO, status=404), "asked for it by id, the system says there is none.", "Correct `lookup.path`"),
        (
            "key",
            Reply(NO, status=404),
            "asked for it by key, the system says there is none.",
            "Correct `lookup.by_key`",
        ),
        ("id", Reply([1, 2]), "is not a single record.", "Correct lookup.path or lookup.record"),
        (
            "id",
            Reply(a_customer(0, status="cancelled")),
            "record r0 has another status there than in the list.",
            "Let `lookup` ask for the same fields as `list` does.",
        ),
        ("key", Reply(NO, status=400), "answered 400 Bad Request.", "base_url and list.path"),
    ],
)
def test_a_record_that_is_listed_and_not_found_by_name_is_explained(clinic: Clinic, by, reply, text, remedy):
    clinic.crm.instead[f"/customers/by-{by}"] = reply

    ((health, what, said, told),) = clinic.troubles()

    assert ("fail", f"CRM by {by}") == (health, what)
    assert text in said
    assert remedy in told


def test_a_property_that_hubspot_does_not_hold_to_be_unique_has_a_remedy_of_its_own(clinic: Clinic):
    by_key = {"path": "/customers/by-key/{key}", "params": {"idProperty": "number"}}
    clinic.settings = {"lookup": {**LOOKUP, "by_key": by_key}}
    clinic.crm.instead["/customers/by-key"] = Reply(NO, status=400)

    ((_, what, _, remedy),) = clinic.troubles()

    assert "CRM by key" == what
    assert (
        "HubSpot looks records up only by a property whose values are unique: make it so there, or write "
        "`lookup: {by_key: null}` and do without."
    ) == remedy


def test_the_record_that_is_asked_for_has_a_key_of_its_own_and_is_not_new(clinic: Clinic):
    young = {"updated_at": (NOW - timedelta(minutes=59)).isoformat()}
    clinic.crm.records = [
        a_customer(0, number=None) | {"number": None},
        a_customer(1, number="shared"),
        a_customer(2, number="shared"),
        a_customer(3, **young),
        a_customer(4),
    ]

    said = {one.what: one.text for one in clinic.look()}

    assert "it finds record r4, as its list shows it." == said["CRM by key"]


def keyed(*keys: object) -> list[dict[str, Any]]:
    return [a_customer(index) | {"number": key} for index, key in enumerate(keys)]


@pytest.mark.parametrize(
    ("records", "text", "remedy"),
    [
        (keyed("A", "A", "B"), "2 of 3 records on the first page share their key with another one.", "set `reduce`"),
        (keyed("A", "B", None), "1 of 3 records on the first page have no key at `number`.", "Check `key`"),
        (
            keyed("ana@example.com", "bo@example.com", "C"),
            "2 of 3 keys look like e-mail addresses: a customer who changes the address becomes two differences.",
            "Use a number that the customer keeps as `key`",
        ),
    ],
)
def test_keys_that_will_trouble_a_comparison_are_told(clinic: Clinic, records, text, remedy):
    clinic.crm.records = records

    ((health, what, said, told),) = clinic.troubles()

    assert ("warn", "CRM keys", text) == (health, what, said)
    assert remedy in told
    assert "example.com" not in said + told


def test_a_key_that_stands_where_addresses_do_is_told_whatever_it_looks_like(clinic: Clinic):
    clinic.crm.records = [{**one, "contact": {"mail": "A"}} for one in keyed("A")]
    clinic.settings = {"key": ["number", "contact.mail"], "lookup": {**LOOKUP, "by_key": None}}

    ((health, what, said, told),) = clinic.troubles()

    assert ("warn", "CRM keys") == (health, what)
    assert (
        "the key stands at `number` and `contact.mail`, as an e-mail address: "
        "a customer who changes the address becomes two differences."
    ) == said
    assert "Use a number that the customer keeps" in told


def test_a_key_of_several_parts_that_lacks_one_is_told_with_all_their_places(clinic: Clinic):
    clinic.crm.records = keyed("A", "B", None)
    clinic.settings = {"key": ["id", "number"], "lookup": {**LOOKUP, "by_key": None}}

    ((_, _, said, _),) = clinic.troubles()

    assert "1 of 3 records on the first page have no key at `id` and `number`." == said


@pytest.mark.parametrize(
    ("records", "settings", "text"),
    [
        (keyed("ana@example.com", "B"), {}, "2 on the first page, no two alike."),
        (keyed("A", "A", "B"), {"reduce": {}}, "3 on the first page, 2 of them shared, which `reduce` makes one."),
    ],
)
def test_keys_that_are_meant_so_are_no_trouble(clinic: Clinic, records, settings, text):
    clinic.crm.records, clinic.settings = records, settings

    assert text == {one.what: one.text for one in clinic.look()}["CRM keys"]


@pytest.mark.parametrize(("ahead", "future"), [(timedelta(minutes=2), False), (timedelta(minutes=2, seconds=1), True)])
def test_records_from_the_future_tell_of_a_wrong_zone(clinic: Clinic, ahead, future):
    clinic.crm.records = [*held(3), a_customer(3, updated_at=(NOW + ahead).isoformat())]

    found = clinic.troubles()

    assert future == bool(found)
    if future:
        ((health, what, text, remedy),) = found
        assert ("warn", "CRM times") == (health, what)
        assert text.startswith("1 of 4 records on the first page are from the future, by up to 2 min:")
        assert "`updated_at: {field: ..., timezone: Europe/Berlin}`" in remedy


@pytest.mark.parametrize(
    ("at", "doubted"),
    [
        ({"timezone": "Europe/Berlin"}, True),
        ({"timezone": "Asia/Kolkata"}, False),
        ({"timezone": "Europe/Berlin", "format": "epoch_s"}, False),
    ],
)
def test_a_zone_that_shifts_makes_one_hour_doubtful(clinic: Clinic, at, doubted):
    clinic.settings = {"created_at": None, "updated_at": {"field": "moved", **at}}

    found = [one for one in clinic.troubles() if one[1] == "CRM times"]

    assert doubted == bool(found)
    if doubted:
        assert "read as Europe/Berlin, where one hour of every autumn exists twice." in found[0][2]


def test_without_any_time_nothing_can_count_as_lag(clinic: Clinic):
    clinic.settings = {"created_at": None, "updated_at": None}

    ((_, what, text, remedy),) = clinic.troubles()

    assert "CRM times" == what
    assert "no difference can ever count as lag" in text
    assert "Map `updated_at` or `created_at`" in remedy


@pytest.mark.parametrize(("minutes", "health"), [(10, "ok"), (11, "fail")])
def test_two_clocks_may_be_ten_minutes_apart(clinic: Clinic, minutes, health):
    clinic.crm.ahead = timedelta(minutes=minutes)

    (said,) = [one for one in clinic.look() if one.what == "clocks"]

    assert health == said.health
    assert said.text.startswith(f"the clocks of the two systems are {minutes} min apart")


def test_an_account_that_is_not_the_trusted_ones_is_refused_before_the_morning_is(clinic: Clinic):
    attempt = trusted(clinic.store, NOW.date(), reconciliation="crm_billing")
    snapshots = {
        side: replace(one, receipt=replace(one.receipt, account="acct_1")) for side, one in attempt.snapshots.items()
    }
    again = replace(
        clinic.store.attempts.begin("crm_billing", NOW.date(), run_id="2", started_at=NOW, live=True),
        standing=attempt.standing,
        snapshots=snapshots,
        as_of=NOW,
    )
    clinic.store.attempts.conclude(again, at=NOW)
    clinic.crm = Patient(held(), account="acct_2")

    said = {one.what: one for one in clinic.look()}

    assert "acct_1, as on 2026-11-22." == said["Billing account"].text
    assert "fail" == said["CRM account"].health
    assert (
        "it says it is acct_2; on the last trusted morning, 2026-11-22, it was acct_1. The next one would be refused."
        == said["CRM account"].text
    )
    assert "A new account is a new reconciliation" in said["CRM account"].remedy


@pytest.mark.parametrize(
    ("reply", "health", "text"),
    [
        (None, "ok", "record r1 is there."),
        (Reply(NO, status=404), "fail", "there is no record r1, so every pull would be refused (`sentinel_missing`)."),
        (Reply(NO, status=403), "fail", "record r1 is there, and these credentials may not see it"),
        (Reply(NO, status=400), "fail", "answered 400"),
    ],
)
def test_sentinels_are_asked_for_by_name(clinic: Clinic, reply, health, text):
    clinic.settings = {"sentinels": {"ids": ["r1"], "statuses": ["active", "paused"]}}
    if reply:
        clinic.crm.instead["/customers/by-id/r1"] = reply

    said = [one for one in clinic.look() if one.what == "CRM sentinels"]

    assert health == said[0].health
    assert text in said[0].text
    assert "no record with the status paused is on the first page; only a whole pull can show one." == said[1].text
