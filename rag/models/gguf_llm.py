"""A GGUF file run in this process by llama.cpp, behind an address only this process knows."""

from __future__ import annotations

import importlib
import os
import secrets
from pathlib import Path
from typing import Any

from rag.errors import SettingsError
from rag.models.prices import LOCAL_PREFIX
from rag.models.served_llm import ServedLLM, context_window, served_llm
from rag.settings import Settings


def open_local(settings: Settings, *, patience: float) -> ServedLLM:
    """Load the model of RAG_LOCAL_MODEL and serve it on 127.0.0.1, at a free port.

    Reading a long prompt on a CPU says nothing for minutes: ``patience`` seconds of silence
    are allowed. The memory is freed with the LLM.

    Raises:
        SettingsError: no file is set, it is no model, or llama.cpp is not installed.
    """
    path = settings.local_model
    if path is None:
        raise SettingsError("RAG_LLM=local needs a model; set RAG_LOCAL_MODEL to a GGUF file")
    key = secrets.token_urlsafe(24)  # other users of the machine cannot use the server
    server = _serve(path.expanduser(), context_window(settings), key)
    state = path.expanduser().stat()
    return served_llm(
        settings,
        model=local_name(settings),
        base_url=f"{server.listening_address}/v1",
        key=key,
        origin=f"{path.name}:{state.st_size}:{state.st_mtime_ns}",
        idle=patience,
        server=server,
    )


def local_name(settings: Settings) -> str:
    """Return what the model of RAG_LOCAL_MODEL is called in answers: ``local/<file>``."""
    return LOCAL_PREFIX + (settings.local_model.stem if settings.local_model else "")


def _serve(path: Path, context: int, key: str) -> Any:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise SettingsError(
            f"RAG_LOCAL_MODEL={path} cannot be read ({error.strerror}); set it to a GGUF file"
        ) from error
    if magic != b"GGUF":
        raise SettingsError(f"RAG_LOCAL_MODEL={path} is no GGUF file; set it to one")
    try:
        xllamacpp = importlib.import_module("xllamacpp")
    except ImportError as error:
        raise SettingsError(
            'RAG_LLM=local needs llama.cpp; install it with pip install "rag-papers[local]"'
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = context  # llama.cpp lowers it to what the model was trained for
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.offline = True
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = 0
    params.warmup = False
    params.cache_ram_mib = 0  # else up to 8 GB of old prompts
    for cpu in (params.cpuparams, params.cpuparams_batch):
        # Physical cores. Its threads spin while they wait: on two busy cores, two polling
        # threads wrote 0.2 tokens/s where one wrote 28.
        cpu.n_threads = max(1, (os.cpu_count() or 2) // 2)
        cpu.poll = 0
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise SettingsError(
            f"RAG_LOCAL_MODEL={path} cannot be loaded by llama.cpp; choose another GGUF file"
        ) from error
