"""What of a conversation a model is told."""

from __future__ import annotations

import pytest

from rag.answers.conversation import within_budget
from rag.types import Turn


@pytest.mark.parametrize(
    ("blanks", "read"),
    # Of a question 40,000 characters are read, then 4,000 of what is left without blanks.
    [(39_998, "x y"), (39_999, "x")],
)
def test_a_question_is_read_on_one_line_and_up_to_its_bound(blanks, read):
    (kept,) = within_budget([Turn(f"x{' ' * blanks}y", "z", ("p",))], 100)
    assert kept == Turn(read, "z", ("p",))


def test_of_a_turn_4_000_characters_of_question_and_40_000_of_answer_are_read():
    turn = Turn("a b " * 1_100, "c d " * 10_100)
    (kept,) = within_budget([turn], 100_000)
    assert kept == Turn(("a b " * 1_000), "c d " * 10_000)


def test_turns_are_kept_from_the_last_on_oldest_first():
    turns = [Turn("one", "a"), Turn("two", "b"), Turn("three", "c")]
    assert within_budget(turns, 6) == turns
    assert within_budget(turns, 5) == turns[1:]
    assert within_budget([], 6) == []
