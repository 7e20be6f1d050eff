import re
from pathlib import Path

from limeeval.app import configuration_folder
from limeeval.app.help import help_text


def test_the_first_screen_has_commands_and_choices(tmp_path: Path) -> None:
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "mine.yaml").touch()
    lines = help_text(configuration_folder(), tmp_path).splitlines()
    screen = "\n".join(lines[:24])
    assert screen.count("python -m limeeval") == 6
    assert re.search("^experiment: .*quick", screen, re.MULTILINE)
    assert "mine" in screen
    assert max(map(len, lines)) <= 80


def test_keys_keep_their_comments() -> None:
    text = help_text(configuration_folder())
    assert "  kernel_width: null  # absolute" in text
    assert "  jaccard: 0.9  #" in text
    assert "$" not in text.replace("${now:", "")
    assert "defaults:" not in text
    assert "hydra" not in text
