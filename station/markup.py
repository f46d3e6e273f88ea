"""HTML and SVG from plain calls. Whatever is text is escaped; only what `tag` made is markup."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | int | None
#: Elements without an end.
_VOID = frozenset({"br", "img", "link", "meta", "input", "hr"})


def tag(name: str, /, *children: Child, **attributes: object) -> Markup:
    """One element: `tag("a", "next", href="/x", class_="button")`.

    A child or attribute that is None is left out; an attribute that is True has no value. Names lose a "_"
    at their end, and have "-" for "_".
    """
    said = "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inner = join(*children)
    return Markup(f"<{name}{said}>" if name in _VOID else f"<{name}{said}>{inner}</{name}>")


def join(*children: Child) -> Markup:
    """Elements and text side by side."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else escape(str(child))
            for child in children
            if child is not None
        )
    )


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
