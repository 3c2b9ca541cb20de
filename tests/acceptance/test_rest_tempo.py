"""`OSO_REST_PER_MINUUT` in a real process: one token is held back, another is not."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.hulp.ontwikkelwereld import ontwikkelwereld


def test_een_token_mag_niet_vaker_dan_is_ingesteld(tmp_path: Path) -> None:
    omgeving = {"OSO_REST_PER_MINUUT": "1"}
    with ontwikkelwereld(tmp_path, omgeving=omgeving, opties=["--zonder-las"], registreer=[]) as wereld:
        tokens = wereld.dev["tokens"]

        def vraag(token: str) -> httpx.Response:
            kop = {"Authorization": f"Bearer {token}"}
            return httpx.get(f"{wereld.dev['rest']}/v1/scholen", headers=kop, trust_env=False, timeout=30)

        # One call comes back in a minute: a machine that takes that long for each of these has no answer at all.
        eerste, *verder = (vraag(tokens["beheer"]) for _ in range(5))
        assert eerste.status_code == 200
        geweigerd = [een for een in verder if een.status_code == 429]
        assert geweigerd
        assert all(int(een.headers["retry-after"]) >= 1 for een in geweigerd)
        assert vraag(tokens["contactpersoon"]).status_code == 200
