import { createServer } from 'node:http'

/**
 * Turnstile and hCaptcha as documented: they accept a form with the secret and a response, which is valid if it begins with `right`, and
 * only once.
 */
export async function startSiteverify(): Promise<{ url: string; asked: URLSearchParams[]; stop(): void }> {
  const asked: URLSearchParams[] = []
  const used = new Set<string>()
  const server = createServer((request, response) => {
    void (async () => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      const form = new URLSearchParams(body)
      asked.push(form)
      const answer = form.get('response') ?? ''
      const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
      const codes =
        request.method !== 'POST' || !isForm
          ? ['bad-request']
          : form.get('secret') !== 'secret'
            ? ['invalid-input-secret']
            : form.get('sitekey') !== 'site' || !answer.startsWith('right')
              ? ['invalid-input-response']
              : used.has(answer)
                ? ['timeout-or-duplicate']
                : []
      used.add(answer)
      response.setHeader('content-type', 'application/json')
      response.statusCode = answer === 'broken' ? 500 : 200
      const hostname = answer.endsWith('elsewhere') ? 'evil.example' : 'app.example'
      response.end(
        answer === 'broken'
          ? '<html>'
          : JSON.stringify({ success: codes.length === 0, 'error-codes': codes, hostname }),
      )
    })()
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}/siteverify`, asked, stop: () => void server.close() }
}
