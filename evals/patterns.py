"""Questions that people would ask of a paper, made from patterns of its title.

Each function returns what it can ask, or None. Nothing is asked that the pattern does not carry
whole: a phrase with a pronoun, a bracket or a clause left open is not used.
"""

from __future__ import annotations

import re
import zlib

from evals.phrases import (
    LONGEST_TITLE,
    Row,
    Usage,
    fits,
    is_data,
    name_of,
    row_of,
    shared_task,
    small,
)
from rag.text.languages import language_of
from rag.types import Paper

# Gerunds that open titles, and what "How can we ...?" asks of them.
_GERUNDS = {
    "Improving": "improve", "Enhancing": "enhance", "Learning": "learn", "Predicting": "predict",
    "Detecting": "detect", "Evaluating": "evaluate", "Generating": "generate", "Using": "use",
    "Modeling": "model", "Modelling": "model", "Extracting": "extract", "Identifying": "identify",
    "Leveraging": "leverage", "Explaining": "explain", "Measuring": "measure", "Building": "build",
    "Training": "train", "Adapting": "adapt", "Automating": "automate", "Recognizing": "recognize",
    "Understanding": "understand", "Classifying": "classify", "Combining": "combine",
    "Reducing": "reduce", "Mitigating": "mitigate", "Analyzing": "analyze", "Aligning": "align",
    "Analysing": "analyse", "Translating": "translate", "Summarizing": "summarize",
    "Answering": "answer", "Discovering": "discover", "Inducing": "induce",
    "Integrating": "integrate", "Incorporating": "incorporate", "Exploiting": "exploit",
    "Boosting": "boost", "Scaling": "scale", "Tuning": "tune", "Estimating": "estimate",
    "Constructing": "construct", "Creating": "create", "Designing": "design", "Probing": "probe",
    "Controlling": "control", "Resolving": "resolve", "Correcting": "correct",
    "Interpreting": "interpret", "Retrieving": "retrieve", "Segmenting": "segment",
    "Transferring": "transfer", "Quantifying": "quantify", "Assessing": "assess",
    "Developing": "develop", "Simplifying": "simplify", "Selecting": "select",
    "Optimizing": "optimize", "Compressing": "compress", "Annotating": "annotate",
    "Accelerating": "accelerate", "Augmenting": "augment", "Bridging": "bridge",
    "Disambiguating": "disambiguate", "Encoding": "encode", "Capturing": "capture",
    "Tackling": "tackle", "Handling": "handle", "Preventing": "prevent", "Avoiding": "avoid",
}  # fmt: skip
_TOPIC_WORDS = range(3, 13)


def definition(paper: Paper, usage: Usage) -> Row | None:
    """Return a question for what a paper named, or what a team did."""
    if language_of(paper.abstract) != "en":
        return None
    if task := shared_task(paper):
        return row_of("definition", f"How did {task[0]} approach {task[1]}?", paper)
    name = name_of(paper, usage)
    if not name:
        return None
    works = not is_data(paper) and _turn(paper, 2)
    return row_of("definition", f"How does {name} work?" if works else f"What is {name}?", paper)


def _turn(paper: Paper, of: int) -> int:
    """Return one of ``of`` numbers, always the same for a paper, so that wordings vary."""
    return zlib.crc32(paper.id.encode("utf-8", "replace")) % of


def topic(paper: Paper, usage: Usage) -> Row | None:
    """Return a question in the words of a title, by its form."""
    title = paper.title.strip().rstrip(".")
    if (
        len(title) > LONGEST_TITLE
        or language_of(title) != "en"
        or not title.isascii()
        or language_of(paper.abstract) != "en"
    ):
        return None
    if title.endswith("?") and ":" not in title and title.count("?") == 1:
        asked = small(title, usage)
        asked = asked[:1].upper() + asked[1:]
        plain = _OPENS_QUESTION.match(asked) and not _PERSONAL.search(asked)
        return row_of("topic", asked, paper) if plain else None
    head, colon, tail = title.partition(": ")
    title = (tail if colon else head).strip()
    phrase = small(title, usage)
    if not fits(phrase) or len(phrase.split()) not in _TOPIC_WORDS or _VAGUE.match(phrase):
        return None
    question = _asked_of(title.split()[0].capitalize(), phrase, _turn(paper, 3))
    return row_of("topic", question, paper) if question else None


def _asked_of(first: str, phrase: str, turn: int) -> str | None:
    """Return the question that a title's phrase answers; ``first`` is its first word."""
    if first in _GERUNDS:
        rest = phrase.split(maxsplit=1)[1]
        if second := re.match(r"(?:and|or) (\w+ing) ", rest):
            verb = _GERUNDS.get(second[1].capitalize())
            rest = rest.replace(second[1], verb or "", 1)
            if verb is None:
                return None
        return f"How can we {_GERUNDS[first]} {rest}?"
    if stated := re.fullmatch(r"(\S+(?: \S+){0,3}?) (is|are|can) ([^,]+)", phrase):
        return f"{stated[2].capitalize()} {stated[1]} {stated[3]}?"
    if first.endswith("ing") or first in _NO_TOPIC or _VERB.search(phrase):
        return None
    noun = _head_noun(phrase)
    if first in {"A", "An"} or (first != "The" and noun in _COUNTABLE):
        bare = re.sub(r"\A[Aa]n? ", "", phrase)
        # "a shared tasks", "a corpus and an editor"
        if re.search(r"[^su]s\Z", noun) or re.search(r",|\band an?\b", bare):
            return None
        phrase = f"{_article(bare)} {bare}"
        asks = ("Is there {}?", "Which paper presents {}?", "Does any paper describe {}?")
        return asks[turn].format(phrase)
    means = re.fullmatch(r"([^,]{6,60}?) (using|with|via|through) ([^,]{4,50})", phrase)
    simple = means and not re.search(r"\b(?:using|with|via|through|for|and|to)\b", means[3])
    # "models for documents with metadata" says no more than that
    vague = means and means[2] == "with" and re.search(r"\b(?:for|in|and|of)\b", means[1])
    if means and simple and not vague:
        tool = means[3]
        if _head_noun(tool) in _COUNTABLE and not re.match(r"(?:an?|the) ", tool):
            tool = f"{_article(tool)} {tool}"
        return f"How can {tool} be used for {means[1]}?"
    asks = ("What is known about {}?", "What do we know about {}?", "What is known about {}?")
    return asks[turn].format(phrase) if "," not in phrase else None


def _article(phrase: str) -> str:
    """Return "an" before a vowel and before letters that are spelt out with one ("an LCF").

    >>> _article("editor"), _article("X-AMR tool"), _article("BERT model")
    ('an', 'an', 'a')
    """
    spelt = re.match(r"[FHLMNRSX](?:-|[B-DF-HJ-NP-TV-Z]{1,3}\b)", phrase)
    vowel = re.match(r"[aeioAEIO]|[uU](?!ni)", phrase)
    return "an" if spelt or vowel else "a"


def _head_noun(phrase: str) -> str:
    """Return the word before the first preposition.

    >>> _head_noun("structured retrieval framework for Korean question answering systems")
    'framework'
    """
    noun: str = re.split(
        r" (?:of|for|in|on|to|with|based|from|by|using|via|that|over|at|as)\b", phrase
    )[0]
    return noun.split()[-1]


_OPENS_QUESTION = re.compile(
    r"(?:What|Which|Who|How|Why|When|Where|Do|Does|Is|Are|Can|Should|Will)\b"
)
_PERSONAL = re.compile(
    r"[()\"“”;]|\b(?:you|your|my|our|we|us|this|that|these|i|me)\b", re.IGNORECASE
)
_NO_TOPIC = frozenset(
    "Towards Toward On From To In Beyond When How Why What Do Does Is Are Can Not No It I We You "
    "Findings Overview Proceedings Report Introduction Automatically Rapid Let Don't If All Some "
    "Lessons Insights Evidence Results Notes Two Three Four Five Six More Your By At With Without "
    "And For Putting Getting".split()
)
_VAGUE = re.compile(
    r"(?:(?:the |a )?case (?:study )?(?:of|on|for|in)\b|current|recent|(?:an?|the) (?:[\w-]+ ){0,3}"
    r"(?:study|analysis|case study|investigation|evaluation|comparison|survey|review|perspective|"
    r"approach|exploration|system|solution|overview)\Z|an? (?:case|first|closer|new)\b|"
    r"(?:.* )?(?:submissions?|participation|contribution|experience|system description)\b)",
    re.IGNORECASE,
)
# Verbs that make a title a statement.
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|can|could|will|should|may|must|makes?|helps?|"
    r"needs?|leads?|elicits?|improves?|enables?|matters?|knows?|beats?|outperforms?|learns?|"
    r"becomes?|meets?|goes|requires?|provides?|reveals?|shows?|works?|gets?|takes?|finds?|boosts?|"
    r"reduces?|predicts?|says?|tells?|captures?|reflects?)\b(?! of)"
)
_COUNTABLE = frozenset(
    "measure framework dataset model system corpus approach method benchmark tool toolkit editor "
    "platform lexicon treebank interface pipeline network algorithm library suite parser tagger "
    "architecture technique strategy engine encoder contextualizer metric scheme ontology "
    "wordnet database environment assistant chatbot agent classifier decoder mechanism grammar "
    "kit treebank bot generator solver reasoner transformer translator recognizer "
    "analyzer checker tracker reader "
    "ranker reranker retriever annotator optimizer predictor detector extractor summarizer game "
    "formalism loss module workflow study comparison survey evaluation-framework".split()
)


def noun_title(paper: Paper, usage: Usage) -> str | None:
    """Return a title that can follow "is reported for", None of others."""
    title = paper.title.strip().rstrip(".")[:LONGEST_TITLE]
    phrase = small(title, usage)
    first = title.split()[0].capitalize() if title else ""
    bad = first in _NO_TOPIC or first in {"A", "An", "The"} or first.endswith("ing")
    short = len(phrase.split()) in _TOPIC_WORDS and "," not in phrase
    plain = short and fits(phrase) and not _VERB.search(phrase) and not _VAGUE.match(phrase)
    return phrase if not bad and plain and _head_noun(phrase) not in _COUNTABLE else None
