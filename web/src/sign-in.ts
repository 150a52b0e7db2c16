import { element } from './elements';
import { keptToken } from './kept';

export interface SignIn {
  /** The gateway wants a token, or another one. */
  ask(): void;
}

/** The form for a token. A gateway that takes anonymous users never asks for one. */
export function createSignIn(onToken: () => void): SignIn {
  const form = element('sign-in', HTMLFormElement);
  const field = element('token', HTMLInputElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const token = field.value.trim().replace(/^bearer\s+/i, '');
    // A subprotocol has no room for anything else; nor has a JWT.
    const isJwt = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
    field.setCustomValidity(isJwt ? '' : 'A token has three parts with dots between them.');
    if (!form.reportValidity()) return;
    keptToken.set(token);
    field.value = '';
    form.hidden = true;
    onToken();
  });
  field.addEventListener('input', () => field.setCustomValidity(''));
  return {
    ask: () => {
      keptToken.clear();
      form.hidden = false;
      field.focus();
    },
  };
}
