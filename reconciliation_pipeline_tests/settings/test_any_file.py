"""Does a file with anything at all in it end in sentences, and never in a traceback or a secret?"""

from hypothesis import given, settings
from hypothesis import strategies as some

from reconciliation_pipeline_tests.settings.builders import VALID, mistakes, told

PIECES = some.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        ": ",
        "- ",
        "*a",
        "&a ",
        "<<: ",
        "null",
        "no",
        "08",
        "1.5",
        "${X}",
        "!x ",
        "|",
        "\n",
        "\t",
        '"',
        "'",
        "#",
        "\x00",
    ]
)
VALUES = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.floats(),
    some.dates(),
    some.text(max_size=9),
    some.lists(some.integers(), max_size=2),
    some.dictionaries(some.text(max_size=4), some.none(), max_size=2),
).map(str)


@settings(max_examples=150, deadline=None)
@given(at=some.integers(0, len(VALID)), length=some.integers(0, 30), text=some.one_of(PIECES, some.text(max_size=12)))
def test_a_file_bent_anywhere_ends_in_places_that_exist(at, length, text):
    bent = VALID[:at] + text + VALID[at + length :]

    assert all(1 <= each.line <= bent.count("\n") + 2 and each.column >= 1 and each.text for each in mistakes(bent))


@settings(max_examples=100, deadline=None)
@given(line=some.integers(0, len(VALID.splitlines()) - 1), value=VALUES)
def test_any_value_at_any_key_is_taken_or_refused_in_words(line, value):
    lines = VALID.splitlines()
    key = lines[line].partition(":")[0]
    lines[line] = f"{key}: {value}"

    assert all("Input should" not in sentence and "{" + "names}" not in sentence for sentence in told("\n".join(lines)))


@settings(max_examples=100, deadline=None)
@given(content=some.binary(max_size=60))
def test_any_bytes_are_refused_in_words(content):
    assert mistakes(content)


@settings(max_examples=60, deadline=None)
@given(
    key=some.sampled_from(["token", "password", "token_env", "user_env", "header", "type", "secret"]),
    form=some.sampled_from(["{}", "'{}'", "[{}]", "{{x: {}}}", "${{X:-{}}}", "  {} "]),
)
def test_nothing_under_auth_is_ever_repeated(key, form):
    text = VALID.replace("{token_env: CRM_TOKEN}", "{" + f"{key}: {form.format('canary4711x')}" + "}")

    assert "canary" not in "".join(told(text))
