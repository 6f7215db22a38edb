// Writes Stripe's description of its API anew so that it refuses unknown parameters at every depth: as Stripe publishes it, a request's
// outermost parameters are all listed, and the objects in them may have any others besides. The real API refuses those.
// node strict.mjs SPEC OUT
import { readFileSync, writeFileSync } from "node:fs";

const [, , from, to] = process.argv;
const spec = JSON.parse(readFileSync(from, "utf8"));

function tighten(schema) {
  if (!schema) return;
  if (schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
  for (const inner of Object.values(schema.properties ?? {})) tighten(inner);
  for (const inner of schema.anyOf ?? []) tighten(inner);
  tighten(schema.items);
}

for (const operations of Object.values(spec.paths)) {
  for (const operation of Object.values(operations)) {
    for (const { schema } of Object.values(operation.requestBody?.content ?? {})) tighten(schema);
    for (const { schema } of operation.parameters ?? []) tighten(schema);
  }
}
writeFileSync(to, JSON.stringify(spec));
