package views

import "fmt"

// skin is one of the colours of the small people in illustrations.
func skin(i int) string {
	tones := []string{"#9a5f3f", "#c98a5e", "#dcae84", "#6f4630", "#f2cdb5", "#e5b08c", "#9a5f3f"}
	return tones[i%len(tones)]
}

// coat is the class that colours their clothes.
func coat(i int) string {
	coats := []string{"a-spruce", "a-info", "a-clay", "a-amber", "a-plum"}
	return coats[i%len(coats)]
}

// shoulders is the outline of somebody who sits behind the table at x.
func shoulders(x int) string {
	return fmt.Sprintf("M%d 152v-12a18 18 0 0 1 37 0v12z", x-18)
}

// standing is the outline of somebody who stands at x.
func standing(x int) string {
	return fmt.Sprintf("M%d 210v-46a20 20 0 0 1 40 0v46z", x-20)
}

// face is one person in the front page's meeting.
type face struct {
	File, Name string
	Lit, Muted bool
}

func heroFaces() []face {
	return []face{
		{File: "harpreet", Name: "Harpreet", Lit: true},
		{File: "sofia", Name: "Sofia"},
		{File: "dele", Name: "Dele", Muted: true},
		{File: "ingrid", Name: "Ingrid", Muted: true},
		{File: "wanjiru", Name: "Wanjiru"},
	}
}
