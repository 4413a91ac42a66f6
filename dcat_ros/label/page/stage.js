// The stretch of time that is in view: drawn once a frame, moved and zoomed.

import {$, begin, end, here} from './here.js';
import {drawLane, drawOverview, drawRuler} from './lane.js';
import {Player} from './player.js';
import {LEFT, RIGHT} from './rows.js';
import {Tiles} from './tiles.js';
import {clamp, clock, S} from './times.js';

export const stack = $('stack');
const SHORTEST = .05 * S;

let isDirty = false;
let drawnView = '';

export const tiles = new Tiles(() => redraw());
export const player = new Player(() => redraw());

export const plotWidth = () => Math.max(stack.clientWidth - LEFT - RIGHT, 50);
const perPixel = () => (here.view.to - here.view.from) / plotWidth();
export const xOf = time => LEFT + (time - here.view.from) / perPixel();
export const timeAt = x => here.view.from + (x - LEFT) * perPixel();

export function redraw() {
  if (isDirty) return;
  isDirty = true;
  requestAnimationFrame(draw);
}

function draw() {
  isDirty = false;
  if (player.isPlaying && player.head > here.view.to) {
    show(here.view.to - .05 * (here.view.to - here.view.from), here.view.to - here.view.from);
  }
  const now = `${here.view.from} ${here.view.to}`;
  if (now !== drawnView) tiles.forgetWanted();
  drawnView = now;
  for (const row of here.rows) row.draw(here.view.from, here.view.to, plotWidth());
  drawRuler($('ruler'), here.view);
  drawLane($('lane'), here.view);
  drawOverview($('overview'), here.view, begin(), end(), player.head);
  $('head').hidden = player.head < here.view.from || player.head > here.view.to || !here.told?.span;
  $('head').style.left = `${xOf(player.head)}px`;
  const range = here.drag?.stretch ?? here.pending;
  $('selection').hidden = !range;
  if (range) {
    const [a, b] = range.map(time => clamp(xOf(time), LEFT, LEFT + plotWidth()));
    $('selection').style.left = `${a}px`;
    $('selection').style.width = `${Math.max(b - a, 1)}px`;
  }
  for (const one of here.pictures) one.show(player.head);
  $('clock').value = clock(player.head);
  $('play').textContent = player.isPlaying ? 'Pause' : 'Play';
}

export function colours() {
  const of = getComputedStyle(document.documentElement);
  for (const name of ['text', 'soft', 'line', 'accent', 'head']) {
    here.view[name] = of.getPropertyValue(`--${name}`).trim();
  }
}

export function show(from, length) {
  const most = Math.max(end() - begin(), SHORTEST);
  const span = clamp(length, Math.min(SHORTEST, most), most);
  here.view.from = clamp(from, begin(), Math.max(end() - span, begin()));
  here.view.to = here.view.from + span;
  redraw();
}

export const all = () => show(begin(), end() - begin());

export function pan(share) {
  const span = here.view.to - here.view.from;
  show(here.view.from + share * span, span);
}

export function zoom(factor, at = (here.view.from + here.view.to) / 2) {
  show(at - (at - here.view.from) * factor, (here.view.to - here.view.from) * factor);
}

export function showAround(from, to) {
  const span = here.view.to - here.view.from;
  if (from >= here.view.from && to <= here.view.to && to - from > .02 * span) return;
  const length = Math.max(4 * (to - from), Math.min(span, 20 * S));
  show((from + to - length) / 2, length);
}
