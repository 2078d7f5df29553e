package generate

import (
	"math"
	"math/rand/v2"
)

// drawing is of discs and rings; its shade, from 0 to 1, is asked place by place.
type drawing []figure

type figure struct {
	x, y, radius, shade float64
	ring                bool
}

func newDrawing(rng *rand.Rand) drawing {
	const figures = 25
	p := make(drawing, figures)
	for i := range p {
		p[i] = figure{rng.Float64(), rng.Float64(), 0.05 + float64(0.2*rng.Float64()), 0.2 + float64(0.8*rng.Float64()), rng.IntN(2) == 0}
	}
	return p
}

// shade returns how dark the drawing is at a place: a light ground that darkens towards a corner,
// discs that fade from their centre on, and blurred rings.
func (p drawing) shade(x, y float64) float64 {
	sum := 0.02 + float64(0.1*x*y)
	for _, f := range p {
		dx, dy := x-f.x, y-f.y
		from := math.Sqrt(float64(dx*dx)+float64(dy*dy)) / f.radius
		switch {
		case f.ring:
			off := (from - 1) / 0.1
			sum += f.shade / float64(float64(1+float64(off*off))*float64(1+float64(off*off)))
		case from < 1:
			sum += 0.3 * f.shade * (1 - from)
		}
	}
	return min(1, sum)
}

// picture returns the stipples of a picture, in [0,1): along a Hilbert curve through its cells there
// is a city wherever the shade adds up to another n-th of the whole, at random in its cell. So
// they are as dense as the picture is dark, and more even than drawn each for itself, like stipples
// that are made to be looked at.
func picture(n int, rng *rand.Rand) func() (x, y float64) {
	p, order := newDrawing(rng), 6
	for order < 11 && 1<<(2*order) < 4*n {
		order++
	}
	cells, step := 1<<(2*order), 1/float64(int(1)<<order)
	shade := func(cell int) float64 {
		i, j := hilbertCell(cell, order)
		return p.shade((float64(i)+0.5)*step, (float64(j)+0.5)*step)
	}
	whole := 0.0
	for cell := range cells {
		whole += shade(cell)
	}
	cell, made := 0, 0
	sum := shade(0)
	return func() (float64, float64) {
		for cell+1 < cells && sum < (float64(made)+0.5)/float64(n)*whole {
			cell++
			sum += shade(cell)
		}
		made++
		i, j := hilbertCell(cell, order)
		return (float64(i) + rng.Float64()) * step, (float64(j) + rng.Float64()) * step
	}
}

// hilbertCell returns the column and the row of a cell of the 2^order x 2^order grid, by its place on
// the Hilbert curve.
func hilbertCell(place, order int) (x, y int) {
	for b := 0; b < order; b++ {
		rx := place >> (2*b + 1) & 1
		ry := place>>(2*b)&1 ^ rx
		if ry == 0 {
			if rx == 1 {
				x, y = 1<<b-1-x, 1<<b-1-y
			}
			x, y = y, x
		}
		x += rx << b
		y += ry << b
	}
	return x, y
}

// partSide is the side of the blocks that a board is divided into, in steps of its lattice.
const partSide = 16

// board is the drill holes of a circuit board: whole numbers on a lattice, block by block, each with
// the pins of one part, so that most distances are a few whole numbers, many of them equal.
type board struct {
	rng     *rand.Rand
	columns int // blocks in a row
	blocks  int // that there are so far
	pins    [][2]int
	at      int // the next of them
}

func newBoard(n int, rng *rand.Rand) *board {
	const pinsOfBlock = 13 // about, on average
	return &board{rng: rng, columns: int(math.Ceil(math.Sqrt(float64(n) / pinsOfBlock)))}
}

// next returns the next hole's place.
func (b *board) next() (x, y float64) {
	for b.at == len(b.pins) {
		b.part()
		b.blocks++
		b.at = 0
	}
	pin := b.pins[b.at]
	b.at++
	last := b.blocks - 1
	return float64(last%b.columns*partSide + pin[0]), float64(last/b.columns*partSide + pin[1])
}

// part draws the pins of a block: two rows of a chip, a frame, a field, scattered holes, or
// none.
func (b *board) part() {
	b.pins = b.pins[:0]
	draw := func(least, most int) int { return least + b.rng.IntN(most-least+1) }
	width, height, pitch := 0, 0, draw(1, 2)
	var has func(i, j int) bool
	switch kind := b.rng.IntN(8); {
	case kind < 3: // two rows
		width, height = draw(2, 6), draw(4, 14)
		has = func(i, j int) bool { return (i == 0 || i == width) && j%pitch == 0 }
	case kind < 4: // a frame
		width, height = draw(6, 14), draw(6, 14)
		has = func(i, j int) bool {
			return (i == 0 || i == width) != (j == 0 || j == height) && (i+j)%pitch == 0
		}
	case kind < 5: // a field
		width, height = draw(2, 14), draw(2, 14)
		has = func(i, j int) bool { return i%(2*pitch) == 0 && j%(2*pitch) == 0 }
	case kind < 7: // scattered
		width, height = partSide-1, partSide-1
		has = func(i, j int) bool { return b.rng.IntN(24) == 0 }
	default:
		return
	}
	across, up := width, height
	turned := b.rng.IntN(2) == 0
	if turned {
		across, up = up, across
	}
	left, low := draw(0, partSide-1-across), draw(0, partSide-1-up)
	for j := range height + 1 {
		for i := range width + 1 {
			switch {
			case !has(i, j):
			case turned:
				b.pins = append(b.pins, [2]int{left + j, low + i})
			default:
				b.pins = append(b.pins, [2]int{left + i, low + j})
			}
		}
	}
}

// boardSide returns how many steps the longer side of a board of n holes has at most.
func boardSide(n int, rng *rand.Rand) float64 {
	b := newBoard(n, rng)
	for range n {
		b.next()
	}
	return partSide * float64(max(b.columns, (b.blocks-1)/b.columns+1))
}
