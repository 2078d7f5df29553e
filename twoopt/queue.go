package twoopt

// queue holds the cities whose surroundings changed, each at most once, first
// in first out: the complement of don't-look bits (Bentley 1992).
type queue struct {
	ring       []int32 // one slot more than cities, so that full and empty differ
	in         []bool
	head, tail int32
}

// newQueue returns an empty queue for n cities.
func newQueue(n int) *queue { return &queue{ring: make([]int32, n+1), in: make([]bool, n)} }

// reset empties q and makes it a queue for n cities.
func (q *queue) reset(n int) {
	if cap(q.ring) < n+1 {
		*q = *newQueue(n)
		return
	}
	q.ring, q.in, q.head, q.tail = q.ring[:n+1], q.in[:n], 0, 0
	clear(q.in)
}

// push adds city c unless it waits already.
func (q *queue) push(c int32) {
	if q.in[c] {
		return
	}
	q.in[c] = true
	q.ring[q.tail] = c
	if q.tail++; int(q.tail) == len(q.ring) {
		q.tail = 0
	}
}

// pop removes the city that waits longest; ok is false when none does.
func (q *queue) pop() (c int32, ok bool) {
	if q.head == q.tail {
		return 0, false
	}
	c = q.ring[q.head]
	q.in[c] = false
	if q.head++; int(q.head) == len(q.ring) {
		q.head = 0
	}
	return c, true
}

// clear empties the queue.
func (q *queue) clear() {
	for _, ok := q.pop(); ok; _, ok = q.pop() {
	}
}
