import type { HttpSettings } from '../config/cli-config.ts'
import { type Check, type Finding, ok } from './finding.ts'

/** The options for mounting the routes: origins, cookies, proxies. */
export const checkHttp: Check = ({ open: { http }, env }) => {
  if (!http) {
    return [
      {
        check: 'http',
        level: 'note',
        meaning:
          'Origins, cookies and proxies were not checked: the config does not include the options of the routes.',
        cure: 'Export `{ kith, http: { allowedOrigins, cookies, trustProxy } }` as the default export, with the values that you pass to the framework.',
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
          'No origin is allowed: pages of other origins cannot send cookies, nor can browsers older than 2023 on your own.',
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
      meaning: `Pages of localhost may act for users, in addition to those of the app: ${local.join(', ')}.`,
      cure: 'Remove them from allowedOrigins in production.',
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
        'cookies.secure is false: sessions are sent over plain http, and the cookies have no __Host- prefix, which prevents other hosts from setting them.',
      cure: 'Omit cookies.secure wherever there is https; false is for development.',
    })
  }
  if (domain !== undefined) {
    findings.push({
      check,
      level: 'note',
      meaning: `The cookies are shared with all hosts below ${domain}: each of them can set them, and receives them.`,
      cure: 'Omit cookies.domain unless several hosts need the session.',
    })
  }
  if (sameSite === 'none') {
    findings.push({
      check,
      level: 'note',
      meaning:
        "sameSite is 'none': requests of all sites include the cookies, and only allowedOrigins refuses them.",
      cure: "Use 'lax' if the pages and the API are on one site.",
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
        'Every proxy is trusted: clients can choose their IP address with a header, and so whose limits they use up.',
      cure: 'Configure the number of proxies, such as 1, or their IP addresses or networks, which Fastify requires.',
    }
  }
  if (trustProxy === undefined) {
    return {
      check,
      level: 'note',
      meaning:
        'The config does not include the proxy setting of the framework. Behind an untrusted proxy all clients share one IP address and its limits.',
      cure: 'Configure the number of proxies (`trust proxy` of Express) or their IP addresses (trustProxy of Fastify), and export it as http.trustProxy.',
    }
  }
  if (trustProxy === false || trustProxy === 0) {
    return {
      check,
      level: 'note',
      meaning:
        'No proxy is trusted: right if clients connect to this server directly, and wrong behind a load balancer.',
      cure: 'Behind one, configure how many there are, such as 1, or their IP addresses, which Fastify requires.',
    }
  }
  return ok(check, `Trusted: ${String(trustProxy)}.`)
}

function isLocal(origin: string): boolean {
  return /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(origin)
}
