package views

import "time"

// OrgDataModel is where an organization is taken away as a file.
type OrgDataModel struct {
	Days        int           // how long a finished export can be taken away
	Making      bool          // an export is being made
	FailedAt    time.Time     // when the newest one could not be made; zero when it could
	Ready       *ReadyExport  // nil when there is none
	ExportFault string        // message id of why none is begun; empty for none
	Wait        time.Duration // until the next one may be asked for, with a fault that passes
}

// ReadyExport is a finished export.
type ReadyExport struct {
	ID        string
	By        string // who asked for it; empty when they are gone
	At, Until time.Time
	Bytes     int64
}

// exportParts are the messages that say what is in an export.
func exportParts() []string {
	return []string{"orgexport.has_people", "orgexport.has_meetings", "orgexport.has_rules", "orgexport.has_programs", "orgexport.has_money", "orgexport.has_log"}
}
