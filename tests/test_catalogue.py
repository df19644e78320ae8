"""Questions that the library itself answers, and greetings."""

from __future__ import annotations

import json

import pytest

from rag.answers import several
from rag.text.people import fold_person
from rag.types import Answer, Citation, Hit, Paper, Passage, Retrieved, Seconds, Sentence

ROWS = [
    {
        "id": "a",
        "title": "Alpha: counting bees",
        "abstract": "Alpha counts 40 bees. Results show that bees can be counted.",
        "authors": ["Ann Lee", "Bo Schütze", "Cy Poe"],
        "year": 2019,
        "venue": ["emnlp", "ijcnlp"],
    },
    {
        "id": "b",
        "title": "Beta: naming whales",
        "abstract": "Beta names seven whales in the sea.",
        "authors": ["Bo Schütze"],
        "year": 2021,
        "venue": "ACL",
    },
    {
        "id": "c",
        "title": "Naming bees",
        "abstract": "Bees get names [3] as whales do.",
        "authors": ["Dee Fox", "Ann Lee"],
        "year": 2021,
        "venue": "EMNLP",
    },
]
# Whose author is called as another paper is, and whose title has a name that is not its own.
NAMESAKE = {
    "id": "d",
    "title": "Fast BeeNet for hives",
    "abstract": "We run BeeNet on hives.",
    "authors": ["Beta Fox"],
    "year": 2020,
    "venue": "COLING",
}


@pytest.fixture
def ask(assistant, tmp_path):
    return filled(assistant, tmp_path, ROWS).ask


@pytest.fixture
def ask_bare(assistant, tmp_path):
    """A library whose papers have nothing but titles and abstracts."""
    bare = [{key: row[key] for key in ("id", "title", "abstract")} for row in ROWS]
    return filled(assistant, tmp_path, bare).ask


def filled(assistant, folder, rows):
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assistant.ingest([str(file)])
    return assistant


@pytest.mark.parametrize(
    ("question", "text", "cited"),
    [
        ("How many papers are there?", "The library has 3 papers, of 2019 to 2021.", ""),
        ("how many EMNLP papers?", "The library has 2 papers from EMNLP:", "ca"),
        ("How many papers by Bo Schuetze?", "The library has 2 papers by Bo Schütze:", "ba"),
        ("How many papers from 1950?", "The library has no papers of 1950.", ""),
        ("Who wrote Alpha?", "is by Ann Lee, Bo Schütze and Cy Poe [1]", "a"),
        ("When was Beta published?", "was published in 2021 (ACL) [1]", "b"),
        ("Where was Beta published?", "appeared in ACL (2021) [1]", "b"),
        ("What is the oldest paper?", "The oldest paper is of 2019:", "a"),
        ("newest papers by Ann Lee", "The newest papers by Ann Lee are of 2021:", "ca"),
        ("How many papers per year?", "- 2021: 2\n- 2019: 1", ""),
        ("papers by Ann Lee since 2020", "by Ann Lee since 2020:", "c"),
        ("papers by Ann Lee about counting", "by Ann Lee about “counting”:", "a"),
        ("Give me the BibTeX of Beta", "@article{schutze2021beta", "b"),
        ("Is Alpha in the library?", "Yes, the library has:", "a"),
        ("who wrote most papers about whales?", "- Ann Lee: 1\n- Bo Schütze: 1\n- Dee Fox: 1", ""),
        ("the last 5 papers by Bo Schütze", "The newest papers by Bo Schütze are of 2021:", "ba"),
        ("which venues have most papers on whales?", "- ACL: 1\n- EMNLP: 1", ""),
        ("papers by Lee and Poe", "The library has 1 paper by Lee and Poe:", "a"),
        ("Schütze papers 2021", "The library has 1 paper by Schütze of 2021:", "b"),
        ("number of papers that mention whales", "2 papers that mention “whales”:", "bc"),
        (
            "how many papers per year about whales",
            "The papers that mention “whales” are of 2021:\n- 2021: 2",
            "",
        ),
        (
            "what's the oldest paper on counting in here?",
            "The oldest paper about “counting” is of 2019:",
            "a",
        ),
        (
            "How many papers did Ann Lee and Cy Poe write together?",
            "1 paper by Ann Lee and Cy",
            "a",
        ),
        ("papers of the 2010s", "The library has 1 paper from 2010 to 2019:", "a"),
        ("number of EMNLP and ACL papers in 2021", "2 papers from EMNLP or ACL of 2021:", "bc"),
        ("share of papers from 2019?", "1 paper of 2019 (33.3% of all):", "a"),
        ("name the two newest papers", "The newest papers are of 2021:", "bc"),
        ("How many authors are there?", "The library has 4 authors.", ""),
        ("How many people wrote Alpha?", "has 3 authors [1]", "a"),
        ("Which paper has the most authors?", "1 paper has 3 authors, the most:", "a"),
        ("How many papers have only one author?", "1 paper has 1 author:", "b"),
        ("papers with more than one author", "2 papers have more than 1 author:", "ac"),
        ("which titles have the word bees in them", "2 papers with “bees” in the title", "ca"),
        ('titles starting with "naming bees"', "1 paper with “naming bees” in the title", "c"),
        ("in how many papers is Bo Schütze first author?", "1 paper by Bo Schütze:", "b"),
        ("Where does Ann Lee usually publish?", "- emnlp: 2", ""),
        ("ann lee papers", "The library has 2 papers by Ann Lee:", "ca"),
        ("publications of Poe at EMNLP", "1 paper by Poe from EMNLP:", "a"),
        ("papers by Cy Poe or Dee Fox", "The library has 2 papers by Cy Poe or Dee Fox:", "ca"),
        ("over which period do the papers span?", "are of 2019 to 2021:", ""),
        ("Show me the BibTeX of lee et al. 2019", "@article{lee2019alpha", "a"),
        ("does it cover whales?", "2 papers that mention “whales”:", "bc"),
        ("Who are the coauthors of Ann Lee?", "- Bo Schütze: 1\n- Cy Poe: 1\n- Dee Fox: 1", ""),
    ],
)
def test_what_the_catalogue_knows(ask, question, text, cited):
    answer = ask(question)
    assert (answer.kind, answer.answered) == ("library", True)
    assert text in answer.answer
    assert "".join(citation.paper.id for citation in answer.citations) == cited
    assert all(sentence.text in answer.answer for sentence in answer.sentences)
    assert [f"[{c.number}]" in answer.answer for c in answer.citations] == [True] * len(cited)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many citations does Alpha have?", "Citation counts and references are not known"),
        ("which university are the authors of Alpha from?", "Affiliations are not known here"),
        ("What is the acceptance rate of EMNLP?", "Acceptance rates are not known here"),
        ("Where does Ann Lee work?", "Affiliations are not known here"),
        ("average number of authors per paper", "Averages are not known here"),
        ("Who are Zoe Unknown's co-authors?", "The library has no paper by Zoe Unknown."),
        ('Is "Bees Are All We Count" in the library?', "called “Bees Are All We Count”"),
        ("papers by Zoe Unknown", "The library has no paper by Zoe Unknown."),
        ("Who wrote Gamma: weighing ants?", "No paper in the library is called “"),
        ("What did Lee et al. 2018 find?", "The library has no paper by Lee of 2018."),
    ],
)
def test_what_it_does_not_know_is_said(ask, question, text):
    answer = ask(question)
    assert (answer.kind, answer.answered, answer.citations) == ("library", False, ())
    assert text in answer.answer


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "Who wrote Alpha?",
            "The papers have no authors here, so that cannot be told. The paper is",
        ),
        ("Which papers were published in 2021?", "The papers have no years here"),
        ("In which journal was Alpha published?", "The papers have no venues here"),
        ("How many papers by Ann Lee?", "The papers have no authors here"),
        ("most prolific authors", "The papers have no authors here"),
        ("Which paper has the most authors?", "The papers have no authors here"),
        ("how many venues are there?", "The papers have no venues here"),
        ("what years are covered?", "The papers have no years here"),
    ],
)
def test_fields_that_no_paper_has_are_named(ask_bare, question, text):
    answer = ask_bare(question)
    assert (answer.kind, answer.answered) == ("library", False)
    assert answer.answer.startswith(text)


def test_a_name_within_a_title_or_an_authors_is_not_the_papers(assistant, tmp_path):
    ask = filled(assistant, tmp_path, [*ROWS, NAMESAKE]).ask
    fox = ask("newest work by Beta Fox")
    assert fox.answer.startswith("The newest paper by Beta Fox is of 2020:")
    assert [citation.paper.id for citation in fox.citations] == ["d"]
    net = ask("When was BeeNet published?")
    assert not net.answered
    assert net.answer.startswith("No paper in the library is called “BeeNet”. The nearest are")
    beta = ask("When was Beta published?")
    assert [citation.paper.id for citation in beta.citations] == ["b"]


def test_what_is_said_of_a_subject_together_is_about_it(assistant, tmp_path):
    apart = {
        "id": "e",
        "title": "Hives",
        "abstract": "Bees live in hives. Counting is hard.",
        "authors": ["Ann Lee"],
        "year": 2001,
        "venue": "ACL",
    }
    ask = filled(assistant, tmp_path, [*ROWS, apart]).ask
    assert [c.paper.id for c in ask("oldest paper about counting bees").citations] == ["a"]
    assert [c.paper.id for c in ask("papers by Ann Lee about counting bees").citations] == ["a"]


def test_what_people_found_is_asked_of_their_papers(ask):
    answer = ask("What did Lee et al. (2019) find?")
    assert (answer.kind, answer.answered) == ("papers", True)
    assert {citation.paper.id for citation in answer.citations} == {"a"}


@pytest.mark.parametrize(
    "question",
    [
        "How many bees does Alpha count?",
        "When do bees fail?",
        "Who benefits from counting bees?",
        "Which authors are easiest to attribute?",
        "What is the newest trend in naming?",
        "How are author names disambiguated?",
        "What years do the newspapers cover?",
    ],
)
def test_what_is_asked_of_papers_is_not_the_librarys(ask, question):
    assert ask(question).kind == "papers"


def test_an_overview_groups_every_paper(ask):
    answer = ask("What is this library about?")
    assert answer.answer.startswith(
        "The library has 3 papers, of 2019 to 2021; most are from emnlp"
    )
    assert answer.citations


def test_an_abstract_is_shown_word_for_word(ask):
    answer = ask("Show me the abstract of Beta")
    assert answer.sentences[0].support == "verbatim"
    assert answer.sentences[0].evidence.quote == ROWS[1]["abstract"]


def test_markers_in_a_papers_text_cite_nothing(ask):
    answer = ask("Show me the abstract of Naming bees")
    assert "[3]" not in answer.answer


@pytest.mark.parametrize(
    "question",
    [
        *("Hello!", "Thanks a lot", "Thank you!", "bye", "Who are you?", "haha ok", "hm"),
        *("you there?", "thx!!", "👍", "lol", "sorry", "thanks, that helped", "yes", "wow"),
    ],
)
def test_small_talk_gets_a_sentence(ask, question):
    answer = ask(question)
    assert (answer.kind, answer.citations, answer.sentences) == ("chat", (), ())
    assert answer.answer.count(".") + answer.answer.count("!") <= 2


def test_two_questions_are_answered_one_by_one(ask):
    answer = ask("Who wrote Beta? And how many citations does Alpha have?")
    assert answer.answered
    assert "**Who wrote Beta?**\n**Beta: naming whales** (2021, ACL) is by Bo Schütze [1]" in (
        answer.answer
    )
    assert "Citation counts and references are not known here" in answer.answer
    assert [citation.paper.id for citation in answer.citations] == ["b"]


def test_citations_of_several_answers_are_numbered_through(ask):
    answer = ask("Who wrote Beta? And who wrote Alpha?")
    assert [citation.paper.id for citation in answer.citations] == ["b", "a"]
    assert [sentence.citations for sentence in answer.sentences] == [(1,), (2,)]
    assert answer.sentences[1].text.endswith("Cy Poe [2]")


def part(text, cited, retrieved, **more):
    papers = {name: Paper(name, name.upper(), "") for name in "abc"}
    return Answer(
        "q", "q", more.pop("answered", True), text,
        sentences=(Sentence(text, tuple(range(1, len(cited) + 1)), "weak", 0.3),),
        citations=tuple(Citation(n, papers[name]) for n, name in enumerate(cited, 1)),
        retrieved=tuple(Retrieved(n, 1.0, name, name) for n, name in enumerate(retrieved, 1)),
        llm="none", embedder="e", prompts={}, **more,
    )  # fmt: skip


def test_answers_are_joined():
    joined = several.join(
        "One [1]? Two?",
        "alone",
        ["One [1]?", "Two?"],
        [
            part("So [1][2].", "ab", "ab", confidence=0.8, seconds=Seconds(0.10004, 0.2, 0.3, 0.6)),
            part("Yes [1][2].", "ca", "ca", confidence=0.6, settings={"k": 3}, answered=False),
        ],
    )
    assert (joined.question, joined.standalone_question) == ("One [1]? Two?", "alone")
    assert joined.answer == "**One (1)?**\nSo [1][2].\n\n**Two?**\nYes [3][1]."
    assert [(each.text, each.citations) for each in joined.sentences] == [
        ("So [1][2].", (1, 2)),
        ("Yes [3][1].", (3, 1)),
    ]
    assert [(each.number, each.paper.id) for each in joined.citations] == list(enumerate("abc", 1))
    assert [(each.rank, each.paper_id) for each in joined.retrieved] == [
        (1, "a"),
        (2, "c"),
        (3, "b"),
    ]
    assert joined.seconds == Seconds(0.1, 0.2, 0.3, 0.6)
    assert (joined.answered, joined.confidence, joined.settings) == (True, 0.6, {"k": 3})


def test_what_is_found_for_each_question_is_found_once_the_best_of_each_first():
    def found(name, rank):
        return Hit(rank, 1.0, Paper(name, name, ""), Passage(name, 0, 0))

    def ask(question):
        names = {"One?": "ab", "Two?": "ca"}[question]
        yield tuple(found(name, rank) for rank, name in enumerate(names, 1))
        yield "So"
        yield part(question, "", "", generation=question)

    hits, text, answer = several.one_by_one("One? Two?", "alone", ["One?", "Two?"], ask)
    assert [(hit.rank, hit.paper.id) for hit in hits] == [(1, "a"), (2, "c"), (3, "b")]
    assert text == answer.answer == "**One?**\nOne?\n\n**Two?**\nTwo?"
    assert answer.generation == "One?"  # what they share is as the first has it


@pytest.mark.parametrize(
    ("kinds", "kind"), [(("chat", "chat"), "chat"), (("library", "chat"), "papers")]
)
def test_joined_answers_are_of_their_kind_and_known_where_one_is(kinds, kind):
    parts = [part("No.", "", "", kind=each, answered=False) for each in kinds]
    joined = several.join("q", "q", ["a", "b"], parts)
    assert (joined.kind, joined.answered, joined.confidence) == (kind, False, None)


def test_names_are_folded():
    assert fold_person("Bo Schütze") == fold_person("bo schuetze") == fold_person("Bo Schutze")


HELD = "the library holds titles, authors, years, venues, identifiers and abstracts"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many papers by Zed Nobody?", "The library has no papers by Zed Nobody."),
        (
            "how often is Alpha cited?",
            f"Citation counts and references are not known here: {HELD}.",
        ),
        ("hi, how are you?", "Ask a question about the 3 papers of this library."),
    ],
)
def test_what_is_said_whole(ask, question, text):
    assert ask(question).answer == text


def test_without_fields_what_is_held_and_the_nearest_three_are_said(assistant, tmp_path):
    hives = [
        {"id": name, "title": f"Bees of hive {name}", "abstract": "Bees are here."}
        for name in ("one", "two", "three", "four")
    ]
    ask = filled(assistant, tmp_path, hives).ask
    assert ask("how often is Bees cited?").answer.endswith(
        "the library holds titles, identifiers and abstracts."
    )
    answer = ask("Who wrote about bees?").answer
    assert answer.startswith("The papers have no authors here, so that cannot be told. The nearest")
    assert answer.count("“Bees of hive") == 3


def test_of_papers_of_one_name_three_are_counted(assistant, tmp_path):
    parts = [
        {"id": part, "title": f"Waspnet: part {part}", "abstract": "Wasps.", "authors": ["Cy Poe"]}
        for part in ("one", "two", "three", "four")
    ]
    ask = filled(assistant, tmp_path, parts).ask
    answer = ask('How many authors does "Waspnet: part two" have?')
    assert answer.answer == "**Waspnet: part two** (Poe) has 1 author [1]"
    assert ask("How many authors does Waspnet have?").answer == (
        "The papers that mention “Waspnet” have 1 author."
    )
