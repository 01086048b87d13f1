"""What does a request of the demo's billing system ask for? Its parameters read, or refused, as Stripe does.

What they lead to belongs in `billing.py`. Stripe publishes them at https://docs.stripe.com/api.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.requests import Request

from reconciliation_pipeline.demo.stripe_objects import STATUSES
from reconciliation_pipeline.demo.web import LIMIT, Refusal, whole_number

DEFAULT_LIMIT = 10

_BOUNDS: dict[str, Callable[[int, int], bool]] = {
    "created": lambda second, bound: second == bound,
    "created[gt]": lambda second, bound: second > bound,
    "created[gte]": lambda second, bound: second >= bound,
    "created[lt]": lambda second, bound: second < bound,
    "created[lte]": lambda second, bound: second <= bound,
}

CREATED = frozenset(_BOUNDS)
"""How a list is asked for what was created at a second, or before or after one."""

PAGING = frozenset({"limit", "starting_after"})


def refusal(http_status: int, message: str, *, code: str | None = None, param: str | None = None) -> Refusal:
    """Write an error as Stripe does; code and param stand there only when they are known."""
    error = {"type": "invalid_request_error", "code": code, "message": message, "param": param}
    return Refusal(http_status, {"error": {name: value for name, value in error.items() if value is not None}})


def only(request: Request, *known: str) -> None:
    """Refuse every parameter that is not known, as Stripe does, so that no typing error goes unnoticed.

    Raises:
        Refusal: There is one.
    """
    for name in request.query_params:
        if name not in known and not name.startswith("expand["):
            raise refusal(400, f"Received unknown parameter: {name[:40]}", code="parameter_unknown", param=name[:40])


def asked(request: Request, name: str) -> str | None:
    """Read a parameter; None when it is not there."""
    return request.query_params.get(name)


def limit(request: Request) -> int:
    """Read how many records a page may have.

    Raises:
        Refusal: It is no number, or too small or large a one.
    """
    found = _number(request, "limit") if "limit" in request.query_params else DEFAULT_LIMIT
    if not 1 <= found <= LIMIT:
        message = f"This value must be from 1 to {LIMIT} (it is {found})."
        raise refusal(400, message, code="parameter_invalid_integer", param="limit")
    return found


def created(request: Request) -> Callable[[datetime], bool]:
    """Read which moments of creation are asked for; Stripe counts whole seconds.

    Raises:
        Refusal: A bound is no number.
    """
    bounds = [(_BOUNDS[name], _number(request, name)) for name in sorted(CREATED & request.query_params.keys())]
    return lambda moment: all(holds(int(moment.timestamp()), bound) for holds, bound in bounds)


def statuses(request: Request) -> Sequence[str]:
    """Read which statuses are asked for; without a word, all but the cancelled.

    Raises:
        Refusal: There is no such status.
    """
    text = asked(request, "status")
    if text is None:
        return [one for one in STATUSES if one != "canceled"]
    if text in {"all", "ended"}:
        return STATUSES if text == "all" else ["canceled"]
    if text not in STATUSES:
        message = f"Invalid status: must be one of {', '.join(STATUSES)}, all, or ended"
        raise refusal(400, message, param="status")
    return [text]


def expands(request: Request, known: str) -> bool:
    """Whether the one property that can be expanded is to be.

    Raises:
        Refusal: Another one is asked for.
    """
    wanted = [value for name, value in request.query_params.multi_items() if name.startswith("expand[")]
    for value in wanted:
        if value != known:
            hint = f" You may want to try expanding '{known}' instead." if known.endswith(value) else ""
            raise refusal(400, f"This property cannot be expanded ({value[:40]}).{hint}")
    return bool(wanted)


def _number(request: Request, name: str) -> int:
    text = request.query_params[name]
    found = whole_number(text)
    if found is None:
        raise refusal(400, f"Invalid integer: {text[:40]}", code="parameter_invalid_integer", param=name)
    return found
