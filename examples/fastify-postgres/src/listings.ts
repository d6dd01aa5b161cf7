import type { Kith } from '@kith/core'
import { viewerOf } from '@kith/fastify'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { index, integer, pgSchema, pgTable, uuid } from 'drizzle-orm/pg-core'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { inOneTransaction } from './one-transaction.ts'

/** The accounts of Kith, as far as a table of the app refers to them. Kith creates and changes this table. */
const users = pgSchema('kith').table('users', { id: uuid().primaryKey() })

/** Things for sale: a post of Kith, with a price. A listing is deleted with the account of its seller. */
const listings = pgTable(
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

/** The same as SQL, for a new database. A larger app generates its migrations with `drizzle-kit`. */
export const createTables: string = `
  CREATE TABLE IF NOT EXISTS listings (
    "postId" uuid PRIMARY KEY,
    "sellerId" uuid NOT NULL REFERENCES kith.users (id) ON DELETE CASCADE,
    "priceCents" integer NOT NULL
  );
  CREATE INDEX IF NOT EXISTS listings_by_seller ON listings ("sellerId")`

const body = {
  type: 'object',
  required: ['caption', 'priceCents'],
  additionalProperties: false,
  properties: {
    caption: { type: 'string' },
    priceCents: { type: 'integer', minimum: 1, maximum: 100_000_000 },
  },
}

/** The routes for listings. */
export function addListings(app: FastifyInstance, { kith, pool }: { kith: Kith; pool: Pool }): void {
  app.post<{ Body: { caption: string; priceCents: number } }>(
    '/listings',
    { preHandler: app.requireViewer, schema: { body } },
    async (request, reply) => {
      const { caption, priceCents } = request.body
      const viewer = viewerOf(request)
      const post = await inOneTransaction({ kith, pool }, async ({ within, tables }) => {
        const made = await within.posts.create(viewer, { caption, media: [] })
        await tables.insert(listings).values({ postId: made.id, sellerId: viewer.userId, priceCents })
        return made
      })
      return reply.code(201).send({ post, priceCents })
    },
  )

  app.get<{ Params: { username: string } }>('/sellers/:username/listings', async ({ params }) => {
    const { items } = await kith.posts.byAuthor(null, params.username)
    const [seller] = items
    if (!seller) return []
    const rows = await drizzle(pool).select().from(listings).where(eq(listings.sellerId, seller.author.id))
    const prices = new Map(rows.map(({ postId, priceCents }) => [postId, priceCents]))
    return items.flatMap((post) => {
      const priceCents = prices.get(post.id)
      return priceCents === undefined ? [] : [{ post, priceCents }]
    })
  })
}
