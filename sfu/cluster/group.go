package cluster

import "sync"

// group is a wait group that can be shut: what comes in from NATS may come
// while somebody already waits for the end.
type group struct {
	mu   sync.Mutex // guards n and shut
	n    int
	most int
	shut bool
	wg   sync.WaitGroup
}

// enter takes a place in the group, unless it is full or shut. Who got one has
// to leave.
func (g *group) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut || g.n >= g.most {
		return false
	}
	g.n++
	g.wg.Add(1)
	return true
}

func (g *group) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n--
	g.wg.Done()
}

// run starts f in a goroutine, unless the group is full or shut.
func (g *group) run(f func()) bool {
	if !g.enter() {
		return false
	}
	go func() {
		defer g.leave()
		f()
	}()
	return true
}

// wait shuts the group and waits for what runs in it.
func (g *group) wait() {
	g.mu.Lock()
	g.shut = true
	g.mu.Unlock()
	g.wg.Wait()
}
