"""What has a cluster's working group promised, who carries it, and how will it be judged?

A charter is a TOML file, one for each group, written by its members and kept in git. The models
here say what it may hold; :mod:`clusteranalysis.process.charter_file` reads the file and names
every fault with its line.

The key ``schema`` says after which contract a file was written. Only 1 exists. A later contract
will add a step that brings the parsed content of an older file into the newer shape before it is
validated, so that old files stay valid and are never rewritten.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from clusteranalysis.process.charter_rules import faults_of

__all__ = [
    "SLUG",
    "Amendment",
    "Attestation",
    "Attested",
    "Charter",
    "CharterStatus",
    "Criterion",
    "Initiative",
    "Measured",
    "Member",
    "Outcome",
    "Period",
    "Person",
    "Source",
    "Step",
    "StepStatus",
    "TrackedMeasure",
]

CharterStatus = Literal["draft", "adopted"]
Outcome = Literal["regulatory", "workforce", "infrastructure", "branding", "other"]
StepStatus = Literal["planned", "under way", "done", "dropped"]
TrackedMeasure = Literal[
    "employment", "establishments", "average_pay", "location_quotient", "job_share"
]
Source = Literal["cbp", "qcew"]
Period = Literal["mid-march", "annual", "Q1", "Q2", "Q3", "Q4"]

#: Ids of clusters, initiatives and criteria: they stand in file names, tables and links.
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_QUARTER = re.compile(r"(\d{4})Q([1-4])", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1975, 2100


def _text(value: Any, *, lines: bool, filled: bool) -> Any:
    """Refuse what a page, a table or an XML document could not show."""
    if not isinstance(value, str):
        return value  # pydantic says what is wrong with the type
    allowed = "\n\t" if lines else ""
    for letter in value:
        if letter not in allowed and (letter < " " or "\x7f" <= letter < "\xa0"):
            raise PydanticCustomError(
                "charter_text", "holds the control character {letter}", {"letter": repr(letter)}
            )
        if letter in "\ufffe\uffff" or "\ud800" <= letter <= "\udfff":
            raise PydanticCustomError(
                "charter_text", "holds {letter}, which is no character", {"letter": repr(letter)}
            )
    if filled and not value.strip():
        raise PydanticCustomError("charter_empty", "is empty")
    return value.strip()


def _line(value: Any) -> Any:
    return _text(value, lines=False, filled=False)


def _filled_line(value: Any) -> Any:
    return _text(value, lines=False, filled=True)


def _paragraphs(value: Any) -> Any:
    return _text(value, lines=True, filled=False)


def _filled_paragraphs(value: Any) -> Any:
    return _text(value, lines=True, filled=True)


def _slug(value: Any) -> Any:
    if isinstance(value, str) and not SLUG.fullmatch(value):
        raise PydanticCustomError(
            "charter_slug", "is not lower-case letters and digits joined by hyphens"
        )
    return value


def _moment(value: Any) -> Any:
    """A year, or a quarter such as ``2007Q2``."""
    if type(value) is int:
        year = value
    elif isinstance(value, str) and (found := _QUARTER.fullmatch(value)):
        year = int(found[1])
    else:
        raise PydanticCustomError("charter_moment", "is neither a year nor a quarter")
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise PydanticCustomError(
            "charter_moment",
            "lies outside {first}-{last}",
            {"first": _FIRST_YEAR, "last": _LAST_YEAR},
        )
    return value


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("charter_number", "is no finite number")
    return value


Line = Annotated[str, BeforeValidator(_line)]
FilledLine = Annotated[str, BeforeValidator(_filled_line)]
Paragraphs = Annotated[str, BeforeValidator(_paragraphs)]
FilledParagraphs = Annotated[str, BeforeValidator(_filled_paragraphs)]
Slug = Annotated[str, BeforeValidator(_slug)]
Moment = Annotated[int | str, BeforeValidator(_moment)]
Number = Annotated[float, BeforeValidator(_finite)]
Share = Annotated[float, BeforeValidator(_finite), Field(ge=0, le=1)]
#: TOML gives lists; kept as tuples, so that a charter cannot be changed after it was checked.
Lines = Annotated[tuple[FilledLine, ...], Field(strict=False)]
Slugs = Annotated[tuple[Slug, ...], Field(strict=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Person(_Part):
    """Somebody who answers for something: ``name`` and ``organisation``."""

    name: FilledLine
    organisation: FilledLine


class Member(Person):
    """One of the group: ``name``, ``organisation`` and, where it matters, ``role``."""

    role: Line = ""


class Step(_Part):
    """One piece of work: ``action``, ``owner``, ``start``, ``due``, ``status``, ``done``."""

    action: FilledLine
    owner: FilledLine
    start: date
    due: date
    status: StepStatus
    done: date | None = None


class Attestation(_Part):
    """Who (``by``) saw the evidence, when (``on``), whether it was ``met``, and ``where`` it is."""

    by: FilledLine
    on: date
    met: bool
    where: FilledLine


class Measured(_Part):
    """A promise that public data will judge.

    ``target`` is the change from ``base`` to ``by``, less the comparator's: percentage points of
    growth for employment, establishments and average_pay; the measure's own units for
    location_quotient; percentage points for job_share. Above ``max_withheld`` (share of the jobs
    that the agency withholds, 0 to 1) the verdict is "cannot tell". ``base`` and ``by`` are years,
    or quarters such as ``2007Q2`` where ``period`` is a quarter.
    """

    kind: Literal["measured"]
    id: Slug
    statement: FilledLine
    measure: TrackedMeasure
    source: Source
    period: Period
    base: Moment
    by: Moment
    target: Number
    comparator: FilledLine
    max_withheld: Share

    @property
    def base_year(self) -> int:
        """Year that the change is counted from."""
        return int(str(self.base)[:4])

    @property
    def by_year(self) -> int:
        """Year by which the promise is due."""
        return int(str(self.by)[:4])

    @property
    def quarter(self) -> int | None:
        """Quarter (1 to 4) that is compared, or None where a whole year or mid-March is."""
        return int(self.period[1]) if self.period.startswith("Q") else None


class Attested(_Part):
    """A promise that a document will show; ``attested`` once somebody has seen the ``evidence``.

    ``due`` is the day by which the document should be there, where the group set one.
    """

    kind: Literal["attested"]
    id: Slug
    statement: FilledLine
    evidence: FilledLine
    due: date | None = None
    attested: Attestation | None = None


Criterion = Annotated[Measured | Attested, Field(discriminator="kind")]


class Amendment(_Part):
    """A change after adoption: ``on``, ``by``, ``what``, and ``was``, the text it replaced."""

    on: date
    by: FilledLine
    what: FilledLine
    was: FilledParagraphs


class Initiative(_Part):
    """One thing the group set out to do, who carries it, its steps and how it is judged.

    The same ``id`` in the charter of another cluster of the region is the same initiative, shared;
    ``shared_with`` names those clusters.
    """

    id: Slug
    title: FilledLine
    description: Paragraphs = ""
    outcome: Outcome
    shared_with: Slugs = ()
    public_partners: Lines = ()
    private_partners: Lines = ()
    champion: Person | None = None
    home: Line = ""
    steps: Annotated[tuple[Step, ...], Field(strict=False)] = ()
    criteria: Annotated[tuple[Criterion, ...], Field(strict=False)] = ()
    amended: Annotated[tuple[Amendment, ...], Field(strict=False)] = ()

    @property
    def due(self) -> date | None:
        """Last due date of the steps that are not dropped; None where there is none."""
        return max((step.due for step in self.steps if step.status != "dropped"), default=None)


class Charter(_Part):
    """A working group's charter: what it wants, what it set out to do, and how that is judged.

    Attributes
    ----------
    schema_version : int
        The key ``schema`` of the file; 1.
    region, definition, cluster : str
        What ``find_region`` and ``read_definition`` take, and a cluster's id in the definition.
        Paths in a file count from the file; here they count from the working folder.
    definition_digest : str or None
        ``ClusterDefinition.digest`` when the charter was adopted; another digest means that the
        cluster is no longer the one that was promised for.
    title, vision : str
        The vision is the group's own text, empty while it is a draft without one.
    status : {"draft", "adopted"}
        An adopted charter is complete: vision, date, members, and for each initiative champion,
        home, steps and criteria.
    adopted : date or None
        None while a draft.
    members : tuple of Member
    initiatives : tuple of Initiative

    Raises
    ------
    pydantic.ValidationError
        Something is missing, of the wrong type or at odds with something else. Read files with
        :func:`read_charter`, which says so in plain words, with lines.

    Examples
    --------
    >>> from clusteranalysis.process import Charter
    >>> charter = Charter(schema=1, region="east-bay", definition="east-bay-2017",
    ...                   cluster="biomedical", title="Biomedical", status="draft")
    >>> charter.vision, charter.adopted, charter.initiatives
    ('', None, ())
    """

    schema_version: Literal[1] = Field(alias="schema")
    region: FilledLine
    definition: FilledLine
    cluster: Slug
    definition_digest: Annotated[str, Field(pattern="^[0-9a-f]{12}$")] | None = None
    title: FilledLine
    vision: Paragraphs = ""
    status: CharterStatus
    adopted: date | None = None
    members: Annotated[tuple[Member, ...], Field(strict=False)] = ()
    initiatives: Annotated[tuple[Initiative, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _agree(self) -> Charter:
        """Check what several fields say together."""
        found = faults_of(self.model_dump(by_alias=True))
        if found:
            raise PydanticCustomError(
                "charter_rules",
                "{listed}",
                {"listed": "; ".join(f"{fault.message}: {fault.mend}" for fault in found)},
            )
        return self
