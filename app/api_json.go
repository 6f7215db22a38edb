package app

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
)

// apiList is a part of a long list. The cursor of the last one is null.
type apiList[T any] struct {
	Data []T     `json:"data"`
	Next *string `json:"next_cursor"`
}

// listOf makes a list whose cursor is the id of its last thing.
func listOf[F, T any](found []F, more bool, show func(F) T, id func(F) string) apiList[T] {
	out := apiList[T]{Data: make([]T, len(found))}
	for i, f := range found {
		out.Data[i] = show(f)
	}
	if more && len(found) > 0 {
		cursor := base64.RawURLEncoding.EncodeToString([]byte(id(found[len(found)-1])))
		out.Next = &cursor
	}
	return out
}

const apiPageSize = 50

// apiSlice reads where in a list the request wants to go on, and how far.
func apiSlice(c *fiber.Ctx) (tenants.Slice, error) {
	out := tenants.Slice{Limit: apiPageSize}
	if typed := c.Query("limit"); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > 200 {
			return out, badField("limit", "error.limit.invalid")
		}
		out.Limit = n
	}
	if typed := c.Query("cursor"); typed != "" {
		raw, err := base64.RawURLEncoding.DecodeString(typed)
		if err != nil || len(raw) == 0 || len(raw) > 64 {
			return out, badField("cursor", tenants.KeyCursorInvalid)
		}
		out.After = string(raw)
	}
	return out, nil
}

// apiTime reads a point in time, RFC 3339, or a day, which begins at midnight in UTC.
func apiTime(c *fiber.Ctx, name string) (time.Time, error) {
	typed := c.Query(name)
	if typed == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, typed); err == nil {
			return t, nil
		}
	}
	return time.Time{}, badField(name, "error.time.invalid")
}

func badField(name, key string) error {
	return &tenants.Error{Code: tenants.CodeInvalid, Field: name, Key: key}
}

// apiBody reads a JSON object: nothing unknown in it, no name twice, nothing after it.
func apiBody(c *fiber.Ctx, into any) error {
	bad := badField("body", "error.body.invalid")
	if kind := string(bytes.ToLower(c.Request().Header.ContentType())); !bytes.HasPrefix([]byte(kind), []byte("application/json")) {
		return fiber.ErrUnsupportedMediaType
	}
	if twice(c.Body()) {
		return bad
	}
	dec := json.NewDecoder(bytes.NewReader(c.Body()))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return bad
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return bad
	}
	return nil
}

// twice reports whether the outermost object has a name twice: two readers could take different ones for it.
func twice(raw []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if first, err := dec.Token(); err != nil || first != json.Delim('{') {
		return false
	}
	seen := map[string]bool{}
	for dec.More() {
		name, err := dec.Token()
		text, ok := name.(string)
		if err != nil || !ok {
			return false
		}
		if seen[text] {
			return true
		}
		seen[text] = true
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return false
		}
	}
	return false
}

// apiProblem is what a failed request gets: problem details (RFC 9457), with a code for programs and a sentence for people.
type apiProblem struct {
	Type   string     `json:"type"`
	Title  string     `json:"title"`
	Status int        `json:"status"`
	Code   string     `json:"code"`
	Detail string     `json:"detail"`
	Errors []apiFault `json:"errors,omitempty"`
}

// apiFault is what is wrong with one field.
type apiFault struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// answerProblem writes what went wrong and what to do about it.
func (s *Server) answerProblem(c *fiber.Ctx, p problem, cause error) error {
	texts := s.texts(c)
	code := apiCode(p.Status)
	out := apiProblem{Type: "urn:parley:problem:" + code, Title: texts.T("api." + code), Status: p.Status, Code: code, Detail: texts.T("api." + code + "_do")}
	if detail(p) != "" {
		out.Detail = texts.T(p.Detail)
	}
	for field, key := range tenants.Fields(cause) {
		out.Errors = append(out.Errors, apiFault{Field: field, Detail: texts.T(key)})
	}
	return c.Status(p.Status).JSON(out, "application/problem+json")
}

// apiCode is the stable name of a kind of fault.
func apiCode(status int) string {
	switch status {
	case fiber.StatusUnauthorized:
		return "unauthorized"
	case fiber.StatusForbidden:
		return "forbidden"
	case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
		return "not_found"
	case fiber.StatusConflict:
		return "conflict"
	case fiber.StatusRequestEntityTooLarge:
		return "too_large"
	case fiber.StatusUnsupportedMediaType:
		return "not_json"
	case fiber.StatusTooManyRequests:
		return "too_many"
	case fiber.StatusServiceUnavailable:
		return "unavailable"
	}
	if status >= fiber.StatusInternalServerError {
		return "internal"
	}
	return "invalid"
}
