"""What does a doctor say of a side, whole or broken in one way, over real HTTP?"""

import pytest

from reconciliation_pipeline_tests.doctor.clinic import LOOKUP, NO, Clinic
from reconciliation_pipeline_tests.other_data.servers import Reply


def test_a_healthy_pair_is_told_in_plain_lines(clinic: Clinic):
    said = {one.what: one.text for one in clinic.look() if one.what.startswith("CRM") and one.health == "ok"}

    assert {
        "CRM": "answered with 5 records on the first page, of 5 it says it holds.",
        "CRM list": "paged by cursor, the system says how many records there are; asked at most 1000 times a second.",
        "CRM past": "it only knows how things are now.",
        "CRM single records": "they can be asked for by id and by key.",
        "CRM permissions": "its credentials need customers.read, and nothing else.",
        "CRM account": "it says it is acct_1.",
        "CRM keys": "5 on the first page, no two alike.",
        "CRM times": "5 on the first page, none from the future.",
        "CRM by id": "it finds record r0, as its list shows it.",
        "CRM by key": "it finds record r0, as its list shows it.",
    } == said
    assert [] == clinic.troubles()


TOKEN = "Check the token in A_TOKEN: is it valid, and may it read these records?"


NEEDS = f"{TOKEN} It needs: customers.read."


ADDRESS = "at base_url and list.path."


@pytest.mark.parametrize(
    ("reply", "ending", "remedy"),
    [
        (Reply(NO, status=401), "/customers answered 401 Unauthorized.", NEEDS),
        (Reply(NO, status=403), "/customers answered 403 Forbidden.", NEEDS),
        (Reply(NO, status=404), "/customers answered 404 Not Found.", "Check base_url and list.path and what is asked"),
        (
            Reply(NO, {"Location": "https://elsewhere.example.com/?token=let-me-in"}, 302),
            "a redirect; it was not followed, because the token would travel along.",
            f"Write the final address into the settings, {ADDRESS}",
        ),
        (
            Reply(None, {"Content-Type": "text/html"}, raw=b"<html>let-me-in</html>"),
            "answered with text/html instead of JSON: usually a login or maintenance page.",
            "Open the address in a browser and look; check base_url and list.path.",
        ),
        (Reply({"data": 7}), "data is not a list; that is not an empty list.", "list.records"),
    ],
)
def test_a_list_that_does_not_answer_is_told_with_its_remedy(clinic: Clinic, reply, ending, remedy):
    clinic.crm.instead["/customers"] = reply

    ((health, what, text, said),) = clinic.troubles()

    assert ("fail", "CRM") == (health, what)
    assert ending in text
    assert remedy in said
    assert "let-me-in" not in text + said


def test_what_was_declared_is_told_of_a_side_that_does_not_answer_too(clinic: Clinic):
    clinic.crm.instead["/"] = Reply(NO, status=401)

    assert {"CRM", "CRM list", "CRM past", "CRM single records", "CRM permissions"} == {
        one.what for one in clinic.look() if one.what.startswith("CRM")
    }


def test_a_secret_that_is_not_set(clinic: Clinic):
    clinic.settings = {"auth": {"type": "bearer", "token_env": "OTHER_TOKEN"}}

    ((health, what, text, remedy),) = clinic.troubles()

    assert ("fail", "CRM") == (health, what)
    assert "The environment variable OTHER_TOKEN is not set or empty." == text
    assert "export OTHER_TOKEN=" in remedy


def test_nobody_at_the_address(clinic: Clinic):
    clinic.settings = {"base_url": "http://127.0.0.1:9"}

    ((health, what, text, remedy),) = clinic.troubles()

    assert ("fail", "CRM") == (health, what)
    assert "127.0.0.1:9/account cannot be reached: no connection, also when asked again." == text
    assert "Look whether the system is up and base_url is right." == remedy


def test_an_empty_first_page_is_worth_a_word(clinic: Clinic):
    clinic.crm.records = []

    assert [
        (
            "warn",
            "CRM",
            "answered with 0 records on the first page, of 0 it says it holds.",
            "Is that so? Otherwise check what the credentials may see, and their account.",
        )
    ] == clinic.troubles()


@pytest.mark.parametrize(("cap", "near"), [(5, True), (6, False)])
def test_a_list_that_is_nearly_full_is_told_before_it_is(clinic: Clinic, cap, near):
    clinic.settings = {"cap": cap}

    found = clinic.troubles()

    assert near == any(
        f"never gives more than {cap}, and a pull that reaches that is refused" in one[2] for one in found
    )


@pytest.mark.parametrize(
    ("lookup", "health", "text"),
    [
        (None, "warn", "none can be asked for, so nobody can tell a record that was lost on the way"),
        ({**LOOKUP, "by_key": None}, "ok", "they can be asked for by id, not by key."),
    ],
)
def test_what_cannot_be_asked_for_is_said_and_not_asked(clinic: Clinic, lookup, health, text):
    clinic.settings = {"lookup": lookup}

    said = {one.what: one for one in clinic.look()}

    assert health == said["CRM single records"].health
    assert said["CRM single records"].text.startswith(text)
    assert "CRM by key" not in said
