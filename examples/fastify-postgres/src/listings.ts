import type { Kith } from '@kith/core'
import { viewerOf } from '@kith/fastify'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import { inOneTransaction } from './one-transaction.ts'
import { listings } from './tables.ts'

const body = {
  type: 'object',
  required: ['caption', 'priceCents'],
  additionalProperties: false,
  properties: {
    caption: { type: 'string' },
    priceCents: { type: 'integer', minimum: 1, maximum: 100_000_000 },
  },
}

/** The routes of what is for sale. */
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
