package tenants

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const (
	qualityAtOnce = 1000                // minutes in one report
	qualityLate   = 7 * 24 * time.Hour  // as long as the stream keeps events
	qualityKept   = 90 * 24 * time.Hour // then it goes, when the next meeting ends
)

// QualityMinute is how somebody's connection was in one minute of a meeting, as
// the media node saw it.
type QualityMinute struct {
	Identity string
	Minute   time.Time // its beginning, in UTC
	Score    int       // tenths, 10 (worst) to 50; 0 = there was no connection at all
	LossUp   int       // thousandths of the packets that the person sent
	LossDown int       // thousandths of those sent to the person
	RTT      int       // milliseconds; 0 = not known
	Jitter   int       // milliseconds
	Layer    int       // lowest spatial layer that was sent to the person; -1 = none
	Size     int       // pixels, the shorter side of that picture; 0 = none, or not known
	Held     string    // "", "smaller" or "paused": what the node held back for want of room on the way to them
	Cause    string    // "", "uplink", "downlink", "layer" or "lost"
}

// qualityCauses are those that a row may have.
var qualityCauses = []string{"", "uplink", "downlink", "layer", "lost"}

// qualityHeld are what a row may say of pictures that were held back.
var qualityHeld = []string{"", "smaller", "paused"}

// NoteQuality writes down how connections were. Reports may come late, twice and
// when the meeting is over: there is one line for a person and minute, and of two
// that tell of parts of it the worse one stays.
func (o *Scoped) NoteQuality(ctx context.Context, media string, at time.Time, minutes []QualityMinute) error {
	if !storable(media) || len(minutes) == 0 {
		return nil // of no room of ours
	}
	return o.write(ctx, "note how connections were", func(tx *gorm.DB) error {
		var rooms []roomRow
		if err := tx.Where("media_name = ?", media).Limit(1).Find(&rooms).Error; err != nil || len(rooms) == 0 {
			return err
		}
		var sittings []meetingRow
		err := tx.Where("room_id = ? AND started_at <= ?", string(rooms[0].ID), at.UTC()).
			Order("started_at DESC, id DESC").Limit(3).Find(&sittings).Error
		if err != nil {
			return err
		}
		rows := qualityRows(sittings, minutes[:min(len(minutes), qualityAtOnce)], o.store.now())
		if len(rows) == 0 {
			return nil
		}
		return tx.Clauses(worseStays()).CreateInBatches(&rows, seedBatch).Error
	})
}

// worseStays is what happens when there is a line already.
func worseStays() clause.OnConflict {
	return clause.OnConflict{
		Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "meeting_id"}, {Name: "identity"}, {Name: "minute"}},
		DoUpdates: clause.AssignmentColumns([]string{"score", "loss_up", "loss_down", "rtt", "jitter", "layer", "size", "held", "cause"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "excluded.score < quality_minutes.score"}}},
	}
}

// qualityRows finds each minute's meeting among the latest of the room, newest
// first. What cannot be so is left out.
func qualityRows(sittings []meetingRow, minutes []QualityMinute, now time.Time) (rows []qualityRow) {
	known := map[qualityRow]int{} // one statement writes a line once
	for _, q := range minutes {
		q.Minute = q.Minute.UTC().Truncate(time.Minute)
		at := slices.IndexFunc(sittings, func(m meetingRow) bool { return m.StartedAt.Before(q.Minute.Add(time.Minute)) })
		if at < 0 || !isIdentity(q.Identity) || !slices.Contains(qualityCauses, q.Cause) || !slices.Contains(qualityHeld, q.Held) || q.Minute.After(now) || now.Sub(q.Minute) > qualityLate {
			continue
		}
		row := qualityRow{MeetingID: sittings[at].ID, Identity: q.Identity, Minute: q.Minute}
		line, twice := known[row]
		if !twice {
			line = len(rows)
			known[row], rows = line, append(rows, row)
		}
		if twice && rows[line].Score <= q.Score {
			continue
		}
		row.Score, row.LossUp, row.LossDown = clamp(q.Score, 0, 50), clamp(q.LossUp, 0, 1000), clamp(q.LossDown, 0, 1000)
		row.RTT, row.Jitter, row.Layer, row.Cause = clamp(q.RTT, 0, 600_000), clamp(q.Jitter, 0, 600_000), clamp(q.Layer, -1, 9), q.Cause
		row.Size, row.Held = clamp(q.Size, 0, 16_384), q.Held
		rows[line] = row
	}
	return rows
}

func clamp(n, least, most int) int { return min(max(n, least), most) }

// forgetQuality takes away what is too old to tell anybody anything.
func forgetQuality(tx *gorm.DB, now time.Time) error {
	return tx.Where("minute < ?", now.Add(-qualityKept)).Delete(&qualityRow{}).Error
}

// qualityOf are the minutes of some people in a meeting, by person and time.
func qualityOf(tx *gorm.DB, id MeetingID, who []string) ([]QualityMinute, error) {
	if len(who) == 0 {
		return nil, nil
	}
	var rows []qualityRow
	err := tx.Where("meeting_id = ? AND identity IN ?", string(id), who).Order("identity, minute").Limit(qualityShown).Find(&rows).Error
	out := make([]QualityMinute, len(rows))
	for i, r := range rows {
		out[i] = QualityMinute{
			Identity: r.Identity, Minute: r.Minute.UTC(), Score: r.Score, LossUp: r.LossUp, LossDown: r.LossDown, RTT: r.RTT, Jitter: r.Jitter,
			Layer: r.Layer, Size: r.Size, Held: r.Held, Cause: r.Cause,
		}
	}
	return out, err
}

// qualityShown bounds what one meeting shows: 500 people for eight hours.
const qualityShown = 240_000

type qualityRow struct {
	Tenant    TenantID  `gorm:"column:tenant_id;primaryKey"`
	MeetingID MeetingID `gorm:"primaryKey"`
	Identity  string    `gorm:"primaryKey"`
	Minute    time.Time `gorm:"primaryKey"`
	Score     int
	LossUp    int
	LossDown  int
	RTT       int
	Jitter    int
	Layer     int
	Size      int
	Held      string
	Cause     string
}

func (qualityRow) TableName() string { return "quality_minutes" }
