import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { testFlaws } from '../../../test/flaws.ts'
import {
  edgesWithoutTransactions,
  runCases,
  runStorageCases,
  unpromisedWithoutTransactions,
} from '../src/index.ts'

runCases(test, edgesWithoutTransactions, async () => createMemoryStorage())

testFlaws(edgesWithoutTransactions, createMemoryStorage, [
  {
    flaw: 'counts before it adds',
    breaking: ({ edges }) => ({
      edges: {
        ...edges,
        async add(edge) {
          const [before] = await edges.counts(edge.kind, [edge.to])
          const answer = await edges.add(edge)
          return answer.outcome === 'gone' ? answer : { ...answer, count: before?.in ?? 0 }
        },
      },
    }),
    fails: edgesWithoutTransactions.map(({ id }) => id),
  },
])

test('each case that a storage without transactions is spared is one of the kit, and has a reason; all others are run', () => {
  const make = async () => createMemoryStorage()
  const names = (transactions: boolean): string[] => {
    const registered: string[] = []
    runStorageCases((name) => void registered.push(name.split(': ')[0] ?? ''), make, { transactions })
    return registered
  }
  const spared = names(true).filter((name) => !names(false).includes(name))
  expect(spared).toEqual(unpromisedWithoutTransactions.map(({ id }) => id))
  for (const { id, reason } of unpromisedWithoutTransactions) expect(reason, id).not.toBe('')
  expect(names(false).filter((name) => !names(true).includes(name))).toEqual(
    edgesWithoutTransactions.map(({ id }) => id),
  )
})
