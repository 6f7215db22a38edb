package views

// Ad is an advertisement on its way to a person. A nil one is none.
type Ad struct {
	Place      string // dashboard, lobby or after
	Advertiser string
	Title      string
	Text       string
	Picture    string // its address
	Alt        string // what it shows
	Visit      string // the address that counts the click and leads to the advertiser
	Ticket     string // sent back when it was seen; empty in a preview
	Wait       int    // seconds until Next may be used, after a call
	Next       string // where one goes on to, after a call
	Plans      string // where the reader can buy a plan without advertisements; empty when they cannot
}

// adScripts are the scripts that a page with the advertisement needs.
func adScripts(ad *Ad) []string {
	if ad == nil {
		return nil
	}
	return []string{"ads.js"}
}

// lobbyDoc is the document of the lobby.
func lobbyDoc(m LobbyModel) Doc {
	d := meetingDoc("plain lobby", "")
	d.Scripts = append(d.Scripts, adScripts(m.Ad)...)
	return d
}

// afterDoc is the document of the page after a call. Without a script nobody can
// press on when the seconds are over, so the page goes on by itself.
func afterDoc(m AfterModel) Doc {
	d := siteDoc("plain after", adScripts(m.Ad)...)
	if m.Ad != nil {
		d.Onward, d.OnwardIn = m.Ad.Next, m.Ad.Wait
	}
	return d
}
