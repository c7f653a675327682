"""The JSON Schemas for editors."""

import json
from pathlib import Path

import jsonschema
import pytest

from bot.playbooks import yaml_source
from bot.playbooks.schema import schemas
from tests.playbooks.conftest import LUNCH

ROOT = Path(__file__).parents[2]
FILES = ["playbook", "questions", "rules", "cases"]


@pytest.mark.parametrize("name", FILES)
def test_a_good_file_fits_its_schema_and_a_typo_does_not(name):
    """What the loader accepts an editor accepts; an unknown key is marked by both."""
    data = yaml_source.read_yaml(name, (LUNCH / f"{name}.yml").read_text())[0].data
    validator = jsonschema.Draft202012Validator(schemas()[name])
    jsonschema.Draft202012Validator.check_schema(schemas()[name])
    assert list(validator.iter_errors(data)) == []
    part = data[0] if isinstance(data, list) else data
    part["tpyo"] = 1
    assert list(validator.iter_errors(data)) != []


@pytest.mark.parametrize("name", FILES)
def test_the_schemas_on_disk_are_those_of_today(name):
    """rules/.schema holds what `ragvsft rules schema --write rules` writes."""
    on_disk = json.loads((ROOT / "rules" / ".schema" / f"{name}.json").read_text())
    assert on_disk == schemas()[name]


@pytest.mark.parametrize(
    "path",
    sorted(path for path in ROOT.glob("rules/*/*.yml") if path.stem in schemas()),
    ids=lambda p: p.parent.name + p.stem,
)
def test_every_shipped_playbook_file_names_its_schema_in_the_first_line(path):
    """An editor finds the schema through the first line, and the file is there."""
    first = path.read_text().splitlines()[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    assert (path.parent / first.removeprefix(prefix)).resolve().name == f"{path.stem}.json"
    assert (path.parent / first.removeprefix(prefix)).is_file()
