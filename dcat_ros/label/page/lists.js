// The lists beside the recording: labels to choose from, intervals, and what the model proposes.

import {colour} from './lane.js';
import {clock} from './times.js';

const MOST_SHOWN = 200;

function button(text, name, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  if (name) made.setAttribute('aria-label', name);
  made.addEventListener('click', act);
  return made;
}

export function drawLabels(parent, labels, chosen, choose) {
  parent.replaceChildren(...labels.map((label, i) => {
    const made = button(label, '', () => choose(label));
    made.setAttribute('role', 'radio');
    made.setAttribute('aria-checked', String(label === chosen));
    made.style.borderLeftColor = colour(label);
    made.title = label;
    if (i < 9) {
      const key = document.createElement('kbd');
      key.textContent = i + 1;
      made.prepend(key);
    }
    return made;
  }));
}

/** Those around the one that matters, since a page with a thousand buttons is slow. */
function around(all, place) {
  const first = Math.min(Math.max(place - MOST_SHOWN / 2, 0), Math.max(all.length - MOST_SHOWN, 0));
  return all.slice(first, first + MOST_SHOWN);
}

/** The list goes to what is chosen in it; the page stays where it is. */
function toChosen(parent) {
  const li = parent.querySelector('.chosen');
  if (!li) return;
  const below = li.offsetTop + li.offsetHeight - parent.clientHeight;
  if (parent.scrollTop > li.offsetTop) parent.scrollTop = li.offsetTop;
  else if (parent.scrollTop < below) parent.scrollTop = below;
}

export function drawIntervals(parent, all, chosen, head, go, remove) {
  const near = all.findIndex(one => one === chosen || one[1] > head);
  parent.replaceChildren(...around(all, Math.max(near, 0)).map(one => {
    const li = document.createElement('li');
    li.classList.toggle('chosen', one === chosen);
    const made = button('', '', () => go(one));
    made.style.borderLeftColor = colour(one[2]);
    const time = document.createElement('time');
    time.textContent = `${clock(one[0])} – ${clock(one[1])} `;
    made.append(time, one[2]);
    const gone = button('✕', `Delete ${one[2]} at ${clock(one[0])}`, () => remove(one));
    gone.className = 'small';
    li.append(made, gone);
    return li;
  }));
  toChosen(parent);
}

export function drawProposals(parent, ranked, chosen, go, accept) {
  parent.replaceChildren(...ranked.slice(0, MOST_SHOWN).map(one => {
    const li = document.createElement('li');
    li.classList.toggle('chosen', one === chosen);
    const made = button('', '', () => go(one));
    made.style.borderLeftColor = colour(one[2]);
    const time = document.createElement('time');
    time.textContent = `${clock(one[0])} `;
    const sure = document.createElement('span');
    sure.className = 'sure';
    sure.textContent = ` ${Math.round(100 * one[3])} %`;
    made.append(time, one[4] ? one[2] : `${one[2]}?`, sure);
    const taken = button('✓', `Take ${one[2]} at ${clock(one[0])}`, () => accept(one));
    taken.className = 'small';
    li.append(made, taken);
    return li;
  }));
  toChosen(parent);
}
