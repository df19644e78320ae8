"""Chroma's import: its own checks are left out, and only there."""

from __future__ import annotations

import subprocess
import sys

import overrides
import pytest

from rag.importing import unchecked


class Base:
    def known(self, one: int) -> int:
        return one


def make():
    class Wrong(Base):
        @overrides.override
        def known(self, one: int, two: int) -> int:
            return two

    return Wrong


def make_with_options():
    class Wrong(Base):
        @overrides.override(check_signature=True)
        def unknown(self) -> int:
            return 3

    return Wrong


def test_what_is_wrong_is_said_but_within_the_block():
    with unchecked():
        assert make()().known(1, two=2) == 2
        assert make_with_options()().unknown() == 3
        assert make().known.__override__ is True
    for wrong in (make, make_with_options):
        with pytest.raises(TypeError):
            wrong()


def test_a_failure_within_the_block_ends_it_too():
    with pytest.raises(KeyError), unchecked():
        raise KeyError
    with pytest.raises(TypeError):
        make()


@pytest.mark.parametrize(
    ("imported", "checks"), [("rag.index.store", False), ("chromadb.api.rust", True)]
)
def test_chroma_is_imported_without_its_checks(imported, checks):
    program = (
        "import overrides, sys; module = sys.modules['overrides.overrides']; checked = []; "
        "module._validate_method = lambda method, *given: checked.append(method.__qualname__); "
        f"import {imported}; assert overrides.override is module.override; "
        "print(any(name.startswith('RustBindingsAPI.') for name in checked))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == (str(checks), "")


def test_without_the_package_chroma_is_imported_as_it_is(monkeypatch):
    monkeypatch.setitem(sys.modules, "overrides", None)
    with unchecked():
        pass
