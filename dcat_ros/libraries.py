"""What is needed of pip, and what to say where a part of it is missing."""

import sys

__all__ = ['ACTIVATE', 'EXTRAS', 'LIBRARIES', 'how_to_get', 'missing']

#: What runs models: name of the module -> what pip calls it.
LIBRARIES = {
    'click': 'click',
    'cv2': 'opencv-python-headless',
    'mcap': 'mcap',
    'numpy': 'numpy',
    'onnxruntime': 'onnxruntime',
    'pydantic': 'pydantic',
    'rich': 'rich',
    'rosbags': 'rosbags',
    'safetensors': 'safetensors',
    'sounddevice': 'sounddevice',
    'soundfile': 'soundfile',
    'soxr': 'soxr',
    'yaml': 'PyYAML',
}
#: What else some verbs need: name of the module -> what pip calls it, and the extra that brings it.
EXTRAS = {
    'matplotlib': ('matplotlib', 'report'),
    'mediapipe': ('mediapipe', 'camera'),
    'onnx': ('onnx', 'train'),
    'onnxscript': ('onnxscript', 'train'),
    'plotly': ('plotly', 'report'),
    'ray': ('ray', 'ray'),
    'scipy': ('scipy', 'train'),
    'sklearn': ('scikit-learn', 'train'),
    'starlette': ('starlette', 'label'),
    'torch': ('torch', 'train'),
    'uvicorn': ('uvicorn', 'label'),
}

ACTIVATE = 'Activate the virtual environment (source ~/dcat_venv/bin/activate)'


def how_to_get(module: str) -> str:
    """The command that brings a module; empty for one that nothing of ours needs."""
    if module in EXTRAS:
        return f'pip install "dcat_ros[{EXTRAS[module][1]}]"'
    return f'pip install {LIBRARIES[module]}' if module in LIBRARIES else ''


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
    where = f'The module {module!r} is missing in {sys.executable}'
    if module in EXTRAS:
        return f'{where}, and this needs it: {how_to_get(module)}.'
    otherwise = how_to_get(module) or "see what 'dcat doctor' says"
    return f'{where}. {ACTIVATE}, or {otherwise}.'
