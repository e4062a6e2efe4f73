"""Write ``sbom.cdx.json``: what an installation holds, by name, version and hash (CycloneDX 1.6).

Taken from the lock alone, without a date or a serial number, so that the same lock gives the same
bytes. ``tests/test_sbom.py`` fails where the two differ::

    python requirements/sbom.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path

HERE = Path(__file__).parent
#: A locked distribution, and the hashes of its files on the lines that follow.
LOCKED = re.compile(
    r"^([A-Za-z0-9._-]+)==(\S+?)(?: ; (.+?))? \\\n((?:\s+--hash=\S+(?: \\)?\n)+)", re.M
)


def components(lock: str) -> list[dict[str, object]]:
    """One entry a locked distribution."""
    found = []
    for name, version, marker, hashes in LOCKED.findall(lock):
        purl = f"pkg:pypi/{name.lower()}@{version}"
        entry: dict[str, object] = {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": version,
            "purl": purl,
            # A distribution has several files; which one is installed depends on the machine.
            "properties": [
                {"name": "locked:sha256", "value": value}
                for value in sorted(re.findall(r"--hash=sha256:(\w+)", hashes))
            ],
        }
        if marker:
            entry["scope"] = "optional"
            entry["description"] = f"Only where {marker}"
        found.append(entry)
    return sorted(found, key=lambda entry: str(entry["bom-ref"]))


def document() -> str:
    """The whole bill of materials."""
    project = (HERE.parent / "src" / "clusteranalysis" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'__version__ = "(.+?)"', project)
    own = {"type": "library", "bom-ref": "clusteranalysis", "name": "clusteranalysis"}
    if version:
        own["version"] = version[1]
    lock = (HERE / "run.txt").read_text(encoding="utf-8")
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": components(lock),
    }
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    (HERE / "sbom.cdx.json").write_text(document(), encoding="utf-8", newline="\n")
