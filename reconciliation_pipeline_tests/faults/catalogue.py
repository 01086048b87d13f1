"""Which faults are there? All of them, in the order of the corpus."""

from typing import Final

from reconciliation_pipeline_tests.faults import (
    broken_off,
    clocks,
    cut_short,
    damaged,
    left_out,
    moved,
    singly,
    values,
)
from reconciliation_pipeline_tests.faults.stage import Fault

SECTIONS: Final[dict[str, tuple[Fault, ...]]] = {
    "Cut short": cut_short.FAULTS,
    "Broken off": broken_off.FAULTS,
    "Left out": left_out.FAULTS,
    "Moved while being read": moved.FAULTS,
    "Damaged on the way": damaged.FAULTS,
    "Keys, values, statuses": values.FAULTS,
    "Times and clocks": clocks.FAULTS,
    "Single records": singly.FAULTS,
}
"""Every fault, below the heading of its section."""

FAULTS: Final = tuple(fault for faults in SECTIONS.values() for fault in faults)
