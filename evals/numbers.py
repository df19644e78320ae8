"""Questions for the numbers of an abstract: ranks, scores, gains, sizes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from evals.patterns import noun_title
from evals.phrases import Row, Usage, fits, is_data, name_of, row_of, shared_task
from rag.text.languages import language_of
from rag.text.sentences import sentence_spans
from rag.types import Paper

_NUMBER = r"\d{1,3}(?:,\d{3})+|\d{1,9}(?:\.\d{1,4})?"
_ABOUT = (
    r"(?:(?:up to|about|around|approximately|roughly|nearly|almost|over|more than|at least|some|"
    r"an average of|a|an|the)\s){0,2}"
)
_AMOUNT = rf"{_ABOUT}(?P<amount>{_NUMBER})(?![\w.,]*\d)(?![\w%.]{{0,6}}, \d)"
_SCORE = rf"{_ABOUT}(?P<amount>\d{{1,2}}\.\d{{1,4}}|\d{{1,3}}(?=\s?%))(?![\w.,]*\d)(?:\s?%)?"
_METRIC = (
    r"(?:(?:average|overall|mean|macro|micro|weighted|top-1|word|character|test|macro-averaged?|"
    r"micro-averaged?|classification|labell?ed|unlabell?ed)\s){0,2}"
    r"(?:accuracy(?: score)?|(?:[Mm]acro[- ]|[Mm]icro[- ])?F1(?:[- ](?:score|measure))?|"
    r"F-(?:score|measure)|precision|recall|BLEU(?: score)?|error rate|WER|LAS|UAS|ROUGE-[12L]|"
    r"perplexity|AUC|EER|MRR|(?:Pearson |Spearman )?correlation|success rate)"
)
_ON = r"(?:\s(?:on|for|in)\s(?P<on>[^,.;:()]{3,50}))?(?=[,.;:()]|\Z)"
_REACHED = (
    re.compile(rf"\b(?P<metric>{_METRIC})\s(?:of|at|equal to)\s{_SCORE}{_ON}"),
    re.compile(rf"(?<![\w.,-]){_SCORE}\s(?:in\s)?(?P<metric>{_METRIC}){_ON}"),
)
_BETTER = "outperform|improve|surpass|reduce|increase|exceed|decrease|boost|lower|raise|cut|beat"
_GAIN = (
    re.compile(rf"\b(?P<verb>{_BETTER})(?:s|es|)\s(?P<what>[^,.;:()]{{4,50}}?)\sby\s{_AMOUNT}"),
    re.compile(
        rf"\b(?P<verb>improve)ments?\sof\s{_AMOUNT}(?:\s?%|\s[A-Z]\w*|\s(?:absolute|points?))*"
        r"\s(?P<what>over\s[^,.;:()]{4,40}?)(?=[,.;:()]|\sand\s|\son\s|\Z)"
    ),
)
_FASTER = re.compile(
    rf"\b{_AMOUNT}(?:x|\stimes|-fold)\s(?P<how>faster|smaller|larger|more efficient|cheaper)\s"
    r"than\s(?P<what>[^,.;:()]{3,40}?)(?=[,.;:()]|\sand\s|\son\s|\swhile\s|\Z)"
)
_COUNTED = re.compile(
    r"\b(?P<verb>contain|compris|consist|includ|cover|span|support|encompass|contribut|provid)"
    r"(?:e?s|e|ing|ed|)\s(?:of\s|in\s)?"
    rf"{_AMOUNT}(?P<scale>\s(?:million|billion|thousand))?\s"
    r"(?P<what>(?:[a-z][a-z-]*\s){0,2}[a-z-]{3,}s)\b"
)
_TRIED = re.compile(
    r"\b(?:on|across|over)\s(?P<amount>\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve)\s(?:(?:different|diverse|popular|additional|other|public|"
    r"publicly available|challenging|real-world|"
    r"standard|widely used|common)\s)*(?P<what>(?:[a-z][a-z-]*\s){0,2}"
    r"(?:languages|datasets|tasks|benchmarks|corpora|domains|models|language pairs))\b"
)
_EXPERIMENT = re.compile(r"experiment|evaluat|test|result|outperform|achiev|improv|demonstrat")
_PARAMETERS = re.compile(
    rf"\b{_AMOUNT}(?P<scale>\s?(?:million|billion|M|B|K))\s(?:trainable\s)?parameters\b"
)
_RANKED = re.compile(
    r"\brank(?:ed|ing|s)\s(?:in\s)?(?:the\s)?(?P<place>first|second|third|fourth|fifth|sixth|"
    r"seventh|eighth|ninth|tenth|\d{1,2}(?:st|nd|rd|th))\b"
)
_DIGITS = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve".split(),
        map(str, range(1, 13)),
        strict=True,
    )
)
_ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(),
        "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th".split(),
        strict=True,
    )
)


def facts(paper: Paper, usage: Usage) -> list[Row]:
    """Return questions for numbers of an abstract, with the number as the fact that is expected.

    What the abstract gives several numbers for is not asked.
    """
    if language_of(paper.abstract) != "en":
        return []
    spans = sentence_spans(paper.abstract)
    sentences = [" ".join(paper.abstract[start:end].split()) for start, end in spans]
    sentences = [sentence for sentence in sentences if len(sentence) <= _LONGEST]
    found = [*_results(sentences, paper, usage), *_sizes(sentences, paper, usage)]
    often = Counter(question for question, _ in found)
    return [
        row_of("fact", question, paper, [wordings])
        for question, wordings in found
        if often[question] == 1
        and question.isascii()
        and len(question.split()) <= _MOST_WORDS
        and wordings[0] not in question
    ]


def _results(
    sentences: Sequence[str], paper: Paper, usage: Usage
) -> Iterator[tuple[str, list[str]]]:
    """Yield what can be asked of results: ranks, scores and gains."""
    task = shared_task(paper)
    name = task[0] if task else name_of(paper, usage)
    ranks = [match["place"] for sentence in sentences for match in _RANKED.finditer(sentence)]
    if task and len(ranks) == 1:
        yield f"Where did {task[0]} rank in {task[1]}?", _spelt(ranks[0], _ORDINALS)
    reached = [
        (match, sentence)
        for sentence in sentences
        for pattern in _REACHED
        for match in pattern.finditer(sentence)
    ]
    about = name or noun_title(paper, usage)
    if about and len(reached) == 1 and not _COMPARES.search(reached[0][1]):
        match = reached[0][0]
        metric, amount, on = match["metric"], match["amount"], match["on"]
        on = f" on {on}" if on and fits(on) and len(on.split()) <= _LONGEST_PLACE else ""
        if name and not is_data(paper):
            yield f"What {metric} does {name} reach{on}?", [amount]
        elif name and not on:
            yield f"What {metric} is reported on {name}?", [amount]
        elif not name:
            yield f"What {metric} is reported for {about}?", [amount]
    if not name or is_data(paper):
        return
    for sentence in sentences:
        for pattern in _GAIN:
            gain = pattern.search(sentence)
            if gain and fits(gain["what"]):
                yield f"By how much does {name} {gain['verb']} {gain['what']}?", [gain["amount"]]
        if (faster := _FASTER.search(sentence)) and fits(faster["what"]):
            question = f"How much {faster['how']} is {name} than {faster['what']}?"
            yield question, [faster["amount"]]
        if (tried := _TRIED.search(sentence)) and _EXPERIMENT.search(sentence):
            question = f"On how many {tried['what']} was {name} tested?"
            yield question, _spelt(tried["amount"], _DIGITS)


def _sizes(sentences: Sequence[str], paper: Paper, usage: Usage) -> Iterator[tuple[str, list[str]]]:
    """Yield what can be asked of sizes: parameters of a model, contents of a collection."""
    name = name_of(paper, usage)
    if not name:
        return
    sized = [
        (match, sentence) for sentence in sentences for match in _PARAMETERS.finditer(sentence)
    ]
    if len(sized) == 1 and not _COMPARES.search(sized[0][1]):
        match = sized[0][0]
        yield f"How many parameters does {name} have?", [match["amount"] + match["scale"]]
    for sentence in sentences:
        counted = _COUNTED.search(sentence)
        own = is_data(paper) or name in sentence
        if own and counted and fits(counted["what"]) and not _NO_NOUN.search(counted["what"]):
            verb = counted["verb"] if counted["verb"] in {"cover", "span", "support"} else "contain"
            amount = counted["amount"] + (counted["scale"] or "")
            yield f"How many {counted['what']} does {name} {verb}?", [amount]


_LONGEST = 600  # characters of a sentence
_MOST_WORDS = 22
_LONGEST_PLACE = 5  # words of what a score was reached on
# Sentences in which a number may be another system's, or a difference.
_COMPARES = re.compile(
    r"\b(?:improv\w*|surpass\w*|outperform\w*|exceed\w*|higher|increas\w*|gains?|boost|drop\w*|baselines?|compar\w*|than|while|whereas|previous|"
    r"from|only|times|existing|prior|other|gap|fewer|ranging|between|human|and .* respectively)\b"
)
_NO_NOUN = re.compile(
    r"\b(?:across|various|numerous|versus|less|has|was|plus|of|in|for|and|with|per|from|to|by|more|"
    r"different|percent|types|kinds|hours|times|years)\b"
)


def _spelt(word: str, figures: Mapping[str, str]) -> list[str]:
    """Return the wordings of a number: as written, and in figures.

    >>> _spelt("three", {"three": "3"}), _spelt("12", {"three": "3"})
    (['three', '3'], ['12'])
    """
    return [word, figures[word]] if word in figures else [word]
