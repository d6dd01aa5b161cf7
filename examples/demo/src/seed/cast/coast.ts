import { facade } from '../pictures/facade.ts'
import { sea } from '../pictures/sea.ts'
import { hills } from '../pictures/hills.ts'
import { type Person, said, shared } from './person.ts'

/** Those who live where the land ends. */
export const coast: readonly Person[] = [
  {
    username: 'captain.ines',
    name: 'Inês Carvalho',
    bio: 'A small boat, a stubborn engine, the whole Atlantic.',
    face: { skin: '#d9a078', hair: '#2a1c18', style: 'curls', shirt: '#1f4e79', backdrop: '#8fc0cf' },
    cover: sea({ hour: 'day', islands: true, boat: true }),
    posts: [
      shared(
        'Out for the first time this year. She leaks a little less than last time.',
        'square',
        sea({ hour: 'day', boat: true, islands: true }),
      ),
      shared('Home before dark, just.', 'tall', sea({ hour: 'dusk', boat: true })),
      shared(
        'She came up twice, looked at us, and went on with her day.',
        'square',
        sea({ hour: 'dawn', islands: true, whale: true }),
      ),
      shared(
        'The light at the point, from where it matters.',
        'tall',
        sea({ hour: 'night', lighthouse: true }),
      ),
      shared(
        'They painted it. It took eleven days and one seagull.',
        'wide',
        sea({ hour: 'day', lighthouse: true, boat: true }),
      ),
      shared(
        'The keeper waves, I blow the horn. Every evening for six years.',
        'tall',
        sea({ hour: 'dusk', lighthouse: true, boat: true }),
      ),
      shared('Calm enough to hear the paint dry.', 'wide', sea({ hour: 'dawn', boat: true })),
    ],
  },
  {
    username: 'lulu.by.the.sea',
    name: 'Lucía Ferrer',
    bio: 'Beach person in a mountain country. Working on it.',
    face: {
      skin: '#e8b890',
      hair: '#5a3422',
      style: 'braids',
      shirt: '#e76f51',
      backdrop: '#9fd0c8',
      extras: ['hat'],
    },
    cover: sea({ hour: 'day', beach: true }),
    posts: [
      shared('Office for the week.', 'tall', sea({ hour: 'day', beach: true })),
      said('Sand in the shoes, sand in the bag, sand in the sandwich. Would do it again.'),
      shared(
        'Stayed until the parasol was the last one standing.',
        'square',
        sea({ hour: 'dusk', beach: true }),
      ),
      shared(
        'The yellow house on the corner. I want to know who waters all this.',
        'square',
        facade({ wall: '#f0d9a8', shutters: '#3d5a98', blossom: '#e76f9a' }),
      ),
    ],
  },
  {
    username: 'noor.h',
    name: 'Noor Haddad',
    bio: 'Architect. I photograph doors so that I do not have to draw them.',
    face: { skin: '#d9a884', hair: '#7a4a6b', style: 'scarf', shirt: '#5a6b8a', backdrop: '#e8d3b8' },
    cover: facade({ wall: '#f2b5a0', shutters: '#2f6f73', blossom: '#d1495b' }),
    posts: [
      shared(
        'Pink wall, green shutters, and a bicycle that has been there since June.',
        'tall',
        facade({ wall: '#f2b5a0', shutters: '#2f6f73', blossom: '#d1495b', front: 'bicycle' }),
      ),
      shared(
        'She owns the street. We only walk here.',
        'square',
        facade({ wall: '#b8d4cf', shutters: '#8a4a3a', blossom: '#f2c14e', front: 'cat' }),
      ),
      shared(
        'Three doors, three moods.',
        'tall',
        facade({ wall: '#dfe4ea', shutters: '#b23a48', blossom: '#ffffff' }),
        facade({ wall: '#e9c8a0', shutters: '#4a6b4a', blossom: '#d97b4a' }),
        facade({ wall: '#c8d0e8', shutters: '#5a4a7a', blossom: '#e9b44c' }),
      ),
      shared(
        'The view from the site this morning. Almost a shame to build here.',
        'wide',
        hills({ hour: 'dawn', lake: true }),
      ),
    ],
  },
]
