"""What do tests of the settings start from? One small valid file, and ways to bend it."""

from collections.abc import Mapping
from pathlib import Path

from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.mistakes import Mistake, SettingsBroken
from reconciliation_pipeline.settings.model import Reconciliation

PRESETS = Path(__file__).parent / "presets"
SHOWN = Path("reconciliations/pair.yaml")

VALID = """\
id: pair
timezone: Europe/Berlin
sides:
  crm:
    connector: rest
    base_url: https://crm.example.com
    auth: {token_env: CRM_TOKEN}
    list: {path: /customers, records: data}
    paging: {type: cursor, next: next, param: after}
    lookup: {path: "/customers/{source_id}"}
    key: number
    status: {field: status, active: [active]}
    fields: {plan: plan, mrr: {path: mrr, type: money, currency: EUR}}
  billing:
    connector: stripe
    auth: {token_env: STRIPE_API_KEY}
    key: customer.metadata.customer_number
compare: [plan, {field: mrr, tolerance: {absolute: "0.01"}}]
"""


def a_file(*changes: tuple[str, str]) -> str:
    """Write the valid file with some text replaced; what is replaced must be there."""
    text = VALID
    for old, new in changes:
        assert old in text, f"the valid file does not hold {old!r}"
        text = text.replace(old, new, 1)
    return text


def load(text: str | bytes, environ: Mapping[str, str] | None = None) -> Reconciliation:
    content = text.encode() if isinstance(text, str) else text
    return check(content, SHOWN, environ or {}, PRESETS)


def mistakes(text: str | bytes, environ: Mapping[str, str] | None = None) -> tuple[Mistake, ...]:
    """Every mistake of a file; none when it is valid."""
    try:
        load(text, environ)
    except SettingsBroken as broken:
        return broken.mistakes
    return ()


def told(text: str | bytes, environ: Mapping[str, str] | None = None) -> list[str]:
    """Every mistake as people read it, without the file's name."""
    return [str(mistake).removeprefix(f"{SHOWN}:") for mistake in mistakes(text, environ)]
