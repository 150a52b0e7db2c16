const KEY = 'sandpiper.theme';
type Theme = 'light' | 'dark';

/** Dark or light: the system's choice until the button is pressed, then the user's, in this browser. */
export function followTheme(button: HTMLButtonElement): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let chosen = stored();
  const current = (): Theme => chosen ?? (system.matches ? 'dark' : 'light');
  const show = (): void => {
    if (chosen === undefined) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    button.textContent = current() === 'dark' ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Use ${current() === 'dark' ? 'light' : 'dark'} colours`);
  };
  button.addEventListener('click', () => {
    chosen = current() === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // Forbidden storage: the choice lasts as long as the page.
    }
    show();
  });
  system.addEventListener('change', show);
  show();
}

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'dark' || value === 'light' ? value : undefined;
  } catch {
    return undefined;
  }
}
