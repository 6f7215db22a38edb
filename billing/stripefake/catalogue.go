package stripefake

import (
	"maps"
	"slices"
	"strconv"
)

func createProduct(c *call) (any, error) {
	name, err := c.p.need("name")
	if err != nil {
		return nil, err
	}
	v := &product{ID: c.p.str("id"), Object: "product", Active: true, Created: c.now().Unix(), Name: name, Metadata: c.p.dict("metadata")}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if _, taken := c.st.Products[v.ID]; taken {
		return nil, refused("resource_already_exists", "Product already exists.")
	}
	if v.ID == "" {
		v.ID = c.st.id("prod")
	}
	c.st.Serial++
	c.st.Order[v.ID] = c.st.Serial
	c.st.Products[v.ID] = v
	c.emit("product.created", v)
	return v, nil
}

func listProducts(c *call) (any, error) {
	active, filter := c.p.yes("active"), c.p.has("active")
	all := newest(c.st, c.st.Products, func(v *product) bool { return !filter || v.Active == active })
	return page(c, "/v1/products", all, func(v *product) string { return v.ID })
}

func getProduct(c *call) (any, error) {
	v, ok := c.st.Products[c.id]
	if !ok {
		return nil, missing("id", "product", c.id)
	}
	return v, nil
}

func updateProduct(c *call) (any, error) {
	v, ok := c.st.Products[c.id]
	if !ok {
		return nil, missing("id", "product", c.id)
	}
	name, active, meta := c.p.opt("name"), c.p.yes("active"), c.p.dict("metadata")
	hasActive := c.p.has("active")
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if name != nil {
		v.Name = *name
	}
	if hasActive {
		v.Active = active
	}
	maps.Copy(v.Metadata, meta)
	c.emit("product.updated", v)
	return v, nil
}

func createPrice(c *call) (any, error) {
	v, transfer, err := c.readPrice()
	if err != nil {
		return nil, err
	}
	if _, ok := c.st.Products[v.Product]; !ok {
		return nil, missing("product", "product", v.Product)
	}
	if err := c.takeLookupKey(v.LookupKey, transfer); err != nil {
		return nil, err
	}
	v.ID = c.st.id("price")
	c.st.Prices[v.ID] = v
	c.emit("price.created", v)
	return v, nil
}

func (c *call) readPrice() (*price, bool, error) {
	currency, err := c.p.need("currency")
	if err != nil {
		return nil, false, err
	}
	productID, err := c.p.need("product")
	if err != nil {
		return nil, false, err
	}
	cents, err := c.p.num("unit_amount", -1)
	if err != nil {
		return nil, false, err
	}
	if cents < 0 {
		return nil, false, invalid("unit_amount", "parameter_missing", "Missing required param: unit_amount.")
	}
	v := &price{
		Object: "price", Active: true, BillingScheme: "per_unit", Created: c.now().Unix(), Currency: currency,
		LookupKey: c.p.opt("lookup_key"), Metadata: c.p.dict("metadata"), Nickname: c.p.opt("nickname"), Product: productID,
		Type: "one_time", UnitAmount: cents, UnitAmountDecimal: strconv.FormatInt(cents, 10),
	}
	if r := c.p.at("recurring"); r.sub != nil {
		interval := r.str("interval")
		if !slices.Contains([]string{"day", "week", "month", "year"}, interval) {
			return nil, false, invalid("recurring[interval]", "", "Invalid recurring[interval]: must be one of day, month, week, or year")
		}
		v.Type = "recurring"
		v.Recurring = &recurring{Interval: interval, IntervalCount: 1, UsageType: "licensed"}
	}
	transfer := c.p.yes("transfer_lookup_key")
	return v, transfer, c.p.unknown()
}

// takeLookupKey keeps lookup keys unique: one price has it, or takes it over.
func (c *call) takeLookupKey(key *string, transfer bool) error {
	if key == nil {
		return nil
	}
	for _, old := range c.st.Prices {
		if old.LookupKey == nil || *old.LookupKey != *key {
			continue
		}
		if !transfer {
			return invalid("lookup_key", "resource_already_exists", "A price (`%s`) already uses that lookup key.", old.ID)
		}
		old.LookupKey = nil
		c.emit("price.updated", old)
	}
	return nil
}

func listPrices(c *call) (any, error) {
	keys, product := c.p.strings("lookup_keys"), c.p.str("product")
	active, filter := c.p.yes("active"), c.p.has("active")
	all := newest(c.st, c.st.Prices, func(v *price) bool {
		if filter && v.Active != active || product != "" && v.Product != product {
			return false
		}
		return len(keys) == 0 || v.LookupKey != nil && slices.Contains(keys, *v.LookupKey)
	})
	return page(c, "/v1/prices", all, func(v *price) string { return v.ID })
}

func getPrice(c *call) (any, error) {
	v, ok := c.st.Prices[c.id]
	if !ok {
		return nil, missing("price", "price", c.id)
	}
	return v, nil
}

func updatePrice(c *call) (any, error) {
	v, ok := c.st.Prices[c.id]
	if !ok {
		return nil, missing("price", "price", c.id)
	}
	active, hasActive, meta := c.p.yes("active"), c.p.has("active"), c.p.dict("metadata")
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if hasActive {
		v.Active = active
	}
	maps.Copy(v.Metadata, meta)
	c.emit("price.updated", v)
	return v, nil
}
