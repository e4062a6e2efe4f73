"""What does one working group take into the room?

An agenda of three sessions, a profile of two pages, questions that only local owners can answer,
a worksheet for the vision (which the group writes, never this library) and charter forms.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from clusteranalysis.briefing.content import Briefing
from clusteranalysis.briefing.documents import pdf, require_pdf
from clusteranalysis.briefing.facts import Sentence
from clusteranalysis.briefing.figures import FigureSpec, cluster_figures
from clusteranalysis.briefing.page import page, records
from clusteranalysis.briefing.pictures import Picture, picture
from clusteranalysis.briefing.profiles import profile
from clusteranalysis.briefing.provenance import Ledger
from clusteranalysis.briefing.questions import Question, questions
from clusteranalysis.briefing.sessions import (
    ASKING,
    CHARTER_FIELDS,
    CRITERIA,
    FIRST_PAGE,
    SESSIONS,
    STEPS,
    VISION,
)
from clusteranalysis.briefing.wording import pandemic, percent
from clusteranalysis.files import require_new, write_bytes

__all__ = ["Pack", "PackFormat", "make_pack", "pack_files", "write_pack"]

PackFormat = Literal["html", "pdf", "docx"]
_FORMS = 3


@dataclass(frozen=True)
class Pack:
    """Everything the pages of one working group hold.

    Attributes
    ----------
    briefing : Briefing
        Where its numbers are from.
    cluster : dict
        The cluster's row of ``ClusterSet.table``.
    description : str
        What its definition says it is.
    sentences : tuple of Sentence
        What may be said of it.
    industries : list of dict
        Its five largest industries.
    quality : dict
        How much of it is published.
    questions : tuple of Question
        For its owners.
    figures : tuple of FigureSpec
        Four, or fewer where the numbers are withheld.
    """

    briefing: Briefing
    cluster: dict[str, Any]
    description: str
    sentences: tuple[Sentence, ...]
    industries: list[dict[str, Any]]
    quality: dict[str, Any]
    questions: tuple[Question, ...]
    figures: tuple[FigureSpec, ...]

    @property
    def lead(self) -> str:
        """What the pack is, under its title."""
        return (
            f"{self.briefing.region.name}. Figures of {self.briefing.clusters.end} from public "
            "county business data. The tool brings numbers and questions; answers, vision and "
            "initiatives are the group's."
        )

    @property
    def choice(self) -> str:
        """What the cluster is and whether the briefing's rules choose it."""
        reason = self.cluster["reason"]
        if self.cluster["selected"]:
            return f"{self.description} The briefing's rules choose it: {reason}."
        return (
            f"{self.description} The briefing's rules do not choose it: {reason}. A working group "
            "may know better why it matters."
        )

    @property
    def known(self) -> str:
        """How much of its jobs is published, and what the figures leave out."""
        year = self.briefing.clusters.end
        published, deduced, withheld = (
            percent(self.quality[share], 0)
            for share in ("published_share", "deduced_share", "open_share")
        )
        caveat = f", and {year} is a pandemic year" if pandemic(year) else ""
        return (
            f"Of the most jobs the cluster may have, {published} are in published cells, {deduced} "
            f"are deduced from published totals, {withheld} are withheld, which is not zero. A “+” "
            "marks a floor. Left out altogether: the self-employed, government, farms, railroads. "
            "An establishment is a place of work, not a firm; the Census moves most cells a little "
            f"to protect employers; the figures are of mid-March{caveat}."
        )


def make_pack(briefing: Briefing, cluster: str) -> Pack:
    """Gather what one working group needs; the cluster need not be a chosen one.

    Raises
    ------
    DefinitionError
        The definition has no such cluster; the message lists those it has.
    """
    found = briefing.clusters
    defined = found.definition.cluster(cluster)
    table, quality, own = found.table, briefing.quality, briefing.industries
    return Pack(
        briefing=briefing,
        cluster=records(table[table["industry"] == cluster])[0],
        description=defined.description,
        sentences=profile(Ledger(briefing), cluster),
        industries=records(own[own["cluster"] == cluster]),
        quality=records(quality[quality["industry"] == cluster])[0],
        questions=questions(briefing, cluster),
        figures=tuple(cluster_figures(briefing, cluster)),
    )


def pack_files(cluster: str, formats: Iterable[PackFormat]) -> list[str]:
    """Names of the files that :func:`write_pack` writes."""
    return [f"pack-{cluster}.{one}" for one in formats]


def write_pack(
    briefing: Briefing,
    cluster: str,
    out: str | os.PathLike[str],
    *,
    formats: Iterable[PackFormat] = ("html", "pdf", "docx"),
    force: bool = False,
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Write the sheets that a cluster's working group takes into its three sessions.

    Parameters
    ----------
    briefing : Briefing
        From :func:`brief`.
    cluster : str
        Id of a cluster of its definition, chosen or not.
    out : path
        Folder to write to; made where missing. ``pack-CLUSTER.html``, ``.pdf`` and ``.docx``.
    formats : iterable of {"html", "pdf", "docx"}
        Which to write.
    force : bool
        Replace files that are there.
    progress : callable, optional
        Called with a line of text before each step.

    Returns
    -------
    list of Path
        The files, whole; the same briefing gives the same bytes.

    Raises
    ------
    DefinitionError
        The definition has no such cluster; the message lists those it has.
    OutputError
        A file is there already, the folder cannot be written to, or a PDF cannot be made here.

    Examples
    --------
    >>> import tempfile
    >>> import clusteranalysis as ca
    >>> briefing = ca.brief(ca.sample("east-bay"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in ca.write_pack(briefing, "biomedical", folder, formats=["docx"])]
    ['pack-biomedical.docx']
    """
    out, wanted = Path(out), tuple(formats)
    pack = make_pack(briefing, cluster)
    if "pdf" in wanted:
        require_pdf()
    targets = [out / name for name in pack_files(cluster, wanted)]
    require_new(targets, force=force)
    say = progress or (lambda line: None)
    pictures = []
    for spec in pack.figures:
        say(f"Drawing {spec.key}")
        pictures.append(picture(spec, spec.figure("phone")))
    written = []
    for one, target in zip(wanted, targets, strict=True):
        say(f"Writing {target.name}")
        if one == "docx":
            from clusteranalysis.briefing.pack_docx import document

            content = document(pack, pictures, forms=_FORMS)
        else:
            html = _page(pack, pictures, printed=one == "pdf")
            content = pdf(html) if one == "pdf" else html.encode()
        written.append(write_bytes(target, content))
    return written


def _page(pack: Pack, pictures: list[Picture], *, printed: bool) -> str:
    return page(
        __package__,
        "pack.html.j2",
        pack=pack,
        found=pack.briefing.clusters,
        pages=[
            [one for one in pictures if (one.key in FIRST_PAGE) == first] for first in (True, False)
        ],
        printed=printed,
        drawn={one.key: one.title for one in pictures},
        sessions=SESSIONS,
        vision=VISION,
        asking=ASKING,
        fields=CHARTER_FIELDS,
        steps=STEPS,
        criteria=CRITERIA,
        forms=_FORMS,
    )
