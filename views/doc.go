// Package views renders everything that people read: pages, mails and the fragments they are made of.
//
// Every page is a templ component that takes a [Page] (who is looking, in which language, where the files are) and a view model, a plain
// struct from models.go. Components know no store and no request. Words come from the message catalogue in locales/, through [Page.T] and
// [Page.N]; [Catalogue] loads it. Pages work without script; static/src/site.ts adds small comforts.
//
// The generated *_templ.go files are committed. After changing a .templ file run `go tool templ generate ./views`; after changing the list
// of icons in icons.mjs run `node views/icons.mjs`.
package views
