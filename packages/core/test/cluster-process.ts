import cluster from 'node:cluster'
import { createKith } from '@kith/core'
import { createMemoryRevocations, createMemoryStorage } from '@kith/core/memory'

/** Forks one worker, which reports how many warnings a Kith logs at its start with its own revocations and with shared ones. */
if (cluster.isPrimary) {
  cluster.fork().on('message', (counts) => process.stdout.write(JSON.stringify(counts)))
} else {
  const counts = [undefined, createMemoryRevocations()].map((revocations) => {
    const lines: string[] = []
    const logger = { warn: (line: string) => void lines.push(line), error: () => {} }
    createKith({
      secret: 'a secret of the tests, of 32 characters or more',
      storage: createMemoryStorage(),
      revocations,
      logger,
    })
    return lines
  })
  process.send?.(counts, () => process.exit(0))
}
