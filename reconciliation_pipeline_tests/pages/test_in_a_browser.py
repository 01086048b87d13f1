"""Does the report work where it is read: in a real browser, from a file, without a network?"""

import re

import pytest

from reconciliation_pipeline_tests.pages.chromium import BINARY, Tab
from reconciliation_pipeline_tests.pages.conftest import EVIL

pytestmark = pytest.mark.skipif(BINARY is None, reason="There is no Chromium on this machine.")


def shown(tab: Tab) -> str:
    """Give what stands below the list: `1 to 45 of 45 (chosen from 62)`."""
    return str(tab.run("document.querySelector('.dt-info').textContent"))


def choose(tab: Tab, name: str, value: str) -> None:
    tab.run(
        f"(one => {{ one.value = {value!r}; one.dispatchEvent(new Event('change')) }})"
        f"(document.getElementById({f'choose-{name}'!r}))"
    )


def search(tab: Tab, text: str) -> None:
    tab.run(
        f"(one => {{ one.value = {text!r}; one.dispatchEvent(new Event('input')) }})(document.getElementById('search'))"
    )


def customers(tab: Tab) -> list[str]:
    found: list[str] = tab.run("[...document.querySelectorAll('#list .key')].map(one => one.textContent)")
    return found


def test_the_list_can_be_chosen_from_searched_and_sorted(tab, story):
    tab.open(story)
    tab.settled()
    at_first = shown(tab)
    choose(tab, "what", "in billing, unknown to the CRM")
    chosen = shown(tab)
    search(tab, "B-12")
    found = customers(tab)
    tab.run("document.getElementById('reset').click()")
    everything = shown(tab)
    tab.run("document.querySelector('#list thead th').click()")

    assert "1 to 45 of 45 chosen from 62" == at_first
    assert "1 to 13 of 13 chosen from 62" == chosen
    assert ["B-12"] == found
    assert "1 to 50 of 62" == everything
    assert [EVIL, "B-0", "B-1", "B-10"] == customers(tab)[:4]


def test_a_group_of_the_summary_leads_to_its_lines(tab, story):
    tab.open(story)
    tab.settled()
    tab.run("document.querySelector('.groups a').click()")

    assert "1 to 31 of 31 chosen from 62" == shown(tab)
    assert "differences" == tab.run("document.activeElement.id")


def test_text_of_strangers_is_text_also_when_it_is_searched(tab, story):
    tab.open(story)
    tab.settled()
    search(tab, "onerror=document")

    assert [EVIL] == customers(tab)
    assert "44" not in tab.run("document.title")[:1]
    assert 0 == tab.run("document.images.length")
    assert [] == tab.said


@pytest.mark.parametrize(("width", "dark"), [(1_280, False), (1_280, True), (360, False), (320, True)])
def test_nothing_is_asked_of_anyone_nothing_is_refused_and_nothing_is_wider_than_the_screen(tab, story, width, dark):
    tab.open(story, width=width, dark=dark)
    tab.settled()

    assert [story.as_uri()] == tab.asked
    assert [] == tab.said
    assert tab.run("document.documentElement.scrollWidth") <= width


def test_a_trend_is_read_morning_by_morning_with_the_arrow_keys(tab, story):
    tab.open(story)
    tab.settled()
    tab.run("document.getElementById('live').focus()")
    for key in ("ArrowLeft", "Home"):
        tab.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key)

    said = tab.run("document.querySelector('#live [role=status]').textContent")
    assert "2026-08-25: CRM, active 1,091, Billing, running 1,046, to act on 35" == said


def test_without_scripts_everything_stands_there(tab, story):
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(story)
        seen_then = tab.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        rows = tab.call("DOM.querySelectorAll", nodeId=seen_then, selector="#list tbody tr")["nodeIds"]
        drawn = tab.call("DOM.querySelector", nodeId=seen_then, selector="#drawn svg")["nodeId"]
        size = tab.call("DOM.getBoxModel", nodeId=drawn)["model"]["width"]
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)

    assert 62 == len(rows)
    assert size > 900


def test_it_prints_on_whole_pages_of_a4(tab, story):
    tab.open(story)
    tab.settled()
    printed = tab.printed()

    assert b"%PDF" == printed[:4]
    boxes = {tuple(float(one) for one in found.split()) for found in re.findall(rb"/MediaBox \[([^\]]+)\]", printed)}
    assert [(0, 0, 595, 842)] == sorted({tuple(round(one) for one in box) for box in boxes})
