"""As much of `launch` and `launch_ros` as our launch files use, for machines without them."""

from types import ModuleType


class LaunchConfiguration:
    def __init__(self, name):
        self.name = name

    def perform(self, context):
        return context.launch_configurations[self.name]


class DeclareLaunchArgument:
    def __init__(self, name, *, default_value, description, choices=None):
        self.name = name
        self.default_value = default_value
        self.description = description
        self.choices = choices


class SetEnvironmentVariable:
    def __init__(self, name, value):
        self.name, self.value = name, value


class OpaqueFunction:
    def __init__(self, *, function):
        self.function = function


class LaunchDescription:
    def __init__(self, entities):
        self.entities = list(entities)


class LaunchContext:
    def __init__(self, **configurations):
        self.launch_configurations = configurations


class LifecycleNode:
    def __init__(
        self,
        *,
        package,
        executable,
        name,
        namespace,
        output,
        parameters,
        respawn,
        respawn_delay,
        arguments,
        remappings,
    ):
        self.__dict__.update({k: v for k, v in locals().items() if k != 'self'})


def modules() -> dict[str, ModuleType]:
    """The modules to put into sys.modules."""
    contents = {
        'launch': {'LaunchContext': LaunchContext, 'LaunchDescription': LaunchDescription},
        'launch.actions': {
            'DeclareLaunchArgument': DeclareLaunchArgument,
            'OpaqueFunction': OpaqueFunction,
            'SetEnvironmentVariable': SetEnvironmentVariable,
        },
        'launch.substitutions': {'LaunchConfiguration': LaunchConfiguration},
        'launch_ros': {},
        'launch_ros.actions': {'LifecycleNode': LifecycleNode},
    }
    made = {}
    for name, members in contents.items():
        made[name] = ModuleType(name)
        made[name].__dict__.update(members)
    return made
