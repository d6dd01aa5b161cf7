import type { Db } from 'mongodb'
import type { CodeDocument } from './code-document.ts'
import { type Collection, type CommandOptions, createCollection } from './collection.ts'
import type { CredentialDocument } from './credential-document.ts'
import type { Deadline } from './deadline.ts'
import type { EdgeDocument } from './edge-document.ts'
import type { FactDocument } from './fact-document.ts'
import type { MediaDocument } from './media-document.ts'
import type { AuditDocument, OutboxAccountDocument, OutboxDocument } from './outbox-document.ts'
import type { PostDocument } from './post-document.ts'
import type { SchemaDocument } from './schema-version.ts'
import type { SessionDocument } from './session-document.ts'
import type { UserDocument } from './user-document.ts'

/** The document types of the collections. */
export interface Documents {
  users: UserDocument
  sessions: SessionDocument
  edges: EdgeDocument
  posts: PostDocument
  media: MediaDocument
  facts: FactDocument
  outbox: OutboxDocument
  outboxAccounts: OutboxAccountDocument
  messages: OutboxDocument
  messageAccounts: OutboxAccountDocument
  audit: AuditDocument
  codes: CodeDocument
  credentials: CredentialDocument
  schema: SchemaDocument
}

/** The collections, for the commands of one call. */
export type Collections = { readonly [Name in keyof Documents]: Collection<Documents[Name]> }

/** Returns the collections of a database whose names begin with a prefix. */
export function collectionsOf(
  { database, prefix }: { database: Db; prefix: string },
  options: CommandOptions,
  deadline: Deadline,
): Collections {
  const open = <Name extends keyof Documents>(name: Name): Collection<Documents[Name]> =>
    createCollection<Documents[Name]>(database.collection(`${prefix}${name}`), options, deadline)
  return {
    users: open('users'),
    sessions: open('sessions'),
    edges: open('edges'),
    posts: open('posts'),
    media: open('media'),
    facts: open('facts'),
    outbox: open('outbox'),
    outboxAccounts: open('outboxAccounts'),
    messages: open('messages'),
    messageAccounts: open('messageAccounts'),
    audit: open('audit'),
    codes: open('codes'),
    credentials: open('credentials'),
    schema: open('schema'),
  }
}
