"""Serving the page on this machine until somebody ends it."""

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from dcat_ros.errors import ConfigError
from dcat_ros.label.app import make_app
from dcat_ros.label.desk import Desk
from dcat_ros.label.guard import HOSTS, new_token

__all__ = ['serve']

_BACKLOG = 128


def serve(desk: Desk, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        desk: the recordings.
        port: of the loopback; a free one for 0.
        ready: gets the address once somebody may open it.

    Raises:
        ConfigError: the port is taken.
    """
    token = new_token()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOSTS[0], port))
        except OSError as problem:
            raise ConfigError(
                f'The port {port} cannot be had ({problem.strerror}); without --port a free one is '
                'taken.'
            ) from None
        listener.listen(_BACKLOG)
        config = uvicorn.Config(
            make_app(desk, token),
            log_level='warning',
            access_log=False,  # addresses hold the token
            server_header=False,
            lifespan='off',
            ws='none',
            timeout_graceful_shutdown=2,
        )
        ready(f'http://{HOSTS[0]}:{listener.getsockname()[1]}/{token}/')
        with suppress(KeyboardInterrupt):  # raised again by uvicorn once it has ended
            uvicorn.Server(config).run(sockets=[listener])
