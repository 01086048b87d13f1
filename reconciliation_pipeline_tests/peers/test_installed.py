"""Is a peer that is not here left out with a sentence, and never half an installation taken for a whole one?"""

import pytest

from reconciliation_pipeline_tests.peers.installed import python_of


def test_a_peer_that_is_not_installed_is_skipped_in_a_sentence(tmp_path):
    half = tmp_path / ".peers" / "shop" / "bin"
    half.mkdir(parents=True)
    (half / "python").touch()

    with pytest.raises(pytest.skip.Exception, match=r"^shop is not installed in \.peers/shop: `make peers`"):
        python_of("shop", tmp_path)


def test_an_installed_peer_has_an_interpreter(tmp_path):
    home = tmp_path / ".peers" / "shop"
    home.mkdir(parents=True)
    (home / "installed").touch()

    assert home / "bin" / "python" == python_of("shop", tmp_path)
