"""What does a working group do in its three sessions, and on which sheets does it write?

Content only: the page and the document lay it out. The fields of the charter form are those that
a charter file takes, so that what is written on paper can be typed in.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ASKING",
    "CHARTER_FIELDS",
    "CRITERIA",
    "FIRST_PAGE",
    "SESSIONS",
    "STEPS",
    "VISION",
    "Field",
    "Part",
    "Session",
]


@dataclass(frozen=True)
class Part:
    """One part of a session: how long, what, and who does it."""

    minutes: int
    what: str
    who: str


@dataclass(frozen=True)
class Session:
    """One meeting: its aim, its parts, and what the group leaves with."""

    title: str
    aim: str
    parts: tuple[Part, ...]
    result: str

    @property
    def minutes(self) -> int:
        """Length of the meeting."""
        return sum(part.minutes for part in self.parts)


@dataclass(frozen=True)
class Field:
    """A line to fill in, and a hint under its name."""

    name: str
    hint: str
    lines: int = 1


#: Stands above the questions.
ASKING = (
    "Public data raise them and cannot settle them. Write what the room says, not what the figures "
    "suggest."
)
SESSIONS = (
    Session(
        "Evidence and obstacles",
        "The group agrees on what the public figures show, what they miss, and what stands in the "
        "way.",
        (
            Part(10, "Who is here, and what each firm makes and sells", "Chair; everyone"),
            Part(20, "The profile: what is known, what cannot be told", "Analyst"),
            Part(45, "The questions that only owners can answer, one by one", "Chair; owners"),
            Part(30, "Obstacles: each writes three on cards, the group sorts them", "Everyone"),
            Part(15, "The five obstacles to work on; what to ask or measure before next time",
                 "Chair; scribe"),
        ),
        "A page of answers, five obstacles in the group's own words, and who brings what.",
    ),
    Session(
        "Vision",
        "The group says where it wants the cluster to be, in words that its owners would repeat.",
        (
            Part(10, "What was brought: answers to open questions", "Those who took them on"),
            Part(25, "Alone, then in pairs: the worksheet", "Everyone"),
            Part(45, "Pairs read out; the group marks what is shared and what is disputed",
                 "Chair; scribe"),
            Part(30, "One statement, drafted aloud and read back", "Chair; two drafters"),
            Part(10, "Who shows it to whom before the next session", "Chair"),
        ),
        "A draft of the vision that two drafters carry to their peers.",
    ),
    Session(
        "Initiatives",
        "The group chooses a few initiatives, each with champion, steps and a measure of success.",
        (
            Part(10, "The vision as it came back; adopt it or amend it", "Drafters; everyone"),
            Part(35, "From obstacles to initiatives: what would remove each, and who could",
                 "Everyone"),
            Part(20, "Choose two or three: worth it, ours to do, done within two years", "Chair"),
            Part(40, "A charter form for each: champion, home, partners, steps, criteria",
                 "Champions, with the analyst for the criteria"),
            Part(15, "What the public partners can promise; the date of the first review",
                 "Public partners; chair"),
        ),
        "A charter form for each initiative, ready to be typed in and checked.",
    ),
)  # fmt: skip

VISION = (
    Field("In five years, what do our customers say of this cluster?", "In their words.", 4),
    Field("What will we do here that nobody does as well elsewhere?", "", 4),
    Field("Who works here then, and how did they learn it?", "", 4),
    Field("What is easy then that is hard today?", "Take it from the obstacles.", 4),
    Field("What must not be lost on the way?", "", 3),
    Field("Our vision, in at most three sentences", "The group writes it; no figure does.", 6),
)

CHARTER_FIELDS = (
    Field("Initiative", "A title that says what will be done"),
    Field("Outcome", "regulatory · workforce · infrastructure · branding · other: circle one"),
    Field("What changes for a firm of the cluster", "", 2),
    Field("Champion", "A person, and their firm"),
    Field("Organisational home", "Who keeps the file, pays the room, answers the phone"),
    Field("Public partners", "", 2),
    Field("Private partners", "", 2),
    Field("Shared with another working group", "Which one"),
)
STEPS = ("Action", "Owner", "Start", "Due")
CRITERIA = (
    "Measured: what, from which source", "Base year", "By year", "Target, against whom",
    "or attested: which document will show it",
)  # fmt: skip
#: Figures of the profile's first page; the others stand on its second.
FIRST_PAGE = ("map", "inputs", "known")
