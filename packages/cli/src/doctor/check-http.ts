import type { HttpSettings } from '../config/cli-config.ts'
import { type Check, type Finding, ok } from './finding.ts'

/** What the app mounts the routes with: origins, cookies, proxies. */
export const checkHttp: Check = ({ open: { http }, env }) => {
  if (!http) {
    return [
      {
        check: 'http',
        level: 'note',
        meaning:
          'Origins, cookies and proxies were not checked: the config does not say what the app mounts the routes with.',
        cure: 'Export `{ kith, http: { allowedOrigins, cookies, trustProxy } }` by default, with what you give the framework.',
      },
    ]
  }
  return [...checkOrigins(http), ...checkCookies(http, env['NODE_ENV'] === 'production'), checkProxy(http)]
}

function checkOrigins({ allowedOrigins = [], cookies }: HttpSettings): Finding[] {
  const check = 'origins'
  if (allowedOrigins.length === 0) {
    return [
      {
        check,
        level: 'warning',
        meaning:
          'No origin is allowed: pages of other origins cannot call with cookies, nor can browsers older than 2023 on your own.',
        cure: 'List the origins of your pages in allowedOrigins, such as https://app.example.',
      },
    ]
  }
  const plain = allowedOrigins.filter((origin) => origin.startsWith('http:') && !isLocal(origin))
  const local = allowedOrigins.filter(isLocal)
  const findings: Finding[] = []
  if (plain.length > 0) {
    findings.push({
      check,
      level: 'error',
      meaning: `Pages over plain http may act for users: ${plain.join(', ')}. Anyone who is on their network can change them.`,
      cure: 'Serve them over https and change allowedOrigins.',
    })
  }
  if (local.length > 0 && local.length < allowedOrigins.length && cookies?.secure !== false) {
    findings.push({
      check,
      level: 'warning',
      meaning: `Pages of localhost may act for users beside those of the app: ${local.join(', ')}.`,
      cure: 'Take them out of allowedOrigins in production.',
    })
  }
  return findings.length > 0 ? findings : [ok(check, `Allowed: ${allowedOrigins.join(', ')}.`)]
}

function checkCookies({ allowedOrigins = [], cookies = {} }: HttpSettings, production: boolean): Finding[] {
  const check = 'cookies'
  const { secure = true, sameSite = 'lax', domain } = cookies
  const findings: Finding[] = []
  if (!secure) {
    const served = production || allowedOrigins.some((origin) => origin.startsWith('https:'))
    findings.push({
      check,
      level: served ? 'error' : 'note',
      meaning:
        'cookies.secure is false: sessions travel over plain http, and the cookies have no __Host- prefix that keeps other hosts from setting them.',
      cure: 'Leave cookies.secure out wherever there is https; false is for development.',
    })
  }
  if (domain !== undefined) {
    findings.push({
      check,
      level: 'note',
      meaning: `The cookies are shared with all hosts below ${domain}: each of them can set them, and receives them.`,
      cure: 'Leave cookies.domain out unless several hosts need the session.',
    })
  }
  if (sameSite === 'none') {
    findings.push({
      check,
      level: 'note',
      meaning:
        "sameSite is 'none': the cookies come with requests of all sites, and allowedOrigins alone keeps them off.",
      cure: "Use 'lax' where the pages and the API are of one site.",
    })
  }
  return findings.length > 0 ? findings : [ok(check, 'Secure, HTTP-only, bound to their host.')]
}

function checkProxy({ trustProxy }: HttpSettings): Finding {
  const check = 'proxy'
  if (trustProxy === true) {
    return {
      check,
      level: 'error',
      meaning:
        'Every proxy is trusted: clients choose their IP address by a header, and with it whose limits they use up.',
      cure: 'Say how many proxies stand in front, such as 1, or name their addresses or networks, which Fastify wants.',
    }
  }
  if (trustProxy === undefined) {
    return {
      check,
      level: 'note',
      meaning:
        'The config does not say what the framework trusts of proxies. Behind one that is not trusted all clients share one IP address and its limits.',
      cure: 'Say how many proxies stand in front (`trust proxy` of Express) or their addresses (trustProxy of Fastify), and export it as http.trustProxy.',
    }
  }
  if (trustProxy === false || trustProxy === 0) {
    return {
      check,
      level: 'note',
      meaning:
        'No proxy is trusted: right where clients connect to this server themselves, and wrong behind a load balancer.',
      cure: 'Behind one, say how many there are, such as 1, or their addresses, which Fastify wants.',
    }
  }
  return ok(check, `Trusted: ${String(trustProxy)}.`)
}

function isLocal(origin: string): boolean {
  return /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(origin)
}
