import hashlib
import re
from importlib.resources import files

import pytest

from reconciliation_pipeline.reporting.carried import carried

VENDOR = files("reconciliation_pipeline.reporting") / "vendor"
ROWS = re.findall(
    r"^\| `([^`]+)` \| .* \| `([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text("utf-8"), re.MULTILINE
)


@pytest.mark.parametrize(("name", "sha256"), ROWS)
def test_a_file_of_others_is_the_one_that_was_released(name, sha256):
    assert sha256 == hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()


def test_every_file_of_others_is_accounted_for():
    assert {name for name, _ in ROWS} == {one.name for one in VENDOR.iterdir()} - {"README.md"}


def test_each_library_is_carried_with_its_licence_and_cannot_end_its_element():
    tables, charts, _ = carried(table=True, chart=True).scripts

    assert "Copyright SpryMedia Limited" in tables
    assert "Leon Sorokin" in charts
    for one in carried(table=True, chart=True).scripts:
        assert not re.search(r"</script|<!--", one, re.IGNORECASE)


@pytest.mark.parametrize(
    ("table", "chart", "scripts"), [(True, True, 3), (True, False, 2), (False, True, 2), (False, False, 0)]
)
def test_a_page_carries_no_more_than_it_needs(table, chart, scripts):
    found = carried(table=table, chart=chart)

    assert scripts == len(found.scripts)
    # One hash for each script and one for the style.
    assert scripts + 1 == found.policy.count("'sha256-")
    assert chart == ("Leon Sorokin" in found.style)
