"""A settings file that cannot be read, as something people see."""

from datetime import UTC, datetime

import dagster as dg

from reconciliation_pipeline.defs.failures import failed, failing_in_words
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.settings.load import Broken
from reconciliation_pipeline.steps.tell import tell_broken_settings


def build_broken(broken: Broken) -> dg.AssetsDefinition:
    """Build an asset that stands where the reconciliation would, and fails with every mistake."""
    mistakes = [str(mistake) for mistake in broken.mistakes]

    @dg.asset(
        key=dg.AssetKey([broken.name, "settings"]),
        group_name=broken.name,
        kinds={"yaml"},
        description=(
            "**Red means:** this reconciliation is switched off, because its settings have mistakes. Nobody checks "
            "these two systems until they are mended and the code location is reloaded. The others run.\n\n"
            + "\n".join(f"- `{mistake}`" for mistake in mistakes)
        ),
    )
    def settings(context: dg.AssetExecutionContext, office: dg.ResourceParam[Office]) -> None:
        """Fail with every mistake, and tell it."""
        with failing_in_words(), office.store() as store:
            tell_broken_settings(store, broken.name, mistakes, at=datetime.now(UTC))
        raise failed("The settings have mistakes: " + "; ".join(mistakes))

    return settings
