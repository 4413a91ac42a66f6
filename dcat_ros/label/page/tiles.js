// Recordings in levels of detail: what is in view is asked for at the level that its width can show.

import {bytes, image} from './server.js';
import {clamp} from './times.js';

export const BUCKETS = 512;
const STEP = 4;
const MOST_LEVEL = 13;
const MOST_TILES = 600;
const AT_ONCE = 6;

/** Tiles that were asked for, the ones longest unused thrown away. */
export class Tiles {
  /** @param {() => void} came something is to be drawn anew */
  constructor(came) {
    this._came = came;
    this._found = new Map();
    this._wanted = new Map();
    this._running = 0;
  }

  /** A tile if it is there; otherwise it is asked for. */
  get(path, isImage) {
    const tile = this._found.get(path);
    if (tile) {
      this._found.delete(path);
      this._found.set(path, tile);
      return tile;
    }
    this._wanted.delete(path);
    this._wanted.set(path, isImage);
    this._next();
    return null;
  }

  peek(path) { return this._found.get(path) ?? null; }

  /** What was wanted for an earlier view is not needed any more. */
  forgetWanted() { this._wanted.clear(); }

  async _next() {
    while (this._running < AT_ONCE && this._wanted.size) {
      const [path, isImage] = [...this._wanted].pop();
      this._wanted.delete(path);
      this._running++;
      this._load(path, isImage).finally(() => {
        this._running--;
        this._next();
      });
    }
  }

  async _load(path, isImage) {
    try {
      const tile = isImage ? await image(path) : new Float32Array(await bytes(path));
      this._found.set(path, tile);
      while (this._found.size > MOST_TILES) {
        const [oldest, old] = this._found.entries().next().value;
        old.close?.();
        this._found.delete(oldest);
      }
      this._came();
    } catch { /* asked for again when it is drawn again */ }
  }
}

/** The coarsest level with at least a bucket for every two pixels. */
export function levelFor(span, pixels, width) {
  const level = Math.floor(Math.log(2 * span / pixels / width) / Math.log(STEP));
  return clamp(level, 0, MOST_LEVEL);
}

/**
 * Calls back with what there is for a view: tiles of a level, or parts of coarser ones meanwhile.
 * @param {(level: number, index: number) => any} get a tile, or null
 * @param {(level: number, index: number) => any} peek the same, without asking for it
 * @param {(tile: any, start: number, width: number, from: number, to: number) => void} use
 */
export function cover(from, to, level, width, get, peek, use) {
  const bucket = width * STEP ** level;
  const [first, last] = [from, to].map(time => Math.floor(time / bucket / BUCKETS));
  for (let index = first; index <= last; index++) {
    const start = index * BUCKETS * bucket;
    const tile = get(level, index);
    if (tile) {
      use(tile, start, bucket, start, start + BUCKETS * bucket);
      continue;
    }
    for (let coarse = level + 1, i = index; coarse <= MOST_LEVEL; coarse++) {
      i = Math.floor(i / STEP);
      const found = peek(coarse, i);
      if (found) {
        const wide = width * STEP ** coarse;
        use(found, i * BUCKETS * wide, wide, start, start + BUCKETS * bucket);
        break;
      }
    }
  }
  // what one comes to next
  get(level, first - 1);
  get(level, last + 1);
}
