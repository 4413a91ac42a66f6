"""Running one lifecycle node until it is told to stop."""

import gc
import sys
from threading import Event

import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import ParameterException
from rclpy.experimental import EventsExecutor
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future

from dcat_ros.errors import DcatError
from dcat_ros.nodes.heap import give_back
from dcat_ros.nodes.lifecycle import GuardedLifecycleNode
from dcat_ros.nodes.start import init, sentence_of
from dcat_ros.short import short

__all__ = ['spin']

#: How long a signal may wait: Python runs its handler in the next callback, at the latest in that
#: of a timer.
_POLL_S = 0.25
#: Each return of spin_until_future_complete() leaks an object; and without a limit rclpy's events
#: executor runs no timer.
_LONG_S = 3600.0
_GIVE_BACK_S = 60.0
#: Characters of a sentence: a refused value may have megabytes.
_LONGEST = 1000


def spin(node_class: type[GuardedLifecycleNode], stop: Event) -> int:
    """Make a node, start it and serve it until `stop` is set.

    Returns:
        The exit code: 0 after a regular end, 2 if a parameter, the file of parameters or the
        environment of ROS is unusable.
    """
    # what is imported stays: to look through torch for garbage would stop the node for 0.2 s
    gc.freeze()
    try:
        init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    except DcatError as problem:
        print(f'{node_class.__name__}: {problem}', file=sys.stderr)
        return 2
    try:
        try:
            node = node_class()
        except (ParameterException, DcatError) as problem:
            print(f'{node_class.__name__}: {short(str(problem), _LONGEST)}', file=sys.stderr)
            return 2
        except rclpy_implementation.RCLError as problem:
            # the middleware has no node for it: a secured ROS without its keystore or its library
            print(
                f'{node_class.__name__}: ROS makes no node: {sentence_of(problem)}', file=sys.stderr
            )
            return 2
        # the events executor takes a third of the CPU time of the default one; its own spin()
        # does not come back on a signal, and spin_once() serves one callback a call
        executor = EventsExecutor()
        over: Future[None] = Future()
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        node.create_timer(
            _POLL_S,
            lambda: over.set_result(None) if stop.is_set() else None,
            clock=steady,
        )
        node.create_timer(_GIVE_BACK_S, give_back, clock=steady)
        executor.add_node(node)
        if not stop.is_set():
            node.start()
        while rclpy.ok() and not stop.is_set():
            executor.spin_until_future_complete(over, timeout_sec=_LONG_S)
        node.stop()
        executor.remove_node(node)
        node.destroy_node()
        return 0
    finally:
        rclpy.try_shutdown()
