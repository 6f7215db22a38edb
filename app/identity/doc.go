// Package identity signs people in at identity providers: Google and Facebook,
// and any provider of OpenID Connect that an organization names. It goes through
// goth, and checks what goth leaves to its callers: the state that ties an answer
// to the browser that asked, PKCE (RFC 7636), and, where there is an ID token, its
// signature, issuer, audience, time and nonce (OpenID Connect Core 1.0, section
// 3.1.3.7).
//
// It says who somebody is to their provider, and never who they are here: linking
// an identity to a person is the store's, and an address is no identity.
package identity
