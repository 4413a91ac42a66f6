"""microphone_node: a microphone of this machine as std_msgs/Int16MultiArray on `audio`."""

from array import array
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType
from rclpy.qos import QoSProfile
from std_msgs.msg import Int16MultiArray, MultiArrayDimension

from dcat_ros.capture.microphone import Microphone, MicrophoneSettings, devices
from dcat_ros.errors import ConfigError
from dcat_ros.nodes.lifecycle import GuardedLifecycleNode
from dcat_ros.nodes.parameters import check, declare
from dcat_ros.sensors.setting import Spec

__all__ = ['MICROPHONE_PARAMETERS', 'MicrophoneNode']

_DIAGNOSTICS_S = 1.0
_DEPTH = 50

MICROPHONE_PARAMETERS = (
    Spec(
        'device',
        '',
        'Name of the device or a part of it, or its index; empty: the default one.',
        or_integer=True,
    ),
    Spec('sample_rate', 16000, 'Samples a second in Hz.', unit='Hz', low=8000, high=96000),
    Spec('channels', 1, 'Channels.', low=1, high=64),
    Spec('block', 800, 'Samples of each channel in a message.', unit='samples', low=16, high=96000),
    Spec('list_devices', False, 'Print the recording devices and end.'),
    Spec('autostart', True, 'Configure and activate at the start.'),
)


class MicrophoneNode(GuardedLifecycleNode):
    """Publishes what a microphone hears, interleaved samples of 16 bits.

    The layout of a message says how many samples and channels it has; it has no stamp, so the
    last sample counts as heard when the message is received.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__('microphone_node', **options)
        declare(self, MICROPHONE_PARAMETERS)
        refused = check(self._parameters.values(), MICROPHONE_PARAMETERS)
        if not refused.successful:
            raise ConfigError(f'{refused.reason} (parameter of microphone_node).')
        if self.get_parameter('list_devices').value:
            print(devices(), flush=True)
            raise SystemExit(0)
        self._microphone: Microphone | None = None
        self._audio: Any = None
        self._told = ''
        self._overruns_told = 0
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_DIAGNOSTICS_S, self._diagnose, clock=steady)

    def configure(self) -> None:
        """Make the publisher."""
        self._audio = self.create_publisher(Int16MultiArray, 'audio', QoSProfile(depth=_DEPTH))

    def activate(self) -> None:
        """Begin to record."""
        names = ('sample_rate', 'channels', 'block')
        numbers = (self.get_parameter(name).value for name in names)
        settings = MicrophoneSettings(str(self.get_parameter('device').value), *numbers)
        self._microphone = Microphone(settings, self._publish)

    def deactivate(self) -> None:
        """Stop recording."""
        if self._microphone is not None:
            self._microphone.close()
            self._microphone = None

    def clean_up(self) -> None:
        """Also take the publisher away."""
        self.deactivate()
        if self._audio is not None:
            self.destroy_publisher(self._audio)
            self._audio = None

    def _publish(self, block: bytes) -> None:
        """In the microphone's thread."""
        samples = array('h', block)
        channels = self.get_parameter('channels').value
        message = Int16MultiArray(data=samples)
        n = len(samples) // channels
        message.layout.dim = [
            MultiArrayDimension(label='samples', size=n, stride=len(samples)),
            MultiArrayDimension(label='channels', size=channels, stride=channels),
        ]
        self._audio.publish(message)

    def _diagnose(self) -> None:
        microphone = self._microphone
        values: dict[str, object] = {
            'lifecycle state': self.state,
            'device': str(self.get_parameter('device').value) or 'default',
            'output topic': self.resolve_topic_name('audio'),
        }
        level, sentence = DiagnosticStatus.OK, self.state
        if microphone is not None:
            values |= {
                'blocks': microphone.blocks,
                'overruns': microphone.overruns,
                'times opened': microphone.opened,
            }
            if microphone.problem:
                level, sentence = DiagnosticStatus.ERROR, microphone.problem
            elif microphone.overruns > self._overruns_told:
                lost = microphone.overruns - self._overruns_told
                level, sentence = DiagnosticStatus.WARN, f'{lost} overruns: samples were lost'
            self._overruns_told = microphone.overruns
            if microphone.problem != self._told:
                self._told = microphone.problem
                self.get_logger().warning(microphone.problem or 'the microphone is back')
        if self.problem:
            level, sentence = DiagnosticStatus.ERROR, self.problem
        status = DiagnosticStatus(
            level=level,
            name=f'{self.get_fully_qualified_name()}: microphone',
            message=sentence,
            values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
        )
        message = DiagnosticArray(status=[status])
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)
