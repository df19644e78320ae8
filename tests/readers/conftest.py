"""A file is written into an empty folder and read back under its bare name."""

from pathlib import Path

import pytest

from rag.readers import read


@pytest.fixture
def given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def read_back(name, content):
        data = content.encode() if isinstance(content, str) else content
        Path(name).write_bytes(data)
        return list(read(name))

    return read_back
