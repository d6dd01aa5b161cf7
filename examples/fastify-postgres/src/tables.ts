import { index, integer, pgSchema, pgTable, uuid } from 'drizzle-orm/pg-core'

/** The accounts of Kith, as far as a table of the app refers to them. Kith makes and changes this table. */
const users = pgSchema('kith').table('users', { id: uuid().primaryKey() })

/** What is for sale: a post of Kith, with a price. A listing goes when the account of its seller goes. */
export const listings = pgTable(
  'listings',
  {
    postId: uuid().primaryKey(),
    sellerId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    priceCents: integer().notNull(),
  },
  ({ sellerId }) => [index('listings_by_seller').on(sellerId)],
)

/** The same as SQL, for a database that has none of it yet. A larger app has `drizzle-kit` write its migrations. */
export const createTables = `
  CREATE TABLE IF NOT EXISTS listings (
    "postId" uuid PRIMARY KEY,
    "sellerId" uuid NOT NULL REFERENCES kith.users (id) ON DELETE CASCADE,
    "priceCents" integer NOT NULL
  );
  CREATE INDEX IF NOT EXISTS listings_by_seller ON listings ("sellerId")`
