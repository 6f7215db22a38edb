package stripemock

import (
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := Run(m.Run)
	if err := goleak.Find(); code == 0 && err != nil {
		println("something is left running:", err.Error())
		code = 1
	}
	os.Exit(code)
}

const form = "application/x-www-form-urlencoded"

// TestItKnowsWhatStripeTakes proves that a wrong request is noticed, of each way
// in which one can be wrong.
func TestItKnowsWhatStripeTakes(t *testing.T) {
	for name, c := range map[string]struct {
		request
		refused string // part of what is said of it; "" = it is taken
	}{
		"a customer":            {request{"POST", "/v1/customers", form, "2023-10-16", []byte("name=Acme&metadata[a]=b")}, ""},
		"a list":                {request{"GET", "/v1/prices?lookup_keys[0]=parley_pro_month&active=true", "", "2023-10-16", nil}, ""},
		"an unknown path":       {request{"POST", "/v1/customers/cus_1/upgrade", form, "2023-10-16", nil}, "nrecognized request URL"},
		"an unknown method":     {request{"DELETE", "/v1/invoices", "", "2023-10-16", nil}, "nrecognized request URL"},
		"an unknown parameter":  {request{"POST", "/v1/customers", form, "2023-10-16", []byte("colour=green")}, "colour"},
		"an unknown in a query": {request{"GET", "/v1/prices?colour=green", "", "2023-10-16", nil}, "colour"},
		"a nested unknown":      {request{"POST", "/v1/prices", form, "2023-10-16", []byte("currency=usd&product=p&recurring[interval]=month&recurring[every]=1")}, "every"},
		"a value out of a list": {request{"POST", "/v1/prices", form, "2023-10-16", []byte("currency=usd&product=p&recurring[interval]=fortnight")}, "interval"},
		"a missing parameter":   {request{"POST", "/v1/prices", form, "2023-10-16", []byte("product=p")}, "currency"},
		"another version of it": {request{"POST", "/v1/customers", form, "2019-01-01", nil}, "version"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.ask(Client(t))
			if (c.refused == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%v, want %q", err, c.refused)
			}
		})
	}
}

// TestKindsOfRequests: ids and free text make no new kind, names and words do.
func TestKindsOfRequests(t *testing.T) {
	one := request{method: "POST", address: "/v1/subscriptions/sub_aaaaaaaaaaaaaaaaaaaaaaaaaa", body: []byte("items[0][quantity]=3&proration_behavior=none&metadata[org]=one")}
	same := one
	same.address, same.body = "/v1/subscriptions/sub_bbbbbbbbbbbbbbbbbbbbbbbbbb", []byte("metadata[org]=two&items[0][quantity]=40&proration_behavior=none")
	if one.shape() != same.shape() {
		t.Errorf("%q is another kind than %q", same.shape(), one.shape())
	}
	for _, body := range []string{"items[0][quantity]=3&proration_behavior=always_invoice&metadata[org]=one", "items[0][price]=3&proration_behavior=none&metadata[org]=one"} {
		other := one
		other.body = []byte(body)
		if one.shape() == other.shape() {
			t.Errorf("%s is no new kind", body)
		}
	}
}
