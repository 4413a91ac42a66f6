"""Fixtures for all tests: where recordings lie, a small model, and a browser."""

import gc
import os
import shutil
import signal
from pathlib import Path

import pytest

if os.environ.get('OMP_NUM_THREADS') is None:
    os.environ['OMP_NUM_THREADS'] = '1'

# a shell's background job ignores Ctrl-C, and the programs that are tested would inherit that
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

try:
    from hypothesis import settings
except ImportError:  # the tests that need it say so themselves
    pass
else:
    settings.register_profile('dcat', deadline=None, database=None, print_blob=True)
    settings.load_profile('dcat')


@pytest.hookimpl(tryfirst=True)  # before the plug-in looks at the groups
def pytest_collection_modifyitems(items):
    """Spread the tests over several workers so that they end together, and nothing is done twice.

    Those of nodes mostly wait: they come first, in three groups, so that others compute
    beside them; the slow ones, which take times of many processes, one after another. A file's
    tests share its fixtures and imports: one worker gets them. One worker alone starts a browser.
    """

    def order(item):
        return item.path.parent.name != 'nodes', item.get_closest_marker('slow') is None

    items.sort(key=order)
    nodes = list(dict.fromkeys(item.path for item in items if not order(item)[0]))
    for item in items:
        compute, quick = order(item)
        if 'browser' in item.fixturenames:
            group = 'browser'
        elif not compute:
            group = f'nodes {1 + nodes.index(item.path) % 3}' if quick else 'nodes, slow'
        elif quick:
            group = str(item.path)
        else:
            continue
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """All that is imported stays: no collection of garbage shall look through it, then or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(scope='session')
def data_dir():
    """The folder that holds the data sets; skips where there is none."""
    given = os.environ.get('DCAT_DATA')
    folder = Path(given) if given else Path(__file__).resolve().parents[2] / 'shared' / 'data'
    if not (folder / 'utd_mhad' / 'Inertial').is_dir():
        pytest.skip('needs the UTD-MHAD recordings: set DCAT_DATA')
    return folder


@pytest.fixture(scope='session')
def tagger_file():
    """The file of the tagger of sounds; skips where it is nowhere."""
    from ear_helpers import tagger_path

    return tagger_path()


@pytest.fixture
def has_tagger(tagger_file, tmp_path, monkeypatch):
    """A cache of one's own that holds the tagger."""
    from dcat_ros.pretrained.fetch import from_file
    from dcat_ros.pretrained.known import TAGGER

    monkeypatch.setenv('DCAT_CACHE', str(tmp_path / 'cache'))
    from_file(TAGGER, tagger_file)


@pytest.fixture
def no_tagger(tmp_path, monkeypatch):
    """A cache of one's own that is empty."""
    monkeypatch.setenv('DCAT_CACHE', str(tmp_path / 'cache'))


@pytest.fixture
def weights_file(tmp_path):
    """An untrained network saved with a valid card."""
    from helpers import make_card, make_net

    from dcat_ros.model.weights import save_weights

    card = make_card()
    path = tmp_path / 'small.safetensors'
    save_weights(path, make_net(card), card)
    return path


@pytest.fixture
def weights_only(monkeypatch):
    """Training without the file for onnxruntime, whose making takes longer than a tiny training."""
    pytest.importorskip('torch')
    monkeypatch.setattr('dcat_ros.model.export.save_onnx', lambda *args: None)
    # it is made from that file
    monkeypatch.setattr('dcat_ros.cli.train_learn.with_memory', lambda *args: None)
    monkeypatch.setattr('dcat_ros.cli.train_own.with_memory_of_names', lambda *args: None)


@pytest.fixture(scope='session')
def browser():
    """The system's Chromium; playwright only drives it, and downloads none."""
    sync_api = pytest.importorskip(
        'playwright.sync_api', reason='needs playwright: pip install playwright'
    )
    chromium = shutil.which('chromium')
    if chromium is None:
        pytest.skip('needs Chromium: make system')
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=['--no-sandbox'], timeout=300_000
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens a file or an address in a window of some width.

    Gives the page, what went wrong, and what it asked for.
    """
    contexts = []

    def at(path, width):
        context = browser.new_context(viewport={'width': width, 'height': 900})
        contexts.append(context)
        context.set_default_timeout(300_000)  # the machine may be busy
        page, wrong, asked = context.new_page(), [], []
        page.on('console', lambda message: wrong.append(message.text))
        page.on('pageerror', lambda problem: wrong.append(str(problem)))
        page.on('request', lambda request: asked.append(request.url))
        page.goto(path if isinstance(path, str) else path.as_uri())
        return page, wrong, asked

    yield at
    for context in contexts:
        context.close()


@pytest.fixture(scope='session')
def made_once(tmp_path_factory):
    """A folder that the first worker of this run who asks for it fills, for all of them."""
    shared = tmp_path_factory.getbasetemp()
    if 'PYTEST_XDIST_WORKER' in os.environ:
        shared = shared.parent

    def folder(name, make):
        from filelock import FileLock

        made = shared / name
        with FileLock(f'{made}.lock'):
            if not (made / 'is_whole').exists():
                shutil.rmtree(made, ignore_errors=True)
                made.mkdir()
                make(made)
                (made / 'is_whole').touch()
        return made

    return folder


@pytest.fixture(scope='session')
def base(made_once):
    """Path of the weights of a model that can be taught."""
    pytest.importorskip('torch')
    from teach_helpers import BASE, save_base

    return made_once('base', save_base) / f'{BASE}.safetensors'


@pytest.fixture(scope='session')
def outside(made_once):
    """A package with a sensor of somebody's own, bags of it, and weights that were trained."""
    pytest.importorskip('torch')
    from outside import make_place

    return made_once('outside', make_place)


@pytest.fixture
def taught(tmp_path, monkeypatch):
    """The user's folder for what is taught."""
    monkeypatch.setenv('DCAT_TAUGHT', str(tmp_path / 'taught'))
    return tmp_path / 'taught'
