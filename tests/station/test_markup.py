"""HTML and curves: everything is escaped, and every curve stays on its paper."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.curves import Frame, band, bars, dots, drawing, line, nice, nice_span, spans, thinned
from station.markup import Markup, join, tag

NASTY = "<script>alert('x')</script>\"&"


def test_text_and_attributes_are_escaped_and_markup_is_not() -> None:
    assert tag("p", NASTY) == "<p>&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot;&amp;</p>"
    assert tag("a", tag("b", "x"), href='"><i>') == '<a href="&quot;&gt;&lt;i&gt;"><b>x</b></a>'
    assert tag("img", src="/x", alt="") == '<img src="/x" alt="">'
    assert tag("input", disabled=True, hidden=False, value=None) == "<input disabled>"
    assert tag("label", for_="x", aria_label="y") == '<label for="x" aria-label="y"></label>'
    assert join("a", None, 1, Markup("<br>")) == "a1<br>"


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_text_ever_opens_an_element_or_leaves_its_attribute(text: str, attribute: str) -> None:
    made = tag("p", text, title=attribute)
    assert re.fullmatch(r'<p title="[^"<>]*">[^<>]*</p>', made, re.S)


FRAME = Frame(0.0, 10 * 86_400.0, 0.0, 100.0)


def test_a_line_begins_with_a_move_and_breaks_where_nothing_is_known() -> None:
    made = line(FRAME, [(0.0, 0.0), (86_400.0, 50.0), (9 * 86_400.0, 100.0)], "x")
    assert made == '<path d="M40.0 168.0L81.2 89.0M410.8 10.0" class="x"></path>'
    assert line(FRAME, [], "x") == ""


@pytest.mark.parametrize("value", [-1e9, -1.0, 101.0, 1e9])
def test_what_lies_outside_is_drawn_at_the_edge(value: float) -> None:
    assert 10.0 <= FRAME.y(value) <= 168.0
    assert 40.0 <= FRAME.x(value * 1e6) <= 452.0


def test_layers() -> None:
    assert band(FRAME, [(0.0, 20.0, 30.0), (86_400.0, 25.0, 35.0)], "e").count("L") == 3
    assert band(FRAME, [], "e") == ""
    assert bars(FRAME, [(0.0, 86_400.0, 50.0, "half")], "h") == (
        '<rect x="40.5" y="89.0" width="40.2" height="79.0" class="h"><title>half</title></rect>'
    )
    assert dots(FRAME, [(0.0, 50.0)], "s") == '<path d="M40.0 89.0h0" class="dots s"></path>'
    assert spans(FRAME, [(-10.0, -1.0)], "l") == ""
    assert 'width="41.2"' in spans(FRAME, [(86_400.0, 2 * 86_400.0)], "l")


def test_a_drawing_says_what_it_shows_and_names_its_unit_once() -> None:
    made = drawing(FRAME, "%", "Charge & more", line(FRAME, [(0.0, 1.0)], "x"))
    assert "<title>Charge &amp; more</title>" in made
    assert made.count("100 %") == 1
    assert 'role="img"' in made


@pytest.mark.parametrize(
    ("most", "top"),
    [(0.0, 1.0), (0.19, 0.2), (0.21, 0.3), (1.0, 1.0), (1.01, 1.2), (97.0, 100.0), (850.0, 1000.0)],
)
def test_axes_end_at_round_figures(most: float, top: float) -> None:
    assert nice(most) == pytest.approx(top)


@pytest.mark.parametrize(
    ("least", "most", "span"),
    [
        (0.0, 4.0, (0.0, 4.0)),
        (945.0, 1753.0, (900.0, 2100.0)),
        (3.1, 17.8, (0.0, 24.0)),
        (5.0, 5.0, (4.98, 5.1)),
        (-3.2, 8.0, (-4.0, 12.0)),
        (-1200.0, 1200.0, (-1200.0, 1200.0)),
    ],
)
def test_axes_of_readings_are_round_at_each_line(
    least: float, most: float, span: tuple[float, float]
) -> None:
    assert nice_span(least, most) == pytest.approx(span)


@given(st.floats(-32768, 32767), st.floats(-32768, 32767))
def test_axes_of_readings_hold_every_reading(one: float, other: float) -> None:
    low, high = nice_span(min(one, other), max(one, other))
    assert low <= min(one, other) + 1e-6
    assert high >= max(one, other) - 1e-6


def test_thinning_keeps_the_last() -> None:
    points = [(float(at), 0.0) for at in range(1001)]
    thin = thinned(points, 100)
    assert len(thin) <= 101
    assert (thin[0], thin[-1]) == (points[0], points[-1])
    assert list(thinned([], 100)) == []
