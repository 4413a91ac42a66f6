// What is drawn of intervals: in the lane, behind the rows, and in the overview; and the ruler.

import {LEFT, RIGHT, sharp} from './rows.js';
import {clock, ticks} from './times.js';

/** A colour of its own for each label, the same in every recording. */
export function hue(label) {
  let hash = 2166136261;
  for (const letter of label) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619);
  return (hash >>> 0) * .61803398875 % 1 * 360;
}

export const colour = (label, alpha = 1) => `hsl(${hue(label)} 62% 50% / ${alpha})`;

/** First of the intervals that end behind a time. */
function firstBehind(all, time) {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle][1] <= time) low = middle + 1; else high = middle;
  }
  return low;
}

/** Those in view; of those narrower than a pixel one a pixel. */
export function* inView(all, from, to, pixels) {
  const pixel = (to - from) / pixels;
  let drawn = -Infinity;
  for (let i = firstBehind(all, from); i < all.length && all[i][0] < to; i++) {
    if (all[i][1] - all[i][0] < pixel && all[i][1] < drawn + pixel) continue;
    drawn = all[i][1];
    yield all[i];
  }
}

/** Behind a row: intervals in their colours. */
export function shade(ctx, x, left, right, top, height, view, isPicture) {
  ctx.save();
  for (const one of inView(view.intervals, view.from, view.to, right - left)) {
    const [a, b] = [Math.max(x(one[0]), left), Math.min(x(one[1]), right)];
    ctx.fillStyle = colour(one[2], one === view.chosen ? .34 : .17);
    if (!isPicture) ctx.fillRect(a, top, b - a, height);
    ctx.fillStyle = colour(one[2]);
    if (x(one[0]) >= left) ctx.fillRect(a, top, devicePixelRatio, height);
    if (x(one[1]) <= right) ctx.fillRect(b - devicePixelRatio, top, devicePixelRatio, height);
  }
  ctx.restore();
}

function strip(canvas, height) {
  const width = canvas.clientWidth;
  if (canvas.width !== Math.round(width * devicePixelRatio)) sharp(canvas, width, height);
  const ctx = canvas.getContext('2d');
  ctx.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  return [ctx, width];
}

function boxes(ctx, view, all, x, left, right, top, height, isProposed) {
  for (const one of inView(all, view.from, view.to, right - left)) {
    const [a, b] = [Math.max(x(one[0]), left), Math.min(x(one[1]), right)];
    const width = Math.max(b - a, 1);
    ctx.fillStyle = colour(one[2], isProposed ? .12 : one === view.chosen ? .85 : .5);
    ctx.fillRect(a, top, width, height);
    ctx.strokeStyle = one === view.chosen ? view.text : colour(one[2]);
    ctx.lineWidth = one === view.chosen ? 2 : 1;
    ctx.setLineDash(isProposed ? [4, 3] : []);
    ctx.strokeRect(a + .5, top + .5, Math.max(width - 1, 0), height - 1);
    if (width > 18) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(a, top, width - 2, height);
      ctx.clip();
      ctx.fillStyle = view.text;
      ctx.fillText(isProposed && !one[4] ? `${one[2]}?` : one[2], a + 4, top + height / 2);
      ctx.restore();
    }
  }
  ctx.setLineDash([]);
}

/** Intervals with their names; below them what the model proposes. */
export function drawLane(canvas, view) {
  const [ctx, width] = strip(canvas, 46);
  const [left, right] = [LEFT, width - RIGHT];
  const x = time => left + (time - view.from) / (view.to - view.from) * (right - left);
  ctx.font = '12px system-ui';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = view.soft;
  ctx.fillText('labels', 4, view.proposals ? 13 : 23);
  if (view.proposals) {
    ctx.fillText('model', 4, 36);
    boxes(ctx, view, view.proposals, x, left, right, 28, 16, true);
  }
  boxes(ctx, view, view.intervals, x, left, right, 2, view.proposals ? 24 : 42, false);
}

export function drawRuler(canvas, view) {
  const [ctx, width] = strip(canvas, 22);
  const [left, right] = [LEFT, width - RIGHT];
  const found = ticks(view.from, view.to, (right - left) / 70);
  ctx.font = '11px system-ui';
  ctx.textAlign = 'center';
  ctx.fillStyle = ctx.strokeStyle = view.soft;
  for (const time of found.at) {
    const x = left + (time - view.from) / (view.to - view.from) * (right - left);
    ctx.fillRect(x, 16, 1, 6);
    const text = clock(time, found.decimals);
    const half = ctx.measureText(text).width / 2;
    if (x - half > 2 && x + half < width) ctx.fillText(text, x, 12);
  }
}

/** The whole recording: its labels, where the view is, and where the head is. */
export function drawOverview(canvas, view, begin, end, head) {
  const [ctx, width] = strip(canvas, 26);
  const x = time => (time - begin) / (end - begin) * width;
  ctx.fillStyle = view.line;
  ctx.fillRect(0, 11, width, 4);
  for (const one of inView(view.intervals, begin, end, width)) {
    ctx.fillStyle = colour(one[2]);
    ctx.fillRect(x(one[0]), 5, Math.max(x(one[1]) - x(one[0]), 1), 16);
  }
  ctx.fillStyle = view.accent;
  ctx.globalAlpha = .2;
  const wide = Math.max(x(view.to) - x(view.from), 3);
  ctx.fillRect(x(view.from), 0, wide, 26);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = view.accent;
  ctx.strokeRect(x(view.from) + .5, .5, wide - 1, 25);
  ctx.fillStyle = view.head;
  ctx.fillRect(x(head) - 1, 0, 2, 26);
}
