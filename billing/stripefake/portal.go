package stripefake

import "slices"

func createPortal(c *call) (any, error) {
	cusID, err := c.p.need("customer")
	if err != nil {
		return nil, err
	}
	back, err := c.p.need("return_url")
	if err != nil {
		return nil, err
	}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if cus, ok := c.st.Customers[cusID]; !ok || cus.Deleted {
		return nil, missing("customer", "customer", cusID)
	}
	v := &portalSession{ID: c.st.id("bps"), Object: "billing_portal.session", Created: c.now().Unix(), Customer: cusID, ReturnURL: back}
	v.URL = c.base.String() + "/portal/" + v.ID
	c.st.Portals[v.ID] = v
	return v, nil
}

func listEvents(c *call) (any, error) {
	kind, kinds := c.p.str("type"), c.p.strings("types")
	since, err := c.p.at("created").num("gte", 0)
	if err != nil {
		return nil, err
	}
	var all []*Event
	for i := len(c.st.Events) - 1; i >= 0; i-- {
		e := &c.st.Events[i]
		if e.Created >= since && (kind == "" || e.Type == kind) && (len(kinds) == 0 || slices.Contains(kinds, e.Type)) {
			all = append(all, e)
		}
	}
	return page(c, "/v1/events", all, func(v *Event) string { return v.ID })
}

func getEvent(c *call) (any, error) {
	for i := range c.st.Events {
		if c.st.Events[i].ID == c.id {
			return &c.st.Events[i], nil
		}
	}
	return nil, missing("id", "event", c.id)
}
