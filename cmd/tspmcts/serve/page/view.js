// A picture of cities and a tour, to zoom and pan: WebGL2, or a canvas where there is none.
// Cities are x and y in a square from 0 to 1, with y upwards; a tour is their order.
//
// Of a large tour a moving picture shows every so many cities; when it rests, the whole is drawn
// out of sight, a slice a frame, and shown when it is ready. Stretches of the tour that are
// outside the picture are not drawn, so that a close look is whole at once.

const many = 50000; // cities above which they are no dots, and a moving picture shows a part of the tour
const coarse = 50000; // lines that are drawn at a time
const stretch = 1000; // cities of the tour that are inside the picture or outside together

const vertex = `#version 300 es
in vec2 place; in float weight; uniform vec4 map; uniform float size; out float shade;
void main() { gl_Position = vec4(place * map.xy + map.zw, 0, 1); gl_PointSize = size; shade = weight; }`;
const fragment = `#version 300 es
precision mediump float; uniform vec4 color; in float shade; out vec4 pixel;
void main() { pixel = vec4(color.rgb, 1) * (color.a * shade); }`;

export class View {
  constructor(canvas, cities, path = false) {
    this.canvas = canvas;
    this.path = path; // which does not come back to its first city
    this.n = 0;
    this.large = cities > coarse;
    this.fresh = new Uint32Array(0);
    this.zoom = 1;
    this.at = [0.5, 0.5]; // the middle of the picture
    this.colors = {};
    this.renderer = this.#webgl() ? "webgl2" : "canvas";
    if (this.renderer === "canvas") this.flat = canvas.getContext("2d");
    canvas.dataset.renderer = this.renderer;
    this.#controls();
    // A canvas may begin between two pixels of the screen: only the browser knows how many it fills.
    this.resizing = new ResizeObserver(([{ devicePixelContentBoxSize: box }]) => {
      this.filled = box && [box[0].inlineSize, box[0].blockSize];
      this.draw();
    });
    try {
      this.resizing.observe(canvas, { box: "device-pixel-content-box" });
    } catch {
      this.resizing.observe(canvas);
    }
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.repaint = () => { this.colors = {}; this.draw(); };
    this.dark.addEventListener("change", this.repaint);
  }

  close() {
    this.resizing.disconnect();
    this.dark.removeEventListener("change", this.repaint);
    clearTimeout(this.rest);
    clearTimeout(this.cool);
    cancelAnimationFrame(this.waits);
    cancelAnimationFrame(this.slicing);
    this.n = 0;
    this.gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #webgl() {
    if (new URLSearchParams(location.search).has("canvas")) return false;
    const gl = this.canvas.getContext("webgl2", { antialias: !this.large, premultipliedAlpha: true });
    if (!gl) return false;
    const shader = (kind, text) => {
      const s = gl.createShader(kind);
      gl.shaderSource(s, text);
      gl.compileShader(s);
      return s;
    };
    const program = gl.createProgram();
    gl.attachShader(program, shader(gl.VERTEX_SHADER, vertex));
    gl.attachShader(program, shader(gl.FRAGMENT_SHADER, fragment));
    gl.bindAttribLocation(program, 0, "place");
    gl.bindAttribLocation(program, 1, "weight");
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return false;
    gl.useProgram(program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.gl = gl;
    this.uniform = Object.fromEntries(["map", "size", "color"].map((name) => [name, gl.getUniformLocation(program, name)]));
    this.buffers = Object.fromEntries(["places", "tour", "part", "fresh", "heat", "regions"].map((name) => [name, gl.createBuffer()]));
    this.hidden = gl.createFramebuffer();
    this.store = gl.createRenderbuffer();
    return true;
  }

  // again gives the graphics processor anew what it has lost.
  #again() {
    if (!this.n || !this.#webgl()) return;
    const { regions } = this;
    this.full = false;
    this.#fill("places", this.places);
    if (this.order) this.setTour(this.order);
    this.setHeat(this.heat);
    this.regions = null;
    if (regions) this.setRegions(regions);
  }

  #fill(name, data) {
    const { gl } = this;
    if (!gl) return;
    const target = data instanceof Float32Array ? gl.ARRAY_BUFFER : gl.ELEMENT_ARRAY_BUFFER;
    gl.bindBuffer(target, this.buffers[name]);
    gl.bufferData(target, data, gl.DYNAMIC_DRAW);
  }

  setCities(places) {
    this.places = places;
    this.n = places.length / 2;
    let w = 0, h = 0;
    for (let i = 0; i < places.length; i += 2) {
      if (places[i] > w) w = places[i];
      if (places[i + 1] > h) h = places[i + 1];
    }
    this.extent = [w || 1e-9, h || 1e-9];
    this.#fill("places", places);
    this.whole();
  }

  // setTour shows a tour, and lights up the edges that the last one had not.
  setTour(order) {
    const n = order.length;
    const next = new Int32Array(n);
    for (let k = 0; k < n; k++) next[order[k]] = order[k + 1 < n ? k + 1 : this.path ? k : 0];
    const fresh = [];
    if (this.next) {
      for (let a = 0; a < n && fresh.length < coarse; a++) {
        const b = next[a];
        if (this.next[a] !== b && this.next[b] !== a) fresh.push(a, b);
      }
    }
    this.next = next;
    this.order = order;
    this.fresh = fresh.length < n ? Uint32Array.from(fresh) : new Uint32Array(0); // a wholly new tour is no news
    const step = Math.max(1, Math.ceil(n / coarse));
    this.part = step === 1 ? order : order.filter((_, k) => k % step === 0);
    const closed = new Uint32Array(n + 1);
    closed.set(order);
    closed[n] = order[this.path ? n - 1 : 0];
    this.boxes = this.#boxes(closed);
    this.#fill("tour", closed);
    this.#fill("part", new Uint32Array(this.part));
    this.#fill("fresh", this.fresh);
    clearTimeout(this.cool);
    if (this.fresh.length) this.cool = setTimeout(() => { this.fresh = new Uint32Array(0); this.draw(); }, 1500 + n / 200); // after the next tour, while they come
    this.draw();
  }

  // boxes returns the least and largest x and y of each stretch.
  #boxes(closed) {
    const boxes = [];
    for (let from = 0; from + 1 < closed.length; from += stretch) {
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let k = from; k <= from + stretch && k < closed.length; k++) {
        const x = this.places[2 * closed[k]], y = this.places[2 * closed[k] + 1];
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      }
      boxes.push(box);
    }
    return boxes;
  }

  // visible returns where stretches begin that may be seen.
  #visible() {
    const s = this.scale(), w = this.canvas.width / 2 / s, h = this.canvas.height / 2 / s, [x, y] = this.at;
    const list = [];
    this.boxes.forEach((b, k) => { if (b[0] < x + w && b[2] > x - w && b[1] < y + h && b[3] > y - h) list.push(k * stretch); });
    return list;
  }

  // setHeat shows edges as [city, city, probability], null for none.
  setHeat(edges) {
    this.heat = edges;
    if (edges && this.gl) {
      const lines = new Float32Array(edges.length * 6);
      edges.forEach(([a, b, p], k) => {
        lines.set([this.places[2 * a], this.places[2 * a + 1], p, this.places[2 * b], this.places[2 * b + 1], p], 6 * k);
      });
      this.#fill("heat", lines);
    }
    this.draw();
  }

  // setRegions lights up rectangles, [least x, least y, largest x, largest y] each.
  setRegions(boxes) {
    if (JSON.stringify(boxes) === JSON.stringify(this.regions)) return;
    this.regions = boxes;
    this.#fill("regions", Float32Array.from(boxes.flatMap(([a, b, c, d]) => [a, b, c, b, c, d, a, b, c, d, a, d])));
    if (this.busy) this.stale = true; // or the whole would never be drawn
    else this.draw();
  }

  whole() {
    if (!this.n) return;
    this.zoom = 1;
    this.at = [this.extent[0] / 2, this.extent[1] / 2];
    this.draw();
  }

  // scale returns pixels per unit, x and y alike.
  scale() {
    const { width, height } = this.canvas;
    return this.zoom * 0.94 * Math.min(width / this.extent[0], height / this.extent[1]);
  }

  color(name) {
    if (!this.colors[name]) {
      const c = document.createElement("canvas").getContext("2d");
      const probe = document.createElement("span");
      probe.hidden = true;
      probe.style.color = `var(--${name})`;
      this.canvas.after(probe);
      c.fillStyle = getComputedStyle(probe).color;
      probe.remove();
      c.fillRect(0, 0, 1, 1);
      this.colors[name] = [...c.getImageData(0, 0, 1, 1).data].map((v) => v / 255);
    }
    return this.colors[name];
  }

  // dot returns the size of a city's.
  dot() { return Math.min(4, Math.max(1, 4.5 - Math.log10(this.n / this.zoom ** 2))); }

  // draw draws once, at the next frame.
  draw() {
    if (this.waits || !this.n) return;
    this.waits = requestAnimationFrame(() => { this.waits = 0; this.now(); });
  }

  now() {
    const { canvas } = this;
    const ratio = Math.min(devicePixelRatio || 1, 2), fine = ratio / (devicePixelRatio || 1);
    const [width, height] = (this.filled?.map((v) => v * fine) ?? [canvas.clientWidth * ratio, canvas.clientHeight * ratio]).map((v) => Math.max(1, Math.round(v)));
    const resized = canvas.width !== width || canvas.height !== height;
    if (resized) Object.assign(canvas, { width, height });
    if (this.gl) this.#drawGL(ratio, resized);
    else this.#drawFlat(ratio, this.moving && this.n > coarse && this.zoom < 20);
    canvas.dataset.drawn = String(Number(canvas.dataset.drawn || 0) + 1);
  }

  // clear clears the picture and sets where it is.
  #clear() {
    const { gl, canvas, uniform, buffers } = this;
    const s = this.scale(), sx = (2 * s) / canvas.width, sy = (2 * s) / canvas.height;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform4f(uniform.map, sx, sy, -this.at[0] * sx, -this.at[1] * sy);
    if (this.regions?.length) {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffers.regions);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 8, 0);
      gl.disableVertexAttribArray(1);
      gl.vertexAttrib1f(1, 1);
      this.#use("fresh", 0.2);
      gl.drawArrays(gl.TRIANGLES, 0, this.regions.length * 6);
    }
    if (this.heat) {
      gl.bindBuffer(gl.ARRAY_BUFFER, buffers.heat);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 12, 0);
      gl.enableVertexAttribArray(1);
      gl.vertexAttribPointer(1, 1, gl.FLOAT, false, 12, 8);
      this.#use("heat", 0.9);
      gl.drawArrays(gl.LINES, 0, this.heat.length * 2);
    }
  }

  #use(color, alpha, size = 1) {
    this.gl.uniform4f(this.uniform.color, ...this.color(color).slice(0, 3), alpha);
    this.gl.uniform1f(this.uniform.size, size);
  }

  // places makes every step-th city what is drawn.
  #places(step = 1) {
    const { gl, buffers } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers.places);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 8 * step, 0);
    gl.disableVertexAttribArray(1);
    gl.vertexAttrib1f(1, 1);
  }

  // lines draws stretches of the tour, and their cities where there is room for them.
  #lines(starts, ratio) {
    const { gl, n } = this;
    this.#places();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.tour);
    const dots = n * 4 < many * this.zoom * this.zoom;
    for (const kind of dots ? [gl.LINE_STRIP, gl.POINTS] : [gl.LINE_STRIP]) {
      if (kind === gl.LINE_STRIP) this.#use("ink", 1);
      else this.#use("soft", 1, this.dot() * ratio);
      for (let k = 0; k < starts.length;) {
        const from = starts[k];
        let to = from;
        while (k < starts.length && starts[k] === to) { to += stretch; k++; }
        gl.drawElements(kind, Math.min(to, n) - from + 1, gl.UNSIGNED_INT, 4 * from);
      }
    }
  }

  #fresh() {
    const { gl } = this;
    if (!this.fresh.length) return;
    this.#places();
    this.#use("fresh", 1);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.fresh);
    gl.drawElements(gl.LINES, this.fresh.length, gl.UNSIGNED_INT, 0);
  }

  #drawGL(ratio, resized) {
    const { gl, n } = this;
    cancelAnimationFrame(this.slicing);
    this.busy = this.stale = false;
    if (!this.order) { // cities alone
      const step = Math.max(1, Math.ceil(n / (2 * coarse)));
      this.#clear();
      this.#places(step);
      this.#use("text", 0.8, this.dot() * ratio);
      gl.drawArrays(gl.POINTS, 0, Math.floor((n - 1) / step) + 1);
      return;
    }
    const starts = this.#visible();
    if (starts.length * stretch <= 2 * coarse) {
      this.#clear();
      this.#lines(starts, ratio);
      this.#fresh();
      return;
    }
    if (this.moving || resized || !this.full) {
      this.full = false;
      this.#clear();
      this.#places();
      this.#use("ink", 1);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.part);
      gl.drawElements(this.path ? gl.LINE_STRIP : gl.LINE_LOOP, this.part.length, gl.UNSIGNED_INT, 0);
    }
    if (!this.moving) this.#slices(starts, ratio);
  }

  // slices draws the whole out of sight, a slice a frame, and then shows it.
  #slices(starts, ratio) {
    const { gl, canvas: { width, height } } = this;
    this.busy = true;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.hidden);
    gl.bindRenderbuffer(gl.RENDERBUFFER, this.store);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, this.store);
    this.#clear();
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    let at = 0;
    const slice = () => {
      const size = coarse / stretch / 2; // a zoom waits for one at most
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.hidden);
      this.#lines(starts.slice(at, at + size), ratio);
      at += size;
      if (at < starts.length) {
        this.slicing = requestAnimationFrame(slice);
      } else {
        this.#fresh();
        gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.hidden);
        gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
        gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
        this.busy = false;
        this.full = true;
        if (this.stale) this.draw();
      }
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    };
    this.slicing = requestAnimationFrame(slice);
  }

  #drawFlat(ratio, part) {
    const { flat: c, canvas, places, n } = this;
    const s = this.scale(), left = canvas.width / 2 - this.at[0] * s, top = canvas.height / 2 + this.at[1] * s;
    const x = (i) => left + places[2 * i] * s, y = (i) => top - places[2 * i + 1] * s;
    const css = (name) => `rgb(${this.color(name).slice(0, 3).map((v) => v * 255).join(" ")})`;
    c.clearRect(0, 0, canvas.width, canvas.height);
    c.lineWidth = ratio;
    c.globalAlpha = 0.2;
    c.fillStyle = css("fresh");
    for (const [a, b, d, e] of this.regions || []) c.fillRect(left + a * s, top - e * s, (d - a) * s, (e - b) * s);
    for (const [a, b, p] of this.heat || []) {
      c.globalAlpha = p;
      c.strokeStyle = css("heat");
      c.beginPath();
      c.moveTo(x(a), y(a));
      c.lineTo(x(b), y(b));
      c.stroke();
    }
    c.globalAlpha = 1;
    if (this.order) {
      // One path of many lines takes long: pieces, and of what is outside nothing.
      const order = part || (n > coarse && this.zoom < 20) ? this.part : this.order;
      c.strokeStyle = css("ink");
      for (let from = 0; from < order.length; from += 500) {
        c.beginPath();
        let inside = false;
        for (let k = from; k <= Math.min(from + 500, order.length - this.path); k++) {
          const i = order[k % order.length], px = x(i), py = y(i);
          inside ||= px > -100 && py > -100 && px < canvas.width + 100 && py < canvas.height + 100;
          if (k === from) c.moveTo(px, py);
          else c.lineTo(px, py);
        }
        if (inside) c.stroke();
      }
      c.strokeStyle = css("fresh");
      c.beginPath();
      for (let k = 0; k < this.fresh.length && k < 2000; k += 2) {
        c.moveTo(x(this.fresh[k]), y(this.fresh[k]));
        c.lineTo(x(this.fresh[k + 1]), y(this.fresh[k + 1]));
      }
      c.stroke();
    }
    if (!this.order || n * 4 < many * this.zoom * this.zoom) {
      c.fillStyle = css(this.order ? "soft" : "text");
      const step = Math.max(1, Math.ceil(n / coarse)), size = this.dot() * ratio;
      for (let i = 0; i < n; i += step) c.fillRect(x(i) - size / 2, y(i) - size / 2, size, size);
    }
  }

  // move changes the picture: factor about a point of it in pixels, and by so many pixels.
  move(factor, px, py, dx = 0, dy = 0) {
    if (!this.n) return;
    const { width, height, clientWidth } = this.canvas;
    const ratio = width / (clientWidth || 1);
    const ax = px * ratio - width / 2, ay = height / 2 - py * ratio;
    const before = this.scale();
    this.zoom = Math.min(1e4, Math.max(0.5, this.zoom * factor));
    const after = this.scale();
    this.at[0] += ax / before - ax / after - (dx * ratio) / after;
    this.at[1] += ay / before - ay / after + (dy * ratio) / after;
    this.moving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => { this.moving = false; this.draw(); }, 200);
    this.draw();
  }

  #controls() {
    const { canvas } = this;
    canvas.addEventListener("webglcontextlost", (e) => e.preventDefault()); // so that it comes back
    canvas.addEventListener("webglcontextrestored", () => this.#again());
    const pointers = new Map();
    canvas.addEventListener("wheel", (e) => {
      e.preventDefault();
      this.move(Math.exp(-e.deltaY * 0.0015), e.offsetX, e.offsetY);
    }, { passive: false });
    canvas.addEventListener("pointerdown", (e) => {
      canvas.setPointerCapture(e.pointerId);
      pointers.set(e.pointerId, [e.offsetX, e.offsetY]);
    });
    canvas.addEventListener("pointermove", (e) => {
      const old = pointers.get(e.pointerId);
      if (!old) return;
      const [other] = [...pointers].filter(([id]) => id !== e.pointerId).map(([, p]) => p);
      if (other) {
        const far = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
        this.move(far([e.offsetX, e.offsetY]) / far(old), other[0], other[1]);
      } else {
        this.move(1, 0, 0, e.offsetX - old[0], e.offsetY - old[1]);
      }
      pointers.set(e.pointerId, [e.offsetX, e.offsetY]);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (e) => pointers.delete(e.pointerId));
    canvas.addEventListener("keydown", (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey) return; // the browser's own
      const mid = [canvas.clientWidth / 2, canvas.clientHeight / 2];
      const step = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[e.key];
      if (step) this.move(1, 0, 0, ...step);
      else if (e.key === "+" || e.key === "=") this.move(1.5, ...mid);
      else if (e.key === "-") this.move(1 / 1.5, ...mid);
      else if (e.key === "0") this.whole();
      else return;
      e.preventDefault();
    });
  }

  png() {
    this.now();
    if (this.busy) { // all at once, for this time
      cancelAnimationFrame(this.slicing);
      this.busy = false;
      this.#clear();
      this.#lines(this.#visible(), Math.min(devicePixelRatio || 1, 2));
    }
    // The picture is there until the next frame.
    return new Promise((done) => this.canvas.toBlob(done, "image/png"));
  }

  svg() {
    const [w, h] = this.extent, size = 1000 / Math.max(w, h);
    const at = (i) => `${(this.places[2 * i] * size).toFixed(2)},${((h - this.places[2 * i + 1]) * size).toFixed(2)}`;
    const points = Array.from(this.order, at).join(" ");
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 ${(w * size + 20).toFixed(2)} ${(h * size + 20).toFixed(2)}">` +
      `<${this.path ? "polyline" : "polygon"} points="${points}" fill="none" stroke="#1f5fa8" stroke-width="${this.n > many ? 0.2 : 1}" stroke-linejoin="round"/></svg>\n`;
  }
}
