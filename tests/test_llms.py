"""Language models: each fault a server can have, the cache, the price, and a real one."""

from __future__ import annotations

import doctest
import gc
import importlib.util
import itertools
import json
import logging
import socket
import weakref

import pytest
from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CustomLLM,
    LLMMetadata,
    MessageRole,
    MockLLM,
)

from rag import settings as settings_module
from rag.errors import ContextTooLong, ModelError, ModelUnavailable, SettingsError
from rag.models import prices, replies, served_llm
from rag.models.replies import Completion, complete_stream, cost, model_name, open_llm, price
from rag.settings import load_settings
from rag.text import tokens
from rag.types import Usage
from tests.fake_openai import (
    DONE,
    HANG,
    JSON,
    RESET,
    FakeOpenAI,
    Reply,
    chunk,
    event,
    fail,
    in_turn,
    say,
)
from tests.get_gguf import gguf_file

KEY = "my-very-secret-key"
ASK = [
    ChatMessage(role=MessageRole.SYSTEM, content="Be brief."),
    ChatMessage(role=MessageRole.USER, content="Why is the sky blue?"),
]
GGUF = gguf_file()


@pytest.fixture
def pauses(monkeypatch):
    """The waits between attempts, in seconds, instead of waiting."""
    waited = []
    monkeypatch.setattr(replies, "_pause", waited.append)
    return waited


def use(server, **flags):
    """Settings for the fake server."""
    known = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY, "llm_model": "m"}
    return load_settings(**{**known, "timeout": 5.0, "retries": 2, **flags})


def ask(settings, llm=None, max_tokens=50):
    """The deltas and the Completion of one reply."""
    *deltas, completion = complete_stream(
        llm or open_llm(settings), ASK, max_tokens=max_tokens, settings=settings
    )
    return deltas, completion


def ask_in_vain(settings, kind):
    """The deltas that arrived and the error."""
    deltas = []
    with pytest.raises(kind) as caught:
        deltas.extend(complete_stream(open_llm(settings), ASK, max_tokens=50, settings=settings))
    error = caught.value
    assert type(error) is kind
    assert "\n" not in str(error)
    assert "; " in str(error)
    assert KEY not in str(error)
    assert error.partial == "".join(deltas)
    return deltas, error


# What is sent and what comes back.


def test_text_arrives_in_pieces_then_once_whole():
    with FakeOpenAI(in_turn(say("Ray", "leigh ", "scattering."))) as server:
        deltas, completion = ask(use(server), max_tokens=33)
    assert deltas == ["Ray", "leigh ", "scattering."]
    assert completion == Completion("Rayleigh scattering.", Usage(11, 7, None), None)
    [request] = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Why is the sky blue?"},
        ],
        "temperature": 0.0,
        "max_tokens": 33,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_the_first_piece_is_shown_before_the_reply_is_over():
    with FakeOpenAI(in_turn(Reply([chunk("First"), HANG]))) as server:
        settings = use(server)
        stream = complete_stream(open_llm(settings), ASK, max_tokens=5, settings=settings)
        assert next(stream) == "First"
        stream.close()


def test_a_reader_who_leaves_hangs_up():
    script = in_turn(Reply(itertools.cycle([chunk("more "), 0.01])))
    with FakeOpenAI(script) as server:
        settings = use(server)
        stream = complete_stream(open_llm(settings), ASK, max_tokens=5, settings=settings)
        next(stream)
        stream.close()
        assert server.hung_up.wait(5)


def test_a_reader_who_leaves_makes_room_for_the_next():
    with FakeOpenAI(lambda _: say("Blue ", "light.")) as server:
        llm = open_llm(use(server))
        with replies.limited(llm, 1) as held:
            left = complete_stream(llm, ASK, max_tokens=50, settings=use(server))
            assert (held, next(left)) == (True, "Blue ")
            left.close()
            assert ask(use(server), llm)[1].text == "Blue light."
    with replies.limited(MockLLM(), 1) as held:
        assert not held


def test_a_cut_reply_is_no_error():
    with FakeOpenAI(in_turn(say("One two", finish="length"))) as server:
        _, completion = ask(use(server))
    assert completion == Completion("One two", Usage(11, 7, None), "length")


def test_a_filtered_reply_says_so():
    with FakeOpenAI(in_turn(say("One", finish="content_filter"))) as server:
        _, completion = ask(use(server))
    assert completion.stopped == "content_filter"


def test_tokens_are_counted_where_the_server_does_not():
    with FakeOpenAI(in_turn(say("hello", " world", usage=None))) as server:
        _, completion = ask(use(server))
    prompt = sum(tokens.count(message.content) + 4 for message in ASK)
    assert completion.usage == Usage(prompt, 2, None)


def test_a_model_that_reasons_gets_its_own_name_for_the_limit():
    with FakeOpenAI(in_turn(say("x"))) as server:
        ask(use(server, llm_model="o4-mini"), max_tokens=33)
    assert server.requests[0].body["max_completion_tokens"] == 33
    assert "max_tokens" not in server.requests[0].body


# Faults before the first text: asked again where that may help.


def test_a_busy_server_is_asked_again_when_it_says(pauses, caplog):
    script = in_turn(fail(429, headers={"retry-after": "7"}), fail(503), say("Yes."))
    with FakeOpenAI(script) as server, caplog.at_level(logging.WARNING, "rag.models.replies"):
        _, completion = ask(use(server))
    assert completion.text == "Yes."
    assert len(server.requests) == 3
    assert pauses[0] == 7.0
    assert 1.0 <= pauses[1] <= 2.0  # 0.5 x 2, and up to a second of jitter
    assert caplog.messages[0].endswith("limits its rate; try again in 7 s (trying again in 7.0 s)")


def test_a_wait_is_capped(pauses):
    script = in_turn(fail(429, headers={"retry-after": "999"}), say("Yes."))
    with FakeOpenAI(script) as server:
        ask(use(server, timeout=60.0))
    assert pauses == [30.0]


def test_a_date_to_wait_for_is_read(pauses):
    past = {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}
    with FakeOpenAI(in_turn(fail(503, headers=past), say("Yes."))) as server:
        ask(use(server))
    assert pauses == [0.0]


@pytest.mark.parametrize("value", ["soon", "nan", ""])
def test_a_wait_without_meaning_is_ignored(pauses, value):
    with FakeOpenAI(in_turn(fail(503, headers={"retry-after": value}), say("Yes."))) as server:
        ask(use(server))
    assert 0.5 <= pauses[0] <= 1.5


def test_a_wait_past_the_end_is_not_begun(pauses):
    script = in_turn(fail(429, headers={"retry-after": "20"}))
    with FakeOpenAI(script) as server:
        _, error = ask_in_vain(use(server, timeout=3.0), ModelUnavailable)
    assert (pauses, error.retry_after) == ([], 20.0)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
def test_a_passing_fault_is_tried_to_the_last(pauses, status):
    with FakeOpenAI(in_turn(fail(status))) as server:
        ask_in_vain(use(server), ModelUnavailable)
    assert len(server.requests) == 3
    assert len(pauses) == 2


def test_without_retries_a_server_is_asked_once(pauses):
    with FakeOpenAI(in_turn(fail(500))) as server:
        ask_in_vain(use(server, retries=0), ModelUnavailable)
    assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (
            fail(401, f"Incorrect API key provided: {KEY}."),
            ModelError,
            "m at {host} refused the key; check OPENAI_API_KEY",
        ),
        (
            fail(429, "You exceeded your current quota", code="insufficient_quota"),
            ModelError,
            "m at {host} says that the quota is used up; check the account's billing",
        ),
        (
            fail(404, "The model `m` does not exist", code="model_not_found"),
            ModelError,
            "m at {host} is not there; set RAG_LLM_MODEL to a model that the server has",
        ),
        (
            fail(404, 'model "m" not found, try pulling it first'),
            ModelError,
            "m at {host} is not there; set RAG_LLM_MODEL to a model that the server has",
        ),
        (
            Reply([b"<h1>Not found</h1>"], 404, {"content-type": "text/html"}),
            ModelError,
            "m at {host} has no such address; check OPENAI_BASE_URL (often ending in /v1)",
        ),
        (
            fail(400, f"no \x1b[31msuch\nthing {KEY}"),
            ModelError,
            "m at {host} refused the request (HTTP 400: no [31msuch thing [key]); "
            "check RAG_LLM_MODEL",
        ),
        (
            fail(400, "x" * 5000),
            ModelError,
            "m at {host} refused the request (HTTP 400: " + "x" * 159 + "…); check RAG_LLM_MODEL",
        ),
        (
            Reply(status=307, headers={"location": "https://example.org/"}),
            ModelError,
            "m at {host} sends elsewhere (HTTP 307); correct OPENAI_BASE_URL",
        ),
        (
            Reply([b"<html>Welcome</html>"], headers={"content-type": "text/html"}),
            ModelError,
            "m at {host} sent no reply that can be read; check OPENAI_BASE_URL",
        ),
        (
            Reply([json.dumps({"choices": []}).encode()], headers=JSON),
            ModelError,
            "m at {host} sent no reply that can be read; check OPENAI_BASE_URL",
        ),
        (
            Reply([event("{not json")]),
            ModelError,
            "m at {host} sent a reply that cannot be read (JSONDecodeError); "
            "check OPENAI_BASE_URL and the model",
        ),
        (
            Reply([b"data: \xff\n\n"]),
            ModelError,
            "m at {host} sent a reply that cannot be read (UnicodeDecodeError); "
            "check OPENAI_BASE_URL and the model",
        ),
        (
            Reply([event({"choices": None})]),
            ModelError,
            "m at {host} sent a reply that cannot be read (TypeError); "
            "check OPENAI_BASE_URL and the model",
        ),
        (
            say(),
            ModelError,
            "m at {host} sent an empty reply; ask again or choose another model",
        ),
        (
            say(finish="content_filter"),
            ModelError,
            "m at {host} withheld its reply: its content filter; ask in other words",
        ),
        (
            fail(402, "Payment required"),
            ModelError,
            "m at {host} says that the account has no credit; check its billing",
        ),
        *(
            (
                fail(status, text, code=code),
                ContextTooLong,
                "the prompt does not fit the context of m at {host}; lower RAG_K or "
                "RAG_CONTEXT_TOKENS",
            )
            for status, text, code in (
                (400, "The input token count (9) exceeds the maximum number of tokens", None),
                (
                    422,
                    "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 9",
                    None,
                ),
                (422, "Input validation error: `inputs` must have less than 9 tokens.", None),
                (
                    400,
                    "'max_tokens' or 'max_completion_tokens' is too large: 50. This model's "
                    "maximum context length is 9 tokens",
                    None,
                ),
            )
        ),
        *(
            (
                fail(status, text, code=code),
                ModelError,
                "m at {host} refused the question: its content filter; ask in other words",
            )
            for status, text, code in (
                (
                    400,
                    "The response was filtered due to the prompt triggering Azure OpenAI's "
                    "content management policy.",
                    "content_filter",
                ),
                (403, "Request blocked: PROHIBITED_CONTENT", None),
            )
        ),
    ],
)
def test_a_lasting_fault_is_told_at_once(pauses, reply, kind, message):
    with FakeOpenAI(in_turn(reply)) as server:
        _, error = ask_in_vain(use(server), kind)
        host = server.base_url.removeprefix("http://").removesuffix("/v1")
    assert str(error) == message.replace("{host}", host)
    assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize(
    "reply",
    [
        fail(
            400,
            "This model's maximum context length is 4096 tokens. However, your messages resulted "
            "in 5000 tokens.",
            code="context_length_exceeded",
        ),
        fail(
            400,
            "request (5031 tokens) exceeds the available context size (2048 tokens), "
            "try increasing it",
            kind="exceed_context_size_error",
        ),
        fail(400, "Trying to keep the first 9000 tokens when context the overflows."),
        fail(413, "too large"),
        Reply([event({"error": {"message": "Context size has been exceeded."}})]),
    ],
)
def test_too_long_a_prompt_is_told_apart(reply):
    with FakeOpenAI(in_turn(reply)) as server:
        _, error = ask_in_vain(use(server), ContextTooLong)
    assert "lower RAG_K or RAG_CONTEXT_TOKENS" in str(error)
    assert len(server.requests) == 1


def test_nobody_listening(pauses):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://user:{KEY}@127.0.0.1:{port}/v1"
    settings = load_settings(OPENAI_BASE_URL=url, llm_model="m", retries=1)
    _, error = ask_in_vain(settings, ModelUnavailable)
    assert str(error).startswith(f"m at 127.0.0.1:{port} cannot be reached (")
    assert len(pauses) == 1


@pytest.mark.parametrize("reply", [Reply([RESET]), Reply([HANG])])
def test_a_server_that_says_nothing(pauses, reply):
    with FakeOpenAI(in_turn(reply)) as server:
        ask_in_vain(use(server, timeout=0.3, retries=1), ModelUnavailable)
    assert len(server.requests) == 2 - (not pauses)


def test_an_error_in_the_stream_is_asked_again(pauses):
    broken = Reply([event({"error": {"message": f"overloaded {KEY}", "type": "server_error"}})])
    with FakeOpenAI(in_turn(broken, say("Yes."))) as server:
        _, completion = ask(use(server))
    assert completion.text == "Yes."
    assert len(pauses) == 1


# Faults after the first text: never asked again, what came is kept.


@pytest.mark.parametrize(
    ("rest", "kind", "words"),
    [
        ([RESET], ModelUnavailable, "broke off its reply"),
        ([HANG], ModelUnavailable, "did not finish in time"),
        ([event({"error": {"message": "overloaded"}})], ModelUnavailable, "error (overloaded)"),
        ([event("{")], ModelError, "cannot be read (JSONDecodeError)"),
        ([], ModelUnavailable, "broke off its reply; try again"),
    ],
)
def test_a_reply_that_breaks_keeps_what_came(pauses, rest, kind, words):
    with FakeOpenAI(in_turn(Reply([chunk("So"), chunk(" far"), *rest]))) as server:
        deltas, error = ask_in_vain(use(server, timeout=0.4), kind)
    assert "".join(deltas) == "So far"
    assert words in str(error)
    assert "[Errno" not in str(error)
    assert (len(server.requests), pauses) == (1, [])


def test_one_connection_serves_question_after_question():
    with FakeOpenAI(lambda _: say("Blue ", "light.")) as server:
        llm = open_llm(use(server))
        for _ in range(3):
            assert ask(use(server), llm)[1].text == "Blue light."
        assert (len(server.requests), server.connections) == (3, 1)


@pytest.mark.parametrize("fault", [RESET, HANG])
def test_a_reply_is_whole_once_it_says_so(pauses, fault):
    said = say("Blue ", "light.")
    with FakeOpenAI(lambda _: Reply([*said.steps, fault])) as server:
        settings = use(server, timeout=0.3)
        assert ask(settings)[1].text == "Blue light."
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "trickle", [chunk("drip "), b": keep-alive\n\n", b"data: "], ids=["text", "comments", "bytes"]
)
def test_a_reply_that_never_ends_is_cut(pauses, trickle):
    script = in_turn(Reply(itertools.chain([chunk("A ")], itertools.cycle([trickle, 0.05]))))
    with FakeOpenAI(script) as server:
        deltas, error = ask_in_vain(use(server, timeout=0.2), ModelUnavailable)
        assert server.hung_up.wait(5)
    assert deltas[0] == "A "
    assert "time" in str(error)
    assert (len(server.requests), pauses) == (1, [])


def test_a_flood_is_cut(monkeypatch):
    monkeypatch.setattr(served_llm, "_LARGEST_REPLY", 100_000)
    flood = Reply(itertools.cycle([b": " + b"x" * 50_000 + b"\n\n"]))
    with FakeOpenAI(in_turn(flood)) as server:
        _, error = ask_in_vain(use(server, retries=0), ModelUnavailable)
    assert "never ends" in str(error)


# Which model, where, and for how much.


def test_one_setting_governs_which_model():
    assert open_llm(load_settings()) is None
    assert open_llm(load_settings(llm="none", OPENAI_API_KEY=KEY)) is None
    served = open_llm(load_settings(OPENAI_API_KEY=KEY))
    assert (served.api_base, served.model) == ("https://api.openai.com/v1", "gpt-4o-mini")
    unknown = open_llm(load_settings(OPENAI_BASE_URL="http://gpu:8000/v1/", llm_model="a/b:c"))
    assert (unknown.api_base, unknown.model) == ("http://gpu:8000/v1", "a/b:c")
    assert unknown.metadata.is_chat_model
    assert unknown.metadata.context_window == (6000 + 1000 + 700) * 5 // 4 + 1024


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"llm": "openai"}, "set OPENAI_API_KEY, or OPENAI_BASE_URL"),
        ({"OPENAI_BASE_URL": "localhost:11434/v1"}, "OPENAI_BASE_URL is no address"),
        ({"OPENAI_BASE_URL": "http:///v1"}, "OPENAI_BASE_URL is no address"),
        ({"OPENAI_API_KEY": "sk-ключ"}, "OPENAI_API_KEY has characters"),
        ({"llm": "local"}, "set RAG_LOCAL_MODEL"),
        ({"llm": "local", "local_model": "no/such.gguf"}, "cannot be read (No such file"),
        ({"llm": "local", "local_model": __file__}, "is no GGUF file"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(flags, words):
    with pytest.raises(SettingsError) as caught:
        open_llm(load_settings(**flags))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "sk-" not in str(caught.value)


def test_a_missing_llama_cpp_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "xllamacpp", None)
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(SettingsError, match=r'pip install "rag-papers\[local\]"'):
        open_llm(load_settings(llm="local", local_model=model))


def test_the_key_is_not_shown():
    llm = open_llm(load_settings(OPENAI_API_KEY=KEY))
    assert KEY not in f"{llm!r} {llm} {llm.to_dict()} {llm.model_dump()}"


def test_a_base_url_is_the_only_host_that_is_reached(monkeypatch):
    hosts = []
    look_up = socket.getaddrinfo

    def record(host, *rest, **more):
        hosts.append(host)
        return look_up(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", record)
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("ALL_PROXY", "http://proxy.invalid:3128")
    with FakeOpenAI(in_turn(say("x", usage=None))) as server:
        ask(use(server))
    assert set(hosts) == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("gpt-4o-mini", 0.15 * 2 + 0.60),
        ("gpt-4o-mini-2024-07-18", 0.15 * 2 + 0.60),
        ("gpt-4.1", 2.0 * 2 + 8.0),
        ("local/some", 0.0),
        ("none", 0.0),
        ("gpt-4o-mini-audio", None),
        ("llama3", None),
    ],
)
def test_prices_are_dollars_for_a_million_tokens(model, dollars):
    assert price(model, Usage(2_000_000, 1_000_000)) == pytest.approx(dollars)


def test_only_openai_costs_what_openai_charges():
    usage = Usage(1_000_000, 0)
    assert cost(None, usage) == 0.0
    assert cost(open_llm(load_settings(OPENAI_API_KEY=KEY)), usage) == pytest.approx(0.15)
    elsewhere = load_settings(OPENAI_BASE_URL="http://gpu:8000/v1")
    assert cost(open_llm(elsewhere), usage) is None
    assert cost(MockLLM(), usage) is None


def test_the_model_in_force_has_a_name(tmp_path):
    assert model_name(load_settings()) == "none"
    assert model_name(load_settings(OPENAI_API_KEY=KEY, llm_model="a")) == "a"
    local = load_settings(llm="local", local_model=tmp_path / "smol.Q4.gguf")
    assert model_name(local) == "local/smol.Q4"
    assert model_name(load_settings(), MockLLM()) == "unknown"


def test_an_llm_that_is_dropped_closes_its_connections():
    with FakeOpenAI(in_turn(say("x"))) as server:
        settings = use(server)
        llm = open_llm(settings)
        ask(settings, llm)
        client, gone = llm._http_client, weakref.ref(llm)
        del llm
        gc.collect()
    assert gone() is None
    assert client.is_closed


# Other LlamaIndex LLMs.


class Whole(CustomLLM):
    """Cannot stream."""

    @property
    def metadata(self):
        return LLMMetadata(model_name="whole")

    def complete(self, prompt, formatted=False, **kwargs):
        return CompletionResponse(text="All at once.")

    def stream_complete(self, prompt, formatted=False, **kwargs):
        raise NotImplementedError


class Growing(Whole):
    """Gives the text so far, without deltas."""

    def stream_chat(self, messages, **kwargs):
        for text in ("A", "A b", "A b", "A b c"):
            yield ChatResponse(message=ChatMessage(role="assistant", content=text))


class Broken(Whole):
    """Fails in a way of its own."""

    def stream_chat(self, messages, **kwargs):
        yield ChatResponse(message=ChatMessage(role="assistant", content="A"), delta="A")
        raise RuntimeError("out of\nink sk-12345678")


@pytest.mark.parametrize(
    ("llm", "deltas"),
    [
        (Whole(), ["All at once."]),
        (Growing(), ["A", " b", " c"]),
        (MockLLM(max_tokens=2), ["text ", "text"]),
    ],
)
def test_any_llama_index_llm_will_do(llm, deltas):
    shown, completion = ask(load_settings(), llm)
    assert shown == deltas
    assert completion.text == "".join(deltas)
    prompt = sum(tokens.count(message.content) + 4 for message in ASK)
    assert completion.usage == Usage(prompt, tokens.count(completion.text), None)


def test_a_foreign_failure_is_one_line_with_its_cause():
    settings = load_settings()
    with pytest.raises(ModelError) as caught:
        list(complete_stream(Broken(), ASK, max_tokens=5, settings=settings))
    assert str(caught.value) == (
        "whole failed (RuntimeError: out of ink [key]); see the whole error with RAG_DEBUG=1"
    )
    assert caught.value.partial == "A"
    assert isinstance(caught.value.__cause__, RuntimeError)


# Replies kept on disk.


def test_a_reply_is_kept_only_for_the_same_question(tmp_path):
    script = in_turn(say("One", " two"), say("Other"))
    with FakeOpenAI(script) as server:
        settings = use(server, cache=tmp_path / "kept")
        deltas, first = ask(settings)
        assert deltas == ["One", " two"]
        again, second = ask(settings)
        assert (again, second) == (["One two"], first)
        assert len(server.requests) == 1
        assert ask(settings, max_tokens=51)[1].text == "Other"
        assert ask(use(server, cache=tmp_path / "kept", llm_model="n"))[1].text == "Other"
        assert len(server.requests) == 3
    assert len(list((tmp_path / "kept").rglob("*.json"))) == 3
    assert list((tmp_path / "kept").rglob("*.tmp")) == []
    assert KEY not in "".join(f.read_text() for f in (tmp_path / "kept").rglob("*.json"))


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"text": "x"}'])
def test_a_damaged_reply_is_asked_for_again(tmp_path, damage):
    with FakeOpenAI(in_turn(say("One"), say("Two"))) as server:
        settings = use(server, cache=tmp_path)
        ask(settings)
        [file] = tmp_path.rglob("*.json")
        file.write_text(damage)
        assert ask(settings)[1].text == "Two"
        assert ask(settings)[1].text == "Two"
    assert len(server.requests) == 2


def test_a_failed_reply_is_not_kept(tmp_path, pauses):
    broken = Reply([chunk("So"), RESET])
    with FakeOpenAI(in_turn(broken, say("Whole"))) as server:
        settings = use(server, cache=tmp_path)
        ask_in_vain(settings, ModelUnavailable)
        assert ask(settings)[1].text == "Whole"


def test_a_cache_that_cannot_be_written_is_told_before_anything_is_paid(tmp_path):
    (tmp_path / "file").write_text("")
    with FakeOpenAI(in_turn(say("One"))) as server:
        with pytest.raises(SettingsError, match=r"RAG_CACHE=.* cannot be written"):
            ask(use(server, cache=tmp_path / "file"))
        assert server.requests == []


def test_the_examples_in_the_documentation_hold():
    for module in (prices, settings_module):
        result = doctest.testmod(module)
        assert result.attempted >= 1
        assert result.failed == 0


# A real model.


@pytest.fixture(scope="module")
def local():
    """Settings and the LLM of a small GGUF file, with a context of some 1,500 tokens."""
    if not importlib.util.find_spec("xllamacpp"):
        pytest.skip("needs xllamacpp")
    if not GGUF.exists():
        pytest.skip(f"needs {GGUF}: python -m tests.get_gguf")
    sizes = {"context_tokens": 256, "history_tokens": 0, "answer_tokens": 64}
    settings = load_settings(llm="local", local_model=GGUF, OPENAI_API_KEY=KEY, **sizes)
    return settings, open_llm(settings)


def test_a_local_model_streams_and_counts(local, monkeypatch):
    settings, llm = local
    hosts = []
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **kw: hosts.append(host) or look_up(host, *rest, **kw),
    )
    deltas, completion = ask(settings, llm, max_tokens=12)
    assert len(deltas) > 3
    assert "".join(deltas) == completion.text
    assert completion.usage.prompt_tokens > 15
    assert completion.usage.completion_tokens == 12
    assert completion.usage.cost_usd == 0.0
    assert completion.stopped == "length"
    assert set(hosts) == {"127.0.0.1"}
    assert llm.secret != KEY


def test_a_local_model_stops_by_itself(local):
    settings, llm = local
    hello = [ChatMessage(role=MessageRole.USER, content="Say hello.")]
    *deltas, completion = complete_stream(llm, hello, max_tokens=64, settings=settings)
    assert len(deltas) > 1
    assert completion.stopped is None
    assert 0 < completion.usage.completion_tokens < 64


def test_a_local_model_says_when_the_prompt_is_too_long(local):
    settings, llm = local
    long = [ChatMessage(role=MessageRole.USER, content="word " * 3000)]
    with pytest.raises(ContextTooLong):
        list(complete_stream(llm, long, max_tokens=5, settings=settings))


def test_a_local_model_is_closed_to_others(local):
    _, llm = local
    import urllib.error
    import urllib.request

    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{llm.api_base}/models")
    caught.value.close()
    assert caught.value.code == 401


def test_a_file_that_only_looks_like_a_model_is_refused(tmp_path):
    if not importlib.util.find_spec("xllamacpp"):
        pytest.skip("needs xllamacpp")
    model = tmp_path / "m.gguf"
    model.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(SettingsError, match="cannot be loaded by llama"):
        open_llm(load_settings(llm="local", local_model=model))


# What servers want to be asked, and how they write.


REFUSALS = {
    "openai": "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
    "'max_completion_tokens' instead.",
    "temperature": "Unsupported value: 'temperature' does not support 0.0 with this model.",
    "mistral": '{"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]}',
    "unknown": "Unrecognized request argument supplied: stream_options",
    "hint": "use max_completion_tokens",
}


@pytest.mark.parametrize("model", ["o7-preview", "gpt-5-nano", "ft:gpt-4o:me::1", "a/b", "my-dep"])
def test_what_a_model_refuses_by_name_is_left_out_and_remembered(model, pauses):
    def script(request):
        for name, refusal in (
            ("max_tokens", "openai"),
            ("temperature", "temperature"),
            ("stream_options", "mistral"),
        ):
            if name in request.body:
                return fail(400, REFUSALS[refusal])
        return say("Blue.")

    with FakeOpenAI(script) as server:
        settings = use(server, llm_model=model)
        llm = open_llm(settings)
        assert ask(settings, llm)[0] == ["Blue."]
        asked = len(server.requests)
        assert ask(settings, llm)[0] == ["Blue."]
    assert asked == (3 if "gpt-5" in model else 4), "one that LlamaIndex knows is one less"
    assert (len(server.requests), pauses) == (asked + 1, [])
    assert set(server.requests[-1].body) == {"model", "messages", "stream", "max_completion_tokens"}
    assert server.requests[-1].body["max_completion_tokens"] == 50


@pytest.mark.parametrize(
    ("refusal", "left"),
    [
        ("unknown", {"max_tokens", "temperature"}),
        ("hint", {"max_completion_tokens", "temperature", "stream_options"}),
    ],
)
def test_one_refusal_costs_one_request(refusal, left):
    with FakeOpenAI(in_turn(fail(422, REFUSALS[refusal]), say("Blue."))) as server:
        assert ask(use(server))[0] == ["Blue."]
    assert set(server.requests[1].body) - {"model", "messages", "stream"} == left


def test_a_server_that_refuses_whatever_is_sent_is_given_up():
    with FakeOpenAI(lambda request: fail(400, f"bad: {sorted(request.body)}")) as server:
        ask_in_vain(use(server), ModelError)
    assert len(server.requests) < 8


def test_a_model_that_thinks_gets_room_for_it(pauses):
    def script(request):
        thinks = request.body["max_tokens"] < 1_000
        return say(finish="length") if thinks else say("Blue.")

    with FakeOpenAI(script) as server:
        settings = use(server)
        llm = open_llm(settings)
        assert [ask(settings, llm)[0] for _ in range(2)] == [["Blue."]] * 2
    assert [request.body["max_tokens"] for request in server.requests] == [50, 8242, 8242]
    with FakeOpenAI(lambda request: say(finish="length")) as server:
        _, error = ask_in_vain(use(server), ModelError)
    assert str(error).endswith("wrote nothing within its limit; raise RAG_ANSWER_TOKENS")
    assert len(server.requests) == 2


@pytest.mark.parametrize("done", [b"data: [DONE]\n\n", b"data:[DONE]\n\n", b"data: [DO"])
def test_a_reply_that_is_done_is_whole_without_a_reason(done, pauses):
    rest = [b"NE]\n\n"] if done.endswith(b"[DO") else []
    with FakeOpenAI(
        lambda _: Reply([chunk("Blue, data: [DONE]"), 0.1, done, 0.1, *rest])
    ) as server:
        deltas, completion = ask(use(server))
    assert (deltas, completion.stopped) == (["Blue, data: [DONE]"], None)
    with FakeOpenAI(lambda _: Reply([chunk("Blue, data: [DONE]\ndata: [DONE]")])) as server:
        _, error = ask_in_vain(use(server, retries=0), ModelUnavailable)
    assert error.partial == "Blue, data: [DONE]\ndata: [DONE]"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["A \ud83d", "\ude00 b"], "A \U0001f600 b"),
        (["A \ud83d", " b"], "A \ufffd b"),
        (["\ude00b", "c \ud83d"], "\ufffdbc \ufffd"),
        (["A\x1b]0;t\x07b\x9b2J\r\n", "\x7f\tc"], "A]0;tb2J\n\tc"),
        (["<think>Is it", " red?</think>\n\nBlue."], "Blue."),
        ([" <thi", "nk>red</th", "ink>Blue."], "Blue."),
        (["<thin", " ice>"], "<thin ice>"),
        (["Blue <think>x</think>"], "Blue <think>x</think>"),
    ],
)
def test_text_is_whole_characters_without_controls_and_thoughts(pieces, text):
    with FakeOpenAI(lambda _: say(*pieces)) as server:
        deltas, completion = ask(use(server))
    assert "".join(deltas) == completion.text == text


def test_azures_address_keeps_its_query_and_its_header(monkeypatch):
    with FakeOpenAI(lambda _: say("Blue.")) as server:
        settings = use(server, OPENAI_BASE_URL=f"{server.base_url}?api-version=7")
        assert ask(settings)[0] == ["Blue."]
    assert server.requests[0].path == "/v1/chat/completions?api-version=7"


def said(choice, **more):
    return event({"choices": [choice], **more})


BLUE = said({"delta": {"content": "Blue."}})
END = said({"delta": {}, "finish_reason": "stop"})
WHOLE = {"choices": [{"message": {"role": "assistant", "content": "Blue."}}]}
ODD = {
    "no stream": Reply([json.dumps(WHOLE, indent=1).encode()], headers=JSON),
    "one message": Reply([event(WHOLE), DONE]),
    "longer messages": Reply(
        [said({"message": {"content": text}}) for text in ("Bl", "Blue", "Blue.")] + [DONE]
    ),
    "parts": Reply(
        [
            said({"delta": {"content": [{"type": "thinking", "thinking": [{"text": "Hm"}]}]}}),
            said({"delta": {"content": [{"type": "text", "text": "Blue"}, "?"]}}),
            said({"delta": {"content": [{"type": "text", "text": "."}]}}),
            DONE,
        ]
    ),
    "no choices": Reply([event({"choices": None, "usage": {}}), BLUE, END, event({"id": 1}), DONE]),
    "no choice": Reply([event({"choices": [None]}), BLUE, END, DONE]),
    "nothing": Reply([b"data:\n\n", event("null"), event("[]"), b"data: \r\n\r\n", BLUE, DONE]),
    "odd counts": Reply([BLUE, event({"choices": [], "usage": "none"}), END, DONE]),
    "listed counts": Reply([said({"delta": {"content": "Blue."}}, usage=[1]), DONE]),
    "wide end": Reply([BLUE, b"data:  [DONE]  \n\n"]),
    "small end": Reply([BLUE, b"data:[done]\n\n"]),
    "marked": Reply([b"\xef\xbb\xbf" + BLUE, END, DONE]),
    "remarks": Reply([b": busy\n\n:\n", BLUE.replace(b"\n", b"\r"), END, DONE, DONE, BLUE]),
    "many lines": Reply([b'data: {"choices": [{"delta":\ndata: {"content": "Blue."}}]}\n\n', DONE]),
    "unseen": Reply([said({"delta": {"content": "\u202eBl\U000e0031ue\u2069."}}), DONE]),
}


@pytest.mark.parametrize("reply", ODD.values(), ids=ODD)
def test_whatever_carries_the_text_gives_it(reply, pauses):
    with FakeOpenAI(in_turn(reply)) as server:
        pieces, completion = ask(use(server))
    assert ("".join(pieces), completion.text, completion.stopped) == ("Blue.", "Blue.", None)
    assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (fail(400, f"bad key {KEY[:5]}\n{KEY[5:]}."), "HTTP 400: bad key [key]"),
        (
            Reply([b'[{"error": {"message": "API key not valid. Pass one."}}]'], 400, JSON),
            "refused the key; check OPENAI_API_KEY",
        ),
        (
            Reply([b'{"error": {"message": "no such thing"}}'], headers=JSON),
            "reports an error (no such thing)",
        ),
        (Reply([event("[" * 100_000)]), "sent a reply that cannot be read (RecursionError)"),
        (Reply([b'data: {"x": ' + b"1" * 5_000 + b"}\n\n"]), "cannot be read (ValueError)"),
        (fail(429, headers={"retry-after": "inf"}), "limits its rate; try again later"),
        (fail(429, headers={"retry-after": "9999999"}), "limits its rate; try again later"),
    ],
)
def test_an_odd_fault_is_told_plainly(reply, words, pauses):
    with FakeOpenAI(in_turn(reply)) as server, pytest.raises(ModelError) as caught:
        ask(use(server, retries=0))
    error = caught.value
    assert "\n" not in str(error)
    assert words in str(error)
    assert KEY[5:] not in str(error)


def test_a_text_without_end_or_words_is_counted():
    assert 0 < tokens.count(" " * 1_500_000) < 100_000
