"""Everything we keep is in one folder and one database."""

from reconciliation_pipeline.storage.store import Store


def test_a_store_makes_its_folder_and_needs_nothing_else(tmp_path):
    home = tmp_path / "not" / "there" / "yet"
    with Store.open(home, "") as store:
        assert home / "snapshots" == store.archive.root
        assert home / "diffs" == store.diffs.root

    assert {"ledger.sqlite", "ledger.lock"} == {path.name for path in home.iterdir()}


def test_with_postgres_no_ledger_is_left_in_the_folder(tmp_path, postgres_url):
    Store.open(tmp_path / "home", postgres_url).close()

    assert [] == list((tmp_path / "home").iterdir())
