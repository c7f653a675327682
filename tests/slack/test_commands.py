"""The registry of subcommands is what dispatch, help, the manifest and README.md show."""

import re
from pathlib import Path

from bot.slack.commands import START, SUBCOMMANDS, usage_hint
from bot.slack.views.notices import help_message, unknown_subcommand

ROOT = Path(__file__).parents[2]
ROW = "| `/ragvsft{form}` | {summary} |"


def test_readme_lists_every_subcommand() -> None:
    """The table in README.md has one row for each subcommand, in order, and no other."""
    rows = [ROW.format(form="", summary="start a decision")]
    for each in SUBCOMMANDS:
        arguments = each.arguments.replace("|", "\\|")
        form = f" {each.name} {arguments}".rstrip()
        rows.append(ROW.format(form=form, summary=each.summary))
    table = "\n".join(["| Command | |", "|---|---|", *rows, ""])
    assert table in (ROOT / "README.md").read_text(encoding="utf-8"), f"expected:\n{table}"


def test_help_lists_every_subcommand() -> None:
    """The help message names each subcommand by the slash command's own name, and no other."""
    (section, _) = help_message("/decide", {"one": "One?", "two": "Two?"}).blocks
    named = re.findall(r"`/decide ([a-z]+)", section["text"]["text"])
    assert set(named) == {each.name for each in SUBCOMMANDS}


def test_the_manifest_hints_at_every_subcommand() -> None:
    """The usage hint has each subcommand but `start`; the committed manifest has the same hint."""
    names = [form.split()[0] for form in usage_hint().strip("[]").split(" | ")]
    assert sorted(names) == sorted(each.name for each in SUBCOMMANDS if each is not START)
    manifest = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    assert f'usage_hint: "{usage_hint()}"' in manifest


def test_a_mistyped_subcommand_is_guessed() -> None:
    """The answer to a mistyped subcommand names the one that was meant, with what followed it."""
    meant = unknown_subcommand("/ragvsft", "shwo 12").text
    assert "Did you mean `/ragvsft show 12`?" in meant
    assert "Did you mean" not in unknown_subcommand("/ragvsft", "frobnicate").text
