import { DatabaseSync } from 'node:sqlite'

/** Holds the write lock of a file from its start until it is asked to release it, or ends. */
const [path = '', begin = 'BEGIN IMMEDIATE'] = process.argv.slice(2)
const database = new DatabaseSync(path)
database.exec(begin)
process.send?.('held')
process.once('message', () => {
  database.exec('COMMIT')
  database.close()
  process.send?.('free')
  process.disconnect()
})
