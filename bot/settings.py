"""Settings: the environment and `.env`, read once and validated as a whole.

Every error message says what is wrong and what to do. None repeats a value, which may be a secret.
"""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from dotenv.parser import parse_stream
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from bot.manifest import COMMAND
from bot.playbooks.loader import SHIPPED
from bot.storage.connection import POSTGRES_SCHEMES, Location, parse_location

SLACK_API: Final = "https://slack.com/api/"
_KEY_RECIPE: Final = (
    "generate one with: python -c "
    "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)
_NOT_A_URL: Final = f"is not an http(s) URL: leave it out to use Slack's own, {SLACK_API}"
_POSTGRES_FORM: Final = "postgresql://user:password@host/database"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def _bot_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value()
    if token.startswith("xapp-"):
        raise ValueError("holds an app-level token (xapp-…): move it to SLACK_APP_TOKEN")
    if not token.startswith("xoxb-"):
        raise ValueError(
            "is not a bot token: copy the one that begins with xoxb- from "
            "“OAuth & Permissions” in your app's settings"
        )
    return value


def _app_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value()
    if token.startswith("xoxb-"):
        raise ValueError("holds a bot token (xoxb-…): move it to SLACK_BOT_TOKEN")
    if not token.startswith("xapp-"):
        raise ValueError(
            "is not an app-level token: generate one that begins with xapp- under "
            "“Basic Information > App-Level Tokens”, with the scope connections:write"
        )
    return value


def _keys(value: object) -> object:
    if not isinstance(value, str):
        return value
    keys = [key.strip() for key in value.split(",") if key.strip()]
    for position, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError as error:
            raise ValueError(
                f"key {position} is invalid: give comma-separated keys of 32 bytes in URL-safe "
                f"base64, newest first; {_KEY_RECIPE}"
            ) from error
    return keys


def _api_url(value: str) -> str:
    try:
        url = urlsplit(value)
    except ValueError as error:
        raise ValueError(_NOT_A_URL) from error
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError(_NOT_A_URL)
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        raise ValueError("would send tokens unencrypted: use https:// (http:// is for localhost)")
    return value.rstrip("/") + "/"


def _database_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme in POSTGRES_SCHEMES:
        if not rest.partition("?")[0].partition("/")[2]:
            raise ValueError(f"names no database: use {_POSTGRES_FORM}")
        return value
    if scheme != "sqlite":
        raise ValueError(
            "begins neither with sqlite:/// nor with postgresql://: use sqlite:///ragvsft.db, "
            f"with an absolute path sqlite:////var/lib/ragvsft.db, or {_POSTGRES_FORM}"
        )
    if not rest.startswith("/") or rest == "/":
        raise ValueError(
            "names no file: use three slashes for a relative path (sqlite:///ragvsft.db), "
            "four for an absolute one (sqlite:////var/lib/ragvsft/ragvsft.db)"
        )
    if rest == "/:memory:":
        raise ValueError(
            "would keep decisions in memory only: name a file, e.g. sqlite:///ragvsft.db"
        )
    return value


def _command(value: str) -> str:
    if not COMMAND.fullmatch(value):
        raise ValueError(
            "is not a slash command: use a slash, then 1 to 31 of a-z, 0-9, “-” and “_”, "
            "e.g. /ragvsft"
        )
    return value


BotToken = Annotated[SecretStr, AfterValidator(_bot_token)]
AppToken = Annotated[SecretStr, AfterValidator(_app_token)]
Keys = Annotated[tuple[SecretStr, ...], BeforeValidator(_keys)]
ApiUrl = Annotated[str, AfterValidator(_api_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
CommandName = Annotated[str, AfterValidator(_command)]


class SettingsError(Exception):
    """Settings are missing or malformed.

    Attributes:
        problems: one sentence for each, with its remedy.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseModel):
    """The operator's settings, by the names of their environment variables."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, str_strip_whitespace=True
    )

    bot_token: BotToken | None = Field(None, alias="SLACK_BOT_TOKEN")
    client_id: str | None = Field(None, alias="SLACK_CLIENT_ID")
    client_secret: SecretStr | None = Field(None, alias="SLACK_CLIENT_SECRET")
    keys: Keys = Field((), alias="RAGVSFT_KEYS")
    signing_secret: SecretStr | None = Field(None, alias="SLACK_SIGNING_SECRET")
    app_token: AppToken | None = Field(None, alias="SLACK_APP_TOKEN")
    slack_api_url: ApiUrl = Field(SLACK_API, alias="SLACK_API_URL")
    database_url: DatabaseUrl = Field("sqlite:///ragvsft.db", alias="DATABASE_URL")
    rules: Path = Field(SHIPPED, alias="RAGVSFT_RULES")
    command: CommandName = Field("/ragvsft", alias="RAGVSFT_COMMAND")
    host: str = Field("0.0.0.0", alias="HOST")  # noqa: S104  # containers are reached from outside
    port: int = Field(3000, alias="PORT", ge=0, le=65535)
    persistent: bool = Field(False, alias="RAGVSFT_PERSISTENT")
    history: bool = Field(False, alias="RAGVSFT_HISTORY")
    keep_days: int = Field(30, alias="RAGVSFT_KEEP_DAYS", ge=1, le=36_500)

    @property
    def socket_mode(self) -> bool:
        """Whether requests arrive over Socket Mode; otherwise over HTTP."""
        return self.app_token is not None

    @property
    def many_workspaces(self) -> bool:
        """Whether workspaces install the bot by OAuth; otherwise a bot token serves one."""
        return self.bot_token is None

    @property
    def database(self) -> Location:
        """Where the database is."""
        return parse_location(self.database_url)


NAMES: Final = frozenset(
    field.alias for field in Settings.model_fields.values() if field.alias is not None
)


def read_settings(environ: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """Return the settings, complete and valid; environment variables override the file.

    Raises:
        SettingsError: lists everything that is missing or malformed.
    """
    values = read_values(environ, dotenv)
    settings, problems = check_values(values)
    problems = (*missing(values), *problems)
    if settings is None or problems:
        raise SettingsError(problems)
    return settings


def read_values(environ: Mapping[str, str], dotenv: Path | None = None) -> dict[str, str]:
    """Merge the environment over a `.env` file; an empty value counts as unset.

    Raises:
        SettingsError: the file exists and cannot be read.
    """
    return {**_set_values(_read_file(dotenv)), **_set_values(environ)}


def _set_values(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value.strip() for name, value in values.items() if value and value.strip()}


def _read_file(dotenv: Path | None) -> dict[str, str | None]:
    if dotenv is None or not dotenv.is_file():
        return {}
    try:
        with dotenv.open(encoding="utf-8") as lines:
            bindings = list(parse_stream(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            (f"{dotenv} cannot be read ({error}): make it a readable text file in UTF-8.",)
        ) from error
    unread = [binding.original.line for binding in bindings if binding.error]
    if unread:
        raise SettingsError(
            tuple(f"{dotenv}:{line} is not NAME=value: correct or remove it." for line in unread)
        )
    return {binding.key: binding.value for binding in bindings if binding.key}


def check_values(values: Mapping[str, str]) -> tuple[Settings | None, tuple[str, ...]]:
    """Validate the values: the settings, or None and a sentence for each malformed one."""
    try:
        return Settings.model_validate(dict(values)), ()
    except ValidationError as error:
        return None, tuple(_sentences(error))


def missing(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each required setting that is absent, with where to find it."""
    return (*_missing_tokens(values), *_missing_transport(values))


def misspelt(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each name that looks like a setting and is none."""
    unknown = sorted(name for name in values if name.startswith("RAGVSFT_") and name not in NAMES)
    return tuple(_unknown(name) for name in unknown)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, NAMES, n=1)
    advice = f"did you mean {near[0]}?" if near else "remove it, or see .env.example for the names."
    return f"{name} is not a setting: {advice}"


def _sentences(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0])
        if problem["type"] == "value_error":
            yield f"{name} {problem['ctx']['error']}."
        elif name == "PORT":
            yield "PORT must be a whole number from 0 to 65535 (0 takes any free port)."
        elif name == "RAGVSFT_KEEP_DAYS":
            yield "RAGVSFT_KEEP_DAYS must be a whole number of days, at least 1."
        elif problem["type"] == "bool_parsing":
            yield f"{name} must be 1 or 0."
        else:
            yield f"{name} cannot be read: {problem['msg']}."


def _missing_tokens(values: Mapping[str, str]) -> Iterator[str]:
    oauth = {
        "SLACK_CLIENT_ID": "copy it from “Basic Information > App Credentials”",
        "SLACK_CLIENT_SECRET": "copy it from “Basic Information > App Credentials”",
        "RAGVSFT_KEYS": f"it encrypts the tokens of workspaces; {_KEY_RECIPE}",
    }
    present = [name for name in oauth if name in values]
    if "SLACK_BOT_TOKEN" in values:
        if len(present) == len(oauth):
            yield (
                "SLACK_BOT_TOKEN (one workspace) and SLACK_CLIENT_ID with its secret and keys "
                "(many workspaces) are both set: keep one of them."
            )
    elif present == ["RAGVSFT_KEYS"] or not present:
        yield (
            "SLACK_BOT_TOKEN is missing: install the app to your workspace and copy the "
            "“Bot User OAuth Token” (xoxb-…) from “OAuth & Permissions”. For many workspaces set "
            "SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and RAGVSFT_KEYS instead."
        )
    else:
        for name, remedy in oauth.items():
            if name not in values:
                yield f"{name} is missing beside {present[0]}: {remedy}."


def _missing_transport(values: Mapping[str, str]) -> Iterator[str]:
    if "SLACK_APP_TOKEN" not in values and "SLACK_SIGNING_SECRET" not in values:
        yield (
            "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing. Without a public address use "
            "Socket Mode: generate SLACK_APP_TOKEN (xapp-…) under “Basic Information > App-Level "
            "Tokens” with the scope connections:write. With one, copy SLACK_SIGNING_SECRET from "
            "“App Credentials” on the same page."
        )
