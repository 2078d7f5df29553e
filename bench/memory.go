package bench

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"tspmcts/tsp"
)

// What a search takes at least, in bytes: neighbours, heatmap, candidates and
// tours a city, and what each worker has of its own: a low estimate, after two
// searches of 100,000 cities (98.6 MB with 1 worker, 120 MB with 16). These are of few
// candidates: each one more is a neighbour, a candidate and the distance to it.
const (
	bytesPerCity      = 700
	bytesPerWorker    = 14 // and city
	fewCandidates     = 10
	bytesPerCandidate = 12 // and city
)

// From Millions of cities on the command has memory collected whenever it nears BytesOfMillions a
// city, where fewer have theirs collected by how it grows. 10,000,000 cities took 546 a city.
const (
	Millions        = 2000000
	BytesOfMillions = 550
)

// untilMemory is the time a city below which a search ends in its first tour, a curve
// that takes no more than reading did: 50 million cities may be solved in 0.1 s where
// a search of them for longer would not fit.
const untilMemory = 20 * time.Nanosecond

// Making is what is made of an instance beside a search, and what a city of it takes at least, in
// bytes: a little less than the whole process had at its peak, divided by a million cities (maps)
// or 200,000 (bound 2090, picture of a map 3500).
type Making struct {
	what  string
	bytes int64
}

// MakingBound is a lower bound, MakingPicture the picture of a heatmap.
var (
	MakingBound   = Making{"a bound", 1900}
	MakingPicture = Making{"the picture of a heatmap", 3000}
)

// MakingHeatmap is the map of a source by its name.
func MakingHeatmap(source string) Making {
	switch source {
	case "alpha", "softdist": // 1120
		return Making{"a heatmap", 1000}
	case "gtprior": // 540
		return Making{"a heatmap", 500}
	}
	return Making{"a heatmap", 360} // knn 400
}

// CheckMemory returns an error when a search of in with so many candidates of a city cannot fit the
// memory that this process may have, where the system tells how much that is.
func CheckMemory(in *tsp.Instance, workers, candidates int) error {
	what, remedy := fmt.Sprintf("a search of %d cities with %d workers", in.N(), workers), "fewer --workers or a smaller instance"
	if candidates > fewCandidates {
		what += fmt.Sprintf(" and %d candidates", candidates)
		remedy = "fewer --candidates or --workers, or a smaller instance"
	}
	return checkNeeded(what, searchBytes(in.N(), workers, candidates), remedy)
}

// searchBytes returns what a search takes at least.
func searchBytes(cities, workers, candidates int) int64 {
	city := bytesPerCity + bytesPerWorker*workers
	if cities >= Millions {
		city = min(city, BytesOfMillions)
	}
	city += bytesPerCandidate * max(0, min(candidates, cities-1)-fewCandidates)
	return int64(cities) * int64(city)
}

// Check is the same for what is made of in.
func (m Making) Check(in *tsp.Instance) error {
	return checkNeeded(fmt.Sprintf("%s of %d cities", m.what, in.N()), int64(in.N())*m.bytes, "a smaller instance")
}

// checkNeeded returns an error when there is less memory than what needs, in bytes.
func checkNeeded(what string, needed int64, remedy string) error {
	left, ok := memoryLeft()
	if !ok || needed <= left {
		return nil
	}
	const mega = 1 << 20
	return fmt.Errorf("%s needs about %d MB of memory, but there are %d MB; raise the limit, or give %s", what, needed/mega, left/mega, remedy)
}

// bytesToRead is what a city takes at least while its file is read, after 5 million
// that ran out at 184 MB.
const bytesToRead = 60

var dimension = regexp.MustCompile(`(?im)^[ \t]*DIMENSION[ \t]*:?[ \t]*(\d+)[ \t\r]*$`)

// checkReading returns an error when the cities of a TSPLIB problem cannot fit the memory that this
// process may have. It goes by the file's DIMENSION, and never by more cities than the file has
// room for: what is wrong with that is the reader's to tell.
func checkReading(f *os.File) error {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	head := make([]byte, 4096)
	k, _ := f.ReadAt(head, 0) // the reader meets the same error
	m := dimension.FindSubmatch(head[:k])
	if m == nil {
		return nil
	}
	n, err := strconv.ParseInt(string(m[1]), 10, 64)
	if err != nil {
		return nil
	}
	return checkNeeded(fmt.Sprintf("%s: reading %d cities", f.Name(), n), min(n, info.Size()/4)*bytesToRead, "a smaller instance")
}

// matrixHead finds what tells how large the matrix of a TSPLIB file is.
var matrixHead = regexp.MustCompile(`(?i)(?:^|[\r\n])\s*(DIMENSION|EDGE_WEIGHT_TYPE|EDGE_WEIGHT_FORMAT)\s*:\s*(\w+)`)

// checkMatrix returns an error where the matrix of a TSPLIB file that begins with
// prefix cannot fit the memory that this process may have: four bytes a number, the half
// of that more while a triangle unfolds, and beside it what reading and searching leave behind.
func checkMatrix(name string, prefix []byte) error {
	var n, each int64 = 0, 4
	explicit := false
	for _, m := range matrixHead.FindAllSubmatch(prefix, -1) {
		value := strings.ToUpper(string(m[2]))
		switch strings.ToUpper(string(m[1])) {
		case "DIMENSION":
			n, _ = strconv.ParseInt(value, 10, 64)
		case "EDGE_WEIGHT_TYPE":
			explicit = value == "EXPLICIT"
		case "EDGE_WEIGHT_FORMAT":
			if value != "FULL_MATRIX" {
				each = 6
			}
		}
	}
	if !explicit {
		return nil
	}
	return checkSquare(name, n, each)
}

// pieces is what Go takes of the address space beside, in pieces of 64 MB: with 128 MB, 6000 cities
// crashed.
const pieces = 256 << 20

// checkSquare returns an error where a matrix of n x n numbers of so many bytes cannot fit the
// memory that this process may have. Where it does, garbage is not left to grow beyond what is
// there: by itself it may be as much as the matrix.
func checkSquare(name string, n, each int64) error {
	if n < 1000 || n > math.MaxInt32 {
		return nil
	}
	if left, ok := memoryLeft(); ok && os.Getenv("GOMEMLIMIT") == "" {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		debug.SetMemoryLimit(int64(m.Sys-m.HeapReleased) + left/10*9)
	}
	return checkNeeded(fmt.Sprintf("%s: a matrix of %d x %d distances", name, n, n), each*n*n/8*9+pieces, "the cities' coordinates")
}

// MaxWorkers is the most that may be asked for.
const MaxWorkers = 1024

// UsefulWorkers returns a number of workers above which more of them have too few
// of n cities to themselves. One case is known: 1000 workers on 400 cities end 7 %
// longer than 64.
func UsefulWorkers(n int) int { return max(16, n/6) }
