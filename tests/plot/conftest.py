"""Made-up finished tables, and an eye that sees which text a figure really draws."""

from __future__ import annotations

import matplotlib as mpl

mpl.use("Agg")

import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from shapely import MultiPolygon, box

NAMES = [
    "Architecture, engineering & R&D",
    "Wholesale trade in durable goods",
    "Nursing & residential care homes",
    "Software & computer services",
    "Building & heavy construction",
    "Arts, entertainment & recreation",
    "Metal products & machine shops",
    "Transportation & logistics",
    "Waste & environmental services",
    "Oil refining & energy products",
    "Semiconductors & electronics",
    "Automobiles & vehicle parts",
    "Doctors & outpatient care",
    "Biopharmaceuticals",
    "Construction trades",
    "Food manufacturing",
    "Restaurants & bars",
    "Higher education",
    "Wine & beverages",
    "Medical devices",
    "Air transport",
    "Insurance",
    "Hospitals",
    "Trucking",
    "Hotels",
]


def clusters(seed: int = 0, count: int = 25) -> pd.DataFrame:
    """One row a cluster with every column that any cluster plot takes."""
    random = np.random.default_rng(seed)
    lq = np.exp(random.normal(0, 0.7, count))
    spread = np.exp(random.uniform(0.03, 0.5, count))
    open_share = np.where(random.random(count) < 0.4, random.uniform(0, 0.4, count), 0.0)
    deduced = np.where(open_share > 0, 0.1, 0.0)
    growth = random.normal(0, 3, count)
    parts = random.normal(0, 2000, (3, count)).round()
    return pd.DataFrame(
        {
            "name": NAMES[:count],
            "location_quotient": lq,
            "interval_low": lq / spread,
            "interval_high": lq * spread,
            "location_quotient_low": lq * (1 - open_share / 2),
            "location_quotient_high": lq * (1 + open_share / 2),
            "growth_difference": growth,
            "employment": np.exp(random.normal(8.8, 1.2, count)).round(),
            "tradability": random.choice(["traded", "local", "mixed"], count),
            "selected": lq > 1.3,
            "quadrant": [
                f"{'Concentrated' if a >= 1 else 'Below US share'}, "
                f"{'outpacing' if b >= 0 else 'trailing'} US"
                for a, b in zip(lq, growth, strict=True)
            ],
            "wage": random.uniform(30_000, 190_000, count),
            "us_wage": random.uniform(25_000, 150_000, count),
            "national": parts[0],
            "industry_mix": parts[1],
            "regional": parts[2],
            "change": parts.sum(axis=0),
            "published_share": 1 - open_share - deduced,
            "deduced_share": deduced,
            "open_share": open_share,
        }
    )


def trend() -> pd.DataFrame:
    random = np.random.default_rng(1)
    frames = []
    for name in ("East Bay", "San Francisco and San Mateo", "Santa Clara", "United States"):
        jobs = 1e6 * np.cumprod(1 + random.normal(0.004, 0.03, 21))
        index = 100 * jobs / jobs[0]
        years = np.arange(2001, 2022)
        frames.append(
            pd.DataFrame({"region": name, "year": years, "employment": jobs, "index": index})
        )
    table = pd.concat(frames, ignore_index=True)
    gap = (table["region"] == "Santa Clara") & table["year"].between(2010, 2012)
    table.loc[gap, ["employment", "index"]] = np.nan
    return table


def waterfall() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "step": ["Jobs in 2001", "National growth", "Industry mix", "Regional effect",
                     "Jobs in 2021"],
            "jobs": [1_000_061.0, 115_468.0, 11_234.0, -122_236.0, 1_004_527.0],
        }
    )  # fmt: skip


def counties() -> gpd.GeoDataFrame:
    """Six counties; the small one is too small for its name and has a far island."""
    shapes = [
        box(-122.3, 37.5, -121.6, 37.8),
        box(-122.3, 37.8, -121.6, 38.1),
        MultiPolygon([box(-122.5, 37.7, -122.38, 37.8), box(-123.2, 37.6, -123.19, 37.61)]),
        box(-122.6, 37.1, -122.35, 37.68),
        box(-122.3, 37.0, -121.4, 37.5),
        box(-122.9, 37.9, -122.35, 38.4),
    ]
    return gpd.GeoDataFrame(
        {
            "region": ["06001", "06013", "06075", "06081", "06085", "06041"],
            "name": ["Alameda", "Contra Costa", "San Francisco", "San Mateo", "Santa Clara",
                     "Marin"],
            "location_quotient": [2.5, np.nan, 0.03, 14.4, 1.0, 0.7],
            "highlight": [True, True, False, False, False, False],
        },
        geometry=shapes,
        crs="EPSG:4326",
    )  # fmt: skip


def small_maps() -> gpd.GeoDataFrame:
    parts = []
    for name in ("Biopharmaceuticals", "Architecture, engineering & R&D", "Hotels"):
        parts.append(counties().assign(cluster=name))
    return pd.concat(parts, ignore_index=True)


BANDS = ("expected", "local_low", "local_high", "global_low", "global_high")


def density(names: tuple[str, ...] = ("Wine & beverages",)) -> pd.DataFrame:
    """K-densities in metres: localised up to 800 m, within the band beyond."""
    parts = []
    for name in names:
        r = np.arange(0.0, 3001.0, 100.0)
        chance = 2e-6 + 4e-9 * r
        width = 1e-6 + 1e-9 * r
        bands = [chance, chance - width, chance + width, chance - 1.5 * width, chance + 1.5 * width]
        value = chance + 1.2e-5 * np.exp(-((r / 500.0) ** 2))
        parts.append(
            pd.DataFrame(
                {"industry": name, "distance": r, "k_density": value, "bandwidth": 200.0}
                | dict(zip(BANDS, bands, strict=True))
                | {
                    "localisation": np.maximum(value - bands[4], 0.0),
                    "dispersion": 0.0,
                    "p_value": 0.002,
                    "goodness_of_fit": 0.004,
                    "adjusted": 0.008,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def ratios() -> pd.DataFrame:
    """M of four pairs: above the band, within it, zero and below it, nowhere defined."""
    r = np.array([500.0, 1000.0, 2000.0, 4000.0])
    curves = {
        "Biopharmaceuticals": [9.0, 4.0, 2.0, 1.2],
        "Architecture, engineering & R&D": [1.2, 0.9, 1.0, 1.0],
        "Hotels": [0.0, 0.3, 0.9, 1.0],
        "Air transport": [np.nan] * 4,
    }
    parts = []
    for name, value in curves.items():
        m = np.array(value)
        parts.append(
            pd.DataFrame(
                {"industry": name, "distance": r, "m_function": m}
                | dict(zip(BANDS, np.outer([1.0, 0.7, 1.4, 0.5, 1.6], np.ones(4)), strict=True))
                | {
                    "localisation": np.maximum(m - 1.6, 0.0),
                    "dispersion": np.maximum(0.5 - m, 0.0),
                    "p_value": 0.01 if m[0] == m[0] else np.nan,
                    "adjusted": 0.03 if m[0] == m[0] else np.nan,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def firms(count: int = 300) -> pd.DataFrame:
    """Places in metres about two towns; one has no coordinates."""
    random = np.random.default_rng(3)
    town = np.array([[560_000.0, 4_190_000.0], [585_000.0, 4_170_000.0]])
    xy = town[random.integers(0, 2, count)] + random.normal(0, 4_000, (count, 2))
    table = pd.DataFrame(xy, columns=["x", "y"])
    table["industry"] = random.choice(["Biopharmaceuticals", "Hotels", "Insurance"], count)
    table.loc[0, ["x", "y"]] = np.nan
    return table


def pairs(count: int = 6) -> pd.DataFrame:
    """Quotients of ordered pairs, one of them not defined."""
    random = np.random.default_rng(4)
    table = pd.DataFrame(
        [(a, b) for a in NAMES[:count] for b in NAMES[:count]], columns=["industry", "partner"]
    )
    table["colocation_quotient"] = np.exp(random.normal(0, 0.9, len(table)))
    table["p_value"] = random.uniform(0, 0.1, len(table))
    table["adjusted"] = np.minimum(1.0, 1.5 * table["p_value"])
    table.loc[7, ["colocation_quotient", "p_value", "adjusted"]] = np.nan
    return table


def base_years() -> pd.DataFrame:
    """Every base year from 2001; the sign of the regional effect changes; one is withheld."""
    start = np.arange(2001, 2021)
    random = np.random.default_rng(5)
    parts = random.normal(0, 30_000, (3, len(start))).round()
    table = pd.DataFrame(
        {"start": start, "national": parts[0], "industry_mix": parts[1], "regional": parts[2]}
    )
    table["change"] = parts.sum(axis=0)
    table.loc[3, ["industry_mix", "regional"]] = np.nan
    return table


def sizes() -> pd.DataFrame:
    """County Business Patterns' nine classes; one is withheld."""
    return pd.DataFrame(
        {
            "size_class": ["Fewer than 5 jobs", "5-9 jobs", "10-19 jobs", "20-49 jobs",
                           "50-99 jobs", "100-249 jobs", "250-499 jobs", "500-999 jobs",
                           "1,000 jobs or more"],
            "establishments": [35_210.0, 11_004, 8_001, 6_120, 2_003, 1_150, np.nan, 70, 0],
            "reference_share": [0.546, 0.189, 0.127, 0.086, 0.029, 0.016, 0.004, 0.002, 0.001],
        }
    )  # fmt: skip


def industries() -> pd.DataFrame:
    """Twenty industries of one cluster: whole, floors, one withheld, one without any bound."""
    random = np.random.default_rng(6)
    jobs = np.exp(random.normal(7, 1.2, 20)).round()
    lq = np.exp(random.normal(0.2, 0.7, 20))
    table = pd.DataFrame(
        {
            "title": [f"{name}, except those of the other kind" for name in NAMES[:20]],
            "employment": jobs,
            "employment_high": np.where(np.arange(20) % 4 == 1, 1.4 * jobs, jobs),
            "location_quotient": lq,
            "interval_low": lq / 1.3,
            "interval_high": lq * 1.3,
        }
    )
    gone = ["employment", "location_quotient", "interval_low", "interval_high"]
    table.loc[2, gone] = np.nan
    table.loc[2, "employment_high"] = 900.0
    table.loc[5, [*gone, "employment_high"]] = np.nan
    return table


def inputs() -> pd.DataFrame:
    """Twenty-five inputs: present, little present, none here, withheld, largely withheld."""
    random = np.random.default_rng(7)
    lq = np.exp(random.normal(-0.3, 0.9, 25))
    share = np.sort(random.dirichlet(np.full(25, 0.7)))[::-1]
    table = pd.DataFrame(
        {
            "title": NAMES,
            "input_share": share,
            "location_quotient": lq,
            "interval_low": lq / 1.4,
            "interval_high": lq * 1.4,
            "open_share": np.where(np.arange(25) % 5 == 2, 0.5, 0.0),
        }
    )
    gone = ["location_quotient", "interval_low", "interval_high", "open_share"]
    table.loc[3, gone] = np.nan
    table.loc[4, gone] = [0.0, 0.0, 0.0, 0.0]
    return table


def peers(count: int = 8) -> pd.DataFrame:
    """Strips of eleven regions: our own is high, low, withheld; a peer is withheld or zero."""
    random = np.random.default_rng(8)
    regions = ["East Bay", *(f"{name} County, ST" for name in "ABCDEFGHIJ")]
    parts = []
    for name in NAMES[:count]:
        value = np.exp(random.normal(0, 0.6, 11))
        value[3] = np.nan
        value[4] = 0.0
        rank = np.full(11, np.nan)
        rank[0] = 1 + (value > value[0]).sum()
        parts.append(
            pd.DataFrame(
                {"name": name, "region": regions, "value": value,
                 "own": np.arange(11) == 0, "rank": rank}
            )
        )  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    table.loc[0, ["value", "rank"]] = np.nan
    return table


def together(count: int = 25) -> pd.DataFrame:
    """Unordered pairs of industries in three groups; one pair is not known."""
    random = np.random.default_rng(9)
    pairs = [(i, j) for i in range(count) for j in range(i)]
    table = pd.DataFrame([(NAMES[i], NAMES[j]) for i, j in pairs], columns=["industry", "partner"])
    near = np.array([0.06 if i % 3 == j % 3 else 0.0 for i, j in pairs])
    table["coagglomeration"] = near + random.normal(0, 0.02, len(table))
    table.loc[11, "coagglomeration"] = np.nan
    return table


def spots() -> gpd.GeoDataFrame:
    """Six counties: hot, cold, not told apart (twice), withheld, hot but not for sure."""
    return counties().assign(
        getis_ord=[3.1, np.nan, -2.6, 0.2, 1.9, -0.4],
        adjusted=[0.01, np.nan, 0.02, 0.8, 0.09, 0.7],
    )


@pytest.fixture
def make():
    """Makers of fresh tables."""
    return {
        "employment_trend": trend,
        "portfolio": clusters,
        "lq_ranking": clusters,
        "shift_share_bars": clusters,
        "shift_share_waterfall": waterfall,
        "wage_gap": clusters,
        "data_quality": clusters,
        "lq_map": counties,
        "lq_maps": small_maps,
        "distance_density": density,
        "relative_density": ratios,
        "establishment_map": firms,
        "colocation_matrix": pairs,
        "shift_share_base_years": base_years,
        "size_classes": sizes,
        "cluster_industries": industries,
        "supplier_gap": inputs,
        "peer_strip": peers,
        "coagglomeration_matrix": together,
        "backbone_network": together,
        "hot_spot_map": spots,
    }


@pytest.fixture
def drawn_texts(monkeypatch):
    """Return a function: figure -> every text it draws, with its box in pixels and its size."""
    seen = []
    original = Text.draw

    def draw(self, renderer, *args, **kwargs):
        if self.get_visible() and self.get_text().strip():
            box = Text.get_window_extent(self, renderer)
            seen.append((self.get_text(), box, self.get_fontsize(), self))
        return original(self, renderer, *args, **kwargs)

    monkeypatch.setattr(Text, "draw", draw)

    def look(figure):
        seen.clear()
        FigureCanvasAgg(figure).draw()
        return list(seen)

    return look


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")
