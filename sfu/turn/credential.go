package turn

import (
	"crypto/hmac"
	"crypto/sha1" // what the TURN REST draft prescribes
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Credential is what a client logs in to a TURN server with.
type Credential struct{ Username, Password string }

// NewCredential makes a credential that a server which shares the secret can
// check by itself: the user name says until when it is good and whose it is,
// the password is its HMAC-SHA1 (draft-uberti-behave-turn-rest-00, which
// coturn calls use-auth-secret). The subject must not contain a colon.
func NewCredential(secret []byte, subject string, until time.Time) Credential {
	username := strconv.FormatInt(until.Unix(), 10) + ":" + subject
	return Credential{Username: username, Password: password(secret, username)}
}

func password(secret []byte, username string) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// parseUsername takes a user name apart. It says nothing about whether it is
// true: the password does.
func parseUsername(username string) (subject string, until time.Time, ok bool) {
	seconds, subject, found := strings.Cut(username, ":")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if !found || err != nil || subject == "" {
		return "", time.Time{}, false
	}
	return subject, time.Unix(n, 0), true
}
