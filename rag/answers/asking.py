"""The words by which questions ask, in one place: what they say is not what a question is about."""

from __future__ import annotations

import itertools

from rag.text.terms import first_term, terms


def _stemmed(text: str) -> frozenset[str]:
    return frozenset(term for word in text.split() for term in terms(word))


# Words that no search looks for: they carry no subject.
FUNCTION = _stemmed(
    "a about according all also am an and any are as at be been being but by can could did do does "
    "for from had has have how i if in into is it its may me might must my no not of on or our "
    "shall should so some such than that the their them then there these they this those to "
    "upon us was we were what when where whether which while who whom whose why will with "
    "would you your"
)
# Words of questions, not of papers: in a small library they would look rare.
ASKING = FUNCTION | _stemmed(
    "between compare compared cons difference different differ done each either ever give given "
    "got kind know like list many me most much name one other over paper papers please pros "
    "provide say show tell these use used uses using versus vs work works"
)
# Words that ask for a measure or join subject and measure: abstracts need not repeat them.
MEASURING = _stemmed(
    "long large big far well often high low share fraction percentage percent number amount "
    "figure reach get got achieve obtain"
)
# Verbs and nouns by which lists ask, beside those of other questions.
LISTING = _stemmed(
    "report result test tested evaluate evaluated introduce build draw data measure deal "
    "address study propose rely present cover connect apply focus discuss mention involve "
    "method approach model article read first recommend suggest literature overview research "
    "researcher state art advance recent latest current trend development introduction background "
    "summary summarise summarize learn understand interested write said known found tried common "
    "main open problem challenge people usually done trick improve tell discuss something look "
    "concern handle examine analyse analyze describe see everything instance especially "
    "find exist reference publication publish group anything"
)
# What names are of: after one it says nothing more.
CATEGORY = _stemmed("benchmark dataset corpus language task model")
# Words of questions about the library itself, beside those of other questions.
CATALOGUE = frozenset(
    "article author authored authors abstract bib bibtex breakdown came cite citation cited "
    "collection come conference coauthor co contain count date deal dealing distribution doc "
    "document doi early earliest entry everything anything find first get here invent invented "
    "introduced introduce journal key late latest library link made make mean new newest number "
    "old oldest out overview per proposed propose publication publish published recent "
    "reference released release since before after study studies title titled total until up "
    "url venue write written wrote year appear appeared present presented look looking want "
    "need call called search behind develop developed create created anyone someone last topic "
    "topics theme themes subject "
    "subjects area areas field fields most summarize summarise describe articles abstracts "
    "comes cites citing citations coauthors contains counts dates deals discuss discusses "
    "documents entries introduces invents keys makes means published publishes publications "
    "proposes references reports venues writes years appears presents looks wants needs calls "
    "conferences journals works working worked please me myself anything exist exists list "
    "et al ask asks finding findings found result results conclude concluded conclusion "
    "conclusions mention mentions mentioned mentioning "
    "span spans cover covers covered range ranges histogram each every "
    "prolific frequent fewest top statistics stats except excluding besides "
    "more both figures".split()
)


def asked_terms(question: str) -> list[str]:
    """Return the index terms of a question that say what it is about, each once.

    >>> asked_terms("What speed-up does LCNN offer?")
    ['speed', 'up', 'lcnn', 'offer']
    """
    return [term for term in dict.fromkeys(terms(question)) if term not in ASKING]


def compounds(query: str) -> dict[str, tuple[str, str]]:
    """Return the index terms of neighbouring words as if written in one, each with its parts'.

    >>> compounds("the fairy tales")
    {'fairytal': ('fairi', 'tale')}
    """
    found = {}
    for first, second in itertools.pairwise(query.replace("-", " ").rstrip("?.! ").split()):
        parts = [*terms(first), *terms(second)]
        if len(parts) == 2 and (first + second).isalnum() and not FUNCTION.intersection(parts):
            found[first_term(first + second)] = (parts[0], parts[1])
    return found


def query_terms(query: str) -> list[str]:
    """Return a query's index terms, each once, without words that carry no subject.

    >>> query_terms("How do we look up the weights?")
    ['look', 'up', 'weight']
    """
    every = list(dict.fromkeys(terms(query)))
    return [term for term in every if term not in FUNCTION] or every
