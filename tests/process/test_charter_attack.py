"""Whatever a file holds, the reader answers with a charter or with lines, and never breaks."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusteranalysis.errors import CharterError
from clusteranalysis.process import EXAMPLES, check_charters, read_charter
from clusteranalysis.process.charter import Charter

TEXTS = [path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*.toml"))]
LINES = sorted({line for text in TEXTS for line in text.splitlines()})
PIECES = st.sampled_from(
    ["", '"', "'", '"""', "[", "]]", "{", "}", "=", "#", ",", ".", "\n", "\r", "\\", "\\u0000",
     "\0", "\ufeff", "\u202e", "1e999", "nan", "-0", "99999999999999999999", "true", "1979-05-27",
     "0001-01-01", "9999-12-31T23:59:59Z", "2007Q2", "[[initiatives]]", "[initiatives]",
     "[[members.x]]", "id = 1", "champion = []", "steps = {}", "criteria = [[1]]",
     "amended = [{}]", "schema = 2", "café", "\ud7ff"]
)  # fmt: skip
WORDS = ["measured", "attested", "us", "done", "adopted", "2007Q2"]
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.dates(),
        st.datetimes(), st.sampled_from(WORDS),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("attack") / "charter.toml"


def holds(path):
    """Read and check agree, and say only lines that exist."""
    problems = check_charters(path)
    if problems:
        with pytest.raises(CharterError) as caught:
            read_charter(path)
        assert str(caught.value) == "\n".join(map(str, problems))
    else:
        assert isinstance(read_charter(path), Charter)
    raw = path.read_bytes()
    for problem in problems:
        assert problem.message
        assert problem.mend
        assert "\n" not in problem.message + problem.mend + problem.where
        assert problem.line is None or 1 <= problem.line <= raw.count(b"\n") + 1


@given(st.binary(max_size=400))
def test_any_bytes(path, raw):
    path.write_bytes(raw)
    holds(path)


@given(st.sampled_from(TEXTS), st.data())
@settings(max_examples=300)
def test_an_example_with_pieces_put_in_taken_out_and_doubled(path, text, data):
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 40))
        text = text[:start] + data.draw(PIECES) + text[start + length :]
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    holds(path)


@given(st.lists(st.sampled_from(LINES), max_size=40))
@settings(max_examples=200)
def test_lines_of_the_examples_in_any_order(path, lines):
    path.write_text("\n".join(lines), "utf-8")
    holds(path)


def spots(value, place=()):
    """Every place of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*place, key)
        if isinstance(inner, (dict, list)):
            yield from spots(inner, (*place, key))


@given(st.sampled_from(TEXTS), st.data())
@settings(max_examples=300)
def test_a_value_of_any_type_in_any_place(path, text, data):
    content = tomllib.loads(text)
    for _ in range(data.draw(st.integers(1, 3))):
        *above, last = data.draw(st.sampled_from(sorted(spots(content), key=str)))
        here = content
        for key in above:
            here = here[key]
        here[last] = data.draw(VALUES)
    path.write_text(toml(content), "utf-8")
    holds(path)


def toml(value):
    """Write a document with inline tables alone, so that any value may stand anywhere."""
    return "".join(f"{quoted(key)} = {inline(inner)}\n" for key, inner in value.items())


def quoted(text):
    escaped = "".join(
        letter if letter.isalnum() or letter in " .-_" else f"\\U{ord(letter):08x}"
        for letter in text
        if not "\ud800" <= letter <= "\udfff"
    )
    return f'"{escaped}"'


def inline(value):
    if value is None:
        return "{}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        named = {quoted(key): inner for key, inner in value.items()}
        return "{" + ", ".join(f"{key} = {inline(inner)}" for key, inner in named.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)
