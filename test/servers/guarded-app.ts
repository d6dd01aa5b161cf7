import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { guardedFolder, spawnGuarded } from './guard.ts'

// Starts a child that has a child, prints the ids and its folder, and continues, or ends in the requested way.
const end = process.argv[2]
const folder = guardedFolder()
writeFileSync(join(folder, 'file'), 'content')
const child = spawnGuarded('sh', ['-c', 'sleep 300 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] })
child.stdout?.once('data', (chunk: Buffer) => {
  console.log(JSON.stringify({ folder, pids: [child.pid, Number(chunk)] }))
  if (end === 'exit') process.exit(0)
  if (end === 'throw') throw new Error('on purpose')
})
