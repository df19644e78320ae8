"""Which typing errors are mended, at the limits of what is near, rare and common."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rag.answers import kinds, spelling
from rag.answers.naming import chunks
from rag.answers.spelling import case_says_nothing, mend, restore_case
from rag.index.entries import Entry
from rag.index.lexical import Lexical
from rag.types import Paper


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("WHAT IS", False),  # too short to tell
        ("WHAT IS IT", True),
        ("HOW IS LIT", False),  # no word of four letters
        ("HOW IS LION", True),
        ("Deep Bees Sing", True),
        ("Deep Bees sing", False),
        ("Deep is it", False),  # one longer word
        # Six of seven longer words have a capital, which is more than 0.85; five of six have less.
        ("Deep Bees Does Sing Loud Songs trees", True),
        ("Deep Bees Does Sing Loud trees", False),
        ("Deep Bees Sing Loud Songs Near trees", False),  # none of them a word by which one asks
        ("Deep Bees Sing Loud Songs Near it", False),
    ],
)
def test_whether_capitals_say_anything(text, nothing):
    assert case_says_nothing(text) is nothing


@pytest.fixture(scope="module")
def library():
    index = Lexical(None)
    papers = [
        Paper("a", "Deep bees: a study", "Sarcasm here, sarcasm there. The ELMo of it."),
        Paper("b", "BLEU+: scores", "More on ELMo. The Genoa of it, by Natural Questions."),
        Paper("c", "Reading", "Reinforcement works. Segmentation as well. No sarcasm."),
    ]
    index.write([Entry(p, ((0, len(p.abstract)),), {}, 1) for p in papers], [], "s")
    return index


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("what does deep bees do", "what does Deep bees do"),
        ("is elmo large", "is ELMo large"),
        ("is Elmo large", "is ELMo large"),
        ("so is Sarcasm so", "so is sarcasm so"),
        ("Sarcasm is so", "Sarcasm is so"),  # begins the sentence
        ("“Sarcasm” is so", "“sarcasm” is so"),
        ("what of Natural Questions", "what of Natural Questions"),
        ("what is the BLEU of it", "what is the BLEU of it"),
        ("is Genoa so", "is Genoa so"),
        ("IS ELMO SO LARGE", "is ELMo so large"),
    ],
)
def test_names_are_written_as_the_library_does(library, typed, written):
    assert restore_case(typed, library) == written


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("reinfrocemnt", "reinforcement"),  # two changes in a long word
        ("segmantation of sarcasim", "segmentation of sarcasm"),
        ("of Segmantation", "of segmentation"),
        ("deep bees", "deep bees"),
        ("wich papers", "which papers"),
        ("Wich papers", "Wich papers"),
        ("hwo is it", "how is it"),
        ("teh papers", "the papers"),
        ("te papers", "te papers"),
        ("ElMoo is so", "ElMoo is so"),  # written as names are
        ("gen0a is so", "gen0a is so"),
        ("genöa is so", "genöa is so"),
    ],
)
def test_typing_errors_are_mended_by_the_librarys_words(library, typed, read):
    found, mended = mend(typed, library, kinds.weights().vocabulary)
    assert found == read
    assert [part for pair in mended for part in pair] == [
        word
        for pair in zip(typed.split(), read.split(), strict=True)
        for word in pair
        if pair[0] != pair[1]
    ]


@pytest.mark.parametrize(
    ("typed", "papers", "read"),
    [
        # A word that three papers have is an error where another is in 200 times more.
        ("zanzibur", {"zanzibur": 3, "zanzibar": 600}, "zanzibar"),
        ("zanzibur", {"zanzibur": 3, "zanzibar": 599}, None),
        ("zanzibur", {"zanzibur": 4, "zanzibar": 9_000}, None),
        # Two changes in eight letters, one in seven, and one where a single paper has the word.
        ("zanzobur", {"zanzibar": 2}, "zanzibar"),
        ("zanzobur", {"zanzibar": 1}, None),
        ("zanzibur", {"zanzibar": 1}, "zanzibar"),
        ("zanzobu", {"zanziba": 9}, None),
        ("zanzibu", {"zanziba": 9}, "zanziba"),
        ("zanzobur", {"zanzobur": 1, "zanzibar": 900}, None),
        # Of two changes the first letter is none; of one it may be that two changed places.
        ("azznibur", {"zanzibar": 9}, None),
        ("aznzibar", {"zanzibar": 9}, "zanzibar"),
        # The nearest; then what has the same letters, then the longer, then the commoner.
        ("zanzibur", {"zanzibxx": 9, "zanzibar": 2}, "zanzibar"),
        ("zanzibra", {"zanzibla": 90, "zanzibar": 2}, "zanzibar"),
        ("zanziba", {"zanzib": 90, "zanzibar": 2}, "zanzibar"),
        ("zanziber", {"zanzibor": 90, "zanzibar": 2}, "zanzibor"),
        # What is a hundred times as common is meant, if letters did not only change places.
        ("zanziba", {"zanzib": 200, "zanzibar": 2}, "zanzibar"),
        ("zanziba", {"zanzib": 201, "zanzibar": 2}, "zanzib"),
        ("zanzibra", {"zanzibla": 900, "zanzibar": 2}, "zanzibar"),
        # A short word with a capital at the beginning may be a name.
        ("Zanzu", {"zanzi": 9}, None),
        ("Znazi", {"zanzi": 9}, "zanzi"),
        ("Zanzub", {"zanzib": 9}, "zanzib"),
        # Only what has letters alone and is of about that length.
        ("zanzibur", {"zanzib4r": 9}, None),
        ("zn", {"zan": 9}, None),
    ],
)
def test_which_word_is_meant(monkeypatch, typed, papers, read):
    monkeypatch.setattr(spelling, "_written_forms", lambda term, library: [term])
    monkeypatch.setattr(spelling, "terms", lambda text: [text])  # words are their own stems
    monkeypatch.setattr(spelling, "rarity", lambda word: 1.0)
    library = SimpleNamespace(
        papers=9_999,
        document_frequency=lambda term: papers.get(term, 0),
        values=lambda field, start: [each for each in papers.items() if each[0].startswith(start)],
    )
    (word,) = chunks(typed)
    assert spelling._mended(word, typed[0].isupper(), library, frozenset()) == read


def test_in_a_large_library_another_word_is_not_a_rare_one(monkeypatch):
    monkeypatch.setattr(spelling, "_written_forms", lambda term, library: [term])
    papers = {"offsite": 2, "zanzibar": 3}
    library = SimpleNamespace(
        papers=30_000,
        document_frequency=lambda term: papers.get(term, 0),
        values=lambda field, start: [each for each in papers.items() if each[0].startswith(start)],
    )
    read = [
        spelling._mended(word, False, library, frozenset()) for word in chunks("offside zanzibur")
    ]
    assert read == [None, "zanzibar"]


@pytest.mark.parametrize(("having", "read"), [(10, "zanzibar"), (11, None)])
def test_in_a_large_library_an_error_that_others_made_too_is_mended(monkeypatch, having, read):
    monkeypatch.setattr(spelling, "_written_forms", lambda term, library: [term])
    papers = {"zanzibur": having, "zanzibar": 200 * having}
    library = SimpleNamespace(
        papers=50_000,
        document_frequency=lambda term: papers.get(term, 0),
        values=lambda field, start: [each for each in papers.items() if each[0].startswith(start)],
    )
    assert spelling._mended(chunks("zanzibur")[0], False, library, frozenset()) == read


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("the re-segmentatoin of it", "the re-segmentation of it"),
        ("the SEG-mentatoin of it", "the SEG-mentatoin of it"),  # a name's hyphens stay
    ],
)
def test_parts_of_hyphenated_words_are_mended(library, text, mended):
    assert mend(text, library, kinds.weights().vocabulary)[0] == mended


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("HoptotBees", "HotpotBees"),
        ("HototBees", "HotpotBees"),
        ("HoptoBee", "HoptoBee"),  # two letters away
        ("TinyBae", "TinyBae"),  # one away from two names
        ("HiBus", "HiBus"),  # too short to tell
        ("HotpotBees2", "HotpotBees2"),  # another version
    ],
)
def test_a_name_a_letter_away_from_one_papers_name_is_mended(typed, read):
    index = Lexical(None)
    titles = ["HotpotBees: many", "TinyBee: one", "TinyBat: two", "HiBees: three"]
    papers = [Paper(str(i), title, "x") for i, title in enumerate(titles)]
    index.write([Entry(p, ((0, 1),), {}, 1) for p in papers], [], "s")
    assert mend(f"what is {typed}", index, kinds.weights().vocabulary)[0] == f"what is {read}"


def test_the_words_of_catalogues_are_no_errors(library):
    asked = "which year has the fewest papers"
    assert mend(asked, library, kinds.weights().vocabulary) == (asked, ())
