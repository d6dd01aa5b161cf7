// Starts an app on an empty folder and database at the given moment, and uploads a picture.
import { signUp, start } from './app.ts'

const [path = '', directory = '', name = '', at = '0'] = process.argv.slice(2)
const app = await start({ path, directory })
const viewer = await signUp(app, name)
// All processes have started by then.
while (Date.now() < Number(at));
const id = await app.upload(viewer)
process.stdout.write(`${id} ${app.logged.join()}`)
await app.close()
