"""The chain with a model: streaming, receipts, refusal, follow-ups, judge, faults, llama.cpp."""

from __future__ import annotations

import json

import pytest

from rag.answers import chain
from rag.answers.judging import total, unmeasured
from rag.answers.refusals import REFUSAL
from rag.assistant import Assistant
from rag.errors import ModelError
from rag.settings import load_settings
from rag.types import Answer, Sentence, Turn, Usage, to_json
from tests.fake_openai import RESET, FakeOpenAI, Reply, chunk, fail, say
from tests.get_gguf import gguf_file

ROWS = [
    {"id": "g", "title": "On graphs", "abstract": "A graph has nodes. Each graph has 12 edges."},
    {"id": "i", "title": "On images", "abstract": "An image has pixels. The image is square."},
]
QUESTION = "How many edges has each graph?"
DOUBLE = "How many edges has a graph, and what has an image?"


@pytest.fixture
def ask(tmp_path, embedder):
    """Return a function that asks a library with a model that behaves as a script says."""
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    opened: list = []

    def run(script, question=QUESTION, **options):
        server = FakeOpenAI(script)
        server.__enter__()
        settings = load_settings(
            index=tmp_path / "index",
            llm="openai",
            OPENAI_BASE_URL=server.base_url,
            retries=1,
            timeout=5,
        )
        assistant = Assistant.open(settings, embedder=embedder)
        opened.extend([server, assistant])
        assistant.ingest([str(path)])
        return list(assistant.stream(question, **options)), server

    yield run
    for number in range(0, len(opened), 2):
        opened[number + 1].close()
        opened[number].__exit__(None, None, None)


def test_text_streams_in_pieces_and_every_sentence_gets_its_receipt(ask):
    def script(request):
        prompt = request.body["messages"][-1]["content"]
        graph = prompt.split("\nTitle: On graphs\n")[0].rsplit("=== source ", 1)[1].split()[0]
        return say(
            "Each graph has 12 ed",
            f"ges [{graph}",
            "]. It has 37 edges",
            f" [{graph}]. So. [",
            "9].",
        )

    parts, _ = ask(script)
    texts, answer = [p for p in parts if isinstance(p, str)], parts[-1]
    assert len(texts) > 2
    assert "".join(texts) == answer.answer
    assert not any(text.endswith("[") for text in texts)
    assert [c.paper.id for c in answer.citations] == ["g"]
    first, second, third = answer.sentences
    assert (first.support, first.citations) == ("verbatim", (1,))
    assert first.evidence.quote == "Each graph has 12 edges"
    assert (second.support, second.citations) == ("unsupported", (1,))
    assert (third.support, third.unresolved, third.citations) == ("unsupported", ("[9]",), ())
    assert answer.usage.prompt_tokens == 11
    assert set(answer.prompts) == {"answer"}


def test_a_models_refusal_is_an_answer_that_declines(ask):
    parts, _ = ask(lambda request: say(REFUSAL))
    answer = parts[-1]
    assert (answer.answered, answer.sentences, answer.citations) == (False, (), ())
    assert answer.answer.startswith(REFUSAL)
    assert len(answer.retrieved) == 2


def test_a_follow_up_is_rewritten_and_searched_as_the_model_plans(ask):
    def script(request):
        if "Last question:" in request.body["messages"][-1]["content"]:
            return say(
                '{"question": "How many edges has a graph?", ', '"searches": ["edges of a graph"]}'
            )
        return say("Each graph has 12 edges [1].")

    history = [Turn("What has a graph?", "A graph has nodes [1].", ("g",))]
    parts, server = ask(script, "And how many edges has it?", history=history)
    assert parts[-1].standalone_question == "How many edges has a graph?"
    assert len(server.requests) == 2
    assert "A graph has nodes [1]." in server.requests[0].body["messages"][-1]["content"]
    assert set(parts[-1].prompts) == {"answer", "plan"}
    assert parts[-1].usage.prompt_tokens == 22


def test_a_judge_that_fails_leaves_the_answer(ask, caplog):
    replies = iter([say("An image has pixels [1]. It is square [1]."), fail(400, "no")])
    parts, _ = ask(lambda request: next(replies), judge=True)
    verdicts = [(sentence.judge, sentence.support) for sentence in parts[-1].sentences]
    assert [judge for judge, _ in verdicts] == ["unmeasured", "unmeasured"]
    assert set(parts[-1].prompts) == {"answer"}
    assert caplog.messages[-1].startswith("the judge's verdicts are unmeasured: gpt-4o-mini at ")


def test_the_judge_stands_beside_the_deterministic_verdict(ask):
    replies = iter(
        ["Each graph has 12 edges [1]. A graph has nodes [1].", "UNSUPPORTED.", "perhaps"]
    )
    parts, _ = ask(lambda request: say(next(replies)), judge=True)
    verdicts = [(sentence.judge, sentence.support) for sentence in parts[-1].sentences]
    assert [judge for judge, _ in verdicts] == ["unsupported", "unmeasured"]
    assert {support for _, support in verdicts} <= {"verbatim", "unsupported"}
    assert set(parts[-1].prompts) == {"answer", "judge"}
    assert parts[-1].usage.prompt_tokens == 33  # of the answer and of two verdicts


def test_what_cites_nothing_is_not_judged_and_an_empty_verdict_is_none(ask):
    replies = iter(
        [
            "Birds sing at night. Each graph has 12 edges [1]. A graph has nodes [1].",
            "*Supported*",
            " ",
        ]
    )
    parts, _ = ask(lambda request: say(next(replies)), judge=True)
    assert [each.judge for each in parts[-1].sentences] == [None, "supported", "unmeasured"]


def test_usages_add_up_and_an_unknown_price_makes_the_sum_unknown():
    assert total([Usage(1, 2, 0.5), Usage(3, 4, 0.25)]) == Usage(4, 6, 0.75)
    assert total([Usage(1, 2, None), Usage(3, 4, 0.25)]) == Usage(4, 6, None)
    assert total([]) == Usage()


def test_a_judge_that_fails_measures_what_cites_and_nothing_else():
    cites, none = Sentence("So [1].", (1,), "weak", 0.2), Sentence("So.", (), "uncited", 0.0)
    assert [each.judge for each in unmeasured([cites, none])] == ["unmeasured", None]


def test_seconds_add_up_and_have_four_digits(ask):
    parts, _ = ask(lambda request: say("Each graph has 12 edges [1]."))
    spent = parts[-1].seconds
    each = (spent.retrieve, spent.generate, spent.verify, spent.total, parts[-1].confidence)
    assert [round(number, 4) for number in each] == list(each)
    assert spent.total == pytest.approx(sum(each[:3]), abs=2e-4)


def test_one_question_is_computed_at_a_time_and_who_waits_long_goes_beside_it(monkeypatch):
    with chain._in_turn():
        assert chain._TURN.locked()
        monkeypatch.setattr(chain, "_PATIENCE", 0.01)
        with chain._in_turn():  # waited in vain
            pass
        assert chain._TURN.locked()
    assert not chain._TURN.locked()


def test_a_reply_cut_off_keeps_what_had_arrived(ask):
    with pytest.raises(ModelError) as raised:
        ask(lambda request: Reply([chunk("Each graph has "), chunk("12 edges [1"), RESET]))
    assert raised.value.partial.startswith("Each graph has 12 edges")


def test_a_wrong_key_is_one_line_without_the_key(ask):
    with pytest.raises(ModelError) as raised:
        ask(lambda request: fail(401, "Incorrect API key provided"))
    assert "\n" not in str(raised.value)


def test_a_real_llama_streams_and_answers_in_the_same_shape(tmp_path, embedder):
    pytest.importorskip("xllamacpp", reason="needs the extra `local`")
    if not gguf_file().exists():
        pytest.skip(f"needs {gguf_file()}: python -m tests.get_gguf")
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    settings = load_settings(
        index=tmp_path / "index", llm="local", local_model=gguf_file(), answer_tokens=48
    )
    local = Assistant.open(settings, embedder=embedder)
    local.ingest([str(path)])
    parts = list(local.stream(QUESTION))
    answer = parts[-1]
    assert isinstance(answer, Answer)
    assert sum(isinstance(part, str) for part in parts) >= 2
    assert answer.usage.completion_tokens > 0
    local.close()
    plain = Assistant.open(settings.model_copy(update={"llm": "none"}), embedder=embedder)
    assert list(to_json(plain.ask(QUESTION))) == list(to_json(answer))
    plain.close()
