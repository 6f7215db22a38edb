package sfu

import "sync"

// inbox is what a peer has to do. Posting never blocks, so that it is allowed
// under a room's lock, and the order of posts is the order of work.
type inbox struct {
	wake chan struct{}

	mu     sync.Mutex
	jobs   []func()
	closed bool
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

// post adds a job. It says false when nobody will do it.
func (i *inbox) post(job func()) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return false
	}
	i.jobs = append(i.jobs, job)
	select {
	case i.wake <- struct{}{}:
	default:
	}
	return true
}

func (i *inbox) take() []func() {
	i.mu.Lock()
	defer i.mu.Unlock()
	jobs := i.jobs
	i.jobs = nil
	return jobs
}

// close refuses further jobs and gives back those that nobody did.
func (i *inbox) close() []func() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.closed = true
	jobs := i.jobs
	i.jobs = nil
	return jobs
}
