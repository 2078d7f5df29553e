package serve

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tspmcts/bench"
	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsplib"
)

const square = "NAME : square\nTYPE : TSP\nDIMENSION : 4\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 0 10\n3 10 10\n4 10 0\nEOF\n"

// client is a server under test, and who asks it.
type client struct {
	*testing.T
	*Server
	url string
}

func serveIt(t *testing.T, change func(*Config)) *client {
	t.Helper()
	c := Config{Limits: DefaultLimits(), Log: t.Logf, Write: func(name string, write func(io.Writer) error) error {
		var text bytes.Buffer
		if err := write(&text); err != nil {
			return err
		}
		if err := os.WriteFile(name+".side", text.Bytes(), 0o600); err != nil {
			return err
		}
		return os.Rename(name+".side", name)
	}}
	if change != nil {
		change(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(s)
	t.Cleanup(func() {
		s.Close()
		h.Close()
	})
	return &client{t, s, h.URL}
}

// ask sends a request and returns the answer, its body read.
func (c *client) ask(method, path, body string, header ...string) (*http.Response, []byte) {
	c.Helper()
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.Fatal(err)
	}
	c.described(method, path, body, res.StatusCode)
	return res, text
}

// want asks, and fails unless the answer has the status; v is what its JSON is read into.
func (c *client) want(status int, method, path, body string, v any) *http.Response {
	c.Helper()
	res, text := c.ask(method, path, body)
	if res.StatusCode != status {
		c.Fatalf("%s %s: %d %s, want %d", method, path, res.StatusCode, text, status)
	}
	if v != nil {
		if err := json.Unmarshal(text, v); err != nil {
			c.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return res
}

// post posts a job and returns its path.
func (c *client) post(query, body string) string {
	c.Helper()
	return c.want(http.StatusAccepted, "POST", "/v1/jobs?"+query, body, nil).Header.Get("Location")
}

// until waits for a job to be as wanted.
func (c *client) until(path string, is func(View) bool) (v View) {
	c.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		v = View{}
		if c.want(http.StatusOK, "GET", path, "", &v); is(v) {
			return v
		}
	}
	c.Fatalf("%s stays as %+v", path, v)
	return v
}

// none waits until the server has none left of what count counts.
func (c *client) none(what string, count *int) {
	c.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		c.Server.mu.Lock()
		left := *count
		c.Server.mu.Unlock()
		if left == 0 {
			return
		}
		if time.Now().After(end) {
			c.Fatalf("%d %s stay", left, what)
		}
	}
}

func status(s Status) func(View) bool { return func(v View) bool { return v.Status == s } }

// Every kind of body becomes a job, and every format of its tour is the same tour.
func TestEveryBody(t *testing.T) {
	c := serveIt(t, nil)
	for _, x := range []struct {
		name, query, body string
		cities            int
		length            string
	}{
		{"tsplib", "", square, 4, "40"},
		{"line", "", "0 0 0 10 10 10 10 0 output 1 2 3 4 1\n", 4, "40"},
		{"second line", "line=1", "0 0 0 1 1 1 output 1 2 3 1\n0 0 0 10 10 10 10 0 output 1 2 3 4 1\n", 4, "40"},
		{"coordinates", "", "0 0\n0 10\n10 10\n10 0\n5 12\n", 5, "40.77032961426901"},
		{"matrix", "", "0 2 9 2 2\n2 0 2 9 9\n9 2 0 2 9\n2 9 2 0 2\n2 9 9 2 0\n", 5, "10"},
		{"json coordinates", "", `{"coordinates": [[0, 0], [3, 0], [3, 4]], "seed": 7, "bound": true}`, 3, "12"},
		{"json metric", "", `{"coordinates": [[0, 0], [1, 1]], "metric": "EUC_2D", "kick-size": 20}`, 2, "2"},
		{"json in space", "metric=euclid", `{"coordinates": [[0, 0, 0], [3, 0, 0], [3, 4, 12]]}`, 3, "28.64911064067352"},
		{"json matrix", "", `{"matrix": [[0, 5, 6], [5, 0, 7], [6, 7, 0]]}`, 3, "18"},
		{"json with a mark", "", "\ufeff" + `{"coordinates": [[0, 0], [3, 0], [3, 4]]}`, 3, "12"},
		{"geojson with a mark", "metric=geodesic", "\ufeff" + `{"type": "MultiPoint", "coordinates": [[7.1, 50.7], [10, 48.4], [10.1, 54.3]]}`, 3, ""},
		{"table with a mark", "", "\ufeff" + `{"code": "Ok", "durations": [[0, 1], [1, 0]]}`, 2, "2"},
		{"problem with a mark", "", "\ufeff" + square, 4, "40"},
		{"json problem", "", `{"problem": ` + fmt.Sprintf("%q", square) + `, "name": "four"}`, 4, "40"},
		{"query beats json", "actions=5", `{"coordinates": [[0, 0], [3, 0], [3, 4]], "actions": "none"}`, 3, "12"},
		{"json heatmap", "preset=paper&actions=100", `{"coordinates": [[0, 0], [1, 0], [2, 0], [3, 0], [4, 1], [3, 2], [2, 2], [1, 2], [0, 2], [0, 1]], "edges": [[0, 1, 1], [1, 2, 0.5]]}`, 10, "10.82842712474619"},
		{"edges of the page", "heatmap=auto", `{"coordinates": [[0, 0], [3, 0], [3, 4]], "edges": [[0, 1, 1]]}`, 3, "12"},
		{"edges of a problem", "heatmap=auto", `{"problem": ` + fmt.Sprintf("%q", square) + `, "edges": [[0, 1, 1]]}`, 4, "40"},
		{"places", "end=b", "id,name,lat,lon\na,Bonn,50.7,7.1\nb,Ulm,48.4,10\nc,Kiel,54.3,10.1\n", 3, ""},
		{"decimal comma", "decimal-comma=true", "x;y\n0,5;0\n3,5;0\n3,5;4\n", 3, "12"},
		{"geojson", "metric=geodesic", `{"type": "MultiPoint", "coordinates": [[7.1, 50.7], [10, 48.4], [10.1, 54.3]]}`, 3, ""},
		{"table", "weight=distances", `{"code": "Ok", "durations": [[0, 1], [1, 0]], "distances": [[0, 7], [9, 0]]}`, 2, "16"},
		{"table of cells", "", `{"sources_to_targets": [[{"distance": 0, "time": 0}, {"distance": 1.5, "time": 7}], [{"distance": 2, "time": 9}, {"distance": 0, "time": 0}]]}`, 2, "16"},
		{"tables by profile", "", `{"vehicles": [{"id": 1}], "matrices": {"car": {"durations": [[0, 1], [2, 0]]}}}`, 2, "3"},
		{"rows", "start=1&end=0", `[[0, 1, 5], [2, 0, 1], [1, 9, 0]]`, 3, "2"},
		{"csv matrix", "", "0,1,5\n2,0,1\n1,9,0\n", 3, "3"},
		{"directed", "", `{"matrix": [[0, 1, 9, 9, 9], [9, 0, 1, 9, 9], [9, 9, 0, 1, 9], [9, 9, 9, 0, 1], [1, 9, 9, 9, 0]]}`, 5, "5"},
		{"fractions", "path=true", `{"matrix": [[0, 1.5, 2], [1.5, 0, 2.25], [2, 2.25, 0]]}`, 3, "3.5"},
		{"atsp", "", "NAME: a\nTYPE: ATSP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n0 1 5\n2 0 1\n1 9 0\nEOF\n", 3, "3"},
		{"path", "path=true", `{"coordinates": [[0, 0], [1, 0], [2, 0], [9, 0]]}`, 4, "9"},
		{"larger path", "start=3&end=40&actions=1000", circle(50), 50, ""},
		{"start", "", `{"coordinates": [[0, 0], [1, 0], [2, 0], [9, 0]], "start": 1, "metric": "euclid"}`, 4, "10"},
		{"demo", "demo=clustered&cities=300&actions=1000", "", 300, ""},
		{"larger", "actions=1000", circle(50), 50, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := &client{t, c.Server, c.url}
			path := c.post(x.query, x.body)
			v := c.until(path, status(Done))
			if v.Cities != x.cities || x.length != "" && v.Length.String() != x.length || v.Revision < 1 || v.Error != "" {
				t.Errorf("%+v", v)
			}
			tours := c.tours(path)
			for name, tour := range tours {
				if !slices.Equal(tour, tours["binary"]) {
					t.Errorf("%s: %v, but binary is %v", name, tour, tours["binary"])
				}
			}
			if ours := regexp.MustCompile("^\ufeff?{\"(coordinates|matrix)\"").MatchString(x.body); ours != (v.Command == "") {
				t.Errorf("the command is %q", v.Command)
			} else if with := strings.Contains(x.body, `"edges"`) && !ours; with != strings.Contains(v.Command, " --heatmap-file edges.heat ") || with && strings.Contains(v.Command, "--heatmap auto") {
				t.Errorf("edges %v, but the command is %s", with, v.Command)
			}
			c.Server.mu.Lock()
			in := c.jobs[v.ID].item.Instance
			c.Server.mu.Unlock()
			if err := in.Check(tours["binary"]); err != nil || len(tours) < 4 {
				t.Error(err, tours)
			}
			if got := in.Value(tours["binary"]); v.Length.String() != bench.LengthText(in, got) {
				t.Errorf("length %s, but the tour has %v", v.Length, got)
			}
		})
	}
}

// The length of a job is that of its tour to the last digit, where the search adds rounded distances,
// and the checked tour at the end, which is that of solve, is no improvement over the same one that
// was shown.
func TestLengthIsOfTheTour(t *testing.T) {
	c := serveIt(t, nil)
	for k := range 8 {
		var b strings.Builder
		for i := range 50 {
			fmt.Fprintf(&b, "%d.%d %d.%d\n", i*7919%1009, i+50*k, i*i*31%1013, i)
		}
		path := c.post("stall=200ms&workers=1", b.String()) // in which the last tour is shown
		v := c.until(path, status(Done))
		c.Server.mu.Lock()
		in := c.jobs[v.ID].item.Instance
		c.Server.mu.Unlock()
		tour := c.tours(path)["binary"]
		if want := bench.LengthText(in, in.Value(tour)); v.Length.String() != want {
			t.Errorf("length %s, but the tour has %s", v.Length, want)
		}
		if n := len(tour) - 1; tour[0] != 0 || tour[1] > tour[n] {
			t.Errorf("the tour is %v, want the checked one, from city 0 on towards its lower neighbour", tour)
		}
		for i, p := range v.Trace {
			if last := i == len(v.Trace)-1; last != (p.Length == *v.Length) {
				t.Errorf("improvement %d of %d is to %s, the length %s", i+1, len(v.Trace), p.Length, v.Length)
			}
		}
	}
}

// circle is a problem of n cities on a circle.
func circle(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "NAME: circle\nTYPE: TSP\nDIMENSION: %d\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n", n)
	for i := range n {
		sin, cos := math.Sincos(float64(i*7) / float64(n) * 2 * math.Pi)
		fmt.Fprintf(&b, "%d %.0f %.0f\n", i+1, 1e5*cos+float64(i%3), 1e5*sin)
	}
	return b.String() + "EOF\n"
}

// tours returns a job's tour by format, each read back.
func (c *client) tours(path string) map[string]tsp.Tour {
	c.Helper()
	all := map[string]tsp.Tour{}
	for _, f := range formats {
		res, text := c.ask("GET", path+"/tour?format="+f.name, "")
		if res.StatusCode != http.StatusOK {
			if f.name != "geojson" {
				c.Errorf("%s: %d %s", f.name, res.StatusCode, text)
			}
			continue
		}
		var tour tsp.Tour
		var err error
		switch f.name {
		case "json":
			var v struct{ Tour tsp.Tour }
			err = json.Unmarshal(text, &v)
			tour = v.Tour
		case "tsplib":
			var tours []tsp.Tour
			if tours, err = tsplib.ReadTours(bytes.NewReader(text), "tour"); err == nil {
				tour = tours[0]
			}
		case "csv":
			for line := range strings.Lines(string(text)) {
				var i int32
				if _, err := fmt.Sscan(strings.Split(line, ",")[0], &i); err == nil {
					tour = append(tour, i)
				}
			}
			if strings.HasPrefix(string(text), "position") {
				tour = tour[:0] // the route of the command line: the city is in the second column, from 1
				for line := range strings.Lines(string(text)) {
					if i, err := strconv.Atoi(strings.Split(line, ",")[1]); err == nil {
						tour = append(tour, int32(i-1))
					}
				}
				if n := len(tour) - 1; tour[n] == tour[0] { // the way back
					tour = tour[:n]
				}
			}
		case "geojson":
			var v struct {
				Features []struct {
					Geometry   struct{ Coordinates [][2]float64 }
					Properties struct{ Tour tsp.Tour }
				}
			}
			err = json.Unmarshal(text, &v)
			tour = v.Features[0].Properties.Tour
			var view View
			c.want(http.StatusOK, "GET", path, "", &view)
			line := v.Features[0].Geometry.Coordinates
			if closed := line[0] == line[len(line)-1]; closed == view.Path || len(line) != view.Cities+map[bool]int{true: 1}[closed] {
				c.Errorf("path %v: the line of geojson is %v", view.Path, line)
			}
			if tour == nil { // the route of the command line
				continue
			}
		case "binary":
			tour = make(tsp.Tour, len(text)/4)
			err = binary.Read(bytes.NewReader(text), binary.LittleEndian, tour)
		}
		if err != nil {
			c.Error(f.name, err)
		}
		all[f.name] = tour
	}
	return all
}

// Coordinates are told as they were given, and the picture of them lies in a square from 0 to 1.
func TestCoordinates(t *testing.T) {
	c := serveIt(t, nil)
	degrees := c.post("metric=geodesic", `{"coordinates": [[50.7, 7.1], [48.4, 10], [54.3, 10.1]]}`)
	space := c.post("metric=euclid", `{"coordinates": [[0, 0, 0], [3, 0, 0], [3, 4, 12]]}`)
	for path, want := range map[string]string{degrees + "/tour?format=geojson": "[[7.1,50.7],", space + "/tour?format=csv": "city,x,y,z\n0,0,0,0\n"} {
		c.until(strings.Split(path, "/tour")[0], status(Done))
		if _, text := c.ask("GET", path, ""); !strings.Contains(string(text), want) {
			t.Errorf("%s: %s, want %s", path, text, want)
		}
	}
	for body, want := range map[string][]float32{"5 10\n5 30\n45 20\n": {0, 0, 0, 0.5, 1, 0.25}, "5 5\n5 5\n": {0, 0, 0, 0}} {
		got := make([]float32, len(want))
		_, data := c.ask("GET", c.post("", body)+"/cities", "")
		if n, err := binary.Decode(data, binary.LittleEndian, got); err != nil || n != len(data) || !slices.Equal(got, want) {
			t.Errorf("%q is drawn at %v, %v, want %v", body, got, err, want)
		}
	}
	// Of a heatmap each edge that is worth to be seen is told once, with how probable it is.
	path := c.post("", `{"coordinates": [[0, 0], [1, 0], [1, 1], [0, 1]], "edges": [[1, 0, 1], [1, 2, 1], [2, 3, 1], [0, 3, 0.25], [0, 2, 0.01]]}`)
	_, data := c.ask("GET", path+"/heatmap", "")
	var edges []string
	for edge := range slices.Chunk(data, 12) {
		p := math.Float32frombits(binary.LittleEndian.Uint32(edge[8:]))
		edges = append(edges, fmt.Sprintf("%d-%d %.2f", binary.LittleEndian.Uint32(edge), binary.LittleEndian.Uint32(edge[4:]), p))
	}
	if slices.Sort(edges); !slices.Equal(edges, []string{"0-1 1.00", "0-3 0.31", "1-2 1.00", "2-3 1.00"}) {
		t.Errorf("the heatmap shows %q", edges)
	}
}

// The time to answer begins when a request has arrived: a slow one is answered too.
func TestSlowBodyIsAnswered(t *testing.T) {
	c := serveIt(t, nil)
	h := httptest.NewUnstartedServer(c.Server)
	h.Config.WriteTimeout = 100 * time.Millisecond
	h.Start()
	defer h.Close()
	for _, status := range []int{http.StatusAccepted, http.StatusUnprocessableEntity, http.StatusRequestTimeout} {
		r, w := io.Pipe()
		go func() {
			time.Sleep(300 * time.Millisecond)
			switch status {
			case http.StatusAccepted:
				io.WriteString(w, square)
			case http.StatusRequestTimeout:
				time.Sleep(500 * time.Millisecond)
			}
			w.Close()
		}()
		if status == http.StatusRequestTimeout {
			c.BodyTime = 400 * time.Millisecond
		}
		res, err := http.Post(h.URL+"/v1/jobs", "", r)
		if err != nil {
			t.Errorf("want %d: %v", status, err)
			continue
		}
		if res.Body.Close(); res.StatusCode != status {
			t.Errorf("%d, want %d", res.StatusCode, status)
		}
	}
}

// A job tells what was asked for, so that a page can show it in its form. A number without a fraction
// is an integer in JSON, however it is written.
func TestSettings(t *testing.T) {
	c := serveIt(t, nil)
	path := c.post("seed=5&kick-size=20", `{"coordinates": [[0, 0], [3, 0], [3, 4]], "seed": 3, "bound": true, "actions": 1e3, "depth": 10.0, "start": -0.0, "optimum": 12.5}`)
	v := c.until(path, status(Done))
	if want := (given{"seed": "5", "kick-size": "20", "bound": "true", "actions": "1000", "depth": "10", "start": "0", "optimum": "12.5"}); !maps.Equal(v.Settings, want) {
		t.Errorf("settings %v, want %v", v.Settings, want)
	}
	o, err := decode([]byte(strings.Replace(square, "square", strings.Repeat("ö", 5000), 1)), "", DefaultLimits())
	if err != nil || o.item.Name != strings.Repeat("ö", maxName) {
		t.Errorf("the name in a file is told with %d bytes, %v", len(o.item.Name), err)
	}
	o, err = decode([]byte(strings.Replace(square, "square", "a\xffb", 1)), "", DefaultLimits())
	if err != nil || o.item.Name != "a\uFFFDb" { // in tours as in JSON
		t.Errorf("a name that is not UTF-8 is %q, %v", o.item.Name, err)
	}
	o, err = decode([]byte(`{"coordinates": [[1, 1]], "seed": 9007199254740993}`), "", DefaultLimits()) // which no float64 is
	if err != nil || o.seed != 9007199254740993 {
		t.Errorf("seed %d, %v", o.seed, err)
	}
	if o, err := decode(nil, "demo=clustered&cities=500", DefaultLimits()); err != nil || o.spec().Clusters != 5 { // as those of generate
		t.Errorf("%d clusters, %v", o.spec().Clusters, err)
	}
	if v := c.until(c.post("", "0 0\n0 10\n10 10\n"), status(Done)); len(v.Warnings) != 1 || !strings.Contains(v.Warnings[0], "no TSPLIB header") {
		t.Errorf("warnings %q", v.Warnings)
	}
	// Who asks for no stop gets ten seconds, or what there is at most; another stop has that alone.
	for query, want := range map[string][2]time.Duration{"": {10 * time.Second, 5 * time.Second}, "target=1": {time.Hour, 5 * time.Second}, "time=2s": {2 * time.Second, 2 * time.Second}} {
		for k, most := range []time.Duration{time.Hour, 5 * time.Second} {
			l := DefaultLimits()
			l.Time = most
			if o, err := decode([]byte(square), query, l); err != nil {
				t.Errorf("%q under %v: %v", query, most, err)
			} else if got := o.time(l); got != want[k] {
				t.Errorf("%q under %v searches for %v, want %v", query, most, got, want[k])
			}
		}
	}
}

// The command line names the ends of a path so that it finds the same cities: by the id where there
// is one, for that may be a number.
func TestCommand(t *testing.T) {
	for query, want := range map[string]string{"start=2&end=0": "--end x --start 2", "start=1&end=3": "--end 3 --start 1", "start=3": "--start 3"} {
		o, err := decode([]byte("id,lat,lon\nx,1,2\n3,3,4\n2,9,6\n1,7,7\n"), query, DefaultLimits())
		if err != nil || !strings.Contains(o.command(), want) {
			t.Errorf("%s: %s %v, want %s", query, o.command(), err, want)
		}
	}
	o, err := decode([]byte("id,x,y\n-a,1,2\n--b,3,4\nc,9,6\n"), "start=-a&end=--b&heatmap=knn", DefaultLimits())
	if err != nil || !strings.Contains(o.command(), " --end=--b --heatmap knn --start=-a ") {
		t.Errorf("%s %v", o.command(), err)
	}
	o, err = decode([]byte(square), "start=0&name="+strings.Repeat("%C3%B6", 200), DefaultLimits())
	if err != nil || !strings.Contains(o.command(), "--start 1") {
		t.Errorf("%v", err)
	}
	for _, x := range []struct{ body, query, want string }{
		{"", "demo=clustered&cities=500&name=x&validate=true&bound=false&path=1", "tspmcts generate --kind clustered --cities 500 --seed 1 --out clustered500.tsp && tspmcts solve clustered500.tsp --path"},
		{"0 0 0 1 1 1\n0 0 0 2 2 2\n", "line=1", "tspmcts solve problem.tsp --lines 1:2"},
		{"name,lat,lon\na,1,1\nit's $x;,2,2\nc,3,1\n", "start=it%27s%20%24x%3B", `tspmcts solve problem.tsp --start 'it'\''s $x;'`},
	} {
		o, err := decode([]byte(x.body), x.query+"&workers=1", DefaultLimits())
		if err != nil {
			t.Errorf("%s: %v", x.query, err)
		} else if got := o.command(); got != x.want+" --workers 1" {
			t.Errorf("%s: %s, want %s", x.query, got, x.want)
		} else if o.start != "" && o.item.Ends.Start != 1 || o.line == 1 && o.item.Index != 1 {
			t.Errorf("%s: ends %+v, instance %d", x.query, o.item.Ends, o.item.Index)
		}
	}
}

// Edges that a request believes in are believed in from both of their cities.
func TestEdges(t *testing.T) {
	o, err := decode([]byte(`{"coordinates": [[1, 1], [2, 2], [3, 3]], "edges": [[0, 2, 0.25]]}`), "", DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int32{0, 2} {
		if to, p := o.edges.Of(i); !slices.Equal(to, []int32{2 - i}) || p[0] != 0.25 {
			t.Errorf("city %d: %v %v", i, to, p)
		}
	}
}

// What is asked of the search is what it does: when to stop, seed, knobs and workers, and what the
// gap is over.
func TestSearchIsAsAsked(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Workers = 2 })
	for query, want := range map[string]mcts.Stop{"target=1e9": mcts.StopTarget, "stall=50ms": mcts.StopStalled} {
		v := c.until(c.post(query+"&time=1h&workers=1", circle(100)), func(v View) bool { return v.Status.ended() || v.Seconds > 30 })
		if v.Stop != want {
			t.Errorf("%s: it is %s, %s", query, v.Status, v.Stop)
		}
	}
	tour := func(query string) []byte {
		path := c.post(query+"&actions=300&demo=uniform&cities=300", "")
		c.until(path, status(Done))
		_, tour := c.ask("GET", path+"/tour?format=binary", "")
		return tour
	}
	one := tour("workers=1")
	for query, same := range map[string]bool{"workers=1": true, "workers=1&seed=2": false, "workers=1&kick-size=9&depth=3": false, "workers=2": false} {
		if bytes.Equal(tour(query), one) != same {
			t.Errorf("%s: the tour of workers=1 %v, want %v", query, !same, same)
		}
	}
	if v := c.until(c.post("optimum=32&bound=true", square), status(Done)); v.Gap == nil || *v.Gap != 25 {
		t.Errorf("gap %v over the optimum, want 25", jsonOf(v))
	}
	path := c.post("bound=true&time=1h&workers=1&demo=uniform&cities=300", "")
	c.until(path, func(v View) bool { return v.Status == Running && v.Bound != nil })
	c.want(http.StatusAccepted, "POST", path+"/stop", "", nil)
	v := c.until(path, status(Done))
	if bound, _ := v.Bound.Float64(); v.Gap == nil || math.Abs(*v.Gap-100*(value(v)/bound-1)) > 1e-6 {
		t.Errorf("gap %v of %s over the bound %s", v.Gap, v.Length, v.Bound)
	}
}

// What is wrong with a request is told as a problem, with the status that fits.
func TestBadRequests(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Body, c.Cities, c.Held, c.Time = 5000, 100, 1000, time.Minute })
	done := c.post("", square)
	c.until(done, status(Done))
	path := c.post("path=true&actions=100", circle(20))
	c.until(path, status(Done))
	for _, x := range []struct {
		status             int
		method, path, body string
		header             string
		want               string
	}{
		{400, "POST", "/v1/jobs?time=%zz", square, "", "query cannot be read"},
		{400, "POST", "/v1/jobs?seed=1&seed=2", square, "", "seed is given 2 times"},
		{400, "POST", "/v1/jobs", "{\"coordinates\": [\n[1, 2],\n", "", "body:3: no JSON"},
		{400, "POST", "/v1/jobs", "{\"coordinates\": [[1, 2]]} x", "", "body:1: no JSON"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 2], [3]]}`, "", "city 2 of 2 has 1 numbers, want 2"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 2], [3, "x"]]}`, "", "found string, want a number"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1e999]]}`, "", "coordinates: found number 1e999, want a number"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[null, 2], [3, 4]]}`, "", "coordinates: found null, want a number"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1], null]}`, "", "coordinates: found null, want a number"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1], [2, 2]], "edges": [[0, 1, null]]}`, "", "edges: found null, want a number"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1], [100, 7]], "metric": "haversine"}`, "", "city 2 of 2 lies at latitude 100 and longitude 7, want"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 361]], "metric": "geodesic"}`, "", "city 1 of 1 lies at latitude 1 and longitude 361, want"},
		{422, "POST", "/v1/jobs", `{"matrix": null}`, "", "matrix: found null, leave it out"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "edges": null}`, "", "edges: found null"},
		{422, "POST", "/v1/jobs", `{"coordinates": "a"}`, "", "coordinates: found string, want a list"},
		{422, "POST", "/v1/jobs", `{"coordinates": []}`, "", "at least one city"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "metric": "EUC_7D"}`, "", "metric is .EUC_7D.: want"},
		{422, "POST", "/v1/jobs?decimal-comma=true", `{"coordinates": [[1, 1]]}`, "", "coordinates, which weight and decimal-comma are not for"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "weight": "costs"}`, "", "coordinates, which weight and decimal-comma are not for"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "cities": 5}`, "", "cities and demo-seed are for a demo"},
		{422, "POST", "/v1/jobs?demo-seed=5", square, "", "cities and demo-seed are for a demo"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "matrix": [[0]]}`, "", "coordinates and a matrix"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "problem": "1 2"}`, "", "and a problem"},
		{422, "POST", "/v1/jobs", `{"matrix": [[0, 1], ["x", 0]]}`, "", "matrix:.*x"},
		{422, "POST", "/v1/jobs", `{"matrix": "x"}`, "", "matrix is .x., want a list of rows"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "time": 10}`, "", "^time is .10.: want a time above 0"},
		{422, "POST", "/v1/jobs?metric=euclid", `{"matrix": [[0, 1], [1, 0]]}`, "", "metric is .euclid., but there is a matrix"},
		{422, "POST", "/v1/jobs?metric=euclid", square, "", "body is read as TSPLIB problem, which metric, weight and decimal-comma are not for"},
		{422, "POST", "/v1/jobs", `{"problem": "0 0\n1 1\n2 4\n", "metric": "EUC_2D"}`, "application/json", "body is read as data set lines, which metric"},
		{422, "POST", "/v1/jobs?metric=x", square, "", "metric is .x.: want haversine"},
		{422, "POST", "/v1/jobs?weight=x", square, "", "weight is .x.: want one of"},
		{422, "POST", "/v1/jobs?path=x", square, "", "path is .x.: want true or false"},
		{422, "POST", "/v1/jobs?start=4", square, "", "start is .4., want a city by id or name, or its number from 0 to 3"},
		{422, "POST", "/v1/jobs?end=-1", square, "", "end is .-1., want a city"},
		{422, "POST", "/v1/jobs?start=1&end=1", square, "", "start and end are both city 1, want two"},
		{422, "POST", "/v1/jobs?start=", square, "", "start is ..: want a city"},
		{422, "POST", "/v1/jobs?end=a", "name,x,y\na,1,1\nb,2,2\na,3,3\n", "", "end is .a., the name of the cities 1 and 3"},
		{422, "POST", "/v1/jobs", "name,lat,lon\nBonn,50,7\nUlm,95,9\n", "", "body:3: .*95"},
		{422, "POST", "/v1/jobs", "name,lat\nBonn,50\n", "", "body:1: "},
		{422, "POST", "/v1/jobs", `{"type": "FeatureCollection", "features": []}`, "", "body"},
		{422, "POST", "/v1/jobs", "[[0, 1], [1]]", "", "body:1: .*row"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[0, 0], [1, 0], [2, 0]], "edges": [[0, 1, 1]], "path": true}`, "", "edges are for tours"},
		{422, "POST", "/v1/jobs", `{"matrix": [[0, 1], [1]]}`, "", "matrix:1: .*row"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "seed": [1]}`, "", `seed is \[1\], want`},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1], [2, 2]], "edges": [[0, 1]]}`, "", "edge 1 of 1 has 2 numbers, want 3"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1], [2, 2]], "edges": [[0, 2, 1]]}`, "", "edge 1 of 1 .* want two of the cities 0 to 1"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1], [2, 2]], "edges": [[1, 1, 1]]}`, "", "edge 1 of 1 joins 1 and 1, want two of"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1], [2, 2]], "edges": [[0, 0.5, 1]]}`, "", "edge 1 of 1 joins 0 and 0.5, want two of"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1], [2, 2]], "edges": [[-1, 0, 1]]}`, "", "edge 1 of 1 joins -1 and 0, want two of"},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1], [2, 2]], "edges": [[0, 1, 2]]}`, "", "probability 2, want 0 to 1"},
		{422, "POST", "/v1/jobs?heatmap=zero", `{"coordinates": [[1, 1], [2, 2]], "edges": [[0, 1, 1]]}`, "", "heatmap and edges"},
		{422, "POST", "/v1/jobs?demo=uniform", square, "", "the body holds an instance too"},
		{422, "POST", "/v1/jobs?demo=x", "", "", "demo is .x.: want one of uniform"},
		{422, "POST", "/v1/jobs?demo=uniform&cities=101", "", "", "cities is .101.: want an integer from 1 to 100"},
		{413, "POST", "/v1/jobs", circle(101), "", "101 cities, want at most 100"},
		{413, "POST", "/v1/jobs", strings.Repeat("0 0\n", 2000), "", "larger than 5000 bytes"},
		{413, "POST", "/v1/jobs?validate=true", circle(101), "", "101 cities"},
		{415, "POST", "/v1/jobs", "\x7fELF\x00\x01\x02\x00\xff\xfe", "", "binary data, want"},
		{415, "POST", "/v1/jobs", "hello there\n", "", "unknown text, want"},
		{415, "POST", "/v1/jobs", "<gpx>1,2</gpx>\n", "", "found XML, want"},
		{415, "POST", "/v1/jobs", square, "Content-Encoding: gzip", "want none"},
		{422, "POST", "/v1/jobs", "", "", "body:1: found empty file, want"},
		{422, "POST", "/v1/jobs", strings.Replace(square, "2 0 10", "2 0 nan", 1), "", `body:7: NODE_COORD_SECTION: found "nan", want a finite number`},
		{422, "POST", "/v1/jobs", "0 0 0 1 1 1\n0 0 0 1 1 1\n", "", "several instances; say which"},
		{422, "POST", "/v1/jobs?line=2", "0 0 0 1 1 1\n0 0 0 1 1 1\n", "", "line is 2, from 0, but"},
		{422, "POST", "/v1/jobs?line=0", square, "", "of no data set"},
		{422, "POST", "/v1/jobs?demo=uniform&cities=9&line=0", "", "", "of no data set"},
		{422, "POST", "/v1/jobs?line=0", `{"coordinates": [[1, 1], [2, 2]]}`, "", "of no data set"},
		{422, "POST", "/v1/jobs?demo=uniform&cities=9&metric=euclid", "", "", "demo is .uniform., which says itself"},
		{422, "POST", "/v1/jobs?name=" + strings.Repeat("%C3%B6", 201), square, "", `name is "ö{50}\.\.\.": want at most 200 characters`},
		{422, "POST", "/v1/jobs?preset=a" + strings.Repeat("%C3%B6", 60), square, "", `preset is "aö{49}\.\.\.": want`},
		{422, "POST", "/v1/jobs?time=2h", square, "", "time is 2h0m0s, want at most 1m0s"},
		{422, "POST", "/v1/jobs?stall=2h", square, "", "stall is 2h0m0s, want at most 1m0s"},
		{422, "POST", "/v1/jobs?time=10", square, "", `time is "10": .*want a time`},
		{422, "POST", "/v1/jobs?actions=0", square, "", `actions is "0": want an integer`},
		{422, "POST", "/v1/jobs?target=nan", square, "", `target is "nan": want`},
		{422, "POST", "/v1/jobs?optimum=-1", square, "", `optimum is "-1": want`},
		{422, "POST", "/v1/jobs?seed=-1", square, "", `seed is "-1": want`},
		{422, "POST", "/v1/jobs?workers=100000", square, "", `workers is "100000": want`},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "seed": "` + strings.Repeat("0", 4000) + `1"}`, "", `seed is "0+...", 4001 bytes, want at most 1000`},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "seed": 1.5}`, "", `seed is "1.5": want an integer`},
		{422, "POST", "/v1/jobs", `{"coordinates": [[1, 1]], "seed": 1e999}`, "", `seed is "1e999": want an integer`},
		{422, "POST", "/v1/jobs?bound=maybe", square, "", `bound is "maybe": want true or false`},
		{422, "POST", "/v1/jobs?name=a%0Ab", square, "", "want at most 200 characters, on one line"},
		{422, "POST", "/v1/jobs?preset=papr", square, "", `preset is "papr": want one of default`},
		{422, "POST", "/v1/jobs?depht=3", square, "", `unknown setting "depht", want one of`},
		{422, "POST", "/v1/jobs?depth=1", square, "", "depth is 1, want an integer from 2 to"},
		{422, "POST", "/v1/jobs?depth=x", square, "", "depth is x, want an integer from 2 to"},
		{422, "POST", "/v1/jobs?heatmap=none", square, "", "unknown heatmap source"},
		{422, "POST", "/v1/jobs?heatmap=file:/etc/passwd", square, "", "names the file /etc/passwd, but a request may name none"},
		{422, "POST", "/v1/jobs?heatmap=tours:/etc/passwd", square, "", "may name none"},
		{422, "POST", "/v1/jobs?heatmap=alpha:ranks=x", square, "", "may name none"},
		{422, "POST", "/v1/jobs?heatmap=learned:model=x", square, "", "may name none"},
		{422, "POST", "/v1/jobs?heatmap=mix:zero=0.5,alpha:ranks=x=0.5", square, "", "may name none|mix"},
		{404, "GET", "/v1/jobs/AAAAAAAAAAAAAAAAAAAAAAAAAA", "", "", "there is no job"},
		{404, "GET", "/v1/jobs/..%2F..%2Fetc%2Fpasswd", "", "", "there is no job"},
		{404, "DELETE", "/v1/jobs/x", "", "", "there is no job"},
		{404, "GET", "/v1/jobs/x/events", "", "", "there is no job"},
		{404, "GET", "/v2/jobs", "", "", "there is no /v2/jobs"},
		{404, "GET", "/../../etc/passwd", "", "", "there is no /../../etc/passwd"},
		{404, "GET", "/page/index.html", "", "", "there is no"},
		{405, "PUT", "/v1/jobs", "", "", "is not for PUT, want GET, HEAD, POST"},
		{405, "POST", "/healthz", "", "", "is not for POST"},
		{400, "GET", done + "/tour?format=xml", "", "", "format is .xml., want one of json"},
		{404, "GET", path + "/heatmap", "", "", "shows no heatmap.* of a path"},
		{409, "POST", done + "/pause", "", "", "the job is done, and cannot be paused"},
		{409, "POST", done + "/resume", "", "", "cannot be resumed"},
		{421, "GET", "/v1/jobs", "", "Host: evil.example", "for the host evil.example"},
		{421, "GET", "/", "", "Host: 192.0.2.1:80", "for the host"},
		{403, "POST", "/v1/jobs", square, "Origin: http://evil.example", "another site's page"},
		{403, "DELETE", done, "", "Sec-Fetch-Site: cross-site", "another site's page"},
	} {
		var header []string
		if name, value, ok := strings.Cut(x.header, ": "); ok {
			header = []string{name, value}
		}
		res, text := c.ask(x.method, x.path, x.body, header...)
		var p Problem
		err := json.Unmarshal(text, &p)
		if res.StatusCode != x.status || res.Header.Get("Content-Type") != "application/problem+json" || err != nil || p.Status != x.status ||
			!regexp.MustCompile(x.want).MatchString(p.Detail) || strings.Contains(p.Detail, "\n") {
			t.Errorf("%s %s %.60q %s: %d %s, want %d %q", x.method, x.path, x.body, x.header, res.StatusCode, text, x.status, x.want)
		}
		if strings.HasPrefix(p.Detail, "body:7:") && p.Line != 7 {
			t.Errorf("line %d, want 7", p.Line)
		}
	}
	// A body that does not tell how long it is may be no longer.
	res, err := http.Post(c.url+"/v1/jobs", "", io.MultiReader(strings.NewReader(square), strings.NewReader(strings.Repeat("\n", 5000))))
	if err != nil {
		t.Fatal(err)
	}
	if res.Body.Close(); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a long body of no length: %d", res.StatusCode)
	}
	var list struct{ Jobs []View }
	if c.want(http.StatusOK, "GET", "/v1/jobs", "", &list); len(list.Jobs) != 2 {
		t.Errorf("%d jobs, want only the good ones", len(list.Jobs))
	}
	if c.held != 24 || c.reading != 0 || len(c.queue) != 0 {
		t.Errorf("%d cities held, %d requests read, %d queued", c.held, c.reading, len(c.queue))
	}
}

// A server with a token answers to nobody else. The scheme's name has no case.
func TestToken(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Token = "0123456789abcdef" })
	for header, want := range map[string]int{"": 401, "Bearer ": 401, "Bearer 0123456789abcdeF": 401, "Basic 0123456789abcdef": 401, "0123456789abcdef": 401, "Bearer 0123456789abcdef": 200,
		"bearer 0123456789abcdef": 200, "BEARER   0123456789abcdef": 200} {
		res, text := c.ask("GET", "/v1/jobs", "", "Authorization", header)
		if res.StatusCode != want || want == 401 && !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%q: %d %s, want %d", header, res.StatusCode, text, want)
		}
	}
	for _, r := range c.list() {
		method, path, _ := strings.Cut(r.pattern, " ")
		res, _ := c.ask(method, strings.Replace(path, "{id}", "x", 1), "")
		if open := !strings.HasPrefix(path, "/v1/"); open != (res.StatusCode != http.StatusUnauthorized) {
			t.Errorf("%s without the token: %d", r.pattern, res.StatusCode)
		}
	}
	c.want(http.StatusOK, "GET", "/", "", nil) // the page holds no secret
}

// A handler that panics answers with a problem that tells nothing of it.
func TestPanic(t *testing.T) {
	c := serveIt(t, nil)
	w := httptest.NewRecorder()
	c.guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret") })).ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// A search that panics is that job's end alone.
func TestPanicInSearch(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Log = func(string, ...any) {} })
	j := &job{order: &order{settings: new(settings)}} // of no instance
	if _, err := c.solve(t.Context(), j, nil); err == nil || !strings.Contains(err.Error(), "the search went wrong") {
		t.Error(err)
	}
}

// A request that makes the reader panic is answered, and hinders none after it.
func TestPanicInRequest(t *testing.T) {
	known := Settings
	defer func() { Settings = known }()
	Settings = append(slices.Clone(known), Setting{Name: "trap", apply: func(*settings, string, Limits) error { panic("secret") }})
	c := serveIt(t, func(c *Config) { c.Queued, c.Log = 1, func(string, ...any) {} })
	for range 2 {
		if res, text := c.ask("POST", "/v1/jobs?trap=1", square); res.StatusCode != http.StatusInternalServerError {
			t.Fatalf("%d %s", res.StatusCode, text)
		}
		c.until(c.post("", square), status(Done))
	}
}

// The page may load nothing from elsewhere, and does not try to.
func TestPageIsClosed(t *testing.T) {
	c := serveIt(t, nil)
	res, _ := c.ask("GET", "/", "")
	if p := res.Header.Get("Content-Security-Policy"); !strings.HasPrefix(p, "default-src 'self';") || strings.Contains(p, "unsafe") {
		t.Error(p)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	entries, err := files.ReadDir("page")
	if err != nil || len(entries) == 0 {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, _ := files.ReadFile("page/" + e.Name())
		if m := regexp.MustCompile(`(src|href|url\(|import.*from)\s*=?\s*["'(]?(https?:)?//[^\s]*| style="`).Find(text); m != nil {
			t.Errorf("%s: %s", e.Name(), m)
		}
		if res, got := c.ask("GET", "/"+e.Name(), ""); e.Name() != "index.html" && (res.StatusCode != 200 || !bytes.Equal(text, got)) {
			t.Errorf("%s: %d", e.Name(), res.StatusCode)
		}
	}
}

// A job waits, runs, rests, goes on from where it was, and ends when it is told to.
func TestPauseResumeStop(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Running = 1 })
	path := c.post("time=1h&workers=1", circle(2000))
	searches := func(v View) bool { return v.Status == Running && v.Actions > 1000 && v.Revision > 0 }
	c.until(path, searches)
	second := c.post("demo=uniform&cities=200&time=1h", "")
	if v := c.until(second, func(View) bool { return true }); v.Status != Queued {
		t.Errorf("the second is %s beside one that runs", v.Status)
	}
	c.want(http.StatusAccepted, "POST", path+"/pause", "", nil)
	rest := c.until(path, status(Paused))
	c.until(second, searches) // there is room for it now
	if v := c.until(path, status(Paused)); v.Seconds != rest.Seconds || v.Actions != rest.Actions {
		t.Errorf("it goes on while it rests: %+v", v)
	}
	c.want(http.StatusAccepted, "POST", path+"/resume", "", nil)
	c.until(path, status(Queued))
	c.want(http.StatusAccepted, "POST", second+"/stop", "", nil)
	if v := c.until(second, status(Done)); v.Stop != mcts.StopInterrupted || v.Revision == 0 {
		t.Errorf("%+v", v)
	}
	on := c.until(path, func(v View) bool { return searches(v) && v.Actions > rest.Actions })
	if on.Seconds < rest.Seconds || value(on) > value(rest) {
		t.Errorf("it began anew: %+v, rested as %+v", on, rest)
	}
	c.want(http.StatusAccepted, "POST", path+"/stop", "", nil)
	c.want(http.StatusAccepted, "POST", path+"/stop", "", nil) // twice is no harm
	end := c.until(path, status(Done))
	if value(end) > value(on) {
		t.Errorf("the end %+v is worse than %+v", end, on)
	}
	tag := fmt.Sprintf("%q", fmt.Sprint(end.Revision))
	if res, _ := c.ask("GET", path+"/tour", ""); res.Header.Get("ETag") != tag {
		t.Errorf("ETag %s, want %s", res.Header.Get("ETag"), tag)
	}
	for match, want := range map[string]int{tag: 304, "W/" + tag: 304, `"0", W/` + tag + `, "x"`: 304, `"0",` + tag: 304, "*": 304, `"0"`: 200, `W/"0", "x"`: 200, `"1` + tag[1:]: 200} {
		if res, text := c.ask("GET", path+"/tour", "", "If-None-Match", match); res.StatusCode != want || (len(text) > 0) != (want == 200) {
			t.Errorf("If-None-Match: %s: %d, want %d", match, res.StatusCode, want)
		}
	}
	// A job that waits or rests has a tour as well when it is stopped.
	c.post("demo=uniform&cities=200&time=1h", "")
	for _, pause := range []bool{false, true} {
		waits := c.post("demo=uniform&cities=200&time=1h", "")
		if pause {
			c.want(http.StatusAccepted, "POST", waits+"/pause", "", nil)
			c.until(waits, status(Paused))
		}
		c.want(http.StatusAccepted, "POST", waits+"/stop", "", nil)
		if v := c.until(waits, status(Done)); v.Revision == 0 {
			t.Errorf("%+v", v)
		}
		c.want(http.StatusOK, "GET", waits+"/tour", "", nil)
	}
	c.want(http.StatusNoContent, "DELETE", path, "", nil)
	c.want(http.StatusNotFound, "GET", path, "", nil)
}

// A job that goes on when the time for its bound is over stops where it meets the one of before.
func TestResumeStopsAtBound(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Running = 1 })
	proven := c.until(c.post("bound=true&time=1m", circle(100)), func(v View) bool { return v.Status.ended() })
	if proven.Stop != mcts.StopExact {
		t.Fatalf("it stops as %s at %s over the bound %s", proven.Stop, proven.Length, proven.Bound)
	}
	before := c.post("time=1h&workers=1", circle(2000))
	path := c.post("bound=true&time=1h", circle(100))
	c.want(http.StatusAccepted, "POST", path+"/pause", "", nil)
	c.Server.mu.Lock()
	for _, j := range c.jobs {
		if j.state.Status == Paused {
			j.spent, j.state.Bound = time.Hour/2, proven.Bound
		}
	}
	c.Server.mu.Unlock()
	c.want(http.StatusNoContent, "DELETE", before, "", nil)
	c.want(http.StatusAccepted, "POST", path+"/resume", "", nil)
	if v := c.until(path, func(v View) bool { return v.Status.ended() }); v.Stop != mcts.StopExact || *v.Length != *proven.Length {
		t.Errorf("it stops as %s at %s, want %s at %s", v.Stop, v.Length, mcts.StopExact, proven.Length)
	}
}

// A job that rests is resumed where one more may wait.
func TestResumeNeedsRoom(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Running, c.Queued = 1, 1 })
	c.until(c.post("demo=uniform&time=1h&workers=1", ""), status(Running))
	rests := c.post("demo=uniform&time=1h&workers=1", "")
	c.want(http.StatusAccepted, "POST", rests+"/pause", "", nil)
	c.post("demo=uniform&time=1h&workers=1", "")
	if res := c.want(http.StatusTooManyRequests, "POST", rests+"/resume", "", nil); res.Header.Get("Retry-After") == "" {
		t.Error("refused without Retry-After")
	}
}

// A job that is deleted searches no more, nor later, and who follows it is told.
func TestDelete(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Running = 1 })
	runs := c.post("demo=uniform&time=1h&workers=1", "")
	c.until(runs, status(Running))
	waits := c.post("demo=uniform&time=1h&workers=1", "")
	told := c.follow(waits)
	c.want(http.StatusNoContent, "DELETE", waits, "", nil)
	if text := told(); !strings.HasSuffix(text, "event: gone\ndata: {}\n\n") {
		t.Errorf("its events end with %q", text)
	}
	c.want(http.StatusNoContent, "DELETE", runs, "", nil)
	c.none("searches", &c.Server.running)

	rests := c.post("demo=uniform&time=1h&workers=1", "")
	id := strings.TrimPrefix(rests, "/v1/jobs/")
	c.want(http.StatusAccepted, "POST", rests+"/pause", "", nil)
	c.until(rests, status(Paused))
	c.Server.mu.Lock()
	j := c.jobs[id] // as a request to resume finds it, just before one to delete is answered
	c.Server.mu.Unlock()
	c.want(http.StatusNoContent, "DELETE", rests, "", nil)
	answer := httptest.NewRecorder()
	c.change(c.resume)(answer, httptest.NewRequest("POST", rests+"/resume", nil), j)
	if answer.Code != http.StatusNotFound || j.state.Status != Paused {
		t.Errorf("resumed when it is deleted, it is %s: %d %s", j.state.Status, answer.Code, answer.Body)
	}
}

// follow follows a job's events; told returns them all when they have ended.
func (c *client) follow(path string) (told func() string) {
	c.Helper()
	res, err := http.Get(c.url + path + "/events")
	if err != nil {
		c.Fatal(err)
	}
	all := make(chan string, 1)
	go func() {
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		all <- string(text)
	}()
	return func() string {
		c.Helper()
		select {
		case text := <-all:
			return text
		case <-time.After(time.Minute):
			res.Body.Close()
			c.Fatalf("the events of %s go on", path)
			return ""
		}
	}
}

// An order of the cities over ways that there are none of is no tour, and not shown.
func TestNoTourOverForbiddenEdges(t *testing.T) {
	c := serveIt(t, nil)
	path := c.post("bound=true", `{"matrix": [[null, null], [null, null]]}`)
	v := c.until(path, status(Failed))
	if v.Revision != 0 || v.Length != nil || v.Bound != nil || v.Gap != nil || len(v.Trace) > 0 {
		t.Errorf("%+v", v)
	}
	c.want(http.StatusNotFound, "GET", path+"/tour", "", nil)
	n := 400
	roads := make([][]*int, n) // four from each city, of which those to the seventh after it lead round
	for i := range roads {
		roads[i] = make([]*int, n)
		for _, step := range []int{7, 91, 147, 203} {
			roads[i][(i+step)%n] = &step
		}
	}
	path = c.post("time=1h&workers=1", jsonOf(map[string]any{"matrix": roads}))
	c.until(path, func(v View) bool { return v.Revision > 0 })
	c.want(http.StatusAccepted, "POST", path+"/stop", "", nil)
	v = c.until(path, status(Done))
	if first, _ := v.Trace[0].Length.Float64(); first > 400*203 {
		t.Errorf("the first tour that is shown has a length of %v", first)
	}
}

// A job does what was asked of it last, also where its search has not ended yet.
func TestLastWish(t *testing.T) {
	c := serveIt(t, nil)
	path := c.post("time=1h&workers=1", circle(2000))
	before := c.until(path, func(v View) bool { return v.Actions > 1000 })
	ask := func(what ...func(*job) *Problem) {
		t.Helper()
		c.Server.mu.Lock() // within which no search ends
		defer c.Server.mu.Unlock()
		for _, w := range what {
			if p := w(c.jobs[before.ID]); p != nil {
				t.Error(p)
			}
		}
	}
	stop := func(j *job) *Problem { c.stop(j); return nil }
	ask(c.pause, c.resume)
	on := c.until(path, func(v View) bool { return v.Status == Running && v.Actions > 2*before.Actions })
	if on.Seconds < before.Seconds || value(on) > value(before) {
		t.Errorf("it began anew: %+v, was %+v", on, before)
	}
	ask(c.resume, c.pause, c.resume, c.pause)
	c.until(path, func(v View) bool { return v.Status == Paused })
	ask(c.resume)
	c.until(path, status(Running))
	ask(c.pause, stop, c.pause, c.resume) // a stop is for good
	v := c.until(path, func(v View) bool { return v.Status != Running })
	if v.Status != Done || v.Stop != mcts.StopInterrupted {
		t.Errorf("%+v", v)
	}
	if v.Actions < on.Actions { // also where it ends before it has taken up its checkpoint
		t.Errorf("%d actions are told, %d before", v.Actions, on.Actions)
	}
}

func value(v View) float64 { x, _ := v.Length.Float64(); return x }

// Events begin with the present state, improve, come at most so often, and end with done.
func TestEvents(t *testing.T) {
	c := serveIt(t, nil)
	path := c.post("demo=uniform&cities=500&time=2s&workers=1&heatmap=knn", "")
	res, err := http.Get(c.url + path + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	begun := time.Now()
	var states []State
	last, name := math.Inf(1), ""
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if n, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			name = n
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var s State
		if err := json.Unmarshal([]byte(data), &s); err != nil {
			t.Fatal(err)
		}
		if s.Length != nil {
			v, _ := s.Length.Float64()
			if v > last {
				t.Errorf("length %v after %v", v, last)
			}
			last = v
		}
		states = append(states, s)
	}
	most := int(time.Since(begun)/eventEvery) + 2
	if k := len(states); k < 3 || k > most || states[k-1].Status != Done || name != "done" || states[k-1].Stop != mcts.StopTime {
		t.Errorf("%d events, at most %d, the last of name %q: %+v", k, most, name, states[k-1])
	}
	_, text := c.ask("GET", path+"/events", "") // afterwards: the end alone
	if strings.Count(string(text), "data:") != 1 || !strings.Contains(string(text), "event: done\n") {
		t.Errorf("%s", text)
	}
	w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	c.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost"+path+"/events", nil))
	if left := time.Until(w.write); left <= 0 || left > sendLimit {
		t.Errorf("a client may take nothing for %v, want %v", left, sendLimit)
	}
	// Those of a job at which nothing happens end with the server.
	rests := c.post("demo=uniform&time=1h", "")
	c.want(http.StatusAccepted, "POST", rests+"/pause", "", nil)
	c.until(rests, status(Paused))
	told := c.follow(rests)
	time.Sleep(4 * eventEvery) // until the stream only waits for what happens
	c.Close()
	told()
}

// deadlines keeps how long an answer may take.
type deadlines struct {
	*httptest.ResponseRecorder
	write time.Time
}

func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

// Clients that take nothing, and many that do, cost the server no memory and leave it when they go.
func TestManyClients(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Streams = 60 })
	path := c.post("demo=uniform&cities=1000&time=1h&workers=1", "")
	c.until(path, func(v View) bool { return v.Revision > 1 })
	var open []*http.Response
	for range 60 {
		res, err := http.Get(c.url + path + "/events")
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, res)
	}
	if res, _ := c.ask("GET", path+"/events", ""); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("one client too many: %d", res.StatusCode)
	}
	if res, _ := c.ask("HEAD", path+"/events", ""); res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD: %d %v", res.StatusCode, res.Header) // which needs no place among them
	}
	before := c.until(path, func(View) bool { return true })
	c.until(path, func(v View) bool { return v.Seconds > before.Seconds+0.5 })
	for _, res := range open {
		res.Body.Close()
	}
	c.none("streams", &c.Server.streams)
	c.Server.mu.Lock()
	j := c.jobs[before.ID]
	c.Server.mu.Unlock()
	c.none("followers", &j.followers) // of whom each event comes more rarely
	c.want(http.StatusNoContent, "DELETE", path, "", nil)
}

// Of a thousand jobs at once none is lost: each is taken and done, or refused with when to come
// again. Afterwards the server is as small as before.
func TestThousandJobs(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Queued, c.Running = 400, 2 })
	c.thousand() // buffers that stay are there then
	before := usage()
	c.thousand()
	after := usage()
	for end := time.Now().Add(5 * time.Second); after.goroutines > before.goroutines && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		after = usage()
	}
	if after.goroutines > before.goroutines || after.memory > before.memory+3<<20 {
		t.Errorf("before %+v, after %+v", before, after)
	}
	t.Logf("before %+v, after %+v", before, after)
}

// thousand posts a thousand jobs at once, sees those that were taken to their end, and deletes
// them.
func (c *client) thousand() {
	var mu sync.Mutex
	var taken []string
	refused := 0
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			res, text := c.ask("POST", fmt.Sprintf("/v1/jobs?actions=50&workers=1&seed=%d", i), circle(12))
			mu.Lock()
			defer mu.Unlock()
			switch res.StatusCode {
			case http.StatusAccepted:
				taken = append(taken, res.Header.Get("Location"))
			case http.StatusTooManyRequests:
				if refused++; res.Header.Get("Retry-After") == "" {
					c.Error("refused without Retry-After")
				}
			default:
				c.Errorf("%d %s", res.StatusCode, text)
			}
		})
	}
	all.Wait()
	if len(taken)+refused != 1000 || len(taken) < 400 {
		c.Errorf("%d taken, %d refused", len(taken), refused)
	}
	for _, path := range taken {
		if v := c.until(path, func(v View) bool { return v.Status.ended() }); v.Status != Done {
			c.Errorf("%+v", v)
		}
		c.want(http.StatusNoContent, "DELETE", path, "", nil)
	}
	c.Logf("%d taken, %d refused", len(taken), refused)
	http.DefaultClient.CloseIdleConnections()
}

func usage() (u struct{ goroutines, memory int }) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.goroutines, u.memory = runtime.NumGoroutine(), int(m.HeapAlloc)
	return u
}

// Jobs that ended are forgotten after their time, and earlier where a new one needs room.
func TestForgets(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Cities, c.Held, c.Keep = 10, 10, time.Hour })
	first := c.post("", square)
	c.until(first, status(Done))
	second := c.post("", square)
	c.until(second, status(Done))
	third := c.post("", square)
	c.until(third, status(Done))
	c.want(http.StatusNotFound, "GET", first, "", nil)
	c.want(http.StatusOK, "GET", second, "", nil)
	c.Server.mu.Lock()
	for _, j := range c.jobs {
		j.ended = j.ended.Add(-2 * time.Hour)
	}
	c.Server.mu.Unlock()
	var list struct{ Jobs []View }
	if c.want(http.StatusOK, "GET", "/v1/jobs", "", &list); len(list.Jobs) != 0 || c.held != 0 {
		t.Errorf("%+v stay", list.Jobs)
	}
	// Nobody needs to ask for one to be forgotten.
	brief := serveIt(t, func(c *Config) { c.Keep = 300 * time.Millisecond })
	brief.until(brief.post("", square), status(Done))
	brief.until(brief.post("", square), status(Done))
	brief.none("cities held", &brief.Server.held)
	// Jobs that have not ended are not forgotten: the new one is refused.
	c.post("time=1h&demo=uniform&cities=10", "")
	c.Server.mu.Lock()
	for _, j := range c.jobs {
		j.state.Status = Running // ten cities may be solved at once
	}
	c.Server.mu.Unlock()
	if res, text := c.ask("POST", "/v1/jobs", square); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	// Nor are those that have ended, where the new one would not fit without them either.
	dir := t.TempDir()
	c = serveIt(t, func(c *Config) { c.Folder, c.Cities, c.Held = dir, 20, 20 })
	old := c.post("", square)
	c.until(old, status(Done))
	c.until(c.post("time=1h&workers=1&demo=uniform&cities=14", ""), status(Running))
	if res, text := c.ask("POST", "/v1/jobs?demo=uniform&cities=7", ""); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	if kept, err := filepath.Glob(filepath.Join(dir, "*.body")); len(kept) != 2 {
		t.Errorf("the job that was refused is kept too: %q, %v", kept, err)
	}
	c.want(http.StatusOK, "GET", old, "", nil)
	c.want(http.StatusAccepted, "POST", "/v1/jobs?demo=uniform&cities=6", "", nil)
	c.want(http.StatusNotFound, "GET", old, "", nil)
}

// Of jobs that have ended, however small, so many stay; a list may be of the newest.
func TestForgetsSmall(t *testing.T) {
	c := serveIt(t, nil)
	one := c.post("", square)
	c.until(one, status(Done))
	c.Server.mu.Lock()
	first := c.jobs[strings.TrimPrefix(one, "/v1/jobs/")]
	for k := range maxEnded {
		old := &job{order: first.order, id: fmt.Sprint(k), created: first.created.Add(-time.Hour), state: first.state, ended: first.ended, changed: make(chan struct{})}
		c.jobs[old.id] = old
		c.held += old.weight
	}
	c.Server.mu.Unlock()
	two := c.post("", square)
	c.until(two, status(Done))
	var all, last struct{ Jobs []View }
	c.want(http.StatusOK, "GET", "/v1/jobs", "", &all)
	if c.want(http.StatusOK, "GET", "/v1/jobs?last=2", "", &last); len(all.Jobs) != maxEnded || len(last.Jobs) != 2 {
		t.Fatalf("there are %d jobs, want %d; of the last 2 there are %d", len(all.Jobs), maxEnded, len(last.Jobs))
	}
	for k, path := range []string{one, two} {
		if got := "/v1/jobs/" + last.Jobs[k].ID; got != path {
			t.Errorf("%d of the last 2 is %s, want %s", k, got, path)
		}
	}
	c.want(http.StatusBadRequest, "GET", "/v1/jobs?last=0", "", nil)
}

// The distances of jobs that have ended count as what they take, not as the few cities that they
// are between.
func TestHeldMatrices(t *testing.T) {
	matrix := "[[" + strings.TrimSuffix(strings.Repeat(strings.Repeat("0,", 99)+"0],[", 100), ",[") + "]"
	c := serveIt(t, func(c *Config) { c.Cities, c.Held = 100, 1000 })
	first := c.post("actions=1", `{"matrix": `+matrix+`}`) // counts as 400 cities
	c.until(first, status(Done))
	second := c.post("actions=1", `{"matrix": `+matrix+`}`)
	c.until(second, status(Done))
	third := c.post("actions=1", `{"matrix": `+matrix+`}`)
	c.until(third, status(Done))
	c.want(http.StatusNotFound, "GET", first, "", nil)
	for _, path := range []string{second, third} {
		c.want(http.StatusNoContent, "DELETE", path, "", nil)
	}
	c.Server.mu.Lock()
	held := c.held
	c.Server.mu.Unlock()
	if held != 0 {
		t.Errorf("%d cities are held when all jobs are gone", held)
	}
	// What alone is more than the limit never fits: it is told so, and does not drive out others.
	c = serveIt(t, func(c *Config) { c.Cities, c.Held = 100, 300 })
	small := c.post("", square)
	c.until(small, status(Done))
	if res, text := c.ask("POST", "/v1/jobs", `{"matrix": `+matrix+`}`); res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(text), "count as 400 cities") {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	c.want(http.StatusOK, "GET", small, "", nil)
}

// Edges of a graph and of a heatmap count as what they take, too.
func TestHeldEdges(t *testing.T) {
	var graph, edges, points []string
	for i := range 30 {
		points = append(points, fmt.Sprintf("[%d,0]", i))
		for k := range i {
			graph, edges = append(graph, fmt.Sprintf("%d %d\n", k+1, i+1)), append(edges, fmt.Sprintf("[%d,%d,1]", k, i))
		}
	}
	for body, want := range map[string]int{
		"NAME: g\nTYPE: HCP\nDIMENSION: 30\nEDGE_DATA_FORMAT: EDGE_LIST\nEDGE_DATA_SECTION\n" + strings.Join(graph, "") + "-1\nEOF\n": 8 * 435 / bytesHeld,
		`{"coordinates": [` + strings.Join(points, ",") + `], "edges": [` + strings.Join(edges, ",") + "]}":                           8 * 870 / bytesHeld,
	} {
		if o, err := decode([]byte(body), "", DefaultLimits()); err != nil || o.weight != want {
			t.Errorf("%.20s counts as %d cities, %v, want %d", body, o.weight, err, want)
		}
	}
}

// A job that does not fit the memory is refused, where the system tells how much there is.
func TestMemory(t *testing.T) {
	c := serveIt(t, nil)
	o, err := decode([]byte(square), "", c.Limits)
	if err != nil {
		t.Fatal(err)
	}
	if o.workers = math.MaxInt32; bench.CheckMemory(o.item.Instance, o.workers, 0) == nil {
		t.Skip("it does not tell")
	}
	if _, p := c.add(o, "", nil, 0); p == nil || p.Status != http.StatusServiceUnavailable {
		t.Errorf("%+v", p)
	}
}

// A server that begins again has its jobs as they were; one that ran goes on from its checkpoint.
func TestStateOutlivesServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	in := func(c *Config) { c.Folder, c.Running = dir, 1 }
	c := serveIt(t, in)
	done := c.post("", square)
	was := c.until(done, status(Done))
	running := c.post("time=1h&workers=1&demo=uniform&cities=3000", "")
	ran := c.until(running, func(v View) bool { return v.Actions > 5000 && v.Revision > 0 })
	waits := c.post("actions=10", `{"coordinates": [[0, 0], [3, 0], [3, 4]], "name": "waits", "edges": [[0, 1, 1]]}`)
	gone := c.post("demo=uniform&time=1h", "")
	c.want(http.StatusNoContent, "DELETE", gone, "", nil)
	rests := c.post("demo=uniform&time=1h", "")
	c.want(http.StatusAccepted, "POST", rests+"/pause", "", nil)
	c.Close()
	for _, x := range [][2]string{{"POST", "/v1/jobs"}, {"DELETE", done}} {
		if res, _ := c.ask(x[0], x[1], square); res.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s: a closed server answers %d", x[0], res.StatusCode)
		}
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("AAAAAAAAAAAAAAAAAAAAAAAAAA.json", "{") // a broken job hinders no other
	write("notes.txt", "hello")
	for _, name := range []string{"B.body", "B.tour", "B.initial", "B.checkpoint", ".B.body.0123abcd", ".B.json.0123abcd"} { // of servers that were killed
		write(strings.Replace(name, "B", strings.Repeat("B", 26), 1), "left")
	}
	c = serveIt(t, in)
	is := c.until(done, status(Done))
	is.Created, was.Created = time.Time{}, time.Time{} // whose monotonic clock is gone
	if fmt.Sprintf("%+v", jsonOf(is)) != fmt.Sprintf("%+v", jsonOf(was)) {
		t.Errorf("the job that was done is\n%s, was\n%s", jsonOf(is), jsonOf(was))
	}
	c.want(http.StatusOK, "GET", done+"/tour", "", nil)
	on := c.until(running, func(v View) bool { return v.Status == Running && v.Actions > ran.Actions })
	if on.Seconds < ran.Seconds || value(on) > value(ran) || on.Revision < ran.Revision+revisionsLost {
		t.Errorf("it began anew: %+v, was %+v", on, ran)
	}
	c.until(waits, status(Queued)) // behind it, as it came later
	c.want(http.StatusOK, "GET", waits+"/heatmap", "", nil)
	c.until(rests, status(Paused))
	c.want(http.StatusNotFound, "GET", gone, "", nil)
	c.want(http.StatusAccepted, "POST", running+"/stop", "", nil)
	if v := c.until(waits, status(Done)); v.Name != "waits" || v.Length.String() != "12" {
		t.Errorf("%+v", v)
	}
	c.until(running, status(Done))
	var list struct{ Jobs []View }
	c.want(http.StatusOK, "GET", "/v1/jobs", "", &list)
	for _, v := range list.Jobs {
		c.want(http.StatusNoContent, "DELETE", "/v1/jobs/"+v.ID, "", nil)
	}
	c.Close() // which waits until their files are removed
	if res, _ := c.ask("DELETE", done, ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("a job that is gone answers %d", res.StatusCode)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if !slices.Equal(left, []string{"AAAAAAAAAAAAAAAAAAAAAAAAAA.json", "notes.txt"}) || len(list.Jobs) != 4 {
		t.Errorf("%q are left of %d jobs", left, len(list.Jobs))
	}
}

// Limits are for new jobs: one that was taken under higher ones stays as it is, and what ran with
// more workers goes on from its tour, and from then on from its checkpoints again.
func TestStateOutlivesLimits(t *testing.T) {
	dir := t.TempDir()
	c := serveIt(t, func(c *Config) { c.Folder, c.Workers = dir, 3 })
	done := c.post("time=50m&workers=1", square)
	was := c.until(done, status(Done))
	running := c.post("time=50m&demo=uniform&cities=2000", "")
	ran := c.until(running, func(v View) bool { return v.Actions > 5000 && v.Workers == 3 })
	c.Close()
	var told atomic.Int32 // of checkpoints that were not taken up
	low := func(workers int) *client {
		return serveIt(t, func(c *Config) {
			c.Folder, c.Workers, c.Cities, c.Held, c.Time = dir, workers, 3, 3, time.Minute
			c.Log = func(string, ...any) { told.Add(1) }
		})
	}
	for k, workers := range []int{2, 1, 1, 1} {
		c = low(workers)
		if is := c.until(done, status(Done)); is.Workers != was.Workers {
			t.Errorf("of a job that is done %d workers are told, want %d", is.Workers, was.Workers)
		}
		on := c.until(running, func(v View) bool { return v.Status != Queued && v.Actions > 0 && v.Stage != "" || v.Status.ended() })
		if on.Status != Running || on.Workers != workers || on.Seconds < ran.Seconds || value(on) > value(ran) {
			t.Errorf("with %d workers it is %s, was %s", workers, jsonOf(on), jsonOf(ran))
		}
		ran = c.until(running, func(v View) bool { return v.Seconds > on.Seconds+0.5 || v.Status.ended() })
		c.want(http.StatusAccepted, "POST", running+"/pause", "", nil)
		c.until(running, status(Paused))
		c.want(http.StatusAccepted, "POST", running+"/resume", "", nil)
		ran = c.until(running, func(v View) bool { // until there is a checkpoint of this many workers
			c.Server.mu.Lock()
			defer c.Server.mu.Unlock()
			return v.Seconds > ran.Seconds && c.jobs[v.ID].checkpoint != nil || v.Status.ended()
		})
		c.Close()
		if want := int32(min(k+1, 2)); told.Load() != want {
			t.Errorf("with %d workers, the %dth time, %d checkpoints in all were not taken up, want %d", workers, k+1, told.Load(), want)
		}
	}
	c = low(1)
	c.want(http.StatusAccepted, "POST", running+"/stop", "", nil)
	c.until(running, status(Done))
	c.Close()
	files, err := filepath.Glob(filepath.Join(dir, filepath.Base(running)+".*"))
	for i := range files {
		files[i] = filepath.Ext(files[i])
	}
	if !slices.Equal(files, []string{".body", ".json", ".tour"}) {
		t.Errorf("of a job that is done %q are kept, %v", files, err)
	}
}

// A job whose files are damaged, or of another version, is not taken up; the length is that of the
// tour, which is written before it.
func TestStateIsDamaged(t *testing.T) {
	dir := t.TempDir()
	in := func(c *Config) { c.Folder = dir }
	c := serveIt(t, in)
	changes := []struct{ kind, old, new string }{
		{"tour", "\n2\n", "\n1\n"},
		{"json", `"version":1`, `"version":9`},
		{"tour", "", ""}, // it is missing
		{"json", `"length":40`, `"length":90`},
	}
	var paths []string
	for range changes {
		paths = append(paths, c.post("optimum=32", square))
		c.until(paths[len(paths)-1], status(Done))
	}
	c.Close()
	for k, x := range changes {
		name := filepath.Join(dir, filepath.Base(paths[k])+"."+x.kind)
		text, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(text), x.old) {
			t.Fatalf("%v %s", err, text)
		}
		if os.Remove(name); x.old != "" {
			os.WriteFile(name, []byte(strings.Replace(string(text), x.old, x.new, 1)), 0o600)
		}
	}
	c = serveIt(t, in)
	for k := range 3 {
		if res, text := c.ask("GET", paths[k], ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("%+v: %d %s", changes[k], res.StatusCode, text)
		}
	}
	if v := c.until(paths[3], status(Done)); v.Length.String() != "40" || v.Gap == nil || *v.Gap != 25 {
		t.Errorf("%s", jsonOf(v))
	}
}

// Jobs that a server finds are forgotten in time, and it has them all before it looks (with -race).
func TestStateExpires(t *testing.T) {
	dir := t.TempDir()
	c := serveIt(t, func(c *Config) { c.Folder = dir })
	for range 20 {
		c.until(c.post("", square), status(Done))
	}
	c.Close()
	c = serveIt(t, func(c *Config) { c.Folder, c.Keep = dir, time.Nanosecond })
	c.none("cities held", &c.Server.held)
}

func jsonOf(v any) string { text, _ := json.Marshal(v); return string(text) }

// Of two who write the state of a job, the one who waited for the other does not bring back what was
// before, nor a job that was deleted.
func TestStateIsTheNewest(t *testing.T) {
	c := serveIt(t, func(c *Config) { c.Folder = t.TempDir() })
	v := c.until(c.post("", square), status(Done))
	c.Server.mu.Lock()
	j := c.jobs[v.ID]
	c.Server.mu.Unlock()
	j.disk.Lock()
	saved := make(chan error)
	go func() { saved <- c.save(j, nil) }()
	time.Sleep(50 * time.Millisecond) // it waits
	c.Server.mu.Lock()
	j.state.Stage = "later"
	c.Server.mu.Unlock()
	j.disk.Unlock()
	if err := <-saved; err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(c.file(j, "json")); err != nil || !strings.Contains(string(text), `"stage":"later"`) {
		t.Errorf("%s %v", text, err)
	}
	c.want(http.StatusNoContent, "DELETE", "/v1/jobs/"+v.ID, "", nil)
	c.Close()
	if err := c.save(j, nil); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(c.Folder); err != nil || len(files) > 0 {
		t.Errorf("of a job that is gone there are %v, %v", files, err)
	}
}

// A pause or resume that was answered is in the files: a server that is killed then does not lose it.
func TestStateIsSavedBeforeTheAnswer(t *testing.T) {
	c := serveIt(t, func(c *Config) {
		c.Folder, c.Running = t.TempDir(), 1
		write := c.Write
		c.Write = func(name string, w func(io.Writer) error) error {
			time.Sleep(50 * time.Millisecond)
			return write(name, w)
		}
	})
	first := c.post("demo=uniform&time=1h&workers=1", "")
	path := c.post("demo=uniform&time=1h&workers=1", "")
	saved := func(want ...Status) {
		t.Helper()
		var r record
		text, err := os.ReadFile(filepath.Join(c.Folder, filepath.Base(path)+".json"))
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil || !slices.Contains(want, r.State.Status) {
			t.Errorf("%s is saved, %v, want %s", r.State.Status, err, want)
		}
	}
	c.want(http.StatusAccepted, "POST", path+"/pause", "", nil)
	saved(Paused)
	c.want(http.StatusAccepted, "POST", path+"/resume", "", nil)
	saved(Queued)
	c.want(http.StatusAccepted, "POST", path+"/pause", "", nil)
	c.want(http.StatusAccepted, "POST", first+"/stop", "", nil)
	c.until(first, status(Done))
	c.want(http.StatusAccepted, "POST", path+"/resume", "", nil)
	saved(Queued, Running)
}

// Servers that are killed one after the other, before they have saved anything of the search, do not
// use a revision twice.
func TestStateOutlivesKills(t *testing.T) {
	dir, path := t.TempDir(), ""
	for life := range int64(4) {
		var killed atomic.Bool
		c := serveIt(t, func(c *Config) {
			c.Folder = dir
			write := c.Write
			c.Write = func(name string, w func(io.Writer) error) error {
				if killed.Load() || strings.HasSuffix(name, ".checkpoint") {
					return errors.New("the server is dead")
				}
				return write(name, w)
			}
		})
		if life == 0 {
			path = c.post("demo=uniform&cities=2000&time=1h&workers=1", "")
		}
		v := c.until(path, func(v View) bool { return v.Status == Running && v.Revision%revisionsLost > 0 })
		if v.Revision < life*revisionsLost {
			t.Errorf("life %d has the revision %d", life, v.Revision)
		}
		killed.Store(true)
		c.Close()
	}
}

// Where the state cannot be written no job is taken.
func TestStateCannotBeWritten(t *testing.T) {
	c := serveIt(t, func(c *Config) {
		c.Folder = t.TempDir()
		c.Write = func(string, func(io.Writer) error) error { return fmt.Errorf("the disk is full") }
	})
	if res, text := c.ask("POST", "/v1/jobs", square); res.StatusCode != http.StatusServiceUnavailable || strings.Contains(string(text), c.Folder) {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	if len(c.jobs) != 0 || c.held != 0 {
		t.Errorf("%d jobs", len(c.jobs))
	}
}

// openapi.json has the routes, settings and knobs that there are, and no others; what it refers to
// is in it.
func TestOpenAPI(t *testing.T) {
	doc := description()
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Error(doc.OpenAPI)
	}
	var described, answered []string
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			described = append(described, strings.ToUpper(method)+" "+path)
			for _, p := range operation.Parameters {
				if (p.In == "path") != strings.Contains(path, "{"+p.Name+"}") {
					t.Errorf("%s: parameter %s in %s", path, p.Name, p.In)
				}
			}
		}
	}
	for _, r := range new(Server).list() {
		answered = append(answered, r.pattern)
	}
	slices.Sort(described)
	slices.Sort(answered)
	if !slices.Equal(described, answered) {
		t.Errorf("described are\n%q, answered\n%q", described, answered)
	}
	var names []string
	for _, p := range doc.Paths["/v1/jobs"]["post"].Parameters {
		names = append(names, p.Name)
	}
	if want := settingNames(); !slices.Equal(names, want) {
		t.Errorf("settings are %q, want %q", names, want)
	}
	knobs := len(mcts.Knobs)
	for _, name := range names[:len(names)-knobs] { // a knob is what no other property is
		if doc.Components.Schemas["Request"].Properties[name] == nil {
			t.Errorf("a request in JSON has no %s, want it as the query has it", name)
		}
	}
	for _, m := range regexp.MustCompile(`"\$ref": "#/components/responses/(\w+)"`).FindAllSubmatch(openAPI, -1) {
		if doc.Components.Responses[string(m[1])] == nil {
			t.Errorf("there is no response %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`"\$ref": "#/components/schemas/(\w+)"`).FindAllSubmatch(openAPI, -1) {
		if doc.Components.Schemas[string(m[1])].Properties == nil {
			t.Errorf("there is no schema %s", m[1])
		}
	}
	for name, v := range map[string]any{"Job": View{Warnings: []string{"w"}, Trace: make([]bench.Point, 1), State: State{Stop: "time", Error: "e", Stage: "s", Regions: make([][4]float32, 1)}}, "State": State{Stop: "time", Error: "e", Stage: "s", Regions: make([][4]float32, 1)}, "Problem": Problem{Line: 1}} {
		var is map[string]any
		if err := json.Unmarshal([]byte(jsonOf(v)), &is); err != nil {
			t.Fatal(err)
		}
		for key := range is {
			if _, ok := doc.Components.Schemas[name].Properties[key]; !ok {
				t.Errorf("%s has %s, which is not described", name, key)
			}
		}
		if got, want := len(doc.Components.Schemas[name].Properties), len(is); got != want {
			t.Errorf("%s: %d properties are described, want %d", name, got, want)
		}
	}
}

// A trace stays small and keeps its ends.
func TestTrace(t *testing.T) {
	var tr trace
	for i := range 10 * maxTrace {
		tr.add(bench.Point{Seconds: float64(i)})
		if len(tr.points) > maxTrace || tr.points[0].Seconds != 0 || tr.points[len(tr.points)-1].Seconds != float64(i) {
			t.Fatalf("after %d: %d points", i, len(tr.points))
		}
	}
	if !slices.IsSortedFunc(tr.points, func(a, b bench.Point) int { return int(a.Seconds - b.Seconds) }) {
		t.Error("not in order")
	}
	// By the logarithm of time, the beginning is kept as well as the end.
	if got := slices.IndexFunc(tr.points, func(p bench.Point) bool { return p.Seconds > maxTrace }); got < maxTrace/3 {
		t.Errorf("%d of %d points are of the first tenth", got, maxTrace)
	}
}

// What a client sends never ends the server, and a request that is understood can be solved.
func FuzzDecode(f *testing.F) {
	for _, body := range []string{square, "0 0 0 1 1 1 output 1 2 3 1\n", "1 2\n3 4\n", "0 1\n1 0\n", `{"coordinates": [[0, 0], [3, 4]], "time": "1s"}`,
		`{"matrix": [[0, 1], [1, 0]], "seed": 3}`, `{"problem": "0 0 1 1", "depth": 5}`, "\x00", "{", `{"coordinates":[[1e308,1],[-1e308,2]]}`, "name,lat,lon\na,1,2\nb,3,4\n",
		`{"type": "MultiPoint", "coordinates": [[7, 50], [10, 48]]}`, `{"durations": [[0, 1.5], [2, 0]]}`, "[[0, 1], [2, 0]]"} {
		f.Add([]byte(body), "")
		f.Add([]byte(body), "path=true&start=0&end=b&metric=euclid&weight=durations&decimal-comma=1")
		f.Add([]byte(body), "time=1s&seed=2&preset=paper&heatmap=alpha&line=0")
	}
	f.Add([]byte{}, "demo=uniform&cities=5&demo-seed=2&name=x&validate=1&bound=true&target=5&stall=1s&optimum=3&workers=1&actions=5&alpha=1")
	l := DefaultLimits()
	l.Cities = 50
	f.Fuzz(func(t *testing.T, body []byte, query string) {
		o, err := decode(body, query, l)
		if err != nil {
			if p := unprocessable(err); p.Status < 400 || p.Status > 499 || p.Detail == "" || strings.Contains(p.Detail, "\n") {
				t.Errorf("%+v", p)
			}
			return
		}
		if n := o.item.N(); n < 1 || n > l.Cities || o.time(l) <= 0 || o.time(l) > l.Time || o.workers < 1 {
			t.Errorf("%d cities, %v, %d workers", n, o.time(l), o.workers)
		}
		if o.inJSON != (o.command() == "") || !o.inJSON && !strings.Contains(o.command(), "tspmcts solve") {
			t.Error(o.command())
		}
	})
}
