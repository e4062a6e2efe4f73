"""Rooms import only downwards, the top is light to import, and no module grows too long."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import clusteranalysis

ROOT = Path(clusteranalysis.__file__).parent
PACKAGE = "clusteranalysis"
#: Ground floor: every room but the kernels may import these.
GROUND = {"schema", "errors", "resources", "files", "archives"}
#: Room -> the rooms it may import besides itself and the ground floor.
BELOW = {
    "schema": {"errors"},
    "errors": set(),
    "resources": {"errors"},
    "files": {"errors"},
    "archives": {"errors"},
    "kernels": set(),
    "measures": {"kernels", "industries"},
    "industries": set(),
    "regions": set(),
    "data": {"industries", "regions", "kernels"},
    "clusters": {"measures", "industries", "regions", "kernels"},
    "plot": set(),
    "briefing": {"clusters", "plot", "measures", "industries", "regions"},
    "process": {"briefing", "clusters", "plot", "measures", "industries", "regions"},
}
BELOW["cli"] = set(BELOW)
BELOW["__main__"] = {"cli"}  # python -m clusteranalysis
CLOSED = GROUND | {"kernels"}  # rooms that may not import the ground floor at large
MODULES = sorted(ROOT.rglob("*.py"))


def room_of(path):
    """The room of a module: the first part of its path under the package."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_names(source, package):
    """Every dotted name a module imports, relative ones resolved, wherever the import stands."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                parts = parts[: len(parts) - node.level + 1]
                base = ".".join([*parts, *([node.module] if node.module else [])])
            if base == PACKAGE:
                names |= {f"{base}.{alias.name}" for alias in node.names}
            else:
                names.add(base)
    return names


def taken_from_the_top(source):
    """What a module that imports the package itself takes from it: ``ca.hoover`` -> hoover."""
    tree = ast.parse(source)
    aliases = {
        alias.asname or PACKAGE
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == PACKAGE
    }
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in aliases
    }


def imported_rooms(source, package):
    """The rooms of this package that a module imports, and public names it takes from the top."""
    inside = {name for name in imported_names(source, package) if name.startswith(f"{PACKAGE}.")}
    rooms = {name.split(".")[1] for name in inside} | taken_from_the_top(source)
    return rooms - {"__version__"}


@pytest.mark.parametrize(
    ("source", "rooms"),
    [
        ("import clusteranalysis.plot.style", {"plot"}),
        ("from clusteranalysis import schema, errors", {"schema", "errors"}),
        ("from clusteranalysis.measures.growth import shift_share", {"measures"}),
        ("def f():\n    from clusteranalysis.cli import main", {"cli"}),
        ("from ..plot import figure", {"plot"}),
        ("from .. import plot", {"plot"}),
        ("from . import neighbour", {"measures"}),
        ("if True:\n    import clusteranalysis as ca\nca.hoover(1)", {"hoover"}),
        ("import clusteranalysis\nclusteranalysis.__version__", set()),
        ("import numpy; from pandas import DataFrame", set()),
        ("from clusteranalysis import __version__", set()),
    ],
)
def test_the_reader_of_imports_sees_them(source, rooms):
    assert imported_rooms(source, f"{PACKAGE}.measures") == rooms


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_import_only_downwards(path):
    room = room_of(path)
    if room == "__init__":
        return
    assert room in BELOW, f"{room} is a new room: say in BELOW what it may import"
    package = ".".join([PACKAGE, *path.relative_to(ROOT).parts[:-1]])
    allowed = BELOW[room] | {room} | (set() if room in CLOSED else GROUND)
    if room == "cli":
        allowed |= set(clusteranalysis.__all__)
    above = imported_rooms(path.read_text(encoding="utf-8"), package) - allowed
    assert not above, f"{path.relative_to(ROOT)} imports {sorted(above)} from above"


def test_nobody_imports_the_command_line():
    for path in MODULES:
        if room_of(path) in ("cli", "__main__"):
            continue
        package = ".".join([PACKAGE, *path.relative_to(ROOT).parts[:-1]])
        assert "cli" not in imported_rooms(path.read_text(encoding="utf-8"), package)


def test_kernels_import_numpy_and_scipy_alone():
    """And numba, where it was measured to pay: inside a function, so that others need it not."""
    for path in (ROOT / "kernels").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        allowed = {"numpy", "scipy", PACKAGE, *sys.stdlib_module_names}
        for name in imported_names(source, f"{PACKAGE}.kernels"):
            assert name.split(".")[0] in allowed | {"numba"}, (path.name, name)
        at_once = ast.unparse(ast.Module(ast.parse(source).body, []))
        lines = [line for line in at_once.splitlines() if line.startswith(("import", "from"))]
        assert not [line for line in lines if "numba" in line], path.name


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import clusteranalysis, sys; "
        "print([m for m in ('pandas', 'geopandas', 'matplotlib', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_measures_load_neither_maps_nor_figures():
    code = (
        "import sys; from clusteranalysis import location_quotient; "
        "print([m for m in ('geopandas', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    for name in clusteranalysis.__all__:
        assert getattr(clusteranalysis, name) is not None


def test_an_unknown_public_name_says_so():
    with pytest.raises(AttributeError, match="no_such_measure"):
        _ = clusteranalysis.no_such_measure


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_is_longer_than_600_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 600
