// Package outgoing posts signed messages to servers of our customers.
//
// It owns two things: the signature, as Standard Webhooks has it
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md),
// and the rule which addresses are never called: private, loopback, link-local,
// shared (CGNAT) and other special ones, among them those where clouds keep
// their metadata. The rule is held where the connection is made, on the address
// that the name was resolved to, so that a name that answers differently the
// second time wins nothing. Redirects are not followed and no proxy is used.
//
// It knows nothing of organizations, retries or the database.
package outgoing
