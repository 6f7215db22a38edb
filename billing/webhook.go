package billing

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// readEvent reads a webhook whose signature has been verified. Of its content
// only the names are taken; the state is fetched.
func readEvent(payload []byte, header string) (Event, error) {
	at, err := signedAt(header)
	if err != nil {
		return Event{}, err
	}
	var e struct {
		ID, Type string
		Created  int64
		Data     struct{ Object json.RawMessage }
	}
	if err := json.Unmarshal(payload, &e); err != nil {
		return Event{}, fmt.Errorf("billing: read the event: %w", err)
	}
	event, err := reduce(Event{ID: e.ID, Type: e.Type, SignedAt: at, Created: unix(e.Created)}, e.Data.Object)
	if err != nil {
		return Event{}, fmt.Errorf("billing: read the event: %w", err)
	}
	return event, nil
}

// reduce keeps of an event's object where to look.
func reduce(event Event, object []byte) (Event, error) {
	if event.ID == "" || event.Type == "" {
		return Event{}, errors.New("it has no id or no type")
	}
	var o struct {
		ID, Object       string
		Customer, Charge expandable
	}
	if len(object) > 0 {
		if err := json.Unmarshal(object, &o); err != nil {
			return Event{}, err
		}
	}
	event.Object, event.ObjectID, event.Customer = o.Object, o.ID, string(o.Customer)
	switch o.Object {
	case "customer":
		event.Customer = o.ID
	case "dispute", "refund":
		event.Charge = string(o.Charge)
	}
	return event, nil
}

// expandable is an id that Stripe may also send as the whole object.
type expandable string

// UnmarshalJSON takes either form.
func (x *expandable) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		var o struct{ ID string }
		err := json.Unmarshal(b, &o)
		*x = expandable(o.ID)
		return err
	}
	var id *string
	if err := json.Unmarshal(b, &id); err != nil {
		return err
	}
	if id != nil {
		*x = expandable(*id)
	}
	return nil
}

// signedAt reads the one timestamp of a Stripe-Signature header. Two of them
// are refused: the library would check one and we might bound the other.
func signedAt(header string) (time.Time, error) {
	var found []string
	for part := range strings.SplitSeq(header, ",") {
		if v, ok := strings.CutPrefix(part, "t="); ok {
			found = append(found, v)
		}
	}
	if len(found) != 1 {
		return time.Time{}, fmt.Errorf("%w: %d timestamps", ErrSignature, len(found))
	}
	unix, err := strconv.ParseInt(found[0], 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: timestamp: %w", ErrSignature, err)
	}
	return time.Unix(unix, 0).UTC(), nil
}
