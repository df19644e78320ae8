"""A model that does what a prompt says and nothing else, so that CI can see a prompt break.

It reads the rules before the sources. Told to cite, it cites; told how to decline, it declines
what no source is near; told to use only the sources, it adds nothing; told to be short, it is;
told to keep numbers, it keeps them. Where a rule is missing or negated it does the opposite,
as a careless model may. So it shows that a prompt still asks for what answers need. It cannot
show what a real model makes of other words: that takes a run with one, and `rag eval compare`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
    MessageRole,
)

from rag.answers.asking import asked_terms
from rag.answers.refusals import REFUSAL
from rag.text.sentences import sentence_spans
from rag.text.terms import terms

_SOURCE = re.compile(
    r"^=== source (\d{1,3}) (\w{1,40}) ===\n(.*?)\n=== end of source \1 \2 ===$", re.M | re.S
)
# Close before what is named: "do not cite", "never reply with".
_NEGATED = re.compile(r"\b(?:not|never|without|don't|avoid)\b[^,;]{0,15}\Z", re.I)
_RULES = {
    "cite": re.compile(r"\bcite\b|\[1\]|number of (?:each|the) source", re.I),
    "only": re.compile(r"\bonly\b.{0,60}\bsources?\b", re.I),
    "exact": re.compile(r"\bnumbers\b.{0,60}\bexactly\b|\bexactly\b.{0,60}\bnumbers\b", re.I),
    "short": re.compile(r"\b(?:short|brief|concise)\b", re.I),
    "decline": re.compile(r"\b(?:reply|respond|answer)\b[^,;]{0,60}" + re.escape(REFUSAL), re.I),
}
_NEAR = 0.5  # share of the asked terms that the best sentence holds, title counted
_SHORT, _LONG = 2, 12  # sentences


class Obedient(CustomLLM):
    """Answers from the prompt alone, the same every time."""

    @property
    def metadata(self) -> LLMMetadata:
        """Its name, without a price."""
        return LLMMetadata(model_name="obedient", context_window=100_000)

    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        """Return the reply to the last message."""
        text = reply_to(messages[-1].content or "")
        return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=text))

    def stream_chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponseGen:
        """Yield the reply whole."""
        response = self.chat(messages)
        yield ChatResponse(message=response.message, delta=response.message.content)

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        """Return the reply to a prompt."""
        return CompletionResponse(text=reply_to(prompt))

    def stream_complete(
        self, prompt: str, formatted: bool = False, **_: Any
    ) -> CompletionResponseGen:
        """Yield the reply whole."""
        text = reply_to(prompt)
        yield CompletionResponse(text=text, delta=text)


def reply_to(prompt: str) -> str:
    """Return what follows from a prompt's rules, sources and question."""
    sources = list(_SOURCE.finditer(prompt))
    if not sources:
        return _planned(prompt)
    rules = rules_of(prompt[: sources[0].start()])
    question = prompt.rpartition("Question:")[2].strip()
    ranked = _ranked(question, [(int(match[1]), match[3]) for match in sources])
    if rules["decline"] and (not ranked or ranked[0][0] < _NEAR):
        return REFUSAL
    said = []
    for _, number, sentence in ranked[: _SHORT if rules["short"] else _LONG]:
        text = sentence if rules["exact"] else re.sub(r"\d+", "some", sentence)
        said.append(f"{text} [{number}]" if rules["cite"] else text)
    if not rules["only"]:
        said.append("Penguins in Antarctica confirmed this at 99 locations.")
    return " ".join(said)


def rules_of(instructions: str) -> dict[str, bool]:
    """Return which rules the instructions hold: named in a sentence that does not negate them.

    >>> rules_of("Do not cite. Be short.")["cite"], rules_of("Cite like [1].")["cite"]
    (False, True)
    """
    sentences = re.split(r"(?<=[.!?])\s+|\n+", instructions)
    return {
        name: any(
            not _NEGATED.search(sentence[: match.start()])
            for sentence in sentences
            if (match := pattern.search(sentence))
        )
        for name, pattern in _RULES.items()
    }


def _ranked(question: str, sources: Sequence[tuple[int, str]]) -> list[tuple[float, int, str]]:
    """Return (share of asked terms, source, sentence), best first."""
    wanted = set(asked_terms(question))
    found = []
    for number, text in sources:
        title = set(terms(text.partition("\n")[0]))
        abstract = text.partition("Abstract:")[2].strip()
        for start, end in sentence_spans(abstract):
            said = set(terms(abstract[start:end]))
            here = sum(1.0 if term in said else 0.5 if term in title else 0.0 for term in wanted)
            found.append((here / max(1, len(wanted)), number, abstract[start:end]))
    return sorted(found, key=lambda item: (-item[0], item[1]))


def _planned(prompt: str) -> str:
    """Return a plan that searches for the last question, where a prompt asks for JSON.

    The question has the earlier ones' words, where the prompt asks to fill in.
    """
    told, _, last = prompt.rpartition("Last question:")
    earlier = re.findall(r"^Question: (.*)$", told, re.M)
    asked = re.search(r"\bunderstood alone\b|\bstand(?:s|ing)? alone\b|\bfill in\b", told, re.I)
    question = f"{' '.join(earlier)} {last}" if asked else last
    question = " ".join(question.split()) or "?"
    if not re.search(r"\bJSON\b.*\bsearches\b", told, re.S):
        return question
    return json.dumps({"question": question, "searches": [question]})
