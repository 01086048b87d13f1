"""`recon assign`, `note`, `accept`, `quarantine`, `release`, `reopen`: what people decide about differences."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Annotated

import typer

from reconciliation_pipeline.cli.desk import a_date, at_work, environment, open_store
from reconciliation_pipeline.cli.output import Json, Problem, emit, say
from reconciliation_pipeline.cli.timeline import show_on_timeline
from reconciliation_pipeline.domain.decisions import Action
from reconciliation_pipeline.domain.lives import ItemState, Life
from reconciliation_pipeline.domain.picking import Pick
from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.reporting.items import items
from reconciliation_pipeline.settings.load import load_all
from reconciliation_pipeline.steps.decide import CannotDecide, Wish, decide, in_words
from reconciliation_pipeline.steps.describe import lives_until
from reconciliation_pipeline.steps.work import Work

_DONE = {
    Action.ASSIGN: "assigned to {to}",
    Action.NOTE: "noted",
    Action.ACCEPT: "accepted until {until}",
    Action.QUARANTINE: "quarantined: out of the daily list, and still counted",
    Action.RELEASE: "released: back in the daily list",
    Action.REOPEN: "reopened: back in the daily list",
}
_ABOUT = {
    Action.ASSIGN: "Say who answers for a difference from now on, until its values change.",
    Action.NOTE: "Write down what is known about a difference.",
    Action.ACCEPT: "Accept a difference until a date, or until its values change: it leaves the daily list.",
    Action.QUARANTINE: "Set a record aside until it is released: it leaves the daily list, and stays counted.",
    Action.RELEASE: "End the quarantine of a difference.",
    Action.REOPEN: "End the acceptance or the quarantine of a difference.",
}

_STATES = {Action.RELEASE: ItemState.QUARANTINED, Action.REOPEN: ItemState.ACCEPTED}
"""Where differences stand among which many are decided at once, if not open."""

_OF_ONE = {"to": Action.ASSIGN, "until": Action.ACCEPT}
"""Options that mean something in one command only, and which."""

_Id = Annotated[str | None, typer.Argument(metavar="[ID]", help="The id that `recon list` shows.", show_default=False)]
_By = Annotated[str, typer.Option("--by", help="Who says so.")]
_Reason = Annotated[str, typer.Option("--reason", help="Why.")]
_To = Annotated[str | None, typer.Option("--to", metavar="OWNER", help="Who answers from now on.")]
_Until = Annotated[str | None, typer.Option("--until", metavar="D", help="The last morning it holds.")]
_Among = Annotated[
    str | None, typer.Option("--among", metavar="NAME", help="Instead of an ID: all that fit, in this reconciliation.")
]
_Kind = Annotated[Kind | None, typer.Option("--kind", help="With --among: only this kind.")]
_Owner = Annotated[str | None, typer.Option("--owner", help="With --among: only this owner's.")]
_Field = Annotated[str | None, typer.Option("--field", help="With --among: only what differs in this field.")]
_Overdue = Annotated[bool, typer.Option("--overdue", help="With --among: only what should be gone by now.")]
_New = Annotated[bool, typer.Option("--new", help="With --among: only what this morning saw first.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before many are decided at once.")]


def command(action: Action) -> Callable[..., None]:
    """Make the command of one kind of decision."""

    def decided(
        item: _Id = None,
        by: _By = "",
        reason: _Reason = "",
        to: _To = None,
        until: _Until = None,
        among: _Among = None,
        kind: _Kind = None,
        owner: _Owner = None,
        field: _Field = None,
        overdue: _Overdue = False,
        new: _New = False,
        yes: _Yes = False,
        as_json: Json = False,
    ) -> None:
        wish = Wish(action, by, reason, to, a_date(until))
        pick = Pick(None if item else _STATES.get(action, ItemState.OPEN), kind, owner, field, overdue, new)
        with _chosen(item, among, pick) as (work, chosen):
            if item is None:
                _ask(chosen, wish, asks=not (yes or as_json))
            lives = _decide(work, [life.latest.item for life in chosen], wish)
            show_on_timeline(work, *in_words(wish, lives))
        if as_json:
            emit({"reconciliation": work.id, "action": action.value, "items": items(lives)})
        else:
            said = _DONE[action].format(to=to, until=until)
            say(f"{lives[0].latest.item if len(lives) == 1 else counted(len(lives), 'difference')} {said}.")

    decided.__doc__ = _ABOUT[action]
    whole = signature(decided)
    offered = [one for name, one in whole.parameters.items() if _OF_ONE.get(name, action) is action]
    # Typer offers what the signature names.
    vars(decided)["__signature__"] = whole.replace(parameters=offered)
    return decided


@contextmanager
def _chosen(item: str | None, among: str | None, pick: Pick) -> Iterator[tuple[Work, Sequence[Life]]]:
    if (item is None) == (among is None):
        text = "Say either which difference is meant, or among which reconciliation's those are that fit."
        raise Problem("usage", text, place="ID, --among", remedy="`recon list NAME` shows the ids.")
    if item is not None and pick != Pick():
        text = "What has to fit is asked only where many are meant."
        raise Problem("usage", text, place="--kind and its like", remedy="Say --among NAME instead of an ID.")
    with at_work(among or reconciliation_of(str(item))) as work:
        if item is not None:
            found: Sequence[Life] = lives_until(work, None, [item])
        else:
            mornings = work.store.ledger.mornings(work.id)
            found = pick.of(lives_until(work, None), mornings[-1]) if mornings else []
        if not found:
            text = "Nothing fits, so nothing is decided."
            raise Problem("nothing_fits", text, place=work.id, remedy=f"`recon list {work.id}` shows what there is.")
        yield work, found


def reconciliation_of(item: str) -> str:
    """Name the reconciliation that a difference belongs to, if it is configured."""
    with open_store() as store:
        name = store.ledger.reconciliation_of(item)
    if name is None:
        raise Problem("unknown_id", f"No difference has the id {item!r}.", remedy="`recon list NAME` shows them.")
    if all(one.reconciliation.id != name for one in load_all(environment().config, os.environ).reconciliations):
        text, where = f"The settings of {name} are gone or broken.", str(environment().config)
        remedy = "Bring them back, or let RECON_CONFIG name them."
        raise Problem("unknown_reconciliation", text, place=where, remedy=remedy)
    return name


def _ask(chosen: Sequence[Life], wish: Wish, *, asks: bool) -> None:
    if asks and not _agrees(f"{wish.action.capitalize()} {counted(len(chosen), 'difference')}?"):
        raise Problem("not_confirmed", "Nothing was decided.", remedy="Say --yes to decide without being asked.")


def _agrees(question: str) -> bool:
    try:
        return typer.confirm(question, err=True)
    except typer.Abort as ended:
        if isinstance(ended.__context__, KeyboardInterrupt):
            raise
        # Nobody is there to answer. The question did not end its line.
        say("")
        return False


def _decide(work: Work, chosen: Sequence[str], wish: Wish) -> tuple[Life, ...]:
    try:
        return decide(work, chosen, wish)
    except CannotDecide as refused:
        raise Problem("cannot_decide", refused.text, place=work.id, remedy=refused.remedy) from None
