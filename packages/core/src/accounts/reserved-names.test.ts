import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createReservedNames, reservedUsernames } from './reserved-names.ts'

/** Made by each test: a mutant of what runs while the file is loaded is not tested. */
const createIsReserved = () => createReservedNames(new Set([...reservedUsernames, 'sunnymeadow', '___']))

test.each([
  'admin',
  'adrnin',
  'admin_',
  '_admin_',
  'a.d.m.i.n',
  '4dmin',
  'adm1n',
  '4drn1n',
  'addmin',
  'admiin',
  'aclmin',
  'admin1',
  '007admin',
  'admin_2024',
  'adm1n99',
  'the_admin',
  'realadmin',
  'admin.team',
  'ada_admin',
  'admin_ada',
  'moderator.of.kith',
  'rnoderator',
  'kith_official',
  'kithsupport',
  'kith.support.team',
  'klth',
  'k1th',
  'kiith',
  'kith2026',
  'kith_help_desk',
  'official_kith_app',
  'staff1',
  'supp0rt',
  '5upport',
  'sup_port',
  'systern',
  'r00t',
  'vvebmaster',
  'tearn_kith',
  'log_in',
  'sunny_meadow',
  'sunnyrneadow',
  'sunnymeadow_team',
])('%s is reserved', (name) => {
  expect(createIsReserved()(name)).toBe(true)
})

// Given names, surnames and similar words that come close to a reserved word.
test.each(
  `staf stephan keith kate edith faith judith adrian admira adamina amin nadim minna marin armin carmin
  joe_root rooter root_beer ruth ronald teamo timea tiam thea theodor theresa true_crime realist helping helpful helene
  kelp sysiphos systemofadown supportive supporter_9 official_anna anna_official contacto moderat modesta roderick
  sekura stafford steam dreamteam rocketteam modena martha marc clara dara clay diana lea_mall mall apl emi ami
  administer_x badminton_fan 1984 feed1 nadmin kithara keithsmith appleby hqtrivia mediaan feeder homer inform guesthouse
  postmalone webster sunny meadow sunnymeadows_fan`.split(/\s+/),
)('%s is free', (name) => {
  expect(createIsReserved()(name)).toBe(false)
})

test('the name of an operator stays reserved with any digits, dots and filler words around it', () => {
  const name = fc.constantFrom(
    'admin',
    'kith',
    'moderator',
    'official',
    'support',
    'staff',
    'system',
    'security',
  )
  const looks = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => text.replaceAll('i', '1'),
    (text) => text.replaceAll('o', '0').replaceAll('e', '3').replaceAll('s', '5').replaceAll('t', '7'),
    (text) => text.replaceAll('m', 'rn'),
    (text) => text.replaceAll('d', 'cl'),
    (text) => [...text].join('_'),
    (text) => text.replace(/(.)/, '$1$1'),
  )
  const around = fc.constantFrom('', '_', 'the_', 'real', 'app.', 'team', 'help')
  const digits = fc.constantFrom('', '1', '_2026', '99')
  const isReserved = createIsReserved()
  fc.assert(
    fc.property(
      fc.record({ before: around, word: name, look: looks, after: around, end: digits }),
      ({ before, word, look, after, end }) => isReserved(before + look(word) + after + end),
    ),
    { numRuns: 2_000 },
  )
})

test('every name is decided quickly', () => {
  const parts = ['s', 'rn', 'admin', 'kit', 'tea', 'vv1', 'supp', 'l', 'staff', 'team', 'systemsystemmadmi']
  const usual = leastMillis('a_name_of_a_usual_kind')
  for (const part of parts) {
    // 30 letters that almost spell an operator's name: the number of ways to read them is bounded and does not explode.
    expect(leastMillis(`${part.repeat(30).slice(0, 29)}x`), part).toBeLessThan(50 + 50 * usual)
  }
})

/** The least CPU time that 100 decisions took, out of three measurements. */
function leastMillis(name: string): number {
  const isReserved = createIsReserved()
  let least = Infinity
  for (let time = 0; time < 3; time++) {
    const before = process.cpuUsage()
    for (let round = 0; round < 100; round++) isReserved(name)
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

test('one-letter words cost no more than others', () => {
  const isReserved = createReservedNames(new Set(['a', 'aa', 'aaa']))
  const start = performance.now()
  expect(['a', 'aa', `${'a'.repeat(29)}x`].map(isReserved)).toEqual([true, true, false])
  // Trying every division of the name would take minutes.
  expect(performance.now() - start).toBeLessThan(2_000)
})
