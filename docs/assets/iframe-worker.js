// Browsers refuse workers to pages opened from a folder. There the search runs in a hidden frame, which
// has the same events as a worker. MkDocs' offline plug-in would fetch such a file from the network.
if (location.protocol === 'file:') {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement('iframe');
      frame.hidden = true;
      document.body.appendChild(frame);
      const inside = frame.contentWindow;
      const tell = (type, data) => this.dispatchEvent(new MessageEvent(type, { data }));
      inside.postMessage = (data) => tell('message', data);
      const script = inside.document.createElement('script');
      script.src = new URL(url, document.baseURI).href;
      this.inside = new Promise((resolve, reject) => {
        script.onload = () => resolve(inside);
        script.onerror = reject;
      });
      inside.document.body.appendChild(script);
    }

    postMessage(data) {
      this.inside.then((inside) => inside.dispatchEvent(new MessageEvent('message', { data })));
    }

    terminate() {}
  };
}
