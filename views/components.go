package views

// swatchNames are the colours that the component page shows, each with a class of its own.
func swatchNames() []string {
	return []string{
		"wall", "paper", "sunk", "line", "ink", "spruce", "spruce-soft", "lamp", "lamp-soft", "clay", "clay-soft", "plum", "plum-soft",
		"danger", "warning", "success", "info",
	}
}
