// The labelled intervals of one recording: changed, undone, and saved as one goes.

import {json, put} from './server.js';

const key = one => one.join('\n');
const same = (a, b) => a.length === b.length && a.every((one, i) => key(one) === key(b[i]));
/** Shorter ones are slips of the hand, or what is left between two others. */
export const SHORTEST = 2e7;
const byTime = (a, b) => a[0] - b[0];
const touch = (a, b) => a[0] < b[1] && b[0] < a[1];

/** Intervals are [start, end, label], in the order of time, and never overlap. */
export class Intervals {
  /**
   * @param {string} path of the recording
   * @param {(what: string, isWrong: boolean) => void} said how saving goes
   * @param {() => void} changed something is to be drawn anew
   */
  constructor(path, said, changed) {
    this.path = path;
    this.all = [];
    this.state = '';
    this._synced = [];
    this._undone = [];
    this._done = [];
    this._said = said;
    this._changed = changed;
    this._saving = null;
  }

  get isSaved() { return same(this.all, this._synced) && !this._saving; }
  get canUndo() { return this._done.length > 0; }
  get canRedo() { return this._undone.length > 0; }

  /** What the server has: at first, and when it was changed elsewhere. */
  take(state, intervals) {
    if (this._saving) return;
    const mine = this.all;
    this.all = merged(this._synced, mine, intervals);
    this.state = state;
    this._synced = intervals;
    this._changed();
    if (!same(this.all, intervals)) this._save();
  }

  /** Another list in place of this one; can be undone. */
  set(all) {
    this._done.push(this.all);
    if (this._done.length > 500) this._done.shift();
    this._undone = [];
    this._put(all);
  }

  undo() { this._back(this._done, this._undone); }
  redo() { this._back(this._undone, this._done); }

  _back(from, to) {
    if (!from.length) return;
    to.push(this.all);
    this._put(from.pop());
  }

  _put(all) {
    this.all = [...all].sort(byTime);
    this._changed();
    this._save();
  }

  /** The part of a stretch that no other interval has; null if there is none. */
  free(start, end) {
    let best = null;
    let from = start;
    for (const one of [...this.all, [end, end]]) {
      if (one[1] <= start && one[0] !== end) continue;
      const to = Math.min(one[0], end);
      if (to > from && (!best || to - from > best[1] - best[0])) best = [from, to];
      from = Math.max(from, one[1]);
      if (from >= end) break;
    }
    return best;
  }

  /** From the end of the interval before one to the start of the one after it. */
  room(one) {
    const place = this.all.indexOf(one);
    return [this.all[place - 1]?.[1] ?? -Infinity, this.all[place + 1]?.[0] ?? Infinity];
  }

  at(time) { return this.all.find(one => one[0] <= time && time < one[1]) ?? null; }

  add(start, end, label) {
    const room = this.free(Math.round(start), Math.round(end));
    if (!room || room[1] - room[0] < SHORTEST) return null;
    const one = [...room, label];
    this.set([...this.all, one]);
    return one;
  }

  replace(old, one) { this.set(this.all.map(each => each === old ? one : each)); }
  remove(old) { this.set(this.all.filter(each => each !== old)); }

  _save() {
    this._saving ??= this._saveAll().finally(() => { this._saving = null; });
  }

  async _saveAll() {
    for (let tries = 0; !same(this.all, this._synced); tries++) {
      const sent = this.all;
      this._said('saving …', false);
      try {
        this.state = (await put(`${this.path}/labels`, {state: this.state, intervals: sent})).state;
        this._synced = sent;
        tries = 0;
      } catch (problem) {
        if (problem.status === 409 && tries < 10) {
          await this._catchUp();
          continue;
        }
        if (problem.status === 422) {
          this._said(`not saved: ${problem.message}`, true);
          return;
        }
        this._said('not saved: dcat label does not answer; tried again until it does', true);
        await new Promise(done => setTimeout(done, 1000));
      }
    }
    this._said('saved', false);
  }

  /** Somebody else saved: his changes and ours. */
  async _catchUp() {
    const told = await json(this.path);
    if (!told.intervals) return;
    this.all = merged(this._synced, this.all, told.intervals);
    this.state = told.state;
    this._synced = told.intervals;
    this._changed();
  }
}

/** What they have, without what we deleted, and with what we added and they left room for. */
export function merged(base, mine, theirs) {
  const [was, own] = [new Set(base.map(key)), new Set(mine.map(key))];
  const kept = theirs.filter(one => own.has(key(one)) || !was.has(key(one)));
  const there = new Set(kept.map(key));
  const added = mine.filter(one => !was.has(key(one)) && !there.has(key(one)));
  return [...kept, ...added.filter(one => !kept.some(other => touch(one, other)))].sort(byTime);
}
