// Package picture makes a picture that a stranger sent safe to keep and to show:
// the size is looked at before anything is unpacked, the pixels are drawn anew,
// and what comes out is a PNG or JPEG of our own with nothing of the sender's in it but
// what one sees. It stores nothing and knows nobody.
package picture
