"""All ids that Slack sends back, as enums."""

from enum import StrEnum


class Shortcut(StrEnum):
    """Callback ids of the shortcuts in the manifest."""

    DECIDE_FROM_MESSAGE = "decide_from_message"
    START = "start_decision"


class Modal(StrEnum):
    """Callback ids of modals."""

    QUESTIONS = "questions"
    CHANGE = "change"
    RESULT = "result"
    NOTICE = "notice"
    OVERRIDE = "override"
    HAND_OVER = "hand_over"
    WITHDRAW = "withdraw"
    ASK = "ask"
    VIEW = "view"
    OUTCOME = "outcome"
    DIGEST = "digest"
    DIGEST_OFFER = "digest_offer"
    READER = "reader"


class Block(StrEnum):
    """Block ids of inputs; that of a question is `QUESTION_PREFIX` and its id."""

    TITLE = "title"
    PROBLEM = "problem"
    DECIDERS = "deciders"
    REVIEW_CHOICE = "review_choice"
    REVIEW_DAY = "review_day"
    CHANNEL = "channel"
    NAVIGATION = "navigation"
    EXAMPLES = "examples"
    OTHER_ANSWERS = "other_answers"
    OPTION = "option"
    REASON = "reason"
    PEOPLE = "people"
    OUTCOME = "outcome"
    NOTE = "note"
    DIGEST_ON = "digest_on"
    DIGEST_CHANNEL = "digest_channel"
    DIGEST_DAY = "digest_day"
    DIGEST_TIME = "digest_time"
    DIGEST_ZONE = "digest_zone"
    DIGEST_OTHER_ZONE = "digest_other_zone"
    DIGEST_SCOPE = "digest_scope"
    DIGEST_INSIDERS = "digest_insiders"
    DIGEST_SECTIONS = "digest_sections"
    DIGEST_WHEN_EMPTY = "digest_when_empty"


QUESTION_PREFIX = "question:"


class Action(StrEnum):
    """Action ids."""

    ANSWER = "answer"
    BACK = "back"
    SHOW_RESULT = "show_result"
    GO_ON = "go_on"
    CHANGE = "change"
    """Opens the page that changes an answer; followed by a colon and the question."""
    CHANGE_OTHER = "change_other"
    EXAMPLE = "example"
    START = "start"
    RESUME = "resume"
    DISCARD = "discard"
    ACCEPT = "accept"
    OVERRIDE = "override"
    ADD_VIEW = "add_view"
    ANSWER_ALL = "answer_all"
    NUDGE = "nudge"
    MENU = "menu"
    PAGE = "page"
    """Turns the page of a list; followed by a colon and the direction."""
    SHOW = "show"
    TAB = "tab"
    """Shows another part of an open decision; followed by a colon and the part."""
    EXPORT = "export"
    EDIT = "edit"
    DIGEST_SETTINGS = "digest_settings"
    TURN_ON_DIGEST = "turn_on_digest"
    CHANGE_DIGEST = "change_digest"
    POST_DIGEST = "post_digest"
    RETRY_POST = "retry_post"
    POST_ELSEWHERE = "post_elsewhere"
    RESEND = "resend"
    DISMISS = "dismiss"
    OUTCOME = "outcome"
    """Answers a review; followed by a colon and the outcome, if the button names one."""


DONT_KNOW = "dont_know"
"""The value of the answer "Don't know", which playbooks do not list."""

DELIVERY_PREFIX = "delivery:"
"""Block id of buttons about a delivery; followed by its key."""
DECISION_PREFIX = "decision:"
"""Block id of a decision's buttons; followed by its number."""
