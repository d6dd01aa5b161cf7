import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { type Page, type PageInput, pageInput, readPage } from '../page.ts'
import type { Viewer } from '../viewer.ts'
import { auditEntry, type AuditEntry, ownAuditEntry } from './audit-entries.ts'

/** Security events of accounts, option `audit`. See docs/audit.md. */
export interface Audit {
  /**
   * The entries about the viewer's own account, or for the host those about the account with this id, deleted or not,
   * and with `null` about all accounts, newest first. @throws not-configured, invalid-cursor
   */
  list(who: Viewer | string | null, page?: PageInput): Promise<Page<AuditEntry>>
}

/** Creates the audit log of one Kith instance. */
export function createAudit({ config, storage }: Core): Audit {
  return {
    async list(who, page = {}) {
      if (!config.audit)
        throw new KithError('not-configured', {
          detail: 'The audit log is off: set `audit` in createKith.',
        })
      const isOwner = typeof who === 'object' && who !== null
      const key = isOwner ? who.userId : who
      return await readPage(
        {
          name: 'audit',
          read: (keyset) => storage.audit.list(key, keyset),
          present: async (rows) => rows.map(isOwner ? ownAuditEntry : auditEntry),
        },
        parseInput(pageInput, page),
      )
    },
  }
}
