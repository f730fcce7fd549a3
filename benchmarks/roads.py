"""Times by road on a made network: seconds and peak memory.

    python benchmarks/roads.py [--nodes 500000] [--schools 400] [--cap 30] [--pbf FILE]

A county of lanes: a jittered grid of junctions 700 m apart, a fifth of its lanes taken away, a few
main roads, every lane bent in stretches of about 50 m, as mapped roads are. With --pbf it is first
written as an extract with osmium and read back, which is what a user waits for.
"""

from __future__ import annotations

import argparse
import resource
from pathlib import Path
from time import perf_counter

import numpy as np

from grouping.files.travel import road_speeds
from grouping.world.network import Extract, main_part, network
from grouping.world.places import project, to_wgs84
from grouping.world.roads import road_times

SPACING = 700.0  # metres between junctions
EAST, NORTH = 430_000.0, 180_000.0


def made(nodes: int, seed: int = 1) -> Extract:
    """A made county with about so many points."""
    chance = np.random.default_rng(seed)
    stretches = 13  # of a lane
    side = max(2, round((nodes / (1 + 2 * 0.8 * (stretches - 1))) ** 0.5))
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    spots = grid * SPACING + chance.normal(0, 120, grid.shape) + (EAST, NORTH)
    here = np.arange(side * side)
    east = here[grid[:, 0] < side - 1]
    north = here[grid[:, 1] < side - 1]
    lanes = np.concatenate([np.stack([east, east + 1], 1), np.stack([north, north + side], 1)])
    lanes = lanes[chance.random(len(lanes)) < 0.8]
    share = np.arange(stretches + 1) / stretches
    a, b = spots[lanes[:, 0]], spots[lanes[:, 1]]
    points = a[:, None] + share[None, :, None] * (b - a)[:, None]
    points[:, 1:-1] += chance.normal(0, 8, points[:, 1:-1].shape)
    inner = side * side + np.arange(len(lanes) * (stretches - 1)).reshape(len(lanes), -1)
    node = np.concatenate([lanes[:, :1], inner, lanes[:, 1:]], axis=1).ravel()
    lon, lat = to_wgs84(points[..., 0].ravel(), points[..., 1].ravel())
    row, column = grid[lanes[:, 0], 1], grid[lanes[:, 0], 0]
    main = (row % 12 == 0) | (column % 12 == 0)
    classes = np.where(main, "primary", np.where(chance.random(len(lanes)) < 0.2, "tertiary", ""))
    tags = tuple({"highway": str(name) or "unclassified"} for name in classes)
    first = np.arange(len(lanes) + 1) * (stretches + 1)
    return Extract(tags, first, node.astype(np.int64), lon, lat)


def written(extract: Extract, path: Path) -> None:
    """Write it as an extract with osmium."""
    import osmium

    number, at = np.unique(extract.node, return_index=True)
    with osmium.SimpleWriter(str(path), overwrite=True) as out:
        for key, k in zip(number.tolist(), at.tolist(), strict=True):
            place = (float(extract.longitude[k]), float(extract.latitude[k]))
            out.add_node(osmium.osm.mutable.Node(id=key + 1, location=place))
        for k, tags in enumerate(extract.tags):
            nodes = (extract.node[extract.first[k] : extract.first[k + 1]] + 1).tolist()
            out.add_way(osmium.osm.mutable.Way(id=k + 1, nodes=nodes, tags=dict(tags)))


def peak() -> float:
    """Peak memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run it once and say the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=500_000)
    parser.add_argument("--schools", type=int, default=400)
    parser.add_argument("--cap", type=float, default=30.0)
    parser.add_argument("--pbf", type=Path)
    chosen = parser.parse_args()
    start = perf_counter()
    extract = made(chosen.nodes)
    print(f"made: {perf_counter() - start:.1f} s, peak {peak():.0f} MB")
    if chosen.pbf:
        from grouping.files.osm import read_extract

        if not chosen.pbf.exists():
            written(extract, chosen.pbf)
        start = perf_counter()
        extract = read_extract(chosen.pbf)
        size = chosen.pbf.stat().st_size / 1e6
        print(f"read {size:.1f} MB: {perf_counter() - start:.1f} s, peak {peak():.0f} MB")
    start = perf_counter()
    roads = main_part(network(extract, road_speeds()))
    print(
        f"network: {len(roads):,} nodes, {len(roads.tail):,} directed edges, "
        f"{roads.metres.sum() / 2000:,.0f} km, {perf_counter() - start:.1f} s, peak {peak():.0f} MB"
    )
    chance = np.random.default_rng(2)
    where = chance.choice(len(extract.node), chosen.schools, replace=False)
    east, north = project(extract.longitude[where], extract.latitude[where])
    jitter = chance.normal(0, 60, (2, len(east)))
    start = perf_counter()
    found = road_times(
        roads,
        np.arange(len(east)) + 100_001,
        np.rint(east + jitter[0]).astype(np.int64),
        np.rint(north + jitter[1]).astype(np.int64),
        cap_minutes=chosen.cap,
        none_beyond=2000,
    )
    print(
        f"times: {len(east)} schools within {chosen.cap:g} minutes, {len(found.tenths):,} pairs, "
        f"{perf_counter() - start:.1f} s, peak {peak():.0f} MB"
    )


if __name__ == "__main__":
    main()
