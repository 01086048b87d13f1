import base64
import gzip
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from reconciliation_pipeline.domain.comparison import Comparison, FormatDifference, KeyTrouble, Planted
from reconciliation_pipeline.domain.lives import ItemState
from reconciliation_pipeline.domain.records import Reason, Side
from reconciliation_pipeline.domain.wording import LEFT_ASIDE
from reconciliation_pipeline.reporting.page import Around
from reconciliation_pipeline.reporting.page import page as written
from reconciliation_pipeline.reporting.rows import FIRST
from reconciliation_pipeline.reporting.trend import BARS, LINES, WIDTH, draw
from reconciliation_pipeline_tests.reporting.builders import (
    MORNING,
    YESTERDAY,
    a_format_difference,
    a_life,
    a_reconciliation,
    a_refusal,
    a_result,
    a_snapshot,
    a_tally,
    an_unknown_word,
    both,
    conflict,
    lives_of,
    seen,
    the_half_loaded_morning,
    the_story,
)

DAY_BEFORE = YESTERDAY - timedelta(days=1)
TREND = [(MORNING, 1_180, 1_224, 44), (YESTERDAY, 1_178, 1_220, 41)]
EVIL = "<img src=x onerror=alert(1)>\"'</style><script>alert(2)</script>"


def page(result, reconciliation, lives, trend=(), found=None, **around) -> str:
    return written(result, reconciliation, lives, Around(trend=trend, found=found, **around))


class Elements(HTMLParser):
    """Collects the elements of a page and the text inside them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._inside = tag
        self.attributes += attrs

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside != "style":
            self.words += data.split()

    @property
    def text(self):
        return " ".join(self.words)


def story_page(**options: str) -> str:
    story = the_story()
    return page(a_result(story), a_reconciliation(**options), lives_of(story), TREND)


def test_the_page_says_the_outcome_in_words():
    text = Elements(story_page()).text

    assert "drift crm_billing 2026-11-22 04:00 Europe/Berlin 44 differences to act on" in text
    assert "17 still settling (younger than 1 h): normal lag, not counted." in text
    assert "CRM 1,180 active of 1,243 pulled Complete" in text
    assert "31 cancelled in the CRM, still running in billing 1,488.00 EUR a month" in text


@pytest.mark.parametrize("observations", [[], the_story()], ids=["clean", "drift"])
def test_the_page_says_that_what_was_planted_was_found(observations):
    result = replace(a_result(observations), planted=Planted(33, 33))

    assert "33 of 33 planted differences found." in Elements(page(result, a_reconciliation(), (), ())).text


def test_every_difference_stands_in_a_table_with_a_caption():
    found = Elements(story_page())

    assert 61 == found.text.count("between 2026-11-21 and 2026-11-22")
    assert found.tags.count("table") == found.tags.count("caption")
    assert "C-0" in found.words


def test_both_values_stand_side_by_side():
    result = a_result([conflict("C-9", ("plan", "basic", "pro"))])

    html = page(result, a_reconciliation(), [a_life(conflict("C-9", ("plan", "basic", "pro")))])

    assert "plan CRM basic Billing pro Since new between 2026-11-21 and 2026-11-22" in Elements(html).text


def test_headings_descend_one_step_at_a_time():
    levels = [int(tag[1]) for tag in Elements(story_page()).tags if re.fullmatch("h[1-6]", tag)]

    assert 1 == levels.count(1) == levels[0]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_needs_nothing_but_itself():
    found = Elements(story_page())

    assert not {"img", "link", "iframe", "object", "base"} & set(found.tags)
    assert not {"src", "srcset", "style", "action"} & {name for name, _ in found.attributes}
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import", styles(story_page()))


def styles(html: str) -> str:
    return "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_page_forbids_everything_but_its_own_style_and_scripts():
    html = story_page()
    scripts = " ".join(map(hashed, re.findall(r"<script>(.*?)</script>", html, re.DOTALL)))

    assert (
        f"default-src 'none'; script-src {scripts}; style-src {hashed(styles(html))}; base-uri 'none'; "
        "form-action 'none'"
    ) in html
    assert 3 == scripts.count("sha256-")


def test_a_page_with_nothing_to_search_runs_nothing():
    html = page(a_refusal(snapshots={}), a_reconciliation(), [])

    assert "script-src 'none'" in html
    assert "<script" not in html


def test_text_of_strangers_stays_text():
    one = conflict(EVIL, (EVIL, EVIL, EVIL), owner=EVIL, source_ids={Side.CRM: EVIL})
    result = a_result([one], snapshots=both(crm=a_snapshot(label=EVIL, ended_by=EVIL, remarks=[EVIL])))
    reconciliation = a_reconciliation(crm_label=EVIL, link="https://crm.example/{source_id}")

    found = Elements(page(result, reconciliation, [a_life(one)], TREND))

    assert "img" not in found.tags
    assert "onerror" not in {name for name, _ in found.attributes}
    # Two with data, two libraries, one of ours.
    assert (1, 5) == (found.tags.count("style"), found.tags.count("script"))


def test_reasons_of_strangers_stay_text_too():
    result = a_refusal(Reason("bad_shape", EVIL, Side.CRM, f"`{EVIL}`"))

    assert not {"script", "img"} & set(Elements(page(result, a_reconciliation(), [])).tags)


def test_invisible_characters_are_taken_out():
    one = conflict("C\u202e9", ("plan", "a\x00b", "c\u200bd"))

    html = page(a_result([one]), a_reconciliation(), [a_life(one)])

    assert not {"\u202e", "\x00", "\u200b"} & set(html)


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://crm.example/a%2Fb%3Fc", "https://crm.example/{source_id}"),
        (None, "javascript:alert({source_id})"),
        (None, None),
    ],
)
def test_a_record_is_linked_only_over_http_and_its_id_is_quoted(address, link):
    one = seen(source_ids={Side.CRM: "a/b?c"})

    html = page(a_result([one]), a_reconciliation(link=link), [a_life(one)])

    links = [value for name, value in Elements(html).attributes if name == "href" and not value.startswith("#")]
    assert ([address] if address else []) == links


def test_a_morning_that_is_not_trustworthy_shows_reasons_and_no_difference():
    html = page(the_half_loaded_morning(), a_reconciliation(), lives_of(the_story()), TREND)
    text = Elements(html).text

    assert "This morning cannot be trusted" in text
    assert "Nothing was compared, nothing was closed; the last trusted morning still stands." in text
    assert "If the drop is genuine, accept it for this morning with recon accept-count and run again." in text
    assert "Billing 130 running of 130 pulled Not proven to be complete" in text
    assert "first seen" not in text
    assert 'class="not_trustworthy"' in html


def test_a_side_that_was_not_pulled_has_a_panel_without_counts():
    text = Elements(page(a_refusal(snapshots={}), a_reconciliation(), [])).text

    assert "CRM Not pulled Nothing was asked" in text


def test_a_side_whose_pull_broke_off_shows_no_counts_that_look_like_an_answer():
    down = Reason("refused", "Billing cannot be reached.", Side.BILLING, "Look whether it is up.")
    billing = a_snapshot(Side.BILLING, active=0, pulled=300, pages=3, reasons=[down], failure=down)
    text = Elements(page(a_refusal(down, snapshots=both(billing=billing)), a_reconciliation(), [])).text

    assert "Billing Not seen Not proven to be complete The walk broke off after 3 pages." in text
    assert "300" not in text


@pytest.mark.parametrize(
    ("headline", "observations"),
    [("The two systems agree", []), ("Nothing to act on", [seen(settling=True)])],
)
def test_a_clean_page_says_so(headline, observations):
    html = page(a_result(observations), a_reconciliation(), lives_of(observations), found=found_apart())

    assert f"<h1>{headline}</h1>" in html
    assert 'class="clean"' in html


def test_a_page_with_unpaired_records_does_not_say_that_everything_agrees():
    result = a_result([], snapshots=both(crm=a_snapshot(no_key=1)))

    html = page(result, a_reconciliation(), [], found=found_apart())

    assert "<h1>No difference among the records that could be compared</h1>" in html
    assert "1 record without a key that pairs, counted apart." in Elements(html).text


def found_apart(*troubles: KeyTrouble, formats: Sequence[FormatDifference] = ()) -> Comparison:
    return Comparison((), troubles, a_tally().balances, tuple(formats))


@pytest.mark.parametrize(
    ("headline", "counts"),
    [
        ("No difference but in format", {"format_only": 3}),
        ("No difference among the records that could be compared", {"unknown_value": 2}),
        ("No difference but in format among the records that could be compared", {"format_only": 1, "no_key": 1}),
    ],
)
def test_a_headline_says_no_more_than_was_seen(headline, counts):
    result = a_result([], compared=a_tally(**counts))

    assert f"<h1>{headline}</h1>" in page(result, a_reconciliation(), [], found=found_apart())


def test_a_page_whose_comparison_is_gone_does_not_say_that_everything_agrees():
    html = page(a_result([]), a_reconciliation(), [])

    assert "<h1>Nothing to act on</h1>" in html
    assert "Its comparison is not kept any more: what it set apart cannot be shown." in Elements(html).text


def test_the_page_counts_what_stands_apart_before_everything_else():
    told = a_tally(format_only=3, unknown_value=1)

    text = Elements(page(a_result([], compared=told), a_reconciliation(), [], found=found_apart())).text

    assert f"3 records differ in format only ({LEFT_ASIDE}): counted apart." in text
    assert "1 record set apart for a word nobody explained." in text


def test_records_that_differ_in_format_only_stand_with_both_values():
    found = found_apart(formats=[a_format_difference("C-8", ("plan", "Pro", "PRO"), ("city", "Bonn ", "Bonn"))])
    reconciliation = a_reconciliation(compare=[{"field": "city", "authority": "crm"}])

    text = Elements(page(a_result([], compared=a_tally(format_only=1)), reconciliation, [], found=found)).text

    assert "Differ in format only 1 The two sides mean the same and write it differently" in text
    assert (
        "C-8 Field plan CRM Pro Billing PRO C-8 Field city the CRM is right, by the settings CRM Bonn␣ Billing Bonn"
        in text
    )


@pytest.mark.parametrize(("number", "said"), [(300, "300"), (301, "the first 300 of 301")])
def test_of_very_many_records_the_first_are_shown_and_all_are_counted(number, said):
    formats = [a_format_difference(f"F-{n}") for n in range(number)]
    words = [an_unknown_word(side, key=f"U-{n}") for side in Side for n in range(number)]
    keys = [KeyTrouble(Side.CRM, f"K-{n}", None) for n in range(number)]
    told = a_tally(format_only=number, unknown_value=number, no_key=number)

    text = Elements(
        page(a_result([], compared=told), a_reconciliation(), [], found=found_apart(*words, *keys, formats=formats))
    ).text

    for title, kind, times in (
        ("Differ in format only", "F-", 1),
        ("With a word nobody explained", " U-", 2),
        ("Without a key", "K-", 1),
    ):
        assert f"{title} {said} " in text
        assert 300 * times == text.count(kind)


def test_of_formats_of_which_the_comparison_kept_a_few_all_are_counted():
    found = found_apart(formats=[a_format_difference()])

    text = Elements(page(a_result([], compared=a_tally(format_only=1_500)), a_reconciliation(), [], found=found)).text

    assert "Differ in format only the first 1 of 1,500" in text


def test_records_that_were_compared_with_nothing_stand_by_what_is_the_trouble_with_them():
    found = found_apart(
        KeyTrouble(Side.CRM, "41", None),
        KeyTrouble(Side.BILLING, "sub_1", "C-1"),
        KeyTrouble(Side.BILLING, "sub_2", "C-2"),
        KeyTrouble(Side.BILLING, "sub_3", "C-1"),
        an_unknown_word(),
    )

    text = Elements(page(a_result([], compared=a_tally(unknown_value=1)), a_reconciliation(), [], found=found)).text

    assert re.search(r"Without a key 1 .* Record - System CRM Record 41 Sharing", text)
    assert re.search(
        r"Sharing a key 3 .* C-1 System Billing Record sub_1 C-1 System Billing Record sub_3 C-2 .* sub_2 With a", text
    )
    assert re.search(r"With a word nobody explained 1 .* Word C-7 System CRM Record crm-C-7 Field plan Word Gold", text)


def test_a_record_that_was_set_apart_is_linked():
    found = found_apart(KeyTrouble(Side.CRM, "a/b", None), KeyTrouble(Side.BILLING, "sub", None))

    html = page(a_result([]), a_reconciliation(link="https://crm.example/{source_id}"), [], found=found)

    links = [value for name, value in Elements(html).attributes if name == "href" and not value.startswith("#")]
    assert ["https://crm.example/a%2Fb"] == links


def test_text_of_strangers_stays_text_where_records_stand_apart():
    found = found_apart(
        KeyTrouble(Side.CRM, EVIL, EVIL),
        an_unknown_word(word=EVIL, key=EVIL, field=EVIL),
        formats=[a_format_difference(EVIL, (EVIL, EVIL, EVIL))],
    )

    elements = Elements(page(a_result([]), a_reconciliation(link="https://x/{source_id}"), [], found=found))

    assert not {"script", "img"} & set(elements.tags)
    assert elements.tags.count("table") == elements.tags.count("caption") == 4


def test_a_refused_morning_shows_nothing_that_stands_apart():
    html = page(the_half_loaded_morning(), a_reconciliation(), [], found=found_apart(an_unknown_word()))

    assert "Gold" not in html


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
