"""`recon`: the commands, listed once.

Data goes to stdout, talk to stderr. Exit codes: 0 clean or done, 1 drift, 2 usage or configuration,
3 not trustworthy.
"""

import os
import sys
from typing import cast

import typer

from reconciliation_pipeline.cli.backfill import backfill
from reconciliation_pipeline.cli.counts import accept_count, confirm_count
from reconciliation_pipeline.cli.demo import demo
from reconciliation_pipeline.cli.doctor import doctor
from reconciliation_pipeline.cli.ledger import export_items, list_items, report, show
from reconciliation_pipeline.cli.outbox import heartbeat, outbox, spike
from reconciliation_pipeline.cli.output import Exit, Problem, complain
from reconciliation_pipeline.cli.run import count, run
from reconciliation_pipeline.storage.errors import StorageError

app = typer.Typer(
    name="recon",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Do the CRM and the billing system agree, and if not, exactly where? "
    "Exit codes: 0 clean or done, 1 drift, 2 usage or configuration, 3 not trustworthy.",
)
app.command("run")(run)
app.command("count")(count)
app.command("backfill")(backfill)
app.command("list")(list_items)
app.command("show")(show)
app.command("report")(report)
app.command("export")(export_items)
app.command("accept-count")(accept_count)
app.command("confirm-count")(confirm_count)
app.command("outbox")(outbox)
app.command("heartbeat")(heartbeat)
app.command("spike")(spike)
app.command("doctor")(doctor)
app.command("demo")(demo)

# Typer carries its own copy of click and exports this class only through its child.
UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])

INTERRUPTED = 130
"""What shells expect of a command that Ctrl-C ended."""


def main() -> None:
    """Run a command; whatever goes wrong ends as one sentence and an exit code."""
    try:
        sys.exit(app(standalone_mode=False) or Exit.CLEAN)
    except Problem as problem:
        complain(problem)
    except UsageError as usage:
        command = usage.ctx.command_path if usage.ctx else "recon"
        complain(Problem("usage", usage.format_message(), place=command, remedy=f"`{command} --help` shows how."))
    except StorageError as error:
        complain(Problem("storage", error.text, remedy=error.remedy, exit=Exit.NOT_TRUSTWORTHY))
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Stopped. Nothing of an unfinished pull was kept; the next run starts anew.", err=True)
        sys.exit(INTERRUPTED)
    except Exception as fault:
        if os.environ.get("RECON_DEBUG"):
            raise
        text = f"An unexpected fault stopped this command: {type(fault).__name__}."
        remedy = "Nothing counts as compared or closed. RECON_DEBUG=1 shows where it happened; please report it."
        complain(Problem("fault", text, remedy=remedy, exit=Exit.NOT_TRUSTWORTHY))
