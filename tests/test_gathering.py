"""The papers to answer from: a comparison's sides, all of a list, and what a turn cited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from rag.answers.gathering import (
    _compared_in_one,
    _each_once,
    _is_absent,
    choose_sides,
    cited_titles,
    gather,
    name_strength,
    names_unheard,
)
from rag.answers.listing import matches
from rag.answers.questions import Question, read_question
from rag.text.terms import terms
from rag.types import Hit, Paper, Passage, Turn


def hit(key: str, title: str, abstract: str = "Nothing.", score: float = 1.0) -> Hit:
    return Hit(1, score, Paper(key, title, abstract), Passage(key, 0, 1))


@pytest.mark.parametrize(
    ("title", "abstract", "strength"),
    [
        ("LoRA: Low-Rank Adapters", "x", 3.0),
        ("LoRA in practice", "x", 2.0),
        ("On the use of LoRA", "x", 1.5),
        ("Adapters", "We train with LoRA.", 1.0),
        ("Adapters", "We train.", 0.0),
    ],
)
def test_how_clearly_a_paper_is_what_a_name_stands_for(title, abstract, strength):
    assert name_strength("the LoRA method", hit("p", title, abstract)) == strength


@pytest.mark.parametrize(
    ("title", "abstract", "in_one"),
    [
        ("Dense passages", "DPR gains 9 points over BM25.", True),
        ("Dense passages", "DPR gains 9 points.", False),
        ("BM25: words that count", "DPR loses.", True),  # as the side's own paper names the other
    ],
)
@pytest.mark.parametrize("loosely", [True, False])
def test_where_neither_side_has_a_paper_one_that_names_both_compares_them(
    title, abstract, in_one, loosely
):
    near = hit("near", title, abstract)
    sides = [hit("a", "Retrieval", "A DPR retriever."), hit("b", "Expansion", "It helps BM25.")]
    if "BM25" in title:
        sides[1] = near
    assert _compared_in_one(("DPR", "BM25"), sides, [near], loosely=loosely) is in_one


def test_one_word_of_a_name_of_two_is_hardly_that_name():
    assert name_strength("MS MARCO", hit("p", "MARCO: chatting agents", "x")) == 0.5
    assert name_strength("MS MARCO", hit("p", "Ranking passages", "Trained on MS MARCO.")) == 1.0


def test_a_side_without_a_name_is_a_phrase():
    dense = hit("dense", "Dense Passage Retrieval for Questions")
    assert name_strength("dense passage retrieval", dense) == 2.0
    assert name_strength("dense passage", hit("p", "Search for dense passage pairs")) == 1.5
    assert name_strength("dense retrieval", dense) == 0.0


def test_each_side_gets_its_own_paper():
    alpha, beta = hit("a", "Alpha: one", "Beta too."), hit("b", "Beta: two", "Alpha too.")
    other = hit("c", "Other")
    runs = [[other, alpha, beta], [alpha, other, beta], [alpha, beta, other]]
    assert [side.paper.id for side in choose_sides(("Alpha", "Beta"), runs)] == ["a", "b"]
    assert [side.paper.id for side in choose_sides(("Beta", "Alpha"), runs)] == ["b", "a"]


def test_of_namesakes_the_two_most_alike_are_meant():
    chat, metric = hit("chat", "Comet: a chat model"), hit("metric", "Comet: a metric")
    bleurt = hit("bleurt", "Bleurt: another metric")
    alike = {("chat", "bleurt"): 0.1, ("metric", "bleurt"): 0.8}
    runs = [[chat, metric], [bleurt], [bleurt, chat]]
    sides = choose_sides(("Comet", "Bleurt"), runs, lambda a, b: alike[a.paper.id, b.paper.id])
    assert [side.paper.id for side in sides] == ["metric", "bleurt"]
    assert [side.paper.id for side in choose_sides(("Comet", "Bleurt"), runs)] == ["chat", "bleurt"]


def test_one_paper_is_never_both_sides():
    both = hit("both", "Alpha and Beta")
    sides = choose_sides(("Alpha", "Beta"), [[both], [both], [both]])
    assert [side.paper.id for side in sides] == ["both"]


@dataclass
class Counts:
    """A library of which only the counts are known."""

    papers: int
    having: Mapping[str, int] = field(default_factory=dict)

    def document_frequency(self, term: str) -> int:
        return self.having.get(term, self.papers // 4)


HUNDRED = Counts(100)


def listed(question, hits, library=HUNDRED):
    return [each.paper.id for each in matches(question, hits, library)]


def test_a_list_has_the_papers_with_the_names_that_are_asked():
    hits = [
        hit("a", "Pruning", "We prune transformers on ImageNet."),
        hit("b", "Distilling", "We distil on ImageNet."),
        hit("c", "Pruning again", "We prune on the CIFAR dataset."),
    ]
    assert listed("Which papers report results on ImageNet?", hits) == ["a", "b"]
    assert listed("Which papers use the ImageNet dataset?", hits) == ["a", "b"]


def test_a_list_has_what_has_most_of_the_words():
    hits = [
        hit("a", "Knowledge distillation", "We study knowledge distillation."),
        hit("b", "Knowledge graphs", "We study graphs.", 0.7),
    ]
    assert listed("Which papers study knowledge distillation?", hits) == ["a"]
    assert listed("Which papers cover zebras?", hits) == []


def test_of_a_lists_words_the_rarer_tell_more():
    hits = [
        hit("a", "Networks", "We prune networks without losing accuracy."),
        hit("b", "Pruning", "We prune networks.", 0.7),
        hit("c", "Training", "We train networks without losing accuracy.", 0.7),
    ]
    asked = "Which approaches prune networks without losing accuracy?"
    assert listed(asked, hits) == ["a", "c"]
    common = dict.fromkeys(terms("networks losing accuracy"), 60)
    assert listed(asked, hits, Counts(100, {"prune": 1, **common})) == ["a", "b"]


def test_a_list_of_what_does_something_is_not_of_what_is_done():
    hits = [
        hit("a", "Nets", "An adapter is added."),
        hit("b", "Domains", "We adapt to domains.", 0.9),
    ]
    assert listed("Which paper should I read first about adapters?", hits) == ["a"]


def test_a_scarce_word_is_enough_for_a_list():
    hits = [
        hit("a", "Solving crossword puzzles", "We solve crossword puzzles automatically."),
        hit("b", "Cryptic clues", "A crossword benchmark.", 0.5),
        hit("c", "Puzzles", "We solve puzzles automatically.", 0.5),
    ]
    asked = "Which papers solve crossword puzzles automatically?"
    assert listed(asked, hits) == ["a"]
    assert listed(asked, hits, Counts(20_000, {"crossword": 21})) == ["a"]
    assert listed(asked, hits, Counts(20_000, {"crossword": 20})) == ["a", "b"]


def test_a_list_ends_where_relevance_falls():
    words = "We study pruning of large networks."
    found = [hit(str(score), "Pruning", words, score) for score in (0.8, 0.41, 0.39)]
    assert listed("Which papers study pruning of networks?", found) == ["0.8", "0.41"]
    found = [found[0], *(hit(str(score), "Trees", "Else.", score) for score in (0.8, 0.7))]
    assert listed("Which papers study pruning of networks?", found) == ["0.8", "0.8"]


def test_a_list_has_what_writes_two_words_in_one():
    hits = [hit("a", "Tales", "We read fairy tales."), hit("b", "Quiz", "On the Fairytale set.")]
    assert listed("Which papers read fairy tales?", hits) == ["a", "b"]


def test_how_many_more_mention_it_counts_the_whole_library(assistant, tmp_path):
    rows = (f'{{"id": "{i}", "title": "Hive {i}", "abstract": "Bees."}}\n' for i in range(130))
    answer = filled(assistant, tmp_path, "".join(rows)).ask("Which papers are about bees?")
    assert len(answer.citations) == 20
    assert answer.answer.endswith("\n\n110 more mention it.")


@pytest.fixture
def library(assistant, tmp_path):
    return filled(
        assistant,
        tmp_path,
        '{"id": "a", "title": "Alpha: counting bees", "abstract": "Alpha counts 40 bees."}\n'
        '{"id": "b", "title": "Beta: naming whales", "abstract": "Beta names seven whales."}\n',
    )


def filled(assistant, folder, lines):
    file = folder / "papers.jsonl"
    file.write_text(lines)
    assistant.ingest([str(file)])
    return assistant


def test_words_that_no_paper_has_are_not_answered(library):
    answer = library.ask("qwertzu asdfgh")
    assert (answer.answered, answer.confidence, answer.citations) == (False, 0.0, ())
    assert answer.answer.startswith(
        "These papers do not answer that. No paper mentions “qwertzu” or “asdfgh”."
    )


def test_the_titles_that_a_turn_cited(library):
    turn = Turn("q", "a [1]", ("b", "gone", "a"))
    titles = cited_titles(turn, library.index, library.embedder)
    assert titles == ["Beta: naming whales", "Alpha: counting bees"]


def test_a_turn_without_ids_is_looked_up_by_its_answer(library):
    turn = Turn("Who counts?", "Beta names seven whales. [1] Alpha counts 40 bees. [2]")
    titles = cited_titles(turn, library.index, library.embedder)
    assert titles == ["Beta: naming whales", "Alpha: counting bees"]


def test_what_one_paper_compares_is_answered_from_it(assistant, tmp_path):
    filled(
        assistant,
        tmp_path,
        '{"id": "a", "title": "Alpha: counting", "abstract": "Alpha beats Gamma."}\n'
        '{"id": "b", "title": "Beta: naming", "abstract": "Beta extends Gamma."}\n',
    )

    def gathered(question):
        return gather(
            read_question(question),
            index=assistant.index,
            embedder=assistant.embedder,
            k=5,
        )

    one = gathered("Compare Alpha and Gamma").question
    assert (one.kind, one.parts, one.also) == ("fact", (), "Is Alpha better than Gamma?")
    both = gathered("Compare Beta and Alpha")
    assert (both.question.kind, both.question.parts) == ("compare", ("Beta", "Alpha"))
    assert (both.lead, [hit.paper.id for hit in both.hits]) == (2, ["b", "a"])


def test_what_one_paper_compares_that_is_about_neither_is_answered_from_it(assistant, tmp_path):
    filled(
        assistant,
        tmp_path,
        '{"id": "a", "title": "Counting", "abstract": "Lion7 beats Adam7 at counting."}\n'
        '{"id": "b", "title": "Naming", "abstract": "Adam7 names whales."}\n',
    )
    found = gather(
        read_question("Which is better, Lion7 or Adam7?"),
        index=assistant.index,
        embedder=assistant.embedder,
        k=5,
    )
    assert (found.question.kind, found.question.parts, found.hits[0].paper.id) == ("fact", (), "a")


def test_a_paper_stands_where_it_was_first_found():
    x, again, y = hit("x", "X"), hit("x", "X again"), hit("y", "Y")
    assert _each_once([x, y, again]) == [x, y]


@pytest.fixture
def bees(assistant, tmp_path):
    """Papers that all say Alpha, of which the one that is called so says it least."""
    return filled(
        assistant,
        tmp_path,
        '{"id": "a", "title": "Alpha: counting things", "abstract": "A tool that helps us."}\n'
        '{"id": "b", "title": "On Alpha", "abstract": "Alpha counts bees. Alpha is slow."}\n'
        '{"id": "c", "title": "Bees", "abstract": "Alpha counts bees well. Alpha bees."}\n',
    )


def found(opened, question: Question, k: int = 3) -> list[str]:
    gathered = gather(question, index=opened.index, embedder=opened.embedder, k=k)
    assert [each.rank for each in gathered.hits] == list(range(1, len(gathered.hits) + 1))
    return [each.paper.id for each in gathered.hits]


def test_the_paper_that_is_called_as_asked_comes_first(bees):
    text = "Which bees does Alpha count?"
    without = found(bees, Question(text))
    assert without[0] != "a"
    called = ["a", *(key for key in without if key != "a")]
    assert found(bees, Question(text, names=("alpha",))) == called
    # It is looked for where the search for the question itself does not find it.
    assert found(bees, Question(text, names=("Alpha",)), k=1) == ["a"]
    assert found(bees, Question(text, names=("Gamma",))) == without


def test_a_paper_whose_name_is_a_common_word_is_found_all_the_same(assistant, tmp_path):
    rows = [
        {"id": f"p{i}", "title": f"Quality {i}", "abstract": "Quality, quality and quality."}
        for i in range(110)
    ]
    rows += [
        {"id": "name", "title": "QuALITY: stories", "abstract": "A long text is read."},
        {"id": "other", "title": "SQuALITY: summaries", "abstract": "Quality is short."},
    ]
    filled(assistant, tmp_path, "".join(f"{json.dumps(row)}\n" for row in rows))
    read = read_question("How does SQuALITY differ from QuALITY?", assistant.index.lexical)
    assert found(assistant, read)[:2] == ["other", "name"]


def test_of_many_papers_of_one_name_the_search_tells_which_is_meant(assistant, tmp_path):
    lines = [
        f'{{"id": "n{i}", "title": "Alpha: part {i}", "abstract": "Tools of kind {i}."}}\n'
        for i in range(4)
    ]
    lines.append('{"id": "b", "title": "Bees", "abstract": "Alpha counts bees. Alpha bees."}\n')
    filled(assistant, tmp_path, "".join(lines))
    assert found(assistant, Question("Which bees does Alpha count?", names=("Alpha",)))[0] == "b"


@pytest.mark.parametrize(
    ("side", "absent"),
    [
        ("GammaNet", True),
        ("Alpha", False),
        ("Beta", False),
        ("the Gamma method", True),
        ("counting", False),
        ("zebras", False),  # no name: it may be there in other words
    ],
)
def test_a_side_is_absent_where_no_paper_has_its_name(side, absent):
    hits = [hit("a", "Alpha: counting bees"), hit("b", "Whales", "Named by Beta.")]
    assert _is_absent(side, hits) is absent


def test_a_comparison_with_a_side_that_is_absent_is_of_the_other(library):
    gathered = gather(
        Question("Compare Alpha and GammaNet", "compare", ("Alpha", "GammaNet")),
        index=library.index,
        embedder=library.embedder,
        k=2,
    )
    assert (gathered.absent, gathered.question.parts, gathered.lead) == (
        ("GammaNet",),
        ("Alpha",),
        1,
    )
    assert gathered.hits[0].paper.id == "a"


@pytest.mark.parametrize(
    ("question", "lead", "matching", "named"),
    [
        (Question("Which bees does Alpha count?"), 6, 0, 0),
        (Question("Which bees does Alpha count?", names=("Alpha",)), 6, 0, 1),
        (Question("Which papers mention bees?", "list"), 2, 2, 0),
        (Question("Which papers mention zebras?", "list"), 6, 0, 0),  # no list
        (Question("Compare Alpha and Bees", "compare", ("Alpha", "Bees")), 2, 0, 0),
    ],
)
def test_what_of_the_papers_found_is_asked_for(bees, question, lead, matching, named):
    found = gather(question, index=bees.index, embedder=bees.embedder, k=3)
    assert (found.lead, found.matching, found.named, found.absent) == (lead, matching, named, ())


def test_of_a_list_papers_that_do_not_match_fill_up_to_those_to_read(bees):
    asked = Question("Which papers mention bees?", "list")
    found = [
        [(hit.rank, hit.paper.id) for hit in gather(
            asked, index=bees.index, embedder=bees.embedder, k=k
        ).hits]
        for k in (1, 2, 3)
    ]  # fmt: skip
    assert found[0] == found[1]
    assert found[2] == [*found[0], (3, "a")]


def test_a_turns_answer_is_looked_up_by_five_stretches_of_two_words_or_more(library):
    bees, whales = "Alpha: counting bees", "Beta: naming whales"
    for stretches, titles in (
        ("Alpha counts 40 bees. [1] Beta [2] ", [bees]),
        ("Alpha counts 40 bees [1]. " * 4 + "Beta names whales [2]", [bees, whales]),
        ("Alpha counts 40 bees [1]. " * 5 + "Beta names whales [2]", [bees]),
        ("", [bees]),
    ):
        turn = Turn("Which bees?", stretches)
        assert cited_titles(turn, library.index, library.embedder) == titles


@pytest.mark.parametrize(
    ("words", "unheard"),
    [
        (["TinyZebra"], True),
        (["zebra"], False),  # no name
        (["TinyCLIP2"], False),  # a version of what papers have
        ([], False),
    ],
)
def test_whether_a_name_is_asked_that_no_paper_has(words, unheard):
    frequency = {"tinyclip": 1}
    index = SimpleNamespace(
        lexical=SimpleNamespace(document_frequency=lambda term: frequency.get(term, 0))
    )
    assert names_unheard(index, words) is unheard


def test_of_little_that_is_asked_the_nearest_papers_are_read(library):
    known = "Which papers say how 40 bees, seven whales, forty zebras and nine unicorns dance?"
    hits = [hit("a", "Bees", "Bees dance."), hit("b", "Whales", "Whales dance.")]
    assert matches(known, hits, library.index.lexical) == []
    found = gather(Question(known, "list"), index=library.index, embedder=library.embedder, k=3)
    assert (found.question.kind, found.matching, found.lead) == ("list", 0, 6)
