"""The kinds of values that settings have. Each validator says what is wrong and what to do."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, SecretStr

from bot.manifest import COMMAND

SLACK_API: Final = "https://slack.com/api/"
KEY_RECIPE: Final = (
    "make one with: python -c "
    "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
)
_NO_ADDRESS: Final = f"is not a web address: leave it out to use Slack's own, {SLACK_API}"
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
            "is not an app-level token: make one that begins with xapp- under "
            "“Basic Information > App-Level Tokens”, with the scope connections:write"
        )
    return value


def _keys(value: object) -> object:
    if not isinstance(value, str):
        return value
    keys = [key.strip() for key in value.split(",") if key.strip()]
    for place, key in enumerate(keys, start=1):
        try:
            Fernet(key)
        except ValueError as error:
            raise ValueError(
                f"has no usable key in place {place}: each is 32 bytes in URL-safe base64, "
                f"newest first, with commas between; {KEY_RECIPE}"
            ) from error
    return keys


def _api_url(value: str) -> str:
    try:
        url = urlsplit(value)
    except ValueError as error:
        raise ValueError(_NO_ADDRESS) from error
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError(_NO_ADDRESS)
    if url.scheme == "http" and url.hostname not in _LOOPBACK:
        raise ValueError("would send tokens unencrypted: use https:// (http:// is for localhost)")
    return value.rstrip("/") + "/"


def _database_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme != "sqlite":
        raise ValueError(
            "does not begin with sqlite:///, and only SQLite is supported: use "
            "sqlite:///ragvsft.db, or with an absolute path sqlite:////var/lib/ragvsft.db"
        )
    if not rest.startswith("/") or rest == "/":
        raise ValueError(
            "names no file: three slashes and a relative path (sqlite:///ragvsft.db), "
            "or four for an absolute one (sqlite:////var/lib/ragvsft/ragvsft.db)"
        )
    if rest == "/:memory:":
        raise ValueError(
            "would keep decisions in memory only: name a file, e.g. sqlite:///ragvsft.db"
        )
    return value


def _command(value: str) -> str:
    if not COMMAND.fullmatch(value):
        raise ValueError(
            "cannot be a slash command: a slash, then 1 to 31 of a-z, 0-9, “-” and “_”, "
            "e.g. /ragvsft"
        )
    return value


BotToken = Annotated[SecretStr, AfterValidator(_bot_token)]
AppToken = Annotated[SecretStr, AfterValidator(_app_token)]
Keys = Annotated[tuple[SecretStr, ...], BeforeValidator(_keys)]
ApiUrl = Annotated[str, AfterValidator(_api_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
CommandName = Annotated[str, AfterValidator(_command)]
