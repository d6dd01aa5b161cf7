import { useStorages } from '../../packages/storage-postgres/test/storages.ts'
import { describeWithPostgres } from '../servers/describe-servers.ts'
import { runSessionCases } from './session-cases.ts'

await describeWithPostgres('PostgreSQL', {}, (postgres) => {
  runSessionCases(useStorages(postgres, 'pg').emptied)
})
