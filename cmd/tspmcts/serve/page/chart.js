// The course of one search or two over time: the gap, or the length while nothing is known to compare it with.

const names = ["a", "b"];
const height = 270;

const element = (name, attributes, text) => {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  if (text !== undefined) e.textContent = text;
  return e;
};

export const short = (v) => (v == null ? "–" : v >= 1e4 ? Math.round(v).toLocaleString("en") : String(Number(v.toPrecision(6))));
export const percent = (v) => (v == null ? "–" : (Math.abs(v) < 0.0005 ? 0 : v).toFixed(v < 1 ? 3 : 2) + " %");

// marks returns at most count round numbers from low to high: 1, 2 and 5 times a power of ten, or finer where these are few.
const marks = (low, high, count) => {
  for (const digits of [[1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9], Array.from({ length: 90 }, (_, k) => 1 + k / 10)]) {
    const list = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) list.push(...digits.map((d) => Number((d * 10 ** e).toPrecision(2))));
    const inside = list.filter((v) => v >= low && v <= high);
    if (inside.length > 2) return inside.filter((_, k) => k % Math.ceil(inside.length / count) === 0);
  }
  return [low, high].map((v) => Number(v.toPrecision(3)));
};

// plot draws the courses: each has name, points of seconds and length, seconds, and length and gap
// of now. Time is logarithmic, since a search brings as much from one second to two as from ten to twenty;
// so is the gap, which falls by as much from 10 % to 1 % as from 1 % to .1 %.
export function plot(svg, all) {
  const courses = all.filter((c) => c.points.length);
  const width = svg.clientWidth;
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  if (!courses.length || !width) return;
  const box = { left: 84, right: width - 12, top: 26, bottom: height - 22 - 18 * courses.length };
  const scale = courses.every((c) => c.gap != null) ? gaps(courses) : lengths(courses);
  const last = Math.max(1e-6, ...courses.map((c) => c.seconds));
  // The time begins when the first of them comes into the picture.
  const begin = Math.min(...courses.map((c) => c.points.find((p) => scale.value(c, p) <= scale.high).seconds));
  const first = Math.min(Math.max(0.001, begin), last / 1.5);
  const x = (t) => box.left + ((box.right - box.left) * Math.log(Math.max(t, first) / first)) / Math.log(Math.max(last / first, 1.5));
  const y = (v) => box.bottom - (box.bottom - box.top) * scale.part(Math.min(Math.max(v, scale.low), scale.high));

  svg.append(element("text", { x: 4, y: 14 }, scale.title));
  for (const v of scale.ticks) {
    svg.append(element("line", { class: "axis", x1: box.left, x2: box.right, y1: y(v), y2: y(v) }));
    svg.append(element("text", { x: box.left - 8, y: y(v) + 4, "text-anchor": "end" }, scale.text(v)));
  }
  for (const t of marks(first, last, width / 60)) {
    svg.append(element("text", { x: x(t), y: box.bottom + 16, "text-anchor": "middle" }, t + " s"));
  }
  courses.forEach((c, i) => {
    const steps = [];
    let before = null;
    for (const p of [...c.points, { seconds: c.seconds, length: c.points.at(-1).length }]) { // a length holds until the next is found
      const v = scale.value(c, p);
      if (before !== null) steps.push([p.seconds, before]);
      steps.push([p.seconds, v]);
      before = v;
    }
    const inside = steps.slice(Math.max(0, steps.findLastIndex(([, v]) => v > scale.high)));
    svg.append(element("polyline", { class: names[i], points: inside.map(([t, v]) => `${x(t).toFixed(1)},${y(v).toFixed(1)}`).join(" ") }));
    svg.append(element("text", { class: names[i], x: 4, y: box.bottom + 34 + 18 * i },
      `${c.name}: ${short(c.points.at(-1).length)}${c.gap == null ? "" : ", gap " + percent(c.gap)}`)); // which a phone has room for
  });
  svg.setAttribute("aria-label", courses.map((c) => `${c.name}: from length ${short(c.points[0].length)} to ${short(c.points.at(-1).length)}${c.gap == null ? "" : `, gap ${percent(c.gap)},`} in ${c.seconds.toFixed(1)} seconds`).join("; "));
}

// gaps is the scale of gaps in percent, over what the gap of now is over.
function gaps(courses) {
  const value = (c, p) => (c.length > 0 ? 100 * ((p.length / c.length) * (1 + c.gap / 100) - 1) : 0);
  const all = courses.flatMap((c) => c.points.map((p) => value(c, p))).filter((v) => v > 1e-4);
  const low = all.reduce((a, b) => Math.min(a, b), 1) / 1.3, high = all.reduce((a, b) => Math.max(a, b), 2 * low); // the optimum stands at the bottom
  return { title: "gap", value, low, high, part: (v) => Math.log(v / low) / Math.log(high / low), ticks: marks(low, high, 7), text: (v) => v + " %" };
}

// lengths is the scale of lengths, up to a tenth above the shortest: what is longer is not in the picture.
function lengths(courses) {
  const value = (c, p) => p.length;
  const low = Math.min(...courses.map((c) => c.points.at(-1).length));
  const longest = Math.max(...courses.map((c) => c.points[0].length)), worst = Math.max(...courses.map((c) => c.points.at(-1).length));
  const high = Math.max(Math.min(longest, Math.max(1.1 * low, worst + 0.02 * low)), low + 1e-9 + 0.001 * low);
  return { title: "length", value, low, high, part: (v) => (v - low) / (high - low), ticks: [0, 1, 2, 3].map((k) => low + ((high - low) * k) / 3), text: short };
}
