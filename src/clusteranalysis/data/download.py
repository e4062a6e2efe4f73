"""How do the agencies' files get into the cache, all that are wanted at once?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from clusteranalysis.data import registry
from clusteranalysis.data.cache import cache_folder, cached
from clusteranalysis.data.transfer import Fetcher
from clusteranalysis.errors import DataError

if TYPE_CHECKING:
    from rich.progress import Progress

    from clusteranalysis.data.registry import CBPLevel, Layer, RemoteFile, Resolution

__all__ = ["cached", "fetch", "fetch_boundaries", "fetch_cbp", "fetch_naics", "fetch_qcew"]


def fetch(
    files: Iterable[RemoteFile],
    *,
    workers: int = 4,
    progress: bool = True,
    data_dir: str | os.PathLike[str] | None = None,
    timeout: float = 30.0,
    refresh: bool = False,
) -> list[Path]:
    """Bring official files into the cache; those that are there need no network.

    Parameters
    ----------
    files : iterable of RemoteFile
        As :mod:`clusteranalysis.data.registry` names them.
    workers : int
        Files downloaded at the same time.
    progress : bool
        Show a progress bar on stderr, where that is a terminal.
    data_dir : path, optional
        Folder of the cache. Default: ``CLUSTERANALYSIS_DATA_DIR``, else the system's cache
        folder.
    timeout : float
        Seconds without a byte after which a server counts as stalled.
    refresh : bool
        Download again what is there, and accept it if the agency has changed it.

    Returns
    -------
    list of Path
        The files, in the order asked for; each whole, and the same as when it first came.

    Raises
    ------
    DataError
        Some file could not be had, or is not the one recorded; one line a file with its address
        and the path to put it by hand. All the others have been fetched.
    OutputError
        The cache cannot be written.

    Examples
    --------
    >>> fetch([])
    []
    """
    import requests

    wanted = list(files)
    if workers < 1:
        raise DataError(f"workers={workers!r} does nothing: use at least 1")
    if not wanted:
        return []
    root, faults = cache_folder(data_dir), list[str]()
    with (
        requests.Session() as session,
        _bar(progress) as bar,
        ThreadPoolExecutor(workers) as pool,
    ):
        fetcher = Fetcher(root, session, bar, timeout=timeout, refresh=refresh)
        try:
            futures = [pool.submit(fetcher, file) for file in dict.fromkeys(wanted)]
            for future in futures:
                try:
                    future.result()
                except DataError as error:
                    faults.append(str(error))
        except BaseException:
            fetcher.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    if faults:
        raise DataError("\n".join(dict.fromkeys(faults)))
    return [root / file.path for file in wanted]


def fetch_cbp(
    years: int | Iterable[int],
    level: CBPLevel = "county",
    *,
    workers: int = 4,
    progress: bool = True,
    data_dir: str | os.PathLike[str] | None = None,
    refresh: bool = False,
) -> list[Path]:
    """Fetch County Business Patterns as the Census Bureau publishes them.

    Parameters
    ----------
    years : int or iterable of int
        Years of the figures, 1998 on.
    level : {"county", "state", "us", "msa", "zip"}
        Areas; ZIP codes have two files a year, totals and industries.
    workers, progress, data_dir, refresh
        As in :func:`fetch`.

    Returns
    -------
    list of Path
        The files by year.

    Raises
    ------
    DataError, OutputError
        As in :func:`fetch`.

    Examples
    --------
    >>> fetch_cbp(1990)
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.DataError: County Business Patterns by NAICS has no file of 1990: ...
    """
    files = [file for year in _listed(years) for file in registry.cbp_files(year, level)]
    return fetch(files, workers=workers, progress=progress, data_dir=data_dir, refresh=refresh)


def fetch_qcew(
    years: int | Iterable[int],
    areas: str | Iterable[str] | None = None,
    *,
    workers: int = 4,
    progress: bool = True,
    data_dir: str | os.PathLike[str] | None = None,
    refresh: bool = False,
) -> list[Path]:
    """Fetch annual averages of the Quarterly Census of Employment and Wages.

    Parameters
    ----------
    years : int or iterable of int
        Years of the figures, 1990 on.
    areas : str or iterable of str, optional
        Codes of areas, such as ``"06001"``, each a small file; the agency serves them for recent
        years only. Default: the single file of all areas, some 80 MB a year.
    workers, progress, data_dir, refresh
        As in :func:`fetch`.

    Returns
    -------
    list of Path
        The files by year, then area.

    Raises
    ------
    DataError, OutputError
        As in :func:`fetch`.

    Examples
    --------
    >>> fetch_qcew(2018, "Alameda")
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.DataError: area='Alameda' is no QCEW area: write five characters, ...
    """
    codes = [areas] if areas is None or isinstance(areas, str) else list(areas)
    files = [registry.qcew_file(year, code) for year in _listed(years) for code in codes]
    return fetch(files, workers=workers, progress=progress, data_dir=data_dir, refresh=refresh)


def fetch_naics(
    *,
    workers: int = 4,
    progress: bool = True,
    data_dir: str | os.PathLike[str] | None = None,
    refresh: bool = False,
) -> list[Path]:
    """Fetch the Census concordances from each edition of the NAICS to the next, 1997 to 2022.

    Parameters
    ----------
    workers, progress, data_dir, refresh
        As in :func:`fetch`.

    Returns
    -------
    list of Path
        Five workbooks, the oldest first.

    Raises
    ------
    DataError, OutputError
        As in :func:`fetch`.
    """
    files = registry.naics_files()
    return fetch(files, workers=workers, progress=progress, data_dir=data_dir, refresh=refresh)


def fetch_boundaries(
    year: int = 2021,
    resolution: Resolution = "500k",
    layer: Layer = "county",
    *,
    progress: bool = True,
    data_dir: str | os.PathLike[str] | None = None,
    refresh: bool = False,
) -> Path:
    """Fetch the outlines of all US counties or states, cut at the coast for maps.

    Parameters
    ----------
    year : int
        Edition: 2010, or 2013 on.
    resolution : {"500k", "5m", "20m"}
        Scale, the finest first (1:500,000).
    layer : {"county", "state"}
        Areas.
    progress, data_dir, refresh
        As in :func:`fetch`.

    Returns
    -------
    Path
        A zipped shapefile.

    Raises
    ------
    DataError, OutputError
        As in :func:`fetch`.

    Examples
    --------
    >>> fetch_boundaries(2012)
    Traceback (most recent call last):
        ...
    clusteranalysis.errors.DataError: no cartographic boundaries of 2012: use 2010, or a year ...
    """
    file = registry.boundary_file(year, resolution, layer)
    return fetch([file], progress=progress, data_dir=data_dir, refresh=refresh)[0]


def _listed(years: int | Iterable[int]) -> list[int]:
    # Asked by iterating: a year out of a table is no Python int.
    return list(years) if isinstance(years, Iterable) else [years]


@contextmanager
def _bar(shown: bool) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True, emoji=False)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console,
        transient=True,
        disable=not (shown and console.is_interactive),
    ) as bar:
        yield bar
