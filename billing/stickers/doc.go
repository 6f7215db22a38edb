// Package stickers owns the packs of stickers that come with the product, and the
// rule of what a drawing may be made of.
//
// A pack is a folder under packs: drawings as SVG, and pack.json, which says the
// price and the order. [Packs] reads them all, through [Clean]: nothing gets past
// it, neither what we drew nor what an operator will upload. A sticker is named by
// the SHA-256 of its bytes, so that a browser may keep it for good, and one that
// was sent stays what it was.
//
// Names and descriptions are messages of the catalogue: [Pack.Key], [Sticker.Key].
//
// It knows no shop: who owns a pack, what was paid and who may send are for package
// billing. It never fetches anything, and repairs no drawing: what is not allowed
// is refused and named.
package stickers
