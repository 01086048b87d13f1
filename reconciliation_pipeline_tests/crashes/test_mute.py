"""What does a command end with whose log lies on a full disk, so that not even its sentence can be written?"""

import subprocess
import sys
from pathlib import Path

from reconciliation_pipeline_tests.other_data.company import Company


def test_the_exit_code_is_never_that_of_drift(tmp_path):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "reconciliation_pipeline.cli", "run", "nobody"]
        done = subprocess.run(command, stdout=full, stderr=full, env=Company(tmp_path).environ(), check=False)

    assert 3 == done.returncode
