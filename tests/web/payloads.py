"""Payloads of every kind that Slack sends, and mutations of them."""

import copy
import random
from typing import Any

TIME = 1531420618
CANARY = "canary-in-the-body"
"""Text that no log may contain."""


def payloads() -> list[dict[str, Any]]:
    """Return one payload of each kind that Slack sends."""
    who: dict[str, Any] = {
        "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T1"},
        "api_app_id": "A1",
        "trigger_id": "1.2.3",
        "response_url": "http://127.0.0.1:9/response",
    }
    view = {
        "id": "V1",
        "hash": "1.a",
        "type": "modal",
        "private_metadata": '{"draft": "0", "trail": [["facts"]]}',
        "state": {"values": {"title": {"answer": {"type": "plain_text_input", "value": CANARY}}}},
    }
    submitted = [
        {**who, "type": "view_submission", "view": {**view, "callback_id": callback}}
        for callback in ("questions", "change", "result", "unknown")
    ]
    about = {**view, "private_metadata": '{"decision": 1}'}
    submitted += [
        {**who, "type": "view_submission", "view": {**about, "callback_id": callback}}
        for callback in ("override", "withdraw", "hand_over")
    ]
    pressed = [
        {
            **who,
            "type": "block_actions",
            "container": {"type": "message", "message_ts": "1.0", "channel_id": "C1"},
            "channel": {"id": "C1", "name": "product"},
            "actions": [
                {
                    "type": kind,
                    "action_id": action,
                    "block_id": block,
                    "value": "small",
                    "selected_channel": "C2",
                    "selected_option": {"value": "withdraw:1"},
                }
            ],
        }
        for kind, action, block in [
            *(("button", each, "decision:1") for each in ("resume", "start:small", "x")),
            *(("button", each, "delivery:T1/1/team") for each in ("retry_post", "resend")),
            ("channels_select", "post_elsewhere", "delivery:T1/1/announcement"),
            ("overflow", "menu", "decision:1"),
        ]
    ]
    back = {"type": "button", "action_id": "back", "block_id": "navigation"}
    return [
        *submitted,
        *pressed,
        {**who, "type": "block_actions", "view": {**view, "callback_id": "q"}, "actions": [back]},
        {
            **who,
            "type": "message_action",
            "callback_id": "decide_from_message",
            "channel": {"id": "C1", "name": "product"},
            "message": {"ts": "1.0", "text": CANARY},
        },
        {**who, "type": "shortcut", "callback_id": "start_decision"},
        {**who, "type": "view_closed", "view": view, "is_cleared": True},
        *(
            {
                "type": "event_callback",
                "team_id": "T1",
                "event_id": "Ev1",
                "event_time": TIME,
                "event": {"type": kind, "user": "U1", "tab": "home", "tokens": {"bot": ["U0"]}},
            }
            for kind in ("app_home_opened", "app_uninstalled", "tokens_revoked", "message")
        ),
        *(
            {
                "command": "/ragvsft",
                "text": text,
                "team_id": "T1",
                "user_id": "U1",
                "channel_id": "C1",
                "channel_name": "product",
                "trigger_id": "1.2.3",
                "response_url": "http://127.0.0.1:9/response",
            }
            for text in ("", "help", "start nonsense", CANARY)
        ),
    ]


HOSTILE: list[Any] = [
    None, True, -1, 2**70, 1.5, "", "x" * 5000, "'; drop table drafts; --", "<!channel>", "\x00",
    "\ud800", "\u202eעברית", [], [[]], {}, {"id": None}, {"type": "x"}, [None], ["x"] * 50,
]  # fmt: skip


def mutated(payload: Any, dice: random.Random) -> Any:
    """Return a payload with one to three values removed or replaced."""
    changed = copy.deepcopy(payload)
    for _ in range(dice.randint(1, 3)):
        node: Any = changed
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = dice.choice(keys)
            if isinstance(node[key], dict | list) and node[key] and dice.random() < 0.7:
                node = node[key]
                continue
            if dice.random() < 0.3:
                del node[key]
            else:
                node[key] = dice.choice(HOSTILE)
            break
    return changed
