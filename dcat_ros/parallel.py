"""Doing independent pieces of work at once: on local processes, or on a Ray cluster."""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from dcat_ros.errors import ConfigError, WorkerError

__all__ = ['spread']

Result = TypeVar('Result')


def spread(
    work: Callable[..., Result],
    pieces: Sequence[tuple[Any, ...]],
    *,
    workers: int | None = None,
    ray_address: str | None = None,
) -> Iterator[tuple[int, Result]]:
    """Yield the number and the result of each piece, in the order in which they are finished.

    Every worker computes with one thread. What the work raises is raised here.

    Args:
        work: a function of a module, for it is found by its name elsewhere.
        pieces: its arguments.
        workers: number of local processes; as many as cores without it.
        ray_address: a Ray cluster that works instead; 'local' starts one here.

    Raises:
        ConfigError: Ray is not installed or not reachable.
        WorkerError: workers die.
    """
    if not pieces:
        return
    if ray_address:
        yield from _on_ray(work, pieces, ray_address, workers)
    else:
        yield from _on_processes(work, pieces, workers)


def _on_processes(
    work: Callable[..., Result], pieces: Sequence[tuple[Any, ...]], workers: int | None
) -> Iterator[tuple[int, Result]]:
    os.environ['OMP_NUM_THREADS'] = '1'  # for the children
    n = workers or os.cpu_count() or 1
    others = set(active_children())
    # to import what the work needs takes as long as a bag: one process does it, with a single
    # thread, and the workers are forked from that
    context = get_context('forkserver')
    context.set_forkserver_preload([work.__module__])
    with ProcessPoolExecutor(min(n, len(pieces)), context, initializer=_end_with_parent) as pool:
        running = {pool.submit(work, *piece): i for i, piece in enumerate(pieces)}
        try:
            while running:
                ready, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ready:
                    yield running.pop(future), future.result()
        except BrokenProcessPool:
            raise WorkerError(
                'a worker process died; was there too little memory? Take fewer workers.'
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            # what they are at may take minutes, and nobody wants it any more
            for child in set(active_children()) - others:
                child.terminate()
            raise


def _end_with_parent() -> None:
    """In a worker: do not go on alone when the program was killed."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _on_ray(
    work: Callable[..., Result],
    pieces: Sequence[tuple[Any, ...]],
    address: str,
    workers: int | None,
) -> Iterator[tuple[int, Result]]:
    """A piece whose worker dies is begun again on another one."""
    try:
        import ray
    except ModuleNotFoundError:
        raise ConfigError("--ray needs the package ray: pip install 'dcat_ros[ray]'.") from None
    try:
        if address == 'local':
            ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
        elif not ray.is_initialized():
            _look_for_cluster(address)
            ray.init(address=address, log_to_driver=False)
    except (OSError, ValueError, RuntimeError) as problem:
        raise ConfigError(f'No Ray cluster answers at {address!r}: {problem}') from None
    one_thread = {'env_vars': {'OMP_NUM_THREADS': '1'}}
    remote = ray.remote(num_cpus=1, max_retries=3, runtime_env=one_thread)(work)
    try:
        running = {remote.remote(*piece): i for i, piece in enumerate(pieces)}
        while running:
            ready, _ = ray.wait(list(running), num_returns=1)
            for reference in ready:
                yield running.pop(reference), ray.get(reference)
    except ray.exceptions.WorkerCrashedError as problem:
        raise WorkerError(f'workers of the Ray cluster die again and again: {problem}') from None
    finally:
        if address == 'local':
            ray.shutdown()


def _look_for_cluster(address: str) -> None:
    """Ray itself tries for five minutes before it says that nobody listens at host:port.

    Raises:
        OSError: nobody listens there.
    """
    place = urlsplit(address if '://' in address else f'ray://{address}')
    if place.hostname and place.port:
        socket.create_connection((place.hostname, place.port), timeout=10).close()
