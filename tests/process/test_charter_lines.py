"""Every key of a TOML text is found, on the line where it stands."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusteranalysis.process import EXAMPLES
from clusteranalysis.process.charter_lines import key_lines

TRICKY = '''\
# a = 1
"quoted key" = "x # no comment"   # a comment with "quotes" and [brackets]
a.b . "c.d" = 1
text = """
fake = 1
[[fake]]
\\""" still text " ""
end"""""
raw = \'\'\'
it's 'here' \\\'\'\'
empty = ""
raw_empty = \'\'
when = 1979-05-27 07:32:00Z
list = [ # comment ] with bracket
  1, 2.5,

  "]", # and "another
  [3, {x = 1, y = [4]}],
]
inline = {p = "}", q.r = \'{\', s = {}}
[table]
z = true
  [[rows]]
  id = "first"
    [[rows.inner]]
    k = 1
    [[rows.inner]]
    k = 2
  [rows.single]
  m = 1
[[rows]]
id = "second"
[[rows.inner]]
k = 3
'''


def all_places(value, place=()):
    """Every place of a parsed document that holds something."""
    found = {place} if place else set()
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= all_places(inner, (*place, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            found |= all_places(inner, (*place, at))
    return found


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_lines_of_everything_that_toml_can_write(line_end):
    text = TRICKY.replace("\n", line_end)
    lines = key_lines(text)
    assert set(lines) == all_places(tomllib.loads(text))
    told = {
        ("quoted key",): 2,
        ("a", "b", "c.d"): 3,
        ("text",): 4,
        ("raw",): 9,
        ("empty",): 11,
        ("when",): 13,
        ("list",): 14,
        ("list", 1): 15,
        ("list", 2): 17,
        ("list", 3, 1, "y", 0): 18,
        ("inline", "q", "r"): 20,
        ("table", "z"): 22,
        ("rows", 0): 23,
        ("rows", 0, "inner", 1): 27,
        ("rows", 0, "inner", 1, "k"): 28,
        ("rows", 0, "single", "m"): 30,
        ("rows", 1, "id"): 32,
        ("rows", 1, "inner", 0, "k"): 34,
    }
    assert {place: lines[place] for place in told} == told


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_a_key_stands_on_the_line_that_is_told(path):
    text = path.read_text("utf-8")
    rows = text.splitlines()
    lines = key_lines(text)
    assert set(lines) == all_places(tomllib.loads(text))
    for place, line in lines.items():
        if isinstance(place[-1], str):
            assert place[-1] in rows[line - 1], place


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
VALUES = st.recursive(
    st.one_of(
        st.integers(-9, 9).map(str),
        st.booleans().map(lambda value: str(value).lower()),
        st.dates().map(str),
        WORDS.filter(lambda word: "'" not in word).map(lambda word: f"'{word}'"),
        WORDS.filter(lambda word: "'" not in word).map(lambda word: f"'''\n{word}\n'{word}'''"),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ", # ]\n".join(items) + "\n]"),
        st.lists(inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"k{n} = {one}" for n, one in enumerate(items)) + "}"
        ),
    ),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.booleans(), VALUES), max_size=6))
def test_any_document_has_a_line_for_each_place(rows):
    text = "".join(
        ("[[table]]\n" if header else "") + f"key{number} = {value}\n"
        for number, (header, value) in enumerate(rows)
    )
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # an inline table may hold no line break
        return
    lines = key_lines(text)
    assert set(lines) == all_places(content)
    for place, line in lines.items():
        if isinstance(place[-1], str):
            assert place[-1] in text.split("\n")[line - 1]
