"""REST tokens: form, hash, comparison."""

import pytest

from gateway.trust.tokens import VOORVOEGSEL, hash_van, is_token, klopt, maak_token


def test_een_token_is_lang_willekeurig_en_herkenbaar() -> None:
    tokens = {maak_token().tekst for _ in range(100)}
    assert len(tokens) == 100
    assert all(tekst.startswith(VOORVOEGSEL) and is_token(tekst) for tekst in tokens)


def test_alleen_het_eigen_token_klopt() -> None:
    token, ander = maak_token(), maak_token()
    assert klopt(token.tekst, token.hash)
    assert not klopt(ander.tekst, token.hash)
    assert token.hash == hash_van(token.tekst)


def test_het_token_staat_niet_in_zijn_weergave() -> None:
    token = maak_token()
    assert token.tekst not in repr(token)


@pytest.mark.parametrize("tekst", ["", "Bearer x", "osogw_kort", "osogw_" + "a" * 44, "osogw_" + "é" * 43])
def test_wat_geen_token_is_klopt_nooit(tekst: str) -> None:
    assert not is_token(tekst)
    assert not klopt(tekst, hash_van(tekst))
