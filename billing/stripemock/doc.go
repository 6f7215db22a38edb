// Package stripemock holds our requests to Stripe against Stripe's own
// description of its API. Tests use it, and nothing else.
//
// stripe-mock (https://github.com/stripe/stripe-mock) is a server that Stripe
// makes from the OpenAPI document of its API. It remembers nothing and answers
// with examples, but it knows every path, every parameter and every allowed
// value of the version that we speak, 2023-10-16. Our own stand-in
// (billing/stripefake) is the opposite: it remembers everything, and knows what
// we taught it. A request that only the stand-in takes is a mistake that no
// other test can see, so [Watch] stands in front of it and shows each new kind
// of request to stripe-mock too.
//
// The Makefile builds stripe-mock into bin/tools, with the description made
// stricter (strict.mjs), and is the only place where its version stands. It listens on a socket in a folder of its own, once for a
// test binary, and asks nothing of a network. [Run] ends it.
//
// What it cannot say: whether Stripe would have done what we meant. docs/stripe.md
// lists what only a live account proves.
package stripemock
