package views

import "time"

// Going says that an organization is to be deleted.
type Going struct {
	When    time.Time
	By      string // who asked for it; empty when they are gone
	MayKeep bool   // the reader owns it, and there is time
}

// OrgDataModel is where an organization is taken away as a file, and where it ends.
type OrgDataModel struct {
	Owns        bool              // the reader may delete it
	When        time.Time         // when it would go, if that were asked for now
	Typed       string            // as it was typed
	Errors      map[string]string // of the form that deletes
	Days        int               // how long a finished export can be taken away
	Making      bool              // an export is being made
	FailedAt    time.Time         // when the newest one could not be made; zero when it could
	Ready       *ReadyExport      // nil when there is none
	ExportFault string            // message id of why none is begun; empty for none
	Wait        time.Duration     // until the next one may be asked for, with a fault that passes
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
