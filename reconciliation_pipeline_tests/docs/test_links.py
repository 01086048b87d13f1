"""Does everything that a page points to exist, and is a decision a page?"""

import re
from collections import Counter

import pytest

from reconciliation_pipeline_tests.docs import pages

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<(https?://[^>]+)>")
DECISIONS = sorted((pages.ROOT / "docs/decisions").glob("*.md"))


def slugs(text: str) -> set[str]:
    """Spell headings as GitHub spells their anchors."""
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in pages.headings(text))
    counts: Counter[str] = Counter()
    found = set()
    for slug in bare:
        found.add(f"{slug}-{counts[slug]}" if counts[slug] else slug)
        counts[slug] += 1
    return found


def links() -> list[tuple[str, str]]:
    """Give every link and picture to something of ours, with its page."""
    return [
        (pages.name_of(page), found[0])
        for page in pages.PAGES
        for found in LINK.findall(pages.without_fences(page.read_text("utf-8")))
        if found[0] and "://" not in found[0]
    ]


@pytest.mark.parametrize(("page", "link"), sorted(set(links())))
def test_a_link_leads_somewhere(page, link):
    path, _, anchor = link.partition("#")
    target = (pages.ROOT / page).parent / path if path else pages.ROOT / page

    assert target.exists()
    assert not anchor or anchor in slugs(target.read_text("utf-8"))


def test_the_readme_leads_to_every_guide():
    led_to = {link for page, link in links() if page == "README.md"}
    guides = {pages.name_of(page) for page in (pages.ROOT / "docs").glob("*.md")}

    assert guides <= {link.partition("#")[0] for link in led_to}


def test_decisions_are_numbered_without_a_gap():
    assert [f"{number:04d}" for number in range(1, len(DECISIONS) + 1)] == [page.name[:4] for page in DECISIONS]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_a_page_with_context_choice_and_consequence(page):
    text = page.read_text("utf-8")
    title, *parts = pages.headings(text)

    assert title.startswith(f"{int(page.name[:4])}. ")
    assert ["Context", "Choice", "Consequence"] == parts
    assert len(text.splitlines()) < 40
