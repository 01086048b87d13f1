"""Does the table of a comparison have a line for every place where a row can end?"""

import re
from dataclasses import fields, replace

from reconciliation_pipeline.defs.markdown import BUCKETS, MOST, balance, top
from reconciliation_pipeline.defs.metadata import diff_metadata
from reconciliation_pipeline.domain.comparison import Comparison, KeyTrouble, SideBalance
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.reporting.builders import WORDS, a_life, an_attempt, an_unknown_word, seen

NAMES = [field.name for field in fields(SideBalance) if field.name != "pulled"]


def compared(*troubles: KeyTrouble) -> Comparison:
    """A comparison in which every bucket holds another number of rows."""
    buckets = {name: 10**place for place, name in enumerate(NAMES)}
    return Comparison((), troubles, dict.fromkeys(Side, SideBalance(pulled=sum(buckets.values()), **buckets)))


def test_every_bucket_has_its_line():
    assert set(NAMES) == set(BUCKETS)


def test_the_lines_add_up_to_what_was_pulled():
    cells = re.findall(r"\| \**([\d,]+)\** \|$", balance(compared(), WORDS), re.MULTILINE)
    *parts, pulled = [int(cell.replace(",", "")) for cell in cells]

    assert pulled == sum(parts) == compared().balances[Side.BILLING].pulled


def test_records_in_format_only_and_with_unknown_words_are_counted_apart_from_those_that_cannot_be_paired():
    # Both sides of a pair may hold an unknown word: two troubles, one pair of records.
    found = compared(KeyTrouble(Side.CRM, "41", None), an_unknown_word(), an_unknown_word(Side.BILLING))

    values = diff_metadata(an_attempt(), found, WORDS)

    pairs = found.balances[Side.CRM]
    assert 1 == values["records that cannot be paired"]
    assert pairs.format_only == values["records that differ in format only"]
    assert pairs.unknown_value == values["records with a word nobody explained"]


def test_what_costs_most_is_listed_first_with_links_and_the_others_are_counted():
    lives = [a_life(seen(f"C-{number}", amount=f"{number}.00")) for number in range(MOST + 1)]
    lines = top(lives, WORDS, lambda life: [("CRM", f"https://crm.example.com/{life.latest.item}")]).splitlines()
    dearest = lives[-1].latest.item

    assert f"`{dearest}`" in lines[2]
    assert f"[CRM](https://crm.example.com/{dearest})" in lines[2]
    assert [MOST, "and 1 more: `recon list`"] == [sum("`" in line for line in lines[2:-1]), lines[-1]]


def test_what_people_wrote_stays_words_and_an_address_stays_one_link():
    life = a_life(replace(seen(), owner="[x](javascript:1) | `a` <b>"))
    text = top([life], WORDS, lambda _life: [("CRM", "https://crm.example.com/a)b|c d")])

    assert r"\[x\]\(javascript:1\) \| \`a\` \<b\>" in text
    assert "[CRM](https://crm.example.com/a%29b%7Cc%20d)" in text


def test_where_nothing_is_open_the_list_says_so():
    assert "Nothing is open." == top([], WORDS, lambda _life: [])
