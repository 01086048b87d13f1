"""What does the page of a morning say first, and what may it never carry?"""

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from reconciliation_pipeline.domain.comparison import Planted
from reconciliation_pipeline.domain.records import Reason, Side
from reconciliation_pipeline_tests.reporting.builders import (
    a_life,
    a_reconciliation,
    a_refusal,
    a_result,
    a_snapshot,
    both,
    conflict,
    lives_of,
    seen,
    the_half_loaded_morning,
    the_story,
)
from reconciliation_pipeline_tests.reporting.pages import EVIL, TREND, Elements, found_apart, page


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
    assert "accept it for this morning with recon accept-count crm_billing --side billing" in text
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
