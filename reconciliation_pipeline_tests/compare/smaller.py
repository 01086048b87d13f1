"""Which few records show that the comparison and the oracle disagree?"""

from collections.abc import Callable, Sequence

from reconciliation_pipeline_tests.compare.worlds import World, in_one

Disagree = Callable[[World], bool]


def smallest(worlds: Sequence[World], disagree: Disagree) -> World:
    """Find rows that disagree and of which none can be left out; all of them where only all together do."""
    crm, billing = next((one for one in worlds if disagree(one)), in_one(worlds))
    for side in (crm, billing):
        for row in list(side):
            place = side.index(row)
            del side[place]
            if not disagree((crm, billing)):
                side.insert(place, row)
    return crm, billing
