// Package static embeds what browsers fetch beside the pages: scripts, styles, fonts and pictures.
//
// The sources lie in static/src; `node static/build.mjs` bundles them into static/dist, where every
// file's name carries the hash of its content. Pages ask [Manifest] for the present name.
package static
