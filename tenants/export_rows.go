package tenants

import (
	"net/url"
	"strings"
	"time"

	"gorm.io/gorm"
)

// peopleLists are the lists of who belongs to an organization, or is asked to.
func peopleLists() []ExportList {
	return []ExportList{
		listOf("members", "id name email role since", "user_id", func(r membershipRow) []any { return []any{string(r.UserID)} }, func(tx *gorm.DB, rows []membershipRow) ([][]any, error) {
			people, err := membersOf(tx, rows)
			out := make([][]any, len(people))
			for i, p := range people {
				out[i] = []any{string(p.ID), p.Name, p.Email, string(p.Role), p.Since}
			}
			return out, err
		}),
		listOf("invitations", "id email name role invited_by created_at sent_at expires_at accepted_at accepted_by withdrawn_at", "id",
			func(r invitationRow) []any { return []any{r.ID} }, each(func(r invitationRow) []any {
				return []any{
					r.ID, r.Email, r.Name, string(r.Role), orNull(r.InvitedBy), r.CreatedAt.UTC(), r.SentAt.UTC(), r.ExpiresAt.UTC(),
					orNull(r.AcceptedAt), orNull(r.AcceptedBy), orNull(r.WithdrawnAt),
				}
			})),
		listOf("invitation-links", "id created_by created_at expires_at uses uses_max revoked_at", "id",
			func(r inviteLinkRow) []any { return []any{r.ID} }, each(func(r inviteLinkRow) []any {
				return []any{r.ID, orNull(r.CreatedBy), r.CreatedAt.UTC(), r.ExpiresAt.UTC(), r.Uses, r.UsesMax, orNull(r.RevokedAt)}
			})),
	}
}

// meetingLists are the lists of where people met, when, and how it went.
func meetingLists() []ExportList {
	return []ExportList{
		listOf("rooms", "id name code created_by created_at archived_at waiting_text", "id", func(r roomRow) []any { return []any{string(r.ID)} }, each(func(r roomRow) []any {
			return []any{string(r.ID), r.Name, r.Code, orNull(r.CreatedBy), r.CreatedAt.UTC(), orNull(r.ArchivedAt), r.WaitingText}
		})),
		listOf("meetings", "id room_id room_name started_at ended_at end_reason plan seats people minutes", "id",
			func(r meetingRow) []any { return []any{string(r.ID)} }, meetingCells),
		listOf("participants", "meeting_id identity name member person_id joined_at left_at minutes rating", "meeting_id, identity",
			func(r seatRow) []any { return []any{string(r.MeetingID), r.Identity} }, seatCells),
		listOf("quality", "meeting_id identity minute score_tenths loss_up_permille loss_down_permille rtt_ms jitter_ms layer size_px held cause", "meeting_id, identity, minute",
			func(r qualityRow) []any { return []any{string(r.MeetingID), r.Identity, r.Minute} }, each(func(r qualityRow) []any {
				return []any{string(r.MeetingID), r.Identity, r.Minute.UTC(), r.Score, r.LossUp, r.LossDown, r.RTT, r.Jitter, r.Layer, r.Size, r.Held, r.Cause}
			})),
		listOf("bans", "id room_id meeting_id identity name person_id banned_by banned_by_name banned_at", "id", func(r banRow) []any { return []any{r.ID} }, banCells),
		chatList(),
		{Name: "usage", Columns: []string{"day", "meetings", "people", "minutes", "peak"}, page: usageExportPage},
	}
}

// ruleLists are what an organization has set for itself.
func ruleLists() []ExportList {
	return []ExportList{
		whole("policies", "guests waiting waiting_text share chat chat_since encryption", func(tx *gorm.DB, _ time.Time) ([][]any, error) {
			p, err := policiesOf(tx)
			return [][]any{{p.Guests, string(p.Waiting), p.WaitingText, string(p.Share), string(p.Chat), p.ChatSince, p.Encryption}}, err
		}),
		whole("stickers", "packs names", func(tx *gorm.DB, _ time.Time) ([][]any, error) {
			r, err := stickerRuleOf(tx)
			return [][]any{{r.Which, strings.Join(r.Packs, " ")}}, err
		}),
		listOf("emoji", "id name media_type made_at", "id", func(r emojiRow) []any { return []any{r.ID} }, each(func(r emojiRow) []any {
			return []any{r.ID, r.Name, r.MediaType, r.MadeAt.UTC()}
		})),
		whole("quotas", "for person_id minutes_a_meeting people_a_meeting meetings_at_once minutes_a_month bytes changed_at", quotaRows),
		whole("sign-in", "issuer client_id enforced domain changed_at", func(tx *gorm.DB, _ time.Time) ([][]any, error) {
			var set []ssoRow
			var domains []ssoDomainRow
			if err := tx.Find(&set).Error; err != nil || len(set) == 0 {
				return nil, err
			}
			err := tx.Order("domain").Find(&domains).Error
			out := make([][]any, len(domains))
			for i, d := range domains {
				out[i] = []any{set[0].Issuer, set[0].ClientID, set[0].Enforced, d.Domain, set[0].ChangedAt.UTC()}
			}
			return out, err
		}),
		listOf("joining-by-address", "domain allowed_by allowed_at", "domain", func(r joinDomainRow) []any { return []any{r.Domain} }, each(func(r joinDomainRow) []any {
			return []any{r.Domain, orNull(r.CreatedBy), r.CreatedAt.UTC()}
		})),
	}
}

func quotaRows(tx *gorm.DB, _ time.Time) ([][]any, error) {
	var all []quotaRow
	if err := tx.Find(&all).Error; err != nil {
		return nil, err
	}
	var people []personQuotaRow
	err := tx.Order("user_id").Find(&people).Error
	var out [][]any
	for _, r := range all {
		out = append(out, []any{"organization", nil, minutesOrNull(r.MeetingLength), orNull(r.Participants), orNull(r.ConcurrentMeetings), orNull(r.MonthMinutes), orNull(r.StorageBytes), r.ChangedAt.UTC()})
	}
	for _, r := range people {
		out = append(out, []any{"person", string(r.UserID), minutesOrNull(r.MeetingLength), orNull(r.Participants), orNull(r.ConcurrentMeetings), orNull(r.MonthMinutes), nil, r.ChangedAt.UTC()})
	}
	return out, err
}

// programLists are the keys and ears of an organization's own programs, without
// what makes them secret.
func programLists() []ExportList {
	return []ExportList{
		listOf("api-keys", "id name scopes created_by created_at expires_at revoked_at last_used_at", "id", func(r apiKeyRow) []any { return []any{r.ID} }, each(func(r apiKeyRow) []any {
			return []any{r.ID, r.Label, r.Scopes, string(r.CreatedBy), r.CreatedAt.UTC(), orNull(r.ExpiresAt), orNull(r.RevokedAt), orNull(r.LastUsedAt)}
		})),
		whole("media-keys", "id name created_at expires_at revoked_at", func(tx *gorm.DB, _ time.Time) ([][]any, error) {
			var rows []keyRow
			if err := tx.Where("internal = ?", false).Order("id").Find(&rows).Error; err != nil {
				return nil, err
			}
			return each(func(r keyRow) []any {
				return []any{r.ID, r.Label, r.CreatedAt.UTC(), orNull(r.ExpiresAt), orNull(r.RevokedAt)}
			})(tx, rows)
		}),
		listOf("webhooks", "id address events created_by created_at failing_since disabled_at disabled_why last_used_at", "id",
			func(r webhookRow) []any { return []any{r.ID} }, webhookCells),
	}
}

func webhookCells(tx *gorm.DB, rows []webhookRow) ([][]any, error) {
	out := make([][]any, len(rows))
	for i, r := range rows {
		var last []deliveryRow
		if err := tx.Where("endpoint_id = ? AND tried_at IS NOT NULL", r.ID).Order("tried_at DESC").Limit(1).Find(&last).Error; err != nil {
			return nil, err
		}
		var used any
		if len(last) > 0 {
			used = orNull(last[0].TriedAt)
		}
		out[i] = []any{r.ID, bareAddress(r.URL), r.Events, string(r.CreatedBy), r.CreatedAt.UTC(), orNull(r.FailingSince), orNull(r.DisabledAt), r.DisabledWhy, used}
	}
	return out, nil
}

// bareAddress is an address without what may be a secret in it: a password, a
// query.
func bareAddress(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
