package tenants

import (
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
)

// What a password must be. Length is what counts; an upper bound keeps somebody
// from having us hash a book.
const (
	passwordMin = 10
	passwordMax = 200
)

//go:embed passwords.txt
var commonPasswords string

// PasswordCost is how hard a password is hashed with argon2id.
type PasswordCost struct {
	MemoryKiB uint32
	Passes    uint32
}

// recommendedCost is OWASP's: 19 MiB, two passes, one lane.
const (
	recommendedMemory = 19 * 1024
	recommendedPasses = 2
)

// hasher hashes and checks passwords, as many at once as there are processors:
// a crowd at the door waits instead of eating the memory.
type hasher struct {
	params *argon2id.Params
	decoy  string // what the password of an unknown address is compared with
	slots  chan struct{}
	done   *atomic.Int64 // hashes computed so far
}

func newHasher(c PasswordCost) hasher {
	if c.MemoryKiB == 0 || c.Passes == 0 {
		c = PasswordCost{MemoryKiB: recommendedMemory, Passes: recommendedPasses}
	}
	p := &argon2id.Params{Memory: c.MemoryKiB, Iterations: c.Passes, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	return hasher{params: p, decoy: decoyHash(p), slots: make(chan struct{}, runtime.NumCPU()), done: new(atomic.Int64)}
}

// decoyHash has the form and the cost of a real hash and fits no password.
func decoyHash(p *argon2id.Params) string {
	noise := make([]byte, p.SaltLength+p.KeyLength)
	rand.Read(noise)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.Memory, p.Iterations, p.Parallelism,
		encode(noise[:p.SaltLength]), encode(noise[p.SaltLength:]))
}

func (h hasher) hash(password string) (string, error) {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	h.done.Add(1)
	return argon2id.CreateHash(password, h.params)
}

// fits takes the same time whether there is such a person (hash != "") or not.
func (h hasher) fits(password, hash string) (bool, error) {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	h.done.Add(1)
	known := hash != ""
	if !known {
		hash = h.decoy
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	return ok && known, err
}

// checkPassword holds the rule; personal are the words that the person is known
// by, which make no secret.
func checkPassword(password string, personal ...string) *Error {
	switch n := utf8.RuneCountInString(password); {
	case n < passwordMin:
		return invalid("password", KeyPasswordShort)
	case n > passwordMax || !utf8.ValidString(password):
		return invalid("password", KeyPasswordLong)
	}
	plain := strings.ToLower(strings.TrimSpace(password))
	for _, word := range personal {
		if isPersonal(plain, strings.ToLower(strings.TrimSpace(word))) {
			return invalid("password", KeyPasswordPersonal)
		}
	}
	if isCommon(plain) {
		return invalid("password", KeyPasswordCommon)
	}
	return nil
}

// isPersonal compares with a name or an address: whole, without its spaces, and
// the part before the @.
func isPersonal(plain, word string) bool {
	if word == "" {
		return false
	}
	local, _, _ := strings.Cut(word, "@")
	for _, w := range []string{word, local, strings.ReplaceAll(word, " ", "")} {
		if plain == w || strings.Trim(plain, "0123456789!.?*#-_") == w {
			return true
		}
	}
	return false
}

// common is the list, read once.
var common = sync.OnceValue(func() map[string]struct{} {
	out := make(map[string]struct{}, 50_000)
	for word := range strings.Lines(commonPasswords) {
		if !strings.HasPrefix(word, "# ") {
			out[strings.TrimSpace(word)] = struct{}{}
		}
	}
	return out
})

// tailMax is how many digits and signs behind a common word still make a common
// password: a year and a sign.
const tailMax = 5

// isCommon knows the list, its words with a year or a sign behind them, and what
// is one symbol or one short piece over and over.
func isCommon(plain string) bool {
	word := strings.TrimRight(plain, "0123456789!.?*#-_@$%&+=")
	for _, w := range []string{plain, word} {
		if _, known := common()[w]; known && len(plain)-len(w) <= tailMax {
			return true
		}
	}
	for size := 1; size <= 3 && size*2 <= len(plain); size++ {
		if strings.Repeat(plain[:size], len(plain)/size+1)[:len(plain)] == plain {
			return true
		}
	}
	return false
}
