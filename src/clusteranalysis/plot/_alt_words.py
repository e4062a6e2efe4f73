"""How do descriptions of figures list names and count things?"""

from __future__ import annotations

from collections.abc import Iterable

__all__: list[str] = []


def names(named: Iterable[object], most: int = 5) -> str:
    """List a few names and count the others."""
    listed = [str(name) for name in named]
    if len(listed) > most:
        return f"{'; '.join(listed[:most])} and {len(listed) - most} more"
    # Semicolons, because names hold commas.
    return "; ".join(listed)


def missing(named: Iterable[object], why: str) -> str:
    """Say what is not shown, or nothing."""
    listed = names(named)
    return f" Not shown ({why}): {listed}." if listed else ""


def plural(count: int, noun: str) -> str:
    """Count things: county becomes counties."""
    if count == 1:
        return f"{count:,} {noun}"
    return f"{count:,} {f'{noun[:-1]}ies' if noun.endswith('y') else f'{noun}s'}"
