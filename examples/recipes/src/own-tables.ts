import type { DatabaseSync } from 'node:sqlite'

/** The table: create it after `kith.storage.migrate()`. */
export function createPets(database: DatabaseSync): void {
  database.exec(`CREATE TABLE IF NOT EXISTS pets (
    owner BLOB NOT NULL REFERENCES kith_users (id) ON DELETE CASCADE,
    name TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS pets_by_owner ON pets (owner)`)
}

export function addPet(database: DatabaseSync, userId: string, name: string): void {
  database.prepare('INSERT INTO pets VALUES (?, ?)').run(bytesOf(userId), name)
}

export function petsOf(database: DatabaseSync, userId: string): unknown[] {
  return database.prepare('SELECT name FROM pets WHERE owner = ?').all(bytesOf(userId))
}

/** The owners of pets with this name: ids for `kith.profiles.byIds`. */
export function ownersOf(database: DatabaseSync, name: string): string[] {
  const rows = database.prepare('SELECT DISTINCT owner FROM pets WHERE name = ?').all(name)
  return rows.map(({ owner }) => idOf(owner as Uint8Array))
}

/** The id of an account as SQLite stores it. */
function bytesOf(id: string): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

/** The id as services, routes and events use it. */
function idOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
