"""What every store must do with tokens and kept answers, run on the fake, SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace

from gateway.domain.toegang import BewaardAntwoord, Token
from gateway.domain.waarden import Rol
from gateway.ports import Opslag
from tests.hulp.opslagen import DAAR, HIER, NU, na


def _token(naam: str = "t1") -> Token:
    return Token(naam, f"hash-{naam}", Rol.KERN, "Naam", NU)


def test_tokens_worden_gevonden_en_vervangen(opslag: Opslag) -> None:
    ruim = replace(
        _token("t2"),
        rol=Rol.LOCATIEBEHEERDER,
        aangemaakt=na(-1),
        verloopt=na(9),
        brins=frozenset({HIER.brin, DAAR.brin}),
        vestigingen=frozenset({HIER, DAAR}),
        bestuur="Bestuur",
    )
    ingetrokken = replace(_token(), ingetrokken=na(3))
    with opslag.werk() as werk:
        for token in (_token(), ruim, ingetrokken):
            werk.toegang.bewaar_token(token)
    with opslag.lezen() as werk:
        assert werk.toegang.tokens() == [ruim, ingetrokken]
        assert werk.toegang.token("t2") == ruim
        assert werk.toegang.token_bij_hash("hash-t1") == ingetrokken
        for vreemd in ("", "hash-x", "\x00", "\ud800"):
            assert werk.toegang.token(vreemd) is None
            assert werk.toegang.token_bij_hash(vreemd) is None


def test_een_antwoord_wordt_bewaard_per_token_route_en_sleutel(opslag: Opslag) -> None:
    antwoord = BewaardAntwoord("t1", "POST /x", "s|1", "afdruk", NU, 202, b"\x00\xff{}", {"Location": "/v1/x"})
    nieuwer = replace(antwoord, moment=na(9), inhoud=b"", koppen={})
    with opslag.werk() as werk:
        werk.toegang.bewaar_antwoord(antwoord)
        assert werk.toegang.bewaard_antwoord("t1", "POST /x", "s|1", NU) == antwoord
        assert werk.toegang.bewaard_antwoord("t1", "POST /x", "s|1", na(0.001)) is None
        for ander in (("t2", "POST /x", "s|1"), ("t1", "POST /y", "s|1"), ("t1", "POST /x", "\x00")):
            assert werk.toegang.bewaard_antwoord(*ander, NU) is None
        werk.toegang.bewaar_antwoord(nieuwer)
        assert werk.toegang.bewaard_antwoord("t1", "POST /x", "s|1", NU) == nieuwer
        assert werk.toegang.verwijder_antwoorden_voor(na(9)) == 0
        assert werk.toegang.verwijder_antwoorden_voor(na(10)) == 1
        assert werk.toegang.bewaard_antwoord("t1", "POST /x", "s|1", NU) is None
