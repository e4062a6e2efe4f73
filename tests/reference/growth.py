"""Shift-share variants and growth rates, from the formulas in plain loops.

Nothing here is shared with the library. Small e is one region's jobs by industry, capital E the
reference's, 0 the start and 1 the end; G = E1/E0 - 1 of the reference's total, G_i of the industry
in the reference, g_i of the industry in the region and g of the region. NaN stands for a withheld
figure: a term that needs one is NaN.

Zero at the start: the rate g_i does not exist. The terms that multiply e0_i are then 0 and the
whole change e1_i is regional, so every identity below still holds.
"""

import math

from tests.reference.measures import NAN, _divide, _total, shift_share_classic


def _rate(start: float, end: float) -> float:
    return _divide(end, start) - 1


def _totals(values: list[float], total: float | None) -> float:
    return _total(values) if total is None else total


# Regional variants of the classic decomposition


def shift_share_arcelus(
    e0: list[float],
    e1: list[float],
    E0: list[float],
    E1: list[float],
    total0: float | None = None,
    total1: float | None = None,
    region_total0: float | None = None,
    region_total1: float | None = None,
) -> list[dict[str, float]]:
    """Arcelus' eight terms of one region, industry by industry.

    h_i = e0 E0_i / E0 is homothetic employment (e0 and E0 the totals at the start) and d_i = e0_i -
    h_i what differs from it. Four effects, each for h_i ("expected") and for d_i ("differential"):

    national h_i G, d_i G;  industry_mix h_i (G_i - G), d_i (G_i - G);
    regional h_i (g - G), d_i (g - G);
    regional_industry h_i (g_i - g - G_i + G), d_i (g_i - g - G_i + G).

    Identities: the eight add up to e1_i - e0_i; a pair to the same effect at e0_i, so the national
    pair is the classic national effect, the mix pair the classic mix, and the last four together
    the classic regional shift. No jobs times a rate that
    does not exist is 0. Where e0_i is 0 the rates that exist keep their formula, and the two halves
    of an effect cancel; g_i does not, so regional_industry_expected is e1_i by convention and its
    other half 0. Source: Arcelus (1984), Growth and Change 15(1), pp. 3-8, with
    Esteban-Marquillas (1972) for h_i; the paper itself was not at hand.
    """
    G = _rate(_totals(E0, total0), _totals(E1, total1))
    region_start = _totals(e0, region_total0)
    g = _rate(region_start, _totals(e1, region_total1))
    reference_start = _totals(E0, total0)
    names = ("national", "industry_mix", "regional", "regional_industry")
    result = []
    for i in range(len(e0)):
        row = {}
        h = 0.0
        if region_start != 0 and (E0[i] != 0 or reference_start == 0):
            h = region_start * _divide(E0[i], reference_start)
        G_i = _rate(E0[i], E1[i])
        g_i = _rate(e0[i], e1[i])
        rates = (G, G_i - G, g - G, (g_i - g) - (G_i - G))
        for name, rate in zip(names, rates, strict=True):
            rest = e0[i] - h
            row[f"{name}_expected"] = 0.0 if h == 0 else h * rate
            row[f"{name}_differential"] = 0.0 if rest == 0 else rest * rate
        if e0[i] == 0:
            row["regional_industry_expected"] = e1[i]
            row["regional_industry_differential"] = 0.0
        row["change"] = e1[i] - e0[i]
        result.append(row)
    return result


def shift_share_rosenfeld(
    e0: list[float],
    e1: list[float],
    E0: list[float],
    E1: list[float],
    total0: float | None = None,
    total1: float | None = None,
    weights: str = "start",
) -> list[dict[str, float]]:
    """The classic terms with the region's industries weighted at the start or at the end.

    Rosenfeld's objection to Dunn: the mix term with weights of the start year misses how the mix
    changed on the way, and what it misses lands in the regional term. Variants:

    ``"start"``: `shift_share_classic`, national e0_i G, industry_mix e0_i (G_i - G), regional
    e1_i - e0_i (1 + G_i).
    ``"end"``: the same read backwards, rates per job of the end: G' = (E1 - E0)/E1, G'_i = (E1_i -
    E0_i)/E1_i; national e1_i G', industry_mix e1_i (G'_i - G'), regional e1_i - e0_i - e1_i G'_i.
    ``"mean"``: the mean of the two, term by term.
    ``"stilwell"``: the terms of ``"start"`` with mix_modification, the mix term of ``"end"`` less
    that of ``"start"``, taken out of regional.

    Identity: the terms add up to e1_i - e0_i in every variant. Zero at the end (``"end"``): the
    terms that multiply e1_i are 0 and regional is -e0_i. Source: Rosenfeld (1959), Economie
    appliquee 4, comments on Dunn, for the objection; Stilwell (1969), Urban Studies 6, for the
    end-year weights. Neither paper was at hand: written from what later work says of them.
    """
    if weights == "start":
        return shift_share_classic(e0, e1, E0, E1, total0, total1)
    start = shift_share_classic(e0, e1, E0, E1, total0, total1)
    G = 1 - _divide(_totals(E0, total0), _totals(E1, total1))
    end = []
    for i in range(len(e0)):
        change = e1[i] - e0[i]
        if e1[i] == 0:
            row = {"national": 0.0, "industry_mix": 0.0, "regional": change}
        else:
            G_i = 1 - _divide(E0[i], E1[i])
            row = {
                "national": e1[i] * G,
                "industry_mix": e1[i] * (G_i - G),
                "regional": change - e1[i] * G_i,
            }
        row["change"] = change
        end.append(row)
    if weights == "end":
        return end
    result = []
    for i in range(len(e0)):
        if weights == "stilwell":
            row = dict(start[i])
            row["mix_modification"] = end[i]["industry_mix"] - start[i]["industry_mix"]
            row["regional"] = start[i]["regional"] - row["mix_modification"]
            result.append(row)
        else:
            result.append({name: (start[i][name] + end[i][name]) / 2 for name in end[i]})
    return result


def shift_share_gerfin(
    e0: list[float],
    e1: list[float],
    E0: list[float],
    E1: list[float],
    total0: float | None = None,
    total1: float | None = None,
    region_total0: float | None = None,
    region_total1: float | None = None,
) -> dict[str, float]:
    """Gerfin's index method for one region: three factors, not jobs.

    regional = (e1/e0) / (E1/E0); structure = (sum_i e0_i E1_i/E0_i / e0) / (E1/E0); location =
    (e1/e0) / (sum_i e0_i E1_i/E0_i / e0) = e1 / sum_i e0_i E1_i/E0_i. Identity: structure x
    location = regional. An industry with e0_i = 0 expects 0 jobs, whatever the reference did.
    Source: Gerfin (1964), Kyklos 17(4), pp. 565-593; `shift` of the R package REAT has the same.
    """
    expected = 0.0
    for i in range(len(e0)):
        if e0[i] != 0:
            expected += e0[i] * _divide(E1[i], E0[i])
    start = _totals(e0, region_total0)
    end = _totals(e1, region_total1)
    reference = _divide(_totals(E1, total1), _totals(E0, total0))
    return {
        "regional": _divide(_divide(end, start), reference),
        "structure": _divide(_divide(expected, start), reference),
        "location": _divide(end, expected),
        "expected": expected,
    }


def shift_share_dynamic(
    e: list[list[float]],
    E: list[list[float]],
    totals: list[float] | None = None,
) -> list[dict[str, float]]:
    """Sum over the years of the classic decomposition from each year to the next.

    e[t] and E[t] are region and reference in the t-th year. Identity: the terms add up to e[T]_i -
    e[0]_i. In a year that starts from 0 the whole change is regional; a withheld year in between
    makes the industry's terms NaN, though not its change. Source: Barff and Knight (1988), Growth
    and Change 19(2).
    """
    last = len(e) - 1
    result = []
    for _ in e[0]:
        result.append({"national": 0.0, "industry_mix": 0.0, "regional": 0.0})
    for t in range(last):
        total0 = None if totals is None else totals[t]
        total1 = None if totals is None else totals[t + 1]
        year = shift_share_classic(e[t], e[t + 1], E[t], E[t + 1], total0, total1)
        for i in range(len(e[0])):
            for name in ("national", "industry_mix", "regional"):
                result[i][name] += year[i][name]
    for i in range(len(e[0])):
        result[i]["change"] = e[last][i] - e[0][i]
    return result


# Space and levels


def neighbour_rates(
    r: int, E0: list[list[float]], E1: list[list[float]], W: list[list[float]]
) -> list[float]:
    """Growth of each industry in region r's neighbourhood taken as one area.

    (sum_s w_rs e1_si - sum_s w_rs e0_si) / sum_s w_rs e0_si over s with w_rs > 0; NaN where the
    neighbours had none at the start. Source: Nazara and Hewings (2004).
    """
    result = []
    for i in range(len(E0[0])):
        start = 0.0
        end = 0.0
        for s in range(len(E0)):
            if W[r][s] != 0:
                start += W[r][s] * E0[s][i]
                end += W[r][s] * E1[s][i]
        result.append(_rate(start, end))
    return result


def shift_share_spatial(
    r: int,
    E0: list[list[float]],
    E1: list[list[float]],
    X0: list[float],
    X1: list[float],
    W: list[list[float]],
    total0: float | None = None,
    total1: float | None = None,
) -> list[dict[str, float]]:
    """Shift-share of region r with its neighbourhood between the reference and the region.

    Row sums of W do not matter. With v_i the `neighbour_rates`:

    national e0_i G; industry_mix e0_i (G_i - G); neighbour_reference e0_i (v_i - G_i);
    regional e0_i (g_i - v_i); neighbour_mix e0_i (v_i - G), which is industry_mix +
    neighbour_reference.

    Identities: national + neighbour_mix + regional = change (Nazara and Hewings' own three terms)
    and national + industry_mix + neighbour_reference + regional = change. Where e0_i is 0 all are 0
    except regional, which is e1_i; where the neighbours had none at the start v_i does not
    exist and its terms are NaN. Source: Nazara and Hewings (2004), Growth and Change 35(4).
    """
    G = _rate(_totals(X0, total0), _totals(X1, total1))
    v = neighbour_rates(r, E0, E1, W)
    result = []
    for i in range(len(X0)):
        e0, e1 = E0[r][i], E1[r][i]
        if e0 == 0:
            terms = {"national": 0.0, "industry_mix": 0.0, "neighbour_reference": 0.0}
            terms.update({"neighbour_mix": 0.0, "regional": e1})
        else:
            G_i = _rate(X0[i], X1[i])
            terms = {
                "national": e0 * G,
                "industry_mix": e0 * (G_i - G),
                "neighbour_reference": e0 * (v[i] - G_i),
                "neighbour_mix": e0 * (v[i] - G),
                "regional": (e1 - e0) - e0 * v[i],
            }
        terms["change"] = e1 - e0
        result.append(terms)
    return result


def shift_share_nested(
    e0: list[float],
    e1: list[float],
    S0: list[float],
    S1: list[float],
    N0: list[float],
    N1: list[float],
    state_totals: tuple[float, float] | None = None,
    nation_totals: tuple[float, float] | None = None,
) -> list[dict[str, float]]:
    """Three levels: a region e inside a state S inside a nation N, industry by industry.

    With G, G_i the nation's rates, K, K_i the state's and g_i the region's:

    national e0_i G; industry_mix e0_i (G_i - G); state e0_i (K_i - G_i); regional e0_i (g_i - K_i).

    Identity: the four add up to e1_i - e0_i; state + regional is the classic regional shift against
    the nation, and regional that against the state. ``state_growth`` e0_i (K - G) and ``state_mix``
    e0_i ((K_i - K) - (G_i - G)) split the state's term in two. Where e0_i is 0 all are 0 except
    regional, which is e1_i. Source: the rates of Dunn (1960) telescoped over
    three levels.
    """
    start, end = nation_totals if nation_totals is not None else (_total(N0), _total(N1))
    G = _rate(start, end)
    start, end = state_totals if state_totals is not None else (_total(S0), _total(S1))
    K = _rate(start, end)
    names = ("national", "industry_mix", "state", "state_growth", "state_mix")
    result = []
    for i in range(len(e0)):
        change = e1[i] - e0[i]
        if e0[i] == 0:
            row = dict.fromkeys(names, 0.0)
            row["regional"] = e1[i]
        else:
            G_i = _rate(N0[i], N1[i])
            K_i = _rate(S0[i], S1[i])
            rates = (G, G_i - G, K_i - G_i, K - G, (K_i - K) - (G_i - G))
            row = {name: e0[i] * rate for name, rate in zip(names, rates, strict=True)}
            row["regional"] = change - e0[i] * K_i
        row["change"] = change
        result.append(row)
    return result


# Growth rates


def growth_rates(e0: float, e1: float, years: float = 1.0) -> dict[str, float]:
    """Growth of one figure from e0 to e1 over a number of years.

    change = e1 - e0; rate = e1/e0 - 1; annual = (e1/e0)^(1/years) - 1; log = ln(e1/e0); midpoint =
    (e1 - e0) / ((e0 + e1)/2). Identities: e0 (1 + rate) = e1; e0 (1 + annual)^years = e1; e0
    exp(log) = e1; midpoint = 2 rate / (2 + rate).

    Entry (0, then some): no rate, no annual and no log, midpoint 2. Exit (some, then 0): rate and
    annual -1, no log, midpoint -2. Nothing at either date: none of the four exists. Source: Davis,
    Haltiwanger and Schuh (1996), Job Creation and Destruction, for the midpoint; Tornqvist, Vartia
    and Vartia (1985) for the log.
    """
    result = dict.fromkeys(("change", "rate", "annual", "log", "midpoint"), NAN)
    if math.isnan(e0) or math.isnan(e1):
        return result
    result["change"] = e1 - e0
    result["midpoint"] = _divide(e1 - e0, (e0 + e1) / 2)
    if e0 != 0:
        result["rate"] = e1 / e0 - 1
        result["annual"] = (e1 / e0) ** (1 / years) - 1
        if e1 != 0:
            result["log"] = math.log(e1 / e0)
    return result


def growth_status(e0: float, e1: float) -> str | None:
    """ "entry", "exit", "stayed" or "absent"; None where a figure is withheld."""
    if math.isnan(e0) or math.isnan(e1):
        return None
    if e0 == 0:
        return "entry" if e1 != 0 else "absent"
    return "stayed" if e1 != 0 else "exit"


def growth_contributions(e0: list[float], e1: list[float], total0: float) -> list[float]:
    """(e1_i - e0_i) / e0: each industry's points of the region's growth.

    Identity: they add up to the growth rate of the region where the industries add up to its total.
    """
    return [_divide(e1[i] - e0[i], total0) for i in range(len(e0))]


# Prognosis and portfolio


def prognosis(
    e0: float,
    e1: float,
    E0: float,
    E1: float,
    years: float,
    horizon: float,
    outlook: float | None = None,
    shift: bool = False,
) -> dict[str, float]:
    """Jobs ``horizon`` years on if the reference grows by F and the region keeps share or lead.

    F = outlook / E1, or (E1/E0)^(horizon/years) without an outlook; G = F^(1/horizon) - 1 a year.
    Share kept: e1 F, lead 0. Lead kept (``shift``): s = (e1/e0)^(1/years) - (E1/E0)^(1/years) and
    e1 (1 + G + s)^horizon, NaN where a rate has no start or 1 + G + s is below 0, unless there is
    nothing left to lose: e1 = 0 stays 0. Identity: with
    the trend and the lead kept the cell's own growth goes on, e1 (e1/e0)^(horizon/years). Source:
    Brown (1969), Journal of Regional Science 9(1), constant share and constant shift.
    """
    trend = _divide(E1, E0)
    F = trend ** (horizon / years) if outlook is None else _divide(outlook, E1)
    G = F ** (1 / horizon) - 1
    s = 0.0
    if shift:
        s = _divide(e1, e0) ** (1 / years) - trend ** (1 / years)
    base = 1 + G + s
    jobs = e1 * (F if not shift else base**horizon)
    if math.isnan(base) or base < 0:
        jobs = 0.0 if base < 0 and e1 == 0 else NAN
    return {"jobs": jobs, "growth": G, "shift": s}


def same_sign(terms: list[float], sizes: list[float]) -> list[float]:
    """Of the known terms, the share with the sign of each; NaN for a term that is not known.

    A term within 1e-9 of its size is 0, a sign of its own.
    """
    signs = []
    for term, size in zip(terms, sizes, strict=True):
        if math.isnan(term):
            signs.append(None)
        elif abs(term) <= 1e-9 * size:
            signs.append(0)
        else:
            signs.append(1 if term > 0 else -1)
    known = [sign for sign in signs if sign is not None]
    return [NAN if s is None else known.count(s) / len(known) for s in signs]
