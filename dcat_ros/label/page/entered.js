// Labels that are written or read: a new name, and a file.

import {$, here, path, say} from './here.js';
import {choose} from './labelling.js';
import {post} from './server.js';

$('new-label').addEventListener('submit', event => {
  event.preventDefault();
  const name = $('label-name').value.trim().replace(/\s+/g, ' ');
  if (!name) return;
  $('label-name').value = '';
  $('label-name').blur();
  here.added.push(name);
  // what comes next is meant, and not what is chosen
  if (!here.pending) here.view.chosen = null;
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
    here.intervals.take(found.state, found.intervals);
    const left = found.overlap + found.empty;
    say(`${found.added} read` + (left ? `, ${left} left out (they overlap, or are empty)` : ''));
  } catch (problem) {
    say(problem.message, true);
  }
});
