"""Draws counters as an SVG: one small chart under the other, with nothing to load from anywhere.

By the standard library alone: what draws charts well brings numerical packages of many megabytes, or a script
that a page loads from a network.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final
from xml.etree import ElementTree as ET

from ops.metrics.series import Series

_WIDTH: Final = 960
_LEFT: Final = 140
"""Where the bars begin: the name of the counter and its numbers are left of them."""
_TOP: Final = 48
_ROW: Final = 72
_HEIGHT: Final = 44
"""Of the highest bar of a counter: each has a scale of its own, which is written beside it."""
_STYLE: Final = (
    "svg{background:#fff;font:12px system-ui,sans-serif;fill:#1a1a1a}.h{font-size:15px;font-weight:600}"
    ".b{fill:#2563a8}.t{fill:#5a5a5a}line{stroke:#c8c8c8}"
)


def plot(found: Series, title: str, zone: tzinfo) -> str:
    """Return the SVG of counters.

    Parameters
    ----------
    found
        The counters.
    title
        Of the whole.
    zone
        The time zone of the times below it.
    """
    height = _TOP + _ROW * len(found.counts) + 28
    svg = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH} {height}", role="img")
    ET.SubElement(svg, "title").text = title
    ET.SubElement(svg, "style").text = _STYLE
    _text(svg, title, 16, 26, "h")
    for number, (name, counts) in enumerate(found.counts.items()):
        svg.extend(_chart(name, counts, _TOP + _ROW * number))
    for start, anchor, x in ((found.starts[0], "start", _LEFT), (found.starts[-1], "end", _WIDTH - 16)):
        told = datetime.fromtimestamp(start / 1000, zone).strftime("%Y-%m-%d %H:%M %Z")
        _text(svg, told, x, height - 12, "t").set("text-anchor", anchor)
    return ET.tostring(svg, encoding="unicode")


def _chart(name: str, counts: Sequence[int], top: int) -> Iterator[ET.Element]:
    group = ET.Element("g")
    most, base = max(counts), top + _HEIGHT
    _text(group, name, 16, top + 16)
    _text(group, f"{sum(counts):,} in all", 16, top + 32, "t")
    _text(group, f"at most {most:,}", 16, top + 46, "t")
    width = (_WIDTH - 16 - _LEFT) / len(counts)
    for number, count in enumerate(counts):
        if count:
            high = max(1.0, _HEIGHT * count / most)
            place = {"x": _LEFT + number * width, "y": base - high, "width": width * 0.9, "height": high}
            bar = {key: f"{value:.2f}" for key, value in place.items()}
            ET.SubElement(group, "rect", {**bar, "class": "b"})
    ET.SubElement(group, "line", x1=f"{_LEFT}", x2=f"{_WIDTH - 16}", y1=f"{base}", y2=f"{base}")
    yield group


def _text(within: ET.Element, text: str, x: int, y: int, look: str | None = None) -> ET.Element:
    element = ET.SubElement(within, "text", {"x": f"{x}", "y": f"{y}", **({"class": look} if look else {})})
    element.text = text
    return element
