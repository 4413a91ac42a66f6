"""dcat_ros: an ament_python package, and an ordinary Python package where there is no ROS."""

import sys
from glob import glob

from setuptools import find_packages, setup

NAME = 'dcat_ros'
#: colcon puts scripts where only ros2 run finds them, and extends the PATH by a bin/ of files;
#: pip makes bin/dcat of the entry point, for the interpreter of its environment
ON_PATH = [] if 'bdist_wheel' in sys.argv else [('bin', ['bin/dcat'])]
#: what pictures and pages of scores are drawn with
REPORT = ['matplotlib>=3.6', 'plotly>=5.24']

setup(
    name=NAME,
    version='0.1.0',
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml']),
        (f'share/{NAME}/launch', glob('launch/*.launch.py')),
        (f'share/{NAME}/config', glob('config/*.*')),
        (f'share/{NAME}/config/sros2', glob('config/sros2/*.xml')),
        (f'share/{NAME}/config/train', glob('config/train/*.yaml')),
        (f'share/{NAME}/config/experiments', glob('config/experiments/*.yaml')),
        (f'share/{NAME}/models', glob('models/*')),
        *ON_PATH,
    ],
    install_requires=[
        'click>=8.1',
        'mcap>=1.2',
        'numpy>=1.24',
        'onnxruntime>=1.20',
        'opencv-python-headless>=4.5',
        'pydantic>=2.5',
        'PyYAML>=6.0',
        'rich>=13.0',
        'rosbags>=0.11',
        'safetensors>=0.4',
        'sounddevice>=0.4.4',
        'soundfile>=0.12',
        'soxr>=0.3.2',
    ],
    extras_require={
        # the pose network of ordinary cameras
        'camera': ['mediapipe>=1.2,<2'],
        # the page of dcat label
        'label': ['starlette>=0.40', 'uvicorn>=0.30'],
        'report': REPORT,
        'train': [
            *REPORT,
            'onnx>=1.17',
            'onnxscript>=0.3',
            'scikit-learn>=1.3',
            'scipy>=1.10',
            'torch>=2.7',
        ],
        'watch': ['seglearn>=1.2.5', 'pandas'],
        'ray': ['ray>=2.9'],
        'test': ['pytest', 'hypothesis'],
    },
    python_requires='>=3.10',
    package_data={
        NAME: ['evaluation/html/report.css', 'evaluation/html/report.js', 'label/page/*'],
    },
    zip_safe=True,
    author='the dcat_ros developers',
    maintainer='the dcat_ros developers',
    maintainer_email='dcat_ros@example.org',
    description='Tells a robot what the person beside it does, from whichever one sensor it has',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            'dcat = dcat_ros.cli.entry:main',
            'imu_node = dcat_ros.nodes.entry:imu_node',
            'image_node = dcat_ros.nodes.entry:image_node',
            'audio_node = dcat_ros.nodes.entry:audio_node',
            'microphone_node = dcat_ros.nodes.entry:microphone_node',
            'presence_node = dcat_ros.nodes.entry:presence_node',
        ],
        # above the folder that knows the others: it reads bags
        'dcat_ros.datasets': ['bags = dcat_ros.bags.labelled'],
        'pytest11': ['dcat_ros = dcat_ros.testing.plugin'],
    },
)
