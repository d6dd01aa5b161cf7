import type { Plan } from './explained.ts'
import { orderProblems } from './index-order.ts'
import { type Selection, shapeOf, valuesOf } from './selections.ts'

/** A command with its selections and the server's plans. */
export interface PlannedCommand {
  verb: string
  selections: readonly Selection[]
  plans: readonly Plan[]
}

/** Conditions that no index serves, by call and field, with the reason why they cost little. */
const unserved: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.freeze({
  'sessions.open': {
    _id: 'those that are too many, of all of an account',
    expiresAt: 'as below',
    revokedBy: 'as below',
  },
  'sessions.revokeAll': {
    _id: 'the one that is kept',
    expiresAt: 'in the index, behind the order of lists: few sessions of an account were not revoked',
    revokedBy: 'few sessions end in one moment',
  },
  'media.byOwner': { state: 'what is released is soon gone' },
  'media.releaseAll': { state: 'reads all media of an account, which is being deleted' },
  'media.attach': { 'attachment.order': 'an account has one avatar, or two for a moment' },
  'credentials.add': { kind: 'an account has few credentials' },
  'credentials.removeOf': { kind: 'as above' },
  'users.search': Object.fromEntries(
    ['deletedAt', 'banned', 'role', '$or'].map((field) => [
      field,
      'a step looks at a thousand accounts at most',
    ]),
  ),
  'edges.recount': { hidden: 'reads every edge of a range of nodes; upkeep' },
})

/** Commands that read more than a page, with the reason. */
const unbounded: Readonly<Record<string, string>> = Object.freeze({
  'users.search': 'a thousand accounts, of which those that match are given; the host',
  'edges.recount': 'compares all edges of a range of nodes with their counts; upkeep',
  'posts.recount': 'compares all posts of a range of authors with their counts; upkeep',
})

/**
 * The problems of a command's plans. A mongod must also respond without sorting, and from few keys for each
 * requested document or value: on SecantusDB neither means anything, because it sorts in memory and reads all matches.
 */
export function planProblems({ verb, selections, plans }: PlannedCommand, onMongod: boolean): string[] {
  const exceptions = Object.keys(unserved[verb] ?? {})
  const problems: string[] = []
  for (const plan of plans) {
    if (plan.stages.includes('COLLSCAN')) problems.push('COLLSCAN')
    if (onMongod && plan.stages.includes('SORT')) problems.push('SORT')
    if (plan.keys.length === 0 && !plan.stages.includes('EOF')) problems.push('reads no index')
    for (const key of plan.keys) {
      const wrong = selections.map((selection) => orderProblems(selection, key, exceptions))
      if (!wrong.some((list) => list.length === 0)) {
        problems.push(`${JSON.stringify(key)} ${wrong[0]?.join(', ')}`)
      }
    }
    if (onMongod && !(verb in unbounded) && plan.keysExamined > mostKeys(selections)) {
      problems.push(`${plan.keysExamined} keys examined`)
    }
  }
  return problems.map(
    (problem) => `${verb}: ${shapeOf(selections[0] ?? { collection: '', filter: {} })}: ${problem}`,
  )
}

/** Three keys for each document of the page and for each value that is looked up. */
function mostKeys(selections: readonly Selection[]): number {
  let most = 10
  for (const { filter, limit = 0 } of selections) {
    const values = Object.values(filter).map((condition) => valuesOf(condition)?.length ?? 0)
    most += 3 * (limit + Math.max(0, ...values))
  }
  return most
}
