"""Is every mistake told with its place, in plain words, and with what to do about it?"""

from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from reconciliation_pipeline_tests.settings.builders import VALID, a_file, told

# What is taken out of the valid file (-), what is put there (+), and every sentence people read (=).
BENT = (Path(__file__).parent / "bent_files.txt").read_text("utf-8")

COPY = "copy reconciliations/crm_billing.yaml and change it"


def the_cases() -> list[ParameterSet]:
    cases = []
    for block in BENT.strip().split("\n\n"):
        name, *lines = block.split("\n")
        marked = [(line[0], line[2:].replace(r"\n", "\n").replace(r"\t", "\t")) for line in lines]
        old, new, sentences = ([text for sign, text in marked if sign == wanted] for wanted in "-+=")
        cases.append(pytest.param(list(zip(old, new, strict=True)), sentences, id=name))
    return cases


@pytest.mark.parametrize(("changes", "sentences"), the_cases())
def test_a_mistake_is_told_with_its_place_and_its_remedy(changes, sentences):
    assert sentences == told(a_file(*changes))


@pytest.mark.parametrize(("changes", "sentences"), the_cases())
def test_no_sentence_repeats_a_secret(changes, sentences):
    assert "sk_live" not in "".join(told(a_file(*changes)))


def test_the_file_that_the_table_bends_is_valid():
    assert [] == told(VALID)


def test_all_mistakes_of_a_file_come_together_in_the_order_of_its_lines():
    changes = (
        ("timezone: Europe/Berlin", "timezone: Europe/Berln\nfloor: 2"),
        ("{token_env: CRM_TOKEN}", "{token: abc}"),
        ("{source_id}", "${CRM_LOOKUP}"),
        ("    key: number", "    keey: number"),
        ("[active]", "[no]"),
        ("EUR", "eur"),
        ("connector: stripe", "connector: strype"),
    )

    assert [2, 3, 8, 11, 12, 13, 14, 16] == [int(each.split(":")[0]) for each in told(a_file(*changes))]


def test_what_a_preset_does_not_fill_in_is_missing_from_the_file_itself():
    sentence = "15:5  sides.billing.status: this key is missing; add it: which records count as active"

    assert sentence in told(a_file(("connector: stripe", "connector: hubspot")))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "1:1  the file is empty; " + COPY),
        (b"# only a comment\n", "1:1  the file is empty; " + COPY),
        (
            b"- id: pair\n",
            "1:1  the file holds a list, and keys such as `id:` and `sides:` are wanted; " + COPY,
        ),
        (
            b"pair\n",
            "1:1  the file holds one single value, and keys such as `id:` and `sides:` are wanted; " + COPY,
        ),
        (b"id: pair\nlabel: caf\xe9\n", "2:11  the file is not UTF-8 text; save it with the encoding UTF-8"),
        ("id: pair\n".encode("utf-16"), "1:1  the file is not UTF-8 text; save it with the encoding UTF-8"),
        (b"id: pair\x00\n", "1:9  a control character that YAML does not allow; remove it"),
        (b"[" * 500, "1:1  lists and mappings are nested far too deep to be settings"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(content, sentence):
    assert [sentence] == told(content)


def test_a_byte_order_mark_is_no_mistake():
    assert [] == told(b"\xef\xbb\xbf" + VALID.encode())


def test_aliases_that_multiply_are_stopped():
    layers = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 9))

    assert any("far too much" in sentence for sentence in told("x0: &x0 [a]\n" + layers))


def test_an_alias_that_contains_itself_is_a_mistake():
    assert any("an alias repeats what contains it" in sentence for sentence in told("sides: &a {crm: *a}\n"))


def test_what_came_from_the_environment_is_never_repeated():
    changes = [("Europe/Berlin", "${ZONE}"), ("https://crm.example.com", "${URL}"), ("[active]", "active")]
    environ = {"ZONE": "canary-zone", "URL": "http://me:canary@example.com"}

    assert 3 == len(told(a_file(*changes), environ))
    assert "canary" not in "".join(told(a_file(*changes), environ))
