"""What takes longer: very many differences, and the rules of accessibility (`make pages`)."""

import json
from pathlib import Path

import pytest

from reconciliation_pipeline.reporting.page import page
from reconciliation_pipeline_tests.pages.chromium import BINARY
from reconciliation_pipeline_tests.pages.test_in_a_browser import customers, search
from reconciliation_pipeline_tests.reporting.builders import (
    a_life,
    a_reconciliation,
    a_result,
    conflict,
    lives_of,
    seen,
    the_half_loaded_morning,
)

AXE = Path(__file__).parents[2] / ".peers/axe/node_modules/axe-core/axe.min.js"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(BINARY is None, reason="There is no Chromium on this machine.")]


@pytest.fixture(scope="module")
def mornings(tmp_path_factory, story) -> dict[str, Path]:
    """One page of each outcome."""
    folder = tmp_path_factory.mktemp("mornings")
    accepted = [seen("C-1", settling=True)]
    pages = {
        "refused": page(the_half_loaded_morning(), a_reconciliation(), []),
        "clean": page(a_result(accepted), a_reconciliation(), lives_of(accepted)),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {"drift": story, **{name: folder / f"{name}.html" for name in pages}}


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed here (make pages).")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1_280, 360])
@pytest.mark.parametrize("name", ["drift", "refused", "clean"])
def test_no_rule_of_accessibility_is_broken(tab, mornings, name, width, dark):
    tab.open(mornings[name], width=width, dark=dark)
    if name != "refused":
        tab.settled()
    tab.run(AXE.read_text(encoding="utf-8"))

    found = json.loads(tab.run("axe.run().then(found => JSON.stringify(found))"))
    assert [] == [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]]
    assert len(found["passes"]) > 20


def test_twenty_thousand_differences_open_at_once_and_are_found(tab, tmp_path):
    many = [conflict(f"C-{n:05}", ("plan", "basic", "pro"), ("mrr", "49.00 EUR", "99.00 EUR")) for n in range(19_999)]
    found = [*many, seen("C-99999", amount="0.01")]
    path = tmp_path / "many.html"
    path.write_text(page(a_result(found), a_reconciliation(), [a_life(one) for one in found]), encoding="utf-8")
    tab.open(path)
    tab.settled()
    opened = tab.run("performance.now()")
    search(tab, "C-99999")

    assert ["C-99999"] == customers(tab)
    assert path.stat().st_size < 3_000_000
    assert opened < 5_000
