"""Which faults spoil the answers about single records, by which the gaps of a walk are found?"""

from collections.abc import Callable, Iterable
from typing import Final

from reconciliation_pipeline_tests.faults.cut_short import NO_END
from reconciliation_pipeline_tests.faults.stage import KEYED, TRUSTED, Fault, Stage, kin
from reconciliation_pipeline_tests.faults.system import Reply

SHAPE: Final = frozenset({"bad_shape"})


def _blind(by: Iterable[str], status: int) -> Callable[[Stage], None]:
    return lambda stage: stage.on(by, lambda _asked, _reply: Reply({"message": "no"}, status))


def _always_the_same(stage: Stage) -> None:
    """Answer every question by id with one and the same record, while the list loses three."""
    same = dict(stage.known(stage.held)[0])
    stage.hide(stage.known(stage.rows(), least=4)[1:4], by_key=False)
    stage.on({"one"}, lambda _asked, _reply: Reply(same))


def _search_ignored(stage: Stage) -> None:
    """Answer a search by key with the first page of the list, while the list loses three."""
    stage.hide(stage.known(stage.rows(), least=4)[1:4])
    first = stage.rows(0)
    stage.on({"search"}, lambda asked, _reply: stage.system.page_of(first, 0, len(first), asked, last=True))


SINGLY: Final = Fault("singly", "C14", "", _blind(("one",), 404), SHAPE)

FAULTS: Final = (
    *kin(
        SINGLY.but(
            id=f"single records by {word} answer {status}",
            corpus="C14",
            text=f"Every question for a single record by {word} is answered {status}.",
            install=_blind(by, status),
            codes=codes,
            pasts=(TRUSTED,) if word == "id" else SINGLY.pasts,
            positions=("first",),
            more={} if word == "id" else KEYED,
        )
        for word, by in (("id", ("one",)), ("key", ("keyed",)))
        for status, codes in ((404, SHAPE), (500, frozenset({"refused"})), (401, frozenset({"unauthorised"})))
    ),
    SINGLY.but(
        id="single records are always the same one",
        corpus="C14, C27",
        text="Every question by id is answered with one and the same record, while the list leaves three out.",
        install=_always_the_same,
        codes=SHAPE | NO_END,
        pasts=(TRUSTED,),
    ),
    SINGLY.but(
        id="search by key ignored",
        corpus="C14",
        text="Every search for a key is answered with the first page, while the list leaves three out.",
        install=_search_ignored,
        codes=SHAPE | NO_END,
    ),
)
