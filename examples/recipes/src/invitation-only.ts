import type { DatabaseSync } from 'node:sqlite'
import { type Kith, KithError, type RegisterInput } from '@kith/core'
import type { KithExpress } from '@kith/express'
import express, { Router } from 'express'

/** Registration for people with an invitation. Disable Kith's own: `kithExpress(kith, { routes: { register: false } })`. */
export function invitationOnly(
  kith: Kith,
  { signIn }: Pick<KithExpress, 'signIn'>,
  database: DatabaseSync,
): Router {
  database.exec('CREATE TABLE IF NOT EXISTS invitations (code TEXT PRIMARY KEY) STRICT')
  const use = database.prepare('DELETE FROM invitations WHERE code = ?')
  const giveBack = database.prepare('INSERT OR IGNORE INTO invitations VALUES (?)')

  return Router().post('/api/v1/users/register', express.json(), async (request, response) => {
    const { invitation, ...account } = (request.body ?? {}) as RegisterInput & { invitation?: unknown }
    const code = String(invitation)
    const answer = await signIn({ request, response }, async ({ device }) => {
      // Taken in one step, so that of two people with one code, one registers.
      if (use.run(code).changes === 0) {
        throw new KithError('policy-refused', { detail: 'Ask a member for an invitation.' })
      }
      try {
        const client = { address: request.ip, userAgent: request.get('user-agent'), device }
        return await kith.accounts.register(account, client)
      } catch (error) {
        giveBack.run(code)
        throw error
      }
    })
    response.status(201).json(answer)
  })
}
