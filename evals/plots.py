"""Plots as SVG that stands inside a page and takes its colours from the page's style."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# Stand-ins that become the page's own colours, so that one plot serves light and dark.
_INK, _ACCENT, _LINE = "#010203", "#040506", "#070809"
_COLOURS = {_INK: "currentColor", _ACCENT: "var(--accent)", _LINE: "var(--line)"}
_SIZE = (3.6, 2.2)  # inches; at a phone's width the text keeps its size
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "rag",
    "font.size": 9,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _LINE,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "xtick.major.size": 0,
    "xtick.major.pad": 6,
    "ytick.major.size": 0,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}


def histogram(name: str, values: Sequence[float]) -> Markup:
    """Draw how many questions have which value between 0 and 1."""

    def draw(axes: Axes) -> None:
        counts, edges = np.histogram(np.clip(values, 0, 1), bins=10, range=(0, 1))
        axes.bar(edges[:-1], counts, width=0.09, align="edge", color=_ACCENT)
        axes.set_xlim(0, 1)
        axes.set_ylabel("questions")
        axes.grid(axis="x", visible=False)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))

    return _drawn(name, draw)


def risk_curve(name: str, curve: Sequence[Sequence[float]]) -> Markup:
    """Draw the risk of the surest answers against the share of questions that they cover."""

    def draw(axes: Axes) -> None:
        coverage = [0.0, *(point[0] for point in curve)]
        risk = [point[1] for point in curve]
        axes.step(coverage, [risk[0], *risk], where="pre", color=_ACCENT, linewidth=1.8)
        axes.plot(coverage[1:], risk, "o", color=_ACCENT, markersize=2.5 if len(risk) < 60 else 0)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, max(0.1, max(risk) * 1.1))
        axes.set_xlabel("share of questions answered")
        axes.set_ylabel("share wrong")

    return _drawn(name, draw)


def cumulative(name: str, values: Sequence[float], unit: str) -> Markup:
    """Draw the share of questions that took at most so long."""

    def draw(axes: Axes) -> None:
        ordered = np.sort(values)
        share = np.arange(1, len(ordered) + 1) / len(ordered)
        axes.step([0, *ordered], [0, *share], where="post", color=_ACCENT, linewidth=1.8)
        axes.set_xlim(0, float(ordered[-1]) * 1.02 or 1.0)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel(unit)
        axes.set_ylabel("share of questions")

    return _drawn(name, draw)


def _drawn(name: str, draw: Callable[[Axes], None]) -> Markup:
    """Return the SVG; ``name`` keeps its ids apart from those of other plots of a page."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=_SIZE, layout="constrained")
        draw(figure.add_subplot())
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    text = file.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.{0,2000}?</metadata>", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    # The page decides the width; the height follows.
    text = re.sub(r'(<svg[^>]{0,300}?) width="[^"]{1,20}"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]{0,300}?) height="[^"]{1,20}"', r"\1", text, count=1)
    for stand_in, colour in _COLOURS.items():
        text = text.replace(stand_in, colour)
    return Markup(text)  # noqa: S704  # numbers and fixed words only
