// Package app is the web tier: routes, sessions, the handlers of pages, the signalling socket, the error table and demo mode.
//
// It owns how a request becomes one call of a service and one answer: a page, JSON or a problem. It never writes SQL, never
// touches a webrtc type, and never decides a rule about money, people or media: those live in billing, tenants and sfu.
// Begin with routes.go, which reads from the most public route to the most private one.
package app
