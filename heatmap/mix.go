package heatmap

import (
	"context"
	"fmt"
	"strings"

	"tspmcts/tsp"
)

// parseMix reads source=weight,source=weight.
func (s *Source) parseMix(args string) error {
	const want = "want mix:SOURCE=WEIGHT,SOURCE=WEIGHT such as mix:gtprior=0.5,alpha=0.5"
	for arg := range strings.SplitSeq(args, ",") {
		at := strings.LastIndexByte(arg, '=')
		if at < 0 {
			return fmt.Errorf("heatmap source mix: %q has no weight, %s", arg, want)
		}
		w, ok := tsp.ParseDecimal(arg[at+1:])
		if !ok || !(w > 0 && w <= 1e6) {
			return fmt.Errorf("heatmap source mix: the weight of %s is %q, want a number above 0 and up to 1e6", arg[:at], arg[at+1:])
		}
		part, err := Parse(arg[:at])
		if err != nil && strings.Contains(arg, ":") {
			return fmt.Errorf("heatmap source mix: %q: %w; a part may have one parameter, as in softdist:tau=0.005=0.5", arg, err)
		}
		if err != nil {
			return err
		}
		if part.Name() == "mix" {
			return fmt.Errorf("heatmap source mix: a mix cannot be a part of a mix")
		}
		s.parts = append(s.parts, part)
		s.weight = append(s.weight, w)
	}
	return nil
}

// Mix returns the mean of maps of the same cities, one or more, by weights of a sum above 0. What a
// map does not hold counts as 0.
func Mix(maps []*Map, weight []float64) *Map {
	sum := 0.0
	for _, w := range weight {
		sum += w
	}
	// symmetric halves each entry and adds its mirror: symmetric parts pass unchanged.
	return untimed("mix", maps[0].N(), func(i int32, add func(int32, float32)) {
		for k, m := range maps {
			cities, ps := m.Of(i)
			for e, j := range cities {
				add(j, float32(float64(ps[e])*weight[k]/sum))
			}
		}
	})
}

func buildMix(ctx context.Context, s *Source, r Request) (*Map, error) {
	maps := make([]*Map, len(s.parts))
	for i, p := range s.parts {
		var err error
		if maps[i], err = p.Build(ctx, r); err != nil {
			return nil, err
		}
	}
	return Mix(maps, s.weight), nil
}
