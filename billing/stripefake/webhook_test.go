package stripefake

import (
	"net/http"
	"testing"
	"time"
)

func TestWebhooksMistreated(t *testing.T) {
	w := newWorld(t, "")
	w.s.Control.SetPolicy(Policy{Repeat: 2, Drop: func(e Event) bool { return e.Type == "product.created" }})
	w.sell()
	got := w.wait()
	if n := times(got, "customer.created"); n != 3 {
		t.Errorf("repeated twice it came %d times", n)
	}
	if n := times(got, "product.created"); n != 0 {
		t.Errorf("dropped it came %d times", n)
	}
	w.s.Control.SetPolicy(Policy{Delay: time.Hour})
	w.must("POST", "customers", "name=Late")
	if n := times(w.wait(), "customer.created"); n != 3 {
		t.Errorf("a delayed event came at once")
	}
	w.clock.Advance(time.Hour)
	w.until(func() bool { return times(w.wait(), "customer.created") == 4 })

	w.s.Control.SetPolicy(Policy{})
	w.s.Control.Hold()
	w.must("POST", "customers", "name=Held")
	if n := times(w.wait(), "customer.created"); n != 4 {
		t.Errorf("a held event came")
	}
	w.s.Control.Release()
	w.until(func() bool { return times(w.wait(), "customer.created") == 5 })
}

func TestWebhookIsSentAgainUntilTaken(t *testing.T) {
	w := newWorld(t, "")
	w.answer = http.StatusInternalServerError
	w.must("POST", "customers", "name=Acme")
	w.until(func() bool { return len(w.wait()) == 1 })
	w.mu.Lock()
	w.answer = http.StatusOK
	w.mu.Unlock()
	w.clock.Advance(2 * time.Second)
	w.until(func() bool { return len(w.wait()) == 2 })
	w.clock.Advance(time.Hour)
	if n := len(w.wait()); n != 2 {
		t.Errorf("sent %d times after it was taken", n)
	}
}
