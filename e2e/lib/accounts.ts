import type { Account } from "./person";

/** A person's details for signing up, of an organization that no other test uses. */
export function account(organization: string, email = `owner@${organization.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.example`): Account {
  return { email, password: "correct horse battery staple", organization };
}
