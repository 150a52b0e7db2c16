import type { Role } from './architecture';

/** A small picture for each role, 18 units square, drawn with lines. */
export const glyphs: Readonly<Record<Role, string>> = {
  clients: 'M1 3h16v10h-16zM6 17h6M9 13v4',
  'load-balancer': 'M9 1v5M9 6L3 12M9 6v6M9 6l6 6M1 13h4v4h-4zM7 13h4v4h-4zM13 13h4v4h-4z',
  gateway: 'M2 17v-9a7 7 0 0 1 14 0v9M6 17v-8a3 3 0 0 1 6 0v8M1 17h16',
  queue: 'M1 5h4v8h-4zM7 5h4v8h-4zM13 5h4v8h-4z',
  runner: 'M1 2h16v5h-16zM1 11h16v5h-16zM4 4.5h1M4 13.5h1M8 4.5h6M8 13.5h6',
  sandbox: 'M9 1l7 3v5c0 4-3 7-7 8c-4-1-7-4-7-8v-5zM6 9l2 2.5l4-5',
  'event-store': 'M2 4c0-4 14-4 14 0s-14 4-14 0v10c0 4 14 4 14 0v-10M2 9c0 4 14 4 14 0',
  service: 'M1 2h16v5h-16zM1 11h16v5h-16zM4 4.5h1M4 13.5h1M8 4.5h6M8 13.5h6',
  'dead-letters': 'M1 4h16v11h-16zM1 4l8 6l8-6M5 12l2-2M13 12l-2-2',
  names: 'M9 1a8 8 0 1 0 .01 0M1 9h16M9 1c-5 4-5 12 0 16M9 1c5 4 5 12 0 16',
  secrets: 'M3 8h12v9h-12zM6 8v-3a3 3 0 0 1 6 0v3M9 11v3',
  programs: 'M2 4l7-3l7 3v9l-7 4l-7-4zM2 4l7 4l7-4M9 8v9',
  logs: 'M3 1h12v16h-12zM6 5h6M6 8.5h6M6 12h4',
  alarms: 'M3 13c2-2 1-5 2-8c1-4 7-4 8 0c1 3 0 6 2 8zM7 16h4',
  key: 'M5 5a4 4 0 1 0 .01 0M8 9h9M13 9v3M16 9v4',
};
