/** Sizes in SVG units, which are pixels where the picture is not scaled. */
export const FONT = { title: 15, body: 12.5, zone: 13, heading: 20, label: 12.5 } as const;
export const LINE_HEIGHT = 1.32;

/**
 * Thousandths of an em of DejaVu Sans, from the space on (ASCII). It is the widest font that `system-ui` usually comes to, so what fits in
 * it fits in any.
 */
// prettier-ignore
const WIDTHS: readonly number[] = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
  636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
  575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
  611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
  278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];
const OTHER_WIDTHS: Readonly<Record<string, number>> = { '·': 318, '’': 318, '×': 838 };
const BOLD = 1.14;

/** About how wide a text is, seldom too little. */
export function textWidth(text: string, size: number, isBold = false): number {
  let thousandths = 0;
  for (const character of text) {
    thousandths += WIDTHS[character.charCodeAt(0) - 32] ?? OTHER_WIDTHS[character] ?? 1000;
  }
  return (thousandths / 1000) * size * (isBold ? BOLD : 1);
}

/** Breaks a text at its spaces into lines of a width. */
export function wrap(text: string, size: number, width: number, isBold = false): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    const longer = `${line} ${word}`;
    if (line === undefined || textWidth(longer, size, isBold) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
