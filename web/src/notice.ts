import type { ConnectionState } from '../../services/protocol/client';
import { element } from './elements';
import { inSeconds } from './words';

export interface Notice {
  /** A line above the program, until another one or `undefined`. */
  say(text: string | undefined): void;
  /** Tells of a connection that is lost, and of nothing else about it. */
  connection(state: ConnectionState): void;
}

/** The line above the program: what the user should know and need not wait for. */
export function createNotice(onRetry: () => void): Notice {
  const box = element('notice', HTMLParagraphElement);
  const retry = element('retry', HTMLButtonElement);
  const show = (text: string | undefined, canRetry: boolean): void => {
    box.hidden = text === undefined;
    box.querySelector('span')!.textContent = text ?? '';
    retry.hidden = !canRetry;
  };
  let isAboutConnection = false;
  retry.addEventListener('click', onRetry);
  return {
    say: (text) => {
      isAboutConnection = false;
      show(text, false);
    },
    connection: (state) => {
      if (state.kind === 'waiting') {
        isAboutConnection = true;
        show(
          `The connection is lost; trying again in ${inSeconds(state.retryInMs)}. Nothing of your run is lost.`,
          true,
        );
      } else if (state.kind !== 'connecting' && isAboutConnection) {
        isAboutConnection = false;
        show(undefined, false);
      }
    },
  };
}
