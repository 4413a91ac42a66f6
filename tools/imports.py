"""What imports what in dcat_ros, read from the source without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ['PACKAGE', 'REPO', 'Import', 'folder_of', 'folders', 'imports', 'sources']

REPO = Path(__file__).resolve().parents[1]
PACKAGE = 'dcat_ros'
#: Folder of the modules that lie directly in the package.
TOP = '*'


class Import(NamedTuple):
    """One import statement's target.

    Attributes:
        module: who imports.
        target: what is imported: a module of ours as far as it is one, otherwise as written.
        lazy: whether it stands in a function, and so happens when that is called.
    """

    module: str
    target: str
    lazy: bool


def sources() -> dict[str, Path]:
    """Module -> its file, for the whole package."""
    found = {}
    for path in sorted((REPO / PACKAGE).rglob('*.py')):
        name = '.'.join(path.relative_to(REPO).with_suffix('').parts)
        found[name.removesuffix('.__init__')] = path
    return found


def imports() -> list[Import]:
    """Every import of the package, of its own modules and of others."""
    ours = sources()
    found = []
    for module, path in ours.items():
        tree = ast.parse(path.read_text(encoding='utf-8'), str(path))
        for node, lazy in _statements(tree, lazy=False):
            found += [Import(module, target, lazy) for target in _targets(node, ours)]
    return found


def folder_of(module: str) -> str:
    """'model' for dcat_ros.card.card; '*' for a module directly in the package."""
    parts = module.split('.')
    is_folder = len(parts) > 1 and (REPO / PACKAGE / parts[1]).is_dir()
    return parts[1] if is_folder else TOP


def folders() -> dict[str, set[str]]:
    """Folder -> folders that its modules import; constants of an __init__ count like the rest."""
    found: dict[str, set[str]] = {folder_of(module): set() for module in sources()}
    for one in imports():
        if one.target.split('.')[0] == PACKAGE:
            found[folder_of(one.module)].add(folder_of(one.target))
    return {folder: targets - {folder} for folder, targets in sorted(found.items())}


def _statements(node: ast.AST, *, lazy: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, lazy
        inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _statements(child, lazy=lazy or inside)


def _targets(node: ast.Import | ast.ImportFrom, ours: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    if node.level:
        raise ValueError(f'a relative import in line {node.lineno}: the package has none')
    for alias in node.names:
        # 'from dcat_ros.sensors.inertial import samples as imu' imports a module, not a name of one
        whole = f'{node.module}.{alias.name}'
        yield whole if whole in ours else str(node.module)
