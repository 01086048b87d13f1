"""Which faults break a walk off? Section 1a of the corpus, from C11 on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Final

from reconciliation_pipeline_tests.faults import replies
from reconciliation_pipeline_tests.faults.cut_short import CURSORS
from reconciliation_pipeline_tests.faults.stage import Fault, Must, Stage, kin
from reconciliation_pipeline_tests.faults.world import NOW


def _status(number: int, times: int = 1_000_000, **headers: str) -> Callable[[Stage], None]:
    return lambda stage: stage.on_page(replies.status(number, **headers), times=times)


def _forbidden_everywhere(stage: Stage) -> None:
    stage.on({"list", "one", "search", "keyed"}, lambda _asked, reply: replies.status(403)(reply))


def _dropped(stage: Stage) -> None:
    stage.on_page(lambda reply: replace(reply, dropped=True))


def _token_of_another_account(stage: Stage) -> None:
    """The token expires at the page; the one that replaces it belongs to somebody else."""

    def renewed() -> None:
        stage.system.account = "acct_other"

    stage.before_page(renewed)


_DATE = format_datetime(NOW + timedelta(seconds=30), usegmt=True)
_RETRY_AFTER = {
    "without Retry-After": {},
    "Retry-After of 2 seconds": {"Retry_After": "2"},
    "Retry-After as a date": {"Retry_After": _DATE},
    "Retry-After of a day": {"Retry_After": "86400"},
    "a negative Retry-After": {"Retry_After": "-5"},
    "a senseless Retry-After": {"Retry_After": "soon"},
}

BROKEN: Final = Fault("broken off", "C11", "", _status(400), frozenset({"refused"}))

FAULTS: Final = (
    BROKEN.but(
        id="cursor expires",
        corpus="C11",
        text="At the page the cursor is no longer known: 400.",
        install=_status(400),
        codes=frozenset({"refused"}),
        styles=CURSORS,
        positions=("middle", "last"),
    ),
    *kin(
        BROKEN.but(
            id=f"{number} {often}",
            corpus=corpus,
            text=f"The page answers {number}{' once' if often == 'once' else ', however often it is asked for'}.",
            install=_status(number, 1 if often == "once" else 1_000_000),
            codes=frozenset({code}),
            must=Must.RECOVER if often == "once" and number >= 429 else Must.REFUSE,
        )
        for number, code, corpus in (
            (401, "unauthorised", "C13"),
            (403, "unauthorised", "C14"),
            (404, "refused", "C14"),
            (500, "refused", "C14"),
            (503, "refused", "C14"),
            (429, "rate_limited", "C15"),
        )
        for often in ("once", "for ever")
    ),
    BROKEN.but(
        id="token expires, the new one is another account's",
        corpus="C13",
        text="At the page the account behind the token changes.",
        install=_token_of_another_account,
        codes=frozenset({"wrong_account"}),
    ),
    BROKEN.but(
        id="403 on everything",
        corpus="C14",
        text="Every list and every record answers 403.",
        install=_forbidden_everywhere,
        codes=frozenset({"unauthorised"}),
        positions=("first",),
    ),
    BROKEN.but(
        id="connection closed without an answer",
        corpus="C14",
        text="The page is never answered; the connection closes.",
        install=_dropped,
        codes=frozenset({"refused", "truncated"}),
    ),
    *kin(
        BROKEN.but(
            id=f"429 once, {word}",
            corpus="C16",
            text=f"The page answers 429 once, {word}.",
            install=_status(429, 1, **headers),
            must=Must.RECOVER,
            positions=("middle",),
        )
        for word, headers in _RETRY_AFTER.items()
    ),
    BROKEN.but(
        id="429 for ever, Retry-After of a day",
        corpus="C16",
        text="The page answers 429 for ever and asks to wait for a day.",
        install=_status(429, Retry_After="86400"),
        codes=frozenset({"rate_limited"}),
        positions=("middle",),
    ),
)
