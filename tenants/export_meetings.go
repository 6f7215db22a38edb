package tenants

import (
	"encoding/hex"
	"time"

	"gorm.io/gorm"
)

// meetingCells adds how many people a meeting had, and the minutes that they
// spent in it all together.
func meetingCells(tx *gorm.DB, rows []meetingRow) ([][]any, error) {
	rooms, ids := map[string]bool{}, make([]string, len(rows))
	for i, r := range rows {
		rooms[string(r.RoomID)], ids[i] = true, string(r.ID)
	}
	names, err := namesOf(tx, rooms)
	if err != nil {
		return nil, err
	}
	people, spent, err := timeSpent(tx, rows, ids)
	out := make([][]any, len(rows))
	for i, r := range rows {
		out[i] = []any{
			string(r.ID), string(r.RoomID), names[string(r.RoomID)], r.StartedAt.UTC(), orNull(r.EndedAt), r.EndReason, r.Plan, r.ParticipantLimit,
			people[r.ID], minutesCell(spent[r.ID]),
		}
	}
	return out, err
}

// timeSpent adds seats up, some at a time: a meeting may have thousands.
func timeSpent(tx *gorm.DB, meetings []meetingRow, ids []string) (people map[MeetingID]int, spent map[MeetingID]time.Duration, err error) {
	people, spent = map[MeetingID]int{}, map[MeetingID]time.Duration{}
	held := map[MeetingID]Meeting{}
	for _, m := range meetings {
		held[m.ID] = m.meeting()
	}
	last := seatRow{}
	for {
		var seats []seatRow
		q := tx.Where("meeting_id IN ?", ids).Order("meeting_id, identity").Limit(exportBatch)
		if last.Identity != "" {
			q = q.Where("(meeting_id, identity) > (?, ?)", string(last.MeetingID), last.Identity)
		}
		if err := q.Find(&seats).Error; err != nil {
			return nil, nil, err
		}
		for _, seat := range seats {
			people[seat.MeetingID]++
			spent[seat.MeetingID] += stayed(seat, held[seat.MeetingID])
		}
		if len(seats) < exportBatch {
			return people, spent, nil
		}
		last = seats[len(seats)-1]
	}
}

// stayed is how long somebody has been in a meeting, as far as is known.
func stayed(seat seatRow, m Meeting) time.Duration {
	until := seat.SeenAt
	if seat.LeftAt != nil {
		until = *seat.LeftAt
	}
	if m.EndedAt != nil {
		until = earlier(*m.EndedAt, until)
	}
	return max(until.Sub(seat.JoinedAt), 0)
}

func seatCells(tx *gorm.DB, rows []seatRow) ([][]any, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = string(r.MeetingID)
	}
	var meetings []meetingRow
	if err := tx.Where("id IN ?", ids).Find(&meetings).Error; err != nil {
		return nil, err
	}
	held := map[MeetingID]Meeting{}
	for _, m := range meetings {
		held[m.ID] = m.meeting()
	}
	out := make([][]any, len(rows))
	for i, r := range rows {
		out[i] = []any{
			string(r.MeetingID), r.Identity, r.Name, r.Member, orNull(r.UserID), r.JoinedAt.UTC(), orNull(r.LeftAt), minutesCell(stayed(r, held[r.MeetingID])), r.Rating,
		}
	}
	return out, nil
}

// banCells adds what those were called in the meeting whom a room keeps out, and
// who decided it. What browsers are known by stays here.
func banCells(tx *gorm.DB, rows []banRow) ([][]any, error) {
	seats, err := seatsOfBans(tx, rows)
	out := make([][]any, len(rows))
	for i, r := range rows {
		who, by := seats[seatKey{r.MeetingID, r.Identity}], seats[seatKey{r.MeetingID, r.BannedBy}]
		out[i] = []any{r.ID, string(r.RoomID), string(r.MeetingID), r.Identity, who.Name, orNull(who.UserID), r.BannedBy, by.Name, r.BannedAt.UTC()}
	}
	return out, err
}

// usageStep is how many days of usage are added up at once.
const usageStep = 31

// usageExportPage is a month of usage at a time; days of which nothing was used
// are left out.
func usageExportPage(tx *gorm.DB, after ExportPlace, now time.Time) ([][]any, ExportPlace, error) {
	var from time.Time
	if after != nil {
		from, _ = after[0].(time.Time)
	} else {
		var first []meetingRow
		if err := tx.Order("started_at").Limit(1).Find(&first).Error; err != nil || len(first) == 0 {
			return nil, nil, err
		}
		from = dateOf(first[0].StartedAt.UTC())
	}
	last := earlier(from.AddDate(0, 0, usageStep-1), dateOf(now.UTC()))
	if last.Before(from) {
		return nil, nil, nil
	}
	starts, err := daysBetween(from, last)
	if err != nil {
		return nil, nil, err
	}
	days, err := readDays(tx, starts, now)
	var out [][]any
	for _, d := range totals(days) {
		if d.Meetings > 0 || d.Time > 0 {
			out = append(out, []any{d.Day.Format(time.DateOnly), d.Meetings, d.People, minutesCell(d.Time), d.Peak})
		}
	}
	if next := last.AddDate(0, 0, 1); !next.After(dateOf(now.UTC())) {
		return out, ExportPlace{next}, err
	}
	return out, nil, err
}

// auditList has all that a link of the chain is made of, in the words in which it
// is hashed: who has the list can follow the chain alone (see link).
func auditList() ExportList {
	return listOf("audit", "number id at person_id person action target target_name detail address via hash", "seq",
		func(r auditRow) []any { return []any{r.Seq} }, func(tx *gorm.DB, rows []auditRow) ([][]any, error) {
			entries, err := auditEntries(tx, rows)
			out := make([][]any, len(entries))
			for i, e := range entries {
				out[i] = []any{e.Seq, e.ID, rows[i].At.UTC().Format(chainTime), string(e.Actor), e.Name, e.Action, e.Target, e.About, e.Detail, e.Address, e.Via, hex.EncodeToString(rows[i].Hash)}
			}
			return out, err
		})
}
