import { test } from 'vitest'
import { demandAllHandedOver } from '../../../test/outbox-kill/kill.ts'
import { createSqliteStorage } from '../src/index.ts'
import { startScript } from './child-process.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()
const rounds = 8

test(
  'killed at any moment, every acknowledged change is delivered, in order for its account, and nothing that did not happen',
  async () => {
    const path = freshPath()
    await demandAllHandedOver({
      rounds,
      start: (round) => startScript('outbox-worker.ts', [path, round]),
      open: () => createSqliteStorage({ path }),
    })
  },
  rounds * 30_000,
)
