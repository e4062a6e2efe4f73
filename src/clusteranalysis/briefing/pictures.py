"""How does a figure come into a page: drawn once, carried in the page itself?"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from matplotlib.figure import Figure

from clusteranalysis import plot
from clusteranalysis.briefing.figures import FigureSpec

__all__ = ["Picture", "picture"]


@dataclass(frozen=True)
class Picture:
    """A drawn figure: what it says, and its bytes for a screen and for print."""

    key: str
    title: str
    alt: str
    note: str
    svg: bytes
    png: bytes

    def address(self, *, printed: bool) -> str:
        """The ``data:`` address that holds the picture.

        In print it is the PNG: drawing the outlines of every letter again would take the writer of
        PDFs half a minute.
        """
        kind, content = ("png", self.png) if printed else ("svg+xml", self.svg)
        return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def picture(spec: FigureSpec, figure: Figure) -> Picture:
    """Encode a drawn figure in both formats."""
    svg, png = plot.encode(figure, "svg"), plot.encode(figure, "png")
    return Picture(spec.key, spec.title, spec.alt, spec.note, svg, png)
