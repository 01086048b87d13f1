"""Where is the page of a morning? Written by the run that knows what it came to, and linked from its asset."""

import os
from datetime import date

import dagster as dg

from reconciliation_pipeline.defs.metadata import Metadata
from reconciliation_pipeline.settings.environment import read_environment
from reconciliation_pipeline.steps.report import write_report
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.errors import StorageError


def written_page(work: Work, morning: date, log: dg.DagsterLogManager) -> Metadata:
    """Write the page of a morning and say where it is; a page that cannot be written fails no morning.

    Args:
        work: The reconciliation at hand.
        morning: Whose page it is.
        log: Is told when it could not be written.
    """
    environment = read_environment(os.environ)
    try:
        path = write_report(work, morning, work.store.reports_folder, environment.ui_url)
    except StorageError as problem:
        log.warning(f"The report was not written. {problem.text} {problem.remedy}".strip())
        return {}
    if path is None:
        return {}
    if environment.reports_url is None:
        return {"report": dg.MetadataValue.path(path)}
    return {"report": dg.MetadataValue.url(f"{environment.reports_url}/{work.id}/{path.name}")}
