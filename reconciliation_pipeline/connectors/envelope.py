"""What stands around the records? The list, the total and the errors of an answer.

A missing list is never an empty one: an error page that parses as JSON would else be a system
without customers.
"""

import re
from collections.abc import Mapping

import httpx

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.paths import ABSENT, compile_path, dig
from reconciliation_pipeline.settings.calls import Total


def records_in(body: object, path: str) -> list[Mapping[str, object]]:
    """Take the records out of an answer.

    Args:
        body: The parsed answer.
        path: Where the list stands; empty when the answer is the list.

    Raises:
        BadShape: There is no list, something in it is no object, or the answer reports an error.
    """
    if isinstance(body, Mapping) and _reports_an_error(body):
        message = "The answer came as a success but reports an error."
        raise BadShape(message, remedy="Open the address in a browser and look.")
    found = dig(body, compile_path(path)) if path else body
    if not isinstance(found, list):
        message = (
            f"{path or 'The answer'} is {'missing' if found is ABSENT else 'not a list'}; that is not an empty list."
        )
        raise BadShape(message, remedy="Correct list.records in the settings, or look at the answer in a browser.")
    if not all(isinstance(record, Mapping) for record in found):
        message = f"{path or 'The answer'} holds something that is not a record."
        raise BadShape(message, remedy="Correct list.records in the settings.")
    return found


def _reports_an_error(body: Mapping[object, object]) -> bool:
    denied = any(body.get(name) is False for name in ("success", "ok"))
    return denied or any(body.get(name) not in (None, False, "", 0, [], {}) for name in ("error", "errors"))


def total_in(rule: Total, body: object, headers: httpx.Headers) -> int:
    """Read how many records the system says it has.

    Raises:
        BadShape: It does not say, or not as a whole number.
    """
    if rule.body is not None:
        found = dig(body, compile_path(rule.body))
        if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
            return found
    else:
        text = headers.get(rule.header or "", "")
        if re.fullmatch(r"\s*\d{1,15}\s*", text, re.ASCII):
            return int(text)
    message = f"The answer has no whole number at total ({rule.body or rule.header})."
    raise BadShape(message, remedy="Correct total in the settings, or leave it out.")
