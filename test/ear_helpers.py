"""The tagger of sounds for tests: brought from where it lies, or skipped with a reason."""

import os
from pathlib import Path

import pytest

from dcat_ros.pretrained.known import TAGGER
from dcat_ros.pretrained.store import form_of, place_of

REASON = f'needs the tagger: dcat models get tagger, or DCAT_DATA/pretrained/{TAGGER.file_name}'


def tagger_path():
    """Its file: in the user's cache, or among the data; skips where it is in neither."""
    data = Path(os.environ.get('DCAT_DATA') or Path(__file__).resolve().parents[2] / 'shared/data')
    places = [place_of(TAGGER), *sorted((data / 'pretrained').glob('*mn04_as*.pt'))]
    found = next((path for path in places if form_of(TAGGER, path)), None)
    if found is None:
        pytest.skip(REASON)
    return found
