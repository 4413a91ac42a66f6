"""Weights: those that are shipped, and networks of others that a sensor needs."""

from pathlib import Path

from dcat_ros.doctor.finding import FAULT, NOTE, OK, Finding
from dcat_ros.errors import InputError

__all__ = ['networks', 'weights']

_WHOLE_TRIALS = 'trial macro-F1'


def weights() -> list[Finding]:
    """A finding for each shipped model."""
    try:
        from dcat_ros.model.find import shipped_models
    except (ImportError, OSError):  # what is wrong with it stands further up
        return [Finding(NOTE, 'weights', 'not looked at: they need the libraries')]
    models = shipped_models()
    if not models:
        remedy = 'Install the package again, or set the parameter model to a weights file.'
        return [Finding(FAULT, 'weights', 'none were installed', remedy)]
    return [_one(name, path) for name, path in models.items()]


def networks() -> list[Finding]:
    """A finding for each network of others that running a model may need."""
    try:
        from dcat_ros.pretrained.known import KNOWN
        from dcat_ros.pretrained.store import form_of, how_to_get, is_there, place_of
    except ImportError:  # which library is missing stands further up
        return []
    found = []
    for one in KNOWN.values():
        command = f'{how_to_get(one).capitalize()}.'
        if not is_there(one):
            found.append(Finding(NOTE, one.name, f'not here: {one.what}', command))
        elif form := form_of(one, place_of(one)):
            found.append(Finding(OK, one.name, f'here, {form}: {one.what}'))
        else:
            fact = f'{place_of(one)} is damaged or another file'
            found.append(Finding(FAULT, one.name, fact, command))
    return found


def _one(name: str, path: Path) -> Finding:
    from dcat_ros.model.runtime import load_model
    from dcat_ros.presence.activity import macro_f1_of

    try:
        model = load_model(path)  # the tensors are checked, too
    except InputError as problem:
        return Finding(FAULT, name, str(problem).rstrip('.'), 'Install the package again.')
    card = model.card
    macro_f1 = macro_f1_of(card)
    known = 'macro-F1 not measured' if macro_f1 is None else f'macro-F1 {macro_f1:.3f} by windows'
    whole = next((r.value for r in card.results if r.metric == _WHOLE_TRIALS), None)
    if whole is not None:
        known += f', {whole:.3f} by whole trials'
    what = f'weights for {card.modality}, {len(card.labels)} labels'
    try:
        model.make_ready()
    except InputError as problem:  # whoever wants it gets the network
        return Finding(NOTE, name, f'{what}, {known}', str(problem))
    return Finding(OK, name, f'{what}, {known}; {model.backend}')
