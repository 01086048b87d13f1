"""`recon`: the commands, listed once.

Data goes to stdout, talk to stderr. Exit codes: 0 clean or done, 1 drift, 2 usage or configuration,
3 not trustworthy.
"""

import os
import signal
import sys
import threading
from typing import NoReturn, cast

import typer

from reconciliation_pipeline.cli.backfill import backfill
from reconciliation_pipeline.cli.backup import backup
from reconciliation_pipeline.cli.counts import accept_count, confirm_count
from reconciliation_pipeline.cli.decide import command as decision
from reconciliation_pipeline.cli.demo import demo
from reconciliation_pipeline.cli.doctor import doctor
from reconciliation_pipeline.cli.ledger import export_items, report, show
from reconciliation_pipeline.cli.listing import list_items
from reconciliation_pipeline.cli.mornings import history, prune, retract, verify
from reconciliation_pipeline.cli.notify import notify
from reconciliation_pipeline.cli.outbox import heartbeat, outbox
from reconciliation_pipeline.cli.output import Exit, Problem, complain
from reconciliation_pipeline.cli.run import count, run
from reconciliation_pipeline.cli.spike import spike
from reconciliation_pipeline.domain.decisions import Action
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
for one in Action:
    app.command(one.value)(decision(one))
app.command("retract")(retract)
app.command("verify")(verify)
app.command("prune")(prune)
app.command("backup")(backup)
app.command("history")(history)
app.command("outbox")(outbox)
app.command("notify")(notify)
app.command("heartbeat")(heartbeat)
app.command("spike")(spike)
app.command("doctor")(doctor)
app.command("demo")(demo)

# Typer carries its own copy of click and exports this class only through its child.
UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])

INTERRUPTED = 130
"""What shells expect of a command that Ctrl-C ended; SIGTERM ends it alike."""


def main() -> None:
    """Run a command; whatever goes wrong ends as one sentence and an exit code.

    Where not even the sentence can be written, because a log lies on the disk that is full, the code still says it:
    Python's own would be 1, which is drift.
    """
    try:
        _run()
    except OSError:
        if os.environ.get("RECON_DEBUG"):
            raise
        os._exit(Exit.NOT_TRUSTWORTHY)


def _run() -> None:
    # Whoever stops a service or a container asks like this; it is Ctrl-C by another name.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Typer keeps Ctrl-C to itself and gives this number instead.
        if (code := app(standalone_mode=False) or Exit.CLEAN) != INTERRUPTED:
            sys.exit(code)
    except Problem as problem:
        complain(problem)
    except UsageError as usage:
        command = usage.ctx.command_path if usage.ctx else "recon"
        complain(Problem("usage", usage.format_message(), place=command, remedy=f"`{command} --help` shows how."))
    except StorageError as error:
        complain(Problem("storage", error.text, remedy=error.remedy, exit=Exit.NOT_TRUSTWORTHY))
    except (KeyboardInterrupt, typer.Abort):
        pass
    except Exception as fault:
        if os.environ.get("RECON_DEBUG"):
            raise
        text = f"An unexpected fault stopped this command: {type(fault).__name__}."
        remedy = "Nothing counts as compared or closed. RECON_DEBUG=1 shows where it happened; please report it."
        complain(Problem("fault", text, remedy=remedy, exit=Exit.NOT_TRUSTWORTHY))
    typer.echo("Stopped. Nothing of an unfinished pull was kept; the next run starts anew.", err=True)
    _leave(INTERRUPTED)


def _leave(code: int) -> NoReturn:
    """End the process, also where a thread still waits for a system that does not answer."""
    sys.stdout.flush()
    sys.stderr.flush()
    if any(not one.daemon for one in threading.enumerate() if one is not threading.main_thread()):
        os._exit(code)
    sys.exit(code)
