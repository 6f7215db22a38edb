package stripefake

// endpoint is a webhook endpoint as the account lists it. The courier delivers to
// [Config.WebhookURL] whether or not it is among them.
type endpoint struct {
	ID            string            `json:"id"`
	Object        string            `json:"object"`
	APIVersion    *string           `json:"api_version"`
	Created       int64             `json:"created"`
	EnabledEvents []string          `json:"enabled_events"`
	Livemode      bool              `json:"livemode"`
	Metadata      map[string]string `json:"metadata"`
	Status        string            `json:"status"`
	URL           string            `json:"url"`
}

func createEndpoint(c *call) (any, error) {
	address, err := c.p.need("url")
	if err != nil {
		return nil, err
	}
	events := c.p.strings("enabled_events")
	if len(events) == 0 {
		return nil, invalid("enabled_events", "parameter_missing", "Missing required param: enabled_events.")
	}
	v := &endpoint{
		Object: "webhook_endpoint", APIVersion: c.p.opt("api_version"), Created: c.now().Unix(), EnabledEvents: events,
		Metadata: c.p.dict("metadata"), Status: "enabled", URL: address,
	}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	v.ID = c.st.id("we")
	c.st.Endpoints[v.ID] = v
	return v, nil
}

func updateEndpoint(c *call) (any, error) {
	v, ok := c.st.Endpoints[c.id]
	if !ok {
		return nil, missing("webhook_endpoint", "webhook endpoint", c.id)
	}
	events, off := c.p.strings("enabled_events"), c.p.yes("disabled")
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	if len(events) > 0 {
		v.EnabledEvents = events
	}
	if v.Status = "enabled"; off {
		v.Status = "disabled"
	}
	return v, nil
}

func listEndpoints(c *call) (any, error) {
	all := newest(c.st, c.st.Endpoints, func(*endpoint) bool { return true })
	return page(c, "/v1/webhook_endpoints", all, func(v *endpoint) string { return v.ID })
}
