"""Methods about the app itself: tokens, installation, sockets, validation."""

import json
import secrets
from typing import Any

from bot.playground.blockkit import problems_of_message, problems_of_view
from bot.playground.model import Json
from bot.playground.refused import Refused, missing_argument
from bot.playground.team import Team
from bot.playground.web_api.call import Call, Method

_VALIDATE_MAX = 100_000


def _api_test(call: Call) -> Json:
    if call.maybe("error"):
        raise Refused(call.need("error"), is_innocent=True)
    return {"args": call.args}


def _auth_test(call: Call) -> Json:
    team = call.team
    return {
        "url": f"{call.world.base_url}/",
        "team": team.name,
        "user": call.world.app.name,
        "team_id": team.id,
        "user_id": team.installation.bot_user_id,
        "bot_id": team.installation.bot_id,
        "enterprise_id": team.enterprise_id,
        "is_enterprise_install": team.installation.is_org_wide,
    }


def _revoke(call: Call) -> Json:
    if call.flag("test"):
        return {"revoked": False}
    call.team.installation.is_revoked = True
    call.world.changed()
    return {"revoked": True}


def _connections_open(call: Call) -> Json:
    if call.world.is_closed:
        raise Refused("service_unavailable", is_innocent=True)
    return {"url": call.world.transport.sockets.url()}


def _team_of_code(call: Call) -> Team:
    code = call.need("code")
    for team in call.world.teams.values():
        if secrets.compare_digest(code.encode(), f"code-{team.id}".encode()):
            return team
    raise Refused("invalid_code")


def _oauth_access(call: Call) -> Json:
    app = call.world.app
    if call.maybe("client_id") != app.client_id:
        raise Refused("invalid_client_id")
    if call.maybe("client_secret") != app.client_secret:
        raise Refused("bad_client_secret")
    team = _team_of_code(call)
    installation = team.installation
    installation.is_revoked = False
    call.world.changed()
    return {
        "access_token": installation.bot_token,
        "token_type": "bot",
        "scope": ",".join(sorted(installation.scopes)),
        "bot_user_id": installation.bot_user_id,
        "app_id": app.id,
        "team": None if installation.is_org_wide else {"id": team.id, "name": team.name},
        "enterprise": team.enterprise,
        "is_enterprise_install": installation.is_org_wide,
        "authed_user": {"id": next(iter(team.people))},
    }


def _validate(call: Call) -> Json:
    given = {name: call.args[name] for name in ("blocks", "view", "message") if call.maybe(name)}
    if len(given) != 1:
        raise missing_argument("blocks, view or message (exactly one)")
    ((name, value),) = given.items()
    text = value if isinstance(value, str) else json.dumps(value)
    if len(text) > _VALIDATE_MAX:
        raise Refused("invalid_arguments")
    try:
        parsed: Any = json.loads(text)
    except ValueError:
        raise Refused("invalid_json") from None
    return _verdict(name, parsed)


def _verdict(name: str, parsed: Any) -> Json:
    if name == "view":
        problems = problems_of_view(parsed)
    elif name == "blocks":
        problems = problems_of_message({"blocks": parsed})
    else:
        if not isinstance(parsed, dict) or "text" in parsed:
            raise Refused("invalid_arguments")
        problems = problems_of_message(parsed)
    if not problems:
        return {}
    listed = [{"pointer": p.pointer, "code": p.code, "constraint": p.message} for p in problems]
    raise Refused("invalid_blocks", problems, {"errors": listed})


METHODS = {
    "api.test": Method(_api_test, token="none"),  # noqa: S106 - none needed
    "auth.test": Method(_auth_test, tier=None),
    "auth.revoke": Method(_revoke, tier=3),
    "apps.connections.open": Method(_connections_open, tier=None, token="app"),  # noqa: S106 - kind
    "oauth.v2.access": Method(_oauth_access, token="none"),  # noqa: S106 - none needed
    "blocks.validate": Method(_validate, token="none"),  # noqa: S106 - none needed
}
