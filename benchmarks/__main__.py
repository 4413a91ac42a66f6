"""All quick benchmarks; the table goes to results/benchmarks.md.

The comparison with MiniRocket (benchmarks.loso) and the rejection of unknown activities
(benchmarks.unknown) take longer, and are run by themselves.
"""

import platform
from pathlib import Path

from benchmarks import four_nodes, image_load, node_load, offline


def main() -> None:
    rows = [*offline.run(), *node_load.run(), *image_load.run(), *four_nodes.run()]
    table = ['| what | ratio |', '|---|---|', *(f'| {what} | {value} |' for what, value in rows)]
    text = f'Measured in one run on {platform.machine()}, Python {platform.python_version()}.\n\n'
    out = Path('results') / 'benchmarks.md'
    out.parent.mkdir(exist_ok=True)
    out.write_text(text + '\n'.join(table) + '\n')
    print(f'wrote {out}')


if __name__ == '__main__':
    main()
