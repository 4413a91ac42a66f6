// Keys and buttons.

import {$, begin, end, here, say} from './here.js';
import {accept, choose, choosing, make, nextProposal, remove, step, vocabulary} from './labelling.js';
import {open} from './recording.js';
import {all, pan, player, show, zoom} from './stage.js';
import {clamp, clock, S} from './times.js';

const onClick = (id, act) => $(id).addEventListener('click', act);
onClick('play', () => player.toggle());
onClick('undo', () => here.intervals.undo());
onClick('redo', () => here.intervals.redo());
onClick('in', () => zoom(.5, around()));
onClick('out', () => zoom(2, around()));
onClick('all', all);
onClick('earlier', () => pan(-.5));
onClick('later', () => pan(.5));
onClick('help-button', () => $('help').showModal());
$('speed').addEventListener('change', event => player.setSpeed(Number(event.target.value)));
$('bags').addEventListener('change', event => open(Number(event.target.value)));

/** Zooming goes to the head, if that is in view. */
function around() {
  const isSeen = player.head >= here.view.from && player.head <= here.view.to;
  return isSeen ? player.head : (here.view.from + here.view.to) / 2;
}

function along(ns) {
  player.seek(clamp(player.head + ns, begin(), end()));
  if (player.head < here.view.from || player.head > here.view.to) {
    show(player.head - (here.view.to - here.view.from) / 2, here.view.to - here.view.from);
  }
}

const KEYS = {
  ' ': () => player.toggle(),
  '[': () => { here.mark = player.head; say(`begins at ${clock(here.mark)}`); },
  ']': () => {
    if (here.mark === null) return;
    const start = here.mark;
    here.mark = null;
    say('');
    make(Math.min(start, player.head), Math.max(start, player.head));
  },
  l: () => $('label-name').focus(),
  Delete: () => here.view.chosen && remove(here.view.chosen),
  Backspace: () => here.view.chosen && remove(here.view.chosen),
  j: () => step(-1),
  k: () => step(1),
  n: nextProposal,
  Enter: () => here.proposal && accept(here.proposal),
  ArrowLeft: event => along(event.shiftKey ? -S : -.1 * S),
  ArrowRight: event => along(event.shiftKey ? S : .1 * S),
  '+': () => zoom(.5, around()),
  '=': () => zoom(.5, around()),
  '-': () => zoom(2, around()),
  0: all,
  PageUp: () => here.number > 0 && open(here.number - 1),
  PageDown: () => here.number + 1 < $('bags').options.length && open(here.number + 1),
  '?': () => $('help').showModal(),
  Escape: () => { here.pending = here.mark = null; choosing(null); },
};

document.addEventListener('keydown', event => {
  const isWriting = event.target.matches('input, select, textarea');
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !isWriting) {
    event.preventDefault();
    if (event.shiftKey) here.intervals.redo(); else here.intervals.undo();
    return;
  }
  if (isWriting || $('help').open || event.ctrlKey || event.metaKey || event.altKey) return;
  // a button that has the focus is pressed by these
  if (event.target.matches('button, a') && [' ', 'Enter'].includes(event.key)) return;
  const digit = /^[1-9]$/.test(event.key) ? vocabulary()[Number(event.key) - 1] : null;
  const act = digit ? () => choose(digit) : KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act(event);
});
