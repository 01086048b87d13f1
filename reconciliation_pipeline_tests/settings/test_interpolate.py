"""What do `${X}` and `${X:-default}` stand for?"""

import pytest

from reconciliation_pipeline_tests.settings.builders import a_file, load, mistakes


@pytest.mark.parametrize(
    ("written", "environ", "read"),
    [
        ("${KEY}", {"KEY": "number"}, "number"),
        ("a.${KEY}.b", {"KEY": "number"}, "a.number.b"),
        ("${KEY:-id}", {}, "id"),
        ("${KEY:-id}", {"KEY": ""}, "id"),
        ("${KEY:-id}", {"KEY": "number"}, "number"),
        ("${A}${B:-x}", {"A": "1"}, "1x"),
        ("a$$b", {}, "a$b"),
        ("$${KEY}", {"KEY": "number"}, "${KEY}"),
        ("$.number", {}, "$.number"),
        ("${KEY}", {"KEY": "${KEY}"}, "${KEY}"),
        ("${KEY}", {"KEY": "x: {y: [1]}"}, "x: {y: [1]}"),
    ],
)
def test_a_reference_is_filled_in_as_text(written, environ, read):
    assert read == load(a_file(("key: number", f"key: '{written}'")), environ).sides.crm.key


def test_a_number_may_come_from_the_environment():
    text = a_file(("timezone:", "floor: ${FLOOR:-0.9}\ntimezone:"))

    assert (0.9, 0.7) == (load(text).floor, load(text, {"FLOOR": "0.7"}).floor)


def test_every_unset_variable_is_named_with_its_place():
    text = a_file(("key: number", "key: ${A}"), ("[active]", '["${B}", "${C:-x}"]'))

    assert [("sides.crm.key", "A"), ("sides.crm.status.active[0]", "B")] == [
        (mistake.key_path, mistake.text.split()[3]) for mistake in mistakes(text)
    ]


def test_keys_are_never_filled_in():
    assert ["sides.crm.${KEY}"] == [
        mistake.key_path for mistake in mistakes(a_file(("key: number", "${KEY}: number")), {"KEY": "key"})
    ]
