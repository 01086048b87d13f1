"""What stands apart from the differences, and when does a page say that everything agrees?"""

import re

import pytest

from reconciliation_pipeline.domain.comparison import KeyTrouble
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.wording import LEFT_ASIDE
from reconciliation_pipeline_tests.reporting.builders import (
    a_format_difference,
    a_reconciliation,
    a_result,
    a_snapshot,
    a_tally,
    an_unknown_word,
    both,
    the_half_loaded_morning,
)
from reconciliation_pipeline_tests.reporting.pages import EVIL, Elements, found_apart, page


def test_a_page_with_unpaired_records_does_not_say_that_everything_agrees():
    result = a_result([], snapshots=both(crm=a_snapshot(no_key=1)))

    html = page(result, a_reconciliation(), [], found=found_apart())

    assert "<h1>No difference among the records that could be compared</h1>" in html
    assert "1 record without a key that pairs, counted apart." in Elements(html).text


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
