package stripefake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const maxBody = 1 << 20

// call is one request to the API.
type call struct {
	*Server
	p  *params
	id string // from the path
}

type handler func(*call) (any, error)

// savedAnswer is what an idempotency key stands for.
type savedAnswer struct {
	fingerprint string
	status      int
	body        []byte
}

// API is Stripe's HTTP API, under /v1.
func (s *Server) API() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]handler{
		"POST /v1/customers":        createCustomer,
		"GET /v1/customers":         listCustomers,
		"GET /v1/customers/{id}":    getCustomer,
		"POST /v1/customers/{id}":   updateCustomer,
		"DELETE /v1/customers/{id}": deleteCustomer,

		"POST /v1/products":      createProduct,
		"GET /v1/products":       listProducts,
		"GET /v1/products/{id}":  getProduct,
		"POST /v1/products/{id}": updateProduct,
		"POST /v1/prices":        createPrice,
		"GET /v1/prices":         listPrices,
		"GET /v1/prices/{id}":    getPrice,
		"POST /v1/prices/{id}":   updatePrice,

		"POST /v1/checkout/sessions":                createSession,
		"GET /v1/checkout/sessions":                 listSessions,
		"GET /v1/checkout/sessions/{id}":            getSession,
		"GET /v1/checkout/sessions/{id}/line_items": getLineItems,
		"POST /v1/checkout/sessions/{id}/expire":    expireSession,

		"GET /v1/subscriptions":         listSubscriptions,
		"GET /v1/subscriptions/{id}":    getSubscription,
		"POST /v1/subscriptions/{id}":   updateSubscription,
		"DELETE /v1/subscriptions/{id}": cancelSubscription,

		"GET /v1/invoices":             listInvoices,
		"GET /v1/invoices/upcoming":    upcomingInvoice,
		"GET /v1/invoices/{id}":        getInvoice,
		"POST /v1/invoices/{id}/pay":   payInvoice,
		"GET /v1/payment_intents/{id}": getIntent,
		"GET /v1/charges":              listCharges,
		"GET /v1/charges/{id}":         getCharge,
		"GET /v1/disputes":             listDisputes,
		"GET /v1/disputes/{id}":        getDispute,
		"POST /v1/refunds":             createRefund,
		"GET /v1/refunds":              listRefunds,

		"POST /v1/coupons":              createCoupon,
		"GET /v1/coupons/{id}":          getCoupon,
		"POST /v1/promotion_codes":      createPromotionCode,
		"GET /v1/promotion_codes":       listPromotionCodes,
		"POST /v1/promotion_codes/{id}": updatePromotionCode,

		"POST /v1/billing_portal/sessions": createPortal,
		"GET /v1/events":                   listEvents,
		"GET /v1/events/{id}":              getEvent,

		"POST /v1/webhook_endpoints":      createEndpoint,
		"POST /v1/webhook_endpoints/{id}": updateEndpoint,
		"GET /v1/webhook_endpoints":       listEndpoints,
	} {
		mux.Handle(pattern, s.endpoint(h))
	}
	mux.Handle("/", s.endpoint(nil))
	return mux
}

// endpoint does what every request shares: key, form, idempotency, answer.
func (s *Server) endpoint(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			send(w, nil, &apiError{status: http.StatusRequestEntityTooLarge, Type: "invalid_request_error", Message: "The request is too large."})
			return
		}
		if !hasKey(r) {
			send(w, nil, &apiError{status: http.StatusUnauthorized, Type: "invalid_request_error", Message: "You did not provide an API key."})
			return
		}
		if h == nil {
			send(w, nil, &apiError{status: http.StatusNotFound, Type: "invalid_request_error", Message: fmt.Sprintf("Unrecognized request URL (%s: %s).", r.Method, r.URL.Path)})
			return
		}
		form := string(body)
		if r.Method == http.MethodGet || form == "" {
			form = r.URL.RawQuery
		}
		p, err := parseParams(form)
		if err != nil {
			send(w, nil, err)
			return
		}
		s.answer(w, r, body, &call{Server: s, p: p, id: r.PathValue("id")}, h)
	})
}

// answer runs the handler once for an idempotency key. The state's lock is held
// throughout, so the same key twice at once is answered one after the other.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, body []byte, c *call, h handler) {
	key := r.Header.Get("Idempotency-Key")
	print := fingerprint(r, body)
	var status int
	var out []byte
	run := s.change
	if r.Method == http.MethodGet {
		run = s.look
	}
	_ = run(func() error {
		if old, ok := s.saved[key]; ok && key != "" && r.Method == http.MethodPost {
			if old.fingerprint != print {
				status, out = encodeAnswer(nil, &apiError{status: http.StatusBadRequest, Type: "idempotency_error", Message: fmt.Sprintf(
					"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '%s' if you meant to execute a different request.", key)})
				return nil
			}
			w.Header().Set("Idempotent-Replayed", "true")
			status, out = old.status, old.body
			return nil
		}
		expand := c.p.strings("expand")
		v, err := h(c)
		if err == nil {
			v, err = c.expanded(v, expand)
		}
		status, out = encodeAnswer(v, err)
		var e *apiError
		unsaved := errors.As(err, &e) && e.unsaved
		if key != "" && r.Method == http.MethodPost && !unsaved {
			s.saved[key] = savedAnswer{print, status, out}
		}
		return nil
	})
	w.Header().Set("Idempotency-Key", key)
	write(w, status, out)
}

func send(w http.ResponseWriter, v any, err error) {
	status, body := encodeAnswer(v, err)
	write(w, status, body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Stripe-Version", APIVersion)
	w.Header().Set("Request-Id", "req_standin")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func hasKey(r *http.Request) bool {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if user, _, basic := r.BasicAuth(); basic {
		key, ok = user, true
	}
	return ok && strings.TrimSpace(key) != ""
}

func fingerprint(r *http.Request, body []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", r.Method, r.URL.RequestURI())
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// expanded replaces ids by whole objects where expand[] asks for it.
func (c *call) expanded(v any, paths []string) (any, error) {
	if len(paths) == 0 {
		return v, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	for _, path := range paths {
		if tree, err = c.expand(tree, strings.Split(path, "."), path); err != nil {
			return nil, err
		}
	}
	return tree, nil
}

func (c *call) expand(node any, path []string, whole string) (any, error) {
	switch n := node.(type) {
	case string:
		o, ok := c.st.find(n)
		if !ok {
			return nil, invalid("expand", "", "This property cannot be expanded (%s).", whole)
		}
		return c.expanded(o, nonEmpty(strings.Join(path, ".")))
	case map[string]any:
		if len(path) == 0 {
			return n, nil
		}
		child, ok := n[path[0]]
		if id, isCharge := n["id"].(string); path[0] == "refunds" && isCharge && n["object"] == "charge" {
			child, ok = c.refundsOf(id), true
		}
		if !ok {
			return nil, invalid("expand", "", "This property cannot be expanded (%s).", whole)
		}
		next, err := c.expand(child, path[1:], whole)
		n[path[0]] = next
		return n, err
	case []any:
		for i := range n {
			next, err := c.expand(n[i], path, whole)
			if err != nil {
				return nil, err
			}
			n[i] = next
		}
		return n, nil
	default:
		return node, nil
	}
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// page cuts a list as limit and starting_after ask.
func page[T any](c *call, path string, all []*T, id func(*T) string) (any, error) {
	limit, err := c.p.num("limit", 10)
	if err != nil {
		return nil, err
	}
	if limit < 1 || limit > 100 {
		return nil, invalid("limit", "parameter_invalid_integer", "limit must be between 1 and 100.")
	}
	if after := c.p.str("starting_after"); after != "" {
		at := -1
		for i, v := range all {
			if id(v) == after {
				at = i
			}
		}
		if at < 0 {
			return nil, missing("starting_after", "object", after)
		}
		all = all[at+1:]
	}
	if err := c.p.unknown(); err != nil {
		return nil, err
	}
	more := int64(len(all)) > limit
	if more {
		all = all[:limit]
	}
	return list[*T]{Object: "list", URL: path, HasMore: more, Data: append([]*T{}, all...)}, nil
}
