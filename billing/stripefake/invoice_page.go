package stripefake

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
)

// invoicePage is the model of an invoice's hosted page.
type invoicePage struct {
	Frame              frame
	Base, ID, Token    string
	Number, Date, Name string
	Status, Due        string
	Lines              []checkoutLine
	Open               bool
}

func (p *pages) invoice(w http.ResponseWriter, r *http.Request) {
	p.Control.Tick()
	page, ok := p.invoiceModel(r.PathValue("id"))
	if !ok {
		p.say(w, http.StatusNotFound, nothingHere(""))
		return
	}
	p.render(w, http.StatusOK, "invoice.html", page)
}

func (p *pages) invoiceModel(id string) (invoicePage, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	in, ok := p.st.Invoices[id]
	if !ok {
		return invoicePage{}, false
	}
	page := invoicePage{
		Frame: p.frame("Invoice " + in.Number), Base: p.base.Path, ID: id, Token: p.token(id), Number: in.Number, Date: date(in.Created),
		Status: p.invoiceState(in), Due: money(in.AmountDue, in.Currency), Open: in.Status == "open",
	}
	if cus := p.st.Customers[in.Customer]; cus != nil {
		page.Name = deref(cus.Name)
	}
	for _, l := range in.Lines.Data {
		page.Lines = append(page.Lines, checkoutLine{Name: l.Description, Price: money(l.Amount, l.Currency)})
	}
	for _, d := range in.TotalDiscountAmounts {
		page.Lines = append(page.Lines, checkoutLine{Name: "Discount", Price: money(-d.Amount, in.Currency)})
	}
	if used := in.EndingBalance - in.StartingBalance; used > 0 {
		page.Lines = append(page.Lines, checkoutLine{Name: "Credit of earlier invoices", Price: money(-used, in.Currency)})
	}
	return page, true
}

// payInvoiceNow pays an open invoice with the good card that is on the page.
func (p *pages) payInvoiceNow(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if !p.allowed(r, id) {
		p.forged(w)
		return
	}
	known := true
	_ = p.change(func() error {
		in, ok := p.st.Invoices[id]
		if known = ok; !ok || in.Status != "open" {
			return nil
		}
		delete(p.st.Declining, in.Customer)
		if p.collect(in) {
			p.emit("customer.subscription.updated", p.st.Subscriptions[*in.Subscription])
		}
		return nil
	})
	if !known {
		p.say(w, http.StatusNotFound, nothingHere(""))
		return
	}
	http.Redirect(w, r, p.base.Path+"/invoice/"+id, http.StatusSeeOther)
}

func (p *pages) invoicePDF(w http.ResponseWriter, r *http.Request) {
	page, ok := p.invoiceModel(r.PathValue("id"))
	if !ok {
		p.say(w, http.StatusNotFound, nothingHere(""))
		return
	}
	lines := []string{"Invoice " + page.Number, page.Date + ", " + page.Status, page.Name, ""}
	for _, l := range page.Lines {
		lines = append(lines, l.Name+": "+l.Price)
	}
	lines = append(lines, "", "Amount due "+page.Due, "", "A stand-in's invoice. No money moved.")
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="`+page.Number+`.pdf"`)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(pdf(lines))
}

// pdf is one page of text, as small as the format allows (ISO 32000-1, 7.5). Letters
// outside of ASCII become question marks: the standard fonts have no others by name.
func pdf(lines []string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 12 Tf 60 780 Td 18 TL\n")
	escape := strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`)
	for _, l := range lines {
		plain := strings.Map(func(r rune) rune {
			switch {
			case r == '×':
				return 'x'
			case r == '−':
				return '-'
			case r < ' ' || r > '~':
				return '?'
			}
			return r
		}, l)
		fmt.Fprintf(&text, "(%s) Tj T*\n", escape.Replace(plain))
	}
	text.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}
