"""Who may speak to the page: whoever has its whole address, in a browser of this machine.

Another web site in the same browser cannot guess the token, and cannot reach the page under a name
of its own that it lets point to this machine (DNS rebinding): `Host` must be this machine's.
"""

import secrets

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ['HOSTS', 'Guard', 'new_token']

#: Names of this machine that a browser may have asked for.
HOSTS = ('127.0.0.1', 'localhost')
_HEADERS = {
    'Content-Security-Policy': (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
}


def new_token() -> str:
    """A token of 256 random bits."""
    return secrets.token_urlsafe(32)


class Guard:
    """Passes on what has the token as the first part of its path; refuses all else.

    Args:
        app: what is guarded.
        token: see above.
    """

    def __init__(self, app: ASGIApp, token: str):
        self._app, self._token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope['type'] != 'http':
            return

        async def with_headers(message: Message) -> None:
            if message['type'] == 'http.response.start':
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault('Cache-Control', 'no-store')
            await send(message)

        first = scope['path'].split('/')[1:2]
        given = (first[0] if first else '').encode('utf-8', 'surrogateescape')
        if not secrets.compare_digest(given, self._token):
            refusal = PlainTextResponse(
                'This page opens with its whole address, as "dcat label" printed it.\n', 403
            )
            await refusal(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)
