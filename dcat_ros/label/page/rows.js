// The rows of a recording: signals and waves by uPlot, spectra as pictures, all on one time axis.

import {BUCKETS, cover, levelFor} from './tiles.js';
import {S} from './times.js';

/** Between the edge of the page and where time begins; the same for all rows. */
export const LEFT = 56;
export const RIGHT = 6;
const HEIGHT = 96;
const SPECTRUM_HEIGHT = 84;
/** Readings that are farther apart are not joined by a line. */
const GAP = .5 * S;

const style = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

function heading(name, topic, columns) {
  const h3 = document.createElement('h3');
  h3.append(name);
  columns.forEach((column, i) => {
    const span = document.createElement('span');
    span.className = `column-${i % 4}`;
    span.textContent = column;
    h3.append(span);
  });
  const where = document.createElement('span');
  where.textContent = topic;
  h3.append(where);
  return h3;
}

/** A row that says why there is nothing, or how far it is read. */
export function waitingRow(track) {
  const div = document.createElement('div');
  div.className = 'row waits';
  const how = track.share === null ? 'is read …' : `is read: ${Math.round(100 * track.share)} %`;
  const p = document.createElement('p');
  p.textContent = track.why_none || how;
  div.append(heading(track.sensor, track.name, []), p);
  return div;
}

/** Columns of a signal, or a wave: in each bucket the range from the least to the greatest value. */
export class SignalRow {
  /**
   * @param {object} row name, unit and columns
   * @param {number} first number of its first column among those of the track
   * @param {number} count columns of the track
   */
  constructor(parent, tiles, path, track, row, first, count, shade) {
    Object.assign(this, {tiles, path, first, count, shade, n: row.columns.length});
    this.width = track.width_ns;
    this.div = document.createElement('div');
    this.div.className = 'row';
    const unit = row.unit ? ` in ${row.unit}` : '';
    const columns = row.columns.length > 1 ? row.columns : [];
    this.div.append(heading(row.name + unit, track.name, columns));
    parent.append(this.div);
    this._make();
  }

  _make() {
    const colours = Array.from({length: this.n}, (_, i) => {
      const probe = document.createElement('i');
      probe.className = `column-${this.n > 1 ? i % 4 : 2}`;
      this.div.append(probe);
      const colour = style(probe, 'color');
      probe.remove();
      return colour;
    });
    const soft = style(this.div, '--soft');
    const series = [{}];
    const bands = [];
    for (const colour of colours) {
      const one = {stroke: colour, width: 1, points: {show: false}, spanGaps: false};
      series.push({...one}, {...one});
      bands.push({series: [series.length - 1, series.length - 2], fill: colour});
    }
    const size = this._size();
    this.plot = new uPlot({
      ...size, series, bands,
      padding: [4, RIGHT, 4, 0],
      scales: {x: {time: false, auto: false}, y: {range: (u, low, high) => range(low, high)}},
      axes: [
        {show: false},
        {size: LEFT, stroke: soft, font: '11px system-ui', space: 26,
          grid: {stroke: style(this.div, '--line'), width: 1}, ticks: {show: false}},
      ],
      cursor: {show: false}, legend: {show: false}, select: {show: false},
      hooks: {drawClear: [u => this.shade(u.ctx, time => u.valToPos(time / S, 'x', true),
        u.bbox.left, u.bbox.left + u.bbox.width, u.bbox.top, u.bbox.height)]},
    }, Array.from({length: 1 + 2 * this.n}, () => []), this.div);
  }

  _size() { return {width: Math.max(this.div.clientWidth, 120), height: HEIGHT}; }
  resize() { this.plot.setSize(this._size()); }

  draw(from, to, pixels) {
    const [times, lows, highs] = this._values(from, to, pixels);
    const data = [times];
    for (let i = 0; i < this.n; i++) data.push(lows[i], highs[i]);
    this.plot.batch(() => {
      this.plot.setData(data, false);
      this.plot.setScale('x', {min: from / S, max: to / S});
    });
  }

  _values(from, to, pixels) {
    const level = levelFor(to - from, pixels, this.width);
    const at = (level, index) => `${this.path}/tiles/${level}/${index}`;
    const times = [];
    const lows = Array.from({length: this.n}, () => []);
    const highs = Array.from({length: this.n}, () => []);
    let last = null;
    cover(from, to, level, this.width,
      (level, index) => this.tiles.get(at(level, index), false),
      (level, index) => this.tiles.peek(at(level, index)),
      (tile, start, bucket, begin, end) => {
        const own = Math.max(begin, from - 2 * bucket);
        const until = Math.min(end, to + 2 * bucket);
        const k0 = Math.max(0, Math.ceil((own - start) / bucket));
        const k1 = Math.min(BUCKETS, Math.ceil((until - start) / bucket));
        const base = this.first * BUCKETS;
        const high = (this.count + this.first) * BUCKETS;
        for (let k = k0; k < k1; k++) {
          if (Number.isNaN(tile[base + k])) continue;
          const time = start + k * bucket;
          if (last !== null && time - last > Math.max(GAP, 3 * bucket)) {
            times.push((last + time) / 2 / S);
            for (let i = 0; i < this.n; i++) { lows[i].push(null); highs[i].push(null); }
          }
          last = time;
          times.push(time / S);
          for (let i = 0; i < this.n; i++) {
            lows[i].push(tile[base + i * BUCKETS + k]);
            highs[i].push(tile[high + i * BUCKETS + k]);
          }
        }
      });
    return [times, lows, highs];
  }
}

function range(low, high) {
  if (low === null || high === null) return [-1, 1];
  const room = high > low ? (high - low) * .08 : 1;
  return [low - room, high + room];
}

/** A spectrum: pictures of its tiles. */
export class SpectrumRow {
  constructor(parent, tiles, path, track, shade) {
    Object.assign(this, {tiles, path, shade, width: track.spectrum_ns});
    this.div = document.createElement('div');
    this.div.className = 'row';
    this.div.append(heading('spectrogram (mel)', track.name, []));
    this.canvas = document.createElement('canvas');
    this.canvas.className = 'spectrum';
    this.div.append(this.canvas);
    parent.append(this.div);
    this.resize();
  }

  resize() { sharp(this.canvas, this.div.clientWidth, SPECTRUM_HEIGHT); }

  draw(from, to, pixels) {
    const ctx = this.canvas.getContext('2d');
    const {width, height} = this.canvas;
    const scale = devicePixelRatio;
    const left = LEFT * scale;
    const right = width - RIGHT * scale;
    const x = time => left + (time - from) / (to - from) * (right - left);
    const at = (level, index) => `${this.path}/spectrum/${level}/${index}`;
    ctx.clearRect(0, 0, width, height);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, 0, right - left, height);
    ctx.clip();
    cover(from, to, levelFor(to - from, pixels, this.width), this.width,
      (level, index) => this.tiles.get(at(level, index), true),
      (level, index) => this.tiles.peek(at(level, index)),
      (tile, start, bucket, begin, end) => {
        const [a, b] = [(begin - start) / bucket, (end - start) / bucket];
        ctx.drawImage(tile, a, 0, b - a, tile.height, x(begin), 0, x(end) - x(begin), height);
      });
    this.shade(ctx, x, left, right, 0, height, true);
    ctx.restore();
  }
}

/** As many pixels as the screen really has. */
export function sharp(canvas, width, height) {
  canvas.width = Math.max(1, Math.round(width * devicePixelRatio));
  canvas.height = Math.max(1, Math.round(height * devicePixelRatio));
}
