"""Whose an upload is: only a browser's own regular files are read, and they go once they are."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from page.conftest import free_port, serve
from ui.shelf import Library
from ui.uploads import Uploads

BIB = "@misc{%s, title={%s}, abstract={A graph of %s is told about here.}, year={2020}}"


_OPEN: list[httpx.Client] = []


@pytest.fixture(autouse=True)
def _closed():
    yield
    while _OPEN:
        _OPEN.pop().close()


class Browser:
    """A browser at the page: it keeps cookies and speaks the page's own protocol."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)
        _OPEN.append(self.http)
        self.http.get("/")
        config = self.http.get("/config").json()
        self.upload_event = next(
            each["id"] for each in config["dependencies"] if each["targets"][0][1:] == ["upload"]
        )

    def send(self, name: str, text: str, **headers: str) -> httpx.Response:
        return self.http.post(
            "/gradio_api/upload", files={"files": (name, text.encode())}, headers=headers
        )

    def upload(self, name: str, text: str) -> str:
        return str(self.send(name, text).json()[0])

    def take_in(self, *paths: str) -> str | int:
        """Have files read; return all that the page says, or why it says nothing."""
        session = f"s{id(self)}"
        files = [{"path": path, "meta": {"_type": "gradio.FileData"}} for path in paths]
        call = {"data": [files], "fn_index": self.upload_event, "session_hash": session}
        joined = self.http.post("/gradio_api/queue/join", json=call)
        if joined.status_code != 200:
            return joined.status_code
        said = ""
        with self.http.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as stream:
            for line in stream.iter_lines():
                message = json.loads(line[5:]) if line.startswith("data:") else {}
                if message.get("msg") == "process_generating":
                    said += str(message["output"]["data"])
                if message.get("msg") == "process_completed":
                    break
        return said


@pytest.fixture
def browsers(site):
    with serve(site.assistant) as url:
        yield Browser(url), Browser(url)


def test_what_one_uploaded_is_read_and_goes(site, browsers):
    me, _ = browsers
    path = me.upload("mine.bib", BIB % ("mine", "Mine", "mine"))
    assert Path(path).is_file()
    assert "1 added" in me.take_in(path)
    assert site.assistant.paper("mine").title == "Mine"
    assert not Path(path).exists()
    assert me.take_in(path) == 403
    site.assistant.remove([site.assistant.paper("mine").id])


def test_nothing_else_is_read(site, browsers, tmp_path):
    me, other = browsers
    before = site.assistant.papers()
    secret = tmp_path / "secret.bib"
    secret.write_text(BIB % ("secret", "Secret", "secrets"))
    theirs = other.upload("theirs.bib", BIB % ("theirs", "Theirs", "theirs"))
    folder = Path(theirs).parent.parent
    named = [theirs, str(folder), f"{folder}/*/*.bib", f"{folder}/**", str(secret), "/dev/zero"]
    named += [f"{theirs}/../theirs.bib", f"file://{theirs}", "http://127.0.0.1:9/x.bib", "", "\0"]
    mine = me.upload("mine.bib", BIB % ("mine", "Mine", "mine"))
    named.append(f"{Path(mine).parent}")
    for path in named:
        assert me.take_in(path) == 403, path
        assert me.take_in(mine, path) == 403, path
    assert site.assistant.papers() == before
    assert me.http.get(f"/gradio_api/file={theirs}").status_code == 404
    assert other.http.get(f"/gradio_api/file={theirs}").status_code == 404
    assert "1 added" in other.take_in(theirs)
    site.assistant.remove([site.assistant.paper("theirs").id])


def test_two_of_one_name_both_stay(site, browsers):
    me, other = browsers
    for who, name in ((me, "first"), (other, "second"), (me, "first")):
        who.take_in(who.upload("refs.bib", BIB % (name, f"The {name}", name)))
    kept = sorted(path.name for path in (site.assistant.settings.index / "uploads").glob("refs*"))
    assert kept == ["refs (2).bib", "refs.bib"]
    sources = [site.assistant.paper(name).sources[0] for name in ("first", "second")]
    assert [Path(source).name for source in sources] == ["refs.bib:1", "refs (2).bib:1"]
    site.assistant.remove([site.assistant.paper(name).id for name in ("first", "second")])


def test_the_same_file_of_two_is_each_ones(browsers):
    me, other = browsers
    text = BIB % ("same", "Same", "nothing")
    paths = [who.upload("same.bib", text) for who in (me, other)]
    assert me.take_in(paths[0]) != 403
    assert Path(paths[1]).exists()
    assert "unchanged" in other.take_in(paths[1])
    assert not Path(paths[1]).exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_uploads_nothing(browsers, headers):
    me, _ = browsers
    assert me.send("x.bib", "@misc{x}", **headers).status_code == 403
    assert me.http.post("/gradio_api/queue/join", json={}, headers=headers).status_code == 403


def test_the_page_itself_may(browsers):
    me, _ = browsers
    own = str(me.http.base_url).rstrip("/")
    headers = {"Origin": own, "Sec-Fetch-Site": "same-origin"}
    assert me.send("x.bib", "@misc{x}", **headers).status_code == 200


def test_the_folder_of_uploads_is_its_owners_alone(assistant, tmp_path):
    file = tmp_path / "a.bib"
    file.write_text(BIB % ("a", "A", "a"))
    list(Library(assistant).add([str(file)]))
    folder = assistant.settings.index / "uploads"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "a.bib").stat().st_mode & 0o777 == 0o600


def test_what_waits_for_ever_goes_first(tmp_path, monkeypatch):
    monkeypatch.setattr("ui.uploads._MOST", 1)
    uploads = Uploads()
    files = [tmp_path / str(n) / "f" for n in range(2)]
    for file in files:
        file.parent.mkdir()
        file.touch()
        uploads.note("me", [str(file)])
    assert [file.exists() for file in files] == [False, True]


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_not_read_goes_when_the_page_is_stopped(tmp_path, number):
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    environment |= {"RAG_EMBEDDER": "static", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "rag", "ui", "--index", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert any(f"http://127.0.0.1:{port}/" in line for line in lines)
        path = Path(Browser(f"http://127.0.0.1:{port}/").upload("mine.bib", BIB % ("m", "M", "m")))
        assert path.is_file()
        process.send_signal(number)
        assert process.wait(60) in (130, 143)
        assert process.stderr.read() == ""
    assert list(tmp_path.glob("rag-ui-*")) == []
