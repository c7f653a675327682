"""Write every sample of a message and a view as TypeScript: `python -m tests.types.write_samples`.

`make types` compiles the file with `tsc --strict` against `@slack/types`, Slack's own types. An
object literal may have no property that its type lacks: an unknown field is an error too.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.doctor.samples.slack_views import samples
from bot.slackkit.message import with_picture
from tests.digest.examples import full_digest, message_of
from tests.slack.examples import engine

PLAYBOOKS = ("ragvsft", "hosting")
OUTPUT = Path(__file__).with_name("samples.ts")
HEADER = """\
// Written by tests/types/write_samples.py; not kept in the repository.
import type { HomeView, KnownBlock, ModalView } from "@slack/types";

type Message = { text: string; blocks: KnownBlock[] };
"""
VIEWS = {"modal": "ModalView", "home": "HomeView"}


def every_sample() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the doctor's samples with each playbook, and a digest with its picture, by name."""
    for playbook in PLAYBOOKS:
        for name, sample in samples(engine(playbook)).items():
            yield f"{playbook}: {name}", sample
    digest = with_picture(message_of(full_digest()), "F0123456789")
    yield "digest with its picture", {"text": digest.text, "blocks": digest.blocks}


def as_typescript(number: int, name: str, sample: Mapping[str, Any]) -> str:
    """Return a constant of the type that the sample must have, with its name in a comment."""
    view = sample.get("view")
    kind, value = (VIEWS[view["type"]], view) if view else ("Message", sample)
    literal = json.dumps(value, indent=1)
    return f"\n// {json.dumps(name)}\nexport const sample{number}: {kind} = {literal};\n"


def main() -> None:
    """Write the file, and print how many samples it holds."""
    parts = [as_typescript(number, *each) for number, each in enumerate(every_sample())]
    OUTPUT.write_text(HEADER + "".join(parts), encoding="utf-8")
    print(f"Checking {len(parts)} samples against Slack's types")


if __name__ == "__main__":
    main()
