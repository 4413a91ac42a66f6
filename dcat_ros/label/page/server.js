// What the page asks for. Every address lies below the token, which is the page's own path.

/** What the server says is wrong, in one sentence, with the status of its answer. */
export class Refused extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

async function answered(response) {
  if (response.ok) return response;
  let sentence = `The answer was ${response.status}.`;
  try {
    sentence = (await response.json()).error ?? sentence;
  } catch { /* no JSON: the number must do */ }
  throw new Refused(sentence, response.status);
}

const asked = async (path, options) => answered(await fetch(path, options));

export const json = async (path, options) => (await asked(path, options)).json();
export const bytes = async path => (await asked(path)).arrayBuffer();
export const image = async path => createImageBitmap(await (await asked(path)).blob());
export const put = (path, value) => json(path, {method: 'PUT', body: JSON.stringify(value)});
export const post = (path, body) => json(path, {method: 'POST', body});
