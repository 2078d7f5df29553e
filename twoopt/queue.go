package twoopt

// Queue holds the cities whose surroundings changed, each at most once, first
// in first out: the complement of don't-look bits (Bentley 1992).
type Queue struct {
	ring       []int32 // one slot more than cities, so that full and empty differ
	in         []bool
	head, tail int32
}

// NewQueue returns an empty queue for n cities.
func NewQueue(n int) *Queue { return &Queue{ring: make([]int32, n+1), in: make([]bool, n)} }

// Reset empties q and makes it a queue for n cities.
func (q *Queue) Reset(n int) {
	if cap(q.ring) < n+1 {
		*q = *NewQueue(n)
		return
	}
	q.ring, q.in, q.head, q.tail = q.ring[:n+1], q.in[:n], 0, 0
	clear(q.in)
}

// Push adds city c unless it waits already.
func (q *Queue) Push(c int32) {
	if q.in[c] {
		return
	}
	q.in[c] = true
	q.ring[q.tail] = c
	if q.tail++; int(q.tail) == len(q.ring) {
		q.tail = 0
	}
}

// Pop removes the city that waits longest; ok is false when none does.
func (q *Queue) Pop() (c int32, ok bool) {
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

// Clear empties the queue.
func (q *Queue) Clear() {
	for _, ok := q.Pop(); ok; _, ok = q.Pop() {
	}
}
