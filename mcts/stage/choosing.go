package stage

import (
	"math"

	"tspmcts/mcts/region"
	"tspmcts/tsp"
)

// choosing is the tree search over the regions of a sweep: it says which leaves of the
// k-d tree are visited next. From the root down it goes to the child that promises more
// by an upper confidence bound on what a visit brings per cost: what visits below it
// brought, with one visit more as the heatmap foresees it (a prior), and a bonus where few
// were. Visits that were chosen but have not come back count as if they had brought nothing
// (virtual loss), so that workers go to different places at once. Kocsis and Szepesvari
// 2006 (UCT). What earlier sweeps brought is forgotten: it does not tell where the next
// gain is (mcts/README.md has the measurement).
type choosing struct {
	Arms []arm // of the tree's nodes
}

// arm is what is known of a node.
type arm struct {
	Left   int32   // leaves below it that are still to be visited
	Visits int32   // of the others, those under way included
	Cities int32   // of the leaves that are still to be visited
	Doubt  int64   // what the heatmap doubts in the tour there
	Gain   float64 // of the visits
	Cost   float64 // of the visits, in actions
}

// unlisted is the probability of an edge that a map does not list, or has no opinion of.
const unlisted = 1e-3

// doubt returns what the heatmap doubts in the tour's edge from c on: -ln p, in 16ths.
func (s *Search) doubt(c, next int32) int64 {
	believed := func(a, b int32) float32 {
		cities, p := s.Heatmap.Of(a)
		for k, j := range cities {
			if j == b {
				return p[k]
			}
		}
		return 0
	}
	return int64(math.Round(-16 * math.Log(max(float64(believed(c, next)), float64(believed(next, c)), unlisted))))
}

// begin makes all leaves of a new tree ones that are to be visited.
func (ch *choosing) begin(s *Search, v *Regions) {
	nodes := v.Tree.Nodes
	ch.Arms = append(ch.Arms[:0], make([]arm, len(nodes))...)
	order, pos := s.Tour.Order, s.Tour.Positions()
	if s.Config.Doubt > 0 {
		tsp.Parallel(s.Meter.Context(), len(v.Tree.Leaves), func() func(int) {
			return func(i int) {
				leaf, sum := v.Tree.Leaves[i], int64(0)
				for _, c := range v.Tree.Of(leaf) {
					next := pos[c] + 1
					if int(next) == len(order) {
						next = 0
					}
					sum += s.doubt(c, order[next])
				}
				ch.Arms[leaf].Doubt = sum
			}
		})
	}
	for k := len(nodes) - 1; k >= 0; k-- { // children come after their parents
		nd, a := nodes[k], &ch.Arms[k]
		a.Cities, a.Left = nd.To-nd.From, 1
		if nd.Left != 0 {
			l, r := ch.Arms[nd.Left], ch.Arms[nd.Left+1]
			a.Left, a.Doubt = l.Left+r.Left, l.Doubt+r.Doubt
		}
	}
}

// fits reports whether the leaves that are to be visited are some of t's.
func (ch *choosing) fits(t *region.Tree) bool {
	if len(ch.Arms) != len(t.Nodes) {
		return false
	}
	for k, nd := range t.Nodes {
		a := ch.Arms[k]
		if nd.Left == 0 {
			if a.Left < 0 || a.Left > 1 || a.Cities != a.Left*(nd.To-nd.From) {
				return false
			}
			continue
		}
		if l, r := ch.Arms[nd.Left], ch.Arms[nd.Left+1]; a.Left != l.Left+r.Left || a.Cities != l.Cities+r.Cities {
			return false
		}
	}
	return true
}

// left returns how many leaves are to be visited.
func (ch *choosing) left() int {
	if len(ch.Arms) == 0 {
		return 0
	}
	return int(ch.Arms[0].Left)
}

// choose returns the leaf to visit next, of which there must be one, and counts the
// visit as one that cost mean and has brought nothing.
func (ch *choosing) choose(s *Search, v *Regions, mean float64) int32 {
	path := []int32{0}
	k := int32(0)
	for left := v.Tree.Nodes[0].Left; left != 0; left = v.Tree.Nodes[k].Left {
		switch l, r := &ch.Arms[left], &ch.Arms[left+1]; {
		case r.Left == 0:
			k = left
		case l.Left == 0:
			k = left + 1
		case ch.promise(s, l, &ch.Arms[k], mean) >= ch.promise(s, r, &ch.Arms[k], mean):
			k = left
		default:
			k = left + 1
		}
		path = append(path, k)
	}
	leaf := ch.Arms[k]
	for _, k := range path {
		a := &ch.Arms[k]
		a.Left--
		a.Visits++
		a.Cities -= leaf.Cities
		a.Doubt -= leaf.Doubt
		a.Cost += mean
	}
	return k
}

// mean returns the cost of a visit, 1 where none is known.
func (ch *choosing) mean() float64 {
	if root := ch.Arms[0]; root.Cost > 0 {
		return root.Cost / float64(root.Visits)
	}
	return 1
}

// promise returns the upper confidence bound of a node with leaves to visit, as a
// multiple of what visits bring on average.
func (ch *choosing) promise(s *Search, a, parent *arm, mean float64) float64 {
	root := &ch.Arms[0]
	prior := 1.0
	if s.Config.Doubt > 0 && root.Doubt > 0 {
		here := float64(a.Doubt) / float64(a.Cities)
		prior += float64(s.Config.Doubt * (here*float64(root.Cities)/float64(root.Doubt) - 1))
	}
	seen := 0.0
	if root.Gain > 0 {
		seen = float64(a.Gain*root.Cost) / root.Gain
	}
	visits := math.Round(1024*math.Log(float64(1+parent.Visits))) / 1024 // the same on every machine
	bonus := float64(s.Config.Explore * math.Sqrt(visits/float64(1+a.Visits)))
	return (seen+float64(max(0, prior)*mean))/(a.Cost+mean) + bonus
}

// learn takes what a visit of the leaf brought, which was chosen when a visit cost mean.
func (ch *choosing) learn(v *Regions, leaf int32, mean float64, gain, cost float64) {
	at := v.Tree.Nodes[leaf].From
	for k := int32(0); ; {
		a := &ch.Arms[k]
		a.Gain += gain
		a.Cost += cost - mean
		left := v.Tree.Nodes[k].Left
		if left == 0 {
			return
		}
		if k = left; at >= v.Tree.Nodes[left].To {
			k++
		}
	}
}
