"""How does a cluster definition get in from a file, with every fault named at once?"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from clusteranalysis.clusters.definition import REST, Cluster, ClusterDefinition, Tradability
from clusteranalysis.errors import DefinitionError
from clusteranalysis.files import write_bytes
from clusteranalysis.industries import naics
from clusteranalysis.industries.structure import STRUCTURES
from clusteranalysis.schema import TOTAL

__all__ = ["read_definition", "slug", "write_definition"]

_SHIPPED = {"east-bay-2017": "east_bay_2017.toml"}


def read_definition(
    source: str | Path = "east-bay-2017", *, vintage: int | None = None
) -> ClusterDefinition:
    """Read a cluster definition: one that ships with the library, or your own TOML file.

    Parameters
    ----------
    source : str or Path
        ``"east-bay-2017"``, or the path of a TOML file with a ``[definition]`` table (``id``,
        ``title``, ``naics``, optional ``notes`` and ``based_on``) and ``[[cluster]]`` tables
        (``id``, ``name``, ``tradability``, ``industries`` or ``clusters`` or both, optional
        ``description`` and ``reason``). ``clusters`` names clusters of the definition
        ``based_on``, whose industries the cluster takes over. Or a CSV file with the columns
        ``industry`` and ``cluster`` (and ``tradability``, else every cluster is mixed).
    vintage : int, optional
        NAICS edition of a CSV file's codes, 2017 where nothing is said; a TOML file says its own.

    Returns
    -------
    ClusterDefinition
        Checked; ``rest`` lists the six-digit industries that no cluster takes.

    Raises
    ------
    DefinitionError
        The file cannot be read, or breaks a rule; every fault is named at once with its place.

    Examples
    --------
    >>> import clusteranalysis as ca
    >>> definition = ca.read_definition("east-bay-2017")
    >>> len(definition.clusters), len(definition.rest.query("not industry.str.startswith('92')"))
    (27, 0)
    """
    return _read(source, vintage, seen=())


def _read(source: str | Path, vintage: int | None, seen: tuple[str, ...]) -> ClusterDefinition:
    name = str(source)
    if not name.strip() or "\0" in name:
        known = ", ".join(_SHIPPED)
        raise DefinitionError(f"{name!r} is no definition: use {known}, or a TOML file's path")
    if name.lower().endswith(".csv"):
        return _from_csv(Path(source), 2017 if vintage is None else vintage)
    if vintage is not None:
        raise DefinitionError(f"vintage={vintage!r} is for CSV files: {name!r} says its own")
    if name in _SHIPPED:
        text = resources.files(__package__).joinpath(_SHIPPED[name]).read_text("utf-8")
    else:
        text = _read_text(Path(source), name)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{name}: not a TOML file: {error}: mend that line") from None
    except (ValueError, RecursionError) as error:
        # tomllib lets Python's own limits through: digits of a number, depth of nesting.
        reason = str(error).partition(";")[0] or type(error).__name__
        raise DefinitionError(f"{name}: not a cluster definition: {reason}") from None
    faults: list[str] = []
    base = _base(content, name, (*seen, name), faults)
    definition = _parse(content, base, faults)
    _refuse(faults, name)
    return definition


def _refuse(faults: list[str], name: str) -> None:
    """Raise all faults of a file at once."""
    if faults:
        listed = "\n  ".join(faults)
        count = f"{len(faults)} fault" + ("s" if len(faults) > 1 else "")
        raise DefinitionError(f"{name}: {count} in the cluster definition:\n  {listed}")


def _base(
    content: dict[str, Any], name: str, seen: tuple[str, ...], faults: list[str]
) -> ClusterDefinition | None:
    """The definition whose clusters may be named; a path counts from the file that gives it."""
    head = content.get("definition")
    given = head.get("based_on") if isinstance(head, dict) else None
    if given is None:
        return None
    if not isinstance(given, str) or not given.strip():
        faults.append(f"[definition]: based_on must be a definition's name or path, not {given!r}")
        return None
    source = given if given in _SHIPPED else str(Path(name).parent / given)
    if source in seen:
        faults.append(f"[definition]: based_on {given!r} leads back to this file: drop it")
        return None
    try:
        return _read(source, None, seen)
    except DefinitionError as error:
        faults.append(f"[definition]: based_on {given!r}: {error}")
        return None


def _from_csv(path: Path, vintage: int) -> ClusterDefinition:
    """A definition of two or three columns, one row a code."""
    try:
        lines = list(csv.reader(io.StringIO(_read_text(path, str(path)))))
    except csv.Error as error:
        raise DefinitionError(f"{path}: cannot be read as comma-separated text: {error}") from None
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    if not {"industry", "cluster"} <= set(header) or len(set(header)) < len(header):
        raise DefinitionError(
            f"{path}: its first line must name the columns industry and cluster (and tradability), "
            f"each once, not {', '.join(header) or 'nothing'}"
        )
    faults: list[str] = []
    codes: dict[str, list[str]] = {}
    tags: dict[str, dict[str, int]] = {}
    for number, line in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in line):
            continue
        row = dict(zip(header, (cell.strip() for cell in line), strict=False))
        if not row.get("industry") or not row.get("cluster"):
            faults.append(f"line {number}: a code and its cluster are needed: fill in both")
            continue
        codes.setdefault(row["cluster"], []).append(row["industry"])
        tag = row.get("tradability", "mixed").lower()
        tags.setdefault(row["cluster"], {}).setdefault(tag, number)
    for cluster, found in tags.items():
        if len(found) > 1:
            places = ", ".join(f"{tag!r} in line {number}" for tag, number in found.items())
            faults.append(f"cluster {cluster!r} is tagged {places}: choose one")
    rows = [
        {"id": slug(name), "name": name, "tradability": min(tags[name]), "industries": listed}
        for name, listed in codes.items()
    ]
    head = {"id": slug(path.stem) or "definition", "title": path.stem, "naics": vintage}
    definition = _parse({"definition": head, "cluster": rows}, None, faults)
    _refuse(faults, str(path))
    return definition


def write_definition(definition: ClusterDefinition, path: str | Path) -> Path:
    """Write a definition as a TOML file that people can edit and :func:`read_definition` reads.

    Parameters
    ----------
    definition : ClusterDefinition
        Read, translated or found in data.
    path : str or Path
        File to write, whole or not at all.

    Returns
    -------
    Path
        The file. Every code stands on a line of its own with its title.

    Raises
    ------
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = write_definition(read_definition(), Path(tempfile.mkdtemp()) / "mine.toml")
    >>> read_definition(path).digest == read_definition().digest
    True
    """
    structure = naics(definition.vintage)
    titles = dict(zip(structure["industry"], structure["title"], strict=True))
    lines = ["[definition]"]
    head = {"id": definition.id, "title": definition.title, "naics": definition.vintage}
    lines += [f"{key} = {_quoted(value)}" for key, value in head.items()]
    lines += [f"notes = {_quoted(definition.notes)}"] if definition.notes else []
    for one in definition.clusters:
        lines += ["", "[[cluster]]"]
        for key in ("id", "name", "tradability", "description", "reason"):
            if getattr(one, key):
                lines.append(f"{key} = {_quoted(getattr(one, key))}")
        lines.append("industries = [")
        for prefix in one.prefixes:
            title = titles.get(prefix, "")
            lines.append(f'  "{prefix}",' + (f" # {title}" if title else ""))
        lines.append("]")
    return write_bytes(path, ("\n".join(lines) + "\n").encode())


def _quoted(value: object) -> str:
    """A TOML value; what JSON escapes in text, TOML reads."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def slug(name: str) -> str:
    """Lower-case words of letters and digits joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _read_text(path: Path, name: str) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        known = ", ".join(_SHIPPED)
        raise DefinitionError(
            f"no cluster definition {name!r}: use {known}, or the path of a TOML file"
        ) from None
    except UnicodeDecodeError:
        raise DefinitionError(f"{name}: not UTF-8 text: save the file as UTF-8 TOML") from None
    except OSError as error:
        raise DefinitionError(f"{name}: cannot be read: {error.strerror}") from None


def _text(table: dict[str, Any], key: str, place: str, faults: list[str], default: str = "") -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (key in ("id", "name", "title") and not value.strip()):
        faults.append(f"{place}: {key} must be text, not {value!r}")
        return ""
    return value.strip()


def _unknown_keys(table: dict[str, Any], known: set[str], place: str, faults: list[str]) -> None:
    for key in sorted(set(table) - known):
        faults.append(f"{place}: unknown key {key!r}: use {', '.join(sorted(known))}")


def _parse(
    content: dict[str, Any], base: ClusterDefinition | None, faults: list[str]
) -> ClusterDefinition:
    _unknown_keys(content, {"definition", "cluster"}, "top level", faults)
    head = content.get("definition", {})
    rows = content.get("cluster", [])
    given = isinstance(head, dict) and "definition" in content
    if not given:
        faults.append("top level: no [definition] table with id, title and naics")
        head = {}
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        faults.append("top level: no [[cluster]] tables")
        rows = []
    _unknown_keys(head, {"id", "title", "naics", "notes", "based_on"}, "[definition]", faults)
    vintage: Any = head.get("naics", 2017)
    if isinstance(vintage, bool) or vintage not in STRUCTURES:
        editions = ", ".join(map(str, STRUCTURES))
        faults.append(f"[definition]: naics must be one of {editions}, not {vintage!r}")
        vintage = 2017
    if base is not None and base.vintage != vintage:
        faults.append(
            f"[definition]: based_on {base.id!r} is of NAICS {base.vintage}, this file of "
            f"{vintage}: translate the former with translate_definition()"
        )
    clusters = tuple(
        _parse_cluster(row, at, vintage, base, faults) for at, row in enumerate(rows, 1)
    )
    _check_once(clusters, faults)
    return ClusterDefinition(
        id=_text(head, "id", "[definition]", faults) if given else "",
        title=_text(head, "title", "[definition]", faults) if given else "",
        vintage=vintage,
        clusters=clusters,
        notes=_text(head, "notes", "[definition]", faults),
    )


def _parse_cluster(
    row: dict[str, Any],
    at: int,
    vintage: int,
    base: ClusterDefinition | None,
    faults: list[str],
) -> Cluster:
    place = f"cluster {at} ({row.get('id', 'no id')!r})"
    fields = {"id", "name", "tradability", "industries", "clusters", "description", "reason"}
    _unknown_keys(row, fields, place, faults)
    tag: Any = row.get("tradability")
    if tag not in get_args(Tradability):
        faults.append(f"{place}: tradability must be traded, local or mixed, not {tag!r}")
        tag = "mixed"
    prefixes = _named(row.get("clusters", []), base, place, faults)
    codes = row.get("industries", [] if "clusters" in row else None)
    if not isinstance(codes, list) or not (codes or "clusters" in row):
        faults.append(f"{place}: industries must be a list of NAICS prefixes such as ['3254']")
        codes = []
    for code in codes:
        if not isinstance(code, str):
            faults.append(f"{place}: industries holds {code!r}: write it in quotes, '{code}'")
        elif not (code.isdigit() and 2 <= len(code) <= 6):
            faults.append(f"{place}: {code!r} is not a NAICS prefix of two to six digits")
        elif code not in _heads(vintage):
            editions = [str(other) for other in STRUCTURES if code in _heads(other)]
            where = f"it is of {' and '.join(editions)}" if editions else "check the vintage"
            faults.append(f"{place}: {code!r} is no industry of NAICS {vintage}: {where}")
        else:
            prefixes.append(code)
    return Cluster(
        id=_text(row, "id", place, faults),
        name=_text(row, "name", place, faults),
        tradability=tag,
        prefixes=tuple(prefixes),
        description=_text(row, "description", place, faults),
        reason=_text(row, "reason", place, faults),
    )


@lru_cache(maxsize=len(STRUCTURES))
def _heads(vintage: int) -> frozenset[str]:
    """What some six-digit code of the edition begins with, two digits or more."""
    codes = naics(vintage)["industry"]
    return frozenset(code[:length] for code in codes if len(code) == 6 for length in range(2, 7))


def _named(
    names: object, base: ClusterDefinition | None, place: str, faults: list[str]
) -> list[str]:
    """Prefixes of the clusters that are taken over from the definition ``based_on``."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        faults.append(f"{place}: clusters must be a list of cluster ids, not {names!r}")
        return []
    if names and base is None:
        faults.append(f"{place}: clusters needs based_on in [definition]: say of which definition")
        return []
    prefixes: list[str] = []
    for name in names:
        found = [one for one in base.clusters if one.id == name] if base else []
        if not found:
            faults.append(f"{place}: no cluster {name!r} in {base.id if base else ''!r}")
        prefixes += [prefix for one in found for prefix in one.prefixes]
    return prefixes


def _check_once(clusters: tuple[Cluster, ...], faults: list[str]) -> None:
    """Each id once, and each code in one cluster only."""
    for field in ("id", "name"):
        texts = [getattr(cluster, field) for cluster in clusters]
        for repeated in sorted({text for text in texts if text and texts.count(text) > 1}):
            count = texts.count(repeated)
            faults.append(f"cluster {field} {repeated!r} stands {count} times: rename one")
    for cluster in clusters:
        # Ids stand in the industry column: they must not be taken for a total or a code.
        if cluster.id in (REST, TOTAL) or cluster.id.isdigit():
            faults.append(f"cluster id {cluster.id!r} would be read as a code or total: rename it")
    pairs = sorted((prefix, cluster.id) for cluster in clusters for prefix in cluster.prefixes)
    for at, (prefix, owner) in enumerate(pairs):
        for other, other_owner in pairs[at + 1 :]:
            if not other.startswith(prefix):
                break
            if other == prefix and other_owner == owner:
                faults.append(f"{other!r} stands twice in {owner!r}: drop one")
                continue
            faults.append(
                f"{other!r} ({other_owner}) lies inside {prefix!r} ({owner}): each code may stand "
                "once; list the children of the wider prefix instead"
            )
