package stripefake

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"
)

//go:embed pages
var pageFiles embed.FS

// Pages is what people see: the payment page and the billing portal. It wants
// the whole path, as the browser sent it; a host that strips the base's path
// before is fine too.
func (s *Server) Pages() http.Handler {
	t := template.Must(template.ParseFS(pageFiles, "pages/*.html"))
	p := &pages{Server: s, t: t}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /style.css", p.style)
	mux.HandleFunc("GET /checkout/{id}", p.checkout)
	mux.HandleFunc("POST /checkout/{id}/pay", p.payNow)
	mux.HandleFunc("POST /checkout/{id}/decline", p.declineNow)
	mux.HandleFunc("GET /payments", p.payments)
	mux.HandleFunc("POST /payments/{id}/refund", p.refundNow)
	mux.HandleFunc("POST /checkout/{id}/code", p.codeNow)
	mux.HandleFunc("GET /invoice/{id}", p.invoice)
	mux.HandleFunc("GET /invoice/{id}/pdf", p.invoicePDF)
	mux.HandleFunc("POST /invoice/{id}/pay", p.payInvoiceNow)
	mux.HandleFunc("GET /portal/{id}", p.portal)
	mux.HandleFunc("POST /portal/{id}/{action}", p.portalAct)
	mux.HandleFunc("GET /desk", p.desk)
	mux.HandleFunc("POST /desk/{id}/{action}", p.deskAct)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { p.say(w, http.StatusNotFound, nothingHere("")) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		if rest, ok := strings.CutPrefix(r.URL.Path, s.base.Path+"/"); ok && s.base.Path != "" {
			r2 := r.Clone(r.Context())
			r2.URL.Path, r2.URL.RawPath = "/"+rest, ""
			r = r2
		}
		mux.ServeHTTP(w, r)
	})
}

type pages struct {
	*Server
	t *template.Template
}

// frame is what every page has.
type frame struct {
	Title string
	Style string
}

func (p *pages) frame(title string) frame {
	return frame{Title: title, Style: p.base.Path + "/style.css"}
}

// message is a page that says one thing.
type message struct {
	Frame       frame
	Head, Text  string
	Link, Label string
}

func nothingHere(back string) message {
	return message{Head: "There is no such page", Text: "The link is wrong or incomplete. Nothing was charged.", Link: back, Label: "Back"}
}

func (p *pages) say(w http.ResponseWriter, status int, m message) {
	m.Frame = p.frame(m.Head)
	p.render(w, status, "message.html", m, m.Link)
}

// render writes a page under a policy that lets in our style sheet only, and
// lets forms lead to where the session wants people to go.
func (p *pages) render(w http.ResponseWriter, status int, name string, model any, leadsTo ...string) {
	var b bytes.Buffer
	if err := p.t.ExecuteTemplate(&b, name, model); err != nil {
		p.cfg.Log.Error("a page of the stand-in cannot be drawn", "page", name, "error", err)
		http.Error(w, "This page cannot be shown. Nothing was charged.", http.StatusInternalServerError)
		return
	}
	targets := "'self'"
	for _, to := range leadsTo {
		if u, err := url.Parse(to); err == nil && u.Host != "" {
			targets += " " + u.Scheme + "://" + u.Host
		}
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action "+targets+"; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func (p *pages) style(w http.ResponseWriter, _ *http.Request) {
	b, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		http.Error(w, "no style sheet", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b)
}

// token proves that a form came from the page of this very object.
func (p *pages) token(id string) string {
	mac := hmac.New(sha256.New, p.pageKey)
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil))
}

func (p *pages) allowed(r *http.Request, id string) bool {
	return hmac.Equal([]byte(r.PostFormValue("token")), []byte(p.token(id)))
}

// checkoutPage is the model of the payment page.
type checkoutPage struct {
	Frame          frame
	Base, ID       string
	Token          string
	Lines          []checkoutLine
	Total, Every   string
	Then           string
	Email, Back    string
	Declined, Once bool
	Trial          string // when a trial ends that begins now; "" for none
	Codes          bool   // promotion codes may be typed
	Code, Off      string // the one in use, and what it takes off today
	Typed          string // one that is not valid
}

type checkoutLine struct{ Name, Count, Price string }

func (p *pages) checkout(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(*session) error { return nil }, func(v session) { p.show(w, http.StatusOK, v, shown{}) })
}

func (p *pages) payNow(w http.ResponseWriter, r *http.Request) {
	if !p.allowed(r, r.PathValue("id")) {
		p.forged(w)
		return
	}
	p.act(w, r, p.pay, func(v session) { http.Redirect(w, r, successURL(v), http.StatusSeeOther) })
}

func (p *pages) declineNow(w http.ResponseWriter, r *http.Request) {
	if !p.allowed(r, r.PathValue("id")) {
		p.forged(w)
		return
	}
	decline := func(v *session) error { p.decline(v); return nil }
	p.act(w, r, decline, func(v session) { p.show(w, http.StatusPaymentRequired, v, shown{declined: true}) })
}

// codeNow takes a promotion code that somebody typed; an empty one takes it off.
func (p *pages) codeNow(w http.ResponseWriter, r *http.Request) {
	if !p.allowed(r, r.PathValue("id")) {
		p.forged(w)
		return
	}
	typed := strings.TrimSpace(r.PostFormValue("code"))
	var refusal error
	use := func(v *session) error { refusal = p.useCode(v, typed); return nil }
	p.act(w, r, use, func(v session) {
		if refusal != nil {
			p.show(w, http.StatusUnprocessableEntity, v, shown{typed: typed})
			return
		}
		http.Redirect(w, r, p.base.Path+"/checkout/"+v.ID, http.StatusSeeOther)
	})
}

func (p *pages) forged(w http.ResponseWriter) {
	p.say(w, http.StatusForbidden, message{Head: "Please press the button again",
		Text: "This form is from an older page. Nothing was charged. Go back, reload the page and try again."})
}

// act finds an open session and does something with it; a session that is not
// open any more gets a page that says so.
func (p *pages) act(w http.ResponseWriter, r *http.Request, do func(*session) error, then func(session)) {
	var v session
	var before string
	err := p.change(func() error {
		found, err := p.session(r.PathValue("id"))
		if err != nil {
			return err
		}
		before = found.Status
		if before == "open" {
			err = do(found)
		}
		v = *found
		return err
	})
	var e *apiError
	switch {
	case errors.As(err, &e) && e.Code == "resource_missing":
		p.say(w, http.StatusNotFound, nothingHere(""))
	case errors.As(err, &e) && e.Code == "promotion_code_invalid":
		p.show(w, http.StatusConflict, v, shown{typed: "used up or stopped meanwhile"})
	case err != nil:
		p.cfg.Log.Error("the stand-in could not take a payment", "session", v.ID, "error", err)
		p.say(w, http.StatusInternalServerError, message{Head: "The payment did not go through", Text: "Nothing was charged. The fault is ours; please try again.", Link: deref(v.CancelURL), Label: "Back"})
	case before == "complete":
		p.say(w, http.StatusConflict, message{Head: "This is paid already", Text: "It was charged once, and will not be charged again.", Link: successURL(v), Label: "Continue"})
	case before == "expired":
		p.say(w, http.StatusGone, message{Head: "This payment page has expired", Text: "Nothing was charged. Go back and start again.", Link: deref(v.CancelURL), Label: "Back"})
	default:
		then(v)
	}
}

func successURL(v session) string {
	return strings.ReplaceAll(v.SuccessURL, "{CHECKOUT_SESSION_ID}", v.ID)
}

// shown is what a payment page says of what was just tried.
type shown struct {
	declined bool
	typed    string // a code that is not valid
}

func (p *pages) show(w http.ResponseWriter, status int, v session, said shown) {
	page := checkoutPage{
		Frame: p.frame("Pay " + money(v.AmountTotal, v.Currency)), Base: p.base.Path, ID: v.ID, Token: p.token(v.ID),
		Total: money(v.AmountTotal, v.Currency), Back: deref(v.CancelURL), Email: p.email(v), Declined: said.declined, Once: v.Mode == "payment",
		Codes: v.AllowPromotionCodes, Typed: said.typed,
	}
	var whole int64
	for _, li := range v.LineItems.Data {
		whole += li.AmountTotal
		line := checkoutLine{Name: li.Description, Price: money(li.AmountTotal, li.Currency), Count: seats(li)}
		page.Lines = append(page.Lines, line)
		if li.Price.Recurring != nil {
			page.Every = li.Price.Recurring.Interval
		}
	}
	if page.Every != "" {
		page.Then = money(whole, v.Currency) + " every " + page.Every + " until you cancel"
	}
	p.promises(&page, v)
	p.render(w, status, "checkout.html", page, v.SuccessURL, page.Back)
}

// promises are what a trial and a code change of the page.
func (p *pages) promises(page *checkoutPage, v session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.st.TrialDays[v.ID] > 0 {
		page.Trial = date(p.trialEnds(&v).Unix())
	}
	if code := p.st.PromotionCodes[p.st.SessionCodes[v.ID]]; code != nil {
		page.Code, page.Off = code.Code, deref(code.Coupon.Name)
		if off := v.TotalDetails.AmountDiscount; off > 0 {
			page.Off = money(off, v.Currency)
		}
	}
}

func (p *pages) email(v session) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if v.Customer != nil {
		if cus, ok := p.st.Customers[*v.Customer]; ok && cus.Email != nil {
			return *cus.Email
		}
	}
	return deref(v.CustomerEmail)
}

func seats(li lineItem) string {
	each := money(li.Price.UnitAmount, li.Currency)
	if li.Price.Recurring == nil {
		if li.Quantity == 1 {
			return "Once"
		}
		return count(li.Quantity, "piece", "pieces") + ", " + each + " each"
	}
	return count(li.Quantity, "seat", "seats") + ", " + each + " a seat a " + li.Price.Recurring.Interval
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func date(unix int64) string { return time.Unix(unix, 0).UTC().Format("2 January 2006") }
