// The page's own script: links the table and the map. Without it the page is whole, with its
// static map; without WebGL the static map takes the selection. No request is made.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("plan-data").textContent);
  const box = document.getElementById("map-box");
  const said = document.getElementById("chosen");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const byId = new Map(data.federations.map((one) => [one.id, one]));
  const all = (selector, of = document) => [...of.querySelectorAll(selector)];
  let chosen = "";
  let live = null;

  // Selection: one federation or none, shown in the table, on either map and in words.
  function choose(id, from) {
    chosen = id === chosen && from !== "link" ? "" : id;
    for (const row of all("tr[data-row]")) {
      const on = row.dataset.row === chosen;
      row.classList.toggle("on", on);
      row.querySelector(".pick").setAttribute("aria-pressed", String(on));
      if (on && from === "map") {
        row.hidden = false;
        row.scrollIntoView({ block: "nearest" });
      }
    }
    for (const card of all(".card")) card.classList.toggle("on", card.id === chosen);
    box.classList.toggle("picked", Boolean(chosen));
    for (const one of all(".federation", box)) {
      one.classList.toggle("on", one.dataset.federation === chosen);
    }
    tell();
    if (live) live.show(chosen, from);
  }

  function tell() {
    said.textContent = "";
    const one = byId.get(chosen);
    if (!one) {
      said.textContent = "No federation is chosen.";
      return;
    }
    const link = document.createElement("a");
    link.href = "#" + one.id;
    link.textContent = one.id;
    const names = document.createElement("bdi");
    names.textContent = one.names;
    said.append("Chosen: ", link, ", ", names, ". Candidate for discussion.");
  }

  function school(urn) {
    const one = data.schools.find((each) => each[0] === urn);
    const link = document.createElement("a");
    link.href = "#s" + urn;
    const name = document.createElement("bdi");
    name.textContent = one[1];
    link.append(name);
    said.textContent = "";
    said.append("School: ", link, `, ${one[2]} pupils, in no federation of this plan.`);
  }

  // The table: buttons, sorting, finding.
  for (const button of all(".pick")) {
    button.hidden = false;
    button.addEventListener("click", () => choose(button.dataset.pick, "table"));
  }
  for (const link of all("a.show")) {
    link.addEventListener("click", () => choose(link.dataset.pick, "link"));
  }
  box.addEventListener("click", (event) => {
    const federation = event.target.closest(".federation");
    const alone = event.target.closest(".alone");
    if (federation) choose(federation.dataset.federation, "map");
    else if (alone) school(Number(alone.dataset.urn));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen) choose("", "table");
  });

  const table = document.getElementById("federation-table");
  const body = table.tBodies[0];
  for (const head of all("th[data-sort]", table)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => sort(head));
  }
  function sort(head) {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const each of all("th[aria-sort]", table)) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => {
      const cell = row.cells[head.cellIndex];
      return head.dataset.sort === "number" ? Number(cell.dataset.v) || 0 : cell.textContent.trim();
    };
    const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
    body.append(...[...body.rows].sort((a, b) => order(value(a), value(b))));
  }
  const find = document.getElementById("find");
  find.parentElement.hidden = false;
  find.addEventListener("input", () => {
    const words = find.value.trim().toLowerCase();
    let shown = 0;
    for (const row of body.rows) {
      row.hidden = !row.textContent.toLowerCase().includes(words);
      shown += row.hidden ? 0 : 1;
    }
    document.getElementById("found").textContent = words ? `${shown} found` : "";
  });

  // The map on screen, where the browser can draw it.
  const features = (list) => ({ type: "FeatureCollection", features: list });
  const shape = (type, coordinates, properties = {}) => ({
    type: "Feature", properties, geometry: { type, coordinates },
  });
  const lines = (list) => features(list.map((line) => shape("LineString", line)));
  const middle = (ring) => {
    const xs = ring.map((p) => p[0]), ys = ring.map((p) => p[1]);
    return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
  };

  function extent(points) {
    const found = new groupingMap.maplibre.LngLatBounds();
    for (const point of points) found.extend(point);
    return found;
  }

  function sources() {
    const colour = (id) => byId.get(id).colour;
    return {
      land: features(data.land.map((ring) => shape("Polygon", [ring]))),
      roads: lines(data.roads),
      barriers: lines(data.barriers),
      hulls: features(data.federations.map((f) =>
        shape("Polygon", [f.hull], { id: f.id, colour: f.colour }))),
      links: features(data.links.map(([id, line]) =>
        shape("LineString", line, { id, colour: colour(id) }))),
      schools: features(data.schools.map(([urn, name, roll, role, id, lon, lat]) =>
        shape("Point", [lon, lat],
          { urn, name, id: id || "", kind: kind(role, id), side: side(lon) }))),
      labels: features(data.federations.map((f) =>
        shape("Point", middle(f.hull), { id: f.id, text: f.id.replace(/^F0*/, "") }))),
      places: features(data.places.map(([name, lon, lat]) =>
        shape("Point", [lon, lat], { text: name }))),
    };
  }
  // A name at the edge of the county is written inwards.
  const across = data.schools.map((one) => one[5]);
  const west = Math.min(...across), wide = Math.max(...across) - west;
  const side = (lon) => lon < west + wide / 4 ? "left" : lon > west + 0.75 * wide ? "right" : "top";
  const kind = (role, id) => `${role === "left out" ? "out" : role}-${id ? "in" : "alone"}`;

  // The same symbols as the static map: the tier is the shape, having partners is filled.
  function picture(name, ratio) {
    const [role, where] = name.split("-");
    const alone = where === "alone", small = role === "urgent" || role === "small";
    const size = alone && small ? 30 : 18;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.translate(size / 2, size / 2);
    pen.lineWidth = alone && small ? 2.5 : 1.2;
    pen.fillStyle = !alone ? "#1b1b1b" : small ? "#fff" : role === "partner" ? "#6b6f72" : "#fff";
    pen.strokeStyle = !alone ? "#fff" : small ? "#b00020" : "#6b6f72";
    if (alone && small) {
      pen.setLineDash([4, 2.5]);
      pen.beginPath();
      pen.arc(0, 0, 12.5, 0, 7);
      pen.stroke();
      pen.setLineDash([]);
    }
    pen.beginPath();
    if (role === "urgent") {
      pen.moveTo(0, 6.5);
      pen.lineTo(-6.5, -5);
      pen.lineTo(6.5, -5);
      pen.closePath();
    } else if (role === "small") pen.arc(0, 0, 5.5, 0, 7);
    else if (alone) pen.rect(-2.7, -2.7, 5.4, 5.4);
    else pen.rect(-4.5, -4.5, 9, 9);
    pen.fill();
    pen.stroke();
    return pen.getImageData(0, 0, canvas.width, canvas.height);
  }

  const KINDS = ["urgent-in", "small-in", "partner-in", "none-in", "out-in",
    "urgent-alone", "small-alone", "partner-alone", "none-alone", "out-alone"];

  function layers() {
    const halo = { "text-halo-color": "#fff", "text-halo-width": 1.8 };
    const bold = { "text-font": ["Arial Bold", "sans-serif"], "text-size": ["interpolate", ["linear"], ["zoom"], 6.5, 11, 9, 15] };
    const size = ["interpolate", ["linear"], ["zoom"], 6.5, 0.45, 8, 0.7, 10, 1];
    const left = ["left", [1.3, 0]], right = ["right", [-1.3, 0]];
    const above = ["top", [0, 1.2]], below = ["bottom", [0, -1.2]];
    const prominent = ["in", ["get", "kind"], ["literal", ["urgent-alone", "small-alone"]]];
    return [
      { id: "land", type: "fill", source: "land", paint: { "fill-color": "#fff" } },
      { id: "coast", type: "line", source: "land",
        paint: { "line-color": data.boundary ? "#6b6f72" : "#b9c2c7", "line-width": data.boundary ? 1.5 : 1 } },
      { id: "roads", type: "line", source: "roads", paint: { "line-color": "#cfc6b4", "line-width": 1.6 } },
      { id: "barriers", type: "line", source: "barriers", layout: { "line-cap": "round" },
        paint: { "line-color": "#3f86b8", "line-width": 4, "line-opacity": 0.7 } },
      { id: "hulls", type: "fill", source: "hulls",
        paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.2 } },
      { id: "edges", type: "line", source: "hulls",
        paint: { "line-color": ["get", "colour"], "line-width": 1.5 } },
      { id: "chosen", type: "line", source: "hulls", filter: ["==", ["get", "id"], ""],
        paint: { "line-color": "#1b1b1b", "line-width": 4 } },
      { id: "under", type: "line", source: "links", paint: { "line-color": "#1b1b1b", "line-width": 5 } },
      { id: "links", type: "line", source: "links", paint: { "line-color": ["get", "colour"], "line-width": 3 } },
      { id: "places", type: "symbol", source: "places",
        layout: { "text-field": ["get", "text"], "text-font": ["sans-serif"], "text-size": 12 },
        paint: { "text-color": "#6b6f72", ...halo } },
      { id: "others", type: "symbol", source: "schools", filter: ["==", ["get", "id"], ""],
        layout: { "icon-image": ["get", "kind"], "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true,
          "symbol-sort-key": ["case", prominent, 1, 0] } },
      { id: "members", type: "symbol", source: "schools", filter: ["!=", ["get", "id"], ""],
        layout: { "icon-image": ["get", "kind"], "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true } },
      { id: "names", type: "symbol", source: "schools", minzoom: 9.7,
        layout: { "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": 12,
          "text-anchor": "top", "text-offset": [0, 0.8], "text-optional": true },
        paint: { "text-color": "#1b1b1b", ...halo } },
      { id: "alone-names", type: "symbol", source: "schools", filter: prominent, maxzoom: 9.7,
        layout: { "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": 12,
          "text-justify": "auto", "text-variable-anchor-offset": ["match", ["get", "side"],
            "left", ["literal", [...left, ...above, ...below]],
            "right", ["literal", [...right, ...above, ...below]],
            ["literal", [...above, ...below, ...left, ...right]]] },
        paint: { "text-color": "#b00020", ...halo } },
      { id: "labels", type: "symbol", source: "labels",
        layout: { "text-field": ["get", "text"], ...bold, "text-allow-overlap": true },
        paint: { "text-color": "#1b1b1b", ...halo } },
    ];
  }

  // As high as the county needs at this width, and no higher than the window.
  function fit() {
    const wanted = box.clientWidth * Number(box.dataset.high) + 40;
    box.style.height = `${Math.round(Math.max(280, Math.min(wanted, innerHeight * 0.75)))}px`;
  }

  function start() {
    const { maplibre, css } = groupingMap;
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
    const place = document.createElement("div");
    place.className = "live-map";
    const found = sources();
    const whole = extent([...data.schools.map((s) => [s[5], s[6]]), ...data.federations.flatMap((f) => f.hull)]);
    box.classList.add("live");
    fit();
    box.append(place);
    const map = new maplibre.Map({
      container: place, attributionControl: false, bounds: whole, fitBoundsOptions: { padding: { top: 30, bottom: 40, left: 45, right: 45 } },
      dragRotate: false, pitchWithRotate: false, touchPitch: false, cooperativeGestures: true,
      fadeDuration: 0, maxZoom: 15,
      style: {
        version: 8,
        sources: Object.fromEntries(Object.entries(found).map(([name, one]) => [name, { type: "geojson", data: one }])),
        layers: [{ id: "sea", type: "background", paint: { "background-color": "#eef3f6" } }],
      },
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new maplibre.ScaleControl({ unit: "imperial" }), "bottom-left");
    map.getCanvas().setAttribute("aria-label",
      "Map of the candidate federations. Arrow keys move it, plus and minus zoom. The table has the same federations.");
    map.on("load", () => {
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      for (const name of KINDS) map.addImage(name, picture(name, ratio), { pixelRatio: ratio });
      for (const layer of layers()) map.addLayer(layer);
      live.show(chosen, "start");
      map.once("idle", () => document.documentElement.setAttribute("data-map", "drawn"));
    });
    map.on("click", (event) => {
      const at = (names) => map.queryRenderedFeatures(event.point, { layers: names })[0];
      const alone = at(["others"]);
      const hull = at(["members", "labels"]) || at(["hulls"]);
      if (alone) school(alone.properties.urn);
      else if (hull) choose(hull.properties.id, "map");
      else if (chosen) choose("", "table");
    });
    map.on("mousemove", (event) => {
      const names = ["hulls", "members", "others"].filter((name) => map.getLayer(name));
      const over = names.length && map.queryRenderedFeatures(event.point, { layers: names }).length;
      map.getCanvas().style.cursor = over ? "pointer" : "";
    });
    live = {
      map,
      show(id, from) {
        if (!map.getLayer("chosen")) return;
        map.setFilter("chosen", ["==", ["get", "id"], id]);
        for (const [layer, property, high, low] of [["hulls", "fill-opacity", 0.35, 0.08], ["links", "line-opacity", 1, 0.3],
          ["under", "line-opacity", 1, 0.3], ["edges", "line-opacity", 1, 0.35]]) {
          const usual = layer === "hulls" ? 0.2 : 1;
          map.setPaintProperty(layer, property, id ? ["case", ["==", ["get", "id"], id], high, low] : usual);
        }
        const move = id && from !== "map" ? extent(byId.get(id).hull) : !id && from === "table" ? whole : null;
        if (move) map.fitBounds(move, { padding: 55, maxZoom: 11.5, animate: !still.matches, duration: 600 });
      },
    };
    window.planMap = live;
  }

  function begin() {
    try {
      const probe = document.createElement("canvas");
      if (!probe.getContext("webgl2")) throw new Error("no WebGL");
      start();
    } catch (error) {
      box.classList.remove("live");
      for (const one of all(".live-map", box)) one.remove();
      live = null;
      document.documentElement.setAttribute("data-map", "static");
    }
  }
  addEventListener("load", () => setTimeout(begin));  // the page first, then its map
  document.documentElement.classList.add("js");
  addEventListener("beforeprint", () => all("details").forEach((one) => { one.open = true; }));
})();
