// What the page shows: one recording, what is chosen in it, and where one looks.

import {S} from './times.js';

export const $ = id => document.getElementById(id);

/** Changed by whoever knows better; who changes it draws anew. */
export const here = {
  number: -1,
  told: null, // what the server last said of the recording
  intervals: null,
  view: noView(),
  rows: [],
  pictures: [],
  label: '',
  added: [], // labels without an interval yet
  ranked: [],
  proposal: null,
  mark: null,
  pending: null, // a stretch that waits for its label
  drag: null,
};

export function noView() {
  return {from: 0, to: S, intervals: [], chosen: null, proposals: null};
}

export const path = () => `bags/${here.number}`;
export const begin = () => here.told?.span?.[0] ?? 0;
export const end = () => here.told?.span?.[1] ?? S;

export function say(what, isWrong = false) {
  $('status').textContent = what;
  $('status').classList.toggle('wrong', isWrong);
}
