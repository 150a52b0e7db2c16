/** A part of the output, or what the user typed into it. */
export type OutputKind = 'stdout' | 'stderr' | 'stdin';

export interface OutputView {
  append(kind: OutputKind, text: string): void;
  clear(): void;
  /** All of it, also what is not shown any more. */
  text(): string;
}

/** Characters in one element: small enough that adding to it is cheap to lay out. */
const PIECE_CHARACTERS = 8 * 1024;
/** Characters that are shown: more is not read, and costs every frame. */
const SHOWN_CHARACTERS = 256 * 1024;
/** From here on a screen reader is not told of new output: it could not keep up, and `status` tells of the end. */
const READ_ALOUD_CHARACTERS = 2 * 1024;

/**
 * Shows output as it comes: what came since the last frame is added at once, the oldest is taken away beyond a limit, and
 * the end stays in sight unless the reader scrolled up.
 *
 * @param onCut told the number of characters at the beginning that are not shown
 */
export function createOutputView(box: HTMLElement, onCut: (characters: number) => void): OutputView {
  let parts: { readonly kind: OutputKind; readonly text: string }[] = [];
  let pending: { readonly kind: OutputKind; readonly text: string }[] = [];
  let shown = 0;
  let cut = 0;
  let frame = 0;

  function flush(): void {
    frame = 0;
    const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
    const added = document.createDocumentFragment();
    for (const { kind, text } of pending.splice(0)) {
      for (let at = 0; at < text.length;) {
        const last = (added.lastChild ?? box.lastChild) as HTMLElement | null;
        const room = last?.className === kind ? PIECE_CHARACTERS - last.textContent!.length : 0;
        const end = at + (room > 0 ? room : PIECE_CHARACTERS);
        // A character of two units stays whole.
        const piece = text.slice(at, /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end + 1 : end);
        if (room > 0) (last!.firstChild as Text).appendData(piece);
        else added.append(element(kind, piece));
        at += piece.length;
        shown += piece.length;
      }
    }
    box.append(added);
    while (shown > SHOWN_CHARACTERS && box.childElementCount > 1) {
      const { length } = box.firstChild!.textContent!;
      box.firstChild!.remove();
      shown -= length;
      cut += length;
    }
    if (cut > 0) onCut(cut);
    box.setAttribute('aria-live', shown + cut > READ_ALOUD_CHARACTERS ? 'off' : 'polite');
    if (isAtEnd) box.scrollTop = box.scrollHeight;
  }

  return {
    append: (kind, text) => {
      if (text === '') return;
      parts.push({ kind, text });
      pending.push({ kind, text });
      frame ||= requestAnimationFrame(flush);
    },
    clear: () => {
      cancelAnimationFrame(frame);
      [frame, shown, cut, parts, pending] = [0, 0, 0, [], []];
      box.replaceChildren();
      onCut(0);
    },
    text: () =>
      parts
        .filter(({ kind }) => kind !== 'stdin')
        .map(({ text }) => text)
        .join(''),
  };
}

function element(kind: OutputKind, text: string): HTMLElement {
  const span = document.createElement('span');
  span.className = kind;
  span.append(document.createTextNode(text));
  return span;
}
