// Package prepare makes, of an instance, what a search works on: within a budget, and in
// one order, the places of its cities, neighbours, the heatmap of a source, candidates.
//
//	places, err := prepare.Number(ctx, given, "alpha") // many cities of a path lie along the curve
//	p := prepare.Problem{Task: stage.Task{In: in, Meter: m, ...}, Places: places, Source: "alpha", Most: 5}
//	p.Curve = prepare.Curve(ctx, in)
//	p.Length, _, err = in.Measure(ctx, p.Curve)
//	err = p.Place(ctx)            // cities in one place become one; many lie along the curve
//	p.Know()
//	ok, err := p.Prepare()        // false: the budget ended; settled, p.Shortest is the answer
//	s := stage.New(p.Task)        // the search
//	s.Descend(save)               // its first stage, beside which
//	p.Settle()                    // ... what Prepare began goes on till here
//	s.Run(save)
//	tour := p.Expand(s.Best)      // of the instance given
//
// Meanwhile there is always an answer, and better ones as they are found: the curve, a tour
// that was given, one that is made by parts, or of an assignment (soon.go).
package prepare
