import { testOutages } from '../test/shared-outages.ts'

await testOutages('pg')
