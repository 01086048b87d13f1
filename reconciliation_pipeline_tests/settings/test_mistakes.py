"""Is every mistake told with its place, in plain words, and with what to do about it?"""

import pytest

from reconciliation_pipeline_tests.settings.builders import VALID, a_file, told

# What is bent in the valid file, and every sentence that people then read.
BENT = [
    pytest.param(
        (("    key: number", "    keey: number"),),
        ["11:5  sides.crm.keey: there is no such key; did you mean `key`?"],
        id="a misspelt key",
    ),
    pytest.param(
        (("timezone:", "weather:"),),
        [
            "2:1  weather: there is no such key; here belong id, timezone, start, schedule, settling, floor, side_ratio, owners, channels, sides, compare, amount"
        ],
        id="a key nothing resembles",
    ),
    pytest.param(
        (("param: after}", "param: after, more: x}"),),
        ["9:54  sides.crm.paging.more: there is no such key; here belong type, next, param"],
        id="a key of another paging",
    ),
    pytest.param(
        (("  crm:", "  CRM:"),), ["4:3  sides.CRM: there is no such key; did you mean `crm`?"], id="a misspelt side"
    ),
    pytest.param(
        (("    key: number\n", ""),),
        [
            "5:5  sides.crm.key: this key is missing; add it: path of the customer number that pairs a record with the other side"
        ],
        id="a missing key",
    ),
    pytest.param(
        ((", records: data", ""),),
        [
            "8:11  sides.crm.list.records: this key is missing; add it: path, in the answer, of the list of records; empty when the answer is the list itself"
        ],
        id="a missing key in a mapping",
    ),
    pytest.param(
        (("    connector: rest\n", ""),),
        ["5:5  sides.crm.connector: this key is missing; add it, as one of rest, hubspot, stripe, file"],
        id="a missing connector",
    ),
    pytest.param(
        (
            (
                "  billing:\n    connector: stripe\n    auth: {token_env: STRIPE_API_KEY}\n    key: customer.metadata.customer_number\n",
                "",
            ),
        ),
        ["4:3  sides.billing: this key is missing; add it: the system that says who is charged"],
        id="a missing side",
    ),
    pytest.param(
        (("connector: stripe", "connector: strype"), ("key: customer", "keey: customer")),
        [
            "15:16  sides.billing.connector: `strype` is not one of rest, hubspot, stripe, file; did you mean `stripe`?",
            "17:5  sides.billing.keey: there is no such key; did you mean `key`?",
        ],
        id="a misspelt connector, and what else is wrong there",
    ),
    pytest.param(
        (("type: cursor", "type: curser"),),
        [
            "9:20  sides.crm.paging.type: `curser` is not one of cursor, has_more, link, offset, page, range; did you mean `cursor`?"
        ],
        id="a misspelt paging",
    ),
    pytest.param(
        (("type: money", "type: mony"),),
        ["13:49  sides.crm.fields.mrr.type: `mony` is not one of text, decimal, money; did you mean `money`?"],
        id="a misspelt type of field",
    ),
    pytest.param(
        (("{token_env: CRM", "{type: heder, token_env: CRM"),),
        ["7:18  sides.crm.auth.type: this value is not one of bearer, basic, header, none; did you mean `header`?"],
        id="a misspelt scheme",
    ),
    pytest.param(
        (("[active]", "[no]"),),
        ['12:38  sides.crm.status.active[0]: `no` without quotes is true or false in YAML; quote it: "no"'],
        id="no as text",
    ),
    pytest.param(
        (("[active]", "[7]"),),
        ['12:38  sides.crm.status.active[0]: `7` without quotes is a number in YAML; quote it: "7"'],
        id="a number as text",
    ),
    pytest.param(
        (("[active]", "[08]"),),
        [
            "12:38  sides.crm.status.active[0]: without quotes this can be read as text or as different numbers; quote it"
        ],
        id="a leading zero",
    ),
    pytest.param(
        (("[active]", "[010]"),),
        [
            "12:38  sides.crm.status.active[0]: without quotes this can be read as text or as different numbers; quote it"
        ],
        id="an octal number",
    ),
    pytest.param(
        (("[active]", "[12:30:00]"),),
        [
            "12:38  sides.crm.status.active[0]: without quotes this can be read as text or as different numbers; quote it"
        ],
        id="a time in base sixty",
    ),
    pytest.param(
        (("[active]", "[2026-01-31]"),),
        ['12:38  sides.crm.status.active[0]: `2026-01-31` without quotes is a date in YAML; quote it: "2026-01-31"'],
        id="a date as text",
    ),
    pytest.param(
        (("key: number", "key:"),),
        ["11:9  sides.crm.key: nothing stands here; write a value, or remove the key"],
        id="an empty value",
    ),
    pytest.param(
        (("key: number", 'key: ""'),),
        ["11:10  sides.crm.key: nothing stands between the quotes; write a value, or remove the key"],
        id="an empty text",
    ),
    pytest.param(
        (("key: number", "key: [number]"),),
        ["11:10  sides.crm.key: text is wanted here, not a list; write one value"],
        id="a list for text",
    ),
    pytest.param(
        (("key: number", "key: {number}"),),
        ["11:10  sides.crm.key: text is wanted here, not keys and values; quote text that begins with {"],
        id="braces for text",
    ),
    pytest.param(
        (("[active]", "active"),),
        ["12:37  sides.crm.status.active: a list is wanted here; write [active]"],
        id="text for a list",
    ),
    pytest.param(
        (("[active]", "[]"),),
        ["12:37  sides.crm.status.active: the list is empty; name at least one"],
        id="an empty list",
    ),
    pytest.param(
        (("{field: status, active: [active]}", "active"),),
        ["12:13  sides.crm.status: one value is not enough here; write keys and values: field, active, out_of_scope"],
        id="text for a mapping",
    ),
    pytest.param(
        (("Europe/Berlin", "Europe/Berln"),),
        ["2:11  timezone: `Europe/Berln` is not a time zone; did you mean `Europe/Berlin`?"],
        id="an unknown zone",
    ),
    pytest.param(
        (("timezone: Europe/Berlin", 'schedule: {cron: "0 4 1 * *"}'),),
        [
            "2:18  schedule.cron: `0 4 1 * *` is not a daily or weekly cron line; write one like `0 4 * * *` (every day at 04:00) or `0 4 * * 1` (on Mondays)"
        ],
        id="a monthly cron line",
    ),
    pytest.param(
        (("timezone: Europe/Berlin", 'schedule: {cron: "0 24 * * *"}'),),
        [
            "2:18  schedule.cron: `0 24 * * *` is not a daily or weekly cron line; write one like `0 4 * * *` (every day at 04:00) or `0 4 * * 1` (on Mondays)"
        ],
        id="an hour that no day has",
    ),
    pytest.param(
        (("timezone: Europe/Berlin", "settling: 60"),),
        ["2:11  settling: `60` is not a duration; write a whole number and a unit: 90s, 30m, 1h or 2d"],
        id="a duration without a unit",
    ),
    pytest.param(
        (("timezone: Europe/Berlin", "floor: 1.01"),), ["2:8  floor: `1.01` must be at most 1"], id="a share above one"
    ),
    pytest.param(
        (("timezone: Europe/Berlin", "side_ratio: 0"),),
        ["2:13  side_ratio: `0` must be more than 0"],
        id="a share of nothing",
    ),
    pytest.param(
        (("timezone: Europe/Berlin", "floor: most"),),
        ['2:8  floor: `most` is not a number; write one like 20 or "0.01"'],
        id="a word for a number",
    ),
    pytest.param(
        (("timezone: Europe/Berlin", "start: 2026-02-30"),),
        ["2:8  start: `2026-02-30` is not a date; write one like 2026-01-31"],
        id="a day no calendar has",
    ),
    pytest.param(
        (("    key: number", "    local: maybe\n    key: number"),),
        ["11:12  sides.crm.local: `maybe` is neither true nor false; write true or false"],
        id="a word for yes or no",
    ),
    pytest.param(
        (("id: pair", "id: Pair-1"),),
        ["1:5  id: `Pair-1` is not a name; use small letters, digits and _, beginning with a letter"],
        id="an id with capitals",
    ),
    pytest.param(
        (("{plan: plan,", "{Plan: plan,"), ("compare: [plan, ", "compare: [")),
        [
            "13:14  sides.crm.fields.Plan: `Plan` is not a name; use small letters, digits and _, beginning with a letter"
        ],
        id="a field name with capitals",
    ),
    pytest.param(
        (("EUR", "eur"),),
        [
            "13:66  sides.crm.fields.mrr.currency: `eur` is not a currency; write an ISO 4217 code in capitals, such as EUR"
        ],
        id="a small currency",
    ),
    pytest.param(
        ((", currency: EUR", ""),),
        [
            "13:31  sides.crm.fields.mrr.currency: this key is missing: an amount of money needs it; add `currency: EUR`, or `currency: {path: …}` where the record says it"
        ],
        id="money without a currency",
    ),
    pytest.param(
        (("https://crm", "http://crm"),),
        [
            "6:15  sides.crm.base_url: `http://crm.example.com` is plain http, which anyone on the way can read; use https, or write `local: true` for a system on your own machine"
        ],
        id="plain http",
    ),
    pytest.param(
        (("https://crm", "crm"),),
        ["6:15  sides.crm.base_url: `crm.example.com` is not an address; write one like https://api.example.com"],
        id="an address without a scheme",
    ),
    pytest.param(
        (("crm.example.com", "crm.example.com?a=1"),),
        [
            "6:15  sides.crm.base_url: `https://crm.example.com?a=1` holds more than an address: a query or a fragment; parameters belong under list.params"
        ],
        id="a query in the address",
    ),
    pytest.param(
        (("{type: cursor, next: next, param: after}", "{type: offset, size: 100}"),),
        [
            "5:5  sides.crm.total: this key is missing: only the source's own count proves the last page of paging by offset; add `total: {body: …}` or `total: {header: …}`"
        ],
        id="offset without a total",
    ),
    pytest.param(
        (("    key: number", "    key: number\n    total: {body: a, header: b}"),),
        ["12:12  sides.crm.total: a total stands in exactly one place; write {body: …} or {header: …}"],
        id="a total in two places",
    ),
    pytest.param(
        (("/{source_id}", ""),),
        [
            "10:20  sides.crm.lookup.path: `/customers` does not hold {source_id}, so it cannot stand for one record; add it, as in /customers/{source_id}"
        ],
        id="a lookup of nothing",
    ),
    pytest.param(
        (("{source_id}", "{id}"),),
        [
            "10:20  sides.crm.lookup.path: `/customers/{id}` holds braces with something other than {source_id} in them; nothing else is filled in"
        ],
        id="another name in braces",
    ),
    pytest.param(
        (("{token_env: CRM_TOKEN}", "{type: bearer}"),),
        [
            "7:11  sides.crm.auth.token_env: this key is missing: auth of type bearer needs it; add `token_env: CRM_TOKEN`, the name of an environment variable"
        ],
        id="no name of a secret",
    ),
    pytest.param(
        (("    key: number", "    key: number\n    key: id"),),
        ["12:5  sides.crm.key: this key stands twice, first on line 11; keep one of them"],
        id="a key twice",
    ),
    pytest.param(
        (("compare: [plan,", "compare: [plam,"),),
        ["18:11  compare[0]: `plam` is not mapped in sides.crm.fields and sides.billing.fields; did you mean `plan`?"],
        id="a compared field that neither maps",
    ),
    pytest.param(
        (("{plan: plan,", "{tariff: plan,"),),
        ["18:11  compare[0]: `plan` is not mapped in sides.crm.fields; map it there, or do not compare it"],
        id="a compared field that one side lacks",
    ),
    pytest.param(
        (("type: money, currency: EUR", "type: text"),),
        [
            "18:25  compare[1].field: `mrr` is text in sides.crm.fields and money in sides.billing.fields; give it the same type on both sides"
        ],
        id="different types",
    ),
    pytest.param(
        (("compare: [plan,", 'compare: [{field: plan, tolerance: {absolute: "1"}},'),),
        [
            "18:36  compare[0].tolerance: `plan` is text, and a tolerance is for numbers; remove it, or map the field as decimal or money"
        ],
        id="a tolerance for text",
    ),
    pytest.param(
        (('"0.01"', '"-0.01"'),),
        ["18:52  compare[1].tolerance.absolute: `-0.01` must be at least 0"],
        id="a tolerance below nothing",
    ),
    pytest.param(
        (("compare: [plan,", "compare: [plan, plan,"),),
        ["18:17  compare[1]: `plan` is compared already, at compare[0]; keep one of them"],
        id="a field compared twice",
    ),
    pytest.param(
        (("compare:", "amount: {field: plan}\ncompare:"),),
        [
            "18:17  amount.field: an amount is money, and `plan` is text in sides.billing.fields; fields of type money are mrr"
        ],
        id="an amount that is text",
    ),
    pytest.param(
        (("compare:", "amount: {field: mrrr}\ncompare:"),),
        ["18:17  amount.field: `mrrr` is not mapped in sides.crm.fields and sides.billing.fields; did you mean `mrr`?"],
        id="an amount that nobody maps",
    ),
    pytest.param(
        (
            ("compare: [plan,", "amount: {field: plan}\ncompare: [plam,"),
            ("type: money, currency: EUR", "type: decimal"),
        ),
        [
            "18:17  amount.field: an amount is money, and `plan` is text in sides.billing.fields; fields of type money are mrr",
            "19:11  compare[0]: `plam` is not mapped in sides.crm.fields and sides.billing.fields; did you mean `plan`?",
            "19:25  compare[1].field: `mrr` is decimal in sides.crm.fields and money in sides.billing.fields; give it the same type on both sides",
        ],
        id="every misfit at once",
    ),
    pytest.param(
        (("key: number", "key: ${CRM_KEY}"),),
        [
            "11:10  sides.crm.key: the environment variable CRM_KEY is not set; set it, or give it a default: ${CRM_KEY:-…}"
        ],
        id="an unset variable",
    ),
    pytest.param(
        (("key: number", "key: ${CRM_KEY"),),
        [
            "11:10  sides.crm.key: `${` begins a reference that is not finished; write ${NAME} or ${NAME:-default}, or $${ for text"
        ],
        id="an unfinished reference",
    ),
    pytest.param(
        (("    key: number", "    local: ${LOCAL:-true}\n    key: number"),),
        [
            "11:12  sides.crm.local: what may be reached is decided in the file, not by the environment; write true or false"
        ],
        id="a reference that decides what may be reached",
    ),
    pytest.param(
        (("token_env: CRM_TOKEN", 'token_env: "${CRM_TOKEN:-sk_live_abc}"'),),
        [
            "7:23  sides.crm.auth.token_env: a reference would put the secret in the place of its name; write the name alone, such as CRM_TOKEN"
        ],
        id="a reference in place of a name",
    ),
    pytest.param(
        (("token_env: CRM_TOKEN", "token_env: sk_live_abc"),),
        [
            "7:23  sides.crm.auth.token_env: this value is not the name of an environment variable; write a name in capitals such as CRM_TOKEN, never the secret itself"
        ],
        id="a secret in place of its name",
    ),
    pytest.param(
        (("{token_env: CRM_TOKEN}", "{token: sk_live_abc}"),),
        [
            "7:12  sides.crm.auth.token: a secret is never written in this file; put it into an environment variable, and name that: `token_env: CRM_TOKEN`"
        ],
        id="a token",
    ),
    pytest.param(
        (("{token_env: CRM_TOKEN}", "{type: basic, password: sk_live_abc}"),),
        [
            "7:25  sides.crm.auth.password: a secret is never written in this file; put it into an environment variable, and name that: `token_env: CRM_TOKEN`"
        ],
        id="a password",
    ),
    pytest.param(
        (("https://crm", "https://me:sk_live_abc@crm"),),
        [
            "6:15  sides.crm.base_url: a user or password stands inside this address; put them into environment variables, and name those under auth: user_env, token_env"
        ],
        id="a password in the address",
    ),
    pytest.param(
        (("records: data", "records: data, params: {api_key: sk_live_abc}"),),
        [
            "8:54  sides.crm.list.params.api_key: a secret is never written in this file; put it into an environment variable, and name that under auth: `auth: {token_env: CRM_TOKEN}`"
        ],
        id="a secret parameter",
    ),
    pytest.param(
        (("records: data", 'records: data, headers: {X-Auth: "Bearer sk_live_abc"}'),),
        [
            "8:63  sides.crm.list.headers.X-Auth: this looks like a secret, and a secret is never written in this file; put it into an environment variable, and name that under auth: `auth: {token_env: CRM_TOKEN}`"
        ],
        id="a secret header",
    ),
    pytest.param(
        (("compare:", "channels: [{type: slack, url: https://hooks.slack.com/sk_live_abc}]\ncompare:"),),
        [
            "18:26  channels[0].url: the address of a channel is a secret, and a secret is never written in this file; put it into an environment variable, and name that: `url_env: SLACK_WEBHOOK_URL`"
        ],
        id="the address of a channel",
    ),
    pytest.param(
        (("{token_env: CRM_TOKEN}", "sk_live_abc"),),
        [
            "7:11  sides.crm.auth: this looks like a secret, and a secret is never written in this file; put it into an environment variable, and name that: `token_env: CRM_TOKEN`"
        ],
        id="a secret for a mapping",
    ),
    pytest.param((("    key: number", "\tkey: number"),), ["11:1  a tab cannot indent YAML; use spaces"], id="a tab"),
    pytest.param(
        (("key: number", "key: number: id"),),
        ["11:16  a `:` stands where no key can begin; check the indentation, or quote it"],
        id="a colon too many",
    ),
    pytest.param(
        (("active: [active]}", "active: [active]"),),
        ["13:5  a bracket or brace is not closed, or a comma is missing; close it"],
        id="a brace left open",
    ),
    pytest.param(
        (("Europe/Berlin", '"Europe/Berlin'),),
        ["10:21  this line does not continue what stands above; check its indentation and quotes above it"],
        id="a quote left open",
    ),
    pytest.param(
        (("key: number", "key: *number"),),
        ["11:10  a value that begins with * or & is an alias in YAML; quote it"],
        id="an alias that nobody set",
    ),
    pytest.param(
        (("key: number", "key: !env NUMBER"),),
        ["11:10  sides.crm.key: a tag (a word after `!`) has no meaning here; write the value alone"],
        id="a tag",
    ),
    pytest.param(
        (("timezone:", "---\ntimezone:"),),
        ["2:1  the file holds more than one document; write one file for each reconciliation"],
        id="two documents",
    ),
]


@pytest.mark.parametrize(("changes", "sentences"), BENT)
def test_a_mistake_is_told_with_its_place_and_its_remedy(changes, sentences):
    assert sentences == told(a_file(*changes))


def test_the_file_that_the_table_bends_is_valid():
    assert [] == told(VALID)


@pytest.mark.parametrize(("changes", "sentences"), BENT)
def test_no_sentence_repeats_a_secret(changes, sentences):
    assert "sk_live" not in "".join(told(a_file(*changes)))


def test_all_mistakes_of_a_file_come_together_in_the_order_of_its_lines():
    # Each of these alone is a row above; together they are all still there.
    changes = [
        changes
        for changes in (
            ("timezone: Europe/Berlin", "timezone: Europe/Berln\nfloor: 2"),
            ("{token_env: CRM_TOKEN}", "{token: abc}"),
            ("    key: number", "    keey: ${CRM_KEY}"),
            ("[active]", "[no]"),
            ("EUR", "eur"),
            ("connector: stripe", "connector: strype"),
        )
    ]

    assert [2, 3, 8, 12, 12, 13, 14, 16] == [int(each.split(":")[0]) for each in told(a_file(*changes))]
