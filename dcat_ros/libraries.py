"""What is needed of pip, and what to say where a part of it is missing."""

import sys

__all__ = ['ACTIVATE', 'LIBRARIES', 'missing']

#: Name of the module -> what pip calls it.
LIBRARIES = {
    'click': 'click',
    'cv2': 'opencv-python-headless',
    'matplotlib': 'matplotlib',
    'mcap': 'mcap',
    'numpy': 'numpy',
    'plotly': 'plotly',
    'pydantic': 'pydantic',
    'rich': 'rich',
    'rosbags': 'rosbags',
    'safetensors': 'safetensors',
    'scipy': 'scipy',
    'sklearn': 'scikit-learn',
    'sounddevice': 'sounddevice',
    'soundfile': 'soundfile',
    'soxr': 'soxr',
    'torch': 'torch',
    'yaml': 'PyYAML',
}

ACTIVATE = 'Activate the virtual environment (source ~/dcat_venv/bin/activate)'


def missing(problem: ModuleNotFoundError) -> str:
    """The sentence for a module that is not installed.

    Args:
        problem: what its import raised.

    Returns:
        Which module is missing in which Python, and what to do; empty for one of our own, whose
        absence is a defect.
    """
    module = (problem.name or '').split('.')[0]
    if not module or module == 'dcat_ros':
        return ''
    known = LIBRARIES.get(module)
    otherwise = f'pip install {known}' if known else "see what 'dcat doctor' says"
    return f'The module {module!r} is missing in {sys.executable}. {ACTIVATE}, or {otherwise}.'
