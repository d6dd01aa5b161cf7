import type { Document, MongoClient } from 'mongodb'

/** What a server does instead of, or in addition to, a command. */
export interface Failure {
  /** The commands; by default all that read or write documents. */
  failCommands?: string[]
  /** Only those of the client with this name. */
  appName: string
  errorCode?: number
  errorLabels?: string[]
  closeConnection?: boolean
  /** After the command was carried out. */
  writeConcernError?: Document
}

const onDocuments = ['find', 'aggregate', 'insert', 'update', 'delete', 'findAndModify']

/** Makes the server fail while `work` runs: some commands succeed, then some fail, by default all. */
export async function failing<Answer>(
  client: MongoClient,
  { skip = 0, times, ...data }: Failure & { skip?: number; times?: number },
  work: () => Promise<Answer>,
): Promise<Answer> {
  const admin = client.db('admin')
  const mode = { skip, ...(times !== undefined && { times }) }
  const point = { configureFailPoint: 'failCommand', data: { failCommands: onDocuments, ...data } }
  await admin.command({ ...point, mode: skip === 0 && times === undefined ? 'alwaysOn' : mode })
  try {
    return await work()
  } finally {
    await admin.command({ ...point, mode: 'off' })
  }
}
