"""The command line's edges: closed and full outputs, Ctrl-C, terminals, versions, completion."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from rag.cli import main
from rag.errors import SettingsError
from rag.models.served_llm import http_client
from tests.fake_openai import FakeOpenAI, say

RAG = [sys.executable, "-m", "rag"]


def run(*arguments: str, **options):
    return subprocess.run([*RAG, *arguments], capture_output=True, text=True, **options)


@pytest.fixture
def index(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    row = {"id": "g", "title": "On graphs", "abstract": "A graph has nodes."}
    (tmp_path / "p.jsonl").write_text(json.dumps(row) + "\n")
    assert main(["ingest", "p.jsonl"]) == 0
    capsys.readouterr()
    return tmp_path


def test_the_version():
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"rag {version('rag-papers')}\n")


@pytest.mark.parametrize("argument", ["info", "--version", "papers list"])
def test_a_closed_output_is_one_line(index, argument):
    command = " ".join([*RAG, argument, ">&-"])
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True)
    said = "error: standard output is closed; open it, or send it to a file\n"
    assert (done.returncode, done.stderr) == (1, said)
    assert subprocess.run(["sh", "-c", f"{command} 2>&-"]).returncode == 1


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_a_full_output_is_one_line(index):
    done = subprocess.run(
        ["sh", "-c", " ".join([*RAG, "info", "> /dev/full"])], stderr=subprocess.PIPE, text=True
    )
    said = "error: no space left on device; check the path, its permissions and the disk\n"
    assert (done.returncode, done.stderr) == (1, said)


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8])
def test_ctrl_c_at_any_instant_is_quiet(index, after):
    """Before Python itself runs a line of ours, the signal is Python's own affair."""
    code = "import sys, rag.__main__ as m\nsys.argv = ['rag', 'ask', 'What has nodes?']\n"
    code += "sys.stdout.write('.'); sys.stdout.flush()\nraise SystemExit(m.run())"
    started = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert started.stdout.read(1) == b"."
    time.sleep(0.02 + after)
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=60)
    assert started.returncode in (130, -signal.SIGINT, 0)
    assert b"Traceback" not in err


def test_ctrl_c_of_which_a_library_makes_an_own_error_is_quiet(index):
    """As a class does whose parts are being named (`__set_name__`) when the signal comes."""
    code = """if True:
        import os, signal, sys, rag.__main__ as m
        class Part:
            def __set_name__(self, *_):
                os.kill(os.getpid(), signal.SIGINT)
        def ask(_):
            class Whole:
                part = Part()
        sys.argv = ['rag', 'ask', 'What has nodes?']
        import rag.cli
        rag.cli._load = lambda _: ask
        raise SystemExit(m.run())"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_a_terminal_gets_no_codes(index, monkeypatch):
    codes = "\x1b]0;owned\x07\x1b[2J\x9b31m\x08"
    with FakeOpenAI(lambda _: say("A graph ", codes, "has nodes [1].")) as server:
        environment = {**os.environ, "OPENAI_BASE_URL": server.base_url}
        for arguments in (["ask", "What does a graph have?"], ["papers", "show", f"x{codes}"]):
            ours, theirs = pty.openpty()
            with subprocess.Popen(
                [*RAG, *arguments], stdout=theirs, stderr=theirs, env=environment
            ):
                os.close(theirs)
                said = b""
                while True:
                    try:
                        read = os.read(ours, 4096)
                    except OSError:  # its end, on Linux
                        break
                    said += read
                    if not read:
                        break
            os.close(ours)
            assert not {0x1B, 0x07, 0x08, 0x9B} & set(said.decode().encode("latin-1", "replace"))
            assert b"has nodes" in said or b"no paper" in said


def test_the_shell_is_told_what_could_come_next(tmp_path):
    completed = tmp_path / "completed"
    line = "rag pa"
    environment = {
        **os.environ, "_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_STDOUT_FILENAME": str(completed), "_ARGCOMPLETE_IFS": "\n",
    }  # fmt: skip
    done = run(env=environment)
    assert done.returncode == 0, done.stderr
    assert completed.read_text().split() == ["papers"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_config_folder_that_may_not_be_read_is_one_line(tmp_path):
    folder = tmp_path / "config" / "rag"
    folder.mkdir(parents=True)
    (folder / "rag.toml").touch()
    folder.chmod(0)
    done = run("info")
    folder.chmod(0o700)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_config_that_cannot_be_read_is_one_line(tmp_path, monkeypatch, capsys):
    """As above, whoever runs it: a folder in the place of the file."""
    monkeypatch.chdir(tmp_path)

    def refuse(*_: object) -> bool:
        raise PermissionError(13, "Permission denied", "config/rag/rag.toml")

    monkeypatch.setattr("pathlib.Path.is_file", refuse)
    assert main(["info"]) == 1
    said = "error: config/rag/rag.toml cannot be read (Permission denied); correct its"
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert err.count("\n") == 1


@pytest.mark.parametrize("url", ["http://[::1", "http://a:b:c@d:e", "localhost", "http://x:70000"])
def test_an_address_that_is_none_is_one_line(index, url):
    done = run("ask", "What?", env={**os.environ, "OPENAI_BASE_URL": url})
    assert done.returncode == 1
    assert done.stderr.startswith("error: OPENAI_BASE_URL is no address; give it like ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "code"),
    [(["ingest", "p.jsonl"], 0), (["ingest", "-"], 1), (["verify", "-"], 0), (["batch", "-"], 1)],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_closed_input_is_an_empty_one(index, command, code):
    line = [*RAG, *command, *(["-o", "out"] if command[0] == "batch" else [])]
    done = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *line], capture_output=True, text=True)
    assert (done.returncode, "Error" in done.stderr) == (code, False), done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a folder in use stays elsewhere")
@pytest.mark.parametrize("command", [["--version"], ["info"], ["search", "graph"]])
def test_a_working_folder_that_is_gone_stops_nothing(index, tmp_path, command):
    (tmp_path / "gone").mkdir()
    line = [*RAG, *command]
    line += [] if command == ["--version"] else ["--index", str(index / ".rag")]
    script = 'cd "$1" && rmdir "$1" && shift && "$@"'
    done = subprocess.run(
        ["sh", "-c", script, "sh", str(tmp_path / "gone"), *line],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = " + "[" * 100_000, "error: rag.toml cannot be read: "),
        ("timeout = inf", "error: RAG_TIMEOUT: "),
        ("timeout = 1e300", "error: RAG_TIMEOUT: "),
        ("timeout = nan", "error: RAG_TIMEOUT: "),
    ],
    ids=lambda text: text[:15],
)
def test_a_setting_without_bounds_is_one_line(tmp_path, monkeypatch, capsys, text, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rag.toml").write_text(text)
    assert main(["info"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_that_is_no_address_is_one_line(monkeypatch, name):
    monkeypatch.setenv(name, "http://me:pass:word@proxy:::")
    with pytest.raises(SettingsError, match=r"^a proxy or the certificates .* correct HTTPS_PROXY"):
        http_client("https://example.org/v1")
