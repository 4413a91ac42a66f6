"""What the timeline of the HTML report gives to plotly.js."""

import numpy as np
import pytest
from report_pages import LABELS, S, window

from dcat_ros.evaluation.html.text import label_colours
from dcat_ros.evaluation.html.timeline import timeline
from dcat_ros.sensors.shown import Band, Thumbnail, Trace


def test_timeline_merges_windows_into_bars():
    windows = [window(i / 2, best='walk' if i < 5000 else 'jog') for i in range(10_000)]
    windows.append(window(5000.0, best='', said='stale', state='stale', confidence=0))
    windows.append(window(5000.5, best='jog', said='unknown', state='unknown', confidence=0.3))
    colours = label_colours(LABELS)
    plot = timeline(windows, [], colours, stride_s=0.5, origin_ns=0, end_ns=5000 * S)
    bars = plot['data'][1]
    assert bars['base'] == [-0.25, 2499.75, 4999.75, 5000.25]
    assert bars['x'] == [2500, 2500, 0.5, 0.5]
    grey = bars['marker']['color'][2]
    assert bars['marker']['color'] == [colours['walk'], colours['jog'], grey, grey]
    assert bars['marker']['pattern']['shape'] == ['', '', '/', '']
    assert '5000 windows' in bars['hovertext'][0]


def test_timeline_of_many_bars_paints_one_picture():
    go = pytest.importorskip('plotly.graph_objects')
    names = ('walk', 'jog', 'rest')
    windows = [window(i / 2, 'walk', names[i % 3]) for i in range(4000)]
    windows.append(window(5000.0, best='jog'))
    colours = label_colours(LABELS)
    plot = timeline(windows, [], colours, stride_s=0.5, origin_ns=0, end_ns=2000 * S)
    cells = plot['data'][1]
    assert cells['type'] == 'heatmap'
    assert cells['x'][:4] == [-0.25, 0.25, 0.75, 1.25]
    assert cells['x'][-3:] == [1999.75, 4999.75, 5000.25]
    (row,) = cells['z']
    assert row[-2] is None
    scale = dict(cells['colorscale'])  # of two at an edge the one that begins there
    n = len(colours)
    shown = [scale[sorted(scale)[number]] for number in row[:3]]
    assert len(scale) == n + 1
    assert shown == [colours[name] for name in names]
    assert len(cells['hovertext'][0]) == len(row) == len(cells['x']) - 1
    assert plot['data'][3]['mode'] == 'lines'  # and the wrong ones one line of dashes
    go.Figure(data=plot['data'], layout=plot['layout'])


def test_timeline_of_very_many_windows_draws_the_least_sure_of_each_few():
    windows = [window(i, confidence=0.9) for i in range(50_000)]
    windows[31_000] = window(31_000, best='jog', confidence=0.4)
    plot = timeline(windows, [], {}, stride_s=1, origin_ns=0, end_ns=50_000 * S)
    line = plot['data'][2]
    assert len(line['x']) <= 20_000
    assert None not in line['x']
    assert line['y'].count(0.4) == 1
    assert plot['data'][3]['x'] == [31_000]


def test_timeline_breaks_lines_at_holes():
    starts = np.array([0, 1, 2, 100]) * S
    band = Band('b', 'm', S // 2, starts, np.array([1.0, 2, 3, 4]), np.array([1.0, 5, 6, 7]))
    windows = [window(0), window(0.5), window(90)]
    plot = timeline(
        windows, [], {}, stride_s=0.5, origin_ns=0, end_ns=S, trace=Trace(0, 100 * S, (band,))
    )
    assert plot['data'][2]['x'] == [0, 0.5, None, 90]
    # edge to edge, so that the line goes on where it was
    assert plot['data'][4]['y'] == [1, 5, 2, 3, 6, None, 7, 4]
    assert plot['data'][4]['x'] == [0.25, 1.25, 1.25, 2.25, 2.25, None, 100.25, 100.25]


def test_timeline_carries_pictures():
    trace = Trace(5 * S, 9 * S, (), (Thumbnail(6 * S, b'\xff\xd8', 96, 72),))
    plot = timeline([], [], {}, stride_s=1, origin_ns=5 * S, end_ns=9 * S, trace=trace)
    assert plot['pictures'] == [{'at': 1.0, 'source': 'data:image/jpeg;base64,/9g='}]
    assert plot['layout'][f'xaxis{plot["axis"]}']['matches'] == 'x'
