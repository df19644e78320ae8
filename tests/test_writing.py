"""With a model: what reaches it, its plan, and what becomes of a text that is no cited answer."""

from __future__ import annotations

import gc
import json
import random
import string
from types import SimpleNamespace

import pytest

from rag import commands
from rag.answers import planning, refusals
from rag.answers.refusals import REFUSAL
from rag.answers.repetition import Repetition
from rag.answers.thoughts import Thoughts
from rag.answers.writing import CITED_NOTHING, find_source, within
from rag.assistant import Assistant
from rag.cli import main
from rag.errors import ModelError
from rag.index.filters import Condition
from rag.receipts.attribution import Attribution
from rag.receipts.support import Verdict
from rag.settings import load_settings
from rag.types import Answer, Hit, Paper, Passage, Turn
from tests.fake_openai import RESET, FakeOpenAI, Reply, chunk, fail, say

ROWS = [
    {
        "id": "g",
        "title": "On graphs",
        "abstract": "A graph has nodes. Each graph has 12 edges. Its edges are drawn by hand.",
        "year": 2019,
        "venue": "GD",
    },
    {
        "id": "i",
        "title": "On images",
        "abstract": "An image has pixels. The image is square in our data.",
        "year": 2021,
    },
    {"id": "s", "title": "On speech", "abstract": "We record 37 hours of speech.", "year": 2023},
]
QUESTION = "How many edges has each graph?"
COMPARISON = "How does a graph differ from an image?"


@pytest.fixture
def ask(tmp_path, embedder):
    """Return a function that asks a library with a model that behaves as a script says."""
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    opened: list = []

    def run(script, question=QUESTION, settings=(), **options):
        server = FakeOpenAI(script if callable(script) else lambda request: script)
        server.__enter__()
        assistant = Assistant.open(
            load_settings(
                index=tmp_path / "index",
                llm="openai",
                OPENAI_BASE_URL=server.base_url,
                retries=0,
                timeout=5,
                **dict(settings),
            ),
            embedder=embedder,
        )
        opened.extend([assistant.close, lambda: server.__exit__(None, None, None)])
        assistant.ingest([str(path)])
        return list(assistant.stream(question, **options)), server

    yield run
    for close in opened:
        close()


def prompt_of(request):
    return request.body["messages"][-1]["content"]


def source(request, title):
    """The number that a title's source has in a prompt."""
    return prompt_of(request).split(f"\nTitle: {title}\n")[0].rsplit("=== source ", 1)[1].split()[0]


def shown(parts):
    return "".join(part for part in parts if isinstance(part, str))


# What reaches the model.


def test_what_the_words_would_decline_reaches_the_model(ask, tmp_path, embedder):
    question = "Who won the 2018 FIFA World Cup?"
    parts, server = ask(say("Each graph has 12 edges [1]."), question)
    answer = parts[-1]
    assert len(server.requests) == 1
    assert answer.answered
    assert answer.confidence < 0.3
    plain = Assistant.open(load_settings(index=tmp_path / "index", llm="none"), embedder=embedder)
    assert not plain.ask(question).answered
    plain.close()


def test_nothing_found_needs_no_model(ask):
    parts, server = ask(say("Each graph has 12 edges [1]."), where=["year>2050"])
    assert (len(server.requests), parts[-1].answered) == (0, False)
    assert shown(parts) == f"{REFUSAL} No paper in the library is near the question."


# Refusals.


@pytest.mark.parametrize(
    "pieces",
    [
        [REFUSAL],
        ["**These papers do ", "not answer that.**"],
        ["“These papers don’t answer that.”"],
        ["'These papers don't answer that.'"],
        ["> *These papers do not answer that.* They are about graphs [1]."],
        ["these papers do not answer that"],
        ["These papers do not answer that: none names a winner."],
        ["I'm sorry, but these papers do not answer that question."],
        ["None of the papers answers that."],
        ["The provided abstracts do not mention a winner."],
        ["I cannot answer this from the sources."],
    ],
)
def test_a_refusal_is_one_in_any_dress_and_never_shown(ask, pieces):
    parts, _ = ask(say(*pieces))
    answer = parts[-1]
    assert (answer.answered, answer.sentences, answer.citations) == (False, (), ())
    assert answer.answer.startswith(REFUSAL)
    assert shown(parts) == answer.answer
    assert {hit.paper_id for hit in answer.retrieved} == {"g", "i", "s"}


@pytest.mark.parametrize(
    "text",
    [
        "These papers answer that: 12 [1].",
        "The papers do not agree: one says 12 [1].",
        "That papers do not answer that is often said.",
        "Each graph has 12 edges [1]. These papers do not answer that.",
    ],
)
def test_what_only_sounds_like_a_refusal_is_none(text):
    assert not refusals.is_refusal(text)


@pytest.mark.parametrize(("letters", "refuses"), [(370, True), (371, False)])
def test_a_refusal_stands_within_the_first_400_characters(letters, refuses):
    assert refusals.is_refusal(f"The {'x' * letters} papers do not answer that") is refuses


@pytest.mark.parametrize(("before", "declines"), [(141, True), (142, False)])
def test_words_for_no_answer_stand_within_the_first_300_characters(before, declines):
    assert refusals.says_no_answer("a " * before + "The papers do not say") is declines


def test_an_answer_that_declines_names_the_nearest_three():
    hits = [Hit(1, 1.0, Paper(name, name, ""), Passage(name, 0, 0)) for name in "ABCD"]
    assert refusals.declined(hits, []) == f"{REFUSAL} The nearest papers are “A”; “B”; “C”."
    assert refusals.declined(hits[:1], ["ice", "snow"]) == (
        f"{REFUSAL} No paper mentions “ice” or “snow”. The nearest papers are “A”."
    )
    assert refusals.none_is_about(["ice [1]"]) == "No paper here is about “ice (1)”."


# Plans.


def test_a_comparison_is_planned_and_its_searches_come_in_turn(ask):
    plan = {"searches": ["speech hours", "image pixels"], "where": []}

    def script(request):
        if "Last question:" in prompt_of(request):
            return say("```json\n", json.dumps(plan), "\n```")
        return say(f"We record 37 hours of speech [{source(request, 'On speech')}].")

    parts, server = ask(script, COMPARISON)
    assert [hit.paper_id for hit in parts[-1].retrieved] == ["s", "i", "g"]
    assert [hit.rank for hit in parts[-1].retrieved] == [1, 2, 3]
    assert len(server.requests) == 2
    assert "(nothing was asked before)" in prompt_of(server.requests[0])
    assert set(parts[-1].prompts) == {"plan", "answer"}
    assert parts[-1].standalone_question == COMPARISON
    assert parts[-1].usage.completion_tokens == 14


@pytest.mark.parametrize(
    ("where", "found", "in_force"),
    [
        (["year>=2021"], {"i", "s"}, ["year>=2021"]),
        (["year>=2050"], {"g", "i", "s"}, []),  # matches nothing
        (["venue=GD"], {"g", "i", "s"}, []),  # nobody said so
        (["year>=2021", "author~Nobody"], {"i", "s"}, ["year>=2021"]),
    ],
)
def test_planned_filters_hold_where_they_were_asked_for_and_match(ask, where, found, in_force):
    def script(request):
        if "Last question:" in prompt_of(request):
            return say(json.dumps({"searches": ["image", "graph", "speech"], "where": where}))
        return say("An image has pixels [1].")

    question = "How many pixels has an image, and is it so, as Nobody says of 2021, or 2050?"
    parts, _ = ask(script, question)
    assert {hit.paper_id for hit in parts[-1].retrieved} == found
    assert parts[-1].settings["where"] == in_force


@pytest.mark.parametrize(
    "reply",
    [
        "I would search for graphs.",
        '{"searches": []}',
        '{"searches": "graph"}',
        '{"searches": ["a", "b", "c", "d", "e"]}',
        '{"searches": ["graph", 7]}',
        '{"searches": ["graph"], "answer": "12"}',
        '{"searches": ["graph"], "where": ["title~graph"]}',
        '{"searches": ["graph"], "where": ["year=soon"]}',
        '{"searches": ["graph"], "question": 7}',
        '{"searches": ["graph"]} That is all.',
        '{"searches": ["' + "x" * 2_000 + '"]}',
        "[" * 100_000,
        '["graph"]',
    ],
)
def test_a_plan_that_cannot_be_used_leaves_the_question(ask, reply):
    def script(request):
        if "Last question:" in prompt_of(request):
            return say(reply)
        return say(f"Each graph has 12 edges [{source(request, 'On graphs')}].")

    parts, server = ask(script, COMPARISON)
    assert planning.read(reply) is None
    assert len(server.requests) == 2
    assert parts[-1].answered
    assert set(parts[-1].prompts) == {"plan", "answer"}


@pytest.mark.parametrize(
    ("question", "needed"),
    [
        ("How large is CLIP?", False),
        ("Which loss does SimCLR use and which batch size does it need?", True),
        ("What is CLIP? How large is it?", True),
        ("What is CLIP and BLIP?", False),
        ("What is it that papers say?", False),
        ("word " * 26, True),
        ("word " * 25, False),
        ("Bees fly? Birds sing?", True),
        ("Bees fly??", False),
        ("What of it, and who trained it?", True),
        ("What it, and who trained it?", False),
    ],
)
def test_a_short_plain_question_needs_no_plan(question, needed):
    assert planning.is_needed(question, compares=False, follows=False) is needed


@pytest.mark.parametrize(
    ("reply", "good"),
    [
        ('{"searches": ["a"]' + " " * 9_981 + "}", True),
        ('{"searches": ["a"]' + " " * 9_982 + "}", False),
        ('{"searches": ["' + "x" * 1_000 + '"]}', True),
        ('{"searches": ["' + "x" * 1_001 + '"]}', False),
        ('{"searches": ["a"], "question": "' + "x" * 1_000 + '"}', True),
        ('{"searches": ["a"], "question": "' + "x" * 1_001 + '"}', False),
        ('{"searches": ["a", "b", "c", "d"]}', True),
        ('{"searches": ["a"], "where": [' + ", ".join(['"year>1"'] * 4) + "]}", True),
        ('{"searches": ["a"], "where": [' + ", ".join(['"year>1"'] * 5) + "]}", False),
        ('{"searches": ["a"], "where": null, "question": null}', True),
        ('{"searches": ["a", " "]}', False),
    ],
)
def test_how_long_a_plan_may_be(reply, good):
    assert (planning.read(reply) is not None) is good


def test_a_plan_has_each_search_once_and_blanks_in_order():
    plan = planning.read('{"searches": ["a  b", "c", "a b"], "question": " What \\n is it? "}')
    assert plan == planning.Plan(("a b", "c"), (), "What is it?")


def test_searches_are_merged_in_turn_each_paper_once():
    a, b, c, d = (
        Hit(rank, 1.0, Paper(name, name, ""), Passage(name, 0, 0))
        for rank, name in enumerate("abcd", 1)
    )
    for most, names in ((9, "abcd"), (4, "abcd"), (3, "abc")):
        merged = planning.merge([[a, c, d], [b, a]], most)
        assert [(hit.paper.id, hit.rank) for hit in merged] == [
            (name, rank) for rank, name in enumerate(names, 1)
        ]


def test_of_planned_conditions_those_hold_that_leave_a_paper():
    index = SimpleNamespace(lexical=SimpleNamespace(count=lambda where: 3 - len(where)))
    one, two, three = (Condition("year", ">", year) for year in ("1", "2", "3"))
    assert planning.matching([one, one, two, three], [], index) == (one, two)
    assert planning.matching([one, three], [two], index) == (two, one)


def test_a_follow_up_whose_plan_is_none_follows_the_rule(ask):
    replies = iter([say("graphs, I think"), say("Each graph has 12 edges [1].")])
    history = [Turn("What has a graph?", "A graph has nodes [1].", ("g",))]
    parts, _ = ask(lambda _: next(replies), "And how many edges has it?", history=history)
    assert parts[-1].standalone_question == "On graphs: how many edges has it?"


# Models that think aloud.


@pytest.mark.parametrize(
    "pieces",
    [
        ["<think>Is it 7 [2]?</think>Each graph has 12 edges [1]."],
        ["<thi", "nk>\nIs it 7", " [2]?</th", "ink>\n\nEach graph has", " 12 edges [1]."],
        ["Each graph <think>hm</think>has 12 edges [1]."],
        ["It may be 7.</think>Each graph has 12 edges [1]."],
        ["<reasoning>Seven?</reasoning>Each graph has 12 edges [1].<think>So it is."],
    ],
)
def test_thoughts_are_no_part_of_the_answer(ask, pieces):
    parts, _ = ask(lambda request: say(*pieces))
    assert parts[-1].answer == shown(parts) == "Each graph has 12 edges [1]."


# Models that cite nothing.


def test_a_sentence_without_a_marker_gets_the_source_that_supports_it(ask):
    def script(request):
        image = source(request, "On images")
        return say(
            "Each graph has 12 edges. The ",
            f"image is square in our data [{image}",
            "]. We record 37 hours of speech. Graphs sing beautiful songs at night.",
        )

    parts, _ = ask(script)
    answer = parts[-1]
    assert answer.answer == (
        "Each graph has 12 edges. [1] The image is square in our data [2]. "
        "We record 37 hours of speech. [3] "
        "Graphs sing beautiful songs at night."
    )
    assert shown(parts) == answer.answer
    assert [c.paper.id for c in answer.citations] == ["g", "i", "s"]
    assert [(s.citations, s.attributed, s.support) for s in answer.sentences] == [
        ((1,), True, "verbatim"),
        ((2,), False, "verbatim"),
        ((3,), True, "verbatim"),
        ((), False, "uncited"),
    ]


def test_where_nothing_can_be_attributed_the_answer_is_quotations(ask):
    parts, _ = ask(say("Seven, as everybody knows. ", "Birds have wings."))
    answer = parts[-1]
    assert answer.answer.startswith(f"{CITED_NOTHING}\n\nEach graph has 12 edges. [1]")
    assert shown(parts).endswith(f"\n\n{answer.answer}")
    assert answer.answered
    assert {sentence.support for sentence in answer.sentences} == {"verbatim"}
    assert answer.citations[0].paper.id == "g"


@pytest.mark.parametrize(
    "pieces", [["1. [1]\n", "2. [2]\n3. [3]\n4. [4]"], ["The source: [1]\n", "The answer is: [1]."]]
)
def test_markers_of_which_nothing_is_said_cite_nothing(ask, pieces):
    parts, _ = ask(say(*pieces))
    assert parts[-1].answer.startswith(CITED_NOTHING)


def test_a_list_of_names_cites(ask):
    parts, _ = ask(say("- Graphs [1]\n", "- Images [2]"))
    assert parts[-1].answer == shown(parts) == "- Graphs [1]\n- Images [2]"


@pytest.mark.parametrize(
    ("chunks", "shown"),
    [
        (
            ["Hashing is fast. It may be small. Trees", " are so fast. So"],
            ["Hashing is fast. [3] It may be small.", " Trees are so fast.", " [3] So"],
        ),
        # The end of a sentence is shown, what may be a marker or the next one's first word not.
        (
            ["Hashing is fast", ".", " S", "o it is"],
            ["Hashing is fast", ".", "", " [3] So it is", ""],
        ),
        (
            ["Hashing is fast [1]. Not fast [9?]. So it is"],
            ["Hashing is fast [1]. Not fast [9?]. So it is", ""],
        ),
        (["## Fast hashing\nHashing is fast.\n"], ["## Fast hashing\nHashing is fast.", " [3]\n"]),
        (["Hashing is fast. Yes"], ["Hashing is fast.", " [3] Yes"]),
        ([], [""]),
    ],
)
def test_a_marker_is_put_in_before_the_next_sentence_is_shown(chunks, shown):
    named = Attribution(lambda claim: 3 if "fast" in claim else None)
    assert [*map(named.feed, chunks), named.finish()] == shown


@pytest.mark.parametrize(("length", "marked"), [(4_000, True), (4_001, False)])
def test_what_goes_on_for_more_than_4_000_characters_is_no_sentence(length, marked):
    named = Attribution(lambda claim: 3)
    shown = named.feed("Hashing is fast.".rjust(length, "x"))
    assert (shown + named.finish()).endswith(" [3]") is marked


def test_behind_what_is_no_sentence_others_get_their_markers():
    named = Attribution(lambda claim: 3)
    assert named.feed("x" * 4_001) == "x" * 4_001
    assert named.feed(" Hashing helps.") + named.finish() == " Hashing helps. [3]"


# Models that repeat themselves.


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Each graph has 12 edges [1]. " * 30, "Each graph has 12 edges [1]."),
        ("Each graph has 12 edges [1]. " * 2, "Each graph has 12 edges [1]."),
        (
            "".join(f"{n}. Each graph has 12 edges [1].\n" for n in range(1, 30)),
            "1. Each graph has 12 edges [1].",
        ),
        ("Each graph has edges [1], edges and nodes" + ", edges and nodes" * 40, None),
    ],
)
def test_a_text_that_repeats_itself_is_cut_and_said_to_be(ask, text, kept):
    parts, _ = ask(say(*(text[at : at + 7] for at in range(0, len(text), 7))))
    answer = parts[-1]
    assert answer.stopped == "repetition"
    assert shown(parts).strip() == answer.answer
    assert answer.answer == (kept or "Each graph has edges [1], edges and nodes,")
    assert answer.usage.completion_tokens > 0


class TestLoops:
    """What of a text is shown, and whether it is cut."""

    WORDS = tuple(f"w{number}" for number in range(60))
    DIGITS = "".join(f"{number:020d}" for number in range(30))

    @pytest.mark.parametrize(
        ("first", "again", "found"),
        [
            (" ".join(WORDS), " ".join(WORDS[:40]) + " and", True),
            (" ".join(WORDS), " ".join(WORDS[:39]) + " and", False),
            # Of words without blanks 400 characters are a loop: here twenty pieces of twenty.
            (DIGITS, DIGITS[:400], True),
            (DIGITS, DIGITS[:380] + " and", False),
            # At the end five words are one, where they are whole sentences said before.
            ("It is so and so.", "It is so and so.", True),
            ("It is so yes.", "It is so yes.", False),
            ("It is so and so", "it is so and so", False),
            ("No: it is so and so. But", "it is so and so.", False),
        ],
    )
    def test_a_copy_is_cut_from_where_it_begins(self, first, again, found):
        loop = Repetition()
        shown = loop.feed(f"{first} {again}") + loop.finish()
        assert loop.found is found
        assert shown.rstrip() == (first if found else f"{first} {again}")
        if found:
            assert loop.feed("more") + loop.finish() == ""

    @pytest.mark.parametrize(("arrived", "shown"), [(19, 0), (20, 20), (39, 20), (45, 40)])
    def test_a_word_without_end_is_shown_in_pieces_of_twenty(self, arrived, shown):
        word = string.ascii_letters
        assert Repetition().feed(word[:arrived]) == word[:shown]


def test_a_model_that_is_cut_is_hung_up_on_at_once(ask):
    gc.disable()  # whatever is left to it waits
    try:
        text = [chunk("Each graph has 12 edges [1]. ")] * 30
        parts, server = ask(Reply([*text, *([0.05, chunk("Each graph has 12 edges [1]. ")] * 200)]))
        assert parts[-1].stopped == "repetition"
        assert server.hung_up.wait(5)
    finally:
        gc.enable()


def test_a_list_whose_lines_resemble_each_other_is_no_repetition(ask):
    text = "".join(
        f"- In {year} each graph has {year - 2000} edges [1].\n" for year in range(2010, 2020)
    )
    parts, _ = ask(say(text))
    assert parts[-1].stopped is None
    assert parts[-1].answer == text.strip()


# Models that fail.


@pytest.mark.parametrize(
    "reply",
    [fail(500), Reply([chunk("Each graph has "), chunk("12 edges [1"), RESET])],
)
@pytest.mark.parametrize(
    "question", [QUESTION, "What is the number of edges of each graph? And why?"]
)
def test_a_failing_model_leaves_the_papers_and_the_quotations(ask, reply, question):
    with pytest.raises(ModelError) as raised:
        ask(reply, question)
    answer = raised.value.answer
    assert isinstance(answer, Answer)
    assert answer.stopped == "error"
    assert answer.retrieved[0].paper_id == "g"
    assert answer.sentences[0].evidence.quote == "Each graph has 12 edges."


def test_rag_ask_prints_the_error_and_the_quotations(ask, tmp_path, monkeypatch, capsys):
    _, server = ask(fail(401, "no"), where=["year>2050"])
    monkeypatch.setattr(commands, "_open", lambda arguments: _opened(tmp_path, server))
    assert main(["ask", QUESTION]) == 1
    out, err = capsys.readouterr()
    assert "Each graph has 12 edges. [1]" in out
    assert "[1] On graphs" in out
    assert err.startswith("error: gpt-4o-mini at 127.0.0.1")
    assert main(["ask", QUESTION, "--json"]) == 1
    out, _ = capsys.readouterr()
    printed = json.loads(out)
    assert printed["error"].endswith("refused the key; check OPENAI_API_KEY")
    assert printed["retrieved"][0]["paper_id"] == "g"
    assert printed["citations"][0]["number"] == 1


def _opened(tmp_path, server):
    settings = load_settings(
        index=tmp_path / "index", llm="openai", OPENAI_BASE_URL=server.base_url, retries=0
    )
    from tests.conftest import CountingEmbedding

    return Assistant.open(settings, embedder=CountingEmbedding(texts=[], model_name="counting"))


# What is read, and what is said of it.


def small_hit(rank, abstract):
    return Hit(rank, 1.0, Paper(f"p{rank}", "one two", abstract), Passage(f"p{rank}", 0, 1))


@pytest.mark.parametrize(("budget", "kept"), [(66, 2), (65, 1), (0, 1), (98, 2), (99, 3)])
def test_sources_are_those_that_fit_into_the_budget_one_at_the_least(budget, kept):
    hits = [small_hit(rank, "three") for rank in (1, 2, 3)]  # of 3 tokens and 30 around it
    assert within(hits, budget) == hits[:kept]


def test_the_source_of_a_sentence_is_the_first_that_says_it_best():
    says, other = "Bees count the leaves of trees.", "Whales sing at night in the sea."
    hits = [small_hit(1, other), small_hit(2, says), small_hit(3, says)]
    assert find_source(says, hits) == 2
    assert find_source("Whales count trees.", hits) is None


@pytest.mark.parametrize(("scores", "found"), [((0.5, 0.4), None), ((0.51, 0.52), 2)])
def test_the_source_of_a_sentence_is_one_that_likelier_says_it_than_not(monkeypatch, scores, found):
    given = iter(scores)
    monkeypatch.setattr(
        "rag.receipts.support.judge", lambda claim, papers: Verdict("weak", next(given), None)
    )
    assert find_source("Bees sing.", [small_hit(1, "one"), small_hit(2, "two")]) == found


# However a text is cut into chunks, the same comes out.


TEXTS = [
    "It is fast. So [1]. Yes it is, e.g. on CPUs. We saw J. Smith et al. there. [2] The end",
    "Two things:\n- First one is this\n- Second.\n\n```\ncode a. Code b.\n```\nIt is over. [3]\n"
    '[4]\nMore of it. "Quoted it is." **Bold it is.** Next one.',
    "It is. The U.S. We did it. approx. five of p53 in vivo. p53 is a gene. Vitamin D. We gave it.",
    "- a b c\n- d e f g h. [see x] says that. (So it is.) Yes.",
    "A b c. D e f. " * 3 + "And now for something else",
    "1. A b c d e f.\n2. A b c d e f.\n3. A b c d e f.\n",
    "Hm <think>so</think> it is <b and [1] <thi",
    "",
    "One. [1, 2] Two [3",
]


@pytest.mark.parametrize("made", [Thoughts, Repetition, lambda: Attribution(lambda claim: 7)])
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_chunks_do_not_matter(made, text):
    chance = random.Random(7)

    def in_chunks(longest):
        step, at, out = made(), 0, ""
        while at < len(text):
            size = chance.randint(1, longest)
            out += step.feed(text[at : at + size])
            at += size
        return out + step.finish()

    assert {in_chunks(longest) for longest in (1, 2, 5, 20) for _ in range(10)} == {
        in_chunks(10_000)
    }
