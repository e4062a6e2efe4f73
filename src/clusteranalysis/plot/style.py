"""What do our figures look like, how large are they, and how are they saved?

Every colour comes from the Okabe-Ito palette, which readers with any common colour blindness can
tell apart; no figure relies on it alone. Nothing here touches the global ``rcParams``: the look
is set in :func:`context` while a figure is drawn or saved.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_args

import matplotlib as mpl
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from clusteranalysis.files import write_bytes
from clusteranalysis.schema import check_option

__all__ = [
    "BLACK",
    "BLUE",
    "GREEN",
    "GRID",
    "MUTED",
    "ORANGE",
    "PALE",
    "PURPLE",
    "SKY",
    "TEXT",
    "TRADABILITY",
    "VERMILION",
    "Width",
    "context",
    "encode",
    "figure",
    "ink",
    "save",
]

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
#: Ink of labels, of footers and of grid lines: contrast with white is 15:1, 5.7:1 and decorative.
TEXT = "#222222"
MUTED = "#666666"
GRID = "#E3E3E3"
#: Pale fill of bars that mean "anywhere in here".
PALE = "#BCD0E2"
#: Colour and marker of a cluster by tradability: the shape says it again for those who see no hue.
TRADABILITY: dict[str, tuple[str, str]] = {
    "traded": (BLUE, "o"),
    "local": (VERMILION, "s"),
    "mixed": (GREEN, "D"),
}

#: White and black text have the same contrast on a colour of this luminance.
_DARK = 0.179

Width = Literal["page", "slide", "phone"]
_SIZES: dict[str, tuple[float, float]] = {
    "page": (7.2, 4.8),
    "slide": (12.0, 6.75),
    "phone": (3.6, 4.8),
}
#: PNG resolution. A new figure has it from the start, so that labels are measured as saved.
_DPI = 200
_FONT = "DejaVu Sans"
_RC: dict[str, Any] = {
    "font.family": [_FONT],
    "font.size": 9.0,
    # A name such as "US$ or C$ firms" is text, not mathematics.
    "text.parse_math": False,
    "text.color": TEXT,
    "axes.edgecolor": "#999999",
    "axes.labelcolor": TEXT,
    "xtick.color": "#999999",
    "ytick.color": "#999999",
    "xtick.labelcolor": TEXT,
    "ytick.labelcolor": TEXT,
    "hatch.linewidth": 0.7,
    "svg.hashsalt": "clusteranalysis",
    "svg.fonttype": "path",
}


def ink(color: str) -> str:
    """Say whether black or white text reads better on a colour, by luminance as WCAG defines it.

    Examples
    --------
    >>> ink("#FFF5E0"), ink(BLUE)
    ('black', 'white')
    """
    parts = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return "white" if luminance < _DARK else "black"


@contextmanager
def context() -> Iterator[None]:
    """Set our look for the time of a drawing, whatever style the caller has set.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> before = mpl.rcParams["font.size"]
    >>> with context():
    ...     mpl.rcParams["font.size"]
    9.0
    >>> mpl.rcParams["font.size"] == before
    True
    """
    with mpl.style.context(["default", _RC]):
        try:
            yield
        finally:
            interactive = mpl.is_interactive()
    # A notebook's backend turns this on when pyplot is first imported, perhaps while we draw;
    # restored to "off" with the rest, later figures would not be shown.
    mpl.interactive(interactive)


def figure(width: Width = "page", height: float | None = None) -> tuple[Figure, Axes]:
    """Make an empty figure of a standard width, outside pyplot's registry.

    Parameters
    ----------
    width : {"page", "slide", "phone"}
        7.2, 12 or 3.6 inches.
    height : float, optional
        Inches; 4.8, 6.75 or 4.8 by default. A plot of many rows makes its figure taller where its
        text would otherwise overlap; it never makes it wider.

    Returns
    -------
    tuple of Figure and Axes
        One axes, to be passed as ``ax=`` to a plot.

    Raises
    ------
    SchemaError
        The width is not one of the three.

    Examples
    --------
    >>> fig, ax = figure("phone")
    >>> [float(inches) for inches in fig.get_size_inches()]
    [3.6, 4.8]
    """
    check_option("width", width, Width)
    inches, usual = _SIZES[width]
    with context():
        made = Figure(figsize=(inches, usual if height is None else height), dpi=_DPI)
        return made, made.add_subplot()


def save(figure: Figure, path_without_suffix: str | os.PathLike[str]) -> list[Path]:
    """Write a figure as SVG and as PNG (200 dots an inch), whole or not at all.

    The same figure gives the same bytes: no date, no software version, fixed identifiers. The
    picture is never cropped, so that its text keeps the size it was drawn at.

    Parameters
    ----------
    figure : Figure
        The figure; ``ax.figure`` of what a plot returned.
    path_without_suffix : path
        ``out/ranking`` writes ``out/ranking.svg`` and ``out/ranking.png``.

    Returns
    -------
    list of Path
        The SVG and the PNG.

    Raises
    ------
    OutputError
        The folder cannot be made or written to.

    Examples
    --------
    >>> import tempfile
    >>> fig, ax = figure("page")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in save(fig, f"{folder}/ranking")]
    ['ranking.svg', 'ranking.png']
    """
    base = Path(path_without_suffix)
    return [
        write_bytes(base.with_name(f"{base.name}.{kind}"), encode(figure, kind))
        for kind in ("svg", "png")
    ]


def encode(figure: Figure, kind: Literal["svg", "png"]) -> bytes:
    """Give a figure as the bytes that :func:`save` writes.

    Parameters
    ----------
    figure : Figure
        The figure; ``ax.figure`` of what a plot returned.
    kind : {"svg", "png"}
        The format.

    Returns
    -------
    bytes
        The same for the same figure.

    Examples
    --------
    >>> fig, ax = figure("page")
    >>> encode(fig, "png")[1:4]
    b'PNG'
    """
    facts: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
    }
    buffer = io.BytesIO()
    with context():
        figure.savefig(
            buffer, format=kind, dpi=_DPI, metadata=facts[kind], facecolor="white", bbox_inches=None
        )
    return buffer.getvalue()


assert set(_SIZES) == set(get_args(Width))
