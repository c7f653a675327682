"""The YAML dialect of playbooks: what is text, and what is refused."""

import pytest

from bot.playbooks import loader

SURPRISES = {
    "no": "no",
    "yes": "yes",
    "on": "on",
    "1:30": "1:30",
    "017": "017",
    "0x1f": "0x1f",
    "1_000": "1_000",
    "1.5": "1.5",
    "2026-11-22": "2026-11-22",
    "True": "True",
    "NULL": "NULL",
    "=": "=",
    "12": 12,
    "-3": -3,
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    '"12"': "12",
    "'true'": "true",
}


@pytest.mark.parametrize(("written", "meant"), SURPRISES.items())
def test_other_scalars_are_text(written, meant):
    """Only true, false, null and integers are not text; other YAML 1.1 types stay as typed."""
    document, problems = loader.yaml_source.read_yaml("x.yml", f"key: {written}\n")
    assert problems == []
    assert document.data == {"key": meant}
    assert type(document.data["key"]) is type(meant)


REFUSED = [
    ("a: 1\nb: 2\na: 3\n", "x.yml:3:1: `a` is here twice; the first is in line 1"),
    ("a: &x 1\nb: *x\n", "x.yml:1:4: anchors (`&x`) are not allowed: write it out"),
    ("a: &x 1\nb: *x\n", "x.yml:2:4: aliases (`*x`) are not allowed: write it out"),
    ("<<: {a: 1}\n", "x.yml:1:1: merges (`<<`) are not allowed: write it out"),
    (
        "a: !!python/name:os.system x\n",
        "x.yml:1:4: tags (`tag:yaml.org,2002:python/name:os.system`) are not allowed",
    ),
    ("a: !!int 3\n", "x.yml:1:4: tags (`tag:yaml.org,2002:int`) are not allowed"),
    ("a: 1\n---\nb: 2\n", "x.yml:2:1: a second document begins here; a file holds one"),
    ("? [a]\n: b\n", "x.yml:1:3: a key must be a plain word"),
    ("[" * 21 + "]" * 21, "x.yml:1:21: nested more than 20 deep"),
    (
        "a: [1, 2\n",
        (
            "x.yml:2:1: not readable as YAML (did not find expected ',' or ']'): "
            "close the bracket, or put quotes around text with brackets or commas in it"
        ),
    ),
    ("a" * (256 * 1024 + 1), "x.yml:1:1: larger than 256 KB; split it or shorten it"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[r[1][6:40] for r in REFUSED])
def test_ambiguous_yaml_is_refused(text, message):
    """Duplicate keys, anchors, merges, tags, several documents, depth and size are refused."""
    _, problems = loader.yaml_source.read_yaml("x.yml", text)
    assert message in map(str, problems)


def test_an_alias_bomb_is_refused_unexpanded():
    """An alias bomb of nine lines is refused before it is expanded."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    document, problems = loader.yaml_source.read_yaml("x.yml", "\n".join(lines))
    assert any("aliases" in problem.message for problem in problems)
    assert len(document.places) < 200
