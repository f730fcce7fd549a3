"""How QGIS shows the layers of a GeoPackage: the styles kept in its table `layer_styles`.

Plan 1 is shown; other plans are rules that wait to be ticked. Fills take the colour of the field
`colour`, so that software without these styles can use it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

HEAD = '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">\n<qgis version="3.22.0" '
DARK, GREY, BLUE = "51,51,51,255", "150,150,150,255", "70,130,180,255"
ROLES = (
    ("urgent", "under the first line", "triangle", "2.8"),
    ("small", "small", "circle", "2.4"),
    ("partner", "possible partner", "square", "1.6"),
    ("none", "too large to be a partner", "square", "1.3"),
    ("left out", "left out", "cross2", "1.3"),
)


def style(layer: str, plans: Sequence[int]) -> str:
    """Give the style of a layer as QGIS writes it."""
    match layer:
        case "federations":
            return _ruled(
                [(f'"plan" = {p}', f"plan {p}", _fill(), p == plans[0]) for p in plans],
                'CASE WHEN "plan" = 1 THEN "plan_federation" END', size=8, bold=True,
            )  # fmt: skip
        case "links":
            rules = [
                (f'"plan" = {p}', f"plan {p}", _line(DARK, "0.5", "solid", by_field=True), p == 1)
                for p in plans
            ]
            return _ruled(rules)
        case "schools":
            return _ruled(_schools(plans), 'CASE WHEN "plan" = 1 THEN "name" END', closest=60_000)
        case "neighbours":
            return _ruled([("", "neighbour graph", _line(GREY, "0.15", "dot"), True)])
        case _:
            return _ruled([("", "barriers", _line(BLUE, "0.9", "solid"), True)])


def _schools(plans: Sequence[int]) -> list[tuple[str, str, str, bool]]:
    rules = []
    for p in plans:
        for role, words, shape, size in ROLES:
            for inside in (True, False):
                if role in ("none", "left out") and inside:
                    continue
                where = f'"plan" = {p} AND "plan_role" = \'{role}\''
                if role not in ("none", "left out"):
                    where += f' AND "plan_federation" IS {"NOT " if inside else ""}NULL'
                    words_here = f"{words}, {'in a federation' if inside else 'alone'}"
                else:
                    words_here = words
                name = words_here if p == 1 else f"plan {p}: {words_here}"
                small = role in ("urgent", "small")
                fill = DARK if inside else ("255,255,255,255" if small else GREY)
                rules.append((where, name, _marker(shape, size, fill, small or inside), p == 1))
    return rules


def _options(values: dict[str, str]) -> str:
    inner = "".join(
        f'<Option type="QString" name={quoteattr(key)} value={quoteattr(value)}/>'
        for key, value in values.items()
    )
    return f'<Option type="Map">{inner}</Option>'


def _by_field(*properties: str, alpha: bool = False) -> str:
    """Properties taken from the field `colour` of the feature."""
    inner = ""
    for name in properties:
        expression = '"colour"'
        if alpha and name == "fillColor":
            expression = "set_color_part(\"colour\", 'alpha', 70)"
        inner += (
            f'<Option type="Map" name="{name}"><Option type="bool" name="active" value="true"/>'
            f'<Option type="QString" name="expression" value={quoteattr(expression)}/>'
            '<Option type="int" name="type" value="3"/></Option>'
        )
    return (
        '<data_defined_properties><Option type="Map">'
        '<Option type="QString" name="name" value=""/>'
        f'<Option type="Map" name="properties">{inner}</Option>'
        '<Option type="QString" name="type" value="collection"/></Option>'
        "</data_defined_properties>"
    )


def _fill() -> str:
    options = {
        "color": "180,180,180,70", "outline_color": DARK, "outline_style": "solid",
        "outline_width": "0.4", "outline_width_unit": "MM", "style": "solid",
    }  # fmt: skip
    inner = _options(options) + _by_field("fillColor", "outlineColor", alpha=True)
    return f'type="fill"><layer class="SimpleFill" enabled="1" locked="0" pass="0">{inner}</layer>'


def _line(colour: str, width: str, dash: str, *, by_field: bool = False) -> str:
    options = {
        "line_color": colour, "line_style": dash, "line_width": width, "line_width_unit": "MM",
        "capstyle": "round",
    }  # fmt: skip
    inner = _options(options) + (_by_field("outlineColor") if by_field else "")
    return f'type="line"><layer class="SimpleLine" enabled="1" locked="0" pass="0">{inner}</layer>'


def _marker(shape: str, size: str, fill: str, dark: bool) -> str:
    inner = _options(
        {
            "name": shape, "color": fill, "outline_color": DARK if dark else GREY,
            "outline_width": "0.3", "outline_width_unit": "MM", "size": size, "size_unit": "MM",
        }
    )  # fmt: skip
    kind = f'<layer class="SimpleMarker" enabled="1" locked="0" pass="0">{inner}</layer>'
    return f'type="marker">{kind}'


def _ruled(
    rules: Sequence[tuple[str, str, str, bool]],
    label: str = "",
    size: int = 7,
    closest: int = 0,
    *,
    bold: bool = False,
) -> str:
    listed, symbols = "", ""
    for k, (where, words, symbol, shown) in enumerate(rules):
        only = f" filter={quoteattr(where)}" if where else ""
        tick = "" if shown else ' checkstate="0"'
        listed += f'<rule key="{{{k}}}" symbol="{k}" label={quoteattr(words)}{only}{tick}/>'
        symbols += f'<symbol name="{k}" alpha="1" clip_to_extent="1" {symbol}</symbol>'
    labels = _labels(label, size, closest, bold=bold) if label else ""
    return (
        f'{HEAD}styleCategories="Symbology|Labeling" labelsEnabled="{1 if label else 0}">\n'
        '<renderer-v2 type="RuleRenderer" enableorderby="0" forceraster="0" symbollevels="0">'
        f'<rules key="{{rules}}">{listed}</rules><symbols>{symbols}</symbols></renderer-v2>'
        f"{labels}\n</qgis>\n"
    )


def _labels(expression: str, size: int, closest: int, *, bold: bool) -> str:
    """Labels with a white edge; `closest`: shown only at this scale and nearer, 0 for all."""
    scales = f'scaleVisibility="{1 if closest else 0}" scaleMin="{closest or 1}" scaleMax="1"'
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f"<text-style fieldName={quoteattr(expression)}"
        f' isExpression="1" fontSize="{size}" fontWeight="{75 if bold else 50}"'
        ' fontFamily="Sans" fontSizeUnit="Point" textColor="34,34,34,255" textOpacity="1">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM"'
        ' bufferColor="255,255,255,255" bufferOpacity="1"/></text-style>'
        '<placement placement="0" dist="1" distUnits="MM" priority="5"/>'
        f'<rendering {scales} obstacle="1" drawLabels="1" displayAll="0"/>'
        "</settings></labeling>"
    )
