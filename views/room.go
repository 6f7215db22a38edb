package views

import "strings"

// nameFault is what is wrong with the typed name; other faults are about putting the room away.
func (m RoomEditModel) nameFault() string {
	if strings.HasPrefix(m.Error, "error.name.") {
		return m.Error
	}
	return ""
}

func (m RoomEditModel) archiveFault() string {
	if m.nameFault() != "" {
		return ""
	}
	return m.Error
}
