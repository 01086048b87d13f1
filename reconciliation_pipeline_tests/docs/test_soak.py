"""Are the published figures of many mornings in a row those that were measured, and did nothing grow?"""

from reconciliation_pipeline_tests.docs.test_reliability import marked
from reconciliation_pipeline_tests.soak.chart import draw
from reconciliation_pipeline_tests.soak.report import CHART, MORNINGS, SPAN, WARM, block, grown, published


def test_mornings_were_lived_through_one_after_the_other_and_enough_of_them():
    numbers = [one.number for one in published()]

    assert list(range(1, len(numbers) + 1)) == numbers
    assert WARM + 2 * SPAN <= len(numbers) <= MORNINGS


def test_nothing_grew_beyond_what_the_data_explains():
    assert [] == grown(published())


def test_the_table_and_the_chart_are_of_these_figures():
    assert block(published()) == marked("soak")
    assert draw(published()) == CHART.read_text("utf-8")
