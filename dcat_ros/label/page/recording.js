// A recording is opened, and asked for again while it is read.

import {$, end, here, noView, path, say} from './here.js';
import {Intervals} from './intervals.js';
import {changed, lists} from './labelling.js';
import {shade} from './lane.js';
import {Pictures} from './player.js';
import {SignalRow, SpectrumRow, waitingRow} from './rows.js';
import {json} from './server.js';
import {all, colours, player, redraw, tiles} from './stage.js';

let shape = '';
let timer = 0;

export async function open(next) {
  if (here.intervals && !here.intervals.isSaved) say('saving …');
  here.number = next;
  history.replaceState(null, '', `#${here.number}`);
  $('bags').value = here.number;
  here.told = here.proposal = here.mark = here.pending = null;
  here.ranked = [];
  shape = '';
  player.stop();
  here.view = noView();
  colours();
  const own = path();
  here.intervals = new Intervals(own, (what, wrong) => own === path() && say(what, wrong),
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
  const own = here.number;
  let wait = 3000;
  try {
    const found = await json(`${path()}?known=${here.intervals.state}`);
    if (own !== here.number) return;
    const hadSpan = here.told?.span;
    here.told = found;
    if (!hadSpan && here.told.span) all();
    if (here.told.intervals) here.intervals.take(here.told.state, here.told.intervals);
    here.ranked = here.told.proposals?.ranked ?? [];
    if (here.proposal) here.proposal = here.ranked.find(one => one[0] === here.proposal[0]) ?? null;
    here.view.proposals = here.told.proposals ? [...here.ranked].sort((a, b) => a[0] - b[0]) : null;
    player.end = end();
    if (!here.told.problem && (!here.told.ready || here.told.proposals?.ready === false)) wait = 500;
    rebuild();
    lists();
  } catch (problem) {
    if (own !== here.number) return;
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
  if (here.told?.problem) add(here.told.problem, true);
  if (here.told?.labels_problem) add(here.told.labels_problem, true);
  for (const note of here.told?.notes ?? []) add(note, false);
  if (here.told?.proposals?.why_none) add(`Nothing is suggested: ${here.told.proposals.why_none}`, false);
  $('notes').replaceChildren(...lines);
}

/** Rows take their colours when they are made. */
export function recolour() {
  colours();
  shape = '';
  rebuild();
}

/** Make the rows anew where other tracks are ready than before. */
function rebuild() {
  notes();
  $('file').textContent = here.told ? `Labels go to ${here.told.file}` : '';
  const now = JSON.stringify((here.told?.tracks ?? []).map(t => [t.kind, t.kind ? 1 : t.share, t.why_none]));
  if (now === shape && here.told) { redraw(); return; }
  shape = now;
  for (const row of here.rows) row.plot?.destroy();
  here.rows = [];
  here.pictures = [];
  $('rows').replaceChildren();
  $('pictures').replaceChildren();
  player.heardPath = null;
  (here.told?.tracks ?? []).forEach((track, i) => {
    const own = `${path()}/tracks/${i}`;
    if (!track.kind) {
      $('rows').append(waitingRow(track));
    } else if (track.kind === 'pictures') {
      here.pictures.push(new Pictures($('pictures'), own, track));
    } else if (track.kind === 'heard') {
      const wave = {name: 'sound', unit: '', columns: ['']};
      here.rows.push(new SignalRow($('rows'), tiles, own, track, wave, 0, 1, behind));
      here.rows.push(new SpectrumRow($('rows'), tiles, own, track, behind));
      player.heardPath ??= own;
    } else {
      const count = track.rows.reduce((n, row) => n + row.columns.length, 0);
      let first = 0;
      for (const row of track.rows) {
        here.rows.push(new SignalRow($('rows'), tiles, own, track, row, first, count, behind));
        first += row.columns.length;
      }
    }
  });
  redraw();
}

const behind = (ctx, x, left, right, top, height, isPicture = false) =>
  shade(ctx, x, left, right, top, height, here.view, isPicture);
