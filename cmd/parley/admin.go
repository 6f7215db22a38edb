package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

const adminUsage = `use one of
  parley admin org create --name "Acme" --plan free [--json]
  parley admin user create --org acme --email ann@acme.example --name "Ann" --role owner --password-stdin
  parley admin operator create --email ops@example.org --name "Ops" --password-stdin
  parley admin key create --org acme [--label "our robot"] [--json]
  parley admin plan set --plan pro [--meeting-length 40m] [--participants 100] [--monthly-cents 1299] [--yearly-cents 12468]
  parley admin plan move --org acme
  parley admin audit verify [--org acme] [--json]
  parley admin ledger verify [--org acme] [--json]`

// admin is what the admin commands take besides the settings that all commands share.
type admin struct {
	name, plan, org, email, role, label string
	length                              time.Duration
	participants                        int
	monthly, yearly                     int64
	passwordStdin, json                 bool
}

func (a *admin) flags(fs *flag.FlagSet) {
	fs.StringVar(&a.name, "name", "", "`name` of the organization or person")
	fs.StringVar(&a.plan, "plan", "", "`id` of a plan: free, pro, business, enterprise")
	fs.StringVar(&a.org, "org", "", "`slug` of the organization, as in its address")
	fs.StringVar(&a.email, "email", "", "e-mail `address`")
	fs.StringVar(&a.role, "role", "member", "`role`: owner, admin, billing, member")
	fs.StringVar(&a.label, "label", "made by an operator", "what the key is `for`")
	fs.DurationVar(&a.length, "meeting-length", 0, "longest meeting, such as `40m`")
	fs.IntVar(&a.participants, "participants", 0, "most `people` in a meeting")
	fs.Int64Var(&a.monthly, "monthly-cents", 0, "`price` of a seat for a month, in cents")
	fs.Int64Var(&a.yearly, "yearly-cents", 0, "`price` of a seat for a year, in cents")
	fs.BoolVar(&a.passwordStdin, "password-stdin", false, "read the password from the standard input")
	fs.BoolVar(&a.json, "json", false, "answer in JSON")
}

// runAdmin works on the same data as a running server, beside it.
func runAdmin(ctx context.Context, args []string, std stdio) error {
	jobs := map[string]func(context.Context, *process, admin) error{
		"org create": orgCreate, "user create": userCreate, "operator create": operatorCreate, "key create": keyCreate, "plan set": planSet, "plan move": planMove,
		"audit verify": auditVerify, "ledger verify": ledgerVerify,
	}
	if len(args) < 2 || jobs[args[0]+" "+args[1]] == nil {
		return errors.New(adminUsage)
	}
	var a admin
	cfg, rest, err := parseConfig("admin "+args[0]+" "+args[1], args[2:], std.err, a.flags)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%q is not understood; %s", rest[0], adminUsage)
	}
	if err := cfg.prepareData(); err != nil {
		return err
	}
	secret, err := cfg.secret()
	if err != nil {
		return err
	}
	p := &process{cfg: cfg, log: cfg.logger(std.err), std: std, clock: realClock(), secret: secret}
	defer p.stop()
	if job := args[0] + " " + args[1]; job != "plan move" || cfg.StripeKey == "" {
		p.cfg.Billing = "off" // the catalogue is enough; nothing else here speaks to Stripe
	}
	for _, step := range []func(context.Context) error{p.openStore, p.openBilling} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	ctx = tenants.WithOrigin(ctx, tenants.Origin{Via: tenants.ViaTerminal})
	return plainly(jobs[args[0]+" "+args[1]](ctx, p, a))
}

func orgCreate(ctx context.Context, p *process, a admin) error {
	org, err := p.store.CreateOrg(ctx, a.name)
	if err != nil {
		return err
	}
	plan := a.plan
	if plan == "" {
		plan = billing.FreePlan
	}
	if plan != billing.FreePlan {
		if err := p.billing.SetPlan(ctx, org.ID, plan); err != nil {
			return err
		}
	}
	return p.answer(a, map[string]string{"id": string(org.ID), "slug": org.Slug, "name": org.Name, "plan": plan},
		fmt.Sprintf("%s stands at %s/o/%s on the %s plan.", org.Name, p.cfg.BaseURL, org.Slug, plan))
}

func userCreate(ctx context.Context, p *process, a admin) error {
	org, err := p.store.OrgBySlug(ctx, a.org)
	if err != nil {
		return fmt.Errorf("--org %q: %w", a.org, err)
	}
	password, err := p.password(a)
	if err != nil {
		return err
	}
	name := a.name
	if name == "" {
		name, _, _ = strings.Cut(a.email, "@")
	}
	user, err := p.store.CreateUser(ctx, tenants.CreateUserInput{Org: org.ID, Email: a.email, Name: name, Password: password, Role: tenants.Role(a.role)})
	if err != nil {
		return err
	}
	return p.answer(a, map[string]string{"id": string(user.ID), "email": user.Email, "name": user.Name, "org": org.Slug, "role": a.role},
		fmt.Sprintf("%s can sign in at %s/login as %s of %s.", user.Email, p.cfg.BaseURL, a.role, org.Name))
}

func operatorCreate(ctx context.Context, p *process, a admin) error {
	password, err := p.password(a)
	if err != nil {
		return err
	}
	if _, err := p.store.CreateOperator(ctx, a.email, a.name, password); err != nil {
		return err
	}
	return p.answer(a, map[string]string{"email": a.email}, fmt.Sprintf("%s is an operator of this service and can sign in at %s/operator.", a.email, p.cfg.BaseURL))
}

func keyCreate(ctx context.Context, p *process, a admin) error {
	org, err := p.store.OrgBySlug(ctx, a.org)
	if err != nil {
		return fmt.Errorf("--org %q: %w", a.org, err)
	}
	key, err := p.store.Org(org.ID).CreateKey(ctx, a.label)
	if err != nil {
		return err
	}
	base, err := url.Parse(p.cfg.BaseURL)
	if err != nil {
		return fmt.Errorf("read base URL: %w", err)
	}
	socket := "ws" + strings.TrimPrefix(base.Scheme, "http") + "://" + base.Host
	return p.answer(a, map[string]string{"key": key.ID, "secret": key.Secret, "url": socket},
		fmt.Sprintf("Key     %s\nSecret  %s\nURL     %s\nThe secret is shown this once. Any LiveKit SDK takes the three.", key.ID, key.Secret, socket))
}

func planSet(ctx context.Context, p *process, a admin) error {
	change := billing.PlanChange{}
	if a.length > 0 {
		change.Limits.MeetingLength = &a.length
	}
	if a.participants > 0 {
		change.Limits.Participants = &a.participants
	}
	if a.monthly > 0 {
		change.MonthlyCents = &a.monthly
	}
	if a.yearly > 0 {
		change.YearlyCents = &a.yearly
	}
	version, err := p.billing.ChangePlan(ctx, a.plan, change)
	if err != nil {
		return err
	}
	return p.answer(a, map[string]string{"plan": a.plan, "version": strconv.Itoa(version)},
		fmt.Sprintf("Version %d of the plan is sold from now on; meetings that begin from now on obey what is current for them. Who has bought an earlier one keeps it (parley admin plan move).", version))
}

// planMove takes an organization to the version of its plan that is sold now. For one that pays it needs the settings for Stripe, as the
// server has them; what was given needs none.
func planMove(ctx context.Context, p *process, a admin) error {
	org, err := p.store.OrgBySlug(ctx, a.org)
	if err != nil {
		return fmt.Errorf("--org %q: %w", a.org, err)
	}
	change, err := p.billing.MoveToCurrent(ctx, org.ID)
	if err != nil {
		return err
	}
	return p.answer(a, map[string]string{"org": org.Slug, "plan": change.Plan}, fmt.Sprintf("%s is on the version of %s that is sold now.", org.Name, change.Plan))
}

// password reads one line from the standard input, so that it stands in no list of processes and no shell history.
func (p *process) password(a admin) (string, error) {
	if !a.passwordStdin {
		return "", errors.New("give --password-stdin and the password on the standard input; an argument could be read by others on this machine")
	}
	line, err := bufio.NewReader(p.std.in).ReadString('\n')
	if err != nil && line == "" {
		return "", errors.New("no password came on the standard input")
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func (p *process) answer(a admin, fields map[string]string, text string) error {
	if a.json {
		return json.NewEncoder(p.std.out).Encode(fields)
	}
	_, err := fmt.Fprintln(p.std.out, text)
	return err
}

// plainly says what was wrong with a command in the words that the pages use.
func plainly(err error) error {
	fault, ok := errors.AsType[*tenants.Error](err)
	if !ok || fault.Code == tenants.CodeInternal {
		return err
	}
	words, wordsErr := views.NewCatalogue()
	if wordsErr != nil {
		return errors.Join(err, wordsErr)
	}
	fields := tenants.Fields(err)
	if len(fields) == 0 {
		return fmt.Errorf("%s (%w)", words.For().T(fault.Key), err)
	}
	var lines []error
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		lines = append(lines, fmt.Errorf("--%s: %s", field, words.For().T(fields[field])))
	}
	return list(lines)
}
