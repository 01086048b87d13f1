"""Which peers are installed, and what does a test say about one that is not?"""

from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def python_of(peer: str, project: Path = PROJECT) -> Path:
    """Find the interpreter of a peer's own virtual environment; its tests are skipped when there is none.

    Args:
        peer: Its name in the Makefile, such as `localstripe`.
        project: The folder of the Makefile.
    """
    home = project / ".peers" / peer
    # Written when everything is in place: an interpreter alone may be half of an installation.
    if not (home / "installed").exists():
        pytest.skip(f"{peer} is not installed in .peers/{peer}: `make peers` installs it, where it can be had.")
    return home / "bin" / "python"
