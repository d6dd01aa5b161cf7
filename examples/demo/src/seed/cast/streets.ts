import { city } from '../pictures/city.ts'
import { facade } from '../pictures/facade.ts'
import { poster } from '../pictures/poster.ts'
import { shelf } from '../pictures/shelf.ts'
import { type Person, said, shared } from './person.ts'

/** Those who would not leave the city. */
export const streets: readonly Person[] = [
  {
    username: 'kenji.after.dark',
    name: 'Kenji Watanabe',
    bio: 'Rooftops and rain. Mostly awake.',
    face: {
      skin: '#f0c8a0',
      hair: '#1c181c',
      style: 'side',
      shirt: '#2b2b38',
      backdrop: '#f2a07a',
      extras: ['headphones'],
    },
    cover: city({ hour: 'night', river: true }),
    posts: [
      shared(
        'It rained for six hours, and the whole city turned into neon.',
        'square',
        city({ hour: 'night', rain: true }),
      ),
      said('Missed the last train. Found the best noodle place of my life. So, who is the winner here?'),
      shared('Everybody is home. Every window is a story.', 'tall', city({ hour: 'night', river: true })),
      shared(
        'Ten minutes when the sky and the windows have the same color.',
        'square',
        city({ hour: 'dusk' }),
      ),
    ],
  },
  {
    username: 'amara_o',
    name: 'Amara Okafor',
    bio: 'Bridges, ferries, and the people on them.',
    face: {
      skin: '#8a5a3c',
      hair: '#1f1418',
      style: 'afro',
      shirt: '#e9b44c',
      backdrop: '#5f8fa8',
      extras: ['earrings'],
    },
    cover: city({ hour: 'day', bridge: true }),
    posts: [
      shared(
        'Crossed it four thousand times. Still slow down in the middle.',
        'wide',
        city({ hour: 'day', bridge: true }),
      ),
      shared(
        'First ferry. The city is still deciding whether to get up.',
        'tall',
        city({ hour: 'dawn', river: true }),
      ),
      shared('The bridge, an hour later than usual.', 'square', city({ hour: 'dusk', bridge: true })),
    ],
  },
  {
    username: 'felix.prints',
    name: 'Felix Aubert',
    bio: 'Screen prints in small editions. Ink under every fingernail.',
    face: {
      skin: '#f6d3b8',
      hair: '#d9b070',
      style: 'short',
      shirt: '#1f2f54',
      backdrop: '#e8a88a',
      extras: ['glasses'],
    },
    cover: poster('tiles', ['#f2e8d5', '#e4572e', '#17666b', '#f2b632', '#1f2f54']),
    posts: [
      shared(
        'New print: Tiles, five colors, edition of forty.',
        'square',
        poster('tiles', ['#f2e8d5', '#e4572e', '#17666b', '#f2b632', '#1f2f54']),
      ),
      shared(
        'Arches. Pulled the last one at midnight.',
        'tall',
        poster('arches', ['#f4ecdf', '#d97b4a', '#e9b872', '#2f5d62', '#a7c4bc', '#5e2b2f']),
      ),
      shared(
        'Heat. For everybody who asked for something warm.',
        'tall',
        poster('sun', ['#f6e3c5', '#e8563f', '#f2a65a', '#c8506a', '#6a3f7c', '#2b2a5a']),
      ),
      shared(
        'Two test prints. Left or right? I am leaning to the second.',
        'tall',
        poster('shapes', ['#efe6da', '#d1495b', '#edae49', '#00798c', '#30343f']),
        poster('shapes', ['#e6ece8', '#3d5a98', '#e9b44c', '#c8603f', '#2a2f3f']),
      ),
      shared(
        'Waves, after a week of looking at old textiles.',
        'square',
        poster('waves', ['#f2efe4', '#1f4e79', '#f2efe4', '#5fa8c8', '#0f2f54']),
      ),
    ],
  },
  {
    username: 'bookish.bea',
    name: 'Beatrice Okonkwo-Hill',
    bio: 'Second-hand bookshop, third-hand jokes.',
    face: {
      skin: '#a86f4a',
      hair: '#2a1c1c',
      style: 'bob',
      shirt: '#b23a48',
      backdrop: '#d8c4dc',
      extras: ['glasses', 'earrings'],
    },
    cover: shelf({
      holds: 'books',
      wall: '#d8c8b0',
      colors: ['#b23a48', '#2f6f73', '#e9b44c', '#3d5a98', '#6b4a6b', '#d97b4a'],
    }),
    posts: [
      shared(
        'Sorted by mood now. Sadness took a whole board.',
        'tall',
        shelf({
          holds: 'books',
          wall: '#e9dcc8',
          colors: ['#b23a48', '#2f6f73', '#e9b44c', '#3d5a98', '#6b4a6b', '#d97b4a'],
        }),
      ),
      said('A customer asked for “that blue book, you know the one”. We found it.'),
      shared(
        'The quiet shelf, in the back room, where the good armchair is.',
        'square',
        shelf({
          holds: 'books',
          wall: '#c8d3cc',
          wood: '#6b4428',
          colors: ['#3d5a98', '#4a7fa0', '#2f5d62', '#8fa8a0', '#e6dcc8'],
        }),
      ),
      shared(
        'Opened the shop, and the neighbor had put this by the door. Hello, neighbor.',
        'square',
        facade({ wall: '#e3c8b8', shutters: '#4a3f6b', blossom: '#e7a0b8', front: 'cat' }),
      ),
    ],
  },
]
