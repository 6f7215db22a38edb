package sfu

import (
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLoggers passes Pion's warnings on at debug level: nearly all of them
// tell of a client that went away, which is no news to an operator.
type pionLoggers struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (f pionLoggers) NewLogger(scope string) logging.LeveledLogger {
	return pionLogger{log: f.log.With("pion", scope)}
}

type pionLogger struct{ log *slog.Logger }

func (pionLogger) Trace(string)                    {}
func (pionLogger) Tracef(string, ...any)           {}
func (pionLogger) Debug(string)                    {}
func (pionLogger) Debugf(string, ...any)           {}
func (pionLogger) Info(string)                     {}
func (pionLogger) Infof(string, ...any)            {}
func (l pionLogger) Warn(text string)              { l.log.Debug(text) }
func (l pionLogger) Warnf(format string, a ...any) { l.log.Debug(fmt.Sprintf(format, a...)) }
func (l pionLogger) Error(text string)             { l.log.Debug(text) }
func (l pionLogger) Errorf(format string, a ...any) {
	l.log.Debug(fmt.Sprintf(format, a...))
}
