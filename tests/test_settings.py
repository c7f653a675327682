"""Settings: sources, defaults, validation and error messages."""

import base64
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.settings import NAMES, Settings, SettingsError, misspelt, read_settings

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
ONE_WORKSPACE = {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_APP_TOKEN": "xapp-1-a"}
MANY_WORKSPACES = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "s",
    "RAGVSFT_KEYS": KEY,
    "SLACK_SIGNING_SECRET": "t",
}


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    """Return the problems that `read_settings` raises for an environment."""
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)
    assert str(caught.value).splitlines() == list(caught.value.problems)
    return caught.value.problems


def outcome(environ: dict[str, str]) -> Settings | tuple[str, ...]:
    """Return the settings of an environment, or its problems."""
    try:
        return read_settings(environ)
    except SettingsError as error:
        return error.problems


def test_one_workspace_over_socket_mode() -> None:
    """A bot token and an app token are enough; everything else has its documented default."""
    found = read_settings(ONE_WORKSPACE)
    assert found.socket_mode
    assert not found.many_workspaces
    assert found.database == Path("ragvsft.db")
    assert found.rules == Path(__file__).parents[1] / "rules"
    assert (found.command, found.host, found.port) == ("/ragvsft", "0.0.0.0", 3000)
    assert found.slack_api_url == "https://slack.com/api/"
    assert not found.persistent


def test_many_workspaces_over_http() -> None:
    """Client id, secret, keys and signing secret enable many workspaces over HTTP."""
    newest = Fernet.generate_key().decode()
    found = read_settings(MANY_WORKSPACES | {"RAGVSFT_KEYS": f" {newest} , {KEY},"})
    assert found.many_workspaces
    assert not found.socket_mode
    assert [key.get_secret_value() for key in found.keys] == [newest, KEY]


def test_nothing_set_names_token_and_transport() -> None:
    """With nothing set, one error names the token and the transport, and where to find each."""
    token, transport = problems({})
    assert token.startswith("SLACK_BOT_TOKEN is missing")
    assert "OAuth & Permissions" in token
    assert transport.startswith("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing")
    assert "connections:write" in transport


def test_all_problems_are_named_at_once() -> None:
    """One error names every malformed value beside every missing one."""
    wrong = {
        "RAGVSFT_KEYS": "short",
        "SLACK_API_URL": "slack",
        "DATABASE_URL": "postgresql://db",
        "RAGVSFT_COMMAND": "/Decide",
        "PORT": "eighty",
        "RAGVSFT_PERSISTENT": "perhaps",
    }
    sentences = problems(wrong)
    assert len(sentences) == len(wrong) + 2
    for name in (*wrong, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        assert sum(sentence.startswith(name) for sentence in sentences) == 1


@pytest.mark.parametrize("lacking", ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "RAGVSFT_KEYS"])
def test_incomplete_oauth_settings_name_the_missing_one(lacking: str) -> None:
    """If only some of the OAuth settings are set, the missing one is named."""
    (sentence,) = problems(
        {name: MANY_WORKSPACES[name] for name in MANY_WORKSPACES if name != lacking}
    )
    assert sentence.startswith(f"{lacking} is missing beside ")


def test_one_or_many_workspaces_not_both() -> None:
    """A bot token together with complete OAuth settings is refused."""
    (sentence,) = problems(ONE_WORKSPACE | MANY_WORKSPACES)
    assert "keep one of them" in sentence


def test_unused_credentials_are_ignored() -> None:
    """A client id and secret without keys are ignored if a bot token is set."""
    copied = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s"}
    assert not read_settings(ONE_WORKSPACE | copied).many_workspaces


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1", "move it to SLACK_APP_TOKEN"),
        ("SLACK_BOT_TOKEN", "xoxp-1", "begins with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1", "move it to SLACK_BOT_TOKEN"),
        ("SLACK_APP_TOKEN", "abc", "begins with xapp-"),
        ("SLACK_API_URL", "http://slack.example/api", "use https://"),
        ("SLACK_API_URL", "ftp://slack.example/api", "leave it out"),
        ("DATABASE_URL", "ragvsft.db", "use sqlite:///ragvsft.db"),
        ("DATABASE_URL", "mysql://host/x", "or postgresql://user:password@host/database"),
        ("DATABASE_URL", "postgresql://ragvsft@host", "names no database"),
        ("DATABASE_URL", "postgresql://host/?sslmode=require", "names no database"),
        ("DATABASE_URL", "sqlite://", "names no file"),
        ("DATABASE_URL", "sqlite:///", "names no file"),
        ("DATABASE_URL", "sqlite://host/x.db", "names no file"),
        ("DATABASE_URL", "sqlite:///:memory:", "name a file"),
        ("RAGVSFT_COMMAND", "ragvsft", "e.g. /ragvsft"),
        ("RAGVSFT_COMMAND", "/", "e.g. /ragvsft"),
        ("RAGVSFT_COMMAND", "/" + "a" * 32, "1 to 31"),
        ("PORT", "65536", "from 0 to 65535"),
        ("PORT", "-1", "from 0 to 65535"),
        ("RAGVSFT_PERSISTENT", "maybe", "must be 1 or 0"),
        ("RAGVSFT_HISTORY", "maybe", "RAGVSFT_HISTORY must be 1 or 0"),
        ("RAGVSFT_KEYS", f"{KEY},nonsense", "key 2 is invalid"),
    ],
)
def test_a_malformed_value_gets_its_remedy(name: str, value: str, remedy: str) -> None:
    """Each kind of malformed value gets one sentence: which setting, what is wrong, what to do."""
    (sentence,) = problems(ONE_WORKSPACE | {name: value})
    assert sentence.startswith(name)
    assert remedy in sentence


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///ragvsft.db", "ragvsft.db"),
        ("sqlite:///data/log.db", "data/log.db"),
        ("sqlite:////var/lib/ragvsft.db", "/var/lib/ragvsft.db"),
    ],
)
def test_database_paths(url: str, path: str) -> None:
    """Three slashes are a path relative to the working directory, four an absolute one."""
    assert read_settings(ONE_WORKSPACE | {"DATABASE_URL": url}).database == Path(path)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_plain_http_only_on_this_machine(host: str) -> None:
    """A Web API on localhost may use plain HTTP; a trailing slash is added."""
    found = read_settings(ONE_WORKSPACE | {"SLACK_API_URL": f"http://{host}:8080/api"})
    assert found.slack_api_url == f"http://{host}:8080/api/"


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """An environment variable overrides .env; an empty one does not."""
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "SLACK_BOT_TOKEN='xoxb-file'\nexport SLACK_APP_TOKEN=xapp-file # why\nPORT=1\nHOST=\n"
    )
    found = read_settings({"PORT": "2", "SLACK_BOT_TOKEN": " "}, dotenv)
    assert found.bot_token is not None
    assert found.bot_token.get_secret_value() == "xoxb-file"
    assert found.socket_mode
    assert (found.port, found.host) == (2, "0.0.0.0")


def test_the_file_need_not_exist(tmp_path: Path) -> None:
    """Without a .env file the environment is enough."""
    assert read_settings(ONE_WORKSPACE, tmp_path / ".env").socket_mode


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    """A .env file that is not text is named in the error."""
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"SLACK_BOT_TOKEN=\xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8") as caught:
        read_settings(ONE_WORKSPACE, dotenv)
    assert str(dotenv) in str(caught.value)


def test_an_unreadable_line_is_named(tmp_path: Path) -> None:
    """A malformed line of .env is named by its number, without its text."""
    dotenv = tmp_path / ".env"
    dotenv.write_text("# tokens\nSLACK_BOT_TOKEN xoxb-canary\nPORT=1\n")
    with pytest.raises(SettingsError) as caught:
        read_settings(ONE_WORKSPACE, dotenv)
    assert caught.value.problems == (f"{dotenv}:2 is not NAME=value: correct or remove it.",)


def test_example_file_names_every_setting() -> None:
    """.env.example names all settings and no other, and sets none."""
    lines = (Path(__file__).parents[1] / ".env.example").read_text().splitlines()
    assigned = [line.removeprefix("#").partition("=") for line in lines if "=" in line]
    named = {name for name, _, _ in assigned if name.isupper() or ("_" in name and " " not in name)}
    assert named == NAMES
    assert not [line for line in lines if line and line[0] != "#" and not line.endswith("=")]


def test_misspelt_names_are_noticed() -> None:
    """A name that looks like a setting and is none is reported, with the closest one."""
    (sentence,) = misspelt({"RAGVSFT_RULE": "x", "RAGVSFT_RULES": "y", "OTHER": "z"})
    assert sentence == "RAGVSFT_RULE is not a setting: did you mean RAGVSFT_RULES?"


def test_settings_cannot_be_changed() -> None:
    """Settings are frozen."""
    with pytest.raises(ValueError, match="frozen"):
        read_settings(ONE_WORKSPACE).port = 1  # type: ignore[misc]


def test_secrets_are_not_shown() -> None:
    """The repr of settings contains no secret."""
    environ = MANY_WORKSPACES | {
        "SLACK_CLIENT_SECRET": "canary-1",
        "SLACK_SIGNING_SECRET": "canary-2",
        "SLACK_APP_TOKEN": "xapp-canary",
    }
    shown = repr(read_settings(environ)) + repr(
        read_settings({"SLACK_BOT_TOKEN": "xoxb-canary", "SLACK_SIGNING_SECRET": "canary"})
    )
    assert "canary" not in shown
    assert KEY not in shown


@given(
    st.dictionaries(
        st.sampled_from(sorted(NAMES)),
        st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    )
)
@example({"DATABASE_URL": "a\nb://"})
@example({"SLACK_API_URL": "http://[::1"})
@example({"PORT": "٣"})
@settings(max_examples=150)
def test_any_environment_gives_settings_or_sentences(environ: dict[str, str]) -> None:
    """Any environment gives settings, or one line for each problem."""
    found = outcome(environ)
    assert isinstance(found, Settings) or (
        found and all(each and "\n" not in each for each in found)
    )


@given(st.sampled_from(sorted(NAMES)), st.uuids().map(str))
@settings(max_examples=100)
def test_no_value_is_repeated_in_an_error(name: str, canary: str) -> None:
    """An error never repeats a value, which may be a secret in the wrong place."""
    found = outcome({name: canary})
    assert isinstance(found, tuple)
    assert not [line for line in found if canary in line]
