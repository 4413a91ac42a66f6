// Draws the plots of a report when they come into view, and zooms the timeline to a mistake.
'use strict';
(() => {
  const LOOK = {
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: 'system-ui, "DejaVu Sans", sans-serif', size: 12, color: '#2b3440' },
    hoverlabel: { bgcolor: '#ffffff', bordercolor: '#c9d0d8', font: { color: '#2b3440' }, align: 'left' },
  };
  const AXIS = { gridcolor: '#edf0f3', linecolor: '#c9d0d8', tickcolor: '#c9d0d8' };
  const drawn = new Map();

  // Draws a plot once; resolves with its element.
  function draw(element) {
    if (!drawn.has(element.id)) {
      const spec = JSON.parse(document.getElementById(element.id + '-json').textContent);
      const layout = { ...LOOK, ...spec.layout, autosize: true, height: spec.height };
      for (const key of Object.keys(layout)) {
        if (/^[xy]axis\d*$/.test(key)) layout[key] = { ...AXIS, ...layout[key] };
      }
      const config = {
        responsive: true,
        displaylogo: false,
        displayModeBar: false,
        showTips: false,
      };
      drawn.set(element.id, Plotly.newPlot(element, spec.data, layout, config).then((plot) => {
        hideSmallTexts(plot);
        plot.on('plotly_afterplot', () => hideSmallTexts(plot));
        if (spec.pictures && spec.pictures.length) hang(plot, spec.pictures, spec.axis);
        return plot;
      }));
    }
    return drawn.get(element.id);
  }

  // Bars shrink their text until it fits; below three quarters it is dirt.
  function hideSmallTexts(plot) {
    for (const text of plot.querySelectorAll('.bartext')) {
      const scale = /scale\(([\d.e+-]+)\)/.exec(text.getAttribute('transform'));
      text.style.display = scale && Number(scale[1]) < 0.75 ? 'none' : '';
    }
  }

  // Shows pictures side by side in what is zoomed to, each the nearest to the middle of its place.
  function hang(plot, pictures, axis) {
    let shown = '';
    const update = () => {
      const layout = plot._fullLayout;
      const x = layout['xaxis' + (axis > 1 ? axis : '')];
      const y = layout['yaxis' + (axis > 1 ? axis : '')];
      const [from, to] = x.range;
      // a picture is taken to be 4 : 3
      const width = ((to - from) * y._length * 4) / 3 / Math.max(x._length, 1);
      const images = [];
      const slots = Math.max(1, Math.floor((to - from) / width));
      const step = (to - from) / slots;
      for (let slot = 0; slot < slots; slot += 1) {
        const middle = from + (slot + 0.5) * step;
        let nearest = null;
        for (const picture of pictures) {
          if (Math.abs(picture.at - middle) > step / 2) continue;
          if (!nearest || Math.abs(picture.at - middle) < Math.abs(nearest.at - middle)) {
            nearest = picture;
          }
        }
        if (!nearest) continue;
        images.push({
          source: nearest.source, xref: 'x' + axis, yref: 'y' + axis, x: middle, y: 0.5,
          sizex: width * 0.96, sizey: 1, xanchor: 'center', yanchor: 'middle', sizing: 'contain',
          layer: 'above',
        });
      }
      const key = images.map((image) => image.x).join() + '|' + width;
      if (key === shown) return; // this very change calls update again
      shown = key;
      Plotly.relayout(plot, { images });
    };
    plot.on('plotly_relayout', update);
    new ResizeObserver(() => requestAnimationFrame(update)).observe(plot);
    update();
  }

  function zoom(row) {
    const element = document.getElementById(row.closest('[data-timeline]').dataset.timeline);
    const from = Number(row.dataset.from);
    const to = Number(row.dataset.to);
    const around = Math.max(3, to - from); // so that what came before and after is seen
    draw(element).then((plot) => {
      Plotly.relayout(plot, { 'xaxis.range': [from - around, to + around] });
      element.closest('article').scrollIntoView({ block: 'start' });
    });
    for (const other of row.parentElement.children) other.classList.toggle('chosen', other === row);
  }

  for (const row of document.querySelectorAll('.mistakes tbody tr')) {
    row.addEventListener('click', () => zoom(row));
  }

  for (const button of document.querySelectorAll('button[data-all]')) {
    button.addEventListener('click', () => {
      const element = document.getElementById(button.dataset.all);
      const spec = JSON.parse(document.getElementById(element.id + '-json').textContent);
      draw(element).then((plot) => Plotly.relayout(plot, { 'xaxis.range': spec.layout.xaxis.range }));
    });
  }

  // a hundred plots at once would take minutes
  const eye = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      eye.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: '600px' });
  for (const element of document.querySelectorAll('.plot')) eye.observe(element);
})();
