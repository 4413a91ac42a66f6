"""Versions of what the package is made of, and the devices that it can compute on."""

import platform
import sys
import warnings
from importlib.util import find_spec
from typing import Any

import dcat_ros
from dcat_ros.doctor.finding import FAULT, NOTE, OK, Finding
from dcat_ros.libraries import ACTIVATE, EXTRAS, LIBRARIES, how_to_get

__all__ = [
    'devices',
    'extras',
    'installed',
    'libraries',
    'numpy_version',
    'onnxruntime_version',
    'package',
    'torch_version',
]

#: Imported, and not only looked for.
_OF_THEIR_OWN = ('numpy', 'onnxruntime')


def installed(module: str) -> bool:
    """Whether a module is there, without importing it.

    A mere folder of that name, such as launch/ in the working directory, does not count.
    """
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None


def package() -> list[Finding]:
    """This package and Python."""
    python = f'Python {platform.python_version()} on {platform.system()} {platform.machine()}'
    return [Finding(OK, 'dcat_ros', f'{dcat_ros.__version__}, {python}')]


def _imported(name: str) -> tuple[Any, list[Finding]]:
    """A module, or None and the fault that it cannot be imported."""
    try:
        with warnings.catch_warnings():  # what matters is a fault of its own
            warnings.simplefilter('ignore')
            return __import__(name), []
    except Exception as problem:  # a broken one raises what it likes
        return None, [_broken(name, problem)]


def numpy_version() -> list[Finding]:
    """NumPy, which everything needs."""
    np, faults = _imported('numpy')
    return faults or [Finding(OK, 'numpy', np.__version__)]


def onnxruntime_version() -> list[Finding]:
    """What runs models."""
    runtime, faults = _imported('onnxruntime')
    return faults or [Finding(OK, 'onnxruntime', runtime.__version__)]


def torch_version() -> list[Finding]:
    """PyTorch, which trains, and whether it works together with NumPy."""
    if not installed('torch'):
        return [Finding(NOTE, 'torch', f'not installed; training needs it: {how_to_get("torch")}')]
    torch, faults = _imported('torch')
    np, _ = _imported('numpy')  # without it, that is a fault of its own
    if faults or np is None:
        return faults
    try:
        torch.from_numpy(np.zeros(1, dtype=np.float32)).numpy()
    except (RuntimeError, TypeError) as problem:
        fact = f'{torch.__version__} cannot take arrays of NumPy: {problem}'
        return [Finding(FAULT, 'torch', fact, 'Install versions of both that fit each other.')]
    return [Finding(OK, 'torch', torch.__version__)]


def devices() -> list[Finding]:
    """What PyTorch could compute on; nothing where it is missing, for that is said already."""
    torch, faults = _imported('torch') if installed('torch') else (None, [])
    if faults or torch is None:
        return []
    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    threads = f'CPU (threads: {torch.get_num_threads()})'
    seen = ', '.join([threads, *names])
    return [Finding(OK, 'devices', f'{seen}; nodes compute with one thread of the CPU')]


def libraries() -> list[Finding]:
    """Everything else that is needed of pip; looked for, and not imported."""
    needed = {module: pip for module, pip in LIBRARIES.items() if module not in _OF_THEIR_OWN}
    # a mere folder counts here: rosbags is one that several packages share
    lacking = [pip for module, pip in needed.items() if find_spec(module) is None]
    if lacking:
        fact = f'{", ".join(lacking)} not installed in {sys.executable}'
        return [Finding(FAULT, 'libraries', fact, _install(*lacking))]
    return [Finding(OK, 'libraries', f'all {len(needed)} others that are needed')]


def extras() -> list[Finding]:
    """What some verbs need besides; looked for, and not imported."""
    lacking = [module for module in EXTRAS if module != 'torch' and find_spec(module) is None]
    if not lacking:
        return [Finding(OK, 'extras', f'all {len(EXTRAS)} that some verbs need')]
    names = ', '.join(EXTRAS[module][0] for module in lacking)
    commands = ', '.join(dict.fromkeys(map(how_to_get, lacking)))
    return [Finding(NOTE, 'extras', f'without {names}, which some verbs need: {commands}')]


def _install(*names: str) -> str:
    return f'{ACTIVATE}, or pip install {" ".join(names)}.'


def _broken(name: str, problem: Exception) -> Finding:
    if isinstance(problem, ModuleNotFoundError) and problem.name == name:
        return Finding(FAULT, name, f'not installed in {sys.executable}', _install(name))
    remedy = f'Install it again: pip install --force-reinstall {name}.'
    return Finding(FAULT, name, f'cannot be imported: {problem}'.rstrip('.'), remedy)
