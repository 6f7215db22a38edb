package tenants

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// States of a run of the isolation test.
const (
	RunWaiting = "waiting"
	RunRunning = "running"
	RunDone    = "done"
	RunFailed  = "failed" // it could not be finished, for a fault of ours
)

// IsolationPause is how long an organization waits between two runs.
const IsolationPause = 10 * time.Minute

// What is kept of one run.
const (
	isolationLeaks    = 100
	isolationLeakText = 400 // characters
)

// IsolationRun is one test of an organization's isolation.
type IsolationRun struct {
	ID          string
	AskedBy     UserID
	AskedAt     time.Time
	State       string
	Done, Total int       // requests; Total is zero before it is known
	EndedAt     time.Time // zero while it is under way
	Report      IsolationReport
}

// Under reports whether the run is still under way.
func (r IsolationRun) Under() bool { return r.State == RunWaiting || r.State == RunRunning }

// IsolationReport is what a run tried and what came through.
type IsolationReport struct {
	Routes   int              `json:"routes"`   // addresses with their verbs
	Requests int              `json:"requests"` // answers that were looked at
	Askers   []IsolationAsker `json:"askers"`
	Things   map[string]int   `json:"things"` // how many of the organization's things were asked for, by kind
	Texts    int              `json:"texts"`  // words that no answer may hold
	Leaks    []string         `json:"leaks"`  // a sentence each, in English; none is what one hopes for
	More     int              `json:"more"`   // leaks that are not kept
}

// IsolationAsker is somebody who asked.
type IsolationAsker struct {
	Name     string `json:"name"` // one of a few fixed words, see package app
	Requests int    `json:"requests"`
}

// StartIsolationRun asks for a test of the organization's isolation. Faults:
// [CodeTaken] while one is under way, [CodeHeld] for ten minutes after the last.
func (o *Scoped) StartIsolationRun(ctx context.Context, by UserID) (IsolationRun, error) {
	id, err := newID()
	if err != nil {
		return IsolationRun{}, err
	}
	now := o.store.now()
	row := isolationRow{ID: id, AskedBy: by, AskedAt: now, State: RunWaiting}
	err = o.manage(ctx, "start a test of isolation", by, func(tx *gorm.DB, _ orgRow) error {
		var last []isolationRow
		if err := tx.Order("asked_at DESC").Limit(1).Find(&last).Error; err != nil {
			return err
		}
		if len(last) > 0 && last[0].run().Under() {
			return &Error{Code: CodeTaken, Key: KeyIsolationBusy}
		}
		if len(last) > 0 && now.Sub(last[0].AskedAt) < IsolationPause {
			return &Error{Code: CodeHeld, Key: KeyIsolationSoon, Until: last[0].AskedAt.Add(IsolationPause).UTC()}
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if err := addJob(tx, ErrandIsolation, id, now); err != nil {
			return err
		}
		return record(tx, now, by, "isolation.start", id, "")
	})
	return row.run(), err
}

// IsolationRuns gives the newest run and the newest finished one, which may be
// the same; newest first. Who manages the organization may see them.
func (o *Scoped) IsolationRuns(ctx context.Context, by UserID) ([]IsolationRun, error) {
	var rows []isolationRow
	err := o.read(ctx, "read tests of isolation", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		return tx.Order("asked_at DESC").Limit(2).Find(&rows).Error
	})
	out := make([]IsolationRun, len(rows))
	for i, r := range rows {
		out[i] = r.run()
	}
	return out, err
}

// IsolationRun finds a run that is under way.
func (o *Scoped) IsolationRun(ctx context.Context, id string) (IsolationRun, error) {
	var row isolationRow
	err := o.read(ctx, "find a test of isolation", func(tx *gorm.DB) error { return openRun(tx, id, &row) })
	return row.run(), err
}

// IsolationProgress notes how far a run has come.
func (o *Scoped) IsolationProgress(ctx context.Context, id string, done, total int) error {
	return o.write(ctx, "note how far a test of isolation has come", func(tx *gorm.DB) error {
		var row isolationRow
		if err := openRun(forUpdate(tx), id, &row); err != nil {
			return err
		}
		return tx.Model(&isolationRow{}).Where("id = ?", id).Updates(map[string]any{"state": RunRunning, "done": done, "total": total}).Error
	})
}

// FinishIsolationRun keeps what a run found, and forgets older ones. A failed run
// has found nothing.
func (o *Scoped) FinishIsolationRun(ctx context.Context, id string, failed bool, report IsolationReport) error {
	if n := len(report.Leaks); n > isolationLeaks {
		report.Leaks, report.More = report.Leaks[:isolationLeaks], n-isolationLeaks
	}
	for i, leak := range report.Leaks {
		report.Leaks[i] = truncate(cleanName(leak), isolationLeakText)
	}
	text, err := json.Marshal(report)
	if err != nil {
		return err
	}
	return o.write(ctx, "keep what a test of isolation found", func(tx *gorm.DB) error {
		var row isolationRow
		if err := openRun(forUpdate(tx), id, &row); err != nil {
			return err
		}
		now, state := o.store.now(), RunDone
		detail := fmt.Sprintf("%d requests, %d leaks", report.Requests, len(report.Leaks)+report.More)
		old := tx.Where("id <> ?", id)
		if failed {
			state, detail = RunFailed, "not finished"
			old = old.Where("state = ?", RunFailed) // what was found before stays to be read
		}
		if err := old.Delete(&isolationRow{}).Error; err != nil {
			return err
		}
		changes := map[string]any{"state": state, "ended_at": now, "report": string(text)}
		if err := tx.Model(&isolationRow{}).Where("id = ?", id).Updates(changes).Error; err != nil {
			return err
		}
		return record(tx, now, "", "isolation.finish", id, detail)
	})
}

func openRun(tx *gorm.DB, id string, row *isolationRow) error {
	if err := parseID(RoomID(id)); err != nil {
		return err
	}
	return first(tx.Where("id = ? AND state IN ?", id, []string{RunWaiting, RunRunning}), row, "test of isolation")
}

type isolationRow struct {
	Tenant  TenantID `gorm:"column:tenant_id;primaryKey"`
	ID      string   `gorm:"primaryKey"`
	AskedBy UserID
	AskedAt time.Time
	State   string
	Done    int
	Total   int
	EndedAt *time.Time
	Report  string
}

func (isolationRow) TableName() string { return "isolation_runs" }

func (r isolationRow) run() IsolationRun {
	run := IsolationRun{ID: r.ID, AskedBy: r.AskedBy, AskedAt: r.AskedAt.UTC(), State: r.State, Done: r.Done, Total: r.Total}
	if r.EndedAt != nil {
		run.EndedAt = r.EndedAt.UTC()
	}
	_ = json.Unmarshal([]byte(r.Report), &run.Report) // empty while it is under way
	return run
}
