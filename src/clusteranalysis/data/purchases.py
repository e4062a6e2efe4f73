"""What does each industry of the nation buy from which, by the input-output accounts?

The detail Use table of 2017 lists what industries buy, at purchasers' prices, imports included.
Its industries and commodities have codes of their own; the crosswalk says which NAICS codes each
stands for. Where several of them share NAICS codes (the kinds of construction, the branches of
government), they are one supplier here, since no count of jobs can tell them apart.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clusteranalysis.data.sources import _read

__all__ = ["CROSSWALK", "USE", "purchases"]

USE = "bea/BEA_Detail_Use_SUT_2017_17sch.csv"
CROSSWALK = "naics/NAICS_to_BEA_Crosswalk_2017.csv"
_MILLION = 1_000_000
#: Rows and columns of totals, value added, taxes and final uses.
_OTHERS = ("T", "V", "F")


def purchases(source: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read purchases by supplier and buyer, and the NAICS codes that each of them stands for.

    Parameters
    ----------
    source : Path
        Folder with the agencies' files.

    Returns
    -------
    purchases : DataFrame
        ``supplier, buyer, dollars`` (US dollars of 2017; zeros are left out).
    suppliers : DataFrame
        ``supplier, industry``: six-digit codes of NAICS 2017, each of one supplier.

    Raises
    ------
    DataError
        A file is missing or not what its name says.
    """
    links = _read(source, CROSSWALK, ["BEA_2017_Detail_Code", "NAICS_2017_Code"], dtype="str")
    links = links.rename(columns={"BEA_2017_Detail_Code": "code", "NAICS_2017_Code": "industry"})
    links = links.loc[
        links["industry"].str.fullmatch(r"\d{6}"), ["code", "industry"]
    ].drop_duplicates()
    joined = _joined(links)
    table = _read(source, USE, [], dtype={0: "str"})
    table = table.rename(columns={table.columns[0]: "supplier"})
    long = table.melt("supplier", var_name="buyer", value_name="dollars")
    inner = ~long["supplier"].str.startswith(_OTHERS) & ~long["buyer"].str.startswith(_OTHERS)
    long = long[inner & (long["dollars"] != 0)]
    long = long.assign(
        supplier=long["supplier"].map(lambda code: joined.get(code, code)),
        buyer=long["buyer"].map(lambda code: joined.get(code, code)),
        dollars=long["dollars"].astype("int64") * _MILLION,
    )
    flows = long.groupby(["supplier", "buyer"])["dollars"].sum().reset_index()
    members = links.assign(supplier=links["code"].map(joined))
    members = members[["supplier", "industry"]].drop_duplicates()
    return flows, members.sort_values(["supplier", "industry"], ignore_index=True)


def _joined(links: pd.DataFrame) -> dict[str, str]:
    """Each code to the first of those it shares NAICS codes with, directly or through others."""
    first = {code: code for code in links["code"]}

    def root(code: str) -> str:
        while first[code] != code:
            code = first[code]
        return code

    for _, codes in links.groupby("industry")["code"]:
        roots = sorted({root(code) for code in codes})
        for other in roots[1:]:
            first[other] = roots[0]
    return {code: root(code) for code in first}
