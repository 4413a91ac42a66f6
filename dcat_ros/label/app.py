"""The page and what it asks for: recordings, tracks and tiles by number, never a path."""

from collections.abc import Awaitable, Callable
from functools import wraps
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import quote

import pydantic
from pydantic import Field
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from dcat_ros.errors import DcatError, InputError
from dcat_ros.label.desk import Desk
from dcat_ros.label.exchange import FORMATS, read_as, written_as
from dcat_ros.label.guard import HOSTS, Guard
from dcat_ros.label.intervals import MOST, moved
from dcat_ros.label.label_file import ChangedError
from dcat_ros.label.told import labels_told, list_told, place_told
from dcat_ros.label.tracks import LONGEST_S, HeardTrack, PictureTrack, SignalTrack, Track
from dcat_ros.segment import Segment
from dcat_ros.texts import MOST_BYTES, parse_json

__all__ = ['make_app']

_TYPES = {
    'html': 'text/html; charset=utf-8',
    'css': 'text/css; charset=utf-8',
    'js': 'text/javascript; charset=utf-8',
}
_PAGE = (
    *('page.html', 'page.css', 'uplot.css', 'uplot.js'),
    *('main.js', 'here.js', 'stage.js', 'recording.js', 'labelling.js', 'entered.js'),
    *('keys.js', 'pointer.js', 'times.js', 'tiles.js', 'rows.js', 'lane.js', 'intervals.js'),
    *('player.js', 'lists.js', 'server.js'),
)
_ENDINGS = {name: ending for ending, name in FORMATS.items()}
#: Of what never changes while a recording is open.
_KEPT = {'Cache-Control': 'private, max-age=3600'}
_FARTHEST = 2**53

Time = Annotated[int, Field(strict=True, gt=-_FARTHEST, lt=_FARTHEST)]


class _Saved(pydantic.BaseModel):
    """What a page saves."""

    model_config = pydantic.ConfigDict(extra='forbid')

    state: Annotated[str, Field(max_length=64)]
    intervals: Annotated[
        list[tuple[Time, Time, Annotated[str, Field(strict=True, max_length=200)]]],
        Field(max_length=MOST),
    ]


class _NotThere(Exception):  # noqa: N818  an answer, and no error
    """Nothing is under this address."""


def make_app(desk: Desk, token: str) -> Starlette:
    """The application.

    Args:
        desk: the recordings.
        token: the first part of every path.
    """
    routes = _Routes(desk)
    inner = [
        Route('/', routes.page),
        Route('/bags', routes.bags),
        Route('/bags/{bag}', routes.bag),
        Route('/bags/{bag}/labels', routes.save, methods=['PUT']),
        Route('/bags/{bag}/labels/{format}', routes.give),
        Route('/bags/{bag}/labels/{format}', routes.take, methods=['POST']),
        Route('/bags/{bag}/tracks/{track}/tiles/{level}/{index}', routes.tile),
        Route('/bags/{bag}/tracks/{track}/spectrum/{level}/{index}', routes.spectrum),
        Route('/bags/{bag}/tracks/{track}/heard/{start}/{length}', routes.heard),
        Route('/bags/{bag}/tracks/{track}/near/{time}', routes.near),
        Route('/bags/{bag}/tracks/{track}/pictures/{picture}', routes.picture),
        Route('/bags/{bag}/tracks/{track}/joints/{picture}', routes.joints),
        Route('/page/{name}', routes.file),
    ]
    return Starlette(
        routes=[Mount('/{token}', routes=inner)],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS)),
            Middleware(Guard, token=token),
        ],
    )


def _answered(
    answer: Callable[['_Routes', Request], Response],
) -> Callable[['_Routes', Request], Awaitable[Response]]:
    """In a thread; what is wrong is told in one sentence."""

    @wraps(answer)
    async def call(self: '_Routes', request: Request) -> Response:
        try:
            if request.method in ('PUT', 'POST'):
                request.state.body = await _body(request)
            return await run_in_threadpool(answer, self, request)
        except _NotThere:
            return JSONResponse({'error': 'There is nothing under this address.'}, 404)
        except ChangedError:
            return JSONResponse({'error': 'The labels were changed elsewhere meanwhile.'}, 409)
        except DcatError as problem:
            return JSONResponse({'error': str(problem)}, 422)
        except OSError:  # a recording that was closed at this moment
            return JSONResponse({'error': 'The recording was closed; it is read again.'}, 404)

    return call


class _Routes:
    def __init__(self, desk: Desk):
        self._desk = desk
        folder = files('dcat_ros.label') / 'page'
        self._files = {name: (folder / name).read_bytes() for name in _PAGE}

    @_answered
    def page(self, request: Request) -> Response:
        return Response(self._files['page.html'], media_type=_TYPES['html'])

    @_answered
    def file(self, request: Request) -> Response:
        name = request.path_params['name']
        if name not in self._files:
            raise _NotThere
        return Response(self._files[name], media_type=_TYPES[name.rpartition('.')[2]])

    @_answered
    def bags(self, request: Request) -> Response:
        return JSONResponse(list_told(self._desk))

    @_answered
    def bag(self, request: Request) -> Response:
        known = request.query_params.get('known', '')
        return JSONResponse(place_told(self._desk, self._bag(request), known))

    @_answered
    def save(self, request: Request) -> Response:
        number = self._bag(request)
        try:
            saved = _Saved.model_validate(parse_json(request.state.body))
        except pydantic.ValidationError as problem:
            first = problem.errors()[0]
            where = '.'.join(str(part) for part in first['loc'])
            raise InputError(
                f'What the page saves makes no sense: {where}: {first["msg"]}.'
            ) from None
        except ValueError as problem:
            raise InputError(f'What the page saves is no JSON: {problem}.') from None
        segments = moved((Segment(*one) for one in saved.intervals), self._origin_ns(number))
        return JSONResponse({'state': self._desk.save(number, segments, saved.state)})

    @_answered
    def give(self, request: Request) -> Response:
        number, name = self._bag(request), self._format(request)
        segments, _ = self._desk.labels_of(number)
        text = written_as(name, segments, self._origin_ns(number))
        file = self._desk.places[number].path.name.partition('.')[0] + _ENDINGS[name]
        said = f"attachment; filename*=UTF-8''{quote(file)}"
        return Response(text, media_type='text/plain', headers={'Content-Disposition': said})

    @_answered
    def take(self, request: Request) -> Response:
        number, name = self._bag(request), self._format(request)
        origin_ns = self._origin_ns(number)
        segments, n_empty = read_as(name, request.state.body, 'The file', origin_ns)
        n_added, n_over = self._desk.add(number, segments)
        both, state = self._desk.labels_of(number)
        told = {'added': n_added, 'overlap': n_over, 'empty': n_empty, 'state': state}
        return JSONResponse(told | {'intervals': labels_told(both, origin_ns)})

    @_answered
    def tile(self, request: Request) -> Response:
        track = self._track(request)
        if not isinstance(track, SignalTrack | HeardTrack):
            raise _NotThere
        data = _made(lambda: track.tile(_number(request, 'level'), _number(request, 'index')))
        return Response(data, media_type='application/octet-stream', headers=_KEPT)

    @_answered
    def spectrum(self, request: Request) -> Response:
        track = self._heard(request)
        data = _made(lambda: track.picture(_number(request, 'level'), _number(request, 'index')))
        return Response(data, media_type='image/png', headers=_KEPT)

    @_answered
    def heard(self, request: Request) -> Response:
        track = self._heard(request)
        length_s = min(max(_number(request, 'length') / 1e9, 0.0), LONGEST_S)
        data = track.wav(_number(request, 'start'), length_s)
        return Response(data, media_type='audio/wav', headers=_KEPT)

    @_answered
    def near(self, request: Request) -> Response:
        track = self._pictures(request)
        number = track.at(_number(request, 'time'))
        return JSONResponse({'picture': number, 'time': track.stamp_ns(number)})

    @_answered
    def picture(self, request: Request) -> Response:
        track, number = self._one_picture(request)
        return Response(track.jpeg(number), media_type='image/jpeg', headers=_KEPT)

    @_answered
    def joints(self, request: Request) -> Response:
        track, number = self._one_picture(request)
        pose = track.pose(number)
        told: dict[str, Any] = {'why_none': track.why_no_joints, 'joints': [], 'bones': []}
        if pose is not None:
            told |= {'joints': pose.joints.round(4).tolist(), 'bones': pose.bones}
        return JSONResponse(told)

    def _bag(self, request: Request) -> int:
        number = _number(request, 'bag')
        if not 0 <= number < len(self._desk.places):
            raise _NotThere
        return number

    def _origin_ns(self, number: int) -> int:
        opened = self._desk.places[number].opened
        if opened is None:
            raise InputError(f'{self._desk.places[number].path.name} is not open yet.')
        return opened.origin_ns

    def _track(self, request: Request) -> Track:
        opened = self._desk.places[self._bag(request)].opened
        number = _number(request, 'track')
        if opened is None or not 0 <= number < len(opened.tracks):
            raise _NotThere
        track = opened.tracks[number].track
        if track is None:
            raise _NotThere
        return track

    def _heard(self, request: Request) -> HeardTrack:
        track = self._track(request)
        if not isinstance(track, HeardTrack):
            raise _NotThere
        return track

    def _pictures(self, request: Request) -> PictureTrack:
        track = self._track(request)
        if not isinstance(track, PictureTrack):
            raise _NotThere
        return track

    def _one_picture(self, request: Request) -> tuple[PictureTrack, int]:
        track, number = self._pictures(request), _number(request, 'picture')
        if not 0 <= number < len(track):
            raise _NotThere
        return track, number

    def _format(self, request: Request) -> str:
        name: str = request.path_params['format']
        if name not in _ENDINGS:
            raise _NotThere
        return name


def _number(request: Request, name: str) -> int:
    """A whole number in the path that a page can have computed."""
    text = request.path_params[name]
    digits = text.removeprefix('-')
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 16):
        raise _NotThere
    return int(text)


def _made(make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except ValueError:
        raise _NotThere from None


async def _body(request: Request) -> bytes:
    """What is sent, if it is not too much.

    Raises:
        InputError: it is.
    """
    data, size = bytearray(), 0
    async for piece in request.stream():
        size += len(piece)
        if size <= MOST_BYTES:  # what follows is heard to its end, so that the answer is
            data += piece
    if size > MOST_BYTES:
        raise InputError(f'What is sent is larger than {MOST_BYTES >> 20} MiB.')
    return bytes(data)
