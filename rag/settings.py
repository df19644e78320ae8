"""One frozen Settings: flag, then environment, then rag.toml, then default."""

from __future__ import annotations

import codecs
import difflib
import importlib
import logging
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import SettingsError

log = logging.getLogger(__name__)


def config_folder() -> Path:
    """Return the user's configuration folder for this program (XDG base directories)."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "rag"


def data_folder() -> Path:
    """Return the folder where fetched model weights are kept (XDG base directories)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "rag"


class _Toml(TomlConfigSettingsSource):
    """What rag.toml says, also where an editor put a byte order mark before it."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
        data = file_path.read_bytes().removeprefix(codecs.BOM_UTF8)
        return dict(toml.loads(data.decode()))


class Settings(BaseSettings):
    """What shapes an assistant. Each field is ``RAG_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="RAG_", env_ignore_empty=True, frozen=True, extra="forbid"
    )

    index: Path = Path(".rag")
    llm: Literal["auto", "openai", "local", "none"] = "auto"
    embedder: Literal["auto", "minilm", "e5", "static", "openai"] = "auto"
    llm_model: str = "gpt-4o-mini"
    embedding_model: str = "text-embedding-3-small"
    local_model: Path | None = None
    models: Path = Field(default_factory=lambda: data_folder() / "models")
    prompts: Path | None = None
    checker: str | None = None
    checker_key: SecretStr | None = None
    chroma_url: str | None = None
    chroma_token: SecretStr | None = None
    k: int = Field(default=8, ge=1, le=100)
    threshold: float | None = Field(default=None, ge=0, le=1)
    context_tokens: int = Field(default=6000, ge=256)
    history_tokens: int = Field(default=1000, ge=0)
    answer_tokens: int = Field(default=700, ge=16)
    timeout: float = Field(default=60.0, gt=0, le=86_400)
    retries: int = Field(default=4, ge=0)
    cache: Path | None = None
    ui_auth: SecretStr | None = None
    ui_token: SecretStr | None = None
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")

    @field_validator("openai_base_url", "chroma_url")
    @classmethod
    def _is_address(cls, url: str | None, info: ValidationInfo | None) -> str | None:
        """Refuse what is no address before anything is sent, a token above all."""
        url = (url or "").strip() or None
        try:
            good = url is None or is_address(url)
        except ValueError:
            good = False
        if not good:
            name = info.field_name if info else "checker"
            example = {"chroma_url": "8000", "checker": "8000/v1"}.get(str(name), "11434/v1")
            raise ValueError(f"is no address; give it like http://localhost:{example}")
        return url

    @field_validator("index")
    @classmethod
    def _may_be_folder(cls, folder: Path) -> Path:
        there = next(each for each in (folder, *folder.parents, Path("/")) if os.path.lexists(each))
        if not os.path.isdir(there):  # noqa: PTH112  # Path.is_dir raises where one may not look
            raise ValueError(f"is no folder ({there}); name one, or where one may be made")
        return folder

    @field_validator("prompts")
    @classmethod
    def _is_folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError(f"is no folder ({folder}); name one with answer.md or so in it")
        return folder

    @field_validator("checker")
    @classmethod
    def _is_folder_or_address(cls, named: str | None) -> str | None:
        named = (named or "").strip() or None
        if named and "://" in named:
            return cls._is_address(named, None)
        if named and not Path(named).is_dir():
            raise ValueError(
                f"is no folder ({named}); name one with model.onnx in it, or an address like "
                "http://localhost:8000/v1"
            )
        return named

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources; the working folder's rag.toml wins over the user's."""
        files = [config_folder() / "rag.toml", Path("rag.toml")]
        return (init_settings, env_settings, _Toml(settings_cls, files))

    @property
    def llm_in_force(self) -> Literal["openai", "local", "none"]:
        """Which kind of model answers: ``auto`` is openai where a key or base URL is set."""
        if self.llm != "auto":
            return self.llm
        return "openai" if self.openai_api_key or self.openai_base_url else "none"


def is_address(url: str) -> bool:
    """Say whether a text is an address on the web: scheme, host and a port that there can be.

    Raises:
        ValueError: it cannot even be taken apart.
    """
    parts = urlsplit(url)
    plain = url.isprintable() and not any(c.isspace() for c in url)
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0


def host(url: str) -> str:
    """Return host and port of an address, without any password in it.

    >>> host("http://me:secret@localhost:11434/v1")
    'localhost:11434'
    """
    return urlsplit(url).netloc.rpartition("@")[2]


def without_secrets(text: str) -> str:
    """Return text for people or logs with every key, token and password of the settings cut out."""
    try:
        settings = load_settings()
    except Exception:  # noqa: BLE001  # then nothing was done that could know a secret
        return text
    known = [
        settings.openai_api_key, settings.chroma_token, settings.ui_token, settings.checker_key
    ]  # fmt: skip
    secrets = [secret.get_secret_value() for secret in known if secret]
    if settings.ui_auth:
        secrets.append(settings.ui_auth.get_secret_value().partition(":")[2])
    for address in (settings.openai_base_url, settings.chroma_url, settings.checker):
        password = urlsplit(address or "").password or ""
        secrets += [password, unquote(password)]
    return cut_out(text, secrets)


def cut_out(text: str, secrets: Iterable[str]) -> str:
    """Return text without secrets; what is too short to be one would garble it.

    >>> cut_out("none of sk-12345678 is right", ["none", "sk-12345678 "])
    'none of [key] is right'
    """
    for secret in sorted({each.strip() for each in secrets}, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "[key]")
    return text


def load_settings(**flags: Any) -> Settings:
    """Return the settings in force; flags that are None do not count.

    Raises:
        SettingsError: a value or a name has no meaning, naming the setting and what it takes.
    """
    given = {_name(name): value for name, value in flags.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise SettingsError(_first_fault(error, given)) from None
    except (ValueError, RecursionError) as error:  # rag.toml that is not TOML
        raise SettingsError(f"rag.toml cannot be read: {error}; correct the file") from None
    except OSError as error:
        raise SettingsError(
            f"{error.filename or 'rag.toml'} cannot be read ({error.strerror}); "
            "correct its permissions, or move it away"
        ) from None
    except RuntimeError as error:  # there is no home to look for rag.toml in
        raise SettingsError(f"{error} set HOME, or XDG_CONFIG_HOME and XDG_DATA_HOME") from None
    _tell_of_strangers()
    return settings


_ALIASES = {"OPENAI_API_KEY", "OPENAI_BASE_URL"}


def _names() -> list[str]:
    """Return the settings as flags and rag.toml name them."""
    fields = Settings.model_fields.items()
    return [str(field.validation_alias or name) for name, field in fields]


def _name(flag: str) -> str:
    return flag.upper() if flag.upper() in _ALIASES else flag


def _first_fault(error: ValidationError, given: Mapping[str, Any]) -> str:
    """Return one line for the first thing that is wrong."""
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        where = "" if name in given else "rag.toml: "
        return f"{where}there is no setting {name[:80]!r}{_meant(name, _names())}"
    shown = name if name.isupper() else f"RAG_{name.upper()}"
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return f"{shown} {message}"
    return f"{shown}: {message}; correct the setting"


def _meant(name: str, names: Sequence[str]) -> str:
    folded = {each.lower(): each for each in names}
    close = difflib.get_close_matches(name.lower(), folded, 1)
    return f"; did you mean {folded[close[0]]}?" if close else f"; there are {', '.join(names)}"


_SHORTEST_SECRET = 8
_OTHERS = ("RAG_DEBUG", "RAG_TEST_")  # read elsewhere
_strangers: set[str] = set()  # names that were told of


def _tell_of_strangers() -> None:
    """Warn once of each name in the environment that looks like a setting and is none."""
    known = [f"RAG_{name.upper()}" for name in _names() if name not in _ALIASES]
    for name in sorted(os.environ.keys() - _strangers):
        if name.upper().startswith("RAG_") and name.upper() not in known:
            if name.startswith(_OTHERS):
                continue
            _strangers.add(name)
            log.warning("%s sets nothing%s", name, _meant(name.upper(), known))
