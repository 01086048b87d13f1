"""What a case file tells beyond the difference itself: its history, what was decided, and that it comes and goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.decisions import Action, Decision, InForce
from reconciliation_pipeline.domain.lives import Closing, ItemState, Stretch
from reconciliation_pipeline.reporting.case import case_file, case_lines, run_link
from reconciliation_pipeline.reporting.history import WIDTH, history_chart
from reconciliation_pipeline.reporting.items import case_item
from reconciliation_pipeline_tests.builders import NOW, morning
from reconciliation_pipeline_tests.reporting.builders import MORNING, WORDS, a_life, conflict, seen
from reconciliation_pipeline_tests.reporting.test_tables import printed

DAY = timedelta(days=1)
ACCEPTED = Decision("pair", "x", "s", Action.ACCEPT, "Ana", "known", NOW, until=MORNING + DAY)
ASSIGNED = Decision("pair", "x", "s", Action.ASSIGN, "Ben", "theirs", NOW, to="sales-ops")


def told(life, name: str, on=None) -> list[str]:
    return [value for called, value in case_lines(life, WORDS, on) if called == name]


def test_decisions_are_told_with_who_when_and_why():
    life = a_life(seen(), decisions=(ACCEPTED, ASSIGNED), in_force=InForce("sales-ops", ACCEPTED))

    assert [
        f"{NOW:%Y-%m-%d %H:%M} UTC  accept until {MORNING + DAY}, by Ana: known",
        f"{NOW:%Y-%m-%d %H:%M} UTC  assign to sales-ops, by Ben: theirs",
    ] == told(life, "decided")
    assert ["sales-ops"] == told(life, "owner")


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        ("open", {}),
        (f"accepted until {MORNING + DAY} by Ana", {"state": ItemState.ACCEPTED, "in_force": InForce(None, ACCEPTED)}),
        ("quarantined by Ben", {"state": ItemState.QUARANTINED, "in_force": InForce(None, None, ASSIGNED)}),
        (
            f"closed on {MORNING}: keys are read in another way since",
            {"state": ItemState.RESOLVED, "resolved_on": MORNING, "closing": Closing.SUPERSEDED},
        ),
    ],
)
def test_where_it_stands_says_who_put_it_there(state, changes):
    assert [state] == told(a_life(seen(), **changes), "state")


def test_what_had_cleared_says_after_how_long():
    life = a_life(replace(seen(settling=True), cleared_after=7_620), state=ItemState.SETTLING)

    assert ["settling: gone when both were asked again, at most 2 h 7 min after it began"] == told(life, "state")


def test_what_comes_and_goes_is_not_settled_where_it_shows():
    assert [] == told(a_life(seen()), "comes and goes")
    assert ["came back 1 time"] == told(a_life(seen(), returned=1), "comes and goes")
    assert "at its source" in told(a_life(seen(), returned=2, is_flapping=True), "comes and goes")[0]


def test_what_is_due_says_so_and_when_it_is_late():
    life = a_life(seen(), due=MORNING)

    assert [[f"{MORNING}"], [f"{MORNING}, overdue"]] == [told(life, "due", MORNING + n * DAY) for n in (0, 1)]


def test_the_history_tells_each_stretch_and_every_change_of_values_within():
    one, other = conflict("C-9", ("plan", "basic", "pro")), conflict("C-9", ("plan", "basic", "team"))
    life = a_life(other, stretches=(Stretch(morning(1), morning(3), 3), Stretch(morning(5), morning(5), 1)))
    lines = printed(case_file(life, WORDS, seen={morning(1): one, morning(2): one, morning(3): other}))

    assert [f"{morning(1)} to {morning(3)}, 3 mornings", f"{morning(5)}, 1 morning"] == [
        line.removeprefix("was there").strip() for line in lines if line.startswith("was there")
    ]
    assert [str(morning(1)), str(morning(3))] == [line.split()[0] for line in lines if "plan: basic" in line][-2:]


def test_a_field_that_began_to_differ_later_says_since_when():
    plan, price = ("plan", "basic", "pro"), ("mrr", "10 EUR", "20 EUR")
    both = conflict("C-9", plan, price)
    life = a_life(both, began_by=morning(1), last_seen=morning(2))
    days = {morning(1): conflict("C-9", plan), morning(2): both}
    lines = printed(case_file(life, WORDS, seen=days))

    assert [f"mrr since between {morning(1)} and {morning(2)}"] == [
        " ".join(line.split()) for line in lines if "since between" in " ".join(line.split()) and "when" not in line
    ]
    plan_since, price_since = (
        {"after": None, "before": str(morning(1))},
        {"after": str(morning(1)), "before": str(morning(2))},
    )
    fields = [
        {"name": "plan", "crm": "basic", "billing": "pro", "format_only": False, "since": plan_since},
        {"name": "mrr", "crm": "10 EUR", "billing": "20 EUR", "format_only": False, "since": price_since},
    ]
    assert fields == case_item(replace(life, agreed_on=None), days)["fields"]


def test_the_chart_has_a_line_a_morning_a_gap_where_nobody_looked_and_a_bar_for_anything_at_all():
    points = [(morning(1), 5, 5, 0), (morning(2), 5, 5, 1), (morning(5), 5, 5, 1_000_000)]
    heading, none, few, gap, many = (line.rstrip() for line in printed(history_chart(points, WORDS)))

    assert heading.split() == ["morning", *WORDS.labels.values(), "open"]
    assert [0, 1, WIDTH] == [sum(letter in "▏▎▍▌▋▊▉█" for letter in line) for line in (none, few, many)]
    assert gap.strip() == "no trusted morning for 2 days"


def test_a_morning_that_nobody_has_vouched_for_is_marked_in_the_chart():
    points = [(morning(1), 5, 5, 1), (morning(2), 5, 5, 1)]
    _, marked, plain = printed(history_chart(points, WORDS, {morning(1)}))

    assert (True, False) == ("unproven █" in marked, "unproven" in plain)


@pytest.mark.parametrize(
    ("ui_url", "link"), [(None, "run-7"), ("http://127.0.0.1:3000", "http://127.0.0.1:3000/runs/run-7")]
)
def test_the_last_run_is_named_and_linked_where_somebody_said_where(ui_url, link):
    attempt = Attempt("pair", MORNING, 1, "run-7", live=True, started_at=NOW)

    assert [("last run", link)] == run_link(attempt, ui_url)
    assert [] == run_link(None, ui_url)
