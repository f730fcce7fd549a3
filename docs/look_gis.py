"""Draw a proposals.gpkg as QGIS opens it, with its own styles and nothing else, to look at it.

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 docs/look_gis.py out/proposals.gpkg picture.png

Needs QGIS and its Python, on Debian `apt install qgis python3-qgis`; run it with the Python that
QGIS belongs to. Ends in 1 where a layer does not open, or opens without the style it brings.
"""

from __future__ import annotations

import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRuleBasedRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

LAYERS = ("schools", "links", "federations", "neighbours", "barriers")  # from above downwards
SIZE = (1500, 1100)


def main(package: Path, picture: Path) -> int:
    """Open every layer, say what is in it, and draw them all."""
    QgsApplication.setPrefixPath("/usr", True)
    app = QgsApplication([], False)
    app.initQgis()
    faults, shown = 0, []
    for name in LAYERS:
        layer = QgsVectorLayer(f"{package}|layername={name}", name, "ogr")
        styled = isinstance(layer.renderer(), QgsRuleBasedRenderer) if layer.isValid() else False
        labels = layer.isValid() and layer.labelsEnabled()
        print(  # noqa: T201
            f"{name}: {layer.featureCount()} features, {layer.crs().authid()}, "
            f"{'its own style' if styled else 'NO STYLE'}{', labels' if labels else ''}"
        )
        if layer.isValid() and styled and layer.crs().authid() == "EPSG:27700":
            shown.append(layer)
        elif name != "neighbours" or layer.isValid():
            faults += 1
    settings = QgsMapSettings()
    settings.setLayers(shown)
    settings.setDestinationCrs(shown[0].crs())
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(*SIZE))
    settings.setOutputDpi(110)
    extent = shown[0].extent()
    extent.scale(1.05)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(picture))
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
