import { type Fate as AnyFate, type Front, startFront } from '../../../test/faulty-front.ts'
import type { CloudinaryDouble } from './double/cloudinary-double.ts'

interface Refusal {
  status: number
  message: string
  headers?: Record<string, string>
}

/** What happens to a request. */
export type Fate = AnyFate<Refusal>

/** A server in front of the double; it records requests such as `POST image/upload bytes 0-5/-1`. */
export async function startFaultyFront({ host, port, account }: CloudinaryDouble): Promise<Front<Refusal>> {
  return await startFront<Refusal>({
    host,
    port,
    nameOf({ method, url = '/', headers }) {
      const { pathname } = new URL(url, 'http://localhost')
      const name = pathname.replace(`/v1_1/${account.cloudName}/`, '')
      return [method, name, headers['content-range']].filter(Boolean).join(' ')
    },
    answer: ({ status, message, headers }) => ({
      status,
      headers: { 'content-type': 'application/json', 'x-cld-error': message, ...headers },
      body: JSON.stringify({ error: { message } }),
    }),
  })
}
