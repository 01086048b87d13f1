"""Does one broken file disable only itself, and is every file found by its name?"""

from pathlib import Path

import pytest

from reconciliation_pipeline.settings.load import Loaded, load_all, load_one
from reconciliation_pipeline.settings.mistakes import SettingsBroken, UnknownReconciliation
from reconciliation_pipeline_tests.settings.builders import PRESETS, a_file


def a_folder(tmp_path: Path, **files: str) -> Path:
    for stem, text in files.items():
        (tmp_path / f"{stem}.yaml").write_text(text, "utf-8")
    return tmp_path


def loaded(folder: Path) -> Loaded:
    return load_all(folder, {}, PRESETS)


def names(found: Loaded) -> tuple[list[str], list[str]]:
    return [each.reconciliation.id for each in found.reconciliations], [each.name for each in found.broken]


def with_id(name: str) -> str:
    return a_file(("id: pair", f"id: {name}"))


BROKEN = ("key: number", "keey: number")


def test_of_two_files_the_broken_one_disables_only_itself(tmp_path):
    folder = a_folder(tmp_path, good=with_id("good"), bad=a_file(("id: pair", "id: bad_one"), BROKEN))

    assert (["good"], ["bad_one"]) == names(loaded(folder))
    assert [folder / "bad.yaml"] == [each.path for each in loaded(folder).broken]
    assert ["sides.crm.keey"] == [mistake.key_path for mistake in loaded(folder).broken[0].mistakes]


@pytest.mark.parametrize(
    ("stem", "name"),
    [("crm_billing", "crm_billing"), ("CRM & Billing-2", "crm_billing_2"), ("2026", "file_2026"), ("x" * 80, "x" * 63)],
)
def test_a_file_without_a_readable_id_is_named_after_the_file(tmp_path, stem, name):
    assert [name] == names(loaded(a_folder(tmp_path, **{stem: "sides: {"})))[1]


def test_two_files_with_one_id_are_both_broken_and_name_each_other(tmp_path):
    found = loaded(a_folder(tmp_path, a=with_id("pair"), b=with_id("pair"), c=with_id("other")))

    assert (["other"], ["pair", "b"]) == names(found)
    assert [f"{tmp_path / 'b.yaml'} has the id `pair` too", f"{tmp_path / 'a.yaml'} has the id `pair` too"] == [
        broken.mistakes[0].text for broken in found.broken
    ]
    assert {(1, 5)} == {(broken.mistakes[0].line, broken.mistakes[0].column) for broken in found.broken}


def test_a_broken_copy_does_not_disable_the_file_it_was_copied_from(tmp_path):
    found = loaded(a_folder(tmp_path, pair=a_file(), copy=a_file(BROKEN)))

    assert (["pair"], ["copy"]) == names(found)
    assert ["id", "sides.crm.keey"] == [mistake.key_path for mistake in found.broken[0].mistakes]


def test_broken_files_never_share_a_name(tmp_path):
    found = loaded(a_folder(tmp_path, **{"a-b": "[", "a b": "[", "a_b": "[", "pair": a_file(), "PAIR": "["}))

    assert ["a_b", "a_b_2", "a_b_3", "pair", "pair_2"] == sorted([name for kind in names(found) for name in kind])


def test_a_missing_and_an_empty_folder_are_told_in_one_sentence(tmp_path):
    remedy = "put a file such as crm_billing.yaml there, or let RECON_CONFIG name the folder that has one"
    empty, missing = loaded(tmp_path), loaded(tmp_path / "nowhere")

    assert (f"{tmp_path}:1:1  this folder holds no reconciliation; {remedy}",) == tuple(
        map(str, empty.broken[0].mistakes)
    )
    assert "there is no such folder" == missing.broken[0].mistakes[0].text
    with pytest.raises(SettingsBroken, match="there is no such folder"):
        load_one(tmp_path / "nowhere", "pair", {}, PRESETS)


def test_what_cannot_be_opened_is_a_mistake_and_hidden_files_are_not_read(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / ".swap.yaml").write_text("[")
    (tmp_path / "schema.json").write_text("[")

    assert ["the file cannot be read: is a directory"] == [
        mistake.text for broken in loaded(tmp_path).broken for mistake in broken.mistakes
    ]


def test_one_reconciliation_is_found_by_its_id_not_by_its_file(tmp_path):
    folder = a_folder(tmp_path, renamed=with_id("pair"), bad=a_file(("id: pair", "id: bad"), BROKEN))

    assert "pair" == load_one(folder, "pair", {}, PRESETS).id
    with pytest.raises(SettingsBroken) as broken:
        load_one(folder, "bad", {}, PRESETS)
    assert "sides.crm.keey: there is no such key; did you mean `key`?" in str(broken.value)


def test_an_unknown_name_is_answered_with_the_nearest_and_all_there_are(tmp_path):
    folder = a_folder(tmp_path, a=with_id("crm_billing"), b=with_id("shop_bank"))

    with pytest.raises(UnknownReconciliation) as unknown:
        load_one(folder, "crm_biling", {}, PRESETS)

    assert "crm_billing" == unknown.value.nearest
    assert "There is no reconciliation crm_biling. Did you mean crm_billing? There is: crm_billing, shop_bank." == str(
        unknown.value
    )
