/** Checks a list of exact origins. @throws TypeError with the correct form of each wrong one */
export function readAllowedOrigins(list: readonly string[]): ReadonlySet<string> {
  const problems = list.flatMap((text) => {
    const problem = problemOf(text)
    return problem === null ? [] : [`${JSON.stringify(text)}: ${problem}`]
  })
  if (problems.length > 0) throw new TypeError(`createKithHttp: allowedOrigins: ${problems.join('; ')}`)
  return new Set(list)
}

function problemOf(text: string): string | null {
  if (text.includes('*')) return 'wildcards are not supported, list each origin'
  if (text === 'null')
    return 'sandboxed pages and local files all send this, so the caller cannot be identified'
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):\/\/[^\s/?#@\\]+/i.exec(text) ?? []
  if (scheme === '' || !URL.canParse(text)) return 'give scheme and host, like https://app.example'
  const url = new URL(text)
  // Only web schemes have an origin in a URL; apps in a shell have their own, such as `capacitor://localhost`.
  const origin = url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
  return origin === text ? null : `give exactly what browsers send, ${origin}`
}
