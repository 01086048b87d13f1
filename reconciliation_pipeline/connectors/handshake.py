"""Whose records are these? The account's own word, before and after the walk, and a value all its records share.

A token of the test account, or of another customer's, yields a perfectly whole pull of the wrong records. Only the
system itself can say so.
"""

from http import HTTPStatus

from reconciliation_pipeline.connectors.errors import BadShape, Unauthorised, WrongAccount
from reconciliation_pipeline.connectors.mapping import Record
from reconciliation_pipeline.connectors.paths import ABSENT, Absent, compile_path, dig, json_reader
from reconciliation_pipeline.connectors.session import Session
from reconciliation_pipeline.connectors.values import Unusable, key_of, text_of
from reconciliation_pipeline.settings.calls import Account
from reconciliation_pipeline.settings.model import RestSide

_HIDDEN = frozenset({HTTPStatus.FORBIDDEN})
_ANSWERS = _HIDDEN | {HTTPStatus.OK}


class Handshake:
    """Learns during one pull whose records it sees."""

    def __init__(self, settings: RestSide, session: Session) -> None:
        """Prepare; nothing is asked yet.

        Raises:
            SourceError: One of the paths is none.
        """
        self._rule = settings.account
        self._same = settings.same
        self._session = session
        self._id: str | None = None
        self._read = None if settings.same is None else json_reader(settings.same)
        self._shared: object = _NOTHING_YET

    @property
    def account(self) -> str | None:
        """Whose records were seen so far, in words such as "acct_1 livemode=true"; None when nothing says so."""
        told = [] if self._id is None else [self._id]
        if self._shared is not _NOTHING_YET and self._shared is not ABSENT:
            told.append(f"{self._same}={self._spelt(self._shared)}")
        return " ".join(told) or None

    def begin(self) -> None:
        """Ask whose data it is, before the first page.

        Raises:
            WrongAccount: It is not that of the account it must be.
            PullFailed: There is no believable answer.
        """
        if self._rule is None:
            return
        self._id = self._ask(self._rule)
        if self._rule.expect not in {None, self._id}:
            message = f"This is the account {self._id}, not {self._rule.expect} as account.expect says."
            raise WrongAccount(message, remedy="Check base_url and the credentials: they belong to another account.")

    def note(self, record: Record) -> None:
        """Take note of a record as it came.

        Raises:
            WrongAccount: It has another value at `same` than those before it.
        """
        if self._read is None:
            return
        found = self._read(record)
        value = ABSENT if found is None else found
        if self._shared is _NOTHING_YET:
            self._shared = value
        elif type(value) is not type(self._shared) or value != self._shared:
            two = " and others with ".join(self._spelt(one) for one in (self._shared, value))
            message = f"Some records have {self._same} {two}; those of one account have the same."
            raise WrongAccount(message, remedy="Check the credentials and base_url; correct `same` if they may differ.")

    def end(self) -> None:
        """Ask again, after the last page.

        Raises:
            WrongAccount: The account is not the one of the beginning.
            PullFailed: There is no believable answer.
        """
        if self._rule is None:
            return
        now = self._ask(self._rule)
        if now != self._id:
            message = f"The account changed while it was read: {self._id} at first, {now} in the end."
            raise WrongAccount(
                message, remedy="Run again; nobody may exchange the credentials while a pull is running."
            )

    def _ask(self, rule: Account) -> str:
        answer = self._session.ask(rule.path, accept=_ANSWERS, bodiless=_HIDDEN)
        if answer.status in _HIDDEN:
            message = "These credentials may not read the account, so nothing says whose records they show."
            remedy = "Let them read it, or write `account: null` and do without that proof."
            raise Unauthorised(message, remedy=remedy)
        return _account_in(answer.body, rule)

    def _spelt(self, value: object) -> str:
        if value is ABSENT:
            return "missing"
        try:
            return (text_of(value) or "empty")[:60]
        except Unusable as unusable:
            problem = BadShape(f"{self._same}, which `same` names, is {unusable.text}.", remedy=unusable.remedy)
        raise problem


def _account_in(body: object, rule: Account) -> str:
    found = dig(body, compile_path(rule.id))
    try:
        account = None if isinstance(found, Absent) else key_of(found)
    except Unusable:
        account = None
    if account is None:
        message = f"The answer at account.path holds no account's id at {rule.id}."
        raise BadShape(message, remedy="Correct account.id or account.path in the settings.")
    return account


_NOTHING_YET = object()
