"""One frozen Settings: flag, then environment, then rag.toml, then default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import SettingsError


def config_folder() -> Path:
    """Return the user's configuration folder for this program (XDG base directories)."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "rag"


def data_folder() -> Path:
    """Return the folder where fetched model weights are kept (XDG base directories)."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "rag"


class Settings(BaseSettings):
    """What shapes an assistant. Each field is ``RAG_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="RAG_", frozen=True, extra="ignore")

    index: Path = Path(".rag")
    llm: Literal["auto", "openai", "local", "none"] = "auto"
    embedder: Literal["auto", "minilm", "static", "openai"] = "auto"
    llm_model: str = "gpt-4o-mini"
    embedding_model: str = "text-embedding-3-small"
    local_model: Path | None = None
    models: Path = Field(default_factory=lambda: data_folder() / "models")
    prompts: Path | None = None
    chroma_url: str | None = None
    chroma_token: SecretStr | None = None
    k: int = Field(default=8, ge=1, le=100)
    context_tokens: int = Field(default=6000, ge=256)
    history_tokens: int = Field(default=1000, ge=0)
    answer_tokens: int = Field(default=700, ge=16)
    timeout: float = Field(default=60.0, gt=0)
    retries: int = Field(default=4, ge=0)
    cache: Path | None = None
    ui_auth: SecretStr | None = None
    ui_token: SecretStr | None = None
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")

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
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, files))

    @property
    def llm_in_force(self) -> Literal["openai", "local", "none"]:
        """Which kind of model answers: ``auto`` is openai where a key or base URL is set."""
        if self.llm != "auto":
            return self.llm
        return "openai" if self.openai_api_key or self.openai_base_url else "none"


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
    except SettingsError:  # then nothing was done that could know a secret
        return text
    known = [settings.openai_api_key, settings.chroma_token, settings.ui_token]
    addresses = [settings.openai_base_url or "", settings.chroma_url or ""]
    secrets = [secret.get_secret_value().strip() for secret in known if secret]
    secrets += [urlsplit(address).password or "" for address in addresses]
    for secret in filter(None, secrets):
        text = text.replace(secret, "[key]")
    return text


def load_settings(**flags: Any) -> Settings:
    """Return the settings in force; flags that are None do not count.

    Raises:
        SettingsError: a value has no meaning, naming the setting and what it takes.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        shown = name if name.isupper() else f"RAG_{name.upper()}"
        raise SettingsError(f"{shown}: {first['msg']}; correct the setting") from None
    except ValueError as error:  # rag.toml that is not TOML
        raise SettingsError(f"rag.toml cannot be read: {error}; correct the file") from None
