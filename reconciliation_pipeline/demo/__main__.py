"""How is the demo's server process started? `python -m reconciliation_pipeline.demo --home HOME`.

People use `recon demo`; this is what it starts.
"""

import argparse
import sys
from pathlib import Path

from reconciliation_pipeline.demo.server import run
from reconciliation_pipeline.demo.state import DemoError


def main() -> int:
    """Serve the demo world of a home; 2 when it cannot be served."""
    parser = argparse.ArgumentParser(prog="python -m reconciliation_pipeline.demo", description="Serve the demo world.")
    parser.add_argument("--home", type=Path, required=True, help="where everything is kept")
    parser.add_argument("--background", action="store_true", help="return once both ports are taken, and go on serving")
    arguments = parser.parse_args()
    try:
        run(arguments.home, background=arguments.background)
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
