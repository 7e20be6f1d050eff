"""The layers point one way: each folder imports only what stands to its left."""

import ast
from pathlib import Path

import pytest

import limeeval

ROOT = Path(limeeval.__file__).parent
LAYERS = ("lime", "metrics", "inference", "tasks", "sweep", "report", "check", "study", "app", "__main__")
HEAVY = {"pandas", "jinja2", "matplotlib", "seaborn", "skimage", "torch", "keras", "onnxruntime", "hydra", "omegaconf"}
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_modules(path: Path, *, at_import_time: bool) -> set[str]:
    """Modules that a file imports, anywhere or (at import time) outside functions and TYPE_CHECKING blocks."""
    found = set()

    def visit(node: ast.AST) -> None:
        if at_import_time and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return
        if at_import_time and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            found.add(node.module or "")
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_what_stands_to_its_left(path: Path) -> None:
    own = LAYERS.index(layer(path))
    for module in imported_modules(path, at_import_time=False):
        if module.startswith("limeeval."):
            other = LAYERS.index(module.split(".")[1])
            assert other <= own, f"{path.relative_to(ROOT)} imports {module}, which stands to its right"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    allowed = {"hydra", "omegaconf"} if layer(path) == "app" else set()
    heavy = {module.split(".")[0] for module in imported_modules(path, at_import_time=True)} & HEAVY
    assert heavy <= allowed


def test_hydra_is_known_to_the_command_line_alone() -> None:
    users = {
        layer(path)
        for path in FILES
        if {m.split(".")[0] for m in imported_modules(path, at_import_time=False)} & {"hydra", "omegaconf"}
    }
    assert users == {"app"}
