// Cities that are drawn by hand, or in place of the ink of a picture.

export class Sketch {
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.c = canvas.getContext("2d");
    this.changed = changed;
    this.cities = []; // [x, y] in pixels, y downwards
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.set(this.cities));
    let last = null;
    const at = (e) => [(e.offsetX * canvas.width) / canvas.clientWidth, (e.offsetY * canvas.height) / canvas.clientHeight];
    canvas.addEventListener("pointerdown", (e) => {
      canvas.setPointerCapture(e.pointerId);
      last = at(e);
      this.add([last]);
    });
    canvas.addEventListener("pointermove", (e) => {
      if (!last) return;
      const p = at(e);
      if (Math.hypot(p[0] - last[0], p[1] - last[1]) < 9) return;
      last = p;
      this.add([p, [p[0] + 24 * (Math.random() - 0.5), p[1] + 24 * (Math.random() - 0.5)]]);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
  }

  add(cities) {
    this.cities.push(...cities);
    this.draw(cities);
    this.changed(this.cities.length);
  }

  set(cities) {
    this.cities = cities;
    this.c.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.draw(cities);
    this.changed(cities.length);
  }

  draw(cities) {
    this.c.fillStyle = getComputedStyle(this.canvas).color;
    for (const [x, y] of cities) this.c.fillRect(x - 1.5, y - 1.5, 3, 3);
  }

  // coordinates returns the cities with y upwards.
  coordinates() {
    return this.cities.map(([x, y]) => [Math.round(x * 100) / 100, Math.round((this.canvas.height - y) * 100) / 100]);
  }

  // fromPicture puts cities where a picture is dark, about as many as wanted.
  fromPicture(draw, wanted = 4000) {
    const { width, height } = this.canvas;
    const c = new OffscreenCanvas(width, height).getContext("2d");
    c.fillStyle = "#fff";
    c.fillRect(0, 0, width, height);
    draw(c, width, height);
    const pixels = c.getImageData(0, 0, width, height).data;
    const dark = new Float64Array(width * height);
    let sum = 0;
    for (let i = 0; i < dark.length; i++) {
      const light = (0.299 * pixels[4 * i] + 0.587 * pixels[4 * i + 1] + 0.114 * pixels[4 * i + 2]) / 255;
      sum += dark[i] = (1 - light) ** 1.5;
    }
    // Darkness is summed along rows of 4 x 4 tiles, so that cities lie evenly: a city for each share of it.
    const cities = [];
    const share = sum / wanted;
    let left = share / 2;
    for (let ty = 0; ty < height; ty += 4) {
      for (let k = 0; k < width; k += 4) {
        const tx = (ty / 4) % 2 ? width - 4 - k : k;
        for (let y = ty; y < ty + 4; y++) {
          for (let x = tx; x < tx + 4; x++) {
            for (left -= dark[y * width + x]; left < 0; left += share) cities.push([x + Math.random(), y + Math.random()]);
          }
        }
      }
    }
    this.set(cities);
  }
}

// example is the picture to begin with: a sunflower.
export function example(c, width, height) {
  c.translate(width / 2, height / 2);
  const leaf = (count, far, long, shade, turn) => {
    for (let i = 0; i < count; i++) {
      c.save();
      c.rotate(turn + (2 * Math.PI * i) / count);
      const g = c.createLinearGradient(far, 0, far + long, 0);
      g.addColorStop(0, shade);
      g.addColorStop(1, "#e8e8e8");
      c.fillStyle = g;
      c.beginPath();
      c.ellipse(far + long / 2, 0, long / 2, long / 6, 0, 0, 2 * Math.PI);
      c.fill();
      c.restore();
    }
  };
  leaf(18, 95, 180, "#888", 0.17);
  leaf(18, 90, 150, "#444", 0);
  for (let i = 0; i < 420; i++) { // seeds
    const r = 5 * Math.sqrt(i), a = i * Math.PI * (3 - Math.sqrt(5));
    c.fillStyle = i % 3 ? "#111" : "#777";
    c.beginPath();
    c.arc(r * Math.cos(a), r * Math.sin(a), 2 + r / 60, 0, 2 * Math.PI);
    c.fill();
  }
}
