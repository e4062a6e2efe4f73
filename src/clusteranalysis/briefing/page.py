"""What do all our pages share: escaping, number formats, one look, nothing from elsewhere?"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jinja2
import numpy as np
import pandas as pd
from markupsafe import Markup

import clusteranalysis
from clusteranalysis.briefing import wording

__all__ = ["page", "records"]


@lru_cache
def _environment(package: str) -> jinja2.Environment:
    """Templates of a room, and the shared ones; every text is escaped."""
    loader = jinja2.ChoiceLoader(
        [jinja2.PackageLoader(package), jinja2.PackageLoader("clusteranalysis.briefing")]
    )
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count=wording.count,
        signed=wording.signed,
        percent=wording.percent,
        dollars=wording.dollars,
        lq=wording.ratio,
        floor=wording.floor,
        span=wording.span,
        pandemic=wording.pandemic,
        sort_value=_sort_value,
    )
    return environment


def page(package: str, name: str, **content: Any) -> str:
    """Fill a template of a room (``"clusteranalysis.process"``); it computes nothing."""
    template = _environment(package).get_template(name)
    return template.render(version=clusteranalysis.__version__, **content)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as a template reads them."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]


def _sort_value(value: float) -> Markup:
    """The attribute by which a cell sorts; empty where it is withheld."""
    return Markup(' data-value="{}"').format("" if np.isnan(value) else repr(float(value)))
