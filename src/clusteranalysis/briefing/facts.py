"""What is each number of a sentence, and where does it come from?

A sentence is words and :class:`Fact` in turn. A fact keeps its value unrounded beside the text
that stands in the sentence, how it is known, by which formula and from which cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Literal, TypeAlias

from clusteranalysis.errors import SchemaError

__all__ = ["Fact", "Filler", "Sentence", "Status", "by_cells", "collect", "join", "tell"]

#: ``reported``: published cells alone; ``deduced``: also what published totals leave for a cell;
#: ``imputed``: an estimate is among its cells; ``chosen``: a threshold of the rules, no measure.
Status = Literal["reported", "deduced", "imputed", "chosen"]


@dataclass(frozen=True)
class Fact:
    """One number of a briefing with its provenance.

    Attributes
    ----------
    id : str
        Its name in the briefing, such as ``"biomedical.location_quotient"``.
    value : float
        Unrounded; never NaN: what is withheld is worded, not quoted.
    text : str
        How it stands in the sentence, such as ``"2.24"``.
    unit : str
        Such as ``"jobs"`` or ``"ratio, 1 = US average"``.
    status : {"reported", "deduced", "imputed", "chosen"}
        On what kind of cells it rests.
    formula : str
        How it is computed, in words and symbols.
    source : str
        Product, years and areas of the cells.
    cells : str
        Their industry codes.
    """

    id: str
    value: float
    text: str
    unit: str
    status: Status
    formula: str
    source: str
    cells: str

    def __post_init__(self) -> None:
        if self.value != self.value:
            raise SchemaError(f"fact {self.id!r} has no value: word it as withheld instead")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Sentence:
    """One or a few sentences whose every number is a :class:`Fact`; ``str()`` gives plain text."""

    parts: tuple[str | Fact, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts it quotes, in order."""
        return tuple(part for part in self.parts if isinstance(part, Fact))


#: What a template's name may stand for.
Filler: TypeAlias = str | Fact | Sentence


def tell(template: str, **given: Filler) -> Sentence:
    """Fill a template's ``{names}`` with words, facts and other sentences.

    Examples
    --------
    >>> jobs = Fact("region.jobs", 1004.0, "1,004", "jobs", "reported", "sum", "CBP 2021",
    ...             "all industries")
    >>> str(tell("{place} has {jobs} jobs.", place="Napa County", jobs=jobs))
    'Napa County has 1,004 jobs.'
    """
    return Sentence(tuple(_merged(_filled(template, given))))


def join(sentences: Iterable[Sentence], between: str = " ") -> Sentence:
    """Put sentences behind each other."""
    parts: list[str | Fact] = []
    for sentence in sentences:
        parts += [between, *sentence.parts] if parts else sentence.parts
    return Sentence(tuple(_merged(parts)))


def collect(sentences: Iterable[Sentence]) -> dict[str, Fact]:
    """Gather the facts of sentences by name, in reading order.

    Raises
    ------
    SchemaError
        Two facts of one name differ.
    """
    found: dict[str, Fact] = {}
    for sentence in sentences:
        for fact in sentence.facts:
            if found.setdefault(fact.id, fact) != fact:
                raise SchemaError(f"two facts are called {fact.id!r} and differ: name them apart")
    return found


def by_cells(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    """Put the facts of the same cells together, each group where its first fact stands."""
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(fact.cells, []).append(fact)
    return groups


def _filled(template: str, given: dict[str, Filler]) -> Iterator[str | Fact]:
    for words, name, _, _ in Formatter().parse(template):
        yield words
        if name is not None:
            filler = given[name]
            if isinstance(filler, Sentence):
                yield from filler.parts
            else:
                yield filler


def _merged(parts: Iterable[str | Fact]) -> Iterator[str | Fact]:
    """Join neighbouring words and drop empty ones."""
    words = ""
    for part in parts:
        if isinstance(part, Fact):
            if words:
                yield words
            words = ""
            yield part
        else:
            words += part
    if words:
        yield words
