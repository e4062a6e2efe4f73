"""The bill of materials lists what the lock installs, no more and no less."""

import json
import re
import runpy
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[1] / "requirements"


def test_it_is_the_lock():
    content = json.loads((REQUIREMENTS / "sbom.cdx.json").read_text(encoding="utf-8"))
    listed = {(one["name"], one["version"]) for one in content["components"]}
    lock = (REQUIREMENTS / "run.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([A-Za-z0-9._-]+)==([^ \n]+)", lock, re.M))
    assert listed == locked
    assert len(locked) > 50
    for one in content["components"]:
        hashes = [entry["value"] for entry in one["properties"]]
        assert hashes
        assert all(f"--hash=sha256:{value}" in lock for value in hashes)


def test_it_is_what_the_script_writes():
    script = runpy.run_path(str(REQUIREMENTS / "sbom.py"))
    written = (REQUIREMENTS / "sbom.cdx.json").read_text(encoding="utf-8")
    assert written == script["document"](), "run python requirements/sbom.py"
