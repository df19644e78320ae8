"""Which model answers whom: the one that the page was started with, or a browser's own."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from rag.assistant import Assistant
from rag.errors import SettingsError
from rag.settings import is_address
from ui.exchanges import read_line

_MOST = 200  # browsers with a model of their own; the oldest go back to the page's


class Models:
    """The assistants behind one page: they share the library, each has a model of its own.

    A key is held here, in this process alone, as long as it runs; it is never sent back.
    """

    def __init__(self, assistant: Assistant, *, own: bool) -> None:
        """Take the page's assistant; ``own`` lets browsers bring models."""
        self.own = own
        self._assistant = assistant
        self._chosen: OrderedDict[str, Assistant] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, visit: str) -> Assistant:
        """Return the assistant that answers a browser."""
        with self._lock:
            return self._chosen.get(visit, self._assistant)

    def choose(self, visit: str, given: Mapping[str, Any]) -> None:
        """Have a browser answered by a model: ``model``, ``address`` and ``key`` as it sends them.

        Without any of the three it is the page's again.

        Raises:
            SettingsError: that is not to be, or the address is none.
        """
        model, address, key = (read_line(given.get(name)) for name in ("model", "address", "key"))
        if not (self.own and visit):
            raise SettingsError("the model is set where the page is started; it is not set here")
        if not (model or address or key):
            with self._lock:
                self._chosen.pop(visit, None)
            return
        if address and not _is_good(address):
            raise SettingsError(
                "the address of the model is none; give it like http://localhost:11434/v1"
            )
        # A key of the server's own goes to no address that a browser names.
        settings = self._assistant.settings.model_copy(
            update={
                "llm": "openai",
                "llm_model": model or self._assistant.settings.llm_model,
                "openai_base_url": address or None,
                "openai_api_key": SecretStr(key) if key else None,
            }
        )
        made = self._assistant.with_model_of(settings)
        _ = made.llm  # fail now, not at the first question
        with self._lock:
            self._chosen[visit] = made
            self._chosen.move_to_end(visit)
            while len(self._chosen) > _MOST:
                self._chosen.popitem(last=False)


def _is_good(address: str) -> bool:
    try:
        return is_address(address)
    except ValueError:
        return False
