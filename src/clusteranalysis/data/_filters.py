"""Which blocks of a Parquet file can hold a region or industry? Those whose range does."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.dataset as ds

from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import parse_codes
from clusteranalysis.schema import TOTAL

__all__ = ["any_of", "in_regions", "under"]


def any_of(expressions: list[ds.Expression]) -> ds.Expression:
    """One of these holds; none of an empty list does."""
    found = ds.scalar(False)
    for expression in expressions:
        found |= expression
    return found


def in_regions(regions: list[str]) -> ds.Expression:
    """Membership, and a range a state beside it: older Arrow only prunes by ranges."""
    wrong = [region for region in regions if not isinstance(region, str)]
    if wrong:
        raise SchemaError(f"region {wrong[0]!r} is not text: write codes in quotes ('06001')")
    states: dict[str, list[str]] = {}
    for region in regions:
        states.setdefault(region[:2], []).append(region)
    field = ds.field("region")
    ranges = [(field >= min(codes)) & (field <= max(codes)) for codes in states.values()]
    return field.isin(pa.array(sorted(set(regions)), pa.string())) & any_of(ranges)


def under(code: str, *, sic: bool) -> ds.Expression:
    """The industry itself and all below it, as a range of codes."""
    field = ds.field("industry")
    if sic:
        if not isinstance(code, str) or not (re.fullmatch(r"\d{2,4}", code) or code == "----"):
            raise SchemaError(f"industry {code!r} is not a SIC code: write two to four digits")
        code = code if code == "----" else code.rstrip("0") if len(code) == 4 else code
    else:
        code = parse_codes([code]).iloc[0]
    if code in (TOTAL, "----"):
        return field == code
    first, _, last = code.partition("-")
    last = last or first
    return (field >= first) & (field < last[:-1] + chr(ord(last[-1]) + 1))
