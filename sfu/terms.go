package sfu

import (
	"strconv"
	"strings"

	"github.com/pion/sdp/v3"

	"parley/sfu/receive"
)

// readTerms takes from a media section of an offer what is to be known of its
// packets. What the answer does not take up, the client does not send.
func readTerms(terms *receive.Terms, lines []string) {
	for _, line := range lines {
		attribute, found := strings.CutPrefix(line, "a=")
		if !found {
			continue
		}
		name, value, _ := strings.Cut(attribute, ":")
		switch name {
		case "extmap":
			readExtension(terms, value)
		case "fmtp":
			readRepair(terms, value)
		case "ssrc-group":
			readGroup(terms, value)
		}
	}
}

// readExtension reads "3/sendonly uri": RFC 8285, section 8.
func readExtension(terms *receive.Terms, value string) {
	number, uri, _ := strings.Cut(value, " ")
	number, _, _ = strings.Cut(number, "/")
	uri, _, _ = strings.Cut(uri, " ")
	id, err := strconv.ParseUint(number, 10, 8)
	if err != nil {
		return
	}
	switch uri {
	case sdp.TransportCCURI:
		terms.Transport = uint8(id)
	case sdp.SDESMidURI:
		terms.Mid = uint8(id)
	case extRepairedID:
		terms.RepairedRID = uint8(id)
	}
}

// readRepair reads "97 apt=96": RFC 4588, section 8.1.
func readRepair(terms *receive.Terms, value string) {
	format, parameters, _ := strings.Cut(value, " ")
	for parameter := range strings.SplitSeq(parameters, ";") {
		repaired, found := strings.CutPrefix(strings.TrimSpace(parameter), "apt=")
		if !found {
			continue
		}
		rtx, err := strconv.ParseUint(format, 10, 7)
		media, wrong := strconv.ParseUint(repaired, 10, 7)
		if err == nil && wrong == nil {
			terms.Repairs[rtx] = uint8(media)
		}
	}
}

// readGroup reads "FID 1111 2222": RFC 5576, section 4.2.
func readGroup(terms *receive.Terms, value string) {
	fields := strings.Fields(value)
	if len(fields) != 3 || fields[0] != "FID" {
		return
	}
	media, err := strconv.ParseUint(fields[1], 10, 32)
	repair, wrong := strconv.ParseUint(fields[2], 10, 32)
	if err != nil || wrong != nil {
		return
	}
	if terms.Repairing == nil {
		terms.Repairing = map[uint32]uint32{}
	}
	terms.Repairing[uint32(repair)] = uint32(media)
}
