package tenants

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code says what kind of fault an [Error] is. The web tier turns it into a
// status and a page in one place.
type Code string

// The kinds of faults.
const (
	CodeInvalid      Code = "invalid"      // what was sent cannot be accepted
	CodeUnauthorized Code = "unauthorized" // who is this?
	CodeForbidden    Code = "forbidden"    // known, and may not
	CodeNotFound     Code = "not_found"    // no such thing in this organization
	CodeTaken        Code = "taken"        // somebody else has it
	CodeFull         Code = "full"         // every seat is taken
	CodeEnded        Code = "ended"        // the meeting is over
	CodeLimited      Code = "limited"      // the plan or a quota does not allow it
	CodeHeld         Code = "held"         // too many failed tries; [Error.Until] says when to come back
	CodeWaiting      Code = "waiting"      // somebody inside has to let them in
	CodeLocked       Code = "locked"       // the meeting takes in nobody new
	CodeInternal     Code = "internal"     // our fault
)

// Error is a fault with a code for the caller and a message key for the reader.
type Error struct {
	Code  Code
	Field string // the form field it belongs to, if any
	Key   string // message catalogue id of the sentence to show
	Err   error  // the cause, for the log

	Until time.Time // when it may be tried again; zero when time changes nothing
}

// Error describes the fault for a log, not for people.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	if e.Field != "" {
		b.WriteString(" (" + e.Field + ")")
	}
	if e.Key != "" {
		b.WriteString(": " + e.Key)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errors are several faults of one form, so that a person learns of all at once.
type Errors []*Error

// Error lists the faults for a log.
func (es Errors) Error() string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap gives the single faults.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// CodeOf gives the code of a fault: "" for none, [CodeInternal] for a fault that
// carries no code.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// KeyOf gives the message key of the first fault, or that of a fault of ours.
func KeyOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Key != "" {
		return e.Key
	}
	return KeyInternal
}

// Fields gives the message key for each form field that is at fault.
func Fields(err error) map[string]string {
	if many, ok := errors.AsType[Errors](err); ok {
		out := make(map[string]string, len(many))
		for _, e := range many {
			out[e.Field] = e.Key
		}
		return out
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Field != "" {
		return map[string]string{e.Field: e.Key}
	}
	return nil
}

func invalid(field, key string) *Error { return &Error{Code: CodeInvalid, Field: field, Key: key} }

func forbidden(what string) *Error {
	return &Error{Code: CodeForbidden, Key: KeyForbidden, Err: errors.New(what)}
}

func notFound(what string) *Error {
	return &Error{Code: CodeNotFound, Key: KeyNotFound, Err: fmt.Errorf("no such %s", what)}
}

// orNil keeps an empty list from becoming a non-nil error.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// wrap says what was tried; a fault that has its code keeps it.
func wrap(err error, tried string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", tried, err)
}
