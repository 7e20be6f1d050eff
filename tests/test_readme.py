"""The README keeps its word: its code runs and prints what it shows, its commands run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.strip().removeprefix("python -m limeeval").split()
    for line in re.findall(r"^    python -m limeeval.*$", README, flags=re.MULTILINE)
]


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"[-+]?\d[\d,]*\.?\d*", text)]


def test_the_import_swap_prints_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", README, flags=re.DOTALL).groups()
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert [re.sub(r"[-+\d.,%]+", "#", line) for line in printed.splitlines()[:2]] == [
        re.sub(r"[-+\d.,%]+", "#", line) for line in shown.splitlines()[:2]
    ]
    # Forests differ a little between versions of scikit-learn: the first reason and the sizes stay.
    assert printed.splitlines()[2].split("  ")[-1] == shown.splitlines()[2].split("  ")[-1]
    assert len(printed.splitlines()) == len(shown.splitlines())
    assert numbers(printed.splitlines()[2])[:2] == pytest.approx(numbers(shown.splitlines()[2])[:2], rel=0.3)
    assert "Two runs are expected to name" in printed


def test_commands_run(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One after the other, each as shown: on fewer samples where that is all that would be waited for."""
    assert len(COMMANDS) >= 5
    cache = tmp_path_factory.mktemp("cache")
    for arguments in COMMANDS:
        assert "--config-dir" not in arguments, "placeholders belong in the text, not among the commands"
        alone = {"--help", "explain", "report"} & set(arguments)
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "limeeval",
                *arguments,
                *([] if alone else ["lime.num_samples=[60,120]", "seeds=2"]),
            ],
            cwd=tmp_path,
            env={**os.environ, "XDG_CACHE_HOME": str(cache)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)
