"""A front as a picture: one mark a trade-off, the ends named, the plan in hand beside them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from grouping.answers.maps import GREY
from grouping.answers.sketch import COLOURS
from grouping.answers.wording import listed
from grouping.errors import Fault, UsageRefused

if TYPE_CHECKING:
    from grouping.answers.fronts import Front, Measure

WIDTH, HEIGHT = 8.0, 5.5  # inches


def picture(found: Front) -> bytes:
    """Draw a front of two or three criteria as PNG; the third, where there is one, as colour.

    Raises
    ------
    UsageRefused
        Where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        what, do = "a plot needs matplotlib", "pip install 'grouping[plot]'"
        raise UsageRefused(Fault(what, do, place="--plot")) from None
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    ax = figure.add_subplot()
    draw(found, ax)
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=150)
    return drawn.getvalue()


def draw(found: Front, ax: Any) -> Any:
    """Draw a front on axes of matplotlib, and return them."""
    first, second = found.measures[:2]
    xs, ys = ([_unit(m, p.values[k]) for p in found.points] for k, m in enumerate((first, second)))
    if len(found.measures) == 2:
        _steps(found, ax, xs, ys)
        marks = [k in found.supported for k in range(len(xs))]
        for is_on, face, label in (
            (True, COLOURS[0], "found by some weights"),
            (False, "white", "found by no weights"),
        ):
            at = [k for k, on in enumerate(marks) if on == is_on]
            if at:
                ax.scatter(
                    [xs[k] for k in at], [ys[k] for k in at], s=28, c=face, label=label,
                    edgecolors=COLOURS[0], zorder=3,
                )  # fmt: skip
    elif xs:
        third = found.measures[2]
        shades = [_unit(third, p.values[2]) for p in found.points]
        shown = ax.scatter(xs, ys, s=28, c=shades, cmap="viridis", zorder=3, label="trade-offs")
        ax.figure.colorbar(shown, ax=ax, label=_axis(third))
    x, y = (_unit(m, v) for m, v in zip((first, second), found.plan[:2], strict=True))
    ax.scatter(
        [x], [y], s=110, marker="*", c=COLOURS[1], zorder=4, label="the best plan under the policy"
    )
    if found.bend is not None:
        away = (50 if first.more else -50, 30 if second.more else -30)  # where no plan can be
        ax.annotate(
            "bends most here", (xs[found.bend], ys[found.bend]), away, fontsize=8, ha="center",
            textcoords="offset points", arrowprops={"arrowstyle": "-", "color": GREY},
        )  # fmt: skip
    ax.set_xlabel(_axis(first))
    ax.set_ylabel(_axis(second))
    ax.set_title(_title(found), fontsize=10)
    ax.legend(fontsize=8)
    ax.grid(color=GREY, linewidth=0.3)
    return ax


def _steps(found: Front, ax: Any, xs: list[float], ys: list[float]) -> None:
    """Draw the border of what can be had: nothing lies on its better side."""
    where = "post" if not found.measures[0].more else "pre"
    order = sorted(range(len(xs)), key=lambda k: xs[k])
    ax.step(
        [xs[k] for k in order],
        [ys[k] for k in order],
        where=where,
        color=GREY,
        linewidth=1,
        zorder=2,
    )


def _title(found: Front) -> str:
    names = listed([m.words for m in found.measures])
    how = "complete" if found.complete else "in part: time was up"
    held = listed([f"at least {h.at_least} {h.name} schools covered" for h in found.held])
    return f"Trade-offs of {names} ({how})\n{f'held: {held}' if found.held else 'no coverage held'}"


def _axis(measure: Measure) -> str:
    unit = "" if measure.unit in measure.words else f", {measure.unit}"
    better = "more is better" if measure.more else "less is better"
    return f"{measure.words}{unit} ({better})"


def _unit(measure: Measure, steps: int) -> float:
    return steps / measure.per
