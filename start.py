#!/usr/bin/env python3
"""Set up clusteranalysis in a folder of its own and run it: the README's commands.

    python3 start.py brief    the main job: the East Bay briefing, from the embedded sample
    python3 start.py test     everything we check before a commit
    python3 start.py lowest   the tests on the oldest versions that we allow (before a release)

Needs Python 3.11 or newer and, the first time, a package registry; nothing else. All packages go
into ``.venv`` here (or ``.venv-lowest``), at the versions and hashes of ``requirements/``. Further
words are passed on: ``python3 start.py brief --region bay-area --out bay``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
#: Where a virtual environment keeps its Python.
INSIDE = Path("Scripts/python.exe" if os.name == "nt" else "bin/python")
#: Command -> the lock it needs, and the environment that holds it.
COMMANDS = {
    "brief": ("run", ROOT / ".venv"),
    "test": ("dev", ROOT / ".venv"),
    "lowest": ("lowest", ROOT / ".venv-lowest"),
}


def main() -> int:
    """Set up what the command needs, then run it."""
    words = sys.argv[1:]
    if not words or words[0] not in COMMANDS:
        print(__doc__)
        return 0 if words in (["-h"], ["--help"]) else 2
    if sys.version_info < (3, 11):  # noqa: UP036 (this file has to say so on an older Python)
        print(f"error: this is Python {sys.version.split()[0]}: run me with 3.11 or newer")
        return 2
    command, rest = words[0], words[1:]
    python = install(*COMMANDS[command])
    if command == "brief":
        return call(python, "-m", "clusteranalysis", "brief", *rest, check=False)
    if command == "lowest":
        # The pages are built by newer tools, which only `test` has.
        skipped = "--ignore=tests/test_docs.py"
        return call(python, "-m", "pytest", "-n", "auto", skipped, *rest, cwd=ROOT, check=False)
    checks = [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("pytest", "-n", "auto", *rest),
    ]
    codes = [call(python, "-m", *check, cwd=ROOT, check=False) for check in checks]
    codes.append(check_wheel(python))
    return next((code for code in codes if code), 0)


def check_wheel(python: str) -> int:
    """Run the main job as a stranger would: from the wheel, elsewhere, without this checkout."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build = (python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
        call(*build, "--wheel-dir", str(folder), str(ROOT))
        wheel = next(folder.glob("*.whl"))
        venv.create(folder / "venv", with_pip=True)
        fresh = str(folder / "venv" / INSIDE)
        pip = (fresh, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        call(*pip, "--require-hashes", "--requirement", str(ROOT / "requirements" / "run.txt"))
        call(*pip, "--no-deps", str(wheel))
        away = folder / "elsewhere"
        away.mkdir()
        return call(fresh, "-m", "clusteranalysis", "brief", cwd=away, check=False)


def install(name: str, folder: Path) -> str:
    """Install the locked packages and this checkout, unless done already; give the Python."""
    lock, python = ROOT / "requirements" / f"{name}.txt", folder / INSIDE
    state = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = folder / f"installed-{name}"
    if python.exists() and stamp.exists() and stamp.read_text() == state:
        return str(python)
    print(f"Installing into {folder.name} (a few minutes the first time)", flush=True)
    if not python.exists():
        require_ensurepip()
        venv.create(folder, with_pip=True, clear=True)
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    call(*pip, "--require-hashes", "--requirement", str(lock))
    # The build backend is among the locked packages, so nothing unpinned is fetched to build.
    call(*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    stamp.write_text(state)
    return str(python)


def require_ensurepip() -> None:
    """Debian splits pip off its Python; bring it in with Debian's own package manager."""
    if importlib.util.find_spec("ensurepip") is not None:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    apt = [] if os.geteuid() == 0 else ["sudo"]
    if shutil.which("apt-get") is None or (apt and shutil.which("sudo") is None):
        sys.exit(f"error: this Python has no ensurepip: install {package} (or python3-venv)")
    print(f"This Python has no pip of its own: installing Debian's {package}", flush=True)
    call(*apt, "apt-get", "update", "-qq")
    call(*apt, "apt-get", "install", "-y", "-qq", package)


def call(*words: str, cwd: Path | None = None, check: bool = True) -> int:
    """Run a command in plain sight; a failing set-up step stops here."""
    code = subprocess.run(words, cwd=cwd, check=False).returncode
    if check and code:
        sys.exit(f"error: this step failed with code {code}: {' '.join(words)}")
    return code


if __name__ == "__main__":
    sys.exit(main())
