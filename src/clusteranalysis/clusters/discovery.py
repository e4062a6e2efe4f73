"""Which groups of industries do the data themselves suggest?

After Delgado, Porter and Stern (2016): similarities of industries (where they locate, who buys
from whom, whom they employ) are standardised and averaged; a grid of clusterings is scored by how
much more related industries are within groups than between; the best one is mended by moving
outliers. Our own are the Leiden method on a nearest-neighbour graph, the rule that moves outliers
(theirs is a judgment), and the stability under resampling of regions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusteranalysis.clusters.definition import Cluster, ClusterDefinition, Tradability
from clusteranalysis.clusters.formats import slug
from clusteranalysis.errors import SchemaError
from clusteranalysis.industries import naics
from clusteranalysis.kernels import grouping as kernel
from clusteranalysis.kernels.colocation import coagglomeration, correlation
from clusteranalysis.kernels.specialization import shares
from clusteranalysis.schema import (
    TOTAL,
    Absent,
    check_columns,
    check_employment,
    check_option,
    random_generator,
)

__all__ = ["DiscoveredClusters", "GroupingMethod", "discover_clusters"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Source = Literal["employment", "establishments", "coagglomeration"]
GroupingMethod = Literal["average", "ward", "kmeans", "leiden"]
Correlate = Literal["level", "log", "share"]
Report = Callable[[str], None]

#: Neighbours that each industry is joined to in the graph of the Leiden method.
_NEIGHBOURS = 12
_KMEANS_STARTS = 4
_RESOLUTIONS = 25
#: With more similarities than this, not every combination of them is tried.
_ALL_COMBINATIONS = 3
#: Titles that name a cluster.
_NAMED_BY = 2


@dataclass(frozen=True)
class DiscoveredClusters:
    """A partition of industries found in data, how it was chosen, and how sure it is.

    Attributes
    ----------
    members : DataFrame
        One row an industry: ``industry``, ``cluster`` (number from 1, by jobs), ``within`` and
        ``between`` (mean similarity, in standard deviations, with the rest of its cluster and with
        the closest other one), ``moved`` (whether a rule moved it), ``stability`` (how much of its
        cluster it keeps when regions are resampled, 0..1).
    clusters : DataFrame
        One row a cluster: ``cluster``, ``name``, ``industries`` (how many), ``employment``,
        ``within``, ``between`` (with the closest other cluster), ``stability``.
    scores : DataFrame
        One row a clustering of the grid: ``sources`` (joined by ``+``), ``method``, ``groups``,
        the four validation scores and their mean ``score``, and ``margin`` (mean relatedness of an
        industry with its group less that with the closest other), each a mean over the sources.
    chosen : dict
        Row of ``scores`` that was chosen, and ``score_after_moves``.
    stability : float
        Mean adjusted Rand index of the partitions of resampled regions with this one (NaN: none).
    left_out : tuple of str
        Industries that are the same in all regions, so that nothing can be said of them.
    """

    members: pd.DataFrame
    clusters: pd.DataFrame
    scores: pd.DataFrame
    chosen: dict[str, Any]
    stability: float
    left_out: tuple[str, ...]

    def definition(
        self,
        *,
        id: str = "discovered",
        title: str = "Clusters found in data",
        vintage: int = 2017,
        tradability: Mapping[str, str] | Tradability = "mixed",
    ) -> ClusterDefinition:
        """Turn the partition into a definition, to measure with and to edit.

        Parameters
        ----------
        id, title : str
            What the definition is called.
        vintage : int
            NAICS edition of the industries' codes.
        tradability : str or mapping of industry to str
            One tag for all, or each industry's; a cluster of both kinds is mixed.

        Returns
        -------
        ClusterDefinition
            :func:`write_definition` writes it.
        """
        made = []
        for row in self.clusters.itertuples():
            codes = self.members.loc[self.members["cluster"] == row.cluster, "industry"].tolist()
            tags = {
                tradability if isinstance(tradability, str) else tradability[code] for code in codes
            }
            tag: Any = tags.pop() if len(tags) == 1 else "mixed"
            name = f"{row.cluster}. {row.name}"
            made.append(Cluster(slug(name)[:60].strip("-"), name, tag, tuple(codes)))
        notes = (
            f"Found by discover_clusters: {self.chosen['method']} on {self.chosen['sources']}, "
            f"score {self.chosen['score_after_moves']:.3f}, stability {self.stability:.2f}."
        )
        return ClusterDefinition(id, title, vintage, tuple(made), notes)

    def __repr__(self) -> str:
        return (
            f"DiscoveredClusters({len(self.members)} industries in {len(self.clusters)} clusters "
            f"by {self.chosen['method']} on {self.chosen['sources']}, score "
            f"{self.chosen['score_after_moves']:.3f}, stability {self.stability:.2f})"
        )


def discover_clusters(
    employment: pd.DataFrame,
    *,
    rng: np.random.Generator | int,
    sources: Sequence[Source] = ("employment", "establishments", "coagglomeration"),
    linkages: Mapping[str, pd.DataFrame] | None = None,
    correlate: Correlate = "level",
    groups: Iterable[int] = range(20, 61, 5),
    methods: Sequence[GroupingMethod] = ("average", "ward", "kmeans", "leiden"),
    resamples: int = 20,
    absent: Absent = "withheld",
    progress: Report | None = None,
) -> DiscoveredClusters:
    """Which industries belong together, judging by where they are and whom they deal with?

    Parameters
    ----------
    employment : DataFrame
        One year at one industry level, all regions: ``region, industry, employment`` and
        ``establishments``. For clusters in Porter's sense leave local industries out first.
    rng : numpy Generator or int
        Randomness or seed: the same one gives the same clusters.
    sources : sequence of {"employment", "establishments", "coagglomeration"}
        Similarities to compute: locational correlation of jobs and of establishments, and
        Ellison, Glaeser and Kerr's coagglomeration.
    linkages : mapping of name to DataFrame, optional
        Further similarities, one row a pair: ``industry, partner`` and a value, as
        :func:`input_output_links` and :func:`occupation_similarity` return them. A pair without a
        row has none of it, 0.
    correlate : {"level", "log", "share"}
        What is correlated, see :func:`locational_correlation`; Delgado, Porter and Stern take
        levels.
    groups : iterable of int
        Numbers of groups to try.
    methods : sequence of {"average", "ward", "kmeans", "leiden"}
        Hierarchical by average linkage and by Ward's, k-means on the rows of the similarity
        matrix, Leiden on its nearest-neighbour graph (at the resolutions that come nearest).
    resamples : int
        Times that regions are drawn anew, to see what stays together.
    absent : {"withheld", "zero"}
        What a missing row means. A withheld number leaves the similarities of its industry
        unknown: impute it first, or say ``"zero"`` where cells without a row are as good as empty.
    progress : callable, optional
        Called with one line of text a step.

    Returns
    -------
    DiscoveredClusters
        The partition, its scores and its stability.

    Raises
    ------
    SchemaError
        The table breaks the contract or has several years; a number is withheld; an option is
        malformed; or there are too few industries.

    Notes
    -----
    Each similarity becomes z-scores over all pairs; every combination of up to three sources (of
    more: each alone, all, and all but one) is averaged and clustered. Scores are the shares of
    clusters and of industries whose relatedness within exceeds the mean, and the 95th percentile,
    of that with other clusters, averaged over the sources. The clustering of the best score (of
    equal ones, the largest margin: merging or splitting clear groups costs little score) is
    mended on the average of all sources: the industry that would gain most moves to the cluster it
    is most related to, until none gains. Employees, plants and towns are spread by much else than
    linkages: clusters so found are proposals for people who know the industries.

    References
    ----------
    Delgado, M., Porter, M. E. and Stern, S. (2016). Defining clusters of related industries.
    Journal of Economic Geography 16(1), 1-38.
    Traag, V. A., Waltman, L. and van Eck, N. J. (2019). From Louvain to Leiden: guaranteeing
    well-connected communities. Scientific Reports 9:5233.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> codes = ["3111", "3112", "3113", "3341", "3342", "3344"]
    >>> towns = np.repeat(rng.gamma(0.5, 100, (40, 2)), 3, axis=1) + rng.gamma(1, 5, (40, 6))
    >>> jobs = pd.DataFrame({"region": np.repeat([f"R{r:02d}" for r in range(40)], 6),
    ...     "industry": codes * 40, "employment": towns.ravel().round(),
    ...     "establishments": np.ceil(towns.ravel() / 20)})
    >>> found = discover_clusters(jobs, rng=0, groups=[2, 3], methods=["average"], resamples=5)
    >>> found.members.groupby("cluster")["industry"].agg(" ".join).tolist()
    ['3111 3112 3113', '3341 3342 3344']
    """
    tried = _check_options(sources, groups, methods, correlate, resamples)
    codes, E, N = _matrices(employment, sources, absent)
    generator = random_generator(rng)
    say = progress or (lambda line: None)
    given = {name: _linkage(table, codes, name) for name, table in (linkages or {}).items()}

    def similarities(rows: Ints | slice) -> dict[str, Floats]:
        return _similarities(E[rows], None if N is None else N[rows], sources, correlate) | given

    whole = similarities(slice(None))
    known = np.all([~np.isnan(M).all(axis=1) for M in whole.values()], axis=0)
    left = tuple(codes[~known])
    if known.sum() <= max(tried):
        raise SchemaError(
            f"{int(known.sum())} industries can be compared: fewer than the {max(tried)} groups "
            "asked for and one more"
        )
    Z = _standardised(whole, known)
    seed = int(generator.integers(2**31))
    scores, labels = _grid(Z, tried, methods, seed, say)
    best = int(scores.sort_values(["score", "margin"], kind="stable").index[-1])
    chosen: dict[str, Any] = {str(key): value for key, value in scores.iloc[best].items()}
    average = np.mean([*Z.values()], axis=0)
    mended = _by_size(kernel.reassign(average, labels[best]), E[:, known].sum(axis=0))
    chosen["score_after_moves"] = _mean_validation(Z, mended).score
    moved = _moved(labels[best], mended)
    say(f"chosen: {chosen['method']} on {chosen['sources']}, {mended.max() + 1} clusters")
    together = np.zeros(len(mended))
    rand = []
    for number in range(resamples):
        drawn = np.sort(generator.integers(0, len(E), len(E)))
        again = _resampled(similarities(drawn), known, chosen, seed)
        index, kept = _agreement(mended, again)
        rand.append(index)
        together += kept
        say(f"resample {number + 1} of {resamples}: adjusted Rand {index:.2f}")
    stability = together / resamples if resamples else np.full(len(mended), np.nan)
    members = _members(codes[known], average, mended, moved, stability)
    return DiscoveredClusters(
        members,
        _clusters(members, E[:, known].sum(axis=0), average, mended),
        scores,
        chosen,
        float(np.mean(rand)) if rand else float("nan"),
        left,
    )


def _check_options(
    sources: Sequence[str],
    groups: Iterable[int],
    methods: Sequence[str],
    correlate: str,
    resamples: int,
) -> list[int]:
    """The numbers of groups to try, after a look at every option."""
    for source in sources:
        check_option("sources", source, Source)
    for method in methods:
        check_option("methods", method, GroupingMethod)
    check_option("correlate", correlate, Correlate)
    tried = sorted({int(number) for number in groups})
    if not sources or not methods or not tried or tried[0] < 2 or resamples < 0:
        raise SchemaError(
            f"sources={list(sources)}, methods={list(methods)}, groups={tried}, resamples="
            f"{resamples}: name at least one source and one method, and groups of two and more"
        )
    return tried


def _matrices(
    employment: pd.DataFrame, sources: Sequence[str], absent: Absent
) -> tuple[NDArray[Any], Floats, Floats | None]:
    """Industry codes, jobs and establishments as regions x industries."""
    check_option("absent", absent, Absent)
    columns = ["employment", *(["establishments"] if "establishments" in sources else [])]
    check_columns(employment, ["region", "industry", *columns])
    table = check_employment(employment[employment["industry"] != TOTAL])
    for key in ("year", "draw"):
        if key in table.columns and table[key].nunique() > 1:  # noqa: PD101
            raise SchemaError(
                f"column {key!r} has several values: keep one, or average them, before clusters "
                "are looked for"
            )
    found = []
    for column in columns:
        wide = table.pivot(index="region", columns="industry", values=column)  # noqa: PD010
        values = wide.to_numpy(float)
        if absent == "zero":
            missing = table[table[column].isna()]
            values = wide.fillna(0.0).to_numpy(float)
        else:
            missing = table.iloc[:0]
        holes = int(np.isnan(values).sum()) or len(missing)
        if holes:
            raise SchemaError(
                f"column {column!r} is withheld or has no row in {holes:,} of {values.size:,} "
                "cells: impute() them, or pass absent='zero' for cells without a row"
            )
        found.append(values)
    return np.array(wide.columns, dtype=object), found[0], found[1] if len(found) > 1 else None


def _similarities(
    E: Floats, N: Floats | None, sources: Sequence[str], correlate: Correlate
) -> dict[str, Floats]:
    """Every similarity of all pairs; an industry that is the same everywhere is NaN."""

    def scaled(X: Floats) -> Floats:
        if correlate == "log":
            return np.log1p(X)
        if correlate == "share":
            inhabited = X.sum(axis=1) > 0
            return shares(X[inhabited], axis=1)
        return X

    found: dict[str, Floats] = {}
    for source in sources:
        if source == "coagglomeration":
            S = shares(E, axis=0)
            found[source] = coagglomeration(S, np.nanmean(S, axis=1))
        elif source == "establishments" and N is not None:
            found[source] = correlation(scaled(N))
        else:
            found[source] = correlation(scaled(E))
    return found


def _linkage(table: pd.DataFrame, codes: NDArray[Any], name: str) -> Floats:
    """A similarity given as pairs, as a symmetric matrix."""
    check_columns(table, ["industry", "partner"], what=f"linkages table {name!r}")
    values = [c for c in table.columns if c not in ("industry", "partner")]
    if len(values) != 1:
        raise SchemaError(
            f"the linkages table {name!r} has the columns {', '.join(map(str, values)) or 'none'} "
            "beside industry and partner: keep the one value"
        )
    place = pd.Index(codes)
    left, right = (place.get_indexer(table[key]) for key in ("industry", "partner"))
    inside = (left >= 0) & (right >= 0) & (left != right)
    if not inside.any():
        raise SchemaError(
            f"no pair of the linkages table {name!r} is of two industries of the employment "
            "table: bring both to one level and edition"
        )
    M = np.zeros((len(codes), len(codes)))
    number = table[values[0]].to_numpy(float)
    M[left[inside], right[inside]] = number[inside]
    M[right[inside], left[inside]] = number[inside]
    return M


def _standardised(found: dict[str, Floats], known: NDArray[np.bool_]) -> dict[str, Floats]:
    return {name: kernel.standardised(M[np.ix_(known, known)]) for name, M in found.items()}


def _combinations(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Which similarities to average."""
    if len(names) <= _ALL_COMBINATIONS:
        return [c for size in range(1, len(names) + 1) for c in combinations(names, size)]
    return [*((name,) for name in names), *combinations(names, len(names) - 1), tuple(names)]


def _grid(
    Z: dict[str, Floats],
    tried: list[int],
    methods: Sequence[GroupingMethod],
    seed: int,
    say: Report,
) -> tuple[pd.DataFrame, list[Ints]]:
    """Score every clustering of every combination."""
    rows, labels = [], []
    for combination in _combinations([*Z]):
        S = np.mean([Z[name] for name in combination], axis=0)
        for method in methods:
            for partition in _partitions(S, method, tried, seed):
                # Few large groups score high and say little: only what was asked for counts.
                if not tried[0] <= partition.max() + 1 <= tried[-1]:
                    continue
                scores = _mean_validation(Z, partition)
                row = {
                    "sources": "+".join(combination),
                    "method": method,
                    "groups": int(partition.max()) + 1,
                    **scores._asdict(),
                    "score": scores.score,
                    "margin": float(np.mean([kernel.margin(M, partition) for M in Z.values()])),
                }
                rows.append(row)
                labels.append(partition)
        say(f"clustered {'+'.join(combination)}")
    if not rows:
        raise SchemaError(
            f"no method found {tried[0]} to {tried[-1]} groups: try other groups or methods"
        )
    return pd.DataFrame(rows), labels


def _mean_validation(Z: dict[str, Floats], labels: Ints) -> kernel.Validation:
    scores = [kernel.validation(S, labels) for S in Z.values()]
    return kernel.Validation(*np.mean(scores, axis=0).tolist())


def _partitions(S: Floats, method: GroupingMethod, tried: list[int], seed: int) -> Iterable[Ints]:
    """Clusterings of one matrix by one method, one a number of groups; labels from 0."""
    if method in ("average", "ward"):
        from scipy.cluster.hierarchy import cut_tree, linkage
        from scipy.spatial.distance import squareform

        if method == "average":
            distance = S.max() - S
            np.fill_diagonal(distance, 0.0)
            tree = linkage(squareform(distance, checks=False), "average")
        else:
            tree = linkage(S, "ward")
        cut = cut_tree(tree, tried)
        return [_numbered(cut[:, column]) for column in range(len(tried))]
    if method == "kmeans":
        return [_kmeans(S, number, seed) for number in tried]
    return _leiden(S, tried, seed)


def _kmeans(S: Floats, number: int, seed: int) -> Ints:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    # One thread adds up in one order, whatever the machine.
    with threadpool_limits(limits=1):
        model = KMeans(number, n_init=_KMEANS_STARTS, random_state=seed, algorithm="lloyd")
        return _numbered(model.fit_predict(S))


def _leiden(S: Floats, tried: list[int], seed: int) -> list[Ints]:
    """Leiden on the graph of each industry's nearest neighbours, one partition a number.

    The method takes a resolution and finds its number of groups itself: of many resolutions, those
    that come nearest to the numbers asked for.
    """
    from scipy.sparse import csr_matrix
    from sknetwork.clustering import Leiden

    n = len(S)
    count = min(_NEIGHBOURS, n - 1)
    bare = S.copy()
    np.fill_diagonal(bare, -np.inf)
    near = np.argsort(-bare, axis=1, kind="stable")[:, :count]
    rows = np.repeat(np.arange(n), count)
    weight = bare[rows, near.ravel()]
    graph = csr_matrix((weight - weight.min() + 1e-3, (rows, near.ravel())), shape=(n, n))
    graph = graph.maximum(graph.T)
    found: dict[int, Ints] = {}
    for resolution in np.geomspace(0.25, 64.0, _RESOLUTIONS):
        model = Leiden(resolution=float(resolution), random_state=seed)
        labels = _numbered(model.fit_predict(graph))
        found.setdefault(int(labels.max()) + 1, labels)
    nearest = {min(found, key=lambda k: (abs(k - number), k)) for number in tried}
    return [found[k] for k in sorted(nearest)]


def _numbered(labels: NDArray[Any]) -> Ints:
    """Labels 0, 1, ... in the order in which they first occur."""
    return np.asarray(pd.factorize(np.asarray(labels))[0], np.intp)


def _by_size(labels: Ints, jobs: Floats) -> Ints:
    """Labels by falling jobs."""
    labels = _numbered(labels)
    size = np.bincount(labels, jobs)
    rank = np.empty(len(size), np.intp)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    return rank[labels]


def _moved(before: Ints, after: Ints) -> NDArray[np.bool_]:
    """Whether an industry left the group whose remainder it was with."""
    moved = np.ones(len(before), bool)
    for group in np.unique(before):
        here = before == group
        # The group goes on as the cluster that holds most of it.
        moved[here] = after[here] != np.bincount(after[here]).argmax()
    return moved


def _resampled(
    found: dict[str, Floats],
    known: NDArray[np.bool_],
    chosen: dict[str, Any],
    seed: int,
) -> Ints:
    """The chosen clustering on other regions."""
    # An industry that vanished with its regions is like nothing else.
    filled = {name: np.nan_to_num(M) for name, M in found.items()}
    Z = _standardised(filled, known)
    S = np.mean([Z[name] for name in str(chosen["sources"]).split("+")], axis=0)
    (labels,) = _partitions(S, chosen["method"], [int(chosen["groups"])], seed)
    return kernel.reassign(np.mean([*Z.values()], axis=0), labels)


def _agreement(base: Ints, other: Ints) -> tuple[float, Floats]:
    """Adjusted Rand index, and for each industry the overlap of its two clusters (Jaccard)."""
    from sklearn.metrics import adjusted_rand_score

    table = np.zeros((base.max() + 1, other.max() + 1))
    np.add.at(table, (base, other), 1.0)
    shared = table[base, other] - 1
    union = table.sum(axis=1)[base] + table.sum(axis=0)[other] - table[base, other] - 1
    # Two that are alone both times agree.
    kept = np.divide(shared, union, out=np.ones(len(base)), where=union > 0)
    return float(adjusted_rand_score(base, other)), kept


def _members(
    codes: NDArray[Any], S: Floats, labels: Ints, moved: NDArray[np.bool_], stability: Floats
) -> pd.DataFrame:
    rows = np.arange(len(codes))
    found = kernel.relatedness(S, labels, int(labels.max()) + 1).industry
    within = found[rows, labels]
    others = found.copy()
    others[rows, labels] = -np.inf
    table = pd.DataFrame(
        {
            "industry": pd.Series(codes, dtype="str"),
            "cluster": labels + 1,
            "within": within,
            "between": others.max(axis=1),
            "moved": moved,
            "stability": stability,
        }
    )
    return table.sort_values(["cluster", "industry"], ignore_index=True)


def _clusters(members: pd.DataFrame, jobs: Floats, S: Floats, labels: Ints) -> pd.DataFrame:
    """One row a cluster, named by the titles of its largest industries."""
    found = kernel.relatedness(S, labels, int(labels.max()) + 1).group
    within = np.diag(found).copy()
    between = found.copy()
    np.fill_diagonal(between, -np.inf)
    size = np.bincount(labels, jobs)
    structure = naics(2017)
    titles = dict(zip(structure["industry"], structure["title"], strict=True))
    order = np.argsort(labels, kind="stable")
    # ``members`` is sorted by cluster and code, as the codes of each cluster are here.
    largest = members.assign(jobs=jobs[order]).sort_values(
        ["cluster", "jobs"], ascending=[True, False], kind="stable"
    )
    names = largest.groupby("cluster")["industry"].agg(
        lambda codes: "; ".join(titles.get(code, code) for code in codes.head(_NAMED_BY))
    )
    grouped = members.groupby("cluster")
    return pd.DataFrame(
        {
            "cluster": np.arange(1, len(size) + 1),
            "name": names.to_numpy(),
            "industries": grouped.size().to_numpy(),
            "employment": size,
            "within": within,
            "between": between.max(axis=1),
            "stability": grouped["stability"].mean().to_numpy(),
        }
    )
