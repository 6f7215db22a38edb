// Package emoji knows Unicode's emoji by name, in the languages of the product: which there are, and what each shows.
//
// The lists, en.tsv and de.tsv, are read by the browser's picker as well (static/src/meeting/emoji), so that both know the same ones.
// make.mjs writes them anew when Unicode has added some; LICENSE is of the package that they are made from.
package emoji
