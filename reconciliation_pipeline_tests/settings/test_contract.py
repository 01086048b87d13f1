"""Does the example that the contract prints load exactly as it is printed?"""

from datetime import timedelta
from pathlib import Path

from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.settings.presets import PRESETS

EXAMPLE = """\
id: crm_billing                      # identity in the ledger; the file may be renamed, this may not
timezone: Europe/Berlin
schedule: {cron: "0 4 * * *"}        # daily or weekly
settling: 1h
floor: 0.8                           # of the last trusted morning, on pulled and on active counts; exactly 80 % passes
side_ratio: 0.5                      # smaller active side / larger
owners: {default: finance-ops}
channels: [{type: slack, url_env: SLACK_WEBHOOK_URL}]   # slack | teams | smtp | webhook
sides:
  crm:                               # the two roles are always `crm` and `billing`; label is for people
    label: CRM
    connector: rest                  # hubspot | stripe | rest | sql | file
    base_url: ${CRM_URL:-http://127.0.0.1:8471}
    local: true                      # plain http and private addresses are refused unless declared
    auth: {type: bearer, token_env: CRM_TOKEN}
    list: {path: /customers, params: {limit: 100}, records: data}
    paging: {type: cursor, next: next, param: after}
      # {type: has_more, more: has_more, cursor: id, param: starting_after} | {type: link}
      # | {type: offset, param: offset, size: 100} | {type: page, param: page, size: 100} | {type: range}
    total: {body: total}             # or {header: X-Total-Count}
    lookup: {path: "/customers/{source_id}", by_key: {path: /customers, param: number}}
    as_of: {param: as_of}            # only for a system that can answer for the past
    source_id: id
    key: number
    status: {field: status, active: [active]}
    created_at: {field: created_at, timezone: UTC}
    updated_at: {field: updated_at, timezone: UTC}
    reduce: none                     # or: how many rows of one key become one (active: any, money: sum, updated_at: max)
    fields: {plan: plan, mrr: {path: mrr, type: money, currency: EUR, unit: minor}}
  billing:
    connector: stripe                # hubspot and stripe have defaults for all but base_url, auth, key, status, fields
    auth: {token_env: STRIPE_API_KEY}
    key: customer.metadata.customer_number
compare: [plan, {field: mrr, tolerance: {absolute: "0.01"}}]
"""  # noqa: E501 - as it is printed


def test_the_printed_example_is_valid_as_it_stands():
    example = check(EXAMPLE.encode(), Path("example.yaml"), {}, PRESETS)

    assert "crm_billing" == example.id
    assert timedelta(hours=1) == example.settling
    assert "http://127.0.0.1:8471" == example.sides.crm.model_dump()["base_url"]


def test_what_the_printed_example_leaves_out_comes_from_the_preset():
    billing = check(EXAMPLE.encode(), Path("example.yaml"), {}, PRESETS).sides.billing

    assert isinstance(billing, RestSide)
    assert "https://api.stripe.com" == billing.base_url
    assert {"plan": "text", "mrr": "money"} == {name: field.type for name, field in billing.fields.items()}
    assert "active" in billing.status.active
