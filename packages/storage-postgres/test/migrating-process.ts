import pg from 'pg'
import { clientsOf } from '../src/drivers/pg-clients.ts'
import { migrate } from '../src/migrate.ts'
import { placeOn } from './migration-place.ts'
import { sampleMigrations } from './sample-migrations.ts'

const [url = '', schema = ''] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url })
await migrate(
  placeOn(clientsOf(pool), schema),
  { progress: ({ step, done, total }) => console.log(`${step} ${done}/${total}`) },
  sampleMigrations,
)
await pool.end()
