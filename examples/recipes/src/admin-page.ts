import type { HostUser, Kith } from '@kith/core'
import { type KithExpress, viewerOf } from '@kith/express'
import { type Request, Router, urlencoded } from 'express'

/** A page for accounts with the role `admin`: look up accounts, ban them and lift bans. Give the first one the role with `kith create-admin`. */
export function adminPage(
  kith: Kith,
  { requireRole, problems }: Pick<KithExpress, 'requireRole' | 'problems'>,
): Router {
  const router = Router()
  router.use('/admin', requireRole('admin'), urlencoded())
  router.get('/admin', async ({ query }, response) => {
    const search = typeof query['search'] === 'string' ? query['search'] : undefined
    const cursor = typeof query['cursor'] === 'string' ? query['cursor'] : undefined
    const { items, nextCursor } = await kith.accounts.list({ search }, { cursor })
    response.type('html').send(`<!doctype html><meta charset="utf-8"><title>Accounts</title>
      <form>Name begins with <input name="search" value="${escape(search ?? '')}"></form>
      <table>${items.map(row).join('')}</table>
      ${nextCursor ? `<a href="?${new URLSearchParams({ search: search ?? '', cursor: nextCursor }).toString()}">More</a>` : ''}`)
  })
  router.post('/admin/ban', async (request, response) => {
    const { id, reason } = fieldsOf(request)
    const until = new Date(Date.now() + 7 * 86_400_000)
    // The audit log names the admin.
    await kith.accounts.ban(id, { reason, until }, { by: viewerOf(request) })
    response.redirect(303, '/admin')
  })
  router.post('/admin/unban', async (request, response) => {
    await kith.accounts.unban(fieldsOf(request).id, { by: viewerOf(request) })
    response.redirect(303, '/admin')
  })
  router.use('/admin', problems)
  return router
}

function row({ id, username, name, bannedAt, banReason }: HostUser): string {
  const form = bannedAt
    ? `<form method="post" action="/admin/unban"><input type="hidden" name="id" value="${id}"><button>Lift</button></form>`
    : `<form method="post" action="/admin/ban"><input type="hidden" name="id" value="${id}">
        <input name="reason" placeholder="Reason" required><button>Ban for a week</button></form>`
  return `<tr><td>${escape(username ?? id)}<td>${escape(name)}<td>${escape(banReason ?? '')}<td>${form}`
}

function fieldsOf({ body }: Request): { id: string; reason: string } {
  const { id, reason } = (body ?? {}) as Record<string, unknown>
  return { id: String(id), reason: String(reason) }
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
