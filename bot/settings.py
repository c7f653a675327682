"""The environment, read once and checked as a whole."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from dotenv.parser import parse_stream
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.setting_kinds import (
    KEY_RECIPE,
    SLACK_API,
    ApiUrl,
    AppToken,
    BotToken,
    CommandName,
    DatabaseUrl,
    Keys,
)


class SettingsError(Exception):
    """Settings are missing or wrong.

    Attributes:
        problems: one sentence for each, with what to do about it.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseModel):
    """What the operator decides. Made by `load_settings`; frozen."""

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
    rules: Path = Field(Path("rules"), alias="RAGVSFT_RULES")
    command: CommandName = Field("/ragvsft", alias="RAGVSFT_COMMAND")
    host: str = Field("0.0.0.0", alias="HOST")  # noqa: S104  # a server in a container is reached from outside
    port: int = Field(3000, alias="PORT", ge=0, le=65535)
    persistent: bool = Field(False, alias="RAGVSFT_PERSISTENT")
    history: bool = Field(False, alias="RAGVSFT_HISTORY")

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached over Socket Mode rather than over HTTP."""
        return self.app_token is not None

    @property
    def many_workspaces(self) -> bool:
        """Whether workspaces install the bot by OAuth; otherwise one bot token serves one."""
        return self.bot_token is None

    @property
    def database_path(self) -> Path:
        """The file that holds the decision log."""
        return Path(self.database_url.removeprefix("sqlite:///"))


NAMES: Final = frozenset(
    field.alias for field in Settings.model_fields.values() if field.alias is not None
)


def load_settings(environ: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """Read the settings for talking to Slack.

    Args:
        environ: environment variables; they win over the file.
        dotenv: a `.env` file to read beneath them; it need not exist.

    Returns:
        The settings, complete and well-formed.

    Raises:
        SettingsError: names everything that is missing or wrong, all at once.
    """
    values = read_values(environ, dotenv)
    settings, problems = check_values(values)
    problems = (*missing(values), *problems)
    if settings is None or problems:
        raise SettingsError(problems)
    return settings


def read_values(environ: Mapping[str, str], dotenv: Path | None = None) -> dict[str, str]:
    """Merge the environment over a `.env` file; a name set to nothing counts as unset.

    Raises:
        SettingsError: the file is there and cannot be read.
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
    """Read each value by itself: the settings, or a sentence for each one that is malformed."""
    try:
        return Settings.model_validate(dict(values)), ()
    except ValidationError as error:
        return None, tuple(_sentences(error))


def missing(values: Mapping[str, str]) -> tuple[str, ...]:
    """Say which settings are not there that talking to Slack needs, and where to find each."""
    return (*_missing_tokens(values), *_missing_transport(values))


def misspelt(values: Mapping[str, str]) -> tuple[str, ...]:
    """Say which names look like a setting of ours but are none."""
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
            yield "PORT is not a port: use a whole number from 0 to 65535 (0 takes any free one)."
        elif name in {"RAGVSFT_HISTORY", "RAGVSFT_PERSISTENT"}:
            yield f"{name} is neither yes nor no: use 1 or 0."
        else:
            yield f"{name} cannot be read: {problem['msg']}."


def _missing_tokens(values: Mapping[str, str]) -> Iterator[str]:
    oauth = {
        "SLACK_CLIENT_ID": "copy it from “Basic Information > App Credentials”",
        "SLACK_CLIENT_SECRET": "copy it from “Basic Information > App Credentials”",
        "RAGVSFT_KEYS": f"it encrypts the tokens of the workspaces; {KEY_RECIPE}",
    }
    present = [name for name in oauth if name in values]
    if "SLACK_BOT_TOKEN" in values:
        if len(present) == len(oauth):
            yield (
                "SLACK_BOT_TOKEN (one workspace) and SLACK_CLIENT_ID with its secret and keys "
                "(many workspaces) are both set: keep one of the two."
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
            "Socket Mode: make SLACK_APP_TOKEN (xapp-…) under “Basic Information > App-Level "
            "Tokens” with the scope connections:write. With one, copy SLACK_SIGNING_SECRET from "
            "“App Credentials” on the same page."
        )
