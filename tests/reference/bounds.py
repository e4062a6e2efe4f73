"""Exact bounds on cluster employment under disclosure rules, by linear programming."""

import math

from scipy.optimize import linprog


def _withheld(value: float | None) -> bool:
    return value is None or math.isnan(value)


def cluster_bounds(
    total: float,
    parents: dict[str, float | None],
    children: dict[str, float | None],
    cluster_of: dict[str, str],
) -> dict[str, tuple[float, float]]:
    """Smallest and largest employment each cluster can have, given all that is published.

    A county publishes its total; four-digit industries (`parents`) and their six-digit children
    (`children`: every code that exists, parent ``code[:4]``) are published or withheld (None or
    NaN). The variables are all parents, all children and one unclassified remainder, all >= 0.
    A published figure is fixed. The children of a parent add up to it; parents and remainder add
    up to the total. A parent that only its children mention counts as withheld. For each cluster,
    one linear programme minimises and one maximises the sum of its codes; codes of `cluster_of`
    that do not exist in the county count as nothing.

    Raises ValueError where nothing fits the published figures. A NaN total gives NaN bounds.
    """
    clusters = sorted(set(cluster_of.values()))
    if math.isnan(total):
        return dict.fromkeys(clusters, (math.nan, math.nan))

    parent_values: dict[str, float | None] = dict(parents)
    for code in children:
        parent_values.setdefault(code[:4], None)

    # One column per parent, then per child, then the remainder.
    column_of: dict[str, int] = {}
    limits: list[tuple[float, float | None]] = []
    for figures in (parent_values, children):
        for code, value in figures.items():
            column_of[code] = len(limits)
            if _withheld(value):
                limits.append((0.0, None))
            else:
                limits.append((float(value), float(value)))
    remainder = len(limits)
    limits.append((0.0, None))
    columns = len(limits)
    for low, _ in limits:
        if low < 0:
            raise ValueError("published employment is negative")

    # Parents and remainder add up to the total.
    row = [0.0] * columns
    for parent in parent_values:
        row[column_of[parent]] = 1.0
    row[remainder] = 1.0
    equations = [row]
    right_side = [float(total)]

    # The children of each parent that has any add up to it.
    for parent in parent_values:
        row = [0.0] * columns
        has_children = False
        for code in children:
            if code[:4] == parent:
                row[column_of[code]] = 1.0
                has_children = True
        if has_children:
            row[column_of[parent]] = -1.0
            equations.append(row)
            right_side.append(0.0)

    result = {}
    for cluster in clusters:
        objective = [0.0] * columns
        for code in children:
            if cluster_of.get(code) == cluster:
                objective[column_of[code]] = 1.0
        ends = []
        for sign in (1.0, -1.0):
            solution = linprog(
                [sign * coefficient for coefficient in objective],
                A_eq=equations,
                b_eq=right_side,
                bounds=limits,
                method="highs",
            )
            if not solution.success:
                raise ValueError(f"no employment fits the published figures: {solution.message}")
            ends.append(sign * float(solution.fun))
        result[cluster] = (ends[0], ends[1])
    return result
