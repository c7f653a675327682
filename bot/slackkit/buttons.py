"""Buttons of which a message or a page has several with the same words."""

from slack_sdk.models.blocks import ButtonElement, ConfirmObject

from bot.slackkit import ids
from bot.slackkit.mrkdwn import BUTTON, fit


def button(
    action_id: str,
    words: str,
    value: str | None,
    *,
    about: str,
    label: str | None = None,
    style: str | None = None,
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    """Return a button that a screen reader tells from others with the same words.

    The label begins with the words that are seen, for whoever says them to press it:
    https://www.w3.org/WAI/WCAG22/Understanding/label-in-name

    Args:
        action_id: what it does.
        words: what stands on it.
        value: what it carries; None where the block tells all.
        about: what it belongs to, which the screen reader says after the words.
        label: what the screen reader says altogether, if that is something else.
        style: `primary` or `danger`; None for neither.
        confirm: the question before it does what it does.
    """
    return ButtonElement(
        action_id=action_id,
        text=words,
        value=value,
        accessibility_label=fit(label or f"{words}: {about}", BUTTON),
        style=style,
        confirm=confirm,
    )


def decision_named(number: int) -> str:
    """Return what a button that belongs to a decision says that it is about."""
    return f"decision {number}"


def show(number: int) -> ButtonElement:
    """Return the button that shows a decision whole."""
    about = decision_named(number)
    return button(ids.Action.SHOW, "Show", str(number), about=about, label=f"Show {about}")
