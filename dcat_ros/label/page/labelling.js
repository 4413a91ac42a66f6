// What is done with labels: chosen, given, taken from the model; and the lists that show them.

import {$, begin, end, here, say} from './here.js';
import {SHORTEST} from './intervals.js';
import {drawIntervals, drawLabels, drawProposals} from './lists.js';
import {player, redraw, show, showAround} from './stage.js';
import {clamp, S} from './times.js';

export function lists() {
  const labels = vocabulary();
  if (!here.label && labels.length) here.label = labels[0];
  drawLabels($('labels'), labels, here.label, choose);
  drawIntervals($('intervals'), here.view.intervals, here.view.chosen, player.head, go, remove);
  $('intervals-n').textContent = here.view.intervals.length;
  $('suggested').hidden = !here.told?.proposals;
  $('suggested-n').textContent = here.told?.proposals?.ready ? here.told.proposals.n : 'the model listens …';
  drawProposals($('proposals'), here.ranked, here.proposal, goProposal, accept);
  $('undo').disabled = !here.intervals.canUndo;
  $('redo').disabled = !here.intervals.canRedo;
}

export function changed() {
  const before = here.view.chosen;
  here.view.intervals = here.intervals.all;
  here.view.chosen = before && (here.intervals.all.find(one => one.join() === before.join()) ?? null);
  const isFree = one => !here.intervals.all.some(own => own[0] < one[1] && one[0] < own[1]);
  here.ranked = here.ranked.filter(isFree);
  if (here.proposal && !isFree(here.proposal)) here.proposal = null;
  if (here.view.proposals) here.view.proposals = here.view.proposals.filter(isFree);
  lists();
  redraw();
}

export function vocabulary() {
  const given = here.view.intervals.map(one => one[2]);
  const own = new Set([...(here.told?.vocabulary ?? []), ...given, ...here.added]);
  return [...own].sort((a, b) => a.localeCompare(b));
}

export function choose(name) {
  here.label = name;
  if (here.pending) {
    const stretch = here.pending;
    here.pending = null;
    make(...stretch);
  } else if (here.view.chosen && here.view.chosen[2] !== name) {
    const one = [here.view.chosen[0], here.view.chosen[1], name];
    const old = here.view.chosen;
    here.view.chosen = one;
    here.intervals.replace(old, one);
  }
  lists();
  redraw();
}

/** An interval of the chosen label; where there is none, it waits for one. */
export function make(from, to) {
  const [start, stop] = [clamp(from, begin(), end()), clamp(to, begin(), end())];
  if (!here.told?.span || here.told.labels_problem || stop - start < SHORTEST) return;
  if (!here.label) {
    here.pending = [start, stop];
    say('write its label');
    $('label-name').focus();
    redraw();
    return;
  }
  const one = here.intervals.add(start, stop, here.label);
  if (!one) {
    say('there is a label already', true);
    return;
  }
  choosing(one);
}

export function choosing(one) {
  here.view.chosen = one;
  lists();
  redraw();
}

function go(one) {
  choosing(one);
  showAround(one[0], one[1]);
  player.seek(one[0]);
}

export function remove(one) {
  if (here.view.chosen === one) here.view.chosen = null;
  here.intervals.remove(one);
}

export function step(by) {
  const list = here.view.intervals;
  if (!list.length) return;
  const now = here.view.chosen ? list.indexOf(here.view.chosen)
    : list.findIndex(one => one[0] > player.head) - (by > 0 ? 1 : 0);
  go(list[clamp(now + by, 0, list.length - 1)]);
}

export function goProposal(one) {
  here.proposal = one;
  here.view.chosen = null;
  const length = Math.max(3 * (one[1] - one[0]), 4 * S);
  show((one[0] + one[1] - length) / 2, length);
  player.seek(one[0]);
  lists();
}

/** A sure proposal brings its label; of another one the chosen label is meant, if somebody chose. */
export function accept(one) {
  here.label = one[2];
  here.proposal = one;
  const place = here.ranked.indexOf(one);
  make(one[0], one[1]);
  if (here.ranked.length) here.proposal = here.ranked[Math.min(place, here.ranked.length - 1)] ?? null;
  lists();
}

export function nextProposal() {
  if (!here.ranked.length) return;
  goProposal(here.ranked[(here.ranked.indexOf(here.proposal) + 1) % here.ranked.length]);
}
