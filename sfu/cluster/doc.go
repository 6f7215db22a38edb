// Package cluster makes many media nodes look like one.
//
// It carries calls and signalling between web nodes and media nodes over NATS,
// decides which node has which room, and takes events out of the nodes. It
// knows NATS and package sfu. It never looks into a signalling message, never
// touches media (that goes straight between browser and node), and knows no
// organizations, plans, databases or HTTP.
//
// On a web node: [Client] (the cluster as one big node), [ServeKeys] and
// [Consume]. On a media node: [NodeServer], [Keys] and [Publisher]. [Embedded]
// and [Dial] give both their connection.
//
// # A room's node
//
// The first SetLimits of a room places it: [NodeFor] chooses among the nodes
// that [Registry] hears, and the choice is written with compare-and-swap into
// the bucket PARLEY_ROOMS. Everybody who comes later reads it. It is rewritten
// only when that node is dead or says that it leaves, and taken away by the
// node when the room has closed. The entry's revision is the binding's fence: a
// request carries the fence that it goes by, and the node serves it without
// asking anybody when it is the one that the node holds. So an election in
// NATS, which stops writes for seconds, cannot touch a live room.
//
// # Subjects
//
//	parley.beat                 node → all     JSON NodeInfo, every 500 ms
//	parley.rollcall             web → nodes    empty; every node answers with a beat
//	parley.node.<id>.knock      web → node     request; are you there, though your beats are late?
//	parley.node.<id>.room       web → node     request, JSON control{tenant, room, fence, op: limits|remove|end|…, …} → reply
//	parley.node.<id>.rooms      web → node     request, JSON listing{tenant, names, after} → reply
//	parley.node.<id>.duty       web → node     request, JSON {draining}: takes no new rooms, or takes them again → reply
//	parley.node.<id>.join       web → node     request, JSON joining{tenant, room, session, fence, token, …} → reply
//	parley.session.<id>.up      web → node     frames of one session
//	parley.session.<id>.down    node → web     frames of one session
//	parley.key                  node → web     request, JSON {id} → JSON {code, tenant, secret}
//	parley.event.<kind>         node → stream  JSON sfu.Event, Nats-Msg-Id = Event.ID, in the stream PARLEY_EVENTS
//	$KV.PARLEY_ROOMS.<hash>     the bucket     JSON {tenant, room, node, at}
//
// A reply is JSON {code, text, answer}; the codes are in codes.go and come out as the
// errors of package sfu again. A frame has its tenant, room, session, kind and
// number in headers and, for signals, the raw protobuf message as its body, in
// pieces of 256 KiB. Every size is checked before anything is parsed.
//
// # What happens when something breaks
//
//   - A signalling message is lost, a queue is full, a side is silent for 15 s:
//     that session's link closes, always; nothing is dropped within one. The
//     client resumes over another.
//   - A web node dies: its sessions close on the media nodes. Media goes on,
//     and so do limits, since the node enforces them by itself.
//   - A media node dies: three beats are missed and a knock has no answer; its
//     clients are told to join anew, and the next SetLimits places their rooms.
//   - A media node is cut off and comes back after its rooms were placed anew:
//     it sees so in the bucket, and sends the people it still has there.
//   - NATS is away: media, limits and open rooms go on. Events wait in the
//     node's memory, keys come from its cache.
//
// NATS is a trusted network: who is on it can read keys. Session ids are random
// (128 bits), so that no session's subjects can be guessed from another.
//
// Operations of the room API have a row each in operations.go; their question and
// answer are LiveKit's messages, and long lists come in pages.
//
// The bucket needs NATS 2.11 or newer.
package cluster
