"""Which words do the settings of a reconciliation ask for?

Phrases made of them belong in `domain/wording.py`.
"""

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.wording import Words
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.settings.terms import windows


def words_of(reconciliation: Reconciliation) -> Words:
    """Collect labels, active words, the period of amounts, the settling window and which side is right."""
    return Words(
        labels={side: reconciliation.label(side) for side in Side},
        active={side: reconciliation.sides[side].active_word for side in Side},
        per=reconciliation.amount.per if reconciliation.amount else "month",
        settling=windows(reconciliation)[1],
        right={one.field: Side(one.authority) for one in reconciliation.compare if one.authority},
    )
