"""What a question names, held against a small library: titles, authors, venues and years."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rag.answers.naming import chunks, commonest_form, find_names, is_name, titles_in, years_in
from rag.index.entries import Entry
from rag.index.lexical import Lexical
from rag.types import Paper

AT_MOST = " ".join(f"w{i}" for i in range(25))
LONGER = " ".join(f"v{i}" for i in range(26))


@pytest.fixture(scope="module")
def library():
    index = Lexical(None)
    papers = [
        Paper(
            "a", "TinyCLIP: Distilling", "TinyCLIP prunes. ELMo helps.",
            authors=("Ann Lee", "Bo Poe"), year=2019, venue="EMNLP",
        ),
        Paper(
            "b", "On hives of bees in the wild north", "ELMo harms bees in Genoa, unlike elmo.",
            authors=("Cy Long", "Ann Lee"), year=2020, venue="Nature",
        ),
        Paper(
            "c", "LUKE: entities", "LUKE embeds entities. ELMo does not.",
            authors=("Dee Fox", "Mia van Dorn", "Jo Ann de Vries"), year=2021, venue="ACL",
        ),
        Paper("d", "Attention: a study", "Attention.", authors=("Bo Poe", "Yu Zhuang"), year=2021),
        Paper("e", AT_MOST, "x"),
        Paper("f", LONGER, "x"),
    ]  # fmt: skip
    index.write([Entry(p, ((0, len(p.abstract)),), {}, 1) for p in papers], [], "s")
    return index


@pytest.mark.parametrize(
    ("question", "tokens", "titles"),
    [
        ("What does tinyclip prune?", "what does N prune", "TinyCLIP"),
        ("What does Luke Zettlemoyer say?", "what does luke zettlemoyer say", ""),
        ("“Luke Zettlemoyer” says what?", "luke zettlemoyer says what", ""),
        ("What is LUKE’s size?", "what is N size", "LUKE"),
        ("EMNLP bees", "N bees", "EMNLP"),
        ("GPT-9 and bees", "N and bees", "GPT-9"),
        ("5 hives", "D hives", ""),
        ("Is Google Maps v2 big?", "is N big", "Google Maps v2"),
        ("is v2 big?", "is N big", "v2"),
        ("is attention all you need", "is attention all you need", ""),
        ("On hives of bees in the wild north", "N", "On hives of bees in the wild north"),
        (AT_MOST, "N", AT_MOST),
        ("LUKE LUKE TinyCLIP", "N", "LUKE TinyCLIP"),
    ],
)
def test_papers_are_known_by_their_names(library, question, tokens, titles):
    named = find_names(question, library)
    assert (" ".join(named.tokens), " ".join(named.titles)) == (tokens, titles)


@pytest.mark.parametrize(
    ("question", "tokens", "where"),
    [
        # Who is cited is the first author, unless joined to others.
        ("Lee et al. 2019 on bees", "A et al Y on bees", "first=lee year=2019"),
        ("papers by Lee et al. on bees", "papers by A et al on bees", "first=lee"),
        ("Lee and Poe 2019", "A and A Y", "first=lee person=po year=2019"),
        ("papers by Lee and Poe 2019", "papers by A and A Y", "person=lee person=po year=2019"),
        ("Poe & Lee (2021) show what?", "A Y show what", "first=po person=lee year=2021"),
        ("Lee's paper on bees", "A paper on bees", "person=lee"),
        ("lee et al. on bees", "A et al on bees", "first=lee"),
        ("papers of Poe", "papers of A", "person=po"),
        ("results of Poe", "results of poe", ""),
        ("Ann Lee papers", "A papers", "person=ann lee"),
        ("first-author papers of Bo Poe", "first author papers of A", "first=bo po"),
        ("What did Lee (2019) find?", "what did A Y find", "first=lee year=2019"),
        ("What did Zhuang (2019) find?", "what did A Y find", "person=zhuang year=2019"),
        ("author Poe", "author A", "person=po"),
        ("papers by Ann Lee about bees", "papers by A about bees", "person=ann lee"),
        ("papers with Ann Lee", "papers with A", "person=ann lee"),
        ("papers by Mia van Dorn", "papers by A", "person=mia van dorn"),
        ("papers by Jo Ann de Vries", "papers by A", "person=jo ann de vries"),
        ("papers by zhuang", "papers by A", "person=zhuang"),
        ("Zhuang papers", "A papers", "person=zhuang"),
        # Plain English words are no authors, unless they stand as such with a capital.
        ("papers by lee", "papers by lee", ""),
        ("Long papers", "long papers", ""),
        ("ann lee", "ann lee", ""),
        ("did 3 Lee", "did D lee", ""),
        ("Dee, Fox", "dee fox", ""),
        # Venues.
        ("EMNLP papers on bees", "V papers on bees", "venue=emnlp"),
        ("emnlp papers on bees", "V papers on bees", "venue=emnlp"),
        ("bees in ACL", "bees in V", "venue=acl"),
        ("papers at nature", "papers at V", "venue=nature"),
        ("papers in NATURE", "papers in V", "venue=nature"),
        ("nature 2020", "V Y", "venue=nature year=2020"),
        ("papers in nature", "papers in nature", ""),
        ("nature papers", "nature papers", ""),
        ("nature of bees", "nature of bees", ""),
        ("the EMNLP conference", "the V conference", "venue=emnlp"),
        ("papers at ACL or EMNLP", "papers at V or V", "venue=acl or emnlp"),
        ("papers at the Assembly Concerning Lakes (ACL)", "papers at the V", "venue=acl"),
        ("papers at the Meeting on Lakes (ACL)", "papers at the meeting on lakes N", ""),
        ("papers at ACL with EMNLP", "papers at V with N", "venue=acl"),
        # What stands as only venues do is one, though the library has none of it.
        ("papers from JAIR on bees", "papers from V on bees", "venue=jair"),
        ("papers on JAIR", "papers on N", ""),
        ("bees from JAIR", "bees from N", ""),
    ],
)
def test_authors_and_venues_are_known_by_where_they_stand(library, question, tokens, where):
    named = find_names(question, library)
    assert " ".join(named.tokens) == tokens
    assert " ".join(f"{each.field}{each.op}{each.value}" for each in named.where) == where


@pytest.mark.parametrize(
    ("question", "tokens", "people"),
    [
        ("papers by Zoe Unknown", "papers by A", ("Zoe Unknown",)),
        ("What did Zoe Unknown write?", "what did A write", ("Zoe Unknown",)),
        ("Unknown et al. on bees", "A et al on bees", ("Unknown",)),
        ("papers by Zoe GPT-9", "papers by zoe N", ()),
        ("papers by Ann Lee", "papers by A", ()),
    ],
)
def test_who_stands_as_an_author_and_is_none_is_a_stranger(library, question, tokens, people):
    named = find_names(question, library)
    assert (" ".join(named.tokens), named.people) == (tokens, people)


@pytest.mark.parametrize(
    ("question", "rest", "unnamed"),
    [
        ("Lee et al. 2019 on bees", "bees", "on bees"),
        ("Lee and Poe 2019", "", ""),
        ("bees et al", "bees", "bees et al"),
        ("the last 5 papers by Poe", "", "the last 5 papers by"),
        ("5 hives", "5 hives", "5 hives"),
        ("what's LUKE's size", "LUKE size", "what's LUKE size"),
        # One word between others stays, two do not.
        ("hives of bees in the north", "hives of bees north", "hives of bees in the north"),
        ("bees ACL 2021 hives", "bees hives", "bees ACL hives"),
        ("work by Cy Long from 2020 on hives", "hives", "work by from on hives"),
    ],
)
def test_what_is_left_without_names_and_words_of_asking(library, question, rest, unnamed):
    named = find_names(question, library)
    assert (named.rest, named.unnamed) == (rest, unnamed)


def test_titles_of_25_words_and_the_first_60_words_are_looked_at(library):
    def runs(text):
        return [(first, last) for first, last, _ in titles_in(chunks(text), text, library)]

    assert runs(f"so {AT_MOST}") == [(1, 26)]
    assert runs(LONGER) == []
    assert len(chunks("word " * 61)) == 60


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("from 2018 to 2020", ">=2018 <=2020"),
        ("2018-2020", ">=2018 <=2020"),
        ("from 2018 onwards", ">=2018"),
        ("2018 or later", ">=2018"),
        ("2018 and earlier", "<=2018"),
        ("since 2018", ">=2018"),
        ("after 2018", ">2018"),
        ("before 2018", "<2018"),
        ("until 2018", "<=2018"),
        ("in 2018", "=2018"),
        ("in the 1990s", ">=1990 <=1999"),
        ("in 1718 or 20180", ""),
    ],
)
def test_years(text, conditions):
    assert " ".join(f"{each.op}{each.value}" for each in years_in(text)) == conditions


@pytest.mark.parametrize(
    ("typed", "written", "papers", "having", "name"),
    [
        # Plain English is a name where few papers have it: three, or one of two thousand.
        ("deep bees", "Deep bees", 100, 3, True),
        ("deep bees", "Deep bees", 100, 4, False),
        ("deep bees", "Deep bees", 8_000, 4, True),
        ("deep bees", "Deep bees", 7_999, 4, False),
        ("Deep Bees", "Deep Bees", 100, 9, True),
        ("deep BEES", "Deep BEES", 100, 9, True),
        ("Bees", "Bees", 100, 9, False),
        # Words by which questions ask are none.
        ("is a", "ISA", 100, 1, False),
        ("what is", "What is", 100, 1, False),
        ("what bees", "What Bees", 100, 1, True),
        ("what bees", "WhatBees", 100, 1, False),
    ],
)
def test_what_begins_a_title_is_a_name(typed, written, papers, having, name):
    library = SimpleNamespace(papers=papers, document_frequency=lambda term: having)
    assert is_name(typed, written, library) is name


def test_the_commonest_form_is_what_most_papers_write(library):
    assert commonest_form("elmo", library) == "ELMo"
    assert commonest_form("genoa", library) == "Genoa"
    assert commonest_form("embed", library) is None  # only "embeds" stands there
    assert commonest_form("whales", library) is None
    assert commonest_form("the-", library) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's GPT's size", ["What's", "GPT", "size"]),
        ("C++ and state-of-the-art", ["C++", "and", "state-of-the-art"]),
    ],
)
def test_words_with_their_hyphens(text, words):
    assert [chunk.text for chunk in chunks(text)] == words
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in chunks(text))


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("papers not by Ann Lee", ["person!=ann lee"]),
        ("papers by Ann Lee", ["person=ann lee"]),
        ("papers on bees except those by Ann Lee", ["person!=ann lee"]),
        ("papers by Ann Lee not published at EMNLP", ["person=ann lee", "venue!=emnlp"]),
        ("papers by Ann Lee except those from 2019", ["person=ann lee", "year!=2019"]),
        ("papers by Ann Lee not from 2019", ["person=ann lee", "year!=2019"]),
        ("papers from EMNLP or Nature", ["venue=emnlp or nature"]),
    ],
)
def test_what_is_not_meant_is_denied(library, text, conditions):
    found = find_names(text, library).where
    assert [f"{each.field}{each.op}{each.value}" for each in found] == conditions


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("papers by Luke", ()),
        ("papers by Ann Lee or Luke", ()),
        ("what does Luke embed", ("LUKE",)),
    ],
)
def test_a_name_behind_by_is_a_person(library, text, titles):
    assert find_names(text, library).titles == titles


def test_a_common_word_is_as_most_papers_write_it_and_not_those_named_so():
    index = Lexical(None)
    named = [Paper(f"n{i}", f"SPoT {i}", "SPoT SPoT SPoT.") for i in range(10)]
    plain = [Paper(f"p{i}", f"Work {i}", "Here we spot longer errors of ours.") for i in range(70)]
    index.write([Entry(p, ((0, len(p.abstract)),), {}, 1) for p in (*named, *plain)], [], "s")
    assert commonest_form("spot", index) == "spot"


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        # Cy Long is the first author in 2020, Ann Lee the second; in 2019 Ann Lee is the first.
        ("Ann Lee 2020 publications", ["person=ann lee", "year=2020"]),
        ("Ann Lee 2019 publications", ["first=ann lee", "year=2019"]),
        ("Ann Lee 1950 publications", ["first=ann lee", "year=1950"]),
        (
            "did EMNLP have more papers in 2020 or in 2019",
            ["venue=emnlp", "year>=2019", "year<=2020"],
        ),
        ("how many papers did Nature contribute", []),  # no capitals as a venue's
        ("how many papers did EMNLP contribute", ["venue=emnlp"]),
        ("papers in 2015 or 2019", ["year=2015"]),
    ],
)
def test_years_beside_names_and_either_of_two_years(library, text, conditions):
    found = find_names(text, library).where
    assert [f"{each.field}{each.op}{each.value}" for each in found] == conditions


@pytest.mark.parametrize(("named", "form"), [(5, "lit"), (6, "LIT")])
def test_a_common_word_is_a_name_where_most_write_it_so(named, form):
    index = Lexical(None)
    texts = ["LIT works."] * named + ["Here is a lit room."] * (10 - named)
    papers = [Paper(f"p{i}", "A work", text) for i, text in enumerate(texts)]
    index.write([Entry(p, ((0, len(p.abstract)),), {}, 1) for p in papers], [], "s")
    assert commonest_form("lit", index) == form
