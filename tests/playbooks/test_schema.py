"""The JSON Schemas of playbook files, for editors."""

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
def test_a_schema_rejects_unknown_keys(name):
    """A valid file matches its schema; loader and schema both reject an unknown key."""
    data = yaml_source.read_yaml(name, (LUNCH / f"{name}.yml").read_text())[0].data
    validator = jsonschema.Draft202012Validator(schemas()[name])
    jsonschema.Draft202012Validator.check_schema(schemas()[name])
    assert list(validator.iter_errors(data)) == []
    part = data[0] if isinstance(data, list) else data
    part["tpyo"] = 1
    assert list(validator.iter_errors(data)) != []


@pytest.mark.parametrize("name", FILES)
def test_the_committed_schemas_are_current(name):
    """The schemas in `rules/.schema` equal the output of `ragvsft rules schema`."""
    on_disk = json.loads((ROOT / "rules" / ".schema" / f"{name}.json").read_text())
    assert on_disk == schemas()[name]


@pytest.mark.parametrize(
    "path",
    sorted(path for path in ROOT.glob("rules/*/*.yml") if path.stem in schemas()),
    ids=lambda p: p.parent.name + p.stem,
)
def test_shipped_files_refer_to_their_schemas(path):
    """The first line of each shipped playbook file refers to its schema, which exists."""
    first = path.read_text().splitlines()[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    assert (path.parent / first.removeprefix(prefix)).resolve().name == f"{path.stem}.json"
    assert (path.parent / first.removeprefix(prefix)).is_file()
