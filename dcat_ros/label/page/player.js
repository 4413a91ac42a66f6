// Playing: the time goes on, sound is fetched piece by piece and heard, pictures follow.

import {bytes, image, json} from './server.js';
import {S} from './times.js';

const PIECE = 5 * S;

/** Where the head is, and how it moves. */
export class Player {
  /** @param {() => void} moved the head is elsewhere */
  constructor(moved) {
    this.head = 0;
    this.end = 0;
    this.speed = 1;
    this.isPlaying = false;
    this.heardPath = null;
    this._moved = moved;
    this._context = null;
    this._sources = [];
  }

  seek(time) {
    this.head = time;
    if (this.isPlaying) this._begin();
    this._moved();
  }

  setSpeed(speed) {
    this.speed = speed;
    if (this.isPlaying) this._begin();
  }

  toggle() {
    this.isPlaying = !this.isPlaying;
    if (this.isPlaying) {
      if (this.head >= this.end) this.head = 0;
      this._begin();
      requestAnimationFrame(() => this._tick());
    } else {
      this._silence();
    }
    this._moved();
  }

  stop() { if (this.isPlaying) this.toggle(); }

  _begin() {
    this._silence();
    this._from = this.head;
    this._since = performance.now();
    this._next = this.head;
    if (!this.heardPath) return;
    this._context ??= new AudioContext();
    this._context.resume();
    this._soundSince = this._context.currentTime;
  }

  _silence() {
    this._turn = (this._turn ?? 0) + 1;
    for (const source of this._sources) source.stop();
    this._sources = [];
  }

  _tick() {
    if (!this.isPlaying) return;
    this.head = this._from + (performance.now() - this._since) * 1e6 * this.speed;
    if (this.head >= this.end) {
      this.head = this.end;
      this.toggle();
      return;
    }
    if (this.heardPath && this._next < this.head + PIECE * this.speed) this._fetch(this._turn);
    this._moved();
    requestAnimationFrame(() => this._tick());
  }

  async _fetch(turn) {
    const start = Math.max(this._next, this.head);
    this._next = start + PIECE;
    try {
      const data = await bytes(`${this.heardPath}/heard/${Math.round(start)}/${PIECE}`);
      const buffer = await this._context.decodeAudioData(data);
      if (turn !== this._turn) return;
      const source = this._context.createBufferSource();
      source.buffer = buffer;
      source.playbackRate.value = this.speed;
      source.connect(this._context.destination);
      const when = this._soundSince + (start - this._from) / S / this.speed;
      const late = Math.max(this._context.currentTime - when, 0);
      source.start(Math.max(when, this._context.currentTime), late * this.speed);
      this._sources.push(source);
    } catch { /* this piece is not heard */ }
  }
}

/** The pictures of a track, that of the head's time, with joints where they are found. */
export class Pictures {
  constructor(parent, path, track) {
    Object.assign(this, {path, hasJoints: track.joints, shown: -1, wanted: null, isBusy: false});
    this.canvas = document.createElement('canvas');
    this.canvas.width = 360;
    this.canvas.height = 270;
    this.caption = document.createElement('figcaption');
    this.topic = track.name;
    this.caption.textContent = track.name;
    this.figure = document.createElement('figure');
    this.figure.append(this.canvas, this.caption);
    parent.append(this.figure);
  }

  /** Show the picture of a time; while one is fetched, the last time that is asked for counts. */
  show(time) {
    this.wanted = Math.round(time);
    if (!this.isBusy) this._go();
  }

  async _go() {
    this.isBusy = true;
    while (this.wanted !== null) {
      const time = this.wanted;
      this.wanted = null;
      try {
        await this._draw(time);
      } catch { /* the next one may come */ }
    }
    this.isBusy = false;
  }

  async _draw(time) {
    const {picture} = await json(`${this.path}/near/${time}`);
    if (picture === this.shown) return;
    const drawn = await image(`${this.path}/pictures/${picture}`);
    const ctx = this.canvas.getContext('2d');
    if (this.canvas.width !== drawn.width || this.canvas.height !== drawn.height) {
      this.canvas.width = drawn.width;
      this.canvas.height = drawn.height;
    }
    ctx.drawImage(drawn, 0, 0);
    this.shown = picture;
    this.canvas.dataset.picture = picture;
    if (this.hasJoints) await this._drawJoints(ctx, drawn, picture);
    drawn.close();
  }

  async _drawJoints(ctx, drawn, picture) {
    const found = await json(`${this.path}/joints/${picture}`);
    if (found.why_none) {
      this.hasJoints = false;
      this.caption.textContent = `${this.topic}: no joints. ${found.why_none}`;
      return;
    }
    const {width, height} = drawn;
    const seen = ([, , sure]) => sure >= .5;
    ctx.strokeStyle = ctx.fillStyle = '#39ff88';
    ctx.lineWidth = 2;
    for (const [a, b] of found.bones.map(bone => bone.map(i => found.joints[i]))) {
      if (!seen(a) || !seen(b)) continue;
      ctx.beginPath();
      ctx.moveTo(a[0] * width, a[1] * height);
      ctx.lineTo(b[0] * width, b[1] * height);
      ctx.stroke();
    }
    for (const joint of found.joints.filter(seen)) {
      ctx.beginPath();
      ctx.arc(joint[0] * width, joint[1] * height, 3, 0, 7);
      ctx.fill();
    }
    this.canvas.dataset.joints = found.joints.length;
  }
}
