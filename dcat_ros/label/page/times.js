// Times are in nanoseconds from the first reading; a number of JavaScript holds them exactly.

export const S = 1e9;

/** 75.5 s as 1:15.50, with as many decimals as are wanted. */
export function clock(ns, decimals = 2) {
  const sign = ns < 0 ? '-' : '';
  const unit = 10 ** decimals;
  const all = Math.round(Math.abs(ns) / S * unit);
  const seconds = Math.floor(all / unit);
  const fraction = decimals ? '.' + String(all % unit).padStart(decimals, '0') : '';
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = n => String(n).padStart(2, '0');
  return sign + (h ? `${h}:${two(m)}` : m) + ':' + two(s) + fraction;
}

const STEPS = [.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600,
  7200, 14400, 43200, 86400];

/** Where ticks of a ruler are, and with how many decimals they are written. */
export function ticks(from, to, most) {
  const step = STEPS.find(s => (to - from) / S / s <= most) ?? (to - from) / S / most;
  const found = [];
  for (let k = Math.ceil(from / S / step); k * step * S <= to; k++) found.push(k * step * S);
  return {at: found, decimals: step < .1 ? 2 : step < 1 ? 1 : 0};
}

export const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
