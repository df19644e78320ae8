"""Questions that the library itself answers, and greetings."""

from __future__ import annotations

import json
from dataclasses import replace

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
        (
            "List papers of Ann Lee with their venues and years",
            "The library has 2 papers",
            "ca",
        ),
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


def test_his_and_her_papers_are_the_authors_who_was_asked_about(ask):
    answer = ask("Which is the oldest paper by Ann Lee and which is her newest?")
    assert "The oldest paper by Ann Lee is of 2019:" in answer.answer
    assert "The newest paper by Ann Lee is of 2021:" in answer.answer


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

    def ask(question, history):
        names = {"Is A one?": "ab", "Is B two?": "ca"}[question]
        yield tuple(found(name, rank) for rank, name in enumerate(names, 1))
        yield "So"
        yield replace(part(question, "", "", generation=question), question=question)

    hits, text, answer = several.one_by_one(
        "Is A one? Is B two?", "alone", [["Is A one?"], ["Is B two?"]], ask
    )
    assert [(hit.rank, hit.paper.id) for hit in hits] == [(1, "a"), (2, "c"), (3, "b")]
    assert text == answer.answer == "**Is A one?**\nIs A one?\n\n**Is B two?**\nIs B two?"
    assert answer.generation == "Is A one?"  # what they share is as the first has it


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


@pytest.fixture
def hives(assistant, tmp_path):
    """27 papers by Ida Coy, all but one with another author each, three a year, and one undated."""
    rows = [
        {
            "id": f"p{i:02}",
            "title": f"Hive number {i}",
            "abstract": "Bees live here. Honey is sweet.",
            "authors": [f"Kim {name}", "Ida Coy"] if i != 3 else [f"Kim {name}"],
            "year": 1990 + i % 9,
            "venue": f"V{i}",
            "doi": "10.1000/x3" if i == 3 else None,
        }
        for i, name in enumerate(map("Nox".__add__, "abcdefghijklmnopqrstuvwxyzä"))
    ]
    undated = {"id": "q", "title": "Old hive", "abstract": "Wasps.", "authors": ["Ida Coy"]}
    return filled(assistant, tmp_path, [*rows, undated])


def told(opened, question, **options):
    """Return what is said first, and the ids of the papers cited."""
    answer = opened.ask(question, **options)
    lead = answer.answer.partition("\n")[0]
    return lead, " ".join(citation.paper.id for citation in answer.citations)


NEWEST = "p08 p17 p26 p07 p16 p25 p06 p15 p24 p05 p14 p23 p04 p13 p22"


def test_of_many_papers_some_are_shown(hives):
    assert told(hives, "papers by Ida Coy") == (
        "The library has 27 papers by Ida Coy; the newest 20 are:",
        f"{NEWEST} p12 p21 p02 p11 p20",
    )
    assert told(hives, "the 4 papers by Ida Coy")[1] == NEWEST[:15]
    assert told(hives, "How many papers by Ida Coy?") == (
        "The library has 27 papers by Ida Coy, among them:",
        NEWEST[:19],
    )
    about = told(hives, "papers by Ida Coy about bees")
    assert about[0] == "Papers by Ida Coy about “bees”, the first 20 of 26:"
    assert len(about[1].split()) == 20
    many = told(hives, "How many papers mention bees?")
    assert many == (
        "The library has 27 papers that mention “bees”, among them:",
        "p00 p01 p02 p03 p04",
    )
    assert told(hives, "Which papers have two authors?") == (
        "26 papers have 2 authors, among them:",
        "p00 p01 p02 p04 p05",
    )


def test_the_newest_are_ten_of_several_years_or_all_of_the_last(hives):
    assert told(hives, "newest papers") == ("The newest papers are of 1998:", NEWEST[:39])
    assert told(hives, "the oldest 3 papers") == ("The oldest papers are of 1990:", "p00 p09 p18")
    assert told(hives, "what is the newest paper?")[1] == NEWEST[:11]
    assert told(hives, "newest papers about sweet honey") == (
        "The newest papers about “sweet honey” are of 1998:",
        NEWEST[:39],
    )


def test_of_many_values_25_are_counted_and_of_the_most_ten(hives):
    by_author = hives.ask("papers per author").answer.split("\n")
    assert by_author[:3] == ["The papers by author:", "- Ida Coy: 27", "- Kim Noxa: 1"]
    assert (len(by_author), by_author[-1]) == (27, "- and 3 more")
    most = hives.ask("most prolific authors").answer.split("\n")
    assert most[:3] == ["Most papers are of Ida Coy (27):", "- Ida Coy: 27", "- Kim Noxa: 1"]
    assert len(most) == 11
    assert len(hives.ask("papers per venue").answer.split("\n")) == 27
    others = hives.ask("who are the coauthors of Ida Coy?").answer.split("\n")
    assert others[0] == "The papers by Ida Coy were written with 26 others:"
    assert len(others) == 26
    about = hives.ask("which authors wrote most papers about wasps?").answer
    assert about == "Most papers that mention “wasps” are of Ida Coy (1):\n- Ida Coy: 1"
    few = hives.ask("which venues have the least papers?").answer.split("\n")
    assert (few[0], len(few)) == ("Fewest papers are of v0 (1):", 11)


def test_what_a_library_is_about_names_five_venues(hives):
    assert told(hives, "What is this library about?")[0] == (
        "The library has 28 papers, of 1990 to 1998; most are from v0 (1), v1 (1), v10 (1), "
        "v11 (1), v12 (1). Its main topics:"
    )


def test_papers_without_a_year_come_last_and_are_never_the_newest(hives):
    assert told(hives, "papers by Ida Coy about wasps") == (
        "Papers by Ida Coy about “wasps”:",
        "q",
    )
    found = told(hives, "papers by Ida Coy", where=["title~hive", "source!=x", "id!=p08"])[1]
    assert found.split()[0] == "p17"
    few = told(hives, "papers by Ida Coy", where=["venue!=v8", "title~old"])
    assert few[1] == "q"
    two = told(hives, "How many papers by Ida Coy?", where=["title~ number 0"])
    assert two[1] == "p00"
    assert told(hives, "newest papers", where=["title~old"]) == (
        "The library has no paper with “old” in the title.",
        "",
    )


def test_an_identifier_is_told_of_the_papers_that_have_one(hives):
    assert hives.ask("DOI of Hive number 3?").answer == (
        "DOI of **Hive number 3** (Noxd, 1993, V3): 10.1000/x3 [1]"
    )
    assert hives.ask("who are the coauthors of Kim Noxd?").answer == (
        "The papers by Kim Noxd have no other authors."
    )


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("bye", "Goodbye."),
        (
            "Thanks a lot",
            "You’re welcome; ask more about the 3 papers of this library whenever you like.",
        ),
        (
            "Who are you?",
            "I answer questions from the 3 papers of this library, and show the words of each "
            "that support an answer.",
        ),
        ("Hello!", "Hello! Ask a question about the 3 papers of this library."),
        ("haha ok", "Ask a question about the 3 papers of this library."),
        ("how is it going?", "Ask a question about the 3 papers of this library."),
        ("How many authors have EMNLP papers?", "The papers from EMNLP have 4 authors."),
        (
            "How many venues have papers about whales?",
            "The papers that mention “whales” have 2 venues.",
        ),
        ("most common venues", "Most papers are of emnlp (2):\n- emnlp: 2\n- acl: 1\n- ijcnlp: 1"),
        (
            "papers per author",
            "The papers by author:\n- Ann Lee: 2\n- Bo Schütze: 2\n- Cy Poe: 1\n- Dee Fox: 1",
        ),
        (
            "papers per venue about whales",
            "The papers that mention “whales” by venue:\n- ACL: 1\n- EMNLP: 1",
        ),
        ("papers per year in 1950", "The library has no paper of 1950."),
        ("papers per year since 2020", "The papers since 2020 are of 2021:\n- 2021: 2"),
        ("When was Naming bees published?", "**Naming bees** was published in 2021 (EMNLP) [1]"),
        ("DOI of Alpha?", "The library has no DOI of “Alpha: counting bees”."),
        ("arXiv id of Alpha", "The library has no arXiv id of “Alpha: counting bees”."),
        ("link to Alpha", "The library has no link of “Alpha: counting bees”."),
        ("papers by Ann Lee at ACL", "The library has no paper by Ann Lee from ACL."),
        ("Where was Ann Lee born?", "The library has no paper by Ann Lee about “born”."),
        ("does it cover zebras?", "The library has no papers that mention “zebras”."),
        (
            "papers by Ann Lee about zebras",
            "None of the 2 papers by Ann Lee says it is about “zebras”; the newest are:\n"
            "- **Naming bees** (Fox and Lee, 2021, EMNLP) [1]\n"
            "- **Alpha: counting bees** (Lee et al., 2019, emnlp ijcnlp) [2]",
        ),
        (
            "how many EMNLP papers mention bees?",
            "The library has 2 papers from EMNLP that mention “bees”:\n"
            "- **Alpha: counting bees** (Lee et al., 2019, emnlp ijcnlp) [1]\n"
            "- **Naming bees** (Fox and Lee, 2021, EMNLP) [2]",
        ),
        (
            "which paper about whales has the most authors?",
            "1 paper has 2 authors, the most:\n- **Naming bees** (Fox and Lee, 2021, EMNLP) [1]",
        ),
        (
            "oldest paper by Dee Fox about bees",
            "The oldest paper by Dee Fox about “bees” is of 2021:\n"
            "- **Naming bees** (Fox and Lee, 2021, EMNLP) [1]",
        ),
        (
            "Show me the abstract of Naming bees",
            "Bees get names (3) as whales do. [1]",
        ),
    ],
)
def test_the_whole_of_what_is_said(ask, question, said):
    assert ask(question).answer == said


def test_a_bare_library_is_counted_and_cited_without_what_it_lacks(ask_bare):
    assert ask_bare("How many papers are there?").answer == "The library has 3 papers."
    assert ask_bare("Is Alpha in the library?").answer == (
        "Yes, the library has:\n- **Alpha: counting bees** [1]"
    )
    assert ask_bare("BibTeX of Alpha").answer == (
        "**Alpha: counting bees**, key alpha [1]\n\n```bibtex\n@misc{alpha,\n"
        "  title = {Alpha: counting bees},\n  paper_id = {a}\n}\n```"
    )
    assert ask_bare("Who wrote Alpha?").answer == (
        "The papers have no authors here, so that cannot be told. The paper is “Alpha: counting "
        "bees”."
    )


def test_of_papers_of_one_name_three_are_named(assistant, tmp_path):
    parts = [
        {"id": part, "title": f"Waspnet: {part}", "abstract": "Wasps."}
        for part in ("one", "two", "six", "ten")
    ]
    ask = filled(assistant, tmp_path, parts).ask
    assert ask("Who wrote Waspnet?").answer.count("“Waspnet: ") == 3


def test_of_several_papers_of_one_name_the_newest_or_oldest_is_told(assistant, tmp_path):
    rows = [
        {"id": f"q{year}", "title": f"BEELO submission {year}", "abstract": "x", "year": year}
        for year in (2023, 2025, 2024)
    ]
    asked = filled(assistant, tmp_path, rows).ask
    newest = "**BEELO submission 2025** was published in 2025 [1]"
    assert asked("When did the newest BEELO submission appear?").answer == newest
    oldest = "**BEELO submission 2023** was published in 2023 [1]"
    assert asked("When did the oldest BEELO submission appear?").answer == oldest


def test_of_two_subjects_of_ones_papers_either_will_do(ask):
    found = ask("papers by Ann Lee about counting and whales")
    assert [citation.paper.id for citation in found.citations] == ["a", "c"]


def test_with_every_all_is_answered_or_nothing_is_told():
    told = []

    def ask(question, history):
        told.append(question)
        yield ()
        yield replace(part(question, "", "", answered="who" in question), question=question)

    def asked(*parts):
        told.clear()
        ways = [(each,) for each in parts]
        return [str(p) for p in several.one_by_one("q", "q", ways, ask, every=True)][1:2], [*told]

    assert asked("who is Ann", "who was Bo")[0] == [
        "**who is Ann**\nwho is Ann\n\n**who was Bo**\nwho was Bo"
    ]
    assert asked("what is Ann", "who was Bo") == ([], ["what is Ann"])


def test_of_a_subject_that_no_paper_has_in_these_words_papers_are_read(ask):
    found = ask("Who has built systems that write match reports on bees? Please list the papers.")
    assert found.kind == "papers"


def test_both_figures_are_those_of_the_years(ask):
    found = ask("Were there more EMNLP papers in 2019 or in 2020? I need both figures.")
    assert found.kind == "library"
    assert "- 2019: 1" in found.answer


def test_what_may_be_meant_in_two_ways_is_what_is_answered_more_surely():
    def ask(question, history):
        sure = {"Size?": 0.9, "LiT: names?": 0.3, "How are bees named?": 0.7}[question]
        yield ()
        yield replace(part(question, "", "", confidence=sure), question=question)

    ways = [["Size?"], ["LiT: names?", "How are bees named?"]]
    *_, answer = several.one_by_one("Size? Names?", "alone", ways, ask)
    assert answer.answer == "**Size?**\nSize?\n\n**How are bees named?**\nHow are bees named?"
    assert answer.confidence == 0.7


def test_a_part_that_refers_back_is_asked_of_what_the_part_before_cited():
    told = []

    def ask(question, history):
        told.append((question, [turn.paper_ids for turn in history]))
        yield ()
        yield replace(part(question, "a" if "LiT" in question else "", ""), question=question)

    ways = [["I teach. Is LiT fast?"], ["does it sing?"], ["how large is it?"]]
    *_, answer = several.one_by_one("typed", "alone", ways, ask)
    assert told == [
        ("I teach. Is LiT fast?", []),
        ("does it sing?", [("a",)]),
        ("does it sing? how large is it?", []),
    ]
    assert [line for line in answer.answer.splitlines() if line.startswith("**")] == [
        "**Is LiT fast?**",
        "**does it sing?**",
        "**how large is it?**",
    ]


def test_a_topic_of_several_words_is_counted_where_they_stand_together(assistant, tmp_path):
    rows = [
        {"id": "a", "title": "Honey bee dances", "abstract": "Bees dance."},
        {
            "id": "b",
            "title": "On honey",
            "abstract": "The honey made by bees? Honey of bees is sweet.",
        },
        {"id": "c", "title": "Bees", "abstract": "Bees eat honey."},
        {"id": "d", "title": "Bread", "abstract": "Honey on the bread. Bee wax too."},
    ]
    ask = filled(assistant, tmp_path, rows).ask
    told = ask("How many papers about honey bees?")
    assert told.answer.startswith("The library has 2 papers that mention “honey bees”:")
    assert sorted(each.paper.id for each in told.citations) == ["a", "b"]
    apart = ask("How many papers about bread wax?").answer
    assert apart.startswith("The library has 1 paper that mentions the words of “bread wax”:")


def test_parts_are_not_taken_apart_again(ask):
    answer = ask("Do purple teapots give themselves away? How much better is this than older pots?")
    assert [line for line in answer.answer.splitlines() if line.startswith("**")] == [
        "**Do purple teapots give themselves away?**",
        "**How much better is this than older pots?**",
    ]
