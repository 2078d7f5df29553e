// The course of one search or two: length over time, the bound, and the gap to it.

const names = ["a", "b"];
const box = { left: 88, right: 740, top: 14, bottom: 220 };

const element = (name, attributes, text) => {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  if (text !== undefined) e.textContent = text;
  return e;
};

export const short = (v) => (v == null ? "–" : v >= 1e4 ? Math.round(v).toLocaleString("en") : v.toPrecision(6).replace(/\.?0+$/, ""));
export const percent = (v) => (v == null ? "–" : v.toFixed(v < 1 ? 3 : 2) + " %");

// plot draws the courses: each has name, points of seconds and length, seconds, bound. Time is
// logarithmic, since a search brings as much from one second to two as from ten to twenty.
export function plot(svg, courses) {
  svg.replaceChildren();
  const shown = courses.filter((c) => c.points.length);
  if (!shown.length) return;
  const first = Math.max(0.01, Math.min(...shown.map((c) => c.points[0].seconds)));
  const last = Math.max(first * 1.5, ...shown.map((c) => c.seconds));
  const low = Math.min(...shown.map((c) => c.bound ?? c.points.at(-1).length));
  let high = Math.min(1.1 * low, Math.max(...shown.map((c) => c.points[0].length))); // what is worse stands at the top
  if (high <= low) high = low * 1.01 + 1e-9;
  const x = (t) => box.left + ((box.right - box.left) * Math.log(Math.max(t, first) / first)) / Math.log(last / first);
  const y = (v) => box.bottom - ((box.bottom - box.top) * (Math.min(v, high) - low)) / (high - low);
  svg.append(element("line", { class: "axis", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }));
  for (let k = 0; k <= 3; k++) {
    const v = low + ((high - low) * k) / 3;
    svg.append(element("line", { class: "axis", x1: box.left, x2: box.right, y1: y(v), y2: y(v), "stroke-dasharray": "1 4" }));
    svg.append(element("text", { x: box.left - 6, y: y(v) + 4, "text-anchor": "end" }, short(v)));
    const bound = shown.find((c) => c.bound)?.bound;
    if (bound) svg.append(element("text", { x: box.right + 6, y: y(v) + 4 }, `+${((100 * v) / bound - 100).toFixed(1)} %`));
  }
  for (const unit of [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600, 7200, 36000]) {
    if (unit < first || unit > last || last / first > 200 && String(unit).includes("5")) continue;
    svg.append(element("text", { x: x(unit), y: box.bottom + 18, "text-anchor": "middle" }, unit + " s"));
  }
  courses.forEach((c, i) => {
    if (!c.points.length) return;
    let before = null;
    const steps = [];
    for (const p of c.points) { // the length holds until the next is found
      if (before) steps.push([p.seconds, before.length]);
      steps.push([p.seconds, p.length]);
      before = p;
    }
    steps.push([c.seconds, before.length]);
    svg.append(element("polyline", { class: names[i], points: steps.map(([t, v]) => `${x(t).toFixed(1)},${y(v).toFixed(1)}`).join(" ") }));
    if (c.bound) svg.append(element("line", { class: names[i] + " bound", x1: box.left, x2: box.right, y1: y(c.bound), y2: y(c.bound) }));
    svg.append(element("text", { class: names[i], x: box.left + 8 + 330 * i, y: 256 }, `${c.name}: ${short(before.length)}${c.gap == null ? "" : ", gap " + percent(c.gap)}`));
  });
  svg.setAttribute("aria-label", shown.map((c) => `${c.name}: from length ${short(c.points[0].length)} to ${short(c.points.at(-1).length)} in ${c.seconds.toFixed(1)} seconds`).join("; "));
}
