package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// browser is a page of a headless Chromium, driven by the DevTools protocol over a pipe.
type browser struct {
	*testing.T
	in      *os.File
	pipe    *os.File // that out reads
	out     *bufio.Reader
	session string
	calls   int
}

// patience is how long one answer may take, and one wait: a loaded machine draws slowly.
const patience = 2 * time.Minute

// newBrowser starts Chromium, or skips the test where there is none.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" || runtime.GOOS == "windows" { // where a pipe cannot be handed on
		t.Skip("no Chromium here")
	}
	toRead, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, toWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
		"--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "about:blank")
	cmd.ExtraFiles = []*os.File{toRead, toWrite}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	toRead.Close()
	toWrite.Close()
	t.Cleanup(func() { // by Browser.close its children end as well
		fmt.Fprintf(in, `{"id":0,"method":"Browser.close"}`+"\x00")
		ended := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		ended.Stop()
		in.Close()
		out.Close()
	})
	b := &browser{T: t, in: in, pipe: out, out: bufio.NewReaderSize(out, 1<<20)}
	b.tab()
	return b
}

// tab opens a tab before the others, which all that follows is about.
func (b *browser) tab() {
	b.Helper()
	b.session = ""
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	b.call("Page.enable", nil, nil)
}

// call calls a method of the protocol.
func (b *browser) call(method string, params map[string]any, result any) {
	b.Helper()
	b.calls++
	message := map[string]any{"id": b.calls, "method": method, "params": params}
	if params == nil {
		message["params"] = map[string]any{}
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	text, err := json.Marshal(message)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.in.Write(append(text, 0)); err != nil {
		b.Fatal(err)
	}
	b.pipe.SetReadDeadline(time.Now().Add(patience))
	for {
		text, err := b.out.ReadBytes(0)
		if err != nil {
			b.Fatalf("%s: %v", method, err)
		}
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal(text[:len(text)-1], &answer); err != nil {
			b.Fatal(err)
		}
		if answer.ID != b.calls { // an event
			continue
		}
		if answer.Error != nil {
			b.Fatalf("%s: %s", method, answer.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(answer.Result, result); err != nil {
				b.Fatal(err)
			}
		}
		return
	}
}

// eval runs JavaScript in the page and returns its value.
func (b *browser) eval(script string) any {
	b.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "awaitPromise": true, "returnByValue": true}, &r)
	if e := r.ExceptionDetails; e != nil {
		b.Fatalf("%s: %s %s", script, e.Text, e.Exception.Description)
	}
	return r.Result.Value
}

// until waits for an expression to be true.
func (b *browser) until(what string) {
	b.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if b.eval(what) == true {
			return
		}
	}
	b.picture("failed")
	b.Fatalf("never: %s; the page says %v", what, b.eval("document.body.innerText"))
}

func (b *browser) open(url string) {
	b.Helper()
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	b.until(`document.documentElement?.dataset.ready === "true"`)
}

// picture writes the page as it looks to the folder that TSPMCTS_TEST_PICTURES names. Without one
// nobody would see it, and a loaded machine takes long to draw it.
func (b *browser) picture(name string) {
	b.Helper()
	if dir := os.Getenv("TSPMCTS_TEST_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), b.screenshot(), 0o666); err != nil {
			b.Fatal(err)
		}
	}
}

// screenshot returns the page as it looks.
func (b *browser) screenshot() []byte {
	b.Helper()
	var r struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"format": "png"}, &r)
	data, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

func (b *browser) screen(width, height int, dark bool) {
	b.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// drop drops a file of that content on the page.
func (b *browser) drop(name, text string) {
	b.Helper()
	quoted, _ := json.Marshal([]string{name, text})
	b.eval(`(() => { const [name, text] = ` + string(quoted) + `; const data = new DataTransfer(); data.items.add(new File([text], name));
		document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})); })()`)
	b.until(`document.getElementById("file").files.length === 1`)
}

// ring is a problem of 52 cities whose shortest tour is known: they lie on a circle.
func ring() (text string, optimum int) {
	var body strings.Builder
	var x, y [52]float64
	for i := range 52 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 52)
		x[i], y[i] = math.Round(1000*cos), math.Round(1000*sin)
	}
	for i := range 52 {
		j := i * 23 % 52 // mixed
		fmt.Fprintf(&body, "%d %.0f %.0f\n", i+1, x[j], y[j])
		optimum += int(math.Hypot(x[i]-x[(i+1)%52], y[i]-y[(i+1)%52]) + 0.5)
	}
	return "NAME : ring52\nTYPE : TSP\nDIMENSION : 52\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n" + body.String() + "EOF\n", optimum
}

const figure = `(document.querySelector(".pane [data-is=%s]")?.textContent ?? "")`

// In a real browser: a dropped file is solved and drawn, a search rests, goes on, outlives a reload
// and ends, two are compared, and the page is whole on a phone and in the dark.
func TestBrowser(t *testing.T) {
	b := newBrowser(t)
	s := startServer(t, t.TempDir())
	b.screen(1400, 900, false)
	b.open(s.url)
	text, optimum := ring()
	b.drop("ring52.tsp", text)
	b.eval(`(() => { const b = document.getElementById("start"); b.focus(); b.click(); })()`)
	b.until(fmt.Sprintf(figure, "stage") + `.startsWith("done")`)
	b.until(`document.activeElement.id === "start"`)
	if got := b.eval(fmt.Sprintf(figure, "length")); got != fmt.Sprint(optimum) {
		t.Errorf("length %v, want %d", got, optimum)
	}
	if got := b.eval(fmt.Sprintf(figure, "gap")); !strings.HasSuffix(fmt.Sprint(got), "%") {
		t.Errorf("gap %v", got)
	}
	if got := b.eval(`document.querySelector(".view").dataset.renderer`); got != "webgl2" {
		t.Errorf("the renderer is %v", got)
	}
	b.until(`document.querySelector(".pane")?.dataset.revision > 0`)
	if !drawn(b) {
		t.Error("nothing is drawn")
	}
	b.picture("optimum")

	// A search that rests, goes on, and is still there when the page is loaded again.
	b.eval(`(() => { document.querySelector("[name=source][value=demo]").click(); const set = (id, v) => { document.getElementById(id).value = v; };
		set("demo", "clustered"); set("cities", 2000); set("time", "10m"); document.getElementById("bound").checked = false; document.getElementById("start").click(); })()`)
	running := `document.querySelector(".pane")?.dataset.revision > 2 && ` + fmt.Sprintf(figure, "actions") + ` !== "0"`
	b.until(running)
	b.eval(`document.querySelector("[data-do=pause]").click()`)
	b.until(fmt.Sprintf(figure, "stage") + ` === "paused"`)
	length := b.eval(fmt.Sprintf(figure, "length"))
	b.eval(`document.querySelector("[data-do=pause]").click()`)
	b.until(fmt.Sprintf(figure, "stage") + ` !== "paused"`)
	b.call("Page.reload", nil, nil)
	b.until(`document.documentElement?.dataset.ready === "true"`)
	b.until(running)
	if !drawn(b) {
		t.Error("nothing is drawn after a reload")
	}
	// The form says what runs, and nothing in it is cut off.
	if got := b.eval(`["demo", "cities", "time", "preset", "heatmap"].map((id) => document.getElementById(id).value).join(" ") + " " + document.getElementById("bound").checked`); got != "clustered 2000 10m default auto false" {
		t.Errorf("after a reload the form says %v", got)
	}
	if got := b.eval(`[...document.querySelectorAll("#form select")].filter((e) => { const is = e.offsetWidth; e.style.width = "auto"; const wants = e.offsetWidth; e.style.width = ""; return is < wants; }).map((e) => e.id || e.name).join(" ")`); got != "" {
		t.Errorf("cut off: %v", got)
	}
	if got := b.eval(`document.querySelector(".pane details").getBoundingClientRect().top - document.querySelector(".pane .row").getBoundingClientRect().bottom`); got.(float64) > 20 {
		t.Errorf("%v pixels of nothing above the command line", got)
	}
	b.eval(`document.querySelector("[data-is=heat]").click()`)
	b.until(`document.querySelector("#chart polyline") !== null`)
	b.picture("running")
	b.eval(`document.querySelector("[data-do=stop]").click()`)
	b.until(fmt.Sprintf(figure, "stage") + ` === "done: interrupted"`)
	t.Logf("length %v at rest, %v at the end", length, b.eval(fmt.Sprintf(figure, "length")))

	// Zoom and pan by keyboard draw anew.
	before := b.eval(`document.querySelector(".view").dataset.drawn`)
	b.eval(`(() => { const v = document.querySelector(".view"); v.focus(); v.dispatchEvent(new KeyboardEvent("keydown", {key: "+", bubbles: true, cancelable: true})); })()`)
	b.until(`document.querySelector(".view").dataset.drawn !== "` + fmt.Sprint(before) + `"`)

	// Two searches side by side.
	b.screen(1400, 1240, true)
	b.eval(`(() => { document.querySelectorAll("#form details")[0].open = true; document.getElementById("time").value = "6s";
		document.getElementById("bound").checked = true; document.getElementById("preset2").value = "paper"; document.getElementById("start").click(); })()`)
	b.until(`document.querySelectorAll(".pane").length === 2 && [...document.querySelectorAll("[data-is=stage]")].every((e) => e.textContent === "done: time")`)
	b.until(`document.querySelectorAll("#chart polyline").length === 2`)
	for pane := range 2 {
		if b.eval(`new Promise((rested) => setTimeout(rested, 2000))`); !b.sharp(pane) {
			t.Errorf("pane %d is soft", pane)
		}
	}
	b.picture("compared")

	// A phone: nothing is wider than it.
	b.screen(390, 844, true)
	if got := b.eval(`document.documentElement.scrollWidth`); got != 390. {
		t.Errorf("the page is %v wide on a phone of 390", got)
	}
	b.eval(`document.getElementById("panes").scrollIntoView()`)
	b.until(`new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(() => f(true))))`)
	b.picture("phone")

	// Every control has a name for those who do not see it.
	if got := b.eval(`[...document.querySelectorAll("button, input, select, textarea, [role=img], summary")].filter((e) => !(e.labels?.length || e.textContent.trim() || e.getAttribute("aria-label"))).map((e) => e.outerHTML).join("\n")`); got != "" {
		t.Errorf("without a name:\n%v", got)
	}
	// What is wrong is told on the page.
	b.eval(`(() => { document.querySelector("[name=source][value=paste]").click(); document.getElementById("paste").value = "hello"; document.getElementById("start").click(); })()`)
	b.until(`document.getElementById("problem").textContent.includes("body:1: found unknown text")`)

	// Without WebGL the picture is drawn on a canvas.
	b.screen(1400, 900, false)
	hash := fmt.Sprint(b.eval("location.hash"))
	b.open(s.url + "/?canvas" + hash)
	b.until(`document.querySelector(".pane")?.dataset.revision > 0 && document.querySelector(".view").dataset.renderer === "canvas"`)
	if !drawn(b) {
		t.Error("nothing is drawn on a canvas")
	}
	b.picture("canvas")

	// A drawing becomes cities.
	b.eval(`(() => { document.querySelector("[name=source][value=draw]").click(); document.getElementById("picture").click(); })()`)
	b.until(`parseInt(document.getElementById("drawn").textContent.replace(",", "")) > 3000`)
	b.eval(`document.getElementById("preset2").value = ""; document.getElementById("start").click()`)
	b.until(`document.querySelectorAll(".pane").length === 1 && document.querySelector(".pane h2").textContent.startsWith("drawing") && ` + fmt.Sprintf(figure, "stage") + `.startsWith("done")`)
	b.until(`document.querySelector(".pane")?.dataset.revision > 1`)
	b.picture("drawing")
}

// sharp reports whether the pixels of that pane are those of the screen: where they are mixed, it
// looks soft.
func (b *browser) sharp(pane int) bool {
	b.Helper()
	decode := func(data []byte) image.Image {
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			b.Fatal(err)
		}
		return img
	}
	r := b.eval(fmt.Sprintf(`new Promise((done) => {
		scrollTo(0, 0);
		const v = document.querySelectorAll(".view")[%d], r = v.getBoundingClientRect();
		v.dispatchEvent(new KeyboardEvent("keydown", {key: "0", bubbles: true, cancelable: true})); // draws at the next frame
		requestAnimationFrame(() => done([r.x, r.y, v.toDataURL().slice(22)]));
	})`, pane)).([]any)
	data, err := base64.StdEncoding.DecodeString(r[2].(string))
	if err != nil {
		b.Fatal(err)
	}
	own, screen := decode(data), decode(b.screenshot())
	x0, y0 := int(math.Round(r[0].(float64))), int(math.Round(r[1].(float64)))
	drawn, same := 0, 0
	for y := 10; y < own.Bounds().Dy()-10; y++ {
		for x := 10; x < own.Bounds().Dx()-10; x++ {
			cr, cg, cb, ca := own.At(x, y).RGBA()
			if ca != 0xffff { // at the edge of a line, or beside it
				continue
			}
			drawn++
			if sr, sg, sb, _ := screen.At(x0+x, y0+y).RGBA(); cr>>8 == sr>>8 && cg>>8 == sg>>8 && cb>>8 == sb>>8 {
				same++
			}
		}
	}
	b.Logf("pane %d: %d of %d pixels of the tour are on the screen as they were drawn", pane, same, drawn)
	return drawn > 100 && same > drawn*9/10
}

// drawn reports whether the picture of the first pane has many points in the tour's colour.
func drawn(b *browser) bool {
	b.Helper()
	return b.eval(`new Promise((done) => {
		const from = document.querySelector(".view"), c = document.createElement("canvas").getContext("2d");
		from.dispatchEvent(new KeyboardEvent("keydown", {key: "0", bubbles: true, cancelable: true})); // draws at the next frame
		requestAnimationFrame(() => { // in the same one
			c.canvas.width = from.width; c.canvas.height = from.height; c.drawImage(from, 0, 0);
			const p = c.getImageData(0, 0, from.width, from.height).data;
			let inked = 0;
			for (let i = 3; i < p.length; i += 4) if (p[i] > 60) inked++;
			done(inked > 500);
		});
	})`) == true
}

// What changes on a picture goes out again when it rests, the whole is drawn while regions change
// all the time, and a chart shows every step of a course.
func TestBrowserParts(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	s := startServer(t, t.TempDir())
	b.screen(1400, 900, false)
	b.open(s.url)
	b.eval(`(async () => {
		const { View } = await import("/view.js"), n = 150000;
		document.getElementById("panes").innerHTML = '<div class="picture"><canvas class="view"></canvas></div>';
		const view = window.view = new View(document.querySelector(".view"), n);
		view.setCities(Float32Array.from({ length: 2 * n }, () => Math.random()));
		const order = Int32Array.from({ length: n }, (_, k) => k);
		view.setTour(order);
		view.setTour(order.with(7, 8).with(8, 7)); // two edges are others
		window.beat = setInterval(() => view.setRegions([[0, 0, Math.random(), 1]]), 30);
	})()`)
	b.until(`view.full`)
	b.eval(`clearInterval(beat)`)
	b.until(`view.fresh.length === 0`)

	plot := `(async () => { const { plot } = await import("/chart.js"); const svg = document.getElementById("chart");
		plot(svg, [{ name: "x", seconds: 9, length: 101, %s points: [[.01, 400], [.02, 160], [.1, 120], [.5, 105], [2, 102], [5, 101]].map(([seconds, length]) => ({ seconds, length })) }]);
		return svg.querySelector("polyline").getAttribute("points").split(" ").map((p) => Number(p.split(",")[1])); })()`
	levels := func(course string) (list []float64) {
		for _, y := range b.eval(fmt.Sprintf(plot, course)).([]any) {
			list = append(list, y.(float64))
		}
		return slices.Compact(list)
	}
	if got := levels(`gap: 1, bound: 100,`); len(got) != 6 || !slices.IsSorted(got) {
		t.Errorf("of six lengths with a bound the chart shows %v", got)
	}
	if got := levels(""); len(got) != 4 || !slices.IsSorted(got) { // from the top of the picture, within a tenth
		t.Errorf("of six lengths without a bound the chart shows %v", got)
	}

	// So has one that was told of for hours.
	if b.eval(`import("/chart.js").then(({ plot }) => { const svg = document.getElementById("chart");
		plot(svg, [{ name: "x", seconds: 2e4, length: 101, gap: 1, points: Array.from({ length: 400000 }, (_, k) => ({ seconds: k / 20, length: 102 - k / 4e5 })) }]);
		return svg.querySelector("polyline") !== null; })`) != true {
		t.Error("of many lengths the chart shows nothing")
	}

	// A search that ends within a millisecond has a course from left to right too.
	for _, seconds := range []string{"0.0003", "0"} {
		if b.eval(`import("/chart.js").then(({ plot }) => { const svg = document.getElementById("chart");
			plot(svg, [{ name: "x", seconds: `+seconds+`, length: 101, points: [{ seconds: 0, length: 102 }, { seconds: 0, length: 101 }] }]);
			const x = [...svg.querySelectorAll("text[text-anchor=middle]")].map((e) => Number(e.getAttribute("x")));
			return x.length > 1 && x.every((v, k) => k === 0 || v > x[k - 1]); })`) != true {
			t.Errorf("of %s seconds the chart shows no course from left to right", seconds)
		}
	}
}

// The token is asked for once by all that need it; of quick clicks the last one counts; the list
// follows jobs that are not shown, and keeps the focus; a job that is deleted elsewhere says so.
func TestBrowserJobs(t *testing.T) {
	b := newBrowser(t)
	dir := t.TempDir()
	write(t, dir, "token", "0123456789abcdef")
	s := startServer(t, dir, "--token-file", "token", "--max-running", "3")
	b.screen(1400, 900, false)
	login := func() {
		t.Helper()
		b.until(`document.getElementById("login")?.open`)
		b.eval(`(() => { document.getElementById("token").value = "0123456789abcdef"; document.querySelector("#login form").requestSubmit(); })()`)
	}
	b.call("Page.navigate", map[string]any{"url": s.url}, nil)
	login()
	b.until(`document.documentElement.dataset.ready === "true"`)
	ask := `import("/api.js").then(({ request }) => request("/v1/jobs%s", { method: "%s" })).then((a) => a.status === 202 ? a.json() : {}).then((j) => j.id)`
	var ids []string
	for i := range 3 {
		ids = append(ids, b.eval(fmt.Sprintf(ask, fmt.Sprintf("?demo=uniform&cities=20000&time=10m&workers=1&name=job%d", i), "POST")).(string))
	}

	b.eval(`location.hash = "` + ids[0] + "," + ids[1] + `"; location.reload()`)
	b.until(`document.querySelectorAll(".pane").length === 2 && [...document.querySelectorAll(".pane")].every((p) => p.dataset.revision > 0)`)
	b.eval(`sessionStorage.setItem("tspmcts-token", "an older one")`)
	b.until(`document.getElementById("login").open`)
	b.eval(`new Promise((done) => setTimeout(done, 3000))`) // the other pane asks as well
	b.eval(`document.getElementById("login").close()`)      // which leaves in peace who wants nothing then
	if b.eval(`new Promise((done) => setTimeout(() => done(document.getElementById("login").open), 3000))`) != false {
		t.Error("the token is asked for again, for nothing that was done")
	}
	b.eval(`document.querySelector("[data-is=heat]").click()`)
	login()
	b.eval(`window.was = [...document.querySelectorAll(".pane")].map((p) => Number(p.dataset.revision))`)
	b.until(`[...document.querySelectorAll(".pane")].every((p, k) => p.dataset.revision > was[k])`)

	row := func(id string) string { return `document.querySelector('#jobs [data-job="` + id + `"]')` }
	b.until(row(ids[2]) + ` !== null`)
	b.eval(row(ids[0]) + `.querySelector("button").click(); ` + row(ids[2]) + `.querySelector("button").click()`)
	b.until(`[...document.querySelectorAll(".pane")].map((p) => p.dataset.job).join() === "` + ids[2] + `"`)
	b.eval(`new Promise((done) => setTimeout(done, 500))`)
	if got := b.eval(`[...document.querySelectorAll(".pane")].map((p) => p.dataset.job).join()`); got != ids[2] {
		t.Errorf("shown are %v, want the last one alone, %s", got, ids[2])
	}

	b.eval(fmt.Sprintf(ask, "/"+ids[1]+"/stop", "POST"))
	b.until(row(ids[1]) + `.cells[4].textContent === "done"`)
	b.eval(`(() => { const b = ` + row(ids[1]) + `.querySelectorAll("button")[2]; b.focus(); b.click(); })()`)
	b.until(row(ids[1]) + ` === null`)
	if got := b.eval(`document.activeElement.closest("tr")?.dataset.job + " " + document.activeElement.textContent`); got != ids[0]+" Delete" {
		t.Errorf("the focus is on %v, want the button of the next row", got)
	}
	b.eval(fmt.Sprintf(ask, "/"+ids[2], "DELETE"))
	b.until(fmt.Sprintf(figure, "stage") + ` === "deleted" && document.querySelector("[data-do=stop]").disabled`)
	b.until(row(ids[2]) + ` === null`)
}

// A browser that keeps no data of sites keeps the token as long as the page, and one that cannot be
// sent is asked for again.
func TestBrowserToken(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	dir := t.TempDir()
	write(t, dir, "token", "0123456789abcdef")
	s := startServer(t, dir, "--token-file", "token")
	b.call("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": `if (!location.search) Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("denied", "SecurityError"); } });`}, nil)
	for _, query := range []string{"", "?kept"} {
		b.call("Page.navigate", map[string]any{"url": s.url + "/" + query}, nil)
		for _, token := range []string{"0123456789abcdef…", "0123456789abcdef"} {
			b.until(`document.getElementById("login")?.open && document.getElementById("token").value === ""`)
			b.eval(`(() => { document.getElementById("token").value = "` + token + `"; document.querySelector("#login form").requestSubmit(); })()`)
		}
		b.until(`document.documentElement.dataset.ready === "true"`)
	}
}

// Tabs that are hidden leave to others the connections to the server, of which a browser has six. One
// that is shown again tells how its job is.
func TestBrowserManyTabs(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	s := startServer(t, t.TempDir())
	var job view
	s.ask(t, "POST", "/v1/jobs?demo=uniform&cities=200&time=10m&workers=1", "", &job)
	stage := fmt.Sprintf(figure, "stage")
	b.open(s.url + "/#" + job.ID)
	first := b.session
	for range 6 {
		b.tab()
		b.open(s.url + "/#" + job.ID)
	}
	b.eval(`document.querySelector("[data-do=pause]").click()`)
	b.until(stage + ` === "paused"`)
	b.session = first
	b.call("Page.bringToFront", nil, nil)
	b.until(stage + ` === "paused"`)
	b.eval(`document.querySelector("[data-do=pause]").click()`)
	b.until(stage + ` !== "paused"`)
}

// Behind a proxy that changes ETags, or takes them away, the tour is drawn, and fetched once. The
// page may be under a path that the proxy takes away.
func TestBrowserBehindProxy(t *testing.T) {
	b := newBrowser(t)
	s := startServer(t, t.TempDir())
	b.screen(1400, 900, false)
	b.open(s.url)
	b.eval(`(() => { const old = fetch; window.fetch = async (...a) => { const r = await old(...a);
		if (!String(a[0]).includes("/tour")) return r;
		window.asked++;
		const headers = new Headers(r.headers), tag = change(r.headers.get("ETag"));
		headers.delete("ETag");
		if (tag) headers.set("ETag", tag);
		return new Response(r.body, { status: r.status, headers }); }; })()`)
	for _, change := range []string{"'W/' + tag", "tag.replace(/.$/, '-gzip\"')", "''"} {
		b.eval(`(() => { window.asked = 0; window.change = (tag) => ` + change + `; document.getElementById("time").value = "0.5s"; document.querySelector(".pane")?.remove();
			document.getElementById("start").click(); })()`)
		b.until(fmt.Sprintf(figure, "stage") + `.startsWith("done") && document.querySelector(".pane").dataset.revision > 0`)
		b.eval(`new Promise((done) => setTimeout(done, 1500))`)
		before := b.eval(`asked`)
		b.eval(`new Promise((done) => setTimeout(done, 1500))`)
		if after := b.eval(`asked`); after != before || !drawn(b) || b.eval(`document.querySelector("[data-is=error]").textContent`) != "" {
			t.Errorf("%s: %v tours are fetched, then %v", change, before, after)
		}
	}

	to, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(http.StripPrefix("/tours", httputil.NewSingleHostReverseProxy(to)))
	defer proxy.Close()
	b.open(proxy.URL + "/tours/")
	b.eval(`document.getElementById("time").value = "0.5s"; document.getElementById("start").click()`)
	b.until(fmt.Sprintf(figure, "stage") + `.startsWith("done") && document.querySelector(".pane").dataset.revision > 0`)
}

// One answer that does not come ends nothing: the list is asked for again, and of two searches the
// one that was taken is shown.
func TestBrowserLostAnswers(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	s := startServer(t, t.TempDir())
	b.screen(1400, 900, false)
	b.open(s.url)
	b.eval(`(() => { const old = fetch; window.fail = () => false; window.fetch = async (...a) => { if (fail(...a)) throw new TypeError("no network"); return old(...a); }; })()`)
	b.eval(`(() => { const set = (id, v) => { document.getElementById(id).value = v; }; let posts = 0; set("time", "10m"); set("workers", 1); set("preset2", "paper");
		window.fail = (path, options) => options.method === "POST" && ++posts === 2;
		document.getElementById("start").click(); })()`)
	b.until(`document.getElementById("problem").textContent.includes("does not answer") && !document.getElementById("start").disabled`)
	if got := b.eval(`document.querySelectorAll(".pane").length + " " + document.querySelectorAll("#jobs tr").length + " " + document.getElementById("preset2").value`); got != "1 1 paper" {
		t.Errorf("of two searches, the second refused, there are panes, rows and a preset to compare with: %v", got)
	}
	// That a tour was lost, or a pause, is told until a tour comes.
	for _, lost := range []string{"/tour", "/pause"} {
		b.eval(`window.lost = 0; window.fail = (path) => path.includes("` + lost + `") && ++lost`)
		if lost == "/pause" {
			b.eval(`document.querySelector("[data-do=pause]").click()`)
		}
		b.until(`lost > 0`)
		b.eval(`window.fail = () => false`)
		b.until(`document.querySelector("[data-is=error]").textContent === ""`)
	}
	// The job that runs is not shown: only the list tells of it.
	b.eval(`window.id = document.querySelector("#jobs tr").dataset.job; window.lost = 0; window.fail = (path, options) => path.includes("/v1/jobs?last") && ++lost < 3; location.hash = ""; document.querySelector(".pane") && 0`)
	b.until(`document.querySelectorAll(".pane").length === 0 && lost >= 3`)
	b.eval("import(\"/api.js\").then(({ request }) => request(`/v1/jobs/${id}/stop`, { method: \"POST\" })).then(() => 0)")
	b.until(`document.querySelector("#jobs tr").cells[4].textContent === "done"`)
	// The picture is drawn where the cities come at the third time only, after half of them.
	b.eval(`(() => { const old = fetch; window.lost = 0; window.fetch = async (...a) => {
		if (!a[0].endsWith("/cities") || ++lost > 2) return old(...a);
		if (lost === 1) throw new TypeError("no network");
		return new Response(new ReadableStream({ start(c) { c.enqueue(new Uint8Array(80)); c.error(new TypeError("cut")); } })); };
		location.hash = id; })()`)
	b.until(`lost > 2 && document.querySelector(".pane")?.dataset.revision > 0 && document.querySelector("[data-is=error]").textContent === ""`)
	// A page that can follow nothing says so, until it can.
	b.eval(`window.fail = (path) => path.includes("/events"); location.hash = ""; document.querySelector(".pane") && 0`)
	b.until(`document.querySelectorAll(".pane").length === 0`)
	b.eval(`location.hash = id`)
	b.until(`document.querySelector("[data-is=error]")?.textContent.includes("does not answer")`)
	b.eval(`window.fail = () => false`)
	b.until(`document.querySelector("[data-is=error]").textContent === ""`)
}

// A row of a job that another page has deleted goes when something is asked of it, and what is shown
// stays.
func TestBrowserDeletedElsewhere(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	s := startServer(t, t.TempDir())
	b.screen(1400, 900, false)
	b.open(s.url)
	post := `import("/api.js").then(({ json }) => json("/v1/jobs?demo=uniform&cities=5", { method: "POST" })).then((j) => j.id)`
	ids := []any{b.eval(post), b.eval(post), b.eval(post)}
	done := fmt.Sprintf(figure, "stage") + `.startsWith("done")`
	b.eval(fmt.Sprintf(`location.hash = "%s"; location.reload()`, ids[0]))
	b.until(`document.documentElement?.dataset.ready === "true" && ` + done + ` && document.querySelectorAll("#jobs tr").length === 3`)
	for k, button := range []string{"Show", "Delete"} {
		id := ids[k+1]
		b.eval(fmt.Sprintf(`import("/api.js").then(({ request }) => request("/v1/jobs/%s", { method: "DELETE" })).then(() => 0)`, id))
		row := fmt.Sprintf(`document.querySelector("#jobs [data-job='%s']")`, id)
		b.eval(fmt.Sprintf(`[...%s.querySelectorAll("button")].find((b) => b.textContent === "%s").click()`, row, button))
		b.until(row + ` === null && document.getElementById("problem").textContent.startsWith("there is no job")`)
		if got := b.eval(`document.querySelector(".pane")?.dataset.job + " " + location.hash.slice(1)`); got != fmt.Sprintf("%s %[1]s", ids[0]) {
			t.Errorf("%s: shown is %v, want %s", button, got, ids[0])
		}
	}

	// Where nothing is shown any more, there is nothing on the chart either, and room for one picture.
	b.eval(fmt.Sprintf(`location.hash = "%s,%s"`, ids[0], b.eval(post)))
	b.until(`document.querySelectorAll("#panes.two .pane").length === 2 && document.querySelectorAll("#chart polyline").length === 2`)
	b.eval(`location.hash = ""`)
	b.until(`document.querySelectorAll(".pane, .two").length === 0 && document.querySelector("#chart polyline") === null`)
}

// A file is sent as it was chosen, or not at all, and the form stays on it, whatever its name.
func TestBrowserFiles(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	dir := t.TempDir()
	s := startServer(t, dir, "--max-time", "5s", "--max-cities", "500")
	b.screen(1400, 900, false)
	b.open(s.url)
	if got := b.eval(`document.getElementById("time").value + " " + document.getElementById("cities").value`); got != "5s 500" {
		t.Errorf("under limits of 5s and 500 cities the form begins with %v", got)
	}
	text, _ := ring()
	choose := func(name string) {
		t.Helper()
		var r struct{ Result struct{ ObjectID string } }
		b.call("Runtime.evaluate", map[string]any{"expression": `document.getElementById("file")`}, &r)
		b.call("DOM.setFileInputFiles", map[string]any{"objectId": r.Result.ObjectID, "files": []string{filepath.Join(dir, name)}}, nil)
		b.until(`document.querySelector("[name=source]:checked").value === "file"`)
		b.eval(`document.getElementById("file").files[0].lastModified`) // a browser that never asked notices no change
	}
	write(t, dir, "drawing.tsp", text)
	for _, names := range [][]string{{dir}, {filepath.Join(dir, "drawing.tsp"), filepath.Join(dir, "drawing.tsp")}} {
		b.eval(`document.getElementById("problem").textContent = ""`)
		for _, kind := range []string{"dragEnter", "dragOver", "drop"} {
			b.call("Input.dispatchDragEvent", map[string]any{"type": kind, "x": 700, "y": 400, "data": map[string]any{"items": []any{}, "files": names, "dragOperationsMask": 1}}, nil)
		}
		b.until(`document.getElementById("problem").textContent === "drop one file, and no folder"`)
	}
	choose("drawing.tsp")
	b.eval(`document.getElementById("start").click()`)
	b.until(fmt.Sprintf(figure, "stage") + `.startsWith("done") && !document.getElementById("start").disabled`)
	if got := b.eval(`document.querySelector("[name=source]:checked").value`); got != "file" {
		t.Errorf("after a file was solved the form is on %v", got)
	}
	write(t, dir, "r.tsp", text)
	choose("r.tsp")
	write(t, dir, "r.tsp", strings.Replace(text, "ring52", "another", 1))
	if err := os.Chtimes(filepath.Join(dir, "r.tsp"), time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	b.eval(`document.getElementById("start").click()`)
	b.until(`document.getElementById("problem").textContent !== ""`)
	if got := b.eval(`document.getElementById("problem").textContent`); got != "r.tsp has changed, choose it again" {
		t.Errorf("of a file that was changed the page says %v", got)
	}
}

// What a control cannot do it does not offer, and what is the browser's is left to it.
func TestBrowserControls(t *testing.T) {
	b := newBrowser(t)
	s := startServer(t, t.TempDir())
	b.screen(1400, 900, false)
	b.open(s.url)
	b.eval(`(async () => { window.wrong = []; addEventListener("error", (e) => wrong.push(e.message)); window.api = await import("/api.js");
		window.post = async (body, query = "time=1s") => { location.hash = (await api.json("/v1/jobs?" + query, { method: "POST", body })).id; }; })()`)
	var matrix, places strings.Builder
	for i := range 12 {
		for j := range 12 {
			fmt.Fprintf(&matrix, "%d ", (i-j)*(i-j))
		}
		matrix.WriteString("\n")
		fmt.Fprintf(&places, "%d %d\n", i*i%7, i*5%11)
	}
	ready := fmt.Sprintf(figure, "stage") + `.startsWith("done")`
	b.eval(fmt.Sprintf("post(%q)", matrix.String()))
	b.until(ready + ` && document.querySelector("[data-do=whole]").disabled && document.querySelector("[data-is=heat]").disabled`)
	key := `(() => { const e = new KeyboardEvent("keydown", {key: "%s", ctrlKey: %v, bubbles: true, cancelable: true}); return document.querySelector(".view").dispatchEvent(e); })()`
	b.eval(fmt.Sprintf(key, "0", false))
	if got := b.eval(`[...document.querySelectorAll("[data-is=format] :disabled")].map((o) => o.value).join() + wrong.join()`); got != "geojson,svg,png" {
		t.Errorf("of a matrix %v cannot be had", got)
	}

	b.eval(fmt.Sprintf("post(%q)", places.String()))
	b.until(`document.querySelector(".pane")?.dataset.revision > 0 && !document.querySelector("[data-do=whole]").disabled && !document.querySelector("[data-is=format] :disabled")`)
	if b.eval(fmt.Sprintf(key, "+", true)) != true || b.eval(fmt.Sprintf(key, "+", false)) != false {
		t.Error("Ctrl and + is taken, or + is not")
	}
	b.eval(`new Promise((done) => { const x = document.querySelector(".view").getContext("webgl2").getExtension("WEBGL_lose_context");
		x.loseContext(); setTimeout(() => { x.restoreContext(); setTimeout(done, 500); }, 500); })`)
	if !drawn(b) {
		t.Error("nothing is drawn after the graphics processor was lost")
	}

	b.eval(fmt.Sprintf("post(%q)", `{"coordinates": [[0, 0], [3, 0], [3, 4]], "name": "`+strings.Repeat("x", 200)+`"}`))
	b.until(`document.querySelector(".pane h2")?.textContent.startsWith("xxx") && ` + ready)
	if got := b.eval(`document.documentElement.scrollWidth`).(float64); got > 1400 {
		t.Errorf("with a long name the page is %v wide on a screen of 1400", got)
	}

	// What a job was asked with that the form does not have, the form names, and Solve leaves it out.
	b.eval(`post("", "demo=uniform&cities=300&actions=5000&path=true&start=3&bound=1&name=api&depth=9")`)
	b.until(`document.querySelector(".pane h2")?.textContent.startsWith("api") && ` + ready)
	besides := `document.getElementById("besides").textContent + " " + document.getElementById("bound").checked`
	if got := b.eval(besides); got != "Solve leaves out what this form does not have: actions=5000, path=true, start=3 true" {
		t.Errorf("of a job of the API the form says %v", got)
	}
	b.eval(`document.getElementById("time").value = "1s"; document.getElementById("start").click()`)
	b.until(`document.querySelector(".pane h2")?.textContent.startsWith("uniform") && ` + ready)
	if got := b.eval(besides); got != " true" {
		t.Errorf("of its own job the form says %v", got)
	}

	// Before the search begins, the page says what the server is at.
	b.eval(`post("", "demo=uniform&cities=20000&time=30m&bound=true")`)
	b.until(fmt.Sprintf(figure, "stage") + ` === "proving a bound"`)
	b.eval(`document.querySelector("[data-do=stop]").click()`)
	b.until(ready)

	// A heatmap that comes when it is wanted no more is not shown.
	b.eval(`(async () => { const { View } = await import("/view.js"), set = View.prototype.setHeat, old = fetch;
		window.heats = [], window.came = false;
		View.prototype.setHeat = function (edges) { heats.push(edges !== null); set.call(this, edges); };
		window.fetch = async (...a) => { if (!a[0].endsWith("/heatmap")) return old(...a);
			await new Promise((go) => { window.go = go; });
			setTimeout(() => { came = true; }, 300);
			return new Response(new ArrayBuffer(12)); };
		const box = document.querySelector("[data-is=heat]");
		box.click(); box.click(); })()`)
	b.until(`window.go !== undefined`)
	b.eval(`go()`)
	b.until(`came`)
	if got := fmt.Sprint(b.eval(`heats`)); got != "[false]" {
		t.Errorf("of a heatmap that is wanted no more there is shown: %v", got)
	}

	drop := `(() => { const data = new DataTransfer(); %s; return document.getElementById("paste").dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true})); })()`
	if b.eval(fmt.Sprintf(drop, `data.setData("text/plain", "1 2")`)) != true {
		t.Error("text cannot be dropped")
	}
	b.eval(fmt.Sprintf(drop, `data.items.add(new File(['<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><circle cx="40" cy="40" r="30"/></svg>'], "a.svg", {type: "image/svg+xml"}))`))
	b.until(`parseInt(document.getElementById("drawn").textContent.replace(",", "")) > 3000`)

	for in, want := range map[string]string{"short(1.5e-10)": "1.5e-10", "short(12)": "12", "short(1/3)": "0.333333", "short(12345.6)": "12,346", "percent(-5e-8)": "0.000 %", "percent(-0.25)": "-0.250 %", "percent(12.345)": "12.35 %"} {
		if got := b.eval(`import("/chart.js").then(({ short, percent }) => ` + in + `)`); got != want {
			t.Errorf("%s is %v, want %s", in, got, want)
		}
	}
}

// A million cities: how long until the first tour is drawn, and until a zoom is. It takes minutes,
// so that it is asked for: TSPMCTS_TEST_LONG=1.
func TestBrowserMillion(t *testing.T) {
	if os.Getenv("TSPMCTS_TEST_LONG") == "" {
		t.Skip("TSPMCTS_TEST_LONG is not set")
	}
	b := newBrowser(t)
	s := startServer(t, t.TempDir())
	b.screen(1400, 900, false)
	b.open(s.url)
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "1000000", "--out", "million.tsp")
	b.drop("million.tsp", read(t, dir, "million.tsp"))
	b.eval(`(() => { document.getElementById("time").value = "2m"; document.getElementById("bound").checked = false; window.posted = 0;
		const old = fetch; window.fetch = async (...a) => { const r = await old(...a); if (a[1]?.method === "POST") window.posted = performance.now(); return r; };
		document.getElementById("start").click(); })()`)
	b.until(`window.posted > 0`)
	b.until(`document.querySelector(".view")?.dataset.drawn > 0`)
	t.Logf("cities drawn %.2f s after the answer to the upload", b.eval(`(performance.now() - window.posted) / 1000`))
	b.until(`document.querySelector(".pane")?.dataset.revision > 0`)
	t.Logf("first tour shown after %.2f s", b.eval(`(performance.now() - window.posted) / 1000`))
	zoom := `new Promise((done) => { const v = document.querySelector(".view"), begun = performance.now(), old = v.dataset.drawn;
		v.dispatchEvent(new WheelEvent("wheel", {deltaY: %d, bubbles: true, cancelable: true}));
		const look = () => { if (v.dataset.drawn === old) return requestAnimationFrame(look); requestAnimationFrame(() => done(performance.now() - begun)); }; look(); })`
	var all []string
	for _, delta := range []int{-100, -100, -100, 100, 100, 100, -800, -800, 1600} {
		all = append(all, fmt.Sprintf("%.0f", b.eval(fmt.Sprintf(zoom, delta))))
	}
	t.Logf("zoom drawn after %s ms", strings.Join(all, " "))
	b.picture("million")
}

// mouse presses at the first point of a stroke in the element, moves along it, and lets go.
func (b *browser) mouse(element string, stroke ...[2]float64) {
	b.Helper()
	b.eval(`document.querySelector("` + element + `").scrollIntoView({block: "center"})`)
	at := b.eval(`(() => { const r = document.querySelector("` + element + `").getBoundingClientRect(); return [r.x, r.y]; })()`).([]any)
	for k, p := range stroke {
		kinds := []string{"mouseMoved"}
		if k == 0 {
			kinds = append(kinds, "mousePressed")
		}
		if k == len(stroke)-1 {
			kinds = append(kinds, "mouseReleased")
		}
		for _, kind := range kinds {
			b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at[0].(float64) + p[0], "y": at[1].(float64) + p[1], "button": "left", "buttons": 1, "clickCount": 1}, nil)
		}
	}
}

// middle returns the middle of what is drawn in the first pane.
func (b *browser) middle() (x, y float64) {
	b.Helper()
	at := b.eval(`new Promise((done) => { const look = () => requestAnimationFrame(() => requestAnimationFrame(() => {
		const from = document.querySelector(".view"), c = document.createElement("canvas").getContext("2d");
		from.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowLeft", bubbles: true, cancelable: true}));
		from.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true, cancelable: true})); // draws, and moves nothing
		requestAnimationFrame(() => {
			c.canvas.width = from.width; c.canvas.height = from.height; c.drawImage(from, 0, 0);
			const p = c.getImageData(0, 0, from.width, from.height).data;
			let x = 0, y = 0, all = 0;
			for (let i = 3; i < p.length; i += 4) { const k = (i - 3) / 4; x += p[i] * (k % from.width); y += p[i] * Math.floor(k / from.width); all += p[i]; }
			all ? done([x / all, y / all]) : look(); // a loaded machine may not have drawn it yet
		});
	})); look(); })`).([]any)
	return at[0].(float64), at[1].(float64)
}

// With the mouse a stroke becomes cities and the picture is dragged; every download is what its
// name says.
func TestBrowserMouseAndDownloads(t *testing.T) {
	b := newBrowser(t)
	s := startServer(t, t.TempDir())
	b.screen(1400, 900, false)
	b.open(s.url)
	b.eval(`(() => { document.querySelector("[name=source][value=draw]").click(); document.getElementById("time").value = "1s"; document.getElementById("bound").checked = false; })()`)
	var stroke [][2]float64
	for i := range 12 {
		stroke = append(stroke, [2]float64{40 + 15*float64(i), 40 + 6*float64(i)})
	}
	b.mouse("#sketch", stroke...)
	cities := b.eval(`parseInt(document.getElementById("drawn").textContent)`)
	if n := cities.(float64); n < 12 || n > 30 {
		t.Errorf("a stroke of 12 points drew %v cities", n)
	}
	b.mouse("#sketch", [2]float64{60, 150}) // and a click is one more
	if got := b.eval(`parseInt(document.getElementById("drawn").textContent)`); got != cities.(float64)+1 {
		t.Errorf("%v cities after a click, %v before", got, cities)
	}
	b.eval(`document.getElementById("start").click()`)
	b.until(fmt.Sprintf(figure, "stage") + `.startsWith("done") && document.querySelector(".pane").dataset.revision > 0`)

	for range 2 { // so that nothing is dragged out of the picture
		b.eval(`document.querySelector(".view").dispatchEvent(new KeyboardEvent("keydown", {key: "-", bubbles: true, cancelable: true}))`)
	}
	x, y := b.middle()
	b.mouse(".view", [2]float64{200, 200}, [2]float64{220, 210}, [2]float64{260, 230})
	if x2, y2 := b.middle(); math.Abs(x2-x-60) > 8 || math.Abs(y2-y-30) > 8 {
		t.Errorf("dragged by 60, 30 the picture moved from %.0f, %.0f to %.0f, %.0f", x, y, x2, y2)
	}

	// Regions light up while they are visited.
	b.eval(`(() => { document.querySelector("[name=source][value=demo]").click(); const set = (id, v) => { document.getElementById(id).value = v; };
		set("demo", "uniform"); set("cities", 9000); set("time", "10m"); document.querySelector("#knobs [name=whole]").value = 1000; document.getElementById("start").click(); })()`)
	b.until(`document.querySelector(".pane")?.dataset.regions > 1`)
	b.until(`new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(() => f(true))))`)
	b.picture("regions")
	b.eval(`document.querySelector("[data-do=stop]").click()`)
	b.until(fmt.Sprintf(figure, "stage") + ` === "done: interrupted" && document.querySelector(".pane").dataset.regions === "0"`)
	b.eval(`document.querySelector("#knobs [name=whole]").value = ""; document.getElementById("time").value = "1s"`)

	dir := t.TempDir()
	text := "id,name,lat,lon\n"
	for i := range 14 {
		text += fmt.Sprintf("p%d,Place %d,%d.5,%d.25\n", i, i, 40+i*5%14, 5+i*3%14)
	}
	write(t, dir, "towns.csv", text)
	b.drop("towns.csv", text)
	b.eval(`document.getElementById("start").click()`)
	b.until(`document.querySelector(".pane h2")?.textContent.startsWith("towns") && ` + fmt.Sprintf(figure, "stage") + `.startsWith("done") && document.querySelector(".pane").dataset.revision > 0`)
	b.call("Page.setDownloadBehavior", map[string]any{"behavior": "allow", "downloadPath": dir}, nil)
	options := b.eval(`[...document.querySelector("[data-is=format]").options].map((o) => o.value).filter(Boolean).join(" ")`)
	if options != "tsplib csv geojson json svg png" {
		t.Errorf("the downloads are %v", options)
	}
	for _, format := range strings.Fields(fmt.Sprint(options)) {
		name := "towns." + format
		if format == "tsplib" {
			name = "towns.tour"
		}
		if format == "csv" {
			if err := os.Rename(filepath.Join(dir, "towns.csv"), filepath.Join(dir, "in.csv")); err != nil {
				t.Fatal(err)
			}
		}
		b.eval(`(() => { const d = document.querySelector("[data-is=format]"); d.value = "` + format + `"; document.querySelector("[data-do=download]").click(); })()`)
		data := b.arrived(filepath.Join(dir, name))
		ok := map[string]bool{
			"tsplib":  strings.Contains(data, "TOUR_SECTION"),
			"csv":     strings.HasPrefix(data, "position,city,id,name,lat,lon,leg_m") && strings.Count(data, "\n") == 16,
			"geojson": json.Valid([]byte(data)) && strings.Contains(data, `"LineString"`),
			"json":    json.Valid([]byte(data)) && strings.Contains(data, `"tour":[0,`),
			"svg":     strings.HasPrefix(data, "<svg") && strings.Contains(data, "<polygon") && strings.Count(data, ",") == 14,
			"png":     strings.HasPrefix(data, "\x89PNG") && len(data) > 1000,
		}[format]
		if !ok {
			t.Errorf("%s: %.300q", format, data)
		}
	}
	if out := must(t, dir, "eval", "in.csv", "towns.tour"); !strings.Contains(out, "14 cities") {
		t.Error(out)
	}
}

// arrived returns the content of a file when its download has ended.
func (b *browser) arrived(name string) string {
	b.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if data, err := os.ReadFile(name); err == nil && len(data) > 0 {
			return string(data)
		}
	}
	b.Errorf("%s does not come; the page says %v", name, b.eval(`document.querySelector("[data-is=error]").textContent`))
	return ""
}
