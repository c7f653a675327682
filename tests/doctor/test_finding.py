"""How findings read."""

from bot.doctor.results import CheckResult, CheckState, results_as_text, summary


def test_how_it_reads() -> None:
    """A state is told by a word and a symbol; remedies are set apart; lines fit the terminal."""
    findings = [
        CheckResult("Slack", CheckState.OK, "reached"),
        CheckResult("Slack", CheckState.PROBLEM, "it is broken " * 5, "mend it"),
        CheckResult("Port", CheckState.WARNING, "taken", "free it"),
    ]
    assert results_as_text(findings, width=40).splitlines() == [
        "Slack",
        "  ✓ ok       reached",
        "  ✗ problem  it is broken it is broken",
        "             it is broken it is broken",
        "             it is broken",
        "             → mend it",
        "",
        "Port",
        "  ! warning  taken",
        "             → free it",
    ]
    assert summary(findings) == "1 problem, 1 warning"
