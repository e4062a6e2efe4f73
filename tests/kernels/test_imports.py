"""The kernels need numpy and scipy, nothing else."""

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HEAVY = ("pandas", "geopandas", "matplotlib", "pyarrow")
FOLDER = Path(find_spec("clusteranalysis").origin).parent / "kernels"
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
ALLOWED = {"numpy", "scipy", "pytest", "hypothesis"}


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", MODULES)
def test_importing_a_kernel_does_not_import_pandas(module):
    code = (
        f"import sys; import clusteranalysis.kernels.{module}; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_kernels_work_where_pandas_cannot_be_imported():
    blocks = "; ".join(f"sys.modules[{name!r}] = None" for name in HEAVY)
    code = (
        f"import sys; {blocks}; import numpy as np; "
        "from clusteranalysis.kernels.diversity import herfindahl; "
        "print(herfindahl(np.array([[3.0, 1.0]]))[0])"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "0.625"


def test_every_kernel_module_has_tests_here():
    assert {f"test_{module}" for module in MODULES} <= {
        path.stem for path in Path(__file__).parent.glob("test_*.py")
    }


def test_the_tests_of_the_kernels_import_nothing_heavier():
    for path in Path(__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                fine = top in ALLOWED or top in sys.stdlib_module_names
                ours = name.startswith(("tests.", "clusteranalysis.kernels"))
                assert fine or ours, f"{path.name} imports {name}"
