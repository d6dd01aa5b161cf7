import { useStorages } from '../../packages/storage-mongodb/test/emptied-storage.ts'
import { describeWithMongo } from '../servers/describe-servers.ts'
import { runSessionCases } from './session-cases.ts'

await describeWithMongo('MongoDB', { topology: 'replica-set' }, (mongo) => {
  const storages = useStorages(mongo)
  runSessionCases(async () => {
    await storages.emptied()
    // A new one for each case: a mutant that acts when stores are created would otherwise not be there.
    return storages.another()
  })
})
