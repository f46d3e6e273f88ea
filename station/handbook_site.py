"""What MkDocs does to each page of the site beside its own: a short name in code stays on one line, as
browsers break after every hyphen (`--` / `weather`)."""

from __future__ import annotations

import re

_SHORT = re.compile(r"<code>([^<\s]{1,20})</code>")


def on_page_content(html: str, **rest: object) -> str:
    """Called by MkDocs with a page's HTML; the class is in docs/site.css."""
    del rest
    return _SHORT.sub(r'<code class="whole">\1</code>', html)
