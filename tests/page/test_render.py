"""Answers become this HTML."""

import re

import pytest

from rag.types import (
    Answer,
    Citation,
    Evidence,
    Hit,
    Paper,
    Passage,
    Retrieved,
    Seconds,
    Sentence,
    Usage,
)
from ui.exchanges import Exchange
from ui.legend import MEANING
from ui.render import finished, waiting, writing

ABEL = Paper("abel", "On Graphs", "Graphs are good. They are fast.", ("Ada Abel",), 2019, "ICML")
BOLD = Paper("bold", "On Images", "Images are small.", (), 2020, key="bold2020")
CORE = Paper("core", "On Speech", "Speech is hard.")
GOOD = Evidence("abel", "Graphs are good.", 0, 16)


def answer(text="Graphs are good [1].", sentences=None, **more):
    if sentences is None:
        sentences = [Sentence("Graphs are good [1].", (1,), "supported", 0.9, GOOD)]
    fields = {
        "question": "How?",
        "standalone_question": "How?",
        "answered": True,
        "citations": (Citation(1, ABEL),),
        "retrieved": (Retrieved(1, 0.9, "abel", "On Graphs"),),
        "llm": "gpt-4o-mini",
        "embedder": "static:256",
        "prompts": {},
        "seconds": Seconds(0.01, 2.04, 0.1, 2.15),
        **more,
    }
    return Answer(answer=text, sentences=tuple(sentences), **fields)


def html(made, library=None):
    return "".join(finished(Exchange("t1", "How?", answer=made), library or {}))


def body(made):
    return re.search(r'<div class="answer">(.*?)<p class="receipt">', html(made), re.DOTALL)[1]


def chip(number, verdict="", quote="", sign="", label="", sentence=0, kind=""):
    return (
        f'<button type="button" class="cite{kind}" data-card="t1-{number}" '
        f'data-sentence="{sentence}" data-verdict="{verdict}" data-quote="{quote}" '
        f'aria-label="{label}">'
        f'<span class="n">{number}</span><span class="v" aria-hidden="true">{sign}</span></button>'
    )


def test_the_frame_of_an_answer():
    assert html(answer()).startswith(
        '<article class="turn answered" id="t1" aria-label="Question and answer">'
        '<div class="asked"><h2 class="question">How?</h2>'
        '<button type="button" class="quiet again" data-do="edit">Edit</button></div>'
        '<div class="answer"><p><span class="s supported">Graphs are good'
    )


@pytest.mark.parametrize(
    ("support", "words", "sign", "flag"),
    [
        ("verbatim", "word for word in this abstract", "✓", ""),
        ("supported", "supported by this abstract", "✓", ""),
        ("weak", "closest sentence; it does not clearly say this", "~",
         '&nbsp;<span class="flag weak">check the source</span>'),
        ("unsupported", "closest sentence; it does not say this", "!",
         '&nbsp;<span class="flag unsupported">not supported</span>'),
    ],
)  # fmt: skip
def test_a_verdict_has_a_sign_and_words(support, words, sign, flag):
    made = answer(sentences=[Sentence("Graphs are good [1].", (1,), support, 0.5, GOOD)])
    label = f"Source 1: On Graphs, 2019; {words}"
    receipt = chip(1, words, "Graphs are good.", sign, label, kind=f" {support}")
    assert body(made) == (
        f'<p><span class="s {support}">Graphs are good<span class="tie">&nbsp;{receipt}.</span>'
        f"</span>{flag}</p>"
    )


def test_only_the_paper_with_the_evidence_carries_the_sign():
    text = "Graphs are good [1][2]."
    made = answer(
        text,
        [Sentence(text, (1, 2), "supported", 0.9, GOOD)],
        citations=(Citation(1, ABEL), Citation(2, BOLD)),
    )
    assert chip(2, label="Source 2: On Images, 2020") in body(made)


def test_each_source_has_its_own_verdict():
    text = "Graphs are good [1][2]."
    verdicts = {"1": "supported", "2": "unsupported"}
    made = answer(
        text,
        [Sentence(text, (1, 2), "supported", 0.9, GOOD, verdicts=verdicts)],
        citations=(Citation(1, ABEL), Citation(2, BOLD)),
    )
    words = "this abstract does not say it"
    label = f"Source 2: On Images, 2020; {words}"
    assert chip(2, words, "", "!", label, kind=" unsupported") in body(made)


def test_what_is_not_supported_is_marked_as_the_closest_only():
    made = answer(sentences=[Sentence("Graphs are good [1].", (1,), "unsupported", 0.1, GOOD)])
    assert '<mark data-s="0" class="near">Graphs are good.</mark>' in html(made)


def test_a_better_source_is_offered():
    sentence = Sentence("Graphs are good [1].", (1,), "unsupported", 0.1, GOOD, suggested=2)
    found = (Retrieved(1, 0.9, "abel", "On Graphs"), Retrieved(2, 0.8, "core", "On Speech"))
    offer = (
        '<button type="button" class="flag" data-do="open-card" data-card="t1-r2">'
        "another paper says it</button>"
    )
    made = html(answer(sentences=[sentence], retrieved=found), {"core": CORE})
    assert offer in made
    assert 'id="t1-r2" data-paper="core"' in made


def test_a_factual_sentence_without_a_source_is_flagged_and_an_idle_one_is_not():
    text = "In short, so. Training took 400 hours on 16 cards in 2019."
    made = answer(
        text,
        [
            Sentence("In short, so.", (), "uncited", 0.0),
            Sentence("Training took 400 hours on 16 cards in 2019.", (), "uncited", 0.0),
        ],
        citations=(),
    )
    assert body(made) == (
        '<p><span class="s idle">In short, so.</span> <span class="s uncited">Training took 400 '
        'hours on 16 cards in 2019.</span>&nbsp;<span class="flag uncited">no source</span></p>'
    )
    assert f'<p class="receipt">1 sentence: 1 without a source. {MEANING}</p>' in html(made)


def test_a_citation_that_leads_nowhere_is_no_button():
    text = "Graphs are good [1] [7?] [5]."
    made = answer(text, [Sentence(text, (1,), "unsupported", 0.0, None, ("[7]",))])
    assert body(made).count("<button") == 1
    assert re.findall(r'<span class="cite dead">([^<]*)</span>', body(made)) == ["7?", "5?"]


def test_the_receipt_counts():
    text = "A b. C d. E f."
    supports = ("verbatim", "weak", "unsupported")
    made = answer(
        text,
        [Sentence(s, (), v, 0.1) for s, v in zip(("A b.", "C d.", "E f."), supports, strict=True)],
    )
    said = "3 sentences: 1 word for word, 1 to check in the source, 1 not supported."
    assert f'<p class="receipt">{said} {MEANING}</p>' in html(made)


def test_time_and_tokens_are_folded():
    made = html(answer(usage=Usage(1_200, 34, 0.00123), standalone_question="How is <it>?"))
    assert (
        '<details class="cost"><summary>2.1 s, 1,234 tokens</summary><dl>'
        "<dt>Understood as</dt><dd>How is &lt;it&gt;?</dd>"
        "<dt>Model</dt><dd>gpt-4o-mini</dd><dt>Embedder</dt><dd>static:256</dd>"
        "<dt>Search</dt><dd>0.01 s</dd><dt>Writing</dt><dd>2.04 s</dd>"
        "<dt>Checking</dt><dd>0.10 s</dd>"
        "<dt>Tokens</dt><dd>1,200 read, 34 written</dd><dt>Cost</dt><dd>$0.0012</dd></dl></details>"
    ) in made


def test_sources_are_the_cited_then_the_read():
    made = html(
        answer(
            retrieved=(
                Retrieved(1, 0.9, "core", "On Speech"),
                Retrieved(2, 0.8, "abel", "On Graphs"),
                Retrieved(3, 0.7, "gone", "On <Nothing>"),
            )
        ),
        {"core": CORE},
    )
    aside = made[made.index("<aside") :]
    assert re.findall(r'<li class="card" id="([^"]+)" data-paper="([^"]+)"', aside) == [
        ("t1-1", "abel"),
        ("t1-r1", "core"),
        ("t1-r3", "gone"),
    ]
    assert "<summary>2 read but not cited</summary>" in aside
    assert '<mark data-s="0">Graphs are good.</mark> They are fast.' in aside
    assert '<h4 class="title">On &lt;Nothing&gt;</h4>' in aside


def test_an_answer_that_declines_lists_the_nearest():
    made = html(
        answer(
            "These papers do not answer that.",
            [],
            answered=False,
            citations=(),
            retrieved=(Retrieved(1, 0.2, "core", "On Speech"),),
        ),
        {"core": CORE},
    )
    assert made.startswith('<article class="turn declined"')
    assert '<h3>Nearest papers</h3><ul class="cards"><li class="card" id="t1-r1"' in made
    assert "problem" not in made
    assert 'class="receipt"' not in made


def test_an_answer_cut_at_the_limit_says_so():
    assert "The model stopped here, at its limit" in html(answer(stopped="length"))


def test_what_failed_keeps_what_had_arrived_and_offers_retry():
    exchange = Exchange("t1", "Why <b>?", partial="It is *good* [1].", problem="Down & out.")
    assert "".join(finished(exchange, {})) == (
        '<article class="turn broken" id="t1" aria-label="Question and answer">'
        '<div class="asked"><h2 class="question">Why &lt;b&gt;?</h2>'
        '<button type="button" class="quiet again" data-do="edit">Edit</button></div>'
        '<div class="answer"><p>It is <em>good</em><span class="tie">&nbsp;<span class="cite">'
        '<span class="n">1</span></span>.</span></p><p class="problem">Down &amp; out.</p>'
        '<div class="below">'
        '<button type="button" class="quiet again" data-do="retry">Retry</button></div></div>'
        '<aside class="sources" aria-label="Sources"></aside></article>'
    )


def test_the_person_s_own_verdict_is_pressed():
    made = "".join(finished(Exchange("t1", "How?", answer=answer(), verdict="down"), {}))
    assert re.findall(r'data-verdict="(up|down)" aria-pressed="(\w+)"', made) == [
        ("up", "false"),
        ("down", "true"),
    ]


def test_waiting_and_writing_differ_only_in_the_middle():
    hits = [Hit(1, 0.9, ABEL, Passage("abel", 0, 16)), Hit(2, 0.8, BOLD, Passage("bold", 0, 17))]
    first, reading, last = waiting("t1", "How?", hits)
    assert (
        reading
        == '<p class="doing"><span class="dot" aria-hidden="true"></span>Reading 2 abstracts</p>'
    )
    assert last == (
        '</div><aside class="sources" aria-label="Sources"><h3>Reading</h3><ul class="reading">'
        "<li>On Graphs</li><li>On Images</li></ul></aside></article>"
    )
    written = writing("t1", "How?", "It is\n\n- so", hits)
    assert written == [
        first.replace("waiting", "writing"),
        "<p>It is</p>",
        "<ul><li>so</li></ul>",
        last,
    ]
    assert "Searching the library" in waiting("t1", "How?")[1]
