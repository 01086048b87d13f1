"""Can every part of a key be read again, and are addresses told from numbers?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation_pipeline.domain.keys import joined, looks_unstable, parted, unstable

PARTS = st.lists(st.text(alphabet="ab|\\\\\n") | st.text(), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        (("7", "A"), "7|A"),
        (("7", "A|1"), r"7|A\|1"),
        (("7|A", "1"), r"7\|A|1"),
        (("7\\", "A"), r"7\\|A"),
        (("", ""), "|"),
        (("7",), "7"),
        (("",), ""),
        (("a\nb", "c"), "a\nb|c"),
    ],
)
def test_a_key_of_several_parts_is_one_text(parts, key):
    assert key == joined(parts)
    assert parts == parted(key)


@given(PARTS)
def test_every_part_comes_back_as_it_went(parts):
    assert tuple(parts) == parted(joined(parts))


@given(PARTS, PARTS)
def test_two_keys_are_the_same_only_when_every_part_is(one, other):
    assert (one == other) == (joined(one) == joined(other))


def test_a_text_that_nobody_joined_has_parts_too():
    assert ("a", "") == parted("a|")
    assert ("a\\",) == parted("a\\")


@pytest.mark.parametrize(
    ("keys", "paths", "unsteady"),
    [
        (["a@b", "c@d", "7"], ["number"], True),
        (["a@b", "7"], ["number"], False),
        (["@"], [], True),
        ([], [], False),
        ([], ["number"], False),
        (["7"], ["email"], True),
        (["7"], ["properties.E_Mail"], True),
        (["7"], ["contact.mails[0].e-mail[1]"], True),
        (["7"], ["number", "contact.mail"], True),
        (["7"], ["email_id"], False),
        (["7"], ["mail.id"], False),
    ],
)
def test_addresses_are_known_by_their_place_or_by_most_of_them(keys, paths, unsteady):
    assert unsteady is looks_unstable(keys, paths)
    assert unsteady is (unstable(keys, paths) is not None)


def test_the_sentence_says_what_was_seen_and_what_it_means():
    meaning = "a customer who changes the address becomes two differences."

    assert f"2 of 3 keys look like e-mail addresses: {meaning}" == unstable(["a@b", "c@d", "7"], ["email"])
    assert f"the key stands at `email`, as an e-mail address: {meaning}" == unstable(["a@b", "7"], ["email"])
