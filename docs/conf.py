"""The documentation: ``sphinx-build -W docs docs/_build``. Every code cell runs at the build."""

import os
import shutil
from pathlib import Path

import clusteranalysis

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parent / "notebooks"

project = "clusteranalysis"
author = "the clusteranalysis founders"
copyright = author
version = release = clusteranalysis.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
]
exclude_patterns = ["_build", "reference/build.py"]
nitpicky = False  # types in docstrings are words for analysts ("path", "DataFrame or 'sum'")
suppress_warnings = ["mystnb.unknown_mime_type"]

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 300
# The tests run the notebooks by themselves (tests/test_notebooks.py), so need not do it again here.
if os.environ.get("CLUSTERANALYSIS_DOCS_WITHOUT_NOTEBOOKS"):
    nb_execution_excludepatterns = ["notebooks/*"]
nb_merge_streams = True

autosummary_generate = True
templates_path = ["_templates"]
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "furo"
html_title = "clusteranalysis"
html_static_path = ["_static"]
html_css_files = ["outputs.css"]
html_show_sourcelink = False
html_copy_source = False
# The figures are drawn for a light page.
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072b2", "color-brand-content": "#0072b2"}
}


def _bring_notebooks(app):
    """Sphinx reads below its own folder only; the notebooks lie beside it."""
    target = Path(app.srcdir) / "notebooks"
    target.mkdir(exist_ok=True)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        shutil.copyfile(path, target / path.name)


def setup(app):
    """Called by Sphinx."""
    app.connect("builder-inited", _bring_notebooks)
