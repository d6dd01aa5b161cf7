import { type Document, MongoClient } from 'mongodb'

/** One command that a storage has sent. */
export interface SentCommand {
  /** The call of a store that sent it, such as `edges.add`. */
  verb: string
  /** The name of the command, such as `find`. */
  name: string
  command: Document
  /** How many documents were returned. */
  documents: number
}

/** A client with recorded commands. */
export interface WatchedClient {
  client: MongoClient
  /** The commands of storages since the start, oldest first, without those of the driver itself. */
  sent: readonly SentCommand[]
  /** The commands that a piece of work sends. */
  during(work: () => Promise<unknown>): Promise<SentCommand[]>
}

const driversOwn = new Set(['hello', 'ping', 'endSessions', 'isMaster', 'killCursors'])

/** Connects a client that records each command. */
export async function watchCommands(uri: string): Promise<WatchedClient> {
  const client = await MongoClient.connect(uri, { monitorCommands: true })
  const sent: SentCommand[] = []
  const byRequest = new Map<number, SentCommand>()
  client.on('commandStarted', ({ requestId, commandName: name, command }) => {
    if (driversOwn.has(name)) return
    const comment: unknown = command['comment']
    const verb = typeof comment === 'string' ? comment.replace(/^kith /, '') : ''
    // Every few seconds, next to the calls.
    if (verb === 'schema') return
    const noted = { verb, name, command, documents: 0 }
    sent.push(noted)
    byRequest.set(requestId, noted)
  })
  client.on('commandSucceeded', ({ requestId, reply }) => {
    const noted = byRequest.get(requestId)
    if (noted) noted.documents = documentsIn(reply as Document)
    byRequest.delete(requestId)
  })
  return {
    client,
    sent,
    async during(work) {
      const before = sent.length
      await work()
      return sent.slice(before)
    },
  }
}

function documentsIn({ cursor, value }: Document): number {
  const batch: unknown = (cursor as Document | undefined)?.['firstBatch']
  if (Array.isArray(batch)) return batch.length
  return value ? 1 : 0
}
