"""What is set: names that mean nothing, values that mean nothing, secrets, a server's address."""

from __future__ import annotations

import base64
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from rag import settings as settings_module
from rag.cli import main
from rag.errors import LibraryError, SettingsError
from rag.index.store import Store
from rag.settings import load_settings, without_secrets


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings_module, "_strangers", set())
    return tmp_path


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"indx": "a"}, "there is no setting 'indx'; did you mean index?"),
        ({"openai_key": "a"}, "there is no setting 'openai_key'; did you mean OPENAI_API_KEY?"),
        ({"zzz": 1}, "there is no setting 'zzz'; there are index, llm, embedder, "),
        ({"chroma_url": "localhost:8000"}, "RAG_CHROMA_URL is no address; give it like http://"),
        ({"chroma_url": "chroma"}, "RAG_CHROMA_URL is no address; give it like http://localhost:"),
        ({"OPENAI_BASE_URL": "http://[::1"}, "OPENAI_BASE_URL is no address; give it like http:"),
        ({"OPENAI_BASE_URL": "http://a:99999"}, "OPENAI_BASE_URL is no address; give it like htt"),
        ({"prompts": "nowhere"}, "RAG_PROMPTS is no folder (nowhere); name one with answer.md"),
        ({"k": 0}, "RAG_K: Input should be greater than or equal to 1; correct the setting"),
    ],
)
def test_what_means_nothing_is_told_in_one_line(flags, said):
    with pytest.raises(SettingsError) as caught:
        load_settings(**flags)
    assert str(caught.value).startswith(said)


def test_a_key_that_means_nothing_in_rag_toml(folder, capsys):
    (folder / "rag.toml").write_text('embeder = "static"\n')
    assert main(["info"]) == 1
    told = "error: rag.toml: there is no setting 'embeder'; did you mean embedder?\n"
    assert capsys.readouterr() == ("", told)


def test_a_byte_order_mark_in_rag_toml_says_nothing(folder):
    (folder / "rag.toml").write_text("k = 3\nthreshold = 0.25\n", encoding="utf-8-sig")
    assert (load_settings().k, load_settings().threshold) == (3, 0.25)


@pytest.mark.parametrize("index", ["file", "file/below/it", "link"])
@pytest.mark.parametrize("command", ["info", "ask What?", "ingest .", "papers list"])
def test_an_index_that_is_a_file_is_told_in_one_line(folder, capsys, command, index):
    (folder / "file").write_text("mine")
    (folder / "link").symlink_to("nowhere")
    assert main([*command.split(), "--index", index]) == 1
    named = index.partition("/")[0]
    told = f"error: RAG_INDEX is no folder ({named}); name one, or where one may be made\n"
    assert capsys.readouterr() == ("", told)
    assert (folder / "file").read_text() == "mine"


def test_a_name_that_means_nothing_in_the_environment_is_told_once(monkeypatch, caplog):
    for name in ("RAG_EMBEDER", "RAG_DEBUG", "RAG_INDEX", "RAG_TEST_GGUF"):
        monkeypatch.setenv(name, "static")
    load_settings()
    load_settings()
    assert caplog.messages == ["RAG_EMBEDER sets nothing; did you mean RAG_EMBEDDER?"]


def test_empty_is_unset(monkeypatch):
    for name in ("RAG_INDEX", "RAG_K", "RAG_LLM", "OPENAI_API_KEY", "RAG_CHROMA_URL"):
        monkeypatch.setenv(name, "")
    settings = load_settings()
    assert (str(settings.index), settings.k, settings.llm_in_force) == (".rag", 8, "none")


def test_flags_know_both_spellings():
    assert load_settings(openai_base_url="http://a/v1").openai_base_url == "http://a/v1"


@pytest.mark.parametrize("key", ["none", "x", "-", "1234567"])
def test_what_is_too_short_to_be_a_secret_garbles_nothing(monkeypatch, key):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    monkeypatch.setenv("RAG_CHROMA_TOKEN", "a-true-secret")
    text = f"{key} of x-1234567 - none, a-true-secret"
    assert without_secrets(text) == text.replace("a-true-secret", "[key]")


def test_secrets_of_every_setting(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:pass%20word1@host/v1")
    monkeypatch.setenv("RAG_UI_AUTH", "me:page-password")
    monkeypatch.setenv("RAG_UI_TOKEN", "page-token")
    said = "pass word1, pass%20word1, page-password, page-token"
    assert without_secrets(said) == "[key], [key], [key], [key]"


@pytest.fixture
def asked():
    """A server that notes what it is asked and refuses."""
    seen: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, dict(self.headers)))
            self.send_error(503)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}", seen
        server.shutdown()


def test_a_chroma_servers_path_name_and_password_are_used(folder, asked):
    place, seen = asked
    url = f"http://me:a%3Ab@{place}/behind/proxy/"
    settings = load_settings(index=folder / "index", chroma_url=url, chroma_token="token")
    with pytest.raises(LibraryError, match=f"^the Chroma server at {place} cannot be used"):
        Store(settings)
    path, headers = seen[0]
    assert path.startswith("/behind/proxy/api/v2/")
    assert headers["x-chroma-token"] == "token"
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"me:a:b"
