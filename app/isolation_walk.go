package app

import (
	"context"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/app/isolation"
	"parley/billing"
	"parley/tenants"
)

const (
	isolationTime  = 15 * time.Minute // for one walk
	probeLife      = 30 * time.Minute // then a throw-away organization that was left behind goes by itself
	isolationTells = time.Second      // between two notes of how far a walk has come
)

// The askers of the walk, as the report names them; the message catalogue has their words.
const (
	askedByNobody   = "nobody"
	askedByOwner    = "owner"
	askedByMember   = "member"
	askedByGuest    = "guest"
	askedByAPIKey   = "apikey"
	askedByMediaKey = "mediakey"
)

// testIsolation asks this server for an organization's things in the name of a throw-away organization, over every route that only reads:
// should there be a hole, nothing may be changed by finding it. The throw-away organization goes whatever happens: here, or by the errand
// that was left with it.
func (s *Server) testIsolation(ctx context.Context, job tenants.Job) error {
	org := s.tenants.Org(job.Org)
	run, err := org.IsolationRun(ctx, job.Ref)
	if isCode(err, tenants.CodeNotFound) {
		return nil // finished, or gone
	}
	if err != nil {
		return err
	}
	report, err := s.walkAsStranger(ctx, org, run)
	if ctx.Err() != nil {
		return ctx.Err() // the next process begins anew
	}
	if err != nil {
		s.log.Error("a test of isolation could not be finished", "org", job.Org, "err", err)
	}
	return org.FinishIsolationRun(ctx, run.ID, err != nil, report)
}

func (s *Server) walkAsStranger(ctx context.Context, org *tenants.Scoped, run tenants.IsolationRun) (out tenants.IsolationReport, err error) {
	ctx, cancel := context.WithTimeout(ctx, isolationTime)
	defer cancel()
	marks, err := org.Marks(ctx, run.AskedBy)
	if err != nil {
		return out, err
	}
	probe, err := s.tenants.MakeProbe(ctx, probeLife)
	if err != nil {
		return out, err
	}
	defer func() {
		tidy, done := context.WithTimeout(context.WithoutCancel(ctx), errandTidy)
		defer done()
		if gone := s.tenants.EraseProbe(tidy, probe.Org.ID, billing.OrganizationTables()...); gone != nil {
			s.log.Error("a throw-away organization could not be taken away at once; its job will", "org", probe.Org.ID, "err", gone)
		}
	}()
	walk := isolation.Walk{
		Routes: s.Routes(), Rules: isolation.Rules(), Reading: true, Target: s.targetOf(marks), Progress: s.tellProgress(ctx, org, run.ID),
	}
	if walk.Askers, err = s.strangers(ctx, probe); err != nil {
		return out, err
	}
	found, err := walk.Run(ctx)
	for _, a := range walk.Askers {
		if left := a.SignOut(ctx); left != nil {
			s.log.Warn("a stranger of the isolation test was not signed out", "err", left)
		}
	}
	return reportOf(walk, found), err
}

func reportOf(walk isolation.Walk, found isolation.Report) tenants.IsolationReport {
	out := tenants.IsolationReport{Routes: found.Routes, Requests: found.Requests, Leaks: found.Leaks, Texts: len(walk.Target.Secrets), Things: map[string]int{}}
	for i, a := range walk.Askers {
		out.Askers = append(out.Askers, tenants.IsolationAsker{Name: a.Name, Requests: found.By[i]})
	}
	for kind, ids := range walk.Target.Things {
		out.Things[string(kind)] = len(ids)
	}
	return out
}

// tellProgress notes how far a walk has come, not at each of its steps.
func (s *Server) tellProgress(ctx context.Context, org *tenants.Scoped, run string) func(done, total int) {
	told := s.clock.Now().Add(-isolationTells)
	return func(done, total int) {
		if s.clock.Since(told) < isolationTells {
			return
		}
		told = s.clock.Now()
		if err := org.IsolationProgress(ctx, run, done, total); err != nil && ctx.Err() == nil {
			s.log.Warn("the progress of a test of isolation is not noted", "err", err)
		}
	}
}

// thingColumns are where the ids of the walk's kinds come from; a kind that is written like a column comes from there.
var thingColumns = map[isolation.Kind]string{
	isolation.Organization: "organizations.slug", isolation.Room: "rooms.id", isolation.Code: "rooms.code", isolation.Member: "memberships.user_id",
}

// targetOf says what strangers ask for, and which texts no answer may hold. Names that are common words of our own pages tell nothing.
func (s *Server) targetOf(marks tenants.Marks) isolation.Target {
	target := isolation.Target{Things: isolation.Things{}, Secrets: map[string]string{}}
	for kind, column := range thingColumns {
		target.Things[kind] = marks.IDs[column]
	}
	for _, rule := range isolation.Rules() {
		for _, named := range []isolation.Params{rule.Params, rule.Form} {
			for _, kind := range named {
				if ids := marks.IDs[string(kind)]; len(ids) > 0 {
					target.Things[kind] = ids
				}
			}
		}
	}
	ours := s.ownWords()
	for text, from := range marks.Texts {
		if !strings.Contains(ours, text) {
			target.Secrets[text] = from
		}
	}
	return target
}

// ownWords are all that our pages say by themselves, in every language.
func (s *Server) ownWords() string {
	var all strings.Builder
	for _, lang := range s.catalogue.Languages() {
		for _, words := range s.catalogue.For(lang).Under("") {
			all.WriteString(words + "\n")
		}
	}
	return all.String()
}

// strangers are who asks: people of the throw-away organization, a guest of it, its programs, and nobody.
func (s *Server) strangers(ctx context.Context, probe tenants.Probe) (all []*isolation.Asker, err error) {
	door, err := isolation.NewDoor(s.web.Server(), s.cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	own := isolation.Things{
		isolation.Organization: {probe.Org.Slug}, isolation.Room: {string(probe.Room.ID)}, isolation.Code: {probe.Room.Code},
		isolation.Member: {string(probe.Owner.ID)}, "api_keys.id": {probe.APIKey.ID}, "media_keys.id": {probe.MediaKey.ID},
	}
	for _, come := range []func() (*isolation.Asker, error){
		func() (*isolation.Asker, error) { return door.Nobody(askedByNobody) },
		func() (*isolation.Asker, error) {
			return door.SignIn(ctx, askedByOwner, own, probe.Owner.Email, probe.Password)
		},
		func() (*isolation.Asker, error) {
			return door.SignIn(ctx, askedByMember, own, probe.Member.Email, probe.Password)
		},
		func() (*isolation.Asker, error) {
			return door.Guest(ctx, askedByGuest, own, probe.Room.Code, "Isolation test")
		},
		func() (*isolation.Asker, error) {
			return door.Program(askedByAPIKey, own, func(string) (string, error) { return "Bearer " + probe.APIKey.Token, nil })
		},
		func() (*isolation.Asker, error) {
			return door.Program(askedByMediaKey, own, func(room string) (string, error) { return s.mediaProof(probe.MediaKey, room) })
		},
	} {
		a, err := come()
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// mediaProof is a token that an organization's own program would make.
func (s *Server) mediaProof(key tenants.MediaKey, room string) (string, error) {
	now := s.clock.Now()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": key.ID, "sub": "program", "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(isolationTime).Unix(),
		"video": map[string]any{"roomJoin": true, "roomCreate": true, "roomList": true, "roomAdmin": true, "room": room},
	}).SignedString([]byte(key.Secret))
	return "Bearer " + token, err
}
