package generate

import (
	"math"
	"testing"
)

// Each quarter and each sixteenth of a picture, which the Hilbert curve goes through in one piece, has as
// many cities as its part of the shade.
func TestPicture(t *testing.T) {
	for _, n := range []int{1, 10, 1000, 30000} {
		for seed := range uint64(5) {
			s := Spec{Kind: "picture", Cities: n, Seed: seed}
			p, next := newDrawing(s.rng()), picture(n, s.rng())
			const across, cells = 4, 512 // from 1000 cities on those of the picture are as small
			var cities [across * across]int
			var shade [across * across]float64
			sum := 0.0
			for range n {
				x, y := next()
				if x < 0 || x >= 1 || y < 0 || y >= 1 {
					t.Fatalf("%d cities, seed %d: one at %v, %v", n, seed, x, y)
				}
				cities[int(x*across)*across+int(y*across)]++
			}
			for i := range cells {
				for j := range cells {
					v := p.shade((float64(i)+0.5)/cells, (float64(j)+0.5)/cells)
					shade[i*across/cells*across+j*across/cells] += v
					sum += v
				}
			}
			for k, got := range cities {
				want := float64(n) * shade[k] / sum
				if math.Abs(float64(got)-want) > 2+0.02*want {
					t.Errorf("%d cities, seed %d: sixteenth %d has %d, want %.1f", n, seed, k, got, want)
				}
			}
		}
	}
}

func TestHilbertCell(t *testing.T) {
	const order = 5
	seen := map[[2]int]bool{}
	lastX, lastY := 0, 0
	for place := range 1 << (2 * order) {
		x, y := hilbertCell(place, order)
		if x < 0 || x >= 1<<order || y < 0 || y >= 1<<order || seen[[2]int{x, y}] {
			t.Fatalf("place %d is cell %d, %d", place, x, y)
		}
		seen[[2]int{x, y}] = true
		if dx, dy := x-lastX, y-lastY; place > 0 && dx*dx+dy*dy != 1 {
			t.Fatalf("place %d is cell %d, %d, %d and %d from the one before", place, x, y, dx, dy)
		}
		lastX, lastY = x, y
	}
}

// No two holes of a board are at one place, most are one or two steps from the next, and its
// sides are those that data set lines are scaled by.
func TestBoard(t *testing.T) {
	for _, n := range []int{1, 2, 10, 100, 777, 20000} {
		for seed := range uint64(5) {
			s := Spec{Kind: "board", Cities: n, Seed: seed}
			b, holes := newBoard(n, s.rng()), map[[2]int]bool{}
			side := boardSide(n, s.rng())
			for range n {
				x, y := b.next()
				if x < 0 || x >= side || y < 0 || y >= side {
					t.Fatalf("%d holes, seed %d: one at %v, %v of %v", n, seed, x, y, side)
				}
				hole := [2]int{int(x), int(y)}
				if float64(hole[0]) != x || float64(hole[1]) != y || holes[hole] {
					t.Fatalf("%d holes, seed %d: another one at %v, %v", n, seed, x, y)
				}
				holes[hole] = true
			}
			near := 0
			for h := range holes {
				if holes[[2]int{h[0] + 1, h[1]}] || holes[[2]int{h[0] - 1, h[1]}] || holes[[2]int{h[0], h[1] + 1}] || holes[[2]int{h[0], h[1] - 1}] ||
					holes[[2]int{h[0] + 2, h[1]}] || holes[[2]int{h[0] - 2, h[1]}] || holes[[2]int{h[0], h[1] + 2}] || holes[[2]int{h[0], h[1] - 2}] {
					near++
				}
			}
			if n >= 777 && near < n*7/10 {
				t.Errorf("%d holes, seed %d: %d are a step or two from another", n, seed, near)
			}
			if wide := side / float64(b.columns*partSide); n >= 20000 && wide > 1.15 {
				t.Errorf("%d holes, seed %d: %.2f times as long as wide", n, seed, wide)
			}
		}
	}
}
