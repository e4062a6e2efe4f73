"""Which counties make up the region I am asked about?"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clusteranalysis.errors import RegionError

__all__ = ["Region", "find_region", "require_counties"]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _code_problem(code: object) -> str | None:
    """Say what is wrong with one county code, and the mend."""
    if not isinstance(code, str):
        quoted = f'"{code:05d}"' if isinstance(code, int) and not isinstance(code, bool) else ""
        mend = f": write {quoted}" if quoted else ": write text of five digits"
        return f"county {code!r} is a {type(code).__name__}, not text{mend}"
    if not code:
        return "a county code is empty: remove the surplus comma or fill it in"
    if not (code.isascii() and code.isdigit()):
        return f"{code!r} is not a county FIPS code: use five digits, such as '06001'"
    if len(code) == 5:
        return None
    mend = f"pad to {code.zfill(5)!r}" if len(code) == 4 else "use five digits, state and county"
    return f"FIPS {code!r} has {len(code)} characters: {mend}"


def _name_problems(name: object) -> list[str]:
    if not isinstance(name, str):
        return [f'name is a {type(name).__name__}, not text: write name = "My Region"']
    return [] if name.strip() else ["name is empty: give the region a name"]


def _slug_problems(slug: object) -> list[str]:
    if isinstance(slug, str) and slug and _slug(slug) == slug:
        return []
    return [f"slug {slug!r} is not lower-case words joined by hyphens: write 'my-region'"]


def _county_problems(counties: object) -> list[str]:
    """List everything wrong with a set of counties, not only the first mistake."""
    if not isinstance(counties, (list, tuple)):
        kind = type(counties).__name__
        return [f'counties is a {kind}, not a list: write counties = ["06001", "06013"]']
    if not counties:
        return ["counties is empty: list at least one five-digit FIPS code"]
    found = [problem for code in counties if (problem := _code_problem(code)) is not None]
    times = Counter(code for code in counties if isinstance(code, str) and code)
    twice = sorted(code for code, count in times.items() if count > 1)
    if twice:
        listed = ", ".join(map(repr, twice))
        found.append(f"listed more than once: {listed}: its jobs would count twice; keep one")
    return found


_CHECKS = {"name": _name_problems, "counties": _county_problems, "slug": _slug_problems}


@dataclass(frozen=True)
class Region:
    """A set of counties an analyst treats as one place.

    Parameters
    ----------
    name : str
        The label that results and figures carry, such as ``"East Bay"``.
    slug : str
        Short form for commands and file names, such as ``"east-bay"``.
    counties : tuple of str
        Five-digit FIPS codes, each once.

    Raises
    ------
    RegionError
        A name or code is malformed, a code appears twice, or there is none; all at once.

    Examples
    --------
    >>> Region("Yolo", "yolo", ("6113",))
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.RegionError: region 'Yolo': FIPS '6113' has 4 characters: pad to '06113'
    """

    name: str
    slug: str
    counties: tuple[str, ...]

    def __post_init__(self) -> None:
        found = _name_problems(self.name) + _slug_problems(self.slug)
        found += _county_problems(self.counties)
        if found:
            raise RegionError(f"region {self.name!r}: {'; '.join(found)}")
        # A list would make the region unhashable and open to change.
        object.__setattr__(self, "counties", tuple(self.counties))


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, Region], dict[str, str]]:
    """Known regions by slug, and every spelling that leads to one."""
    with (Path(__file__).parent / "named.toml").open("rb") as file:
        listed = tomllib.load(file)
    regions = {
        slug: Region(entry["name"], slug, tuple(entry["counties"]))
        for slug, entry in listed.items()
    }
    spellings = {}
    for slug, entry in listed.items():
        for spelling in (slug, _slug(entry["name"]), *entry.get("aliases", [])):
            spellings[spelling] = slug
    return regions, spellings


def _from_toml(path: Path) -> Region:
    """Read a region a user described in a file; every mistake in it is told at once."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RegionError(
            f"{path.name} is not text in UTF-8 (byte {error.start}): save it as a UTF-8 TOML file"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RegionError(
            f"the region file {str(path)!r} cannot be read ({reason}): give the path of a TOML "
            'file with name = "..." and counties = ["06001", ...]'
        ) from error
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Besides its own error, the parser lets a number of thousands of digits fail as ValueError
        # and deep nesting as RecursionError.
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise RegionError(
            f'{path.name} is not TOML: {reason}: write name = "..." and '
            'counties = ["06001", ...] on lines of their own'
        ) from error
    found = [
        f"key {key!r} is missing: add {key} = {sample}"
        for key, sample in (("name", '"My Region"'), ("counties", '["06001", "06013"]'))
        if key not in content
    ]
    unknown = [key for key in content if key not in _CHECKS]
    if unknown:
        listed = ", ".join(map(repr, unknown))
        found.append(f"unknown keys {listed}: use name, counties and, if you like, slug")
    for key, check in _CHECKS.items():
        if key in content:
            found.extend(check(content[key]))
    if found:
        raise RegionError(f"{path.name}: {'; '.join(found)}")
    name, counties = content["name"], content["counties"]
    return Region(name, content.get("slug") or _slug(name) or "-".join(counties), tuple(counties))


def find_region(text: str | Path) -> Region:
    """Turn what an analyst types into a region: a known name, county codes, or a file.

    Parameters
    ----------
    text : str or Path
        A known slug or name in any case (``"east-bay"``, ``"Bay Area"``), five-digit county
        codes joined by commas (``"06001,06013"``), or the path of a TOML file with
        ``name = "..."`` and ``counties = ["06001", ...]``.

    Returns
    -------
    Region
        Its counties are in the order given.

    Raises
    ------
    RegionError
        The name is unknown, a code is malformed or repeated, or the file is not a region.

    Examples
    --------
    >>> find_region("East Bay")
    Region(name='East Bay', slug='east-bay', counties=('06001', '06013'))
    >>> find_region("06013,1001")
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.RegionError: FIPS '1001' has 4 characters: pad to '01001'
    """
    if isinstance(text, Path):
        return _from_toml(text)
    if not isinstance(text, str):
        raise RegionError(
            f"a region is given as text or a path, not as {type(text).__name__}: for example "
            "'east-bay' or '06001,06013'"
        )
    wanted = " ".join(text.split())
    regions, spellings = _known()
    plain = wanted.lower().replace(" ", "-")
    slug = spellings.get(plain)
    if slug is not None:
        return regions[slug]
    parts = [part.strip() for part in wanted.split(",")]
    if any(part.isdigit() for part in parts):
        found = _county_problems(parts)
        if found:
            raise RegionError("; ".join(found))
        return Region(", ".join(parts), "-".join(parts), tuple(parts))
    if wanted.lower().endswith(".toml") or "/" in wanted or "\\" in wanted:
        return _from_toml(Path(text))
    near = difflib.get_close_matches(plain, spellings, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise RegionError(
        f"no region is called {wanted!r}{hint} Known are {', '.join(regions)}. Or give county "
        "codes joined by commas, or the path of a TOML file"
    )


def require_counties(region: Region, held: Iterable[str], *, what: str) -> None:
    """Refuse a region of which a table lacks a county.

    Parameters
    ----------
    region : Region
        The region that is asked for.
    held : iterable of str
        Codes of the counties that the table has.
    what : str
        What the message calls the table.

    Raises
    ------
    RegionError
        A county is missing; the message names it, and says when a zero in front was lost.

    Examples
    --------
    >>> require_counties(find_region("06001"), ["6001", "6013"], what="table")
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.RegionError: the table holds no county 06001 of region '06001' (it ...
    """
    known = set(held)
    missing = [county for county in region.counties if county not in known]
    if not missing:
        return
    mend = "choose among these, or pass data of your own"
    short = [county.lstrip("0") for county in missing if county.lstrip("0") in known]
    if short:
        mend = f"write county codes with five digits, {short[0].zfill(5)!r} for {short[0]!r}"
    shown = ", ".join(sorted(known)[:12])
    raise RegionError(
        f"the {what} holds no county {', '.join(missing)} of region {region.name!r} (it holds "
        f"{shown}): {mend}"
    )
