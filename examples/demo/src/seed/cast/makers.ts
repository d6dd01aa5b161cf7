import { bouquet } from '../pictures/flowers.ts'
import { nightSky } from '../pictures/night.ts'
import { poster } from '../pictures/poster.ts'
import { shelf } from '../pictures/shelf.ts'
import { type Person, said, shared } from './person.ts'

/** Those who make things with their hands. */
export const makers: readonly Person[] = [
  {
    username: 'clay.and.ash',
    name: 'Hanna Virtanen',
    bio: 'Potter. The kiln decides, I only make suggestions.',
    face: {
      skin: '#f6d8c0',
      hair: '#e0c48a',
      style: 'braids',
      shirt: '#8fa8a0',
      backdrop: '#d9b8a0',
      extras: ['freckles'],
    },
    cover: shelf({ holds: 'pots', wall: '#e3d8cc', colors: ['#c8744a', '#8fa8a0', '#e3d3b8', '#4a6a80'] }),
    posts: [
      shared(
        'Opened the kiln. Nothing cracked. I am suspicious.',
        'square',
        shelf({ holds: 'pots', wall: '#d3dcd8', colors: ['#c8744a', '#8fa8a0', '#e3d3b8', '#4a6a80'] }),
      ),
      shared(
        'Blue week.',
        'tall',
        shelf({ holds: 'pots', wall: '#efe6da', colors: ['#3d6a90', '#6f9ab8', '#2a4a6b', '#b8ccd8'] }),
      ),
      shared(
        'The tall one found its flowers.',
        'tall',
        bouquet({
          kinds: ['poppy', 'daisy'],
          colors: ['#e85a3a', '#f6efe2', '#f2a65a'],
          wall: '#dccfc0',
          vase: '#8fa8a0',
        }),
      ),
    ],
  },
  {
    username: 'studio.zeynep',
    name: 'Zeynep Aksoy',
    bio: 'Textiles and paper. Everything begins as a leaf.',
    face: {
      skin: '#e8bd98',
      hair: '#4a2a22',
      style: 'long',
      shirt: '#d97b4a',
      backdrop: '#9fc0b4',
      extras: ['earrings'],
    },
    cover: poster('waves', ['#f4e8dc', '#c8603f', '#f4e8dc', '#e9a86a', '#7a3f3a']),
    posts: [
      shared(
        'Three stems, one evening, far too much tea.',
        'tall',
        poster('leaves', ['#f6efe2', '#e9a86a', '#2f6f5a', '#5f8f5a', '#1f4a4a']),
      ),
      said('The best red I ever mixed was an accident. I have been trying to repeat it since March.'),
      shared(
        'Repeat pattern for a scarf. In terracotta, of course.',
        'square',
        poster('waves', ['#f4e8dc', '#c8603f', '#f4e8dc', '#e9a86a', '#7a3f3a']),
      ),
      shared(
        'Second try, by moonlight.',
        'tall',
        poster('leaves', ['#1f2a44', '#f2e3b8', '#8fb8a8', '#c8d8c0', '#6f9a9a']),
      ),
    ],
  },
  {
    username: 'vinyl.vic',
    name: 'Victor Osei',
    bio: 'Side B is better. Always.',
    face: {
      skin: '#7a4f38',
      hair: '#1a1418',
      style: 'short',
      shirt: '#d1495b',
      backdrop: '#e9c46a',
      extras: ['beard', 'headphones'],
    },
    cover: poster('sun', ['#2b2a4a', '#f2a65a', '#e8563f', '#c8506a', '#8a4a8a', '#4a3a7a']),
    posts: [
      shared(
        'Moved flats. The records moved first.',
        'square',
        shelf({
          holds: 'records',
          wall: '#d8cfc4',
          wood: '#5b3a26',
          colors: ['#1f2f54', '#c8603f', '#e9b44c', '#2f5d62', '#f2e3c8', '#5b2a3f'],
        }),
      ),
      shared(
        'If this evening had a cover.',
        'square',
        poster('sun', ['#2b2a4a', '#f2a65a', '#e8563f', '#c8506a', '#8a4a8a', '#4a3a7a']),
      ),
      shared(
        'Drove out of town to listen to one album. All of it. In order.',
        'square',
        nightSky({ milkyWay: true, ground: 'dunes' }),
      ),
    ],
  },
]
