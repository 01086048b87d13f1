"""Does a secret end anywhere, whichever way a run goes? Every slot, every success, every failure, every byte.

Some hundred real commands in one installation; after each part everything that was written is searched. What was
really sent is checked as well: a secret that nobody used would be found nowhere, whatever happens.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

import pytest
import sqlalchemy as sa
import yaml

from reconciliation_pipeline_tests.postgres import Server
from reconciliation_pipeline_tests.secrets.house import House, a_house, customers
from reconciliation_pipeline_tests.secrets.mirror import chatty_postgres

pytestmark = pytest.mark.slow

TROUBLE = {2, 3}
"""Exit codes of what did not go well."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(tmp_path_factory.mktemp("house")) as furnished:
        yield furnished


@pytest.fixture(autouse=True)
def honest(house: House) -> None:
    """Every part begins with two systems and a receiver that behave."""
    for mirror in (house.crm, house.billing, house.receiver):
        mirror.behaves()
    house.postbox.behaves()
    house.crm.records, house.billing.records = customers(60), customers(60)


def basic(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


@pytest.mark.parametrize(("crm", "billing"), [("bearer", "basic"), ("header", "oauth2")])
def test_mornings_that_are_clean_have_drift_or_are_refused(house: House, crm, billing):
    house.configure(house.side(house.crm, crm), house.side(house.billing, billing))
    house.recon("run", "pair")
    for side in ("crm", "billing"):
        words = ("--by", "Ana", "--reason", "its own screen")
        assert 0 == house.recon(
            "confirm-count", "pair", "--side", side, "--date", house.today(), "--count", "60", *words
        )
    assert 0 == house.recon("run", "pair", "--json")
    house.billing.records = customers(59)
    assert 1 == house.recon("run", "pair")
    house.billing.records = customers(20)
    assert 3 == house.recon("run", "pair", "--json")
    assert [] == house.leaks()


def test_whatever_reads_what_is_kept(house: House):
    house.configure(house.side(house.crm, "bearer"), house.side(house.billing, "basic"))
    house.billing.records = customers(58)
    assert 1 == house.recon("run", "pair")
    for command in (
        ("list", "pair"),
        ("list", "pair", "--json"),
        ("report", "pair"),
        ("export", "pair", "--out", str(house.home / "all.csv")),
        ("export", "pair", "--out", str(house.home / "all.jsonl"), "--format", "jsonl"),
        ("spike", "pair"),
        ("outbox", "--deliver"),
        ("outbox", "--json"),
        ("doctor", "pair", "--quick"),
        ("doctor", "--quick", "--json"),
    ):
        assert 0 == house.recon(*command), command
    assert 1 == house.recon("count", "pair", "--json")
    assert TROUBLE & {house.recon("show", "nothing", "--json")}
    assert TROUBLE & {house.recon("backfill", "pair", "--from", "2026-01-01", "--to", "2026-01-02")}
    assert [] == house.leaks()


MODES = (
    *("401", "403", "404", "500", "redirect", "foreign", "foreign user", "typed", "encoded"),
    *("an error", "no list", "no JSON", "web page", "hangs up"),
)


@pytest.mark.parametrize("mode", MODES)
def test_a_system_that_says_back_what_it_was_sent(house: House, mode):
    auth = ("bearer", "basic", "header", "oauth2")[MODES.index(mode) % 4]
    house.configure(house.side(house.billing, auth), house.side(house.crm, "header"))
    house.billing.behaves(mode, only="/customers")

    assert 3 == house.recon("run", "pair", "--json")
    assert 2 == house.recon("doctor", "pair", "--quick")
    assert [] == house.leaks()


@pytest.mark.parametrize(("mode", "only"), [("403", "/customers/"), ("500", "/customers/"), ("401", "/account")])
def test_a_single_answer_that_says_back_what_it_was_sent(house: House, mode, only):
    house.configure(house.side(house.billing, "oauth2"), house.side(house.crm, "bearer"))
    house.billing.records = customers(59)
    house.billing.behaves(mode, only=only)

    assert house.recon("run", "pair", "--json") in {1, 3}
    assert 2 == house.recon("doctor", "pair", "--quick")
    assert [] == house.leaks()


@pytest.mark.parametrize("mode", ["400", "500", "redirect", "an error", "typed"])
def test_a_token_server_that_says_back_what_it_was_sent(house: House, mode):
    house.configure(house.side(house.crm, "oauth2"), house.side(house.billing, "basic"))
    house.billing.behaves(mode, only="/token")

    assert 3 == house.recon("run", "pair")
    assert 2 == house.recon("doctor", "pair", "--quick", "--json")
    assert [] == house.leaks()


def test_nobody_at_the_address_and_a_proxy_that_refuses(house: House):
    nobody = house.side(house.crm, "bearer", base_url="http://127.0.0.1:9")
    house.configure(nobody, house.side(house.billing, "oauth2"))
    assert 3 == house.recon("run", "pair", "--json")

    # An address without a name, so that nobody is asked for it; the proxy is asked first, and is not there.
    far = house.side(house.crm, "header", base_url="https://192.0.2.1", local=False)
    house.configure(far, house.side(house.billing, "basic"))
    proxy = f"http://someone:{house.value('PROXY_PASSWORD')}@127.0.0.1:9"
    for wrong in (proxy, proxy.replace("http://", "gopher://")):
        assert TROUBLE & {house.recon("run", "pair", https_proxy=wrong, no_proxy="")}
        assert 2 == house.recon("doctor", "pair", "--quick", https_proxy=wrong, no_proxy="")
    assert [] == house.leaks()


def test_a_secret_that_no_header_can_carry(house: House):
    house.configure(house.side(house.crm, "bearer"), house.side(house.billing, "basic"))
    broken = f"{house.value('BEARER_TOKEN')}\n{house.value('BEARER_TOKEN')}"

    assert 2 == house.recon("run", "pair", "--json", BEARER_TOKEN=broken)
    assert 2 == house.recon("doctor", "pair", "--quick", BEARER_TOKEN=broken)
    assert [] == house.leaks()


def a_table(**changes: Any) -> dict[str, Any]:
    status = {"field": "status", "active": ["active"]}
    mrr = {"mrr": {"path": "mrr", "type": "money", "currency": "EUR"}}
    return {
        "connector": "sql",
        "url_env": "A_DATABASE_URL",
        "table": "customers",
        "key": "number",
        "status": status,
        "fields": mrr,
        **changes,
    }


def test_a_database_with_its_password_in_the_address(house: House, postgres_server: Server, postgres_url: str):
    engine = sa.create_engine(sa.make_url(postgres_url).set(drivername="postgresql+psycopg2"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("create table customers (id text primary key, number text, status text, mrr int)"))
        for one in customers(59):
            connection.execute(sa.text("insert into customers values (:id, :number, :status, :mrr)"), one)
    name = postgres_url.rsplit("/", 1)[1]
    good = house.url("DATABASE_PASSWORD", f"127.0.0.1:{postgres_server.port}/{name}")
    house.configure(house.side(house.crm, "bearer"), a_table())
    # The table does not say whose it is, as the system before it did: it begins in a home of its own.
    kept = {"RECON_HOME": str(house.folder / "home of a table")}
    assert 1 == house.recon("run", "pair", A_DATABASE_URL=good, **kept)

    with chatty_postgres() as port:
        for wrong in (
            house.url("DATABASE_PASSWORD", f"127.0.0.1:{port}/{name}"),
            house.url("DATABASE_PASSWORD", f"127.0.0.1:9/{name}"),
            house.url("DATABASE_PASSWORD", f"127.0.0.1:{postgres_server.port}/nowhere"),
            house.url("DATABASE_PASSWORD", "127.0.0.1:port/name"),
            good.replace("postgresql://", "nobodys+driver://"),
            good.replace("postgresql://", ""),
            house.value("DATABASE_PASSWORD"),
        ):
            assert TROUBLE & {house.recon("run", "pair", "--json", A_DATABASE_URL=wrong, **kept)}, wrong
        assert 2 == house.recon("doctor", "pair", "--quick", A_DATABASE_URL=wrong, **kept)
    house.configure(house.side(house.crm, "bearer"), a_table(table="nowhere"))
    assert 3 == house.recon("run", "pair", A_DATABASE_URL=good, **kept)
    assert [] == house.leaks()


def test_a_ledger_with_its_password_in_the_address(house: House, postgres_server: Server, postgres_url: str):
    name = postgres_url.rsplit("/", 1)[1]
    good = house.url("RECON_POSTGRES_PASSWORD", f"127.0.0.1:{postgres_server.port}/{name}")
    house.configure(house.side(house.crm, "header"), house.side(house.billing, "oauth2"))
    house.billing.records = customers(59)
    kept = {"RECON_POSTGRES_URL": good, "RECON_HOME": str(house.folder / "home of a ledger")}
    assert 1 == house.recon("run", "pair", **kept)
    house.billing.behaves("403", only="/customers")
    assert 3 == house.recon("run", "pair", "--json", **kept)
    assert 2 == house.recon("doctor", "pair", "--quick", **kept)

    with chatty_postgres() as port:
        for wrong in (
            house.url("RECON_POSTGRES_PASSWORD", f"127.0.0.1:{port}/{name}"),
            house.url("RECON_POSTGRES_PASSWORD", f"127.0.0.1:9/{name}"),
            house.url("RECON_POSTGRES_PASSWORD", f"127.0.0.1:{postgres_server.port}/nowhere"),
            good.replace("%40", "@"),
            good.replace("postgresql://", "mysql://"),
        ):
            assert TROUBLE & {house.recon("list", "pair", RECON_POSTGRES_URL=wrong)}, wrong
        for command in (("run", "pair", "--json"), ("outbox",), ("doctor", "pair", "--quick")):
            assert TROUBLE & {house.recon(*command, RECON_POSTGRES_URL=wrong)}, command
    assert [] == house.leaks(database=postgres_url)


RECEIVERS = ("400", "404", "429", "500", "redirect", "only the code", "web page", "hangs up")


def test_a_receiver_that_says_back_what_it_was_sent(house: House):
    house.configure(house.side(house.crm, "bearer"), house.side(house.billing, "basic"))
    for day, mode in enumerate(RECEIVERS, start=1):
        house.receiver.behaves(mode)
        assert 0 == house.recon("heartbeat", "pair", "--date", f"2026-02-{day:02}")
    gone = {
        "SLACK_URL": f"http://127.0.0.1:9/services/{house.value('SLACK_PATH')}",
        "WEBHOOK_URL": f"ftp://127.0.0.1:9/{house.value('WEBHOOK_PATH')}",
    }
    assert 0 == house.recon("heartbeat", "pair", "--date", "2026-02-20", **gone)
    assert 0 == house.recon("outbox", "--deliver", "--json", **gone)
    assert 2 == house.recon("doctor", "pair", "--quick", **gone)
    assert [] == house.leaks()


@pytest.mark.parametrize("mode", ["login", "sender", "recipient", "mail"])
def test_a_mail_server_that_says_back_what_it_was_sent(house: House, mode):
    house.configure(house.side(house.crm, "bearer"), house.side(house.billing, "basic"))
    house.postbox.behaves(mode)

    assert 3 == house.recon("notify", "pair", "--test", "--json")
    assert 3 == house.recon("notify", "pair", "--test")
    assert [] == house.leaks()


PASTED = {
    "the token where its name belongs": ("token_env: BEARER_TOKEN", "token_env: {}"),
    "the token under its own name": ("token_env: BEARER_TOKEN", "token: {}"),
    "the token in a header": ("records: data", "records: data\n      headers: {{Authorization: Bearer {}}}"),
    "the token in a parameter": ("records: data", "records: data\n      params: {{api_key: {}}}"),
    "the token in the address": ("path: /customers\n", "path: /customers?token={}\n"),
    "user and password in the address": ("base_url: http://", "base_url: http://someone:{}@"),
    "the address of a channel": ("url_env: SLACK_URL", "url: https://hooks.slack.com/services/T0/B0/{}"),
    "the token for a number": ("requests_per_second: 1000", "requests_per_second: {}"),
    "the token in a line that is no YAML": ("local: true\n", "local: true\n    token {}\n  : [\n"),
    "the token after a tab": ("local: true\n", "local: true\n\t  token: {}\n"),
    "the token by its variable": ("base_url: http://", "base_url: ${{BEARER_TOKEN}} # http://"),
}


def test_settings_into_which_a_secret_was_pasted(house: House):
    sides = {"crm": house.side(house.crm, "bearer"), "billing": house.side(house.billing, "basic")}
    channels = [{"type": "slack", "url_env": "SLACK_URL", "local": True}]
    names = []
    for number, (here, there) in enumerate(PASTED.values()):
        plain = {"id": f"pasted_{number}", "sides": sides, "channels": channels}
        text = yaml.safe_dump(plain, default_flow_style=False, sort_keys=False)
        assert here in text
        names.append(f"pasted_{number}")
        house.write(text.replace(here, there.format(house.value("BEARER_TOKEN")), 1), f"{names[-1]}.yaml")
    try:
        assert 2 == house.recon("doctor", "--quick")
        told = list(house.said.values())[-1].splitlines()
        # Each of them is refused, by its name.
        assert set(names) <= set(told), told
        assert 2 == house.recon("doctor", "--quick", "--json")
        for name in names[:2]:
            assert 2 == house.recon("run", name, "--json")
            job = ("job", "execute", "-m", "reconciliation_pipeline.definitions", "-j", f"{name}_morning")
            assert 1 == house.call("-m", "dagster", *job)
        assert 0 == house.recon("outbox")
    finally:
        # What a person wrote into the settings is there; what was made of it is searched.
        for name in names:
            (house.folder / "settings" / f"{name}.yaml").unlink()
    assert [] == house.leaks()


def test_a_morning_that_dagster_runs_by_itself(house: House):
    house.configure(house.side(house.billing, "oauth2"), house.side(house.crm, "header"))
    job = ("job", "execute", "-m", "reconciliation_pipeline.definitions", "-j", "pair_morning")
    tags = ("--tags", json.dumps({"dagster/partition": house.today()}))
    assert 0 == house.call("-m", "dagster", *job, *tags)
    house.billing.behaves("403", only="/customers")
    assert 1 == house.call("-m", "dagster", *job, *tags)
    assert [] == house.leaks()


def test_every_secret_was_really_used(house: House):
    value = house.value
    client = basic(quote_plus(value("OAUTH_CLIENT")), quote_plus(value("OAUTH_SECRET")))
    sent = {
        "bearer": house.crm.was_sent(f"Bearer {value('BEARER_TOKEN')}"),
        "basic": house.billing.was_sent(basic(value("BASIC_USER"), value("BASIC_PASSWORD"))),
        "header": house.crm.was_sent(value("HEADER_KEY")),
        "client": house.billing.was_sent(client),
        "access token": house.billing.was_sent(f"Bearer {value('the access token')}"),
        "slack": house.receiver.was_sent(f"/services/{value('SLACK_PATH')}"),
        "webhook": house.receiver.was_sent(f"/hook/{value('WEBHOOK_PATH')}"),
        "teams": house.receiver.was_sent(f"/workflows/{value('TEAMS_PATH')}"),
        "mail": value("SMTP_PASSWORD") in house.postbox.heard,
        "ping": house.receiver.was_sent(f"/ping/{value('PING_PATH')}"),
        "signature": house.receiver.was_sent(",v1="),
    }

    assert {True} == set(sent.values()), sent
    assert house.postbox.mails
    assert any(path.suffix == ".parquet" for path in house.home.rglob("*"))
    assert any(path.is_file() and path.stat().st_size for path in (house.home / "logs").rglob("*"))


def test_a_secret_that_does_get_out_is_found(house: House):
    """Last, because from here on the installation is not clean any more."""
    house.said["somebody"] = f"failed: {house.value('BASIC_PASSWORD')}"
    (house.home / "dagster" / "note").write_text(house.value("WEBHOOK_SECRET")[:20])

    assert {"BASIC_PASSWORD", "WEBHOOK_SECRET"} == {leak.split(": ")[1].split(",")[0] for leak in house.leaks()}
