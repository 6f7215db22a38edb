package stripefake

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// apiError is an error as Stripe's API answers it.
type apiError struct {
	status  int
	Type    string `json:"type"`
	Code    string `json:"code,omitempty"`
	Param   string `json:"param,omitempty"`
	Message string `json:"message"`
	// unsaved answers are not remembered under an idempotency key: Stripe
	// keeps only what a request did after it was accepted.
	unsaved bool
}

// Error is the message.
func (e *apiError) Error() string { return e.Message }

func invalid(param, code, format string, v ...any) error {
	return &apiError{status: http.StatusBadRequest, Type: "invalid_request_error", Code: code, Param: param,
		Message: fmt.Sprintf(format, v...), unsaved: true}
}

func missing(param, kind, id string) error {
	return &apiError{status: http.StatusNotFound, Type: "invalid_request_error", Code: "resource_missing", Param: param,
		Message: fmt.Sprintf("No such %s: '%s'", kind, id)}
}

func refused(code, format string, v ...any) error {
	return &apiError{status: http.StatusBadRequest, Type: "invalid_request_error", Code: code, Message: fmt.Sprintf(format, v...)}
}

// encodeAnswer turns a handler's answer into status and body.
func encodeAnswer(v any, err error) (int, []byte) {
	if err == nil {
		b, merr := json.Marshal(v)
		if merr == nil {
			return http.StatusOK, b
		}
		err = merr
	}
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{status: http.StatusInternalServerError, Type: "api_error", Message: err.Error()}
	}
	b, merr := json.Marshal(map[string]any{"error": e})
	if merr != nil {
		return http.StatusInternalServerError, []byte(`{"error":{"type":"api_error","message":"unreadable"}}`)
	}
	return e.status, b
}
