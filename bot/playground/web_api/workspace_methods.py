"""users.info, conversations.info, auth.test, apps.*, oauth.v2.access, blocks.validate."""

import json
import secrets
from typing import Any

from bot.playground.blockkit import problems_of_message, problems_of_view
from bot.playground.channel_messages import visible_channel
from bot.playground.request_log import RequestRejected, missing_argument
from bot.playground.slack_model import Json, fields_of
from bot.playground.web_api.api_method import ApiMethod, MethodCall

_VALIDATE_MAX = 100_000


def _users_info(call: MethodCall) -> Json:
    workspace = call.workspace
    user = workspace.users.get(call.required("user"))
    if user is None:
        raise RequestRejected("user_not_found")
    payload = {
        **fields_of(user, "id", "team_id", "name", "real_name", "tz", "is_bot"),
        "deleted": False,
        "is_stranger": user.is_external,
        "is_restricted": False,
        "profile": {**fields_of(user, "real_name", "title"), "display_name": user.name},
    }
    if workspace.enterprise_id and not user.is_external:
        joined = [other for other in call.slack.workspaces.values() if user.id in other.users]
        payload["enterprise_user"] = workspace.enterprise_fields | {
            "id": user.id,
            "teams": [w.id for w in joined if w.enterprise_id == workspace.enterprise_id],
            "is_admin": False,
            "is_owner": False,
        }
    return {"user": payload}


def _conversations_info(call: MethodCall) -> Json:
    channel = visible_channel(call.workspace, call.required("channel"))
    payload = {
        **fields_of(channel, "id", "name", "is_private", "is_archived"),
        "is_channel": channel.kind in {"public", "shared"},
        "is_im": channel.kind == "im",
        "is_ext_shared": channel.kind == "shared",
        "is_member": call.workspace.app_is_member(channel),
        "topic": {"value": channel.topic},
        "num_members": len(channel.members),
    }
    return {"channel": payload}


def _api_test(call: MethodCall) -> Json:
    error = call.optional("error")
    if error:
        raise RequestRejected(error, is_unavoidable=True)
    return {"args": call.args}


def _auth_test(call: MethodCall) -> Json:
    workspace = call.workspace
    return {
        "url": f"{call.slack.base_url}/",
        "team": workspace.name,
        "user": call.slack.app.name,
        "team_id": workspace.id,
        "user_id": workspace.installation.bot_user_id,
        "bot_id": workspace.installation.bot_id,
        "enterprise_id": workspace.enterprise_id,
        "is_enterprise_install": workspace.installation.is_org_wide,
    }


def _apps_connections_open(call: MethodCall) -> Json:
    if call.slack.is_closed:
        raise RequestRejected("service_unavailable", is_unavoidable=True)
    return {"url": call.slack.transport.sockets.new_url()}


def _oauth_v2_access(call: MethodCall) -> Json:
    app = call.slack.app
    if call.optional("client_id") != app.client_id:
        raise RequestRejected("invalid_client_id")
    if call.optional("client_secret") != app.client_secret:
        raise RequestRejected("bad_client_secret")
    code = call.required("code").encode()
    for workspace in call.slack.workspaces.values():
        if secrets.compare_digest(code, f"code-{workspace.id}".encode()):
            break
    else:
        raise RequestRejected("invalid_code")
    installation = workspace.installation
    installation.is_revoked = False
    call.slack.mark_changed()
    return {
        "access_token": installation.bot_token,
        "token_type": "bot",
        "scope": ",".join(sorted(installation.scopes)),
        "bot_user_id": installation.bot_user_id,
        "app_id": app.id,
        "team": None if installation.is_org_wide else fields_of(workspace, "id", "name"),
        "enterprise": workspace.enterprise,
        "is_enterprise_install": installation.is_org_wide,
        "authed_user": {"id": next(iter(workspace.users))},
    }


def _blocks_validate(call: MethodCall) -> Json:
    names = [name for name in ("blocks", "view", "message") if call.optional(name)]
    if len(names) != 1:
        raise missing_argument("blocks, view or message (exactly one)")
    name = names[0]
    value = call.args[name]
    text = value if isinstance(value, str) else json.dumps(value)
    if len(text) > _VALIDATE_MAX:
        raise RequestRejected("invalid_arguments")
    try:
        parsed: Any = json.loads(text)
    except ValueError:
        raise RequestRejected("invalid_json") from None
    if name == "view":
        problems = problems_of_view(parsed)
    elif name == "blocks":
        problems = problems_of_message({"blocks": parsed})
    elif isinstance(parsed, dict) and "text" not in parsed:
        problems = problems_of_message(parsed)
    else:
        raise RequestRejected("invalid_arguments")
    if problems:
        errors = [{"pointer": p.pointer, "code": p.code, "constraint": p.message} for p in problems]
        raise RequestRejected("invalid_blocks", problems, {"errors": errors})
    return {}


METHODS = {
    "api.test": ApiMethod(_api_test, auth="none"),
    "apps.connections.open": ApiMethod(_apps_connections_open, tier=None, auth="app"),
    "auth.test": ApiMethod(_auth_test, tier=None),
    "blocks.validate": ApiMethod(_blocks_validate, auth="none"),
    "conversations.info": ApiMethod(_conversations_info, "channels:read", tier=3),
    "oauth.v2.access": ApiMethod(_oauth_v2_access, auth="none"),
    "users.info": ApiMethod(_users_info, "users:read"),
}
