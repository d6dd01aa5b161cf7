import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { programsOf } from './python-venv.ts'

// Wants an environment as a test process does, with steps that write down that they ran, cost nothing, and may hang.
const [parent = '', requirement = '', hangsAt = ''] = process.argv.slice(2)

async function begin(step: string): Promise<void> {
  appendFileSync(join(parent, 'journal'), `${step}\n`)
  await sleep(step === hangsAt ? 60_000 : 200)
}

await programsOf(requirement, {
  parent,
  steps: {
    async create(folder) {
      await begin('create')
      mkdirSync(join(folder, 'bin'), { recursive: true })
      writeFileSync(join(folder, 'bin', 'python'), '')
    },
    async install(folder, name) {
      if (name === 'impossible') throw new Error('no such package')
      writeFileSync(join(folder, 'bin', name), 'half')
      await begin(`install ${name}`)
      writeFileSync(join(folder, 'bin', name), 'whole')
    },
  },
})
