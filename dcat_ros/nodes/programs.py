"""Starting our own programs, wherever an installation has put their scripts."""

import sys

__all__ = ['program']


def program(name: str) -> list[str]:
    """The command of a node such as imu_node, or of dcat: this interpreter, and not a script.

    colcon keeps scripts in lib/dcat_ros of the workspace, pip beside the interpreter.
    """
    module, function = ('cli.entry', 'main') if name == 'dcat' else ('nodes.entry', name)
    return [sys.executable, '-c', f'from dcat_ros.{module} import {function}; {function}()']
