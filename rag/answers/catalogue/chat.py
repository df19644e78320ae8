"""What is said where nothing of the papers is asked: to greetings, and to what they cannot tell."""

from __future__ import annotations

import re

from rag.answers.catalogue.known import NOUNS, Asked, Known, has_field
from rag.answers.catalogue.reading import OUTSIDE
from rag.answers.questions import Question
from rag.index.lexical import Lexical

_THANKS = re.compile(r"\b(?:thanks?|cheers|thx|ty|help(?:ful|ed)|useful|great|nice)\b")


def chat(question: Question, library: Lexical) -> Known:
    """Return what is said to small talk."""
    text = question.text.casefold()
    papers = f"the {library.papers:,} papers of this library"
    if re.search(r"\b(?:bye|goodbye|good night|see you)\b", text):
        said = "Goodbye."
    elif _THANKS.search(text):
        said = f"You’re welcome; ask more about {papers} whenever you like."
    elif re.search(r"\b(?:who|what|how|help)\b", text) and not re.search(
        r"how are|how is it", text
    ):
        said = (
            f"I answer questions from {papers}, and show the words of each that support an answer."
        )
    elif re.search(r"\b(?:hello|hi|hiya|hey|greetings|morning|afternoon|evening|day)\b", text):
        said = f"Hello! Ask a question about {papers}."
    else:
        said = f"Ask a question about {papers}."
    return Known(said, kind="chat")


def say_what_is_outside(asked: Asked) -> Known:
    """Say that what is asked is nothing that a catalogue holds."""
    text = asked.question.text.casefold()
    other = "Affiliations are" if re.search(r"\bwhere\b", text) else "That is"
    said = (what for words, what in OUTSIDE if re.search(words, text))
    has = ", ".join(noun for name, noun in NOUNS.items() if has_field(name, asked.library))
    return Known(
        f"{next(said, other)} not known here: the library holds titles, "
        f"{has + ', ' if has else ''}identifiers and abstracts.",
        answered=False,
    )
