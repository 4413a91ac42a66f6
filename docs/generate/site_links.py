"""Hook of MkDocs: links out of docs/, good on the code host, are plain text in the site."""

import posixpath
import re
from typing import Any

__all__ = ['on_page_markdown']

#: [text](target), no picture; the target goes up
_UP = re.compile(r'(?<!!)\[([^\]]+)\]\((\.\./[^)\s]*)\)')


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Take away the links that would lead out of the site."""
    folder = posixpath.dirname(page.file.src_uri)

    def keep_inside(link: re.Match[str]) -> str:
        outside = posixpath.normpath(posixpath.join(folder, link[2])).startswith('..')
        return link[1] if outside else link[0]

    return _UP.sub(keep_inside, markdown)
