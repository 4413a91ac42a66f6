"""audio_node: sound on `audio` to activity labels."""

from importlib import import_module
from typing import Any

from dcat_ros.errors import ConfigError, MessageError
from dcat_ros.nodes.latched import LatchedSubscription
from dcat_ros.nodes.sensor_node import SensorNode
from dcat_ros.sensors.sound.format import AudioInfo, decode_audio_info
from dcat_ros.sensors.sound.live import frames_of
from dcat_ros.sensors.sound.messages import AUDIO_TYPES, BYTES_TYPES
from dcat_ros.sensors.sound.receiver import AudioReceiver
from dcat_ros.sensors.sound.sensor import SOUND
from dcat_ros.streaming.recogniser import Recogniser

__all__ = ['AudioNode']


class AudioNode(SensorNode):
    """Recognises activities from sound."""

    sensors = (SOUND,)
    input_topic = 'audio'

    def __init__(self, **options: Any) -> None:
        super().__init__('audio_node', **options)
        name = self.get_parameter('message_type').value
        package, _, kind = name.split('/')
        try:
            self.message_type = getattr(import_module(f'{package}.msg'), kind)
        except (ImportError, AttributeError):
            raise ConfigError(
                f'message_type:={name} needs the package {package} with the message {kind}; '
                f'install it, or let the sound come as {AUDIO_TYPES[0]}.'
            ) from None
        self._info_type: type[Any] | None = None
        if name in BYTES_TYPES:
            found = getattr(import_module(f'{package}.msg'), 'AudioInfo', None)
            # the package of mgonzs13 has another message of this name
            if hasattr(found, 'sample_format'):
                self._info_type = found
        self._info: AudioInfo | None = None
        self._audio_info: LatchedSubscription | None = None

    def activate(self) -> None:
        """Also begin to receive audio_info, before the first chunk needs it."""
        if self._info_type is not None:
            self._audio_info = LatchedSubscription(
                self, self._info_type, 'audio_info', self._on_audio_info, raw=True
            )
        super().activate()
        self._tell_info()

    def deactivate(self) -> None:
        """Also stop receiving audio_info."""
        if self._audio_info is not None:
            self._audio_info.destroy()
            self._audio_info = None
        super().deactivate()

    def make_receiver(self, recogniser: Recogniser) -> AudioReceiver:
        """Decodes chunks and makes rows of them."""
        return AudioReceiver(
            recogniser.stream,
            frames=frames_of(recogniser.card),
            type_name=self.get_parameter('message_type').value,
            rate_hz=self.get_parameter('sample_rate').value,
            channels=self.get_parameter('channels').value,
            max_gap_s=self.get_parameter('max_gap').value,
            notice=self.notice,
        )

    def _on_audio_info(self, data: bytes) -> None:
        try:
            self._info = decode_audio_info(data)
        except MessageError as problem:
            self._reject(problem.reason, str(problem))
            return
        self._tell_info()

    def _tell_info(self) -> None:
        if isinstance(self._receiver, AudioReceiver):
            self._receiver.info = self._info
