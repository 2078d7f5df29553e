package generate

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	problems "tspmcts/tsplib"
)

func tsplib(t *testing.T, s Spec) []byte {
	t.Helper()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := s.WriteTSPLIB(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func lines(t *testing.T, s Spec, count int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteLines(&b, count); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func digest(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data))[:16] }

// What each kind writes: 1000 cities as TSPLIB, and three data set lines of 777. An
// instance that others have solved may not change.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		kind            string
		seed            uint64
		problem, inLine string
	}{
		{"uniform", 1, "c0cc53430330d943", "37aa0fbf529cd6b3"},
		{"uniform", 7, "82677569f8c44621", "f0de894260c20dd8"},
		{"clustered", 1, "105e250aeca116cc", "26895e992c2e4a4d"},
		{"clustered", 7, "7c2fd5ea01a2634f", "32816731edc61ecb"},
		{"grid", 1, "1ca02a00cf1c5409", "9fd940ff90f19f83"},
		{"grid", 7, "0d9d806aa2aef464", "9fd940ff90f19f83"},
		{"cluster", 1, "958824d965a5cf3d", "18a0cf58052b0dd7"},
		{"cluster", 7, "323acfc6d172ef70", "f42014a4d93ab361"},
		{"explosion", 1, "9830b3a7a5ad8485", "c6fe4416b92b356e"},
		{"explosion", 7, "4120e70b127828c3", "4552bcefe4aa4ace"},
		{"implosion", 1, "d787f58cd691944d", "1adf54da132ddba9"},
		{"implosion", 7, "f8dc097b5497ddc8", "e5332f37d981103e"},
		{"picture", 1, "c94f436938538e01", "cf4778e85b996a7d"},
		{"picture", 7, "0ffc6eedc42d4ab1", "81bb3c7c2a7db399"},
		{"board", 1, "328f4554411c1c2b", "5d70e0802ee2a04b"},
		{"board", 7, "d6df04d893bdd873", "c88ec0c21f28422c"},
		{"dimacs-e", 10001, "54941de898f8467b", "cca733ec16927353"},
		{"dimacs-c", 10001, "a9a79d4f90c262bf", "4aeb008dc3ae7aad"},
		{"dimacs-m", 10001, "e22dcfe19b156060", ""},
	} {
		if got := digest(tsplib(t, Spec{c.kind, 1000, 10, c.seed})); got != c.problem {
			t.Errorf("%s, seed %d: the TSPLIB problem has the digest %s, want %s", c.kind, c.seed, got, c.problem)
		}
		if c.inLine == "" {
			continue
		}
		if got := digest(lines(t, Spec{c.kind, 777, 7, c.seed}, 3)); got != c.inLine {
			t.Errorf("%s, seed %d: three lines have the digest %s, want %s", c.kind, c.seed, got, c.inLine)
		}
	}
	for kind, want := range map[string]string{ // of 60 cities
		"atsp-random": "2bf5fcf98bb65cd1", "atsp-closure": "239aed5c26712c5a", "atsp-crane": "8c2d6d95d6ceb270",
		"atsp-coins": "7ed691098ec5007b", "atsp-drill": "aeedc1cb25faa669", "atsp-shop": "db7111e0acb122e8",
	} {
		if got := digest(tsplib(t, Spec{Kind: kind, Cities: 60, Seed: 7})); got != want {
			t.Errorf("%s: the problem has the digest %s, want %s", kind, got, want)
		}
	}
	if got := digest(tsplib(t, Spec{"clustered", 500, 5, 1})); got != "7beaa87c431536c9" {
		t.Errorf("5 clusters have the digest %s", got)
	}
	for n, end := range map[int]string{1: " output 1 1\n", 2: " output 1 2 1\n"} {
		if got := string(lines(t, Spec{"uniform", n, 1, 1}, 1)); !strings.HasSuffix(got, end) || len(strings.Fields(got)) != 2*n+1+n+1 {
			t.Errorf("%d cities: %q, want it to end in %q", n, got, end)
		}
	}
	if err := (Spec{Kind: "dimacs-m", Cities: 9}).WriteLines(new(bytes.Buffer), 1); err == nil || !strings.Contains(err.Error(), "no data set line can hold") {
		t.Error(err)
	}
}

// The instances of the challenge as others publish them, where they are at hand.
func TestChallenge(t *testing.T) {
	var files []string
	for _, up := range []string{"../../../shared/data", "../../../../shared/data"} {
		more, err := filepath.Glob(filepath.Join(up, "dimacs", "[EC]*k.[0-9].tsp"))
		if err != nil {
			t.Fatal(err)
		}
		if files = more; len(files) > 0 {
			break
		}
	}
	if len(files) == 0 {
		t.Skip("the instances are not here; TestGolden holds the digests of E1k.1 and C1k.1")
	}
	row := regexp.MustCompile(`(?m)^\d+ .*\n`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".tsp")
		want := row.FindAll(data, -1)
		s := Spec{Kind: "dimacs-" + strings.ToLower(name[:1]), Cities: len(want), Seed: uint64(len(want))}
		if k := name[len(name)-1] - '0'; k > 0 {
			s.Seed = 10*s.Seed + uint64(k)
		}
		got := row.FindAll(tsplib(t, s), -1)
		if len(got) != len(want) {
			t.Errorf("%s: %d cities, want %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			if !bytes.Equal(got[i], want[i]) {
				t.Errorf("%s: found %q, want %q", name, got[i], want[i])
				break
			}
		}
	}
}

// The generator against its recurrence, written down with all numbers kept.
func TestSubtractive(t *testing.T) {
	for _, seed := range []uint64{0, 1, 10001, modulus - 1} {
		x := make([]int64, 55, 2000)
		// The first 55, the oldest first: the place 0 of the generator is the youngest.
		last, next := int64(seed), int64(1)
		x[54] = last
		for i := 1; i < 55; i++ {
			x[54-21*i%55] = next
			last, next = next, ((last-next)%modulus+modulus)%modulus
		}
		for n := 55; n < 2000; n++ {
			x = append(x, ((x[n-55]-x[n-24])%modulus+modulus)%modulus)
		}
		s := newSubtractive(seed)
		for n := 55 + 165; n < 2000; n++ {
			if got := s.next(); got != x[n] {
				t.Fatalf("seed %d: number %d is %d, want %d", seed, n-220, got, x[n])
			}
		}
	}
}

// A distance of the random matrices, computed with whole numbers that do not wrap;
// all are in range, and spread evenly.
func TestMatrix(t *testing.T) {
	const word = 1 << 32
	twin := func(i, j, seed uint64) uint64 {
		a, b, p := (0x12345672*i+1)%word, (0x12345672*j+1)%word, (104*seed+1)%word
		x, y := a&b, a|b
		x1 := x * p % word
		y1 := y * x1 % word
		z1 := p*y1%word ^ p
		x2 := x1 * z1 % word
		y2 := y1 * x2 % word
		z2 := z1 * y2 % word
		return uint64(float64(((a+b)%word^z2)%(1<<31)) * (1e6 / (1 << 31)))
	}
	const n = 300
	for _, seed := range []uint64{1, 1000, 10001, modulus - 1} {
		sum, low := 0.0, 0
		for i := 1; i <= n; i++ {
			for j := i; j <= n; j++ {
				got := dimacsDistance(i, j, int32(104*seed+1))
				want := int64(twin(uint64(i), uint64(j), seed))
				if i == j {
					want = 0
				}
				if got != want || got < 0 || got >= Side || got != dimacsDistance(j, i, int32(104*seed+1)) {
					t.Fatalf("seed %d: from %d to %d it is %d, want %d", seed, i, j, got, want)
				}
				sum += float64(got)
				if i < j && got < Side/10 {
					low++
				}
			}
		}
		const pairs = n * (n - 1) / 2
		if mean := sum / pairs; mean < 0.49*Side || mean > 0.51*Side || low < pairs*9/100 || low > pairs*11/100 {
			t.Errorf("seed %d: mean %.0f, %d of %d in the lowest tenth", seed, mean, low, pairs)
		}
	}
	if got, want := string(tsplib(t, Spec{Kind: "dimacs-m", Cities: 3, Seed: 7})),
		fmt.Sprintf("NAME : portmgen-3-7\nCOMMENT : portmgen N=3, seed=7\nTYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : UPPER_DIAG_ROW\nEDGE_WEIGHT_SECTION\n0\n%d\n%d\n0\n%d\n0\n",
			twin(1, 2, 7), twin(1, 3, 7), twin(2, 3, 7)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// The package's documentation has every kind.
func TestKindsAreListed(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range Kinds {
		if !regexp.MustCompile(`(?m)^//(   - |\t)([a-z-]+, )*` + kind + `\b`).Match(doc) {
			t.Errorf("doc.go does not list the kind %s", kind)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, good := range []Spec{{Kind: "uniform", Cities: 1, Seed: 1 << 63}, {Kind: "dimacs-e", Cities: 1, Seed: modulus - 1}, {Kind: "dimacs-c", Cities: 100}, {Kind: "dimacs-m", Cities: 1}} {
		if err := good.Validate(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for want, bad := range map[string]Spec{
		"the seed of kind dimacs-e is 1000000000, want 0 to 999999999": {Kind: "dimacs-e", Cities: 9, Seed: modulus},
		"a centre for each 100 cities, so it needs as many; found 99":  {Kind: "dimacs-c", Cities: 99},
	} {
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", bad, err, want)
		}
	}
}

// Asymmetric kinds are read back, differ by direction, are the same for the same seed, and keep to
// what makes them.
func TestDirected(t *testing.T) {
	for _, kind := range Kinds {
		spec := Spec{Kind: kind, Cities: 30, Seed: 5}
		if !spec.Directed() {
			continue
		}
		var a, b, c bytes.Buffer
		for _, x := range []struct {
			w    *bytes.Buffer
			spec Spec
		}{{&a, spec}, {&b, spec}, {&c, Spec{Kind: kind, Cities: 30, Seed: 6}}} {
			if err := x.spec.WriteTSPLIB(x.w); err != nil {
				t.Fatal(kind, err)
			}
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) || bytes.Equal(a.Bytes(), c.Bytes()) {
			t.Errorf("%s does not depend on the seed alone", kind)
		}
		in, _, err := problems.Read(&a, kind)
		if err != nil || !in.Directed || in.N() != 30 {
			t.Fatal(kind, err)
		}
		differ, triangle := 0, 0
		for i := range int32(30) {
			for j := range i {
				if in.Dist(i, j) != in.Dist(j, i) {
					differ++
				}
				for k := range int32(30) {
					if in.Dist(i, j) > in.Dist(i, k)+in.Dist(k, j)+2 && k != i && k != j { // 2 for rounding
						triangle++
					}
				}
			}
		}
		if differ < 300 {
			t.Errorf("%s: only %d of 435 distances differ by direction", kind, differ)
		}
		if metric := kind == "atsp-closure" || kind == "atsp-coins" || kind == "atsp-drill"; metric && triangle > 0 {
			t.Errorf("%s: %d ways are longer than a detour", kind, triangle)
		}
	}
}

// In a city without U-turns whoever drives to a phone and back has driven whole blocks, four at
// least; and every phone is reached, also where it stands behind on the same side, as in seed 9.
func TestCoins(t *testing.T) {
	for _, seed := range []uint64{0, 1, 2, 3, 9} {
		s := Spec{Kind: "atsp-coins", Cities: 40, Seed: seed}
		next := s.directed()
		var rows [][]int64
		for i := range s.Cities {
			rows = append(rows, make([]int64, s.Cities))
			next(rows[i], i)
		}
		for i := range rows {
			if rows[i][i] != 0 {
				t.Errorf("seed %d: from %d to itself it is %d", seed, i, rows[i][i])
			}
			for j := range i {
				there, back := rows[i][j], rows[j][i]
				if round := there + back; there < 0 || back < 0 || round%blockSide != 0 || round < 4*blockSide && round > 0 {
					t.Errorf("seed %d: from %d to %d it is %d, and back %d", seed, i, j, there, back)
				}
			}
		}
	}
}
