// The page: a form that posts jobs, panes that show them, a chart and a list.

import { Problem, Unanswered, buffer, follow, json, onToken, request } from "./api.js";
import { percent, plot, short } from "./chart.js";
import { Sketch, example } from "./sketch.js";
import { View } from "./view.js";

const $ = (id) => document.getElementById(id);
const panes = []; // that are shown, at most two
let options;

const say = (text) => { $("news").textContent = text; };
const complain = (e) => { $("problem").textContent = e.message; if (!(e instanceof Problem)) console.error(e); };

onToken(() => new Promise((done) => {
  $("token").value = "";
  $("login").onclose = () => done($("token").value.trim());
  $("login").showModal();
}));

const ended = (job) => job.status === "done" || job.status === "failed";

// A pane shows one job.
class Pane {
  constructor(job) {
    this.id = job.id;
    this.job = job;
    this.points = job.trace || [];
    this.quit = new AbortController();
    this.root = $("pane").content.firstElementChild.cloneNode(true);
    this.root.dataset.job = job.id;
    this.is = (name) => this.root.querySelector(`[data-is=${name}]`);
    this.button = (name) => this.root.querySelector(`[data-do=${name}]`);
    this.root.querySelector("h2").textContent = this.name();
    this.is("command").textContent = job.command;
    this.root.querySelector("details").hidden = !job.command;
    this.canvas = this.root.querySelector("canvas");
    this.button("pause").onclick = () => this.ask(this.job.status === "paused" ? "resume" : "pause");
    this.button("stop").onclick = () => this.ask("stop");
    this.button("whole").onclick = () => this.view.whole();
    this.is("heat").onchange = () => this.heat();
    this.button("download").onclick = () => this.download();
  }

  name() { return `${this.job.name}, ${this.job.cities.toLocaleString("en")} cities, ${this.job.preset}`; }

  async begin() {
    this.view = new View(this.canvas, this.job.cities, this.job.path);
    this.tell(this.job);
    const places = await this.places();
    if (this.quit.signal.aborted) return;
    if (places) this.view.setCities(places);
    this.drawn();
    this.tour();
    let stale = false;
    follow(this.id, (state) => {
      if (stale) this.fail(new Problem());
      stale = false;
      this.tell(state);
    }, () => this.gone(), (e) => { stale = true; this.fail(e); }, this.quit.signal);
  }

  // places fetches where to draw the cities, again until the server answers; null where it says
  // that there is nothing to draw, as of a matrix.
  async places() {
    while (!this.quit.signal.aborted) {
      try {
        const places = new Float32Array(await buffer(`/v1/jobs/${this.id}/cities`));
        this.answered();
        return places;
      } catch (e) {
        this.fail(e);
        if (!this.unanswered) return null;
        await new Promise((next) => setTimeout(next, 1000));
      }
    }
  }

  // drawn lets be used what needs cities that are drawn, or their tour.
  drawn() {
    this.button("whole").disabled = this.is("heat").disabled = !this.view.n;
    for (const o of this.is("format").options) {
      if (o.value === "geojson") o.disabled = !this.view.n;
      if (o.value === "svg" || o.value === "png") o.disabled = !this.view.order;
    }
  }

  // gone says that the job was deleted elsewhere: nothing more can be asked of it.
  gone() {
    this.quit.abort();
    this.is("stage").textContent = this.is("stage").title = "deleted";
    this.is("error").textContent = "the job was deleted";
    for (const name of ["pause", "stop", "download"]) this.button(name).disabled = true;
    this.is("heat").disabled = true;
    list().catch(complain);
  }

  // fail says what went wrong; answered takes back that there was no answer, or half of one.
  fail(e) {
    this.is("error").textContent = e.message;
    this.unanswered = !(e instanceof Problem) || e instanceof Unanswered;
  }

  answered() {
    if (this.unanswered) this.fail(new Problem());
  }

  close() {
    this.quit.abort();
    this.view.close();
    this.root.remove();
  }

  // tell takes the state of the job.
  tell(state) {
    const before = this.job.status;
    Object.assign(this.job, state);
    const { job } = this;
    const last = this.points.at(-1);
    if (job.length != null && (!last || job.length < last.length)) this.add({ seconds: job.seconds, length: job.length });
    for (const [name, text] of Object.entries({
      length: short(job.length), gap: percent(job.gap), bound: short(job.bound), seconds: job.seconds.toFixed(1),
      actions: job.actions.toLocaleString("en"),
      stage: job.status === "running" ? job.stage || (asksBound(job.settings) && job.bound == null ? "proving a bound" : "preparing") : job.status + (job.stop ? `: ${job.stop}` : ""),
    })) {
      this.is(name).textContent = text;
      this.is(name).title = text;
    }
    const over = ended(job);
    this.button("pause").textContent = job.status === "paused" ? "Resume" : "Pause";
    this.button("pause").disabled = this.button("stop").disabled = over;
    job.regions = state.regions ?? [];
    if (this.view.n) this.view.setRegions(job.regions);
    this.root.dataset.regions = job.regions.length;
    if (job.error) this.is("error").textContent = job.error;
    this.canvas.setAttribute("aria-label", `Tour of ${this.name()}, length ${short(job.length)}, ${job.status}. Arrow keys move, plus and minus zoom, 0 shows all.`);
    if (before !== job.status) {
      say(`${this.name()}: ${job.status}${over ? `, length ${short(job.length)}, gap ${percent(job.gap)}` : ""}`);
      list().catch(complain);
      if (over) this.course().catch(complain);
    }
    chart();
    this.tour();
  }

  // add adds an improvement to the course. Of too many the one goes whose neighbours are nearest in the
  // logarithm of time, as the server has it.
  add(point) {
    const { points } = this;
    if (points.push(point) <= 512) return;
    const ratio = (k) => points[k + 1].seconds / points[k - 1].seconds;
    let at = 1;
    for (let k = 2; k < points.length - 1; k++) if (ratio(k) < ratio(at)) at = k;
    points.splice(at, 1);
  }

  // course fetches all improvements, of which a slow page has not been told.
  async course() {
    this.points = (await json(`/v1/jobs/${this.id}`)).trace || [];
    chart();
  }

  // tour fetches the newest tour, one at a time.
  async tour() {
    if (this.fetching || this.quit.signal.aborted || !this.view.n || !this.job.revision || this.shown === this.job.revision) return;
    this.fetching = true;
    const asked = this.job.revision;
    try {
      const answer = await request(`/v1/jobs/${this.id}/tour?format=binary`, { signal: this.quit.signal });
      const order = new Int32Array(await answer.arrayBuffer());
      this.shown = Number(/\d+/.exec(answer.headers.get("ETag") ?? "")?.[0] ?? asked); // a proxy may change it, or take it away
      this.view.setTour(order);
      this.answered();
      this.drawn();
      this.root.dataset.revision = this.shown;
      if (this.job.status === "running") await new Promise((next) => setTimeout(next, 80 + order.length / 400)); // 2.5 s for a million
      while (this.view.busy) await new Promise((next) => setTimeout(next, 100));
    } catch (e) {
      if (!this.quit.signal.aborted) this.fail(e);
      await new Promise((next) => setTimeout(next, 1000));
    }
    this.fetching = false;
    this.tour();
  }

  async ask(what) {
    try {
      await json(`/v1/jobs/${this.id}/${what}`, { method: "POST" });
      this.is("error").textContent = "";
    } catch (e) {
      this.fail(e);
    }
  }

  async heat() {
    this.is("error").textContent = "";
    if (!this.is("heat").checked) return this.view.setHeat(null);
    try {
      const data = new DataView(await buffer(`/v1/jobs/${this.id}/heatmap`));
      const edges = [];
      for (let at = 0; at < data.byteLength; at += 12) edges.push([data.getInt32(at, true), data.getInt32(at + 4, true), data.getFloat32(at + 8, true)]);
      if (this.is("heat").checked) this.view.setHeat(edges); // as it may not be by now
    } catch (e) {
      this.is("heat").checked = false;
      this.fail(e);
    }
  }

  async download() {
    const format = this.is("format").value;
    try {
      const file = format === "svg" ? new Blob([this.view.svg()], { type: "image/svg+xml" }) :
        format === "png" ? await this.view.png() : await (await request(`/v1/jobs/${this.id}/tour?format=${format}`)).blob();
      const a = document.createElement("a");
      a.href = URL.createObjectURL(file);
      a.download = `${this.job.name}.${format === "tsplib" ? "tour" : format}`;
      a.click();
      setTimeout(() => URL.revokeObjectURL(a.href), 10000);
    } catch (e) {
      this.fail(e);
    }
  }
}

// chart draws the courses of the panes, at most ten times a second.
let charting;
function chart() {
  charting ||= setTimeout(() => {
    charting = 0;
    plot($("chart"), panes.map(({ job, points }) => ({ ...job, points, name: panes.length > 1 ? `${job.preset}, ${job.heatmap}` : job.name })));
  }, 100);
}

// show shows the jobs of these ids, which the address keeps: a page that is loaded again shows them
// again. The form is filled, unless they were just asked for with it.
let showing = 0; // how often that was asked for
async function show(ids, fill = true) {
  const turn = ++showing;
  const jobs = [];
  for (const id of ids.slice(0, 2)) {
    try {
      jobs.push(await json(`/v1/jobs/${encodeURIComponent(id)}`));
    } catch (e) {
      complain(e);
      list().catch(poll); // it may have been deleted elsewhere
    }
  }
  if (turn !== showing) return; // others are to be shown by now
  const stay = ids.length && !jobs.length && panes.length; // what is shown, where nothing else can be
  history.replaceState(null, "", "#" + (stay ? panes : jobs).map((j) => j.id).join(","));
  if (stay) return;
  for (const p of panes.splice(0)) p.close();
  $("panes").classList.toggle("two", jobs.length === 2);
  chart(); // in a moment, of what is shown then
  if (!jobs.length) {
    $("panes").innerHTML = '<p class="empty">A tour that improves is shown here.</p>';
    return;
  }
  if (fill) refill(...jobs);
  panes.push(...jobs.map((job) => new Pane(job)));
  $("panes").replaceChildren(...panes.map((p) => p.root));
  for (const p of panes) p.begin().catch(complain);
}

// list tells of the newest jobs, and again while one of them has not ended. Rows stay as they are, for who
// is about to press a button; the focus in one that goes is in the next one then.
let again;
async function list() {
  const { jobs } = await json("/v1/jobs?last=50");
  const body = $("jobs"), old = [...body.rows];
  const rows = jobs.reverse().map((job) => {
    const row = old.find((r) => r.dataset.job === job.id) ?? newRow(job);
    [job.name, job.cities.toLocaleString("en"), job.preset, job.heatmap, job.status, short(job.length), percent(job.gap)].forEach((text, k) => { row.cells[k].textContent = text; });
    return row;
  });
  for (const row of old.filter((r) => !rows.includes(r))) {
    const button = [...row.querySelectorAll("button")].indexOf(document.activeElement);
    if (button >= 0) (row.nextElementSibling ?? row.previousElementSibling)?.querySelectorAll("button")[button].focus();
    row.remove();
  }
  rows.forEach((row, k) => { if (body.rows[k] !== row) body.insertBefore(row, body.rows[k] ?? null); });
  clearTimeout(again);
  if (jobs.some((job) => !ended(job))) poll();
}

// poll lists the jobs again, until that succeeds.
function poll() {
  clearTimeout(again);
  again = setTimeout(() => list().catch(poll), 3000);
}

// newRow returns a row of the list, with its buttons.
function newRow(job) {
  const row = document.createElement("tr");
  row.dataset.job = job.id;
  for (let k = 0; k < 7; k++) row.insertCell();
  const cell = row.insertCell();
  const button = (text, label, act) => {
    const b = document.createElement("button");
    b.type = "button";
    b.textContent = text;
    b.setAttribute("aria-label", label);
    b.onclick = () => act().catch((e) => { complain(e); list().catch(poll); }); // it may have been deleted elsewhere
    cell.append(b);
  };
  button("Show", `Show ${job.name}`, () => show([job.id]));
  button("Beside", `Show ${job.name} beside the first`, () => show([panes[0]?.id ?? job.id, job.id].filter((id, i, all) => all.indexOf(id) === i)));
  button("Delete", `Delete ${job.name}`, async () => {
    await request(`/v1/jobs/${job.id}`, { method: "DELETE" });
    if (panes.some((p) => p.id === job.id)) {
      await show(panes.map((p) => p.id).filter((id) => id !== job.id));
    }
    await list();
  });
  return row;
}

// body returns what the form posts, and the settings that belong to it.
async function body() {
  const source = new FormData($("form")).get("source"), file = $("file").files[0];
  switch (source) {
    case "demo":
      return { settings: { demo: $("demo").value, cities: $("cities").value } };
    case "file":
      if (!file) throw new Problem("choose a file first");
      await file.slice(0, 1).arrayBuffer().catch(() => { throw new Problem(`${file.name} has changed, choose it again`); });
      return { text: file, settings: { name: file.name.replace(/\.[^.]*$/, "").slice(0, 200) } };
    case "paste":
      if (!$("paste").value.trim()) throw new Problem("paste something first");
      return { text: $("paste").value, settings: { name: "pasted" } };
    default:
      if (!sketch.cities.length) throw new Problem("draw some cities first");
      return { text: JSON.stringify({ coordinates: sketch.coordinates() }), settings: { name: "drawing" } };
  }
}

async function solve() {
  $("problem").textContent = "";
  const pressed = document.activeElement === $("start"); // which loses the focus
  $("start").disabled = true;
  try {
    const { text, settings } = await body();
    Object.assign(settings, { time: $("time").value, seed: $("seed").value, preset: $("preset").value, heatmap: $("heatmap").value, workers: $("workers").value });
    if ($("bound").checked) settings.bound = "true";
    for (const input of $("knobs").querySelectorAll("input, select")) if (input.value !== "") settings[input.name] = input.value;
    const all = [settings];
    const { value: preset } = $("preset2"), { value: heatmap } = $("heatmap2");
    if (preset || heatmap) all.push({ ...settings, ...(preset && { preset }), ...(heatmap && { heatmap }) });
    const ids = [];
    try {
      for (const s of all) ids.push((await json("/v1/jobs?" + new URLSearchParams(s), { method: "POST", body: text })).id);
    } finally { // where the second is refused, the first runs
      if (ids.length) {
        $("besides").textContent = "";
        await show(ids, false);
        await list();
      }
    }
    if (innerWidth <= 900) $("panes").scrollIntoView();
  } catch (e) {
    complain(e);
  }
  $("start").disabled = false;
  if (pressed && document.activeElement === document.body) $("start").focus({ preventScroll: true });
}

// refill has the form say what is shown: after a reload it can be run again with one thing changed.
function refill(job, second) {
  const asked = (job) => ({ time: usual(), ...job, heatmap: "auto", ...job.settings });
  const first = asked(job), other = second ? asked(second) : first;
  choose(first.demo ? "demo" : { pasted: "paste", drawing: "draw" }[first.name] ?? "file");
  for (const name of ["time", "seed", "preset", "heatmap", "workers", ...(first.demo ? ["demo", "cities"] : [])]) set($(name), first[name]);
  $("bound").checked = asksBound(first);
  for (const name of ["preset", "heatmap"]) set($(name + "2"), other[name] === first[name] ? "" : other[name]);
  if (second) $("preset2").closest("details").open = true;
  for (const input of $("knobs").querySelectorAll("input, select")) set(input, first[input.name] ?? "");
  $("preset").dispatchEvent(new Event("change")); // whose knobs are hinted at
  const has = (name) => ["name", "demo", "cities", "time", "seed", "preset", "heatmap", "workers", "bound"].includes(name) || options.knobs.some((k) => k.name === name);
  const besides = Object.entries({ ...job.settings, ...second?.settings }).filter(([name]) => !has(name)).map(([name, value]) => `${name}=${value}`);
  $("besides").textContent = besides.length ? `Solve leaves out what this form does not have: ${besides.join(", ")}` : "";
}

// asksBound tells whether settings have bound be what a server takes for true.
const asksBound = (settings) => /^(1|t|true)$/i.test(settings.bound);

// usual is the time of a search that asks for none.
const usual = () => `${Math.min(10, options.limits.seconds)}s`;

// set gives a control its value; a choice that is not in the list joins it.
function set(control, value) {
  if (control.options && ![...control.options].some((o) => o.value === String(value))) control.add(new Option(value, value));
  control.value = value;
}

const sketch = new Sketch($("sketch"), (n) => { $("drawn").textContent = `${n.toLocaleString("en")} cities`; });

function choose(source) {
  document.querySelector(`[name=source][value=${source}]`).checked = true;
  for (const part of document.querySelectorAll("[data-source]")) {
    part.hidden = part.dataset.source !== source;
    for (const e of part.querySelectorAll("[required]")) e.disabled = part.hidden;
  }
}

// take takes a file: a picture becomes a drawing.
async function take(file) {
  $("problem").textContent = "";
  if (!file) return;
  if (!file.type.startsWith("image/")) return choose("file");
  const picture = new Image(); // which may be drawn by lines as well
  picture.src = URL.createObjectURL(file);
  await picture.decode().catch(() => { throw new Problem(`${file.name} is no picture that this browser can show`); }).finally(() => URL.revokeObjectURL(picture.src));
  choose("draw");
  sketch.fromPicture((c, width, height) => {
    const s = Math.min(width / picture.width, height / picture.height);
    c.drawImage(picture, (width - picture.width * s) / 2, (height - picture.height * s) / 2, picture.width * s, picture.height * s);
  });
  $("file").value = "";
}

function fill(select, values) {
  for (const v of values) select.add(typeof v === "string" ? new Option(v, v) : new Option(v.title, v.name));
}

// knobs makes the form's knobs from the table; empty ones are the preset's.
function knobs() {
  for (const k of options.knobs) {
    const label = document.createElement("label");
    label.textContent = k.name;
    label.title = `${k.usage} (${k.range})`;
    let input;
    if (k.choices) {
      input = document.createElement("select");
      fill(input, [{ title: "", name: "" }, ...k.choices]);
    } else {
      input = document.createElement("input");
      input.inputMode = k.min == null ? "text" : "decimal";
    }
    input.name = k.name;
    label.append(input);
    $("knobs").append(label);
  }
  const hint = () => {
    for (const k of options.knobs) {
      const input = $("knobs").querySelector(`[name="${k.name}"]`), preset = k.presets[$("preset").value] ?? "";
      if (k.choices) input.options[0].text = preset;
      else input.placeholder = preset;
    }
  };
  $("preset").addEventListener("change", hint);
  hint();
}

$("form").addEventListener("submit", (e) => { e.preventDefault(); solve(); });
for (const radio of document.querySelectorAll("[name=source]")) radio.onchange = () => choose(radio.value);
$("file").onchange = () => take($("file").files[0]).catch(complain);
$("clear").onclick = () => sketch.set([]);
$("picture").onclick = () => sketch.fromPicture(example);
for (const kind of ["dragover", "dragleave", "drop"]) {
  addEventListener(kind, (e) => {
    if (!e.dataTransfer.types.includes("Files")) return; // text goes where it is dropped
    e.preventDefault();
    $("drop").classList.toggle("over", kind === "dragover");
    if (kind !== "drop") return;
    const { files, items } = e.dataTransfer;
    if (files.length > 1 || [...items].some((item) => item.webkitGetAsEntry()?.isDirectory)) return complain(new Problem("drop one file, and no folder"));
    $("file").files = files;
    take($("file").files[0]).catch(complain);
  });
}
addEventListener("resize", chart);
addEventListener("hashchange", () => {
  if (location.hash.slice(1) !== panes.map((p) => p.id).join(",")) show(location.hash.slice(1).split(",").filter(Boolean)).catch(complain);
});

try {
  options = await json("/v1/options");
  fill($("demo"), await json("/v1/demo"));
  for (const name of ["preset", "preset2"]) fill($(name), options.presets);
  for (const name of ["heatmap", "heatmap2"]) fill($(name), options.heatmaps);
  $("workers").value = $("workers").max = options.limits.workers;
  $("cities").max = options.limits.cities;
  $("cities").value = Math.min($("cities").value, options.limits.cities);
  $("time").value = usual();
  knobs();
  choose("demo");
  await show(location.hash.slice(1).split(",").filter(Boolean));
  await list();
  document.documentElement.dataset.ready = "true";
} catch (e) {
  complain(e);
}
