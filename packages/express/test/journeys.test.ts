import express from 'express'
import { describe } from 'vitest'
import { journeysAbout } from '../../http/test/journeys/journeys.ts'
import { testHost } from '../../http/test/journeys/test-host.ts'
import { expressHost } from './express-host.ts'

describe('Express, bare', () => testHost(expressHost((app, { routes }) => app.use(routes))))

describe('Express, with express.json() in front', () =>
  testHost(
    expressHost((app, { routes }) => app.use(express.json(), routes), {
      own: {
        bodiesAnsweredByHost:
          'express.json() hands malformed and oversized bodies to the error handler of the host',
      },
    }),
    journeysAbout('body', 'input', 'media', 'protocol'),
  ))

describe('Express, behind a mount prefix', () =>
  testHost(
    expressHost((app, { routes }) => app.use('/social', routes), { own: { prefix: '/social/api/v1' } }),
    journeysAbout('input', 'direct', 'protocol', 'request-id'),
  ))

describe('Express, behind a trusted proxy', () =>
  testHost(
    expressHost((app, { routes }) => app.set('trust proxy', 'loopback').use(routes), {
      own: { trustsProxy: true },
    }),
    journeysAbout('limit'),
  ))
