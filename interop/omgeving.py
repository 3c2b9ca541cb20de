#!/usr/bin/env python3
"""Zet dev.json om in de omgeving van de voorbeeldclients: eval "$(python3 interop/omgeving.py proef/dev.json)".

LAS_…  voor een LAS dat ophaalt (hier Magister), KERN_…  voor een kernapplicatie die aanlevert.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_VERSIE = "20200910"


def omgeving(dev: Mapping[str, Any]) -> dict[str, str]:
    """Geef de namen en waarden die de clients lezen."""
    magister = dev["parties"]["magister"]
    return {
        "LAS_TRAFFIC_CENTER": f"{dev['trafficCenter']}/trafficcenter/{_VERSIE}",
        "LAS_WSDL": f"{dev['soap']}/oso/{_VERSIE}/bron?wsdl",
        "LAS_CA": dev["ca"],
        "LAS_CERT": magister["cert"],
        "LAS_KEY": magister["key"],
        "LAS_BRON_BRIN": "00YY",
        "LAS_DOEL_BRIN": "00YY",
        "LAS_DOEL_KENMERK": "0000000700000YY00932",
        "KERN_REST": f"{dev['rest']}/v1",
        "KERN_TOKEN": dev["tokens"]["kern"],
    }


if __name__ == "__main__":
    for naam, waarde in omgeving(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).items():
        sys.stdout.write(f"export {naam}={shlex.quote(waarde)}\n")
