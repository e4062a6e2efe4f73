"""On which line of a TOML file does a key stand?

``tomllib`` reads values without their places. This reads places without values, from text that
``tomllib`` has accepted, so that it needs to check nothing.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

from clusteranalysis.process.charter_rules import Place

__all__ = ["key_lines"]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = (
    re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""(?:"(?!")|""(?!"))?', re.DOTALL),
    re.compile(r"'''(?:[^']|'(?!''))*'''(?:'(?!')|''(?!'))?", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)
#: Numbers, dates and truth values; a date may hold one space before its time.
_PLAIN = re.compile(r"[^,\]}\s#]+(?: \d\d:[^,\]}\s#]+)?")


def key_lines(text: str) -> dict[Place, int]:
    r"""Say on which line each key, table and list item of a TOML text begins.

    Parameters
    ----------
    text : str
        What ``tomllib.loads`` has accepted.

    Returns
    -------
    dict
        Keys and positions that lead to a value, such as ``("initiatives", 0, "title")``, and its
        line, 1 for the first.

    Examples
    --------
    >>> key_lines('title = "x"\n[[members]]\nname = "y"\n')
    {('title',): 1, ('members',): 2, ('members', 0): 2, ('members', 0, 'name'): 3}
    """
    scan = _Scan(text)
    scan.statements()
    return scan.lines


class _Scan:
    """A place in the text, and the lines found up to there."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[Place, int] = {}
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        #: How many tables each list of tables has so far.
        self._counts: dict[Place, int] = {}

    def statements(self) -> None:
        table: Place = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return found[0]

    def _note(self, place: Place, at: int) -> None:
        self.lines.setdefault(place, bisect_right(self._starts, at))

    def _header(self) -> Place:
        """``[a.b]`` or ``[[a.b]]``; a name of a list of tables means its last table."""
        start = self.at
        several = self.text.startswith("[[", start)
        self.at += 2 if several else 1
        keys = self._keys()
        place: Place = ()
        for depth, key in enumerate(keys, 1):
            place = (*place, key)
            self._note(place, start)
            if several and depth == len(keys):
                self._counts[place] = self._counts.get(place, 0) + 1
            if place in self._counts:
                place = (*place, self._counts[place] - 1)
                self._note(place, start)
        self.at = self.text.index("]", self.at) + (2 if several else 1)
        return place

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            if self.text[self.at] in "\"'":
                keys.append(tomllib.loads(f"k = {self._string()}")["k"])
            else:
                keys.append(self._skip(_BARE))
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _pair(self, table: Place) -> None:
        start = self.at
        place = table
        for key in self._keys():
            place = (*place, key)
            self._note(place, start)
        self.at += 1  # the equals sign
        self._value(place)

    def _string(self) -> str:
        for pattern in _STRINGS:
            if pattern.match(self.text, self.at):
                return self._skip(pattern)
        raise AssertionError("tomllib accepts no other string")

    def _value(self, place: Place) -> None:
        self._skip(_SPACE)
        first = self.text[self.at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._items(place)
        elif first == "{":
            self._inline(place)
        else:
            self._skip(_PLAIN)

    def _items(self, place: Place) -> None:
        self.at += 1
        number = 0
        while True:
            self._skip(_BLANK)
            if self.text[self.at] == "]":
                break
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._note((*place, number), self.at)
            self._value((*place, number))
            number += 1
        self.at += 1

    def _inline(self, place: Place) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK)
            if self.text[self.at] == "}":
                break
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(place)
        self.at += 1
