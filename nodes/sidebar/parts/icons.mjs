// Signs drawn with lines on a field of 16, in the colour of the text; no font is loaded for them.

const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  back: "M13 8H3M7 4 3 8l4 4",
  badge: "M2 4h12v9H2zM5 8h2M5 10h4M10 7h2",
  bulb: "M6 13h4M6.5 15h3M5 9a4 4 0 1 1 6 0l-1 2H6z",
  card: "M1 4h14v9H1zM1 7h14M3 10h3",
  check: "M3 8.5 6.5 12 13 4",
  clock: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M8 4v4l3 2",
  close: "M4 4l8 8M12 4l-8 8",
  code: "M5 4 1 8l4 4M11 4l4 4-4 4",
  copy: "M5 5h9v9H5zM2 11V2h9",
  document: "M3 1.5h7l3 3v10H3zM10 1.5v3h3M5 8h6M5 11h6",
  dot: "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6",
  down: "M8 2v11M4 9l4 4 4-4",
  files: "M5 4h8v11H5zM3 12V1h8",
  gavel: "M3 14h7M5 6l4 4M7 2l6 6M5.5 3.5l7 7M8 9l-5 4",
  help: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M3.5 3.5l2.4 2.4M10 10l2.5 2.5M12.5 3.5 10 6M6 10l-2.5 2.5",
  home: "M2 8l6-6 6 6M4 7v7h8V7",
  link: "M6.5 9.5l3-3M7 5l2-2a2.8 2.8 0 0 1 4 4l-2 2M9 11l-2 2a2.8 2.8 0 0 1-4-4l2-2",
  mark: "M8 2v8M8 13v1",
  more: "M3 4l5 4 5-4M3 9l5 4 5-4",
  out: "M9 2h5v12H9M2 8h8M7 5l3 3-3 3",
  pause: "M5 3v10M11 3v10",
  save: "M8 2v8M5 7l3 3 3-3M2 13h12",
  send: "M2 8l12-6-4 12-3-5z",
  server: "M2 3h12v4H2zM2 9h12v4H2zM4.5 5h1M4.5 11h1",
  sliders: "M2 5h8M13 5h1M2 11h2M7 11h7M11.5 3.5v3M5.5 9.5v3",
  tasks: "M2 4h2M6 4h8M2 8h2M6 8h8M2 12h2M6 12h8",
  test: "M3 2v4a3 3 0 0 0 6 0V2M6 9v2a3 3 0 0 0 6 0V9M12 6.5a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4",
  again: "M13 5a5.5 5.5 0 1 0 .5 4M13.5 2v3.5H10",
  unlock: "M3 7h10v7H3zM5 7V5a3 3 0 0 1 5.8-1",
  up: "M8 14V3M4 7l4-4 4 4",
  warn: "M8 2l6.5 12h-13zM8 6v4M8 12v.5",
};

/** A sign for the eye alone: what it means stands beside it in words. */
export function icon(name, className = "") {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" })) {
    svg.setAttribute(key, value);
  }
  svg.setAttribute("class", `sw-icon sw-icon-${name} ${className}`.trim());
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name] ?? SHAPES.dot);
  svg.append(path);
  return svg;
}
