import { writeSync } from 'node:fs'
import { createSqliteStorage } from '../src/index.ts'
import { stepCount, takeStep } from './journal.ts'

const [path = '', first = '0'] = process.argv.slice(2)
const storage = createSqliteStorage({ path })
await storage.migrate()

for (let life = Number(first); ; life++) {
  // Every other life ends halfway, so that the file contains rows of every age.
  const steps = life % 2 ? stepCount : 1 + (life % stepCount)
  for (let step = 1; step <= steps; step++) {
    await takeStep(storage, life, step)
    // Written synchronously: everything here was acknowledged before the process died.
    writeSync(1, `${life} ${step}\n`)
  }
}
