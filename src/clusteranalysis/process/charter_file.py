"""Is this charter in order, and where exactly is it not?"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from clusteranalysis.errors import CharterError
from clusteranalysis.process.charter import Charter
from clusteranalysis.process.charter_context import Places, beside, together
from clusteranalysis.process.charter_history import unrecorded
from clusteranalysis.process.charter_lines import key_lines
from clusteranalysis.process.charter_messages import model_faults, named, shown
from clusteranalysis.process.charter_rules import Fault, Place, faults_of

__all__ = ["CharterProblem", "check_amended", "check_charters", "read_charter", "read_charters"]

Source = str | os.PathLike[str]
#: Far more than any charter; what is larger is another file.
_MOST = 256 * 1024
#: A key of so many parts (a.b.c ...) that the parser would need hours and all memory for it.
_DEEP = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){64}""")


@dataclass(frozen=True)
class CharterProblem:
    """One fault of a charter file.

    Attributes
    ----------
    file : str
        The file as it was named.
    line : int or None
        Line where the key, or the table that lacks it, begins; None for the file as a whole.
    where, message, mend : str
        The place in words, what is wrong with it, and what to do.
    """

    file: str
    line: int | None
    where: str
    message: str
    mend: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.where}: {self.message}: {self.mend}"


@dataclass
class _File:
    """A charter file with all that was found in it."""

    path: Path
    content: dict[str, Any] = field(default_factory=dict)
    lines: dict[Place, int] = field(default_factory=dict)
    charter: Charter | None = None
    #: As keys, so that what two rules find counts once.
    found: dict[CharterProblem, None] = field(default_factory=dict)

    @property
    def problems(self) -> list[CharterProblem]:
        """By line."""
        return sorted(self.found, key=lambda one: (one.line or 0, one.where, one.message))

    def report(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            place = fault.place
            while place and place not in self.lines:
                place = place[:-1]
            line = self.lines.get(place, 1)
            where = named(fault.place, self.content)
            problem = CharterProblem(str(self.path), line, where, fault.message, fault.mend)
            self.found.setdefault(problem)

    def refuse(self, message: str, mend: str, line: int | None = None) -> None:
        where = "the file" if line is None else "not TOML"
        self.found.setdefault(CharterProblem(str(self.path), line, where, message, mend))


def read_charter(path: Source) -> Charter:
    """Read a working group's charter, naming every fault of the file at once.

    Parameters
    ----------
    path : str or path
        A TOML file in UTF-8, as ``clusteranalysis charter new`` writes it. A definition or region
        that is itself a file is looked for beside it.

    Returns
    -------
    Charter
        Checked, and not to be changed.

    Raises
    ------
    CharterError
        The file cannot be read or breaks the contract; each fault stands on a line of its own
        with its line in the file and the mend.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "biomedical.toml"
    >>> _ = path.write_text('''schema = 1
    ... region = "east-bay"
    ... definition = "east-bay-2017"
    ... cluster = "biomedical"
    ... title = "Biomedical"
    ... status = "draft"
    ... ''')
    >>> read_charter(path).title
    'Biomedical'
    """
    return read_charters([path])[0]


def read_charters(paths: Source | Iterable[Source]) -> list[Charter]:
    """Read the charters of several groups, checked against each other.

    Parameters
    ----------
    paths : path or iterable of paths
        Files, or folders whose ``.toml`` files are charters.

    Returns
    -------
    list of Charter
        In the order given; those of a folder by name.

    Raises
    ------
    CharterError
        There is no charter, or any problem in any file; all are named at once.

    Examples
    --------
    >>> from clusteranalysis.process import EXAMPLES
    >>> [charter.cluster for charter in read_charters(EXAMPLES)]
    ['biomedical', 'food-beverage', 'ports-logistics']
    """
    files = _examine(paths)
    problems = [problem for file in files for problem in file.problems]
    if problems or not files:
        raise CharterError("\n".join(map(str, problems)) or "no charter: name a file or folder")
    return [_from_here(file) for file in files]


def check_charters(paths: Source | Iterable[Source]) -> list[CharterProblem]:
    """Find everything wrong with charter files, each alone and all together.

    Parameters
    ----------
    paths : path or iterable of paths
        Files, or folders whose ``.toml`` files are charters.

    Returns
    -------
    list of CharterProblem
        By file in the order given, then by line; empty where all are in order. Of faults in the
        TOML itself only the first of a file can be told.

    Examples
    --------
    >>> for problem in check_charters("no-such-charter.toml"):
    ...     print(problem)
    no-such-charter.toml: the file: there is no such file: check the name
    """
    return [problem for file in _examine(paths) for problem in file.problems]


def check_amended(path: Source, against: Source) -> list[CharterProblem]:
    """Find what changed in an adopted charter without an ``amended`` entry that records it.

    Parameters
    ----------
    path, against : path
        The charter, and its earlier version: ``git show HEAD~1:charter.toml > earlier.toml``.
        Of the latter only the text is looked at, not whether its region and cluster are found.

    Returns
    -------
    list of CharterProblem
        What is wrong with the earlier file, if anything is; else what changed unrecorded. Progress
        (status of a step, day it was done, an attestation) needs no entry.

    Raises
    ------
    CharterError
        The newer file has problems of its own; see :func:`check_charters`.

    Examples
    --------
    >>> from clusteranalysis.process import EXAMPLES
    >>> check_amended(EXAMPLES / "biomedical.toml", EXAMPLES / "biomedical.toml")
    []
    """
    new, old = _parsed(Path(path)), _parsed(Path(against))
    if new.charter is None:
        raise CharterError("\n".join(map(str, new.problems)))
    if old.charter is None:
        return old.problems
    new.report(unrecorded(old.charter, new.charter))
    return new.problems


def _examine(paths: Source | Iterable[Source]) -> list[_File]:
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    seen: set[str] = set()
    files = []
    places = Places()
    for path in map(Path, listed):
        for file in _folder(path) if path.is_dir() else [_parsed(path)]:
            real = _identity(file.path)
            if real in seen:
                continue
            seen.add(real)
            file.report(places.faults(file.path, file.content))
            files.append(file)
    for number, fault in together([(file.path, file.content) for file in files]):
        files[number].report([fault])
    return files


def _identity(path: Path) -> str:
    """Where a file really lies, so that one that is named twice counts once."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return str(path)


def _folder(folder: Path) -> list[_File]:
    try:
        found = sorted(
            path for path in folder.iterdir() if path.suffix.lower() == ".toml" and path.is_file()
        )
    except OSError as error:
        found, reason = [], error.strerror or str(error)
    else:
        reason = "the folder holds no .toml file"
    if found:
        return [_parsed(path) for path in found]
    empty = _File(folder)
    empty.refuse(reason, "name a charter, or a folder of charters")
    return [empty]


def _parsed(path: Path) -> _File:
    """Read one file and check it by itself."""
    file = _File(path)
    source = _text_of(file)
    if source is None:
        return file
    if long := _DEEP.search(source):
        line = source.count("\n", 0, long.start()) + 1
        file.refuse("a key of more than 64 parts", "no charter needs that: take it out", line)
        return file
    try:
        file.content = tomllib.loads(source)
        file.lines = key_lines(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
        reason = str(error)[: found.start()] if found else str(error)
        last = source.count("\n", 0, len(source.rstrip())) + 1
        line = int(found[1]) if found and found[1] else last
        column = f"column {found[2]}" if found and found[2] else "the end of the file"
        reason = " ".join(shown(reason)[1:-1].split())
        file.refuse(
            f"{reason} ({column})", "mend that line; only then can the rest be checked", line
        )
        return file
    except (ValueError, RecursionError) as error:
        # The parser lets a number of thousands of digits, a date that is none in the calendar
        # and deep nesting through as Python's own errors.
        deep = isinstance(error, RecursionError)
        reason = "nested too deeply" if deep else str(error).partition(";")[0]
        file.refuse(reason, "no charter needs that: take it out")
        return file
    version = file.content.get("schema")
    if type(version) is int and version > 1:
        file.report(
            [
                Fault(
                    ("schema",), f"schema {version} is of a later version", "update clusteranalysis"
                )
            ]
        )
        return file
    try:
        file.charter = Charter.model_validate(file.content)
    except ValidationError as error:
        file.report(model_faults(error))
    file.report(faults_of(file.content))
    return file


def _text_of(file: _File) -> str | None:
    """The text of a file, however it was saved, or a line on why there is none."""
    path = file.path
    try:
        kind = path.stat().st_mode
        # A pipe serves `--against <(git show HEAD~1:charter.toml)`.
        if not (stat.S_ISREG(kind) or stat.S_ISFIFO(kind)):
            file.refuse("it is not a file", "name a TOML file")
            return None
        with path.open("rb") as opened:
            raw = opened.read(_MOST + 1)
    except FileNotFoundError:
        file.refuse("there is no such file", "check the name")
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        file.refuse(f"it cannot be read ({reason})", "name a TOML file that you may read")
        return None
    if len(raw) > _MOST:
        file.refuse(
            f"it is larger than {_MOST // 1024} kB", "a charter is a few pages of text: check it"
        )
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
        kind_of = "it is saved as UTF-16" if wide else f"byte {error.start + 1} is not UTF-8"
        file.refuse(f"{kind_of} (line {line})", "save the file as UTF-8 text")
        return None


def _from_here(file: _File) -> Charter:
    """The charter, its paths counted from the working folder."""
    assert file.charter is not None
    charter = file.charter
    initiatives = tuple(
        one.model_copy(
            update={
                "criteria": tuple(
                    rule.model_copy(update={"comparator": beside(file.path, rule.comparator)})
                    if rule.kind == "measured"
                    else rule
                    for rule in one.criteria
                )
            }
        )
        for one in charter.initiatives
    )
    return charter.model_copy(
        update={
            "region": beside(file.path, charter.region),
            "definition": beside(file.path, charter.definition),
            "initiatives": initiatives,
        }
    )
