// The page: one recording at a time, its rows on one time axis, and what is done with keys and mouse.

import {Intervals, SHORTEST as NO_INTERVAL} from './intervals.js';
import {drawLane, drawOverview, drawRuler, shade} from './lane.js';
import {drawIntervals, drawLabels, drawProposals} from './lists.js';
import {Pictures, Player} from './player.js';
import {LEFT, RIGHT, SignalRow, SpectrumRow, waitingRow} from './rows.js';
import {json, post} from './server.js';
import {Tiles} from './tiles.js';
import {clamp, clock, S} from './times.js';

const $ = id => document.getElementById(id);
const stack = $('stack');
const SHORTEST = .05 * S;
const EDGE = matchMedia('(pointer: coarse)').matches ? 14 : 6;

let number = -1;
let told = null; // what the server last said of the recording
let intervals = null;
let view = {from: 0, to: S, intervals: [], chosen: null, proposals: null};
let rows = [];
let pictures = [];
let shape = '';
let label = '';
let added = []; // labels without an interval yet
let ranked = [];
let proposal = null;
let mark = null;
let pending = null; // a stretch that waits for its label
let isDirty = false;
let timer = 0;

const tiles = new Tiles(() => redraw());
const player = new Player(() => redraw());
const path = () => `bags/${number}`;
const begin = () => told?.span?.[0] ?? 0;
const end = () => told?.span?.[1] ?? S;

function say(what, isWrong = false) {
  $('status').textContent = what;
  $('status').classList.toggle('wrong', isWrong);
}

// ---- a recording is opened, and asked for again while it is read -------------------------------

async function open(next) {
  if (intervals && !intervals.isSaved) say('saving …');
  number = next;
  history.replaceState(null, '', `#${number}`);
  $('bags').value = number;
  told = proposal = mark = pending = null;
  ranked = [];
  shape = '';
  player.stop();
  view = {from: 0, to: S, intervals: [], chosen: null, proposals: null};
  colours();
  const own = path();
  intervals = new Intervals(own, (what, wrong) => own === path() && say(what, wrong),
    () => own === path() && changed());
  say('');
  for (const link of document.querySelectorAll('[data-format]')) {
    link.href = `${own}/labels/${link.dataset.format}`;
  }
  rebuild();
  await ask();
}

async function ask() {
  clearTimeout(timer);
  const own = number;
  let wait = 3000;
  try {
    const found = await json(`${path()}?known=${intervals.state}`);
    if (own !== number) return;
    const hadSpan = told?.span;
    told = found;
    if (!hadSpan && told.span) all();
    if (told.intervals) intervals.take(told.state, told.intervals);
    ranked = told.proposals?.ranked ?? [];
    if (proposal) proposal = ranked.find(one => one[0] === proposal[0]) ?? null;
    view.proposals = told.proposals ? [...ranked].sort((a, b) => a[0] - b[0]) : null;
    player.end = end();
    if (!told.problem && (!told.ready || told.proposals?.ready === false)) wait = 500;
    rebuild();
    lists();
  } catch (problem) {
    if (own !== number) return;
    say('dcat label does not answer', true);
  }
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

function notes() {
  const lines = [];
  const add = (text, isWrong) => {
    const p = document.createElement('p');
    p.textContent = text;
    if (isWrong) p.className = 'wrong';
    lines.push(p);
  };
  if (told?.problem) add(told.problem, true);
  if (told?.labels_problem) add(told.labels_problem, true);
  for (const note of told?.notes ?? []) add(note, false);
  if (told?.proposals?.why_none) add(`Nothing is suggested: ${told.proposals.why_none}`, false);
  $('notes').replaceChildren(...lines);
}

/** Make the rows anew where other tracks are ready than before. */
function rebuild() {
  notes();
  $('file').textContent = told ? `Labels go to ${told.file}` : '';
  const now = JSON.stringify((told?.tracks ?? []).map(t => [t.kind, t.kind ? 1 : t.share, t.why_none]));
  if (now === shape && told) { redraw(); return; }
  shape = now;
  for (const row of rows) row.plot?.destroy();
  rows = [];
  pictures = [];
  $('rows').replaceChildren();
  $('pictures').replaceChildren();
  player.heardPath = null;
  (told?.tracks ?? []).forEach((track, i) => {
    const own = `${path()}/tracks/${i}`;
    if (!track.kind) {
      $('rows').append(waitingRow(track));
    } else if (track.kind === 'pictures') {
      pictures.push(new Pictures($('pictures'), own, track));
    } else if (track.kind === 'heard') {
      const wave = {name: 'sound', unit: '', columns: ['']};
      rows.push(new SignalRow($('rows'), tiles, own, track, wave, 0, 1, behind));
      rows.push(new SpectrumRow($('rows'), tiles, own, track, behind));
      player.heardPath ??= own;
    } else {
      const count = track.rows.reduce((n, row) => n + row.columns.length, 0);
      let first = 0;
      for (const row of track.rows) {
        rows.push(new SignalRow($('rows'), tiles, own, track, row, first, count, behind));
        first += row.columns.length;
      }
    }
  });
  redraw();
}

const behind = (ctx, x, left, right, top, height, isPicture = false) =>
  shade(ctx, x, left, right, top, height, view, isPicture);

// ---- drawing, once a frame ---------------------------------------------------------------------

const plotWidth = () => Math.max(stack.clientWidth - LEFT - RIGHT, 50);
const xOf = time => LEFT + (time - view.from) / (view.to - view.from) * plotWidth();
const timeAt = x => view.from + (x - LEFT) / plotWidth() * (view.to - view.from);

function redraw() {
  if (isDirty) return;
  isDirty = true;
  requestAnimationFrame(draw);
}

let drawnView = '';
function draw() {
  isDirty = false;
  if (player.isPlaying && player.head > view.to) {
    show(view.to - .05 * (view.to - view.from), view.to - view.from);
  }
  const now = `${view.from} ${view.to}`;
  if (now !== drawnView) tiles.forgetWanted();
  drawnView = now;
  for (const row of rows) row.draw(view.from, view.to, plotWidth());
  drawRuler($('ruler'), view);
  drawLane($('lane'), view);
  drawOverview($('overview'), view, begin(), end(), player.head);
  $('head').hidden = player.head < view.from || player.head > view.to || !told?.span;
  $('head').style.left = `${xOf(player.head)}px`;
  const range = drag?.stretch ?? pending;
  $('selection').hidden = !range;
  if (range) {
    const [a, b] = range.map(time => clamp(xOf(time), LEFT, LEFT + plotWidth()));
    $('selection').style.left = `${a}px`;
    $('selection').style.width = `${Math.max(b - a, 1)}px`;
  }
  for (const one of pictures) one.show(player.head);
  $('clock').value = clock(player.head);
  $('play').textContent = player.isPlaying ? 'Pause' : 'Play';
}

function lists() {
  const labels = vocabulary();
  if (!label && labels.length) label = labels[0];
  drawLabels($('labels'), labels, label, choose);
  drawIntervals($('intervals'), view.intervals, view.chosen, player.head, go, remove);
  $('intervals-n').textContent = view.intervals.length;
  $('suggested').hidden = !told?.proposals;
  $('suggested-n').textContent = told?.proposals?.ready ? told.proposals.n : 'the model listens …';
  drawProposals($('proposals'), ranked, proposal, goProposal, accept);
  $('undo').disabled = !intervals.canUndo;
  $('redo').disabled = !intervals.canRedo;
}

function changed() {
  const before = view.chosen;
  view.intervals = intervals.all;
  view.chosen = before && (intervals.all.find(one => one.join() === before.join()) ?? null);
  const isFree = one => !intervals.all.some(own => own[0] < one[1] && one[0] < own[1]);
  ranked = ranked.filter(isFree);
  if (proposal && !isFree(proposal)) proposal = null;
  if (view.proposals) view.proposals = view.proposals.filter(isFree);
  lists();
  redraw();
}

// ---- the view ----------------------------------------------------------------------------------

function show(from, length) {
  const most = Math.max(end() - begin(), SHORTEST);
  const span = clamp(length, Math.min(SHORTEST, most), most);
  view.from = clamp(from, begin(), Math.max(end() - span, begin()));
  view.to = view.from + span;
  redraw();
}

const all = () => show(begin(), end() - begin());
const pan = share => show(view.from + share * (view.to - view.from), view.to - view.from);

function zoom(factor, at = (view.from + view.to) / 2) {
  show(at - (at - view.from) * factor, (view.to - view.from) * factor);
}

function showAround(from, to) {
  const span = view.to - view.from;
  if (from >= view.from && to <= view.to && to - from > .02 * span) return;
  const length = Math.max(4 * (to - from), Math.min(span, 20 * S));
  show((from + to - length) / 2, length);
}

// ---- what is done with labels ------------------------------------------------------------------

function vocabulary() {
  const own = new Set([...(told?.vocabulary ?? []), ...view.intervals.map(one => one[2]), ...added]);
  return [...own].sort((a, b) => a.localeCompare(b));
}

function choose(name) {
  label = name;
  if (pending) {
    const stretch = pending;
    pending = null;
    make(...stretch);
  } else if (view.chosen && view.chosen[2] !== name) {
    const one = [view.chosen[0], view.chosen[1], name];
    const old = view.chosen;
    view.chosen = one;
    intervals.replace(old, one);
  }
  lists();
  redraw();
}

/** An interval of the chosen label; where there is none, it waits for one. */
function make(from, to) {
  const [start, stop] = [clamp(from, begin(), end()), clamp(to, begin(), end())];
  if (!told?.span || told.labels_problem || stop - start < NO_INTERVAL) return;
  if (!label) {
    pending = [start, stop];
    say('write its label');
    $('label-name').focus();
    redraw();
    return;
  }
  const one = intervals.add(start, stop, label);
  if (!one) {
    say('there is a label already', true);
    return;
  }
  choosing(one);
}

function choosing(one) {
  view.chosen = one;
  lists();
  redraw();
}

function go(one) {
  choosing(one);
  showAround(one[0], one[1]);
  player.seek(one[0]);
}

function remove(one) {
  if (view.chosen === one) view.chosen = null;
  intervals.remove(one);
}

function step(by) {
  const list = view.intervals;
  if (!list.length) return;
  const now = view.chosen ? list.indexOf(view.chosen)
    : list.findIndex(one => one[0] > player.head) - (by > 0 ? 1 : 0);
  go(list[clamp(now + by, 0, list.length - 1)]);
}

function goProposal(one) {
  proposal = one;
  view.chosen = null;
  const length = Math.max(3 * (one[1] - one[0]), 4 * S);
  show((one[0] + one[1] - length) / 2, length);
  player.seek(one[0]);
  lists();
}

/** A sure proposal brings its label; of another one the chosen label is meant, if somebody chose. */
function accept(one) {
  label = one[2];
  proposal = one;
  const place = ranked.indexOf(one);
  make(one[0], one[1]);
  if (ranked.length) proposal = ranked[Math.min(place, ranked.length - 1)] ?? null;
  lists();
}

function nextProposal() {
  if (!ranked.length) return;
  goProposal(ranked[(ranked.indexOf(proposal) + 1) % ranked.length]);
}

$('new-label').addEventListener('submit', event => {
  event.preventDefault();
  const name = $('label-name').value.trim().replace(/\s+/g, ' ');
  if (!name) return;
  $('label-name').value = '';
  $('label-name').blur();
  added.push(name);
  // what comes next is meant, and not what is chosen
  if (!pending) view.chosen = null;
  choose(name);
});

$('import').addEventListener('change', async event => {
  const [file] = event.target.files;
  event.target.value = '';
  const format = {csv: 'csv', txt: 'audacity', eaf: 'elan'}[file?.name.toLowerCase().split('.').pop()];
  if (!format) {
    say('a file ends in .csv, .txt or .eaf', true);
    return;
  }
  try {
    const found = await post(`${path()}/labels/${format}`, await file.arrayBuffer());
    intervals.take(found.state, found.intervals);
    const left = found.overlap + found.empty;
    say(`${found.added} read` + (left ? `, ${left} left out (they overlap, or are empty)` : ''));
  } catch (problem) {
    say(problem.message, true);
  }
});

// ---- mouse and fingers -------------------------------------------------------------------------

let drag = null;

/** The interval whose edge lies under the pointer, and which edge. */
function edgeAt(x) {
  let best = null;
  for (const one of view.intervals) {
    if (one[1] < view.from || one[0] > view.to) continue;
    for (const edge of [0, 1]) {
      const far = Math.abs(xOf(one[edge]) - x) - (one === view.chosen ? .5 : 0);
      if (far <= EDGE && (!best || far < best.far)) best = {one, edge, far};
    }
  }
  return best;
}

const localX = event => event.clientX - stack.getBoundingClientRect().left;

stack.addEventListener('pointerdown', event => {
  if (event.button !== 0 || !told?.span) return;
  const x = localX(event);
  if (x < LEFT - EDGE) return;
  stack.setPointerCapture(event.pointerId);
  const isLane = event.target === $('lane');
  drag = {x, at: timeAt(x), isLane, edge: isLane ? edgeAt(x) : null, stretch: null};
  pending = null;
});

stack.addEventListener('pointermove', event => {
  const x = localX(event);
  if (!drag) {
    stack.classList.toggle('resizing', event.target === $('lane') && edgeAt(x) !== null);
    return;
  }
  if (!drag.stretch && Math.abs(x - drag.x) < 4) return;
  const time = clamp(timeAt(x), begin(), end());
  if (drag.edge) {
    const {one, edge} = drag.edge;
    const [low, high] = intervals.room(one);
    drag.stretch = edge ? [one[0], clamp(time, one[0] + NO_INTERVAL, high)]
      : [clamp(time, low, one[1] - NO_INTERVAL), one[1]];
  } else {
    drag.stretch = [Math.min(drag.at, time), Math.max(drag.at, time)];
  }
  redraw();
});

stack.addEventListener('pointerup', () => {
  const done = drag;
  drag = null;
  if (!done) return;
  if (done.stretch && done.edge) {
    const {one} = done.edge;
    const longer = [...done.stretch.map(Math.round), one[2]];
    view.chosen = longer;
    intervals.replace(one, longer);
  } else if (done.stretch) {
    make(...done.stretch);
  } else {
    const one = done.isLane ? intervals.at(done.at) : null;
    if (one) choosing(one);
    else {
      const offered = done.isLane && ranked.find(p => p[0] <= done.at && done.at < p[1]);
      if (offered) goProposal(offered);
      else {
        choosing(null);
        player.seek(clamp(done.at, begin(), end()));
      }
    }
  }
  redraw();
});

stack.addEventListener('pointercancel', () => { drag = null; redraw(); });

stack.addEventListener('wheel', event => {
  if (!told?.span) return;
  event.preventDefault();
  const unit = event.deltaMode === 1 ? 16 : 1;
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    pan((event.deltaX || event.deltaY) * unit / plotWidth());
  } else {
    zoom(1.0015 ** clamp(event.deltaY * unit, -400, 400), clamp(timeAt(localX(event)), view.from, view.to));
  }
}, {passive: false});

function overviewTo(event) {
  const box = $('overview').getBoundingClientRect();
  const time = begin() + (event.clientX - box.left) / box.width * (end() - begin());
  show(time - (view.to - view.from) / 2, view.to - view.from);
}

$('overview').addEventListener('pointerdown', event => {
  $('overview').setPointerCapture(event.pointerId);
  overviewTo(event);
});
$('overview').addEventListener('pointermove', event => { if (event.buttons) overviewTo(event); });

// ---- keys and buttons --------------------------------------------------------------------------

const onClick = (id, act) => $(id).addEventListener('click', act);
onClick('play', () => player.toggle());
onClick('undo', () => intervals.undo());
onClick('redo', () => intervals.redo());
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
  const isSeen = player.head >= view.from && player.head <= view.to;
  return isSeen ? player.head : (view.from + view.to) / 2;
}

function along(ns) {
  player.seek(clamp(player.head + ns, begin(), end()));
  if (player.head < view.from || player.head > view.to) {
    show(player.head - (view.to - view.from) / 2, view.to - view.from);
  }
}

const KEYS = {
  ' ': () => player.toggle(),
  '[': () => { mark = player.head; say(`begins at ${clock(mark)}`); },
  ']': () => {
    if (mark === null) return;
    const start = mark;
    mark = null;
    say('');
    make(Math.min(start, player.head), Math.max(start, player.head));
  },
  l: () => $('label-name').focus(),
  Delete: () => view.chosen && remove(view.chosen),
  Backspace: () => view.chosen && remove(view.chosen),
  j: () => step(-1),
  k: () => step(1),
  n: nextProposal,
  Enter: () => proposal && accept(proposal),
  ArrowLeft: event => along(event.shiftKey ? -S : -.1 * S),
  ArrowRight: event => along(event.shiftKey ? S : .1 * S),
  '+': () => zoom(.5, around()),
  '=': () => zoom(.5, around()),
  '-': () => zoom(2, around()),
  0: all,
  PageUp: () => number > 0 && open(number - 1),
  PageDown: () => number + 1 < $('bags').options.length && open(number + 1),
  '?': () => $('help').showModal(),
  Escape: () => { pending = mark = null; choosing(null); },
};

document.addEventListener('keydown', event => {
  const isWriting = event.target.matches('input, select, textarea');
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !isWriting) {
    event.preventDefault();
    if (event.shiftKey) intervals.redo(); else intervals.undo();
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

addEventListener('beforeunload', event => { if (intervals && !intervals.isSaved) event.preventDefault(); });
addEventListener('hashchange', () => {
  const wanted = Number(location.hash.slice(1));
  if (wanted !== number && $('bags').options[wanted]) open(wanted);
});
new ResizeObserver(() => {
  for (const row of rows) row.resize();
  redraw();
}).observe(stack);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  colours();
  shape = '';
  rebuild();
});

function colours() {
  const of = getComputedStyle(document.documentElement);
  for (const name of ['text', 'soft', 'line', 'accent', 'head']) {
    view[name] = of.getPropertyValue(`--${name}`).trim();
  }
}

const {bags} = await json('bags');
$('bags').replaceChildren(...bags.map(({name}, i) => new Option(`${i + 1}/${bags.length} ${name}`, i)));
await open(bags[Number(location.hash.slice(1))] ? Number(location.hash.slice(1)) : 0);
