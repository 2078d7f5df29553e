package tsp

// level returns the symmetric instance whose tours are as long as those of in, which is directed,
// either way round: where d_ij - d_ji = p_i - p_j for some heights p of the cities, a tour climbs
// as much as it descends, and (d_ij + d_ji) / 2 is the distance without that; twice as much, with
// twice the scale, where some are not whole. It is nil where there are no such heights, for a path,
// and where edges are fixed or forbidden, which have a direction. The heights can only be p_i =
// d_i0 - d_0i; most matrices do not pass the first few pairs of cities, n^2/2 are looked at where
// all do.
func (in *Instance) level() *Symmetric {
	if !in.Directed || in.Ends != nil || in.Forbids() || in.Fixed != nil || in.n < 3 {
		return nil
	}
	n := int(in.n)
	d := func(i, j int) int32 { return in.Matrix[i*in.stride+j] }
	p := make([]int32, n)
	odd := false
	for i := range p {
		p[i] = d(i, 0) - d(0, i)
		odd = odd || p[i]&1 != 0
	}
	for i := range n {
		for j := range i {
			a, b := d(i, j), d(j, i)
			if int64(a)-int64(b) != int64(p[i])-int64(p[j]) || odd && int64(a)+int64(b) > MaxDist {
				return nil
			}
		}
	}
	w := make([]int32, n*n)
	scale := in.Scale
	if odd {
		scale *= 2
	}
	for i := range n {
		for j := range i {
			sum := int64(d(i, j)) + int64(d(j, i))
			if !odd {
				sum /= 2
			}
			w[i*n+j], w[j*n+i] = int32(sum), int32(sum)
		}
	}
	s, err := NewMatrix(in.Name, n, w)
	if err != nil {
		panic("tsp: " + err.Error()) // the distances were accepted before
	}
	s.Scale = scale
	return &Symmetric{Instance: s, of: in}
}
