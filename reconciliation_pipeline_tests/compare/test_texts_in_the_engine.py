"""Which spellings of a text are the same, which are a matter of format, and which are two values: a table a rule."""

import pytest

from reconciliation_pipeline.domain.rules import FieldRule, Reading, Space, Spelling
from reconciliation_pipeline_tests.compare.outcomes import CONFLICT, EQUAL, FORMAT, Case, wrong

BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

ALWAYS: list[Case] = [
    (None, None, EQUAL),
    ("pro", "pro", EQUAL),
    ("pro", "basic", CONFLICT),
    ("pro", None, CONFLICT),
    (None, "pro", CONFLICT),
    ("true", "false", CONFLICT),
    ("it's", 'it"s', CONFLICT),
    ("\U0001f986", "\U0001f986", EQUAL),
    ("a\u200bb", "ab", CONFLICT),
    ("Anna Berg", "Anna Borg", CONFLICT),
    ("STRASSE", "straße", CONFLICT),
    ("1,000", "1000", CONFLICT),
    ("01/02/2026", "2026-02-01", CONFLICT),
    ("2026-02-01", "02.01.2026", CONFLICT),
    ("2026-02-01T10:00:00Z", "2026-02-01T10:00:01Z", CONFLICT),
    ("2026-02-01T10:00:00Z", "2026-02-01T11:00:00+01:00", CONFLICT),
    ("7", "70", CONFLICT),
    ("7", "-7", CONFLICT),
    ("7.05", "7.5", CONFLICT),
    ("0", None, CONFLICT),
]
ZERO_OF_A_NUMBER: list[Case] = [
    ("007", "7", FORMAT),
    ("7", "7.00", FORMAT),
    ("+7", "7", FORMAT),
    ("07.50", "7.5", FORMAT),
    ("-07", "-7", FORMAT),
    ("0", "-0.0", FORMAT),
    ("49.0", "49.00", FORMAT),
    ("9" * 50, "0" + "9" * 50, FORMAT),
]
DATES: list[Case] = [
    ("2026-02-01", "01.02.2026", FORMAT),
    ("2026-02-01", "1.2.2026", FORMAT),
    ("2026-02-01", "2026/2/1", FORMAT),
    ("2026-02-01", "2026-2-1", FORMAT),
    ("2026-02-01 10:00:00+00:00", "2026-02-01T10:00:00.000Z", FORMAT),
    ("2026-02-01 10:00:00.5+00", "2026-02-01t10:00:00.500z", FORMAT),
]


@pytest.mark.parametrize("spelling", [Spelling(), Spelling(ignore_case=True), Spelling(space=Space.TRIM)])
def test_two_values_are_two_values_under_every_rule_and_a_number_or_a_date_may_be_written_in_many_ways(run, spelling):
    assert [] == wrong(run, FieldRule("plan", spelling=spelling), [*ALWAYS, *ZERO_OF_A_NUMBER, *DATES])


def _cases(capitals: str, ends: str, between: str, accents: str, empty: str) -> list[Case]:
    """A line for everything a spelling can differ in."""
    greek, small = "\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"
    return [
        ("Pro", "PRO", capitals),
        ("TRUE", "true", capitals),
        ("STRAẞE", "straße", capitals),
        (greek, small, capitals),
        ("É", "é", capitals),
        *((f"{blank}pro{blank}", "pro", ends) for blank in BLANKS),
        *((f"a{blank}{blank}b", "a b", between) for blank in BLANKS),
        ("\u00e9", "e\u0301", accents),
        ("\u1ec7", "e\u0323\u0302", accents),
        (None, "", empty),
        *((None, blank * 2, empty) for blank in BLANKS),
    ]


@pytest.mark.parametrize(
    ("spelling", "outcomes"),
    [
        (Spelling(), (FORMAT, FORMAT, FORMAT, FORMAT, FORMAT)),
        (Spelling(ignore_case=True), (EQUAL, FORMAT, FORMAT, FORMAT, FORMAT)),
        (Spelling(space=Space.TRIM), (FORMAT, EQUAL, FORMAT, FORMAT, FORMAT)),
        (Spelling(space=Space.COLLAPSE), (FORMAT, EQUAL, EQUAL, FORMAT, FORMAT)),
        (Spelling(space=Space.IGNORE), (FORMAT, EQUAL, EQUAL, FORMAT, FORMAT)),
        (Spelling(compose=True), (FORMAT, FORMAT, FORMAT, EQUAL, FORMAT)),
        (Spelling(empty_is_null=True), (FORMAT, FORMAT, FORMAT, FORMAT, EQUAL)),
        (Spelling(True, Space.COLLAPSE, True, True), (EQUAL, EQUAL, EQUAL, EQUAL, EQUAL)),
    ],
)
def test_a_rule_of_spelling_makes_equal_what_it_is_about_and_nothing_else(run, spelling, outcomes):
    assert [] == wrong(run, FieldRule("plan", spelling=spelling), _cases(*outcomes))


def test_blanks_between_words_matter_until_they_are_ignored(run):
    for space, outcome in ((Space.COLLAPSE, CONFLICT), (Space.IGNORE, EQUAL)):
        rule = FieldRule("plan", spelling=Spelling(space=space))
        assert [] == wrong(run, rule, [("DE 123 456", "DE123456", outcome), ("a\xa0b", "ab", outcome)])


def test_an_address_of_mail_has_neither_capitals_nor_blanks_at_its_ends(run):
    table = [
        ("Anna@Example.COM", "anna@example.com", EQUAL),
        (" anna@example.com\u00a0", "anna@example.com\n", EQUAL),
        ("anna@example.com", "anna@example.org", CONFLICT),
        ("anna@example.com", "an na@example.com", CONFLICT),
        ("not an address", "NOT AN ADDRESS", EQUAL),
        ("", None, FORMAT),
    ]
    assert [] == wrong(run, FieldRule("mail", reading=Reading.EMAIL), table)


def test_a_number_of_a_phone_is_its_digits(run):
    table = [
        ("+49 (0) 30 123", "0049 30 123", EQUAL),
        ("+49 (0) 30 123", "030 123", EQUAL),
        ("(0)30/123", "030-123", EQUAL),
        ("(030) 123", "+4930123", EQUAL),
        ("+49\u00a030\u202f123", "+49.30.123", EQUAL),
        ("+49 30 123", "+43 30 123", CONFLICT),
        ("30 123", "030 123", CONFLICT),
        ("030 123", "030 1230", CONFLICT),
        ("030 123 ext. 7", "030 123", CONFLICT),
        ("030 123 ext. 7", "030 123 EXT. 7", FORMAT),
        ("call me", "030 123", CONFLICT),
        ("", None, FORMAT),
        ("-", "", CONFLICT),
    ]
    assert [] == wrong(run, FieldRule("phone", reading=Reading.PHONE, calling_code="49"), table)


def test_without_a_calling_code_nobody_guesses_the_country_of_a_phone(run):
    table: list[Case] = [
        ("0049 30 123", "+49 30 123", EQUAL),
        ("030 123", "030/123", EQUAL),
        ("030 123", "+49 30 123", CONFLICT),
    ]
    assert [] == wrong(run, FieldRule("phone", reading=Reading.PHONE), table)


def test_a_country_is_its_two_letters(run):
    table = [
        ("Germany", "DEU", EQUAL),
        ("de", "germany", EQUAL),
        (" DE\u00a0", "Federal Republic of Germany", EQUAL),
        ("UK", "GB", EQUAL),
        ("United Kingdom", "gbr", EQUAL),
        ("Côte d'Ivoire", "CI", EQUAL),
        ("USA", "United States", EQUAL),
        ("AT", "DE", CONFLICT),
        ("Deutschland", "DE", CONFLICT),
        ("Atlantis", "ATLANTIS", FORMAT),
        ("GERMANY\tDE", "DE", CONFLICT),
        ("GERMANY\tDE\nGGY", "GG", CONFLICT),
        ("", None, FORMAT),
        ("", "AW", CONFLICT),
    ]
    assert [] == wrong(run, FieldRule("land", reading=Reading.COUNTRY), table)
