/** What a line pays, in steps of the raster: found by looking at the pictures. */
export const ROUTING_COSTS = {
  corner: 7,
  /** For a step along a card. */
  nearCard: 3,
  /** For a step over a boundary's text. */
  onText: 9,
  /** For a step along a boundary. */
  onBorder: 8,
  /** For a step on a line that goes the same way. */
  onLine: 40,
  /** For a step next to such a line, and for one beside that. */
  besideLine: 9,
  nearLine: 3,
  crossing: 9,
  /** For a step from where the end of a line should be on its side of a card. */
  offPort: 0.6,
  /** For an end where another line has one. */
  samePort: 60,
} as const;
