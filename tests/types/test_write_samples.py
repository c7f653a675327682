"""The TypeScript file of the samples."""

from tests.types.write_samples import as_typescript, every_sample


def test_each_sample_has_the_type_of_its_surface() -> None:
    """A modal, a Home tab and a message are declared as such; every sample is written once."""
    modal = {"view": {"type": "modal", "blocks": []}}
    home = {"view": {"type": "home", "blocks": []}}
    message = {"text": "a\u2028b", "blocks": []}
    written = [as_typescript(at, "n", each) for at, each in enumerate((modal, home, message))]
    assert "sample0: ModalView = {" in written[0]
    assert "sample1: HomeView = {" in written[1]
    assert "sample2: Message = {" in written[2]
    assert "\\u2028" in written[2]
    names = [name for name, _ in every_sample()]
    assert len(names) == len(set(names)) > 100
