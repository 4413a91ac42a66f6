// The page begins: its parts, what the browser tells it, and the first recording.

import './entered.js';
import './keys.js';
import './pointer.js';
import {$, here} from './here.js';
import {open, recolour} from './recording.js';
import {json} from './server.js';
import {redraw, stack} from './stage.js';

addEventListener('beforeunload', event => {
  if (here.intervals && !here.intervals.isSaved) event.preventDefault();
});
addEventListener('hashchange', () => {
  const wanted = Number(location.hash.slice(1));
  if (wanted !== here.number && $('bags').options[wanted]) open(wanted);
});
new ResizeObserver(() => {
  for (const row of here.rows) row.resize();
  redraw();
}).observe(stack);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);

const {bags} = await json('bags');
$('bags').replaceChildren(...bags.map(({name}, i) => new Option(`${i + 1}/${bags.length} ${name}`, i)));
await open(bags[Number(location.hash.slice(1))] ? Number(location.hash.slice(1)) : 0);
