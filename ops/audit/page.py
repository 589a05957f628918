"""The life of a connection as one page of HTML, which loads nothing from anywhere.

It is built as a tree, so that everything in it is escaped by whatever writes the tree: a client's name for
itself is text, whatever it holds.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final, get_args
from xml.etree import ElementTree as ET

from functions.domain.connections.connection import Connection
from functions.domain.connections.voice_sessions import voice_endings
from functions.domain.log.ids import time_of
from ops.audit.timeline import Lane, Step
from ops.audit.wording import carried, clock, words_of
from ops.terminal import printable

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""A browser loads nothing for the page, and runs nothing in it, even if something in it asks for that."""
_STYLE: Final = """
:root{color-scheme:light dark}
body{font:14px/1.4 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}
h1{font-size:1.25rem}h1 code{overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:9rem 1fr;gap:.15rem .8rem}
dt{opacity:.65}dd{margin:0;overflow-wrap:anywhere}svg{width:100%;height:auto;margin:1rem 0}
svg text{font:12px system-ui,sans-serif;fill:currentColor}svg line{stroke:currentColor;opacity:.2}
.mark{fill:#2f6fb0}.refused,.end,.unreadable{fill:#c2402a}.span{fill:#2f6fb0;opacity:.35}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #8884}
td:nth-child(-n+3){white-space:nowrap}td:nth-child(4){overflow-wrap:anywhere}
td:first-child{font-variant-numeric:tabular-nums}
"""
_WIDTH: Final = 1000
_LEFT: Final = 90
_ROW: Final = 26
_TOP: Final = 12


def page(connection_id: str, steps: Sequence[Step], zone: tzinfo) -> str:
    """Return the page of a connection.

    Parameters
    ----------
    connection_id
        The connection.
    steps
        Its life, at least one step.
    zone
        The time zone of times.
    """
    html = ET.Element("html", lang="en")
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
    ET.SubElement(head, "meta", name="viewport", content="width=device-width")
    _in(head, "title", f"Connection {connection_id}")
    ET.SubElement(head, "style").text = _STYLE
    body = ET.SubElement(html, "body")
    heading = _in(body, "h1", "Connection ")
    _in(heading, "code", connection_id)
    body.append(_facts(steps[-1].state, zone))
    body.append(_lanes(steps, zone))
    body.append(_table(steps, zone))
    return "<!DOCTYPE html>\n" + ET.tostring(html, encoding="unicode", method="html")


def _facts(state: Connection, zone: tzinfo) -> ET.Element:
    opened = state.opened
    told = {
        "user": state.user_id,
        "session": state.session_id,
        "status": state.status,
        "opened": f"{datetime.fromtimestamp(state.created_at / 1000, zone):%Y-%m-%d %H:%M:%S %Z}"
        if opened
        else None,
        "address": opened and opened.ip_address,
        "user agent": opened and opened.user_agent,
    }
    facts = ET.Element("dl")
    for name, value in told.items():
        if value:
            _in(facts, "dt", name)
            _in(facts, "dd", value)
    return facts


def _lanes(steps: Sequence[Step], zone: tzinfo) -> ET.Element:
    """Draw a line for each lane that something is in, and a mark for each step where its time is."""
    used = [lane for lane in get_args(Lane) if any(step.lane == lane for step in steps)]
    known = [step.at for step in steps if step.at]
    first, last = min(known, default=0), max(known, default=0)
    bottom = _TOP + _ROW * len(used)
    svg = ET.Element("svg", viewBox=f"0 0 {_WIDTH} {bottom + 24}", role="img")
    _in(svg, "title", "What happened when")

    def x(at: int) -> float:
        share = (max(first, at) - first) / max(1, last - first)
        return _LEFT + share * (_WIDTH - _LEFT - 20)

    rows = {lane: _TOP + _ROW * number + _ROW // 2 for number, lane in enumerate(used)}
    for lane, y in rows.items():
        ET.SubElement(svg, "line", x1=f"{_LEFT}", x2=f"{_WIDTH}", y1=f"{y}", y2=f"{y}")
        _in(svg, "text", lane, x="0", y=f"{y + 4}")
    if "speech" in rows:
        state = steps[-1].state
        for name, (ended_at, _) in voice_endings(state).items():
            start = x(time_of(name))
            span = {"x": f"{start:.1f}", "width": f"{max(2.0, x(ended_at) - start):.1f}"}
            ET.SubElement(
                svg, "rect", {**span, "y": f"{rows['speech'] - 7}", "height": "14", "class": "span"}
            )
    for step in steps:
        mark = ET.SubElement(
            svg,
            "circle",
            {"cx": f"{x(step.at):.1f}", "cy": f"{rows[step.lane]}", "r": "5", "class": f"mark {step.lane}"},
        )
        _in(mark, "title", f"{clock(step.at, zone)} {step.entry.type or '?'} {carried(step)}")
    for at, anchor in ((first, "start"), (last, "end")):
        place = {"x": f"{x(at):.1f}", "y": f"{bottom + 16}", "text-anchor": anchor}
        _in(svg, "text", clock(at, zone), **place)
    return svg


def _table(steps: Sequence[Step], zone: tzinfo) -> ET.Element:
    table = ET.Element("table")
    heading = ET.SubElement(ET.SubElement(table, "thead"), "tr")
    for name in ("at", "lane", "what", "carries", "state after it"):
        _in(heading, "th", name)
    rows = ET.SubElement(table, "tbody")
    for step in steps:
        row = ET.SubElement(rows, "tr")
        what = step.entry.type or "?"
        for cell in (clock(step.at, zone), step.lane, what, carried(step), words_of(step.state, zone)):
            _in(row, "td", cell)
    return table


def _in(parent: ET.Element, tag: str, text: str, /, **attributes: str) -> ET.Element:
    """Put an element with a text into another; what has no shape is written as an escape."""
    element = ET.SubElement(parent, tag, attributes)
    element.text = printable(text)
    return element
