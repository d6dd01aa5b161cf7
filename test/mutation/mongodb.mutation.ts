import { useStorages } from '../../packages/storage-mongodb/test/emptied-storage.ts'
import { describeWithMongo } from '../servers/describe-servers.ts'
import { runSessionCases } from './session-cases.ts'

await describeWithMongo('MongoDB', { topology: 'replica-set' }, (mongo) => {
  runSessionCases(useStorages(mongo).emptied)
})
