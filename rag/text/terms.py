"""The terms by which papers are found: lower-cased and stemmed as the lexical index does it."""

from __future__ import annotations

import functools

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer


@functools.cache
def _analyzer() -> TextAnalyzer:
    """The analysis of tantivy's ``en_stem``, for queries."""
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(40))
    return builder.filter(Filter.lowercase()).filter(Filter.stemmer("english")).build()


def terms(text: str) -> list[str]:
    """Return the index terms of ``text`` in order: lower-cased, stemmed (Porter 2).

    >>> terms("Looking-up weights")
    ['look', 'up', 'weight']
    """
    return list(_analyzer().analyze(text))


def first_term(word: str) -> str:
    """Return the index term of a word; of one that the index leaves out as too long, itself.

    >>> first_term("weights"), first_term("A" * 41) == "a" * 41
    ('weight', True)
    """
    return next(iter(terms(word)), word.lower())
