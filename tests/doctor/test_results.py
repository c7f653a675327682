"""The layout of results."""

from bot.doctor.results import CheckResult, CheckState, results_as_text, summary


def test_layout() -> None:
    """A state has a word and a symbol; remedies are indented; lines fit the terminal."""
    results = [
        CheckResult("Slack", CheckState.OK, "reached"),
        CheckResult("Slack", CheckState.PROBLEM, "it is broken " * 5, "fix it"),
        CheckResult("Port", CheckState.WARNING, "taken", "free it"),
    ]
    assert results_as_text(results, width=40).splitlines() == [
        "Slack",
        "  ✓ ok       reached",
        "  ✗ problem  it is broken it is broken",
        "             it is broken it is broken",
        "             it is broken",
        "             → fix it",
        "",
        "Port",
        "  ! warning  taken",
        "             → free it",
    ]
    assert summary(results) == "1 problem, 1 warning"
