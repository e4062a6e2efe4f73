"""Which industries trade with each other or employ the same occupations?

These are measures of national tables of flows and of staffing, not of an employment table: they
say why two industries might share places, which :mod:`colocation` measures.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.errors import SchemaError
from clusteranalysis.kernels import linkages as kernel
from clusteranalysis.kernels.colocation import correlation
from clusteranalysis.schema import (
    TOTAL,
    Absent,
    check_cells,
    check_columns,
    check_option,
    refuse_overlap,
    refuse_repeats,
)

__all__ = ["input_output_links", "occupation_similarity"]

Floats = NDArray[np.float64]


def input_output_links(
    flows: pd.DataFrame,
    *,
    totals: pd.DataFrame | Literal["sum"],
    method: Literal["max", "mean"] = "max",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """How much do two industries buy from and sell to each other?

    Parameters
    ----------
    flows : DataFrame
        One row a supplier and buyer: ``industry`` (who sells), ``partner`` (who buys), ``flow``
        (dollars a year, say from the BEA use table), for one year, NaN where it is not known.
    totals : DataFrame or "sum"
        What the shares are shares of. A table ``industry, inputs, outputs`` with all that each
        industry buys and sells, final users included, as the authors have it; or ``"sum"``: the
        sums of ``flows``, which leave out whatever sellers and buyers the table leaves out.
    method : {"max", "mean"}
        The largest of the four shares (the authors') or their mean.
    absent : {"withheld", "zero"}
        What a missing row of ``flows`` means: not known (the default) or no trade.

    Returns
    -------
    DataFrame
        One row an unordered pair, ``industry`` < ``partner``: ``input_output_links`` and its four
        shares, each 0..1: ``input_share`` (of the industry's inputs, from the partner),
        ``partner_input_share`` (of the partner's inputs, from the industry), ``output_share`` (of
        the industry's sales, to the partner) and ``partner_output_share`` (of the partner's
        sales, to the industry). NaN where a flow or total is not known, or an industry buys or
        sells nothing.

    Raises
    ------
    SchemaError
        A column is missing, a flow is negative, a key occurs twice, the totals lack an industry,
        or a flow is above the total it is part of.

    Notes
    -----
    max{Input_i<-j, Input_j<-i, Output_i->j, Output_j->i}, the authors' InputOutput_ij. What an
    industry sells to itself is part of both its totals and of no pair. Negative entries of a use
    table (drawn down inventories, scrap) are no trade between two industries: leave them out.

    References
    ----------
    Ellison, G., Glaeser, E. L. and Kerr, W. R. (2010). What causes industry agglomeration?
    Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> flows = pd.DataFrame({"industry": ["steel", "steel", "cars", "cars"],
    ...                       "partner": ["steel", "cars", "steel", "cars"],
    ...                       "flow": [20.0, 60.0, 10.0, 30.0]})
    >>> totals = pd.DataFrame({"industry": ["steel", "cars"], "inputs": [100.0, 200.0],
    ...                        "outputs": [80.0, 400.0]})
    >>> links = ca.input_output_links(flows, totals=totals)
    >>> links[["industry", "partner", "input_output_links", "input_share", "partner_output_share"]]
      industry partner  input_output_links  input_share  partner_output_share
    0     cars   steel                0.75          0.3                  0.75
    """
    check_option("method", method, Literal["max", "mean"])
    check_option("absent", absent, Absent)
    table = _read(flows, "partner", "flow", "table of flows")
    refuse_overlap({*table.rows, *table.columns})
    industries = table.rows.union(table.columns)
    F = table.on(industries, industries, absent)
    inputs, outputs = _totals(totals, industries, F)
    bought, sold = kernel.input_output_shares(F, inputs, outputs)
    first, second = np.triu_indices(len(industries), k=1)
    terms = {
        "input_share": bought[first, second],
        "partner_input_share": bought[second, first],
        "output_share": sold[first, second],
        "partner_output_share": sold[second, first],
    }
    four = np.array(list(terms.values()))
    link = four.max(axis=0) if method == "max" else four.mean(axis=0)
    names = {"industry": industries.take(first), "partner": industries.take(second)}
    return pd.DataFrame({**names, "input_output_links": link, **terms})


def occupation_similarity(
    staffing: pd.DataFrame,
    *,
    method: Literal["correlation", "cosine"] = "correlation",
    value: Literal["employment", "share"] = "employment",
    absent: Absent = "withheld",
) -> pd.DataFrame:
    """Do two industries employ people of the same occupations?

    Parameters
    ----------
    staffing : DataFrame
        One row an industry and occupation: ``industry``, ``occupation`` and ``employment`` or
        ``share``, at one level of each code, NaN where it is not published (for example the BLS
        industry-occupation matrix).
    method : {"correlation", "cosine"}
        Pearson's correlation of the occupations' shares (the authors') or their cosine, which
        does not change with occupations that neither employs.
    value : {"employment", "share"}
        The column that is compared. Both methods give the same for jobs, shares and per cent.
    absent : {"withheld", "zero"}
        What a missing row means: not known (the default) or nobody.

    Returns
    -------
    DataFrame
        One row an unordered pair, ``industry`` < ``partner``, with ``occupation_similarity``
        (-1..1 as correlation, 0..1 as cosine). NaN where an occupation of either is not known,
        either has no jobs, or (correlation) as many in every occupation.

    Raises
    ------
    SchemaError
        A column is missing, a number is negative, or a key occurs twice.

    Notes
    -----
    corr_o(Share_io, Share_jo) over the occupations of the table. It grows with the
    number of occupations that neither industry employs, so keep one list of occupations when
    tables are compared.

    References
    ----------
    Ellison, G., Glaeser, E. L. and Kerr, W. R. (2010). What causes industry agglomeration?
    Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213.

    Examples
    --------
    >>> import pandas as pd
    >>> import clusteranalysis as ca
    >>> staffing = pd.DataFrame({"industry": list("xxxyyyzzz"),
    ...                          "occupation": ["welder", "clerk", "nurse"] * 3,
    ...                          "employment": [50.0, 10, 0, 200, 50, 10, 0, 5, 70]})
    >>> ca.occupation_similarity(staffing).round(4)
      industry partner  occupation_similarity
    0        x       y                 0.9999
    1        x       z                -0.7017
    2        y       z                -0.7094
    """
    check_option("method", method, Literal["correlation", "cosine"])
    check_option("value", value, Literal["employment", "share"])
    check_option("absent", absent, Absent)
    table = _read(staffing, "occupation", value, "staffing table")
    refuse_overlap(table.rows)
    J = table.on(table.rows, table.columns, absent).T
    similar = correlation(J) if method == "correlation" else kernel.cosine(J)
    first, second = np.triu_indices(len(table.rows), k=1)
    names = {"industry": table.rows.take(first), "partner": table.rows.take(second)}
    return pd.DataFrame({**names, "occupation_similarity": similar[first, second]})


class _Cells(NamedTuple):
    """A checked table of industries by something else."""

    rows: pd.Index
    columns: pd.Index
    r: NDArray[np.intp]
    c: NDArray[np.intp]
    values: Floats

    def on(self, rows: pd.Index, columns: pd.Index, absent: Absent) -> Floats:
        """The matrix on these names; an absent cell is 0 only when the caller says so."""
        matrix = np.full((len(rows), len(columns)), 0.0 if absent == "zero" else np.nan)
        place = rows.get_indexer(self.rows)[self.r], columns.get_indexer(self.columns)[self.c]
        matrix[place] = self.values
        return matrix


def _read(table: pd.DataFrame, other: str, value: str, what: str) -> _Cells:
    """Check a table keyed by ``industry`` and another name, and take it apart."""
    check_columns(table, ["industry", other, value], what=what)
    check_cells(table, values=(value,), what=what, require=("industry",))
    text = np.fromiter((isinstance(name, str) for name in table[other]), bool, len(table))
    if not text.all():
        wrong = table[other].iloc[int(np.flatnonzero(~text)[0])]
        raise SchemaError(
            f"column {other!r} of the {what} holds {wrong!r}, which is not text: read it with "
            "dtype=str so that codes stay as they are"
        )
    refuse_repeats(table, ["industry", other], what)
    keys = table[["industry", other]].astype("str")
    if (keys == TOTAL).any(axis=None):
        raise SchemaError(
            f"the {what} has rows of {TOTAL!r}, the code of all industries: drop them"
        )
    r, rows = pd.factorize(keys["industry"], sort=True)
    c, columns = pd.factorize(keys[other], sort=True)
    return _Cells(pd.Index(rows), pd.Index(columns), r, c, table[value].to_numpy(float))


def _totals(
    totals: pd.DataFrame | Literal["sum"], industries: pd.Index, F: Floats
) -> tuple[Floats, Floats]:
    """What each industry buys and sells in all."""
    if isinstance(totals, str):
        check_option("totals", totals, Literal["sum"])
        return F.sum(axis=0), F.sum(axis=1)
    what = "totals table"
    check_cells(totals, values=("inputs", "outputs"), what=what, require=("industry",))
    refuse_repeats(totals, ["industry"], what)
    aligned = totals.set_index(totals["industry"].astype("str"))[["inputs", "outputs"]].astype(
        float
    )
    missing = industries.difference(aligned.index)
    if len(missing):
        raise SchemaError(
            f"column 'industry' of the {what} lacks {', '.join(map(repr, missing[:5]))} "
            f"({len(missing)} in all): add a row for each, with NaN where it is not known"
        )
    inputs, outputs = aligned.reindex(industries).to_numpy(float).T
    for name, total, parts in (("inputs", inputs, F.sum(axis=0)), ("outputs", outputs, F.sum(1))):
        above = parts > total * (1 + 1e-9)
        if above.any():
            first = int(np.flatnonzero(above)[0])
            raise SchemaError(
                f"column {name!r} of the {what} has {total[first]} for {industries[first]!r}, less "
                f"than its flows, which add up to {parts[first]}: give both in the same unit"
            )
    return inputs, outputs
