// Mouse and fingers: intervals are drawn and moved, the view goes along.

import {$, begin, end, here} from './here.js';
import {SHORTEST} from './intervals.js';
import {choosing, goProposal, make} from './labelling.js';
import {LEFT} from './rows.js';
import {pan, player, plotWidth, redraw, show, stack, timeAt, xOf, zoom} from './stage.js';
import {clamp} from './times.js';

const EDGE = matchMedia('(pointer: coarse)').matches ? 14 : 6;

/** The interval whose edge lies under the pointer, and which edge. */
function edgeAt(x) {
  let best = null;
  for (const one of here.view.intervals) {
    if (one[1] < here.view.from || one[0] > here.view.to) continue;
    for (const edge of [0, 1]) {
      const far = Math.abs(xOf(one[edge]) - x) - (one === here.view.chosen ? .5 : 0);
      if (far <= EDGE && (!best || far < best.far)) best = {one, edge, far};
    }
  }
  return best;
}

const localX = event => event.clientX - stack.getBoundingClientRect().left;

stack.addEventListener('pointerdown', event => {
  if (event.button !== 0 || !here.told?.span) return;
  const x = localX(event);
  if (x < LEFT - EDGE) return;
  stack.setPointerCapture(event.pointerId);
  const isLane = event.target === $('lane');
  here.drag = {x, at: timeAt(x), isLane, edge: isLane ? edgeAt(x) : null, stretch: null};
  here.pending = null;
});

stack.addEventListener('pointermove', event => {
  const x = localX(event);
  if (!here.drag) {
    stack.classList.toggle('resizing', event.target === $('lane') && edgeAt(x) !== null);
    return;
  }
  if (!here.drag.stretch && Math.abs(x - here.drag.x) < 4) return;
  const time = clamp(timeAt(x), begin(), end());
  if (here.drag.edge) {
    const {one, edge} = here.drag.edge;
    const [low, high] = here.intervals.room(one);
    here.drag.stretch = edge ? [one[0], clamp(time, one[0] + SHORTEST, high)]
      : [clamp(time, low, one[1] - SHORTEST), one[1]];
  } else {
    here.drag.stretch = [Math.min(here.drag.at, time), Math.max(here.drag.at, time)];
  }
  redraw();
});

stack.addEventListener('pointerup', () => {
  const done = here.drag;
  here.drag = null;
  if (!done) return;
  if (done.stretch && done.edge) {
    const {one} = done.edge;
    const longer = [...done.stretch.map(Math.round), one[2]];
    here.view.chosen = longer;
    here.intervals.replace(one, longer);
  } else if (done.stretch) {
    make(...done.stretch);
  } else {
    const one = done.isLane ? here.intervals.at(done.at) : null;
    if (one) choosing(one);
    else {
      const offered = done.isLane && here.ranked.find(p => p[0] <= done.at && done.at < p[1]);
      if (offered) goProposal(offered);
      else {
        choosing(null);
        player.seek(clamp(done.at, begin(), end()));
      }
    }
  }
  redraw();
});

stack.addEventListener('pointercancel', () => { here.drag = null; redraw(); });

stack.addEventListener('wheel', event => {
  if (!here.told?.span) return;
  event.preventDefault();
  const unit = event.deltaMode === 1 ? 16 : 1;
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    pan((event.deltaX || event.deltaY) * unit / plotWidth());
  } else {
    const at = clamp(timeAt(localX(event)), here.view.from, here.view.to);
    zoom(1.0015 ** clamp(event.deltaY * unit, -400, 400), at);
  }
}, {passive: false});

function overviewTo(event) {
  const box = $('overview').getBoundingClientRect();
  const time = begin() + (event.clientX - box.left) / box.width * (end() - begin());
  show(time - (here.view.to - here.view.from) / 2, here.view.to - here.view.from);
}

$('overview').addEventListener('pointerdown', event => {
  $('overview').setPointerCapture(event.pointerId);
  overviewTo(event);
});
$('overview').addEventListener('pointermove', event => { if (event.buttons) overviewTo(event); });
