"""Scripts of experiments, which are no part of a package, as modules."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType


def module_of(path: Path) -> ModuleType:
    found = spec_from_file_location(f"experiments_{path.stem}", path)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module
