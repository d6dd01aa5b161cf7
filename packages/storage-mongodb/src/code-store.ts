import type { CodeRecord, CodeStore, CodeTry } from '@kith/core/ports'
import type { Filter } from 'mongodb'
import { type CodeDocument, codeDocument, codeFrom, codeId } from './code-document.ts'
import type { Collection } from './collection.ts'
import type { Connection } from './connection.ts'
import { tellChange } from './outbox-rows.ts'
import { isDuplicate } from './storage-error.ts'

/** Creates the code store on a connection. */
export function createCodeStore({ call }: Connection): CodeStore {
  return {
    issue: (code, outbox) =>
      call('codes.issue', async (each) => {
        const issued = {
          contended: [codeId(code)],
          outbox: outbox && (() => outbox()),
          work: ({ codes }: { codes: Collection<CodeDocument> }) => put(codes, code),
        }
        // Of two concurrent inserts the second finds the first one's code.
        while (!(await unlessDuplicate(() => tellChange(each, issued))));
      }),
    issueOnce: (code, outbox) =>
      call('codes.issueOnce', (each) =>
        // Of two that insert at the same moment the second finds that the first one's id is there already.
        unlessDuplicate(() =>
          tellChange(each, {
            contended: [codeId(code)],
            outbox: outbox && (() => outbox()),
            async work({ codes }): Promise<boolean> {
              const [_id, at] = [codeId(code), code.createdAt]
              // A transaction is repeated after a duplicate, so it has to look as well.
              if (await codes.first({ _id, expiresAt: { $gt: at } })) return false
              const written = { $replaceWith: { $literal: codeDocument(code) } }
              await codes.upsert({ _id, expiresAt: { $lte: at } }, [written])
              return true
            },
          }),
        ),
      ),
    renew: ({ hashes, expiresAt, ...name }, outbox) =>
      call('codes.renew', (each) =>
        tellChange(each, {
          contended: [codeId(name)],
          outbox: outbox && ((code) => outbox(structuredClone(code))),
          async work({ codes }) {
            const renewed = await codes.change(living(name), { $set: { hashes, expiresAt } })
            return renewed && codeFrom(renewed)
          },
        }),
      ),
    consume: ({ hash, ...name }, outbox) =>
      call('codes.consume', async (each) => {
        for (;;) {
          const code: CodeRecord | null = await tellChange(each, {
            contended: [codeId(name)],
            outbox: outbox && ((taken: CodeRecord) => outbox(structuredClone(taken))),
            async work({ codes }): Promise<CodeRecord | null> {
              const taken = await codes.take({ ...living(name), hashes: hash })
              return taken && codeFrom(taken)
            },
          })
          if (code) return { outcome: 'consumed', code }
          const { codes } = each.collections
          const wrong = { ...living(name), hashes: { $ne: hash } }
          if (await codes.update(wrong, { $inc: { tries: -1 } })) return { outcome: 'wrong' }
          // A live code got this hash in between.
          if (!(await codes.first(living(name)))) return { outcome: 'none' }
        }
      }),
    find: (name) =>
      call('codes.find', async ({ collections: { codes } }) => {
        const found = await codes.first(living(name))
        return found && codeFrom(found)
      }),
    removeOf: (userId, purposes) =>
      call('codes.removeOf', async ({ collections: { codes } }) => {
        await codes.removeAll({ userId, ...(purposes && { purpose: { $in: [...purposes] } }) })
      }),
    purgeEnded: (now, limit) =>
      call('codes.purgeEnded', ({ atomically }) =>
        atomically([], async ({ codes }) => {
          const ended = { expiresAt: { $lte: now } }
          const found = await codes.find(ended, { fields: ['_id'], sort: { expiresAt: 1 }, limit })
          if (found.length === 0) return 0
          return await codes.removeAll({ _id: { $in: found.map(({ _id }) => _id) }, ...ended })
        }),
      ),
  }
}

/** Matches a live code. */
function living({ now, ...name }: Pick<CodeTry, 'purpose' | 'subject' | 'now'>): Filter<CodeDocument> {
  return { _id: codeId(name), expiresAt: { $gt: now }, tries: { $gt: 0 } }
}

/**
 * Stores a code, replacing the previous one, which leaves it no more attempts than that had left, unless it has
 * expired.
 */
async function put(codes: Collection<CodeDocument>, code: CodeRecord): Promise<true> {
  const { createdAt, tries } = code
  const lasts = { $gt: ['$expiresAt', createdAt] }
  const left = { tries: { $cond: [lasts, { $min: ['$tries', tries] }, tries] } }
  const written = { $mergeObjects: [{ $literal: codeDocument(code) }, left] }
  await codes.upsert({ _id: codeId(code) }, [{ $replaceWith: written }])
  return true
}

async function unlessDuplicate(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work()
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return false
  }
}
