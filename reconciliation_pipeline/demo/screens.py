"""What would each system's own screen show a person who looks how many customers it has?

Read off the world itself, not off what a server lists: an accident on the list leaves the screen as it is.
"""

from pathlib import Path

from reconciliation_pipeline.demo.lives import SideName
from reconciliation_pipeline.demo.scene import Stage


def running(home: Path) -> dict[SideName, int]:
    """Count the running records of each side at the world's clock.

    Raises:
        DemoError: There is no world.
    """
    view = Stage(home)().view
    return {
        "crm": sum(entry.version.running for entry in view.crm),
        "billing": sum(entry.version.running for entry in view.billing),
    }
