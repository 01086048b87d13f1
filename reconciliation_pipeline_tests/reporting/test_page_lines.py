"""The lines of a page: values, trend, what is new and resolved, owners and links."""

import base64
import gzip
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from reconciliation_pipeline.domain.lives import ItemState
from reconciliation_pipeline.reporting.rows import FIRST
from reconciliation_pipeline.reporting.trend import BARS, LINES, WIDTH, draw
from reconciliation_pipeline_tests.reporting.builders import (
    MORNING,
    YESTERDAY,
    a_life,
    a_reconciliation,
    a_refusal,
    a_result,
    a_snapshot,
    both,
    conflict,
    lives_of,
    seen,
)
from reconciliation_pipeline_tests.reporting.pages import EVIL, TREND, Elements, page

DAY_BEFORE = YESTERDAY - timedelta(days=1)


def test_a_field_of_a_difference_says_what_there_is_to_know_about_its_values():
    one = conflict("C-9", ("plan", "Pro", "PRO", True), ("city", "Bonn", "Köln"), ("zip", None, None))
    reconciliation = a_reconciliation(compare=[{"field": "city", "authority": "billing"}])

    text = Elements(page(a_result([one]), reconciliation, [a_life(one)])).text

    assert "plan CRM Pro Billing PRO format only" in text
    assert "city CRM Bonn Billing Köln billing is right, by the settings" in text
    assert "zip empty on both sides, and never was before" in text


def test_a_key_that_stands_where_e_mail_addresses_do_is_warned_of():
    side = {"connector": "file", "path": "x.csv", "status": {"field": "status", "active": ["active"]}}
    sides = {"crm": {**side, "key": "email"}, "billing": {**side, "key": "number"}}

    text = Elements(page(a_result([]), a_reconciliation(sides=sides), [])).text

    assert 1 == text.count("e-mail")
    assert (
        "In the CRM, the key stands at `email`, as an e-mail address: a customer who changes the address becomes two "
        "differences. Use a number that the customer keeps as `key`, such as the customer number."
    ) in text


def test_what_was_resolved_this_morning_is_shown_and_older_endings_are_not():
    gone = [
        a_life(seen("today"), state=ItemState.RESOLVED, resolved_on=MORNING),
        a_life(seen("earlier"), state=ItemState.RESOLVED, resolved_on=YESTERDAY),
    ]

    text = Elements(page(a_result([]), a_reconciliation(), gone)).text

    assert "resolved this morning" in text
    assert "earlier" not in text


def test_a_broken_walk_and_a_total_are_told_in_plain_words():
    broken = a_snapshot(ended_by=None, pages=3, total_before=1_300, total_after=1_310, no_key=2)

    text = Elements(page(a_refusal(snapshots=both(crm=broken)), a_reconciliation(), [])).text

    assert "The walk broke off after 3 pages." in text
    assert "CRM itself says it holds 1,300 to 1,310; 1,243 arrived." in text
    assert "2 records without a usable key, set apart." in text


def test_one_morning_is_no_trend():
    assert draw(TREND[:1]) is None
    assert "<svg" not in page(a_result([]), a_reconciliation(), [], TREND[:1])
    assert "<svg" in page(a_result([]), a_reconciliation(), [], TREND)


def test_the_trend_stays_inside_its_picture():
    drawn = draw([(MORNING - timedelta(days=n * n), 1_000 + n, 2_000 - n, n) for n in range(20)])

    assert drawn is not None
    points = [*drawn.crm, *drawn.billing]
    assert all(0 <= point.x <= WIDTH and LINES[0] <= point.y <= LINES[1] for point in points)
    assert all(0 <= bar.x <= WIDTH - bar.width and BARS[0] <= bar.y <= BARS[1] for bar in drawn.bars)


def test_the_trend_is_in_order_and_proportional_in_time():
    drawn = draw([(MORNING, 3, 3, 0), (MORNING - timedelta(days=3), 1, 1, 0), (MORNING - timedelta(days=2), 2, 2, 0)])

    assert drawn is not None
    first, second, third = (point.x for point in drawn.crm)
    assert 2 == pytest.approx((third - second) / (second - first))
    assert drawn.crm[0].y > drawn.crm[1].y > drawn.crm[2].y


def test_equal_counts_make_a_level_line():
    drawn = draw([(MORNING, 5, 5, 0), (YESTERDAY, 5, 5, 0)])

    assert drawn is not None
    assert 1 == len({point.y for point in (*drawn.crm, *drawn.billing)})
    assert {0} == {bar.height for bar in drawn.bars}


def test_a_conflict_of_several_fields_is_one_line_with_a_pair_for_each():
    one = conflict("C-9", ("plan", "basic", "pro"), ("mrr", "1", "2"))

    html = page(a_result([one]), a_reconciliation(), [a_life(one)])

    assert "plan CRM basic Billing pro mrr CRM 1 Billing 2 Since" in Elements(html).text
    assert 1 == html.count('<th scope="row" class="who">')


def packed_rows(html: str) -> list[dict[str, Any]]:
    found = re.search(r'id="rows">([^<]*)<', html)
    assert found is not None
    rows: list[dict[str, Any]] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return rows


def test_the_first_lines_stand_in_the_page_and_all_travel_beside_them():
    many = [seen(f"C-{n:03}", amount=f"{n}.00") for n in range(FIRST + 1)]

    html = page(a_result(many), a_reconciliation(), lives_of(many))

    keys = re.findall(r'class="key">(C-\d+)<', html)
    assert (FIRST, "C-200", "C-001") == (len(keys), keys[0], keys[-1])
    assert "The first 200 of 201, those that cost most before the others." in Elements(html).text
    assert [f"C-{n:03}" for n in reversed(range(FIRST + 1))] == [row["sort"][0] for row in packed_rows(html)]


def test_a_packed_line_is_the_line_of_the_page():
    one = conflict(EVIL, (EVIL, EVIL, EVIL), owner=EVIL)

    html = page(a_result([one]), a_reconciliation(link="https://x/{source_id}"), [a_life(one)])

    (row,) = packed_rows(html)
    assert all(cell in html for cell in row["cells"])
    assert not {"script", "img"} & set(Elements("".join([*row["cells"], row["find"]])).tags)


def test_open_differences_come_first_and_are_what_the_list_shows_at_first():
    young, old = seen("C-1", amount="900.00", settling=True), seen("C-2", amount="1.00")

    html = page(a_result([young, old]), a_reconciliation(), lives_of([young, old]))

    assert ["open", "settling"] == [row["state"] for row in packed_rows(html)]
    assert '<option value="open" selected>To act on (1)</option>' in html


def test_where_all_lines_are_alike_there_is_nothing_to_choose():
    html = page(a_result([seen()]), a_reconciliation(), lives_of([seen()]))

    assert "data-choice" not in {name for name, _ in Elements(html).attributes}


def test_what_waits_and_what_it_costs_stand_by_owner_and_by_currency():
    late = a_life(seen("C-1", owner="anna"), due=YESTERDAY, began_by=MORNING - timedelta(days=9))
    rest = [seen("C-2", amount="10.00", currency="CHF"), seen("C-3", amount=None)]

    text = Elements(page(a_result([late.latest, *rest]), a_reconciliation(), [late, *lives_of(rest)])).text

    assert "finance-ops 2 0 0 days 10.00 CHF a month + unknown for 1 anna 1 1 9 days 48.00 EUR a month" in text
    assert "Charged after it ended: refunds, and a legal risk 1 10.00 CHF" in text
    assert "Charged after it ended: refunds, and a legal risk 1 unknown" in text
    assert "9 days the oldest, at least 10.00 CHF a month at stake 48.00 EUR a month at stake" in text
    assert "overdue since 2026-11-21" in text


@pytest.mark.parametrize(
    ("age", "life"),
    [
        ("unknown before our first snapshot", {"agreed_on": None}),
        ("at least 1 day before our first snapshot", {"agreed_on": None, "began_by": YESTERDAY}),
        ("new between 2026-11-21 and 2026-11-22", {}),
        ("1 day between 2026-11-20 and 2026-11-21", {"agreed_on": DAY_BEFORE, "began_by": YESTERDAY}),
    ],
)
def test_nothing_is_called_new_that_was_there_when_we_came(age, life):
    text = Elements(page(a_result([seen()]), a_reconciliation(), [a_life(seen(), **life)])).text

    assert f"Since {age}" in text


def test_a_missing_morning_is_told_in_the_head():
    text = Elements(page(a_result([]), a_reconciliation(), [], gaps="2026-11-20 has no trusted result.")).text

    assert "Mornings are missing. 2026-11-20 has no trusted result." in text


@pytest.mark.parametrize(("result", "asset"), [(a_result([]), "ledger"), (a_refusal(), "crm_snapshot")])
def test_the_page_leads_into_dagster_where_somebody_said_where_that_is(result, asset):
    html = page(result, a_reconciliation(), [], ui_url="http://127.0.0.1:3000", earlier=YESTERDAY)

    links = [value for name, value in Elements(html).attributes if name == "href" and not value.startswith("#")]
    morning = f"http://127.0.0.1:3000/assets/crm_billing/{asset}?view=partitions&partition=2026-11-22"
    assert ["http://127.0.0.1:3000/runs/run-1", morning, "2026-11-21.html"] == links
