"""Every way a pull can fail, as an outline.

    PullFailed                 the walk broke off; carries the contract's reason code
      Unreachable              no answer, or a server error after the last retry      refused
      Refused                  the system said no                                     refused
        Unauthorised           credentials or permission                              unauthorised
        RateLimited            still told to wait when the budget was used up         rate_limited
      Damaged                  an answer that cannot be believed
        Truncated              it ended early                                         truncated
        BadShape               not the JSON, or not the fields, that were expected    bad_shape
        BadEncoding            bytes that do not decode                               bad_encoding
      Misled                   the paging itself went wrong
        WalkNotEnded           no explicit end of the walk                            walk_not_ended
        CursorRepeated         the same cursor twice                                  cursor_repeat
        PageRepeated           the same page twice                                    page_repeat
        ForeignNext            the next page lies on another host                     foreign_next
      WrongAccount             another account's records, or those of two            wrong_account
      VersionMismatch          another version of the API than was asked for         version_mismatch
      PastIsNotPullable        the system cannot answer for that morning              past_not_pullable
    Interrupted                somebody closed the source in mid-walk (a wish, not a failure)
    SecretMissing              a named environment variable is not set (configuration, not a pull)

No message ever holds a secret, a query string or the body of an answer.
"""


class SourceError(Exception):
    """Anything a source can raise; `text` is a sentence for people, `remedy` what to do."""

    def __init__(self, text: str, *, remedy: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy


class PullFailed(SourceError):
    """The walk broke off; `code` is the contract's reason code, `requests` what the walk had spent, where known."""

    code = "refused"
    requests: int | None = None


class Unreachable(PullFailed):
    """No answer, or a server error after the last retry."""


class Refused(PullFailed):
    """The system said no."""


class Unauthorised(Refused):
    """The credentials or their permissions are not accepted."""

    code = "unauthorised"


class RateLimited(Refused):
    """Still told to wait when the time budget was used up."""

    code = "rate_limited"


class Damaged(PullFailed):
    """An answer that cannot be believed."""

    code = "bad_shape"


class Truncated(Damaged):
    """The answer ended early."""

    code = "truncated"


class BadShape(Damaged):
    """Not the JSON, or not the fields, that were expected."""

    code = "bad_shape"


class BadEncoding(Damaged):
    """Bytes that do not decode."""

    code = "bad_encoding"


class Misled(PullFailed):
    """The paging itself went wrong."""

    code = "walk_not_ended"


class WalkNotEnded(Misled):
    """There was no explicit end of the walk."""

    code = "walk_not_ended"


class CursorRepeated(Misled):
    """The same cursor twice."""

    code = "cursor_repeat"


class PageRepeated(Misled):
    """The same page twice."""

    code = "page_repeat"


class ForeignNext(Misled):
    """The next page lies on another scheme, host or port."""

    code = "foreign_next"


class WrongAccount(PullFailed):
    """The records are of another account than they should be, or of two."""

    code = "wrong_account"


class VersionMismatch(PullFailed):
    """The system answered in another version of its API than it was asked for."""

    code = "version_mismatch"


class PastIsNotPullable(PullFailed):
    """The system cannot answer for that morning."""

    code = "past_not_pullable"


class Interrupted(SourceError):
    """The source was closed while it was being asked; nothing can be said about the system."""


class SecretMissing(SourceError):
    """A named environment variable is not set or empty."""
