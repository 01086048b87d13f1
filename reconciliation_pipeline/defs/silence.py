"""Who notices that a morning has no trusted result, when nothing ran that could have said so?"""

import dagster as dg

from reconciliation_pipeline.defs.daemons import switched_off
from reconciliation_pipeline.defs.naming import job_name, silence_name
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.silence import PATIENCE, tell_silence

SELDOM = 300
"""Seconds between two ticks."""

OFF = "Somebody switched its schedule off."


def build_silence(reconciliation: Reconciliation) -> dg.SensorDefinition:
    """Build the sensor that tells people, once a day, that the latest morning has no trusted result."""

    @dg.sensor(
        name=silence_name(reconciliation.id),
        description=(
            f"Tells once when the latest morning has no trusted result {PATIENCE.seconds // 3600} hours after its "
            "time, past midnight, too, and nobody was told why. It asks our own store, so that a backfill of another "
            "day does not count, and says what it saw in every tick."
        ),
        minimum_interval_seconds=SELDOM,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.SensorEvaluationContext, office: dg.ResourceParam[Office]) -> dg.SkipReason:
        because = OFF if job_name(reconciliation.id) in switched_off(context.instance) else ""
        with office.work(reconciliation) as work:
            return dg.SkipReason(tell_silence(work, because=because))

    return sensor
