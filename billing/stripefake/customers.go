package stripefake

import "maps"

func createCustomer(c *call) (any, error) {
	v := &customer{Object: "customer", Created: c.now().Unix(), Name: c.p.opt("name"), Email: c.p.opt("email"), Metadata: c.p.dict("metadata")}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	v.ID = c.st.id("cus")
	c.st.Customers[v.ID] = v
	c.emit("customer.created", v)
	return v, nil
}

func listCustomers(c *call) (any, error) {
	email := c.p.str("email")
	all := newest(c.st, c.st.Customers, func(v *customer) bool {
		return !v.Deleted && (email == "" || v.Email != nil && *v.Email == email)
	})
	return page(c, "/v1/customers", all, func(v *customer) string { return v.ID })
}

func (c *call) customer(id, param string) (*customer, error) {
	v, ok := c.st.Customers[id]
	if !ok {
		return nil, missing(param, "customer", id)
	}
	return v, nil
}

func getCustomer(c *call) (any, error) { return c.customer(c.id, "id") }

func updateCustomer(c *call) (any, error) {
	v, err := c.customer(c.id, "id")
	if err != nil {
		return nil, err
	}
	if v.Deleted {
		return nil, missing("id", "customer", c.id)
	}
	name, email, meta := v.Name, v.Email, c.p.dict("metadata")
	c.p.change("name", &name)
	c.p.change("email", &email)
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	v.Name, v.Email = name, email
	maps.Copy(v.Metadata, meta)
	c.emit("customer.updated", v)
	return v, nil
}

// deleteCustomer also ends what the customer had.
func deleteCustomer(c *call) (any, error) {
	v, err := c.customer(c.id, "id")
	if err != nil {
		return nil, err
	}
	for _, sub := range c.st.Subscriptions {
		if sub.Customer == c.id && sub.EndedAt == nil {
			c.end(sub)
		}
	}
	v.Deleted = true
	c.emit("customer.deleted", v)
	return map[string]any{"id": v.ID, "object": "customer", "deleted": true}, nil
}
