"""How are files written so that none is lost or half there, and tables read without guessing?"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from clusteranalysis.errors import DataError, OutputError, SchemaError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_table", "replacing", "require_folder", "require_new", "write_bytes"]

#: Columns of a CSV file that hold numbers; every other column stays text, so '06001' does.
_WHOLE = ("year", "draw")
_NUMBERS = (
    *_WHOLE,
    "employment",
    "establishments",
    "payroll",
    "employment_low",
    "employment_high",
    "plant_herfindahl",
    "weight",
)
#: How programs write a number that is not there.
_MISSING = ("", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None")
_SHOWN = 5


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside the final one; the final file is whole or untouched.

    The folder is made where it is missing. The temporary name carries the process, so that two
    processes that write the same file do not write into each other's.
    """
    final = Path(path)
    temporary = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(final)
    except OSError as error:
        raise OutputError(
            f"cannot write {final.name!r} to {str(final.parent)!r} ({error.strerror or error}): "
            "choose a folder you may write to"
        ) from error
    finally:
        # The folder itself may be what failed; the error above already says so.
        with suppress(OSError):
            temporary.unlink()


def write_bytes(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a file whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return Path(path)


def table_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV: an empty field is withheld or undefined, and nothing is rounded."""
    return table.to_csv(index=False, lineterminator="\n").encode()


def require_folder(folder: str | os.PathLike[str]) -> Path:
    """Make a folder where it is missing and check that it can be written to, before any work."""
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".write-test.{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except FileExistsError:
        raise OutputError(f"{str(path)!r} is a file: choose a folder to write to") from None
    except OSError as error:
        raise OutputError(
            f"cannot write to the folder {str(path)!r} ({error.strerror or error}): choose "
            "another, or change its permissions"
        ) from None
    return path


def require_new(paths: Iterable[str | os.PathLike[str]], *, force: bool) -> None:
    """Refuse to write over what is there already, before any work, unless told to."""
    there = [Path(path) for path in paths if os.path.lexists(path)]
    if not there or force:
        return
    more = f" and {len(there) - 1} more are" if len(there) > 1 else " is"
    raise OutputError(
        f"{str(there[0])!r}{more} there already: choose another place, or use --force to "
        "replace what is there"
    )


def read_table(path: str | os.PathLike[str], *, what: str = "table") -> pd.DataFrame:
    """Read a user's table from CSV or Parquet, refusing what a reader would have to guess.

    Rows of a CSV file are labelled by their place in the file, the header being row 1, as in a
    spreadsheet; messages about bad rows show these labels.
    """
    import pandas as pd
    import pyarrow as pa

    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".csv", ".parquet"):
        raise DataError(
            f"{what} {str(path)!r} is neither .csv nor .parquet: save it as one of them"
        )
    try:
        # By handle: from a name, pandas would also take an address, an archive or a folder.
        with path.open("rb") as file:
            table = _read_csv(file, path.name) if kind == ".csv" else pd.read_parquet(file)
    except FileNotFoundError:
        raise DataError(f"no file {str(path)!r}: check the name") from None
    except SchemaError:
        raise
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        saved = "comma-separated text in UTF-8" if kind == ".csv" else "Parquet"
        raise DataError(f"cannot read {str(path)!r} ({reason}): save it as {saved}") from None
    if table.empty:
        raise DataError(f"{str(path)!r} holds no rows: give it at least one below the header")
    return table


def _read_csv(file: IO[bytes], name: str) -> pd.DataFrame:
    """Read all cells as text first: pandas would rename, shift or drop what is not in order."""
    import pandas as pd

    # Without a header, a row longer than the first one is an error that names its line.
    cells = pd.read_csv(file, header=None, dtype=str, keep_default_na=False, skip_blank_lines=False)
    cells = cells.set_axis(range(1, len(cells) + 1))
    header = cells.iloc[0].tolist()
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise SchemaError(
            f"column {twice[0]!r} stands {header.count(twice[0])} times in {name!r}: keep one"
        )
    table = cells.iloc[1:].set_axis(header, axis=1)
    table = table[(table != "").any(axis=1)]
    for column in header:
        if column in _NUMBERS:
            table[column] = _numbers(table[column], name)
        elif column in ("region", "industry"):
            _refuse(table[column], table[column] == "", name, "is empty", "fill it in")
    return table


def _numbers(text: pd.Series, name: str) -> pd.Series:
    import pandas as pd

    missing = text.isin(_MISSING)
    number = pd.to_numeric(text.mask(missing), errors="coerce").astype(float)
    mend = "write plain numbers such as 1234.5, and leave the field empty where one is withheld"
    _refuse(text, number.isna() & ~missing, name, "holds what is no number", mend)
    if text.name not in _WHOLE:
        return number
    # Beyond 2^53 a float no longer tells whole numbers apart.
    odd = ~((number % 1 == 0) & (number.abs() < 2**53))
    _refuse(text, odd, name, "holds what is no whole number", "write one in every row")
    return number.astype("int64")


def _refuse(text: pd.Series, bad: pd.Series, name: str, fault: str, mend: str) -> None:
    """Name the first bad rows, if there are any."""
    if bad.any():
        rows = ", ".join(f"row {row} {value!r}" for row, value in text[bad].head(_SHOWN).items())
        more = f" and {int(bad.sum()) - _SHOWN} more" if bad.sum() > _SHOWN else ""
        raise SchemaError(f"column {text.name!r} of {name!r} {fault} ({rows}{more}): {mend}")
