"""Versions of what the package is made of, and the devices that it can compute on."""

import platform
from importlib.util import find_spec

import dcat_ros
from dcat_ros.doctor.finding import FAULT, OK, Finding

__all__ = ['devices', 'installed', 'numpy_version', 'package', 'torch_version']


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


def numpy_version() -> list[Finding]:
    """NumPy, which everything needs."""
    try:
        import numpy as np
    except Exception as problem:  # a broken one raises what it likes
        return [_broken('numpy', problem, 'Install it again: pip install --force-reinstall numpy.')]
    return [Finding(OK, 'numpy', np.__version__)]


def torch_version() -> list[Finding]:
    """PyTorch, which models run on, and whether it works together with NumPy."""
    remedy = 'Install it again: pip install --force-reinstall torch.'
    try:
        import torch
    except Exception as problem:  # a missing library is an OSError
        return [_broken('torch', problem, remedy)]
    try:
        import numpy as np

        torch.from_numpy(np.zeros(1, dtype=np.float32)).numpy()
    except Exception as problem:
        fact = f'{torch.__version__} cannot take arrays of NumPy: {problem}'
        return [Finding(FAULT, 'torch', fact, 'Install versions of both that fit each other.')]
    return [Finding(OK, 'torch', torch.__version__)]


def devices() -> list[Finding]:
    """What PyTorch could compute on; nothing where it is missing, for that is said already."""
    try:
        import torch
    except Exception:
        return []
    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    threads = f'CPU (threads: {torch.get_num_threads()})'
    seen = ', '.join([threads, *names])
    return [Finding(OK, 'devices', f'{seen}; nodes compute with one thread of the CPU')]


def _broken(name: str, problem: Exception, remedy: str) -> Finding:
    if isinstance(problem, ModuleNotFoundError) and problem.name == name:
        return Finding(FAULT, name, 'is not installed', f'pip install {name}.')
    return Finding(FAULT, name, f'cannot be imported: {problem}'.rstrip('.'), remedy)
