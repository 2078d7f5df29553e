package heatmap

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"strings"

	"tspmcts/tsp"
)

// Ranks is a prior over neighbours: Ranks[r] is the share of edges of optimal
// tours that lead to a city's (r+1)-th nearest.
type Ranks []float64

// publishedRanks are GT-Prior's tables (arXiv 2411.09238, appendix): for 1000
// cities complete, for the other sizes the published beginning.
var publishedRanks = []published{
	{500, 64000, Ranks{.440078, .256266, .132750, .073266, .040813, .023594, .013406, .007750, .004484, .002734}},
	{1000, 128000, Ranks{.437555, .254719, .137672, .074109, .039789, .023516, .013227, .007453, .004734, .003008, .001594, .001086,
		.000563, .000297, .000266, .000172, .000102, .000047, .000016, .000031, .000023, .000008, .000016}},
	{10000, 160000, Ranks{.441756, .254094, .132925, .071950, .039519, .023750, .014144, .008094, .004913, .003331}},
}

// PublishedEnds returns how many ends of edges the table for n was counted from: its
// shares are multiples of 1/64,000, 1/128,000 and 1/160,000, one end an edge of 128 tours
// of 500 and 1000 cities and of 16 tours of 10,000.
func PublishedEnds(n int) int64 { return publishedFor(n).ends }

// PublishedRanks returns the table for the tabulated size nearest to n, by ratio.
func PublishedRanks(n int) Ranks { return publishedFor(n).ranks }

type published struct {
	n     int
	ends  int64
	ranks Ranks
}

func publishedFor(n int) published {
	best := publishedRanks[0]
	for _, row := range publishedRanks[1:] {
		if math.Abs(math.Log(float64(n)/float64(row.n))) < math.Abs(math.Log(float64(n)/float64(best.n))) {
			best = row
		}
	}
	return best
}

// GTPrior returns the paper's parameter-free prior: P_ij = ranks[r] where j is
// i's (r+1)-th nearest, made symmetric by (P + P^T)/2. Ranks beyond the length
// of nb's lists are dropped. The error is ctx's.
func GTPrior(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, ranks Ranks) (*Map, error) {
	return symmetric(ctx, "gtprior", in.N(), func(i int32, add func(int32, float32)) {
		for r, j := range nb.Of(i) {
			if r == len(ranks) {
				break
			}
			add(j, float32(ranks[r]))
		}
	})
}

// ReadRanks reads a table: numbers from 0 to 1 that sum to at most about 1,
// separated by blanks, commas or line ends; # starts a comment. name is for errors.
func ReadRanks(r io.Reader, name string) (Ranks, error) {
	var ranks Ranks
	sum := 0.0
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff") // a byte order mark
		}
		for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' || c == '\r' }) {
			p, ok := tsp.ParseDecimal(word)
			if !ok || !(p >= 0 && p <= 1) {
				return nil, fmt.Errorf("%s:%d: found %q, want the share of a rank, a number from 0 to 1", name, n, word)
			}
			sum += p
			ranks = append(ranks, p)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(ranks) == 0 || len(ranks) > 1000 {
		return nil, fmt.Errorf("%s: found %d ranks, want 1 to 1000", name, len(ranks))
	}
	if sum > 1.001 || sum == 0 {
		return nil, fmt.Errorf("%s: the shares of the ranks sum to %g, want at most 1 and more than 0", name, sum)
	}
	return ranks, nil
}
